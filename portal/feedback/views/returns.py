"""How many families were asked, and how many answered."""

from flask.typing import ResponseReturnValue

from portal.feedback import queries
from portal.feedback.views.base import blueprint
from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.policy import Action


@blueprint.get("/feedback/returns")
@requires(Action.RECORD_FEEDBACK)
def family_returns() -> ResponseReturnValue:
    return hx.page("feedback/returns.html", fragment="feedback/_returns.html", returns=queries.returns(actor()))
