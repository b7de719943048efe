"""What is due: for whom, by when, and from which rule. The one source of every "due" and "overdue"."""
