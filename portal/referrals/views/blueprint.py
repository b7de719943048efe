"""What the views of referrals hang on."""

import re

from flask import Blueprint, request

from portal.kernel.web import LARGEST_ID

blueprint = Blueprint("referrals", __name__)


def number_asked(name: str) -> int | None:
    """A whole number from the address, such as an id; None when it is none, or larger than any id."""
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,9}", text) and int(text) <= LARGEST_ID else None
