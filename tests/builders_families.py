"""Families that are asked and answer, for tests: through the same operations and pages as people."""

import re
from typing import Any

from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import operations, rules
from portal.feedback.models import FamilyInvitation
from portal.kernel import audit, clock, settings
from portal.kernel.catalogues import counting
from portal.kernel.languages import CheckedLanguage, Translation, catalogues, checked, english_digest, forget_written
from portal.kernel.settings import Feature
from portal.schools.models import Contact
from tests import builders_cases as cases

ALL_WAYS = {"safe_channels": "text,email,post", "email": "rosa@family.example", "address": "1 Hill Road"}
BEGIN = operations.Beginning(language="en", large_print=False, manager_only=False)


def parent(case: Case, name: str = "Rosa Khan", **changes: Any) -> Contact:
    """A contact of the first pupil who may be reached by text, e-mail and post."""
    return cases.contact(case.pupils[0].pupil, name, **(ALL_WAYS | changes))


def invited(
    world: cases.World, case: Case, contact: Contact, channel: str = "text", **changes: Any
) -> FamilyInvitation:
    facts: dict[str, Any] = {"contact_id": contact.id, "moment": rules.FamilyMoment.END} | changes
    asking = rules.Asking(channel=rules.Channel(channel), **facts)
    return operations.invite_family(actor_of(world.worker.id), case, asking)


def linked(
    world: cases.World, case: Case, contact: Contact, channel: str = "text", **changes: Any
) -> operations.Secrets:
    """An invitation whose link (and code, of a letter) the worker has made."""
    row = invited(world, case, contact, channel, **changes)
    made = operations.new_secrets()
    operations.renew(actor_of(world.worker.id), case, row, made)
    return made


def answered(
    made: operations.Secrets,
    points: dict[str, str] | None = None,
    *,
    good: str = "",
    better: str = "",
    quote: str = "",
    manager_only: bool = False,
) -> Any:
    """Starts and sends, as a family does."""
    from portal.feedback.queries import invitation_by_token

    cookie = operations.start(invitation_by_token(made.token), BEGIN, held="")
    for page, typed in {**(points or {"heard": "best"}), "good": good, "better": better, "quote": quote}.items():
        if typed:
            operations.keep_page(cookie, page, typed)
    return operations.send(cookie, manager_only=manager_only)


def offer_languages(*codes: str, every: bool = False) -> None:
    """With every text that the language lacks (or all of them) in marks: «Start»."""
    audit.record(None, "feature switched on", settings.put(f"feature.{Feature.LANGUAGES}", "on"))
    for code in codes or ("pl", "ur", "ro", "cy"):
        row = checked().get(code) or CheckedLanguage(code=code)
        row.speaker, row.checked_on, row.is_on, row.checked_for = "A Speaker", clock.today(), True, english_digest()
        row.translations.extend(marked_texts(code, every=every))
        audit.record(None, "language checked and switched on", row)
    db.session.flush()
    forget_written()


def marked_texts(code: str, *, every: bool = False) -> list[Translation]:
    """What the language lacks (or all of it), as its English in marks."""
    made = []
    for catalogue in catalogues():
        own = {} if every else catalogue.own(code)
        for key, entry in catalogue.entries.items():
            if key not in own or not own[key].fits(entry):
                forms = [entry.english[-1]] * (counting(code).number if entry.counts else 1)
                words = [f"«{one}»" for one in forms]
                facts = {"catalogue": catalogue.name, "key": key, "english": list(entry.english), "words": words}
                made.append(Translation(**facts, speaker="A Speaker", checked_at=clock.now()))
    return made


def switch_language_off(code: str) -> None:
    row = db.session.scalars(db.select(CheckedLanguage).where(CheckedLanguage.code == code)).one()
    row.is_on = False
    audit.record(None, "language switched off", row)


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the last form of a page, by name."""
    form = page[page.rindex("<form") :]
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
    return {
        re.search(r'name="([^"]*)"', one)[1]: (re.search(r'value="([^"]*)"', one) or ["", ""])[1]  # type: ignore[index]
        for one in found
    }
