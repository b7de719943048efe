"""Time spent: what a worker did, when, for how long and where, with a pupil's case or with a whole school."""
