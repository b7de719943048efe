"""What the pages of this feature share."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for

from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.errors import Refused
from portal.kernel.forms import PortalForm, clean_query
from portal.kernel.web import LARGEST_ID
from portal.schools.operations import RefusedFields
from portal.schools.queries import Finder, Page, find_schools

blueprint = Blueprint("schools", __name__)

_VERSION = re.compile(r"[0-9]{1,9}")


def take_refusal(form: PortalForm, error: Refused) -> None:
    """Puts the sentences of a refused operation on the form: under their fields where they have one."""
    if isinstance(error, RefusedFields):
        form.put_errors(error.by_field)
    else:
        form.refuse(error.problems)


def number_in_query(name: str) -> int | None:
    """A row id from the address; anything else is as if it were not there."""
    text = request.args.get(name, "")
    if not re.fullmatch(r"[1-9][0-9]{0,9}", text):
        return None
    return int(text) if int(text) <= LARGEST_ID else None


def picked_school(field: str) -> str | None:
    """The id of a school that a search found (in the address as ``school``), or that stands in the form sent."""
    text = request.form.get(field) if request.method == "POST" else request.args.get("school")
    return text if text and re.fullmatch(r"[1-9][0-9]{0,8}", text) else None


def searched_school() -> Finder:
    """The search for a school beside a form, as ``macros/finder.html`` draws it."""
    return find_schools(clean_query(request.args.get("find"), 60))


def version_sent() -> int | None:
    """The version that a one-button form was drawn with."""
    text = request.form.get("version", "")
    return int(text) if _VERSION.fullmatch(text) else None


def pages(endpoint: str, page: Page[Any], filters: Mapping[str, Any]) -> dict[str, str | None]:
    """The addresses of the pages before and after, with the same filters."""
    kept = {name: value for name, value in filters.items() if value}
    return {
        "previous_url": url_for(endpoint, **kept, before=page.previous) if page.previous else None,
        "next_url": url_for(endpoint, **kept, after=page.next) if page.next else None,
    }


def in_words(day: date) -> str:
    """A date as the pages say it today."""
    return day_words(day, clock.today())
