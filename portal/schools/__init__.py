"""Schools that ask for help, the pupils they ask for, the people around each pupil, and the term dates."""
