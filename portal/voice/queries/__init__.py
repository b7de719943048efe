"""Reading questionnaires, places, and what children said."""
