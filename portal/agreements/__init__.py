"""What school and service promise each other before the work starts."""
