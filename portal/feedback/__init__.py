"""What school and family say about the help they had: the good, what could be better, and when work had to stop."""
