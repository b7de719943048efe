"""Files at the edge of the web: taking uploads in, giving files and made documents out.

An upload route of a feature is a POST that has its files looked into before the database is locked, and then keeps
what was taken:

    @blueprint.post("/referrals/<ref:reference>/files")
    @prepares(web.received)                 # from portal.kernel.unit_of_work
    @requires(Action.WRITE_REFERRAL)
    def add(reference: str) -> ResponseReturnValue:
        taken: web.Received = prepared()
        for checked in taken.checked:
            keep(actor(), checked.name, checked, kind="referral", record_id=…, url=…)

and answers ``taken.problems`` (sentences, one for each refused file) with status 422 when nothing was taken. The
upload macro (templates/macros/upload.html) draws the control and the list.

A route that takes more than the usual 12 MB (an import of 20 MB, say) says so between route and access:

    @blueprint.post("/pupils/from-ctf")
    @takes_up_to(25 * 1024 * 1024)          # from portal.kernel.web
    @requires(Action.WRITE_REFERRAL)
"""

import io
from dataclasses import dataclass

from flask import Response, request, send_file

from portal.files import intake, rules, store
from portal.files.queries import FileRow
from portal.kernel.access import actor_or_none
from portal.kernel.errors import Refused

_NOT_YET = (
    "This file waits for the virus scan, which takes a minute or two. Try again then. "
    "If it stays like this, tell an administrator."
)
_HARMFUL = "This file was found to be harmful and was deleted."


@dataclass(frozen=True)
class Received:
    """What came with a form: files that may be kept, and a sentence for each that may not."""

    checked: tuple[intake.Checked, ...]
    problems: tuple[str, ...]


def received(field: str = "files") -> Received:
    """Checks every file of the form field, before anything is written; none of too many. Raises nothing."""
    chosen = [sent for sent in request.files.getlist(field) if sent.filename]  # a chooser left empty sends no name
    if len(chosen) > rules.MOST_FILES:
        return Received((), (rules.too_many_words(len(chosen)),))
    checked: list[intake.Checked] = []
    problems: list[str] = []
    pixels = 0
    for sent in chosen:
        name, content = sent.filename or "", sent.stream.read(rules.LARGEST * 2)
        pixels += intake.pixels_in(content)
        if pixels > rules.MOST_PIXELS_AT_ONCE:
            problems.append(rules.too_many_pictures_words(intake.clean_name(name)))
            continue
        try:
            checked.append(intake.check(name, content))
        except Refused as refused:
            problems.extend(refused.problems)
    if not checked and not problems:
        problems.append(f"Choose a file to add: {rules.TYPE_WORDS}.")
    return Received(tuple(checked), tuple(problems))


def attachment(row: FileRow) -> Response:
    """The file, to be saved and never shown in the page. The view has checked who may see its record.

    Raises ``Refused`` while it waits for its scan (its keeper has it all the same), or when it is lost or harmful.
    """
    actor = actor_or_none()
    if not row.is_given_to(actor.person_id if actor else None):
        raise Refused(_HARMFUL if row.state is rules.State.INFECTED else _NOT_YET)
    return _to_save(store.read(row.place), row.media_type, row.name)


def pdf_answer(content: bytes, name: str) -> Response:
    """A made document, to be saved as ``name`` (with .pdf; it names no child)."""
    return _to_save(content, rules.PDF, intake.clean_name(name))


def _to_save(content: bytes, media_type: str, name: str) -> Response:
    answer = send_file(io.BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name, etag=False)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
