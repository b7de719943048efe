"""Filling the form from elsewhere: a CTF, or the last referral of the same pupil. What is taken is shown first.

Nothing of a file is kept here: what was found of the chosen pupil travels sealed in the page to the next step.
"""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.web import takes_up_to
from portal.policy import Action
from portal.referrals import operations, queries, rules
from portal.referrals.forms import CtfChoiceForm, CtfForm, TakeForm
from portal.referrals.views.blueprint import blueprint
from portal.referrals.views.form import closed, mine, to_show
from portal.schools.rules import YEAR_GROUPS


@blueprint.route("/referrals/<ref:reference>/prefill/ctf", methods=["GET", "POST"])
@takes_up_to(26 * 1024 * 1024)
@requires(Action.WRITE_REFERRAL)
def ctf(reference: str) -> ResponseReturnValue:
    form = CtfForm()
    found = _read(form) if request.method == "POST" and form.validate() else None  # before the database is asked
    referral = _mine(reference)
    if closed(referral):
        return to_show(referral)
    if found is None:
        if request.method == "GET":
            form.who.data = _name_known(referral)
        return _ctf(referral, form)
    if not found.pupils:
        form.put_errors({"who": _nobody(found, form.who.data or "")})
        return _ctf(referral, form)
    if len(found.pupils) > 1:
        return _several(referral, found)
    return _preview(referral, _offer(found.pupils[0]), "ctf")


def _offer(pupil: rules.CtfPupil) -> rules.Offer:
    return rules.Offer(rules.ctf_pages(pupil), pupil.left_out)


def _mine(reference: str) -> Any:
    referral = mine(reference)
    if referral.scope_kind != "pupil":
        raise OutOfReach
    return referral


def _read(form: CtfForm) -> rules.CtfFound | None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.put_errors({"file": "Choose the file that your school's system made."})
        return None
    try:
        return rules.read_ctf(sent.stream, form.who.data or "")
    except rules.CtfRefused as error:
        form.put_errors({"file": str(error)})
        return None


def _nobody(found: rules.CtfFound, who: str) -> str:
    pupils = f"{found.in_file:,} pupil{'' if found.in_file == 1 else 's'}"
    if not who.strip():
        return f"The file holds {pupils}. Type whom to look for, then choose the file again."
    return f"Nobody in this file fits. It holds {pupils}. Check the spelling, or type the UPN."


def _name_known(referral: Any) -> str:
    page = queries.known_pages(actor(), referral)["pupil"]
    if not isinstance(page, rules.PupilPage):
        return ""
    return page.upn or f"{page.given_name} {page.family_name}".strip()


def _ctf(referral: Any, form: CtfForm) -> ResponseReturnValue:
    return hx.page(
        "referrals/ctf.html", status=422 if form.errors or form.problems else 200, referral=referral, form=form
    )


def _several(referral: Any, found: rules.CtfFound) -> ResponseReturnValue:
    form = CtfChoiceForm(formdata=None)
    form.sealed.offer(
        [(queries.seal_offer(actor(), referral, _offer(one)), _choice_words(one)) for one in found.pupils]
    )
    more = found.fitting - len(found.pupils)
    return hx.page("referrals/ctf_choose.html", referral=referral, form=form, more=more)


def _choice_words(pupil: rules.CtfPupil) -> str:
    born = f"born {pupil.born_on.day}/{pupil.born_on.month}/{pupil.born_on.year}" if pupil.born_on else ""
    year = YEAR_GROUPS.get(pupil.year_group, "")
    return ", ".join(filter(None, (f"{pupil.given_name} {pupil.family_name}".strip(), born, year)))


@blueprint.post("/referrals/<ref:reference>/prefill/ctf/choose")
@requires(Action.WRITE_REFERRAL)
def ctf_choose(reference: str) -> ResponseReturnValue:
    referral = _mine(reference)
    offer = queries.open_sealed(actor(), referral, request.form.get("sealed", ""))
    if offer is None:
        return _read_again(referral)
    return _preview(referral, offer, "ctf")


def _read_again(referral: Any) -> ResponseReturnValue:
    form = CtfForm(formdata=None)
    form.refuse(["What was found is not at hand any more. Choose the file and the pupil again."])
    return _ctf(referral, form)


@blueprint.route("/referrals/<ref:reference>/prefill/last", methods=["GET"])
@requires(Action.WRITE_REFERRAL)
def last(reference: str) -> ResponseReturnValue:
    referral = _mine(reference)
    if closed(referral):
        return to_show(referral)
    return _preview(referral, _from_last(referral), "last")


def _from_last(referral: Any) -> rules.Offer:
    earlier = queries.last_referral_of(referral)
    if earlier is None:
        raise OutOfReach
    return rules.Offer(rules.from_last(queries.page_answers(earlier)))


def _preview(referral: Any, offer: rules.Offer, source: str, refused: Refused | None = None) -> ResponseReturnValue:
    form = TakeForm(formdata=None)
    offered = rules.offered_pages(queries.known_pages(actor(), referral), offer.pages, clock.today())
    form.pages.offer([(page.page, page.title) for page in offered])
    form.sealed.data = queries.seal_offer(actor(), referral, offer) if source == "ctf" else ""
    if refused is not None:
        form.refuse(refused.problems)
    return hx.page(
        "referrals/take.html",
        status=200 if refused is None else 422,
        referral=referral,
        form=form,
        offered=offered,
        left_out=offer.left_out,
        source=source,
        earlier=queries.last_referral_of(referral) if source == "last" else None,
    )


@blueprint.post("/referrals/<ref:reference>/prefill/<word:source>/take")
@requires(Action.WRITE_REFERRAL)
def take(reference: str, source: str) -> ResponseReturnValue:
    referral = _mine(reference)
    if source not in ("ctf", "last"):
        raise OutOfReach
    offer = (
        _from_last(referral)
        if source == "last"
        else queries.open_sealed(actor(), referral, request.form.get("sealed", ""))
    )
    if offer is None:
        return _read_again(referral)
    try:
        if not request.form.getlist("pages"):
            raise Refused("Tick at least one page, or go back.")
        changed = operations.take_answers(actor(), referral, offer.pages, request.form.getlist("pages"), source)
    except Refused as error:
        return _preview(referral, offer, source, error)
    titles = ", ".join(rules.PAGE_BY_KEY[key].title.lower() for key in changed)
    return hx.saved(
        url_for("referrals.form", reference=reference),
        f"Filled in: {titles}. Check each page before you send it.",
        event="referrals-changed",
    )
