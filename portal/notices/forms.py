"""How a person wants to be told."""

from portal.kernel.forms import PortalForm, RadioField

AT_ONCE, DAILY = "at_once", "daily"


class ChoiceForm(PortalForm):
    """At once, or once a day."""

    when = RadioField("When something waits for you", required="Choose how you want to be told.")
