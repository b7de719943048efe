"""Reading the Summary of Impact: made each time from the records of the work, never kept."""

from portal.impact.queries.chart import Chart, Entry, beyond, chart
from portal.impact.queries.choosing import EVERY_YEAR, ChartFilter, Choices
from portal.impact.queries.voices import voices

__all__ = ["EVERY_YEAR", "Chart", "ChartFilter", "Choices", "Entry", "beyond", "chart", "voices"]
