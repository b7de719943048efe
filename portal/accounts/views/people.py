"""Everybody with an account: the list, one person, invitations, roles, disabling."""

import re
from dataclasses import dataclass

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import queries, rules
from portal.accounts.forms import EndRoleForm, InviteForm, PersonForm, RoleForm
from portal.accounts.operations import people as operations
from portal.accounts.queries.changes import changes_of
from portal.accounts.views.base import blueprint, link_address, moment_words
from portal.kernel import clock, dates, forms, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import NotPermitted, Refused
from portal.notices.operations import can_send
from portal.policy import ROLE_LABELS, Action, Role


@dataclass(frozen=True)
class _Opened:
    name: str
    email: str
    version: int


@blueprint.get("/people/")
@requires(Action.READ_PEOPLE)
def people() -> ResponseReturnValue:
    wanted = _filter()
    found = queries.people_page(actor(), wanted)
    return hx.page(
        "accounts/people.html",
        rows=found.rows,
        next_url=_next_page(wanted, found.next_after),
        wanted=wanted,
        in_use=bool(wanted.words) + bool(wanted.role) + wanted.disabled,
        role_options=[("", "All roles"), *((role.value, ROLE_LABELS[role]) for role in Role)],
        waiting=len(queries.open_requests(actor())),
    )


def _next_page(wanted: queries.PeopleFilter, after: int | None) -> str | None:
    if after is None:
        return None
    state = "disabled" if wanted.disabled else ""
    return url_for("accounts.people", q=wanted.words, role=wanted.role or "", state=state, after=after)


def _filter() -> queries.PeopleFilter:
    role, after = request.args.get("role", ""), request.args.get("after", "")
    return queries.PeopleFilter(
        words=forms.clean_query(request.args.get("q")),
        role=Role(role) if role in set(Role) else None,
        disabled=request.args.get("state") == "disabled",
        after=int(after) if re.fullmatch(r"[1-9][0-9]{0,8}", after) else None,
    )


@blueprint.route("/people/invite", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def invite() -> ResponseReturnValue:
    form = offered(InviteForm())
    if request.method == "POST" and form.validate():
        try:
            made = operations.invite(actor(), form.draft(), form.role_draft())
            return link_page(made.person.id, made.token)
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/invite.html", form=form, found=found_schools(), by_email=can_send(), status=_status())


def offered(form: InviteForm | RoleForm) -> InviteForm | RoleForm:
    """The form with its choices; administrators are made by administrators only."""
    grantable = [(r.value, ROLE_LABELS[r]) for r in Role if rules.may_grant(actor().roles, r)]
    picked = request.form.get("school") if request.method == "POST" else request.args.get("school")
    form.offer(grantable, queries.schools_to_choose(also=picked), queries.lines_to_choose())
    if request.method == "GET" and picked:
        form.school.data = picked
    return form


def found_schools() -> object:
    """The search for a school that the form does not list."""
    return queries.find_schools(forms.clean_query(request.args.get("find"), 60))


def link_page(person_id: int, token: str | None) -> ResponseReturnValue:
    """The one-time link, shown once to be copied; without a token it was emailed, or waits for a second person."""
    person = queries.person_page(actor(), person_id)
    afterwards = url_for("accounts.person", person_id=person_id)
    if token is None:
        said = f"We've emailed the link to {person.row.email}." if can_send() else _WAITS
        return hx.saved(afterwards, said)
    return hx.shown_once(
        "accounts/link.html",
        afterwards,
        person_row=person.row,
        address=link_address(token),
        until=moment_words(person.link_until),
    )


@blueprint.get("/people/<id:person_id>")
@requires(Action.READ_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    found = queries.person_page(actor(), person_id)
    return hx.page(
        "accounts/person.html",
        found=found,
        row=found.row,
        waiting=changes_of(actor(), person_id),
        by_email=can_send(),
        moment=moment_words,
        day=lambda day: dates.short_day_words(day, clock.today()),
    )


@blueprint.route("/people/<id:person_id>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def edit_person(person_id: int) -> ResponseReturnValue:
    found = _changeable(person_id)
    form = PersonForm(obj=_Opened(found.row.name, found.row.email, found.version))
    if request.method == "POST" and form.validate():
        try:
            operations.change_person(actor(), person_id, form.draft(), opened_with=form.opened_with)
            waits = any(one.email == form.draft().email.strip().lower() for one in changes_of(actor(), person_id))
            said = "Saved. The new email address needs to be confirmed first." if waits else "Saved."
            return hx.saved(url_for("accounts.person", person_id=person_id), said)
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/edit_person.html", form=form, row=found.row, status=_status())


@blueprint.route("/people/<id:person_id>/roles", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def add_role(person_id: int) -> ResponseReturnValue:
    found = _changeable(person_id)
    form = offered(RoleForm())
    if request.method == "POST" and form.validate():
        try:
            operations.add_role(actor(), person_id, form.role_draft())
            return hx.saved(url_for("accounts.person", person_id=person_id), "The role is given.")
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/add_role.html", form=form, row=found.row, found=found_schools(), status=_status())


@blueprint.route("/people/<id:person_id>/roles/<id:role_id>/end", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def end_role(person_id: int, role_id: int) -> ResponseReturnValue:
    found = _changeable(person_id)
    role = next((role for role in found.row.roles if role.id == role_id), None) or abort(404)
    form = EndRoleForm()
    if request.method == "POST" and form.validate():
        try:
            operations.end_role(actor(), person_id, role_id, form.last_day.data)
            return hx.saved(url_for("accounts.person", person_id=person_id), "The role is ended.")
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/end_role.html", form=form, row=found.row, role=role, status=_status())


@blueprint.post("/people/<id:person_id>/steps/<word:step>")
@requires(Action.MANAGE_PEOPLE)
def person_step(person_id: int, step: str) -> ResponseReturnValue:
    if step == "link":
        return link_page(person_id, operations.new_link(actor(), person_id))
    if step == "disable":
        operations.disable(actor(), person_id)
    elif step == "enable":
        operations.enable(actor(), person_id)
    elif step == "take-second-factor":
        operations.take_second_factor(actor(), person_id)
    else:
        abort(404)
    return hx.saved(url_for("accounts.person", person_id=person_id), _DONE[step])


_DONE = {
    "disable": "The account is disabled. Their sessions have ended.",
    "enable": "The account is enabled.",
    "take-second-factor": "Asked for. The second step goes once this is confirmed.",
}
_WAITS = "Another coordinator or administrator needs to confirm this. It is on their list of tasks."


def _changeable(person_id: int) -> queries.PersonPage:
    found = queries.person_page(actor(), person_id)
    if not found.may_change:
        raise NotPermitted
    return found


def _status() -> int:
    return 422 if request.method == "POST" else 200
