"""How a piece of work ends, what became of each pupil, and what still holds when somebody visits again."""
