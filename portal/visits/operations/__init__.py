"""What people do in the ledger: log a visit, correct it, take it out and put it back."""

from portal.visits.operations.changing import correct_visit, put_back, remove_visit
from portal.visits.operations.logging import import_days, log_training, log_visit

__all__ = ["correct_visit", "import_days", "log_training", "log_visit", "put_back", "remove_visit"]
