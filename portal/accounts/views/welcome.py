"""One-time links: an invited person sets the first password, or somebody sets another."""

from flask import request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import queries
from portal.accounts.forms import WelcomeForm
from portal.accounts.operations import links
from portal.accounts.views.base import blueprint
from portal.kernel import hx
from portal.kernel.access import public
from portal.kernel.errors import OutOfReach, Refused


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
@public("an invited person has no password yet; the token is 256 random bits, works once and for 14 days at most")
def welcome(token: str) -> ResponseReturnValue:
    link = queries.link_of(token)
    if link is None:
        return _gone()
    form = WelcomeForm(data={"name": link.name})
    if not link.is_first:
        del form.name
    if request.method == "POST" and form.validate():
        try:
            links.set_password(token, form.password.data or "", form.name.data or "" if link.is_first else None)
        except Refused as error:
            form.refuse(error.problems)
        except OutOfReach:
            return _gone()
        else:
            session.clear()
            return hx.saved(url_for("accounts.sign_in"), "Your password is set. Sign in with it.")
    status = 422 if request.method == "POST" else 200
    return hx.page("accounts/welcome.html", form=form, link=link, token=token, status=status)


def _gone() -> ResponseReturnValue:
    return hx.page("accounts/link_gone.html", status=404)
