"""Who may do what, read from the policy itself."""

from flask.typing import ResponseReturnValue

from portal.accounts.rules import who_may
from portal.accounts.views.base import blueprint
from portal.kernel import hx
from portal.kernel.access import requires
from portal.policy import Action


@blueprint.get("/policy")
@requires(Action.READ_POLICY)
def policy() -> ResponseReturnValue:
    return hx.page("accounts/policy.html", roles=who_may.role_names(), groups=who_may.groups())
