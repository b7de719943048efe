"""The unique pupil number: thirteen characters, of which the first checks the rest.

No sentence here repeats the number: sentences reach logs and e-mails, where a UPN never stands.
"""

import unicodedata

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_DIGITS = "0123456789"
_LENGTH = 13
_WEIGHTS = range(2, _LENGTH + 1)


def normalise_upn(text: str) -> str:
    """The number without spaces and hyphens, in plain capitals and digits."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in plain if not character.isspace() and character != "-")


def upn_problems(text: str) -> list[str]:
    """What is wrong with a UPN, as sentences; empty when it is a permanent or a temporary UPN.

    The digits of the authority are never looked at: authorities come and go, and their pupils keep their numbers.
    """
    upn = normalise_upn(text)
    if len(upn) != _LENGTH:
        return [f"A UPN has {_LENGTH} characters; this one has {len(upn)}. Check that none is missing or doubled."]
    if upn[0] not in _LETTERS:
        return ["A UPN begins with a capital letter, but never I, O or S."]
    if any(character not in _DIGITS for character in upn[1:-1]) or upn[-1] not in _DIGITS + _LETTERS:
        return ["After its first letter a UPN has twelve digits; only the last may be a letter, but never I, O or S."]
    if upn[0] != check_letter(upn[1:]):
        return ["The first letter of this UPN does not fit its digits. Look for a mistyped or swapped character."]
    return []


def upn_warning(text: str) -> str | None:
    """A sentence when a valid UPN is a temporary one (its last character is a letter), else None."""
    if upn_problems(text) or normalise_upn(text)[-1] in _DIGITS:
        return None
    return "This is a temporary UPN. It is accepted; change it when the permanent one is known."


def check_letter(body: str) -> str:
    """The check letter for the twelve characters after it. Raises ValueError when they are not a UPN's."""
    if len(body) != _LENGTH - 1:
        raise ValueError("The body of a UPN has twelve characters.")
    total = sum(weight * _value(character) for weight, character in zip(_WEIGHTS, body, strict=True))
    return _LETTERS[total % len(_LETTERS)]


def _value(character: str) -> int:
    return _DIGITS.index(character) if character in _DIGITS else _LETTERS.index(character)
