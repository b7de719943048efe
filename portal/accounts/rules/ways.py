"""The ways in that a person has, in words and as a rule: one must remain."""

from dataclasses import dataclass, field

from portal.policy import Role

STAFF_ROLES = frozenset({Role.COORDINATOR, Role.ADMIN, Role.SAFEGUARDING})
"""Who reaches far: only an administrator opens such an account again for somebody who lost a second step."""


@dataclass(frozen=True)
class Ways:
    """How somebody can sign in. Work accounts are named by their provider; no secret stands here."""

    password: bool = False
    app: bool = False
    work: tuple[str, ...] = field(default=())
    passkeys: int = 0

    @property
    def count(self) -> int:
        return self.password + len(self.work) + self.passkeys

    @property
    def words(self) -> tuple[str, ...]:
        """As lists say it; empty for somebody who was only invited."""
        said = []
        if self.password:
            said.append("Password and authenticator app" if self.app else "Password")
        said += [f"{provider} work account" for provider in dict.fromkeys(self.work)]
        if self.passkeys:
            said.append("Passkey" if self.passkeys == 1 else f"{self.passkeys} passkeys")
        return tuple(said)


LAST_WAY = "This is your only way to sign in. Add another one first."


def may_reopen(own: frozenset[Role], theirs: frozenset[Role]) -> bool:
    """May somebody take a second step away, or make a link that needs none? For staff who reach far only an
    administrator may, so that no coordinator can open another one's account. ``theirs`` hold now or will."""
    return Role.ADMIN in own or not theirs & STAFF_ROLES
