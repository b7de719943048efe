"""How long a text may be: what the tables hold, said before they refuse."""

from collections.abc import Mapping


def length_problems(draft: object, lengths: Mapping[str, int]) -> dict[str, str]:
    """A sentence for each text of the draft with more characters than ``lengths`` allows, by field."""
    return {
        field: f"Shorten this to {most} characters; it has {len(getattr(draft, field))}."
        for field, most in lengths.items()
        if len(getattr(draft, field)) > most
    }
