"""What every feature leans on, and which knows no feature: the road, the unit of work, the audit trail, the page helpers."""
