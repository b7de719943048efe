"""Forms of children's voice."""
