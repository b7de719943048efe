"""What every feature leans on, and which knows no feature: road, unit of work, audit trail, forms, page helpers."""
