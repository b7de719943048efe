"""“Our offer”, for everybody to read, and the pages on which the coordinator keeps it."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx, web
from portal.kernel.access import actor, actor_or_none, public, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.offer import operations, queries, rules
from portal.offer.forms import PolicyForm, TextForm
from portal.policy import Action
from portal.schools.operations import RefusedFields

blueprint = Blueprint("offer", __name__)

MANAGE = Action.MANAGE_OFFER


@blueprint.get("/offer/")
@public("what the service offers, for everybody who thinks of asking it")
def index() -> ResponseReturnValue:
    _for_everybody()
    return hx.page("offer/index.html", offer=queries.offer())


@blueprint.get("/offer/policy")
@public("the policy of the service")
def policy() -> ResponseReturnValue:
    _for_everybody()
    return hx.page("offer/policy.html", policy=queries.policy_page())


@blueprint.get("/offer/policy/<id:number>")
@public("an earlier version of the policy")
def policy_version(number: int) -> ResponseReturnValue:
    _for_everybody()
    return hx.page("offer/policy.html", policy=queries.policy_page(number))


def _for_everybody() -> None:
    if actor_or_none() is None:
        web.let_it_be_kept()


@blueprint.get("/offer/keep")
@requires(MANAGE)
def keep() -> ResponseReturnValue:
    return hx.page(
        "offer/keep.html",
        texts=queries.texts(),
        offer=queries.offer(),
        draft=queries.opened_policy(),
    )


@blueprint.route("/offer/texts/<word:key>", methods=["GET", "POST"])
@requires(MANAGE)
def change_text(key: str) -> ResponseReturnValue:
    row = queries.text_for(key)
    form = TextForm(obj=row)
    if request.method == "POST" and form.validate():
        try:
            operations.change_text(actor(), row, form.text.data or "", opened_with=form.opened_with)
            return hx.saved(url_for(".keep"), "Saved. Everybody can read it now.")
        except Refused as refused:
            form.refuse(refused.problems)
    return hx.page("offer/text.html", status=_status(), form=form, key=key, title=rules.SECTIONS[key].title)


@blueprint.route("/offer/policy/draft", methods=["GET", "POST"])
@requires(MANAGE)
def draft() -> ResponseReturnValue:
    form = PolicyForm(obj=queries.opened_policy())
    if request.method == "POST" and form.validate():
        try:
            operations.draft_policy(actor(), form.draft(), opened_with=form.opened_with)
            return hx.saved(url_for(".draft"), "Draft saved. Nobody else sees it until you publish it.")
        except RefusedFields as refused:
            form.put_errors(refused.by_field)
    return _draft_page(form)


@blueprint.post("/offer/policy/draft/publication")
@requires(MANAGE)
def publish() -> ResponseReturnValue:
    opened = queries.opened_policy()
    try:
        operations.publish_policy(actor(), opened, opened_with=version_sent())
    except RefusedFields as refused:
        form = PolicyForm(formdata=None, obj=opened)
        form.put_errors(refused.by_field)
        return _draft_page(form)
    return hx.saved(url_for(".policy"), "Published. Earlier versions stay readable.")


def _draft_page(form: PolicyForm) -> ResponseReturnValue:
    return hx.page("offer/draft.html", status=_status(), form=form, opened=queries.opened_policy())


@blueprint.post("/offer/policy/draft/removal")
@requires(MANAGE)
def discard_draft() -> ResponseReturnValue:
    operations.discard_draft(actor(), opened_with=version_sent())
    return hx.saved(url_for(".keep"), "Draft thrown away. The version in force stays.")


def _status() -> int:
    return 422 if request.method == "POST" else 200
