"""Rules of the child's voice: questions, turns, who sees what, and when somebody is told."""
