"""What good it did: the Summary of Impact chart, made row by row from the records of the work, with its totals."""
