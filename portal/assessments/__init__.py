"""What is measured: thresholds, Thrive, SDQ, goals, attendance, each read at the start and again at the end."""
