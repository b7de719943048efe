"""The strategies that the service advised, who takes each one on, and whether the school put it into practice."""
