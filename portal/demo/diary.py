"""Each worker's days, so that nobody is in two schools at once."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

FIRST = time(9)
LAST = time(16, 30)
ON_THE_WAY = timedelta(minutes=30)


@dataclass
class Diary:
    """When each worker is free next, by worker and day."""

    free_from: dict[tuple[int, date], datetime] = field(default_factory=dict)

    def book(self, worker_id: int, day: date, minutes: int) -> time | None:
        """The start of a visit that fits after the others of that day; None when the day is full."""
        start = self.free_from.get((worker_id, day), datetime.combine(day, FIRST))
        end = start + timedelta(minutes=minutes)
        if end > datetime.combine(day, LAST):
            return None
        self.free_from[worker_id, day] = end + ON_THE_WAY
        return start.time()
