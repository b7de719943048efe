"""A school asks for help: the form, the head's approval, screening, the panel, and the decision in plain words."""
