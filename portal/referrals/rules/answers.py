"""Page drafts to and from plain values that can be kept as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from portal.referrals.rules.drafts import PageDraft

Draft = TypeVar("Draft")


def to_answers(page: PageDraft) -> dict[str, Any]:
    """The draft as text, numbers, true, false, null, lists and objects; dates as ISO text, decimals as text."""
    return {name: _plain(value) for name, value in asdict(page).items()}


def from_answers(kind: type[Draft], answers: Mapping[str, Any]) -> Draft:
    """The draft of a page class from what ``to_answers`` made.

    Answers of questions that no longer exist are dropped, new questions are not answered yet, so that a referral
    outlives a change of the form. Raises ValueError, naming the question, for a value of the wrong kind.
    """
    hints = get_type_hints(kind)
    known = (field.name for field in fields(kind) if field.name in answers)  # type: ignore[arg-type]
    return kind(**{name: _read(hints[name], answers[name], name) for name in known})


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _read(hint: Any, value: Any, name: str) -> Any:
    if get_origin(hint) is UnionType:
        return None if value is None else _read(get_args(hint)[0], value, name)
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_read(get_args(hint)[0], item, name) for item in value)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return from_answers(hint, value)
    try:
        return _READERS[hint](value)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise ValueError(f"The answer to {name} cannot be read.") from error


def _read_exactly(kind: type) -> Any:
    def read(value: Any) -> Any:
        # True is an int to Python, never to the form.
        if type(value) is not kind:
            raise ValueError
        return value

    return read


_READERS: Mapping[Any, Any] = {
    str: _read_exactly(str),
    int: _read_exactly(int),
    bool: _read_exactly(bool),
    date: date.fromisoformat,
    Decimal: Decimal,
}
