"""Children's voice for the service: figures of the pieces of work that a chart shows."""

from portal.impact.queries.chart import Chart
from portal.impact.queries.choosing import chosen_cases
from portal.impact.rules import voices as rules
from portal.kernel import clock
from portal.kernel.settings import Feature, is_on
from portal.policy import Actor
from portal.voice.queries.said import changes_of, turns_of


def voices(actor: Actor, chart: Chart) -> rules.ShownVoices | None:
    """What children said in the work of this chart; None where there is none, or the feature is off.

    Three statements. What was imported from earlier charts has no views and does not count.
    """
    own = [entry for entry in chart.entries if not entry.is_imported]
    if not own or not is_on(Feature.VOICE):
        return None
    cases = chosen_cases(actor, chart.chosen, clock.today())
    counted = frozenset(entry.case_id for entry in own)
    ended = frozenset(entry.case_id for entry in own if entry.row.ended_on)
    found = rules.voices(turns_of(cases), changes_of(cases), cases=counted, ended=ended)
    return rules.shown(found, published=False)
