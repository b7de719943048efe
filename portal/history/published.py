"""The published figures that the demonstration shows: a real service's chart of 2016/17, as its own copy."""

from pathlib import Path

from portal.extensions import db
from portal.history.operations import ImportResult, import_chart
from portal.history.readers import read_file
from portal.schools.models import ServiceLine

PUBLISHED = Path(__file__).with_name("torbay-ioss-2017.csv")
PUBLISHED_YEAR = 2016


def import_published(line_id: int) -> ImportResult:
    """Brings Torbay's ten pieces of work of 2016/17 in as history of a service line; twice changes nothing."""
    return import_chart(None, read_file(PUBLISHED), db.session.get_one(ServiceLine, line_id), PUBLISHED_YEAR)
