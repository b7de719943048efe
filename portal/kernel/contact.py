"""How people contact the service or a person in it. What is not set is left out of every sentence."""

import re
from dataclasses import dataclass

TELEPHONE = r"\+?[0-9(][0-9 ()-]{5,24}(?: ?ext\.? ?[0-9]{1,5})?"
LONGEST_TELEPHONE = 30
WRONG_TELEPHONE = "Enter a telephone number, such as 01632 960 001 or +44 1632 960 001."


def telephone_problems(text: str) -> list[str]:
    """Why nobody could call this number; empty when they could, and when there is none."""
    fits = len(text) <= LONGEST_TELEPHONE and re.fullmatch(TELEPHONE, text)
    return [] if not text or fits else [WRONG_TELEPHONE]


def dialled(text: str) -> str:
    """What a phone dials: ``01632 960 001 ext 4`` → ``01632960001``."""
    return "".join(letter for letter in text.lower().partition("ext")[0] if letter in "+0123456789")


@dataclass(frozen=True)
class Contact:
    """The service's own details, as settings have them; each is "" until somebody enters it."""

    name: str
    """As families know the service"""
    address: str
    telephone: str
    email: str
    hours: str

    @property
    def is_known(self) -> bool:
        """Is there any way to get in touch?"""
        return bool(self.telephone or self.email or self.address)

    @property
    def dialled(self) -> str:
        return dialled(self.telephone)

    @property
    def address_lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.splitlines() if line.strip())

    @property
    def ways(self) -> str:
        """ "call 01632 960 001 or email office@service.example", or "" without either."""
        ways = [
            f"call {self.telephone}" if self.telephone else "",
            f"email {self.email}" if self.email else "",
        ]
        return " or ".join(filter(None, ways))
