"""The work with a child, week by week, as the demonstration tells it: observation, plan, support, exit, monitoring."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.assessments import operations as measures
from portal.assessments.rules import GoalDraft, ReadingDraft
from portal.cases import operations as cases
from portal.demo import children, texts, voices
from portal.demo.timekeeper import Story, at
from portal.exits import operations as exits
from portal.exits import queries as endings
from portal.exits.models import MonitoringVisit
from portal.exits.rules import EndingDraft, HowEnded, MonitoringDraft, Outcome, Persistence, PupilOutcome
from portal.extensions import db
from portal.feedback import operations as feedback
from portal.feedback import rules as said
from portal.plans import operations as plans
from portal.plans.models import Strategy
from portal.plans.rules import Implemented, StrategyDraft
from portal.tasks.rules import OBSERVATION_REPORT, WEEK_SIX_REVIEW
from portal.visits import operations as visits
from portal.visits.rules import VisitDraft
from portal.voice.models import ChildView
from portal.voice.rules.questions import Moment

if TYPE_CHECKING:
    from portal.demo.stories import Told

MINUTES = {
    "observation": (120, 150, 180),
    "direct_work": (60, 75, 90, 120),
    "modelling": (60, 90, 120),
    "meeting": (45, 60),
    "family_session": (60, 75),
    "call": (10, 15, 20, 30),
    "monitoring_visit": (60, 75),
    "report_writing": (90, 120),
}
"""How long a visit of each kind may last"""

SUPPORT_KINDS = ("direct_work", "direct_work", "direct_work", "modelling", "meeting", "family_session", "call")
OUTCOMES = (
    *[Outcome.STAYED] * 16,
    Outcome.MANAGED_MOVE,
    Outcome.SPECIALIST,
    Outcome.ALTERNATIVE,
    Outcome.PERMANENTLY_EXCLUDED,
)


@dataclass
class Work:
    """One piece of work from the day it starts; each act happens on a school day of the child's calendar."""

    told: "Told"
    starts_on: date
    threshold: int = 0
    thrive: int = 0
    strategies: list[Strategy] = field(default_factory=list)
    last_day: date = date.min
    unanswered: list[ChildView] = field(default_factory=list)
    """What children said and nobody has answered yet"""

    def play(self) -> Story:
        yield at(self.starts_on, 9)
        self._move("start_observation")
        yield from self._observation()
        yield at(self._week(3), 9)
        self._move("start_plan")
        self._advise()
        yield at(self._week(4), 9, 20)
        self._move("start_support")
        children.answer(self.told, self.unanswered)
        yield from self._support()
        yield at(self._week(11), 9, 5)
        self._move("begin_exit")
        yield from self._ending()
        yield from self._monitoring()

    @property
    def _random(self) -> Random:
        return self.told.plot.random

    def _week(self, number: int, day: int = 0) -> date:
        """A school day of the given week of the work (1, 2, …)."""
        monday = self.told.calendar.add_school_weeks(self.starts_on, number - 1)
        return self.told.school_day(monday + timedelta(days=day), 0)

    def _move(self, step: str) -> None:
        case = self.told.case
        cases.move(self.told.worker, case, step, opened_with=case.version)

    def _visit(self, day: date, kind: str) -> None:
        """Logs a visit after the worker's others of that day; on a full day there is none."""
        minutes = self._random.choice(MINUTES[kind])
        starts_at = self.told.cast.diary.book(self.told.plot.worker_id, day, minutes)
        if starts_at is None:
            return
        note = self._random.choice(texts.VISIT_NOTES[kind]) if self._random.random() < 0.8 else ""
        draft = VisitDraft(on_date=day, starts_at=starts_at, minutes=minutes, kind=kind, note=note)
        visits.log_visit(self.told.worker, draft, self.told.case)

    def _observation(self) -> Story:
        day = self._week(1, 1)
        yield at(day, 15, 30)
        self._visit(day, "observation")
        self._baseline(day)
        day = self._week(2, self._random.randrange(5))
        yield at(day, 16)
        self._visit(day, "report_writing")
        self.unanswered += children.says(self.told, Moment.START)
        if self._random.random() < 0.92:
            cases.mark_done(self.told.worker, self.told.case, OBSERVATION_REPORT)

    def _baseline(self, day: date) -> None:
        self.threshold = self._random.randint(8, 12)
        self.thrive = self._random.randint(18, 45)
        self._read("behaviour_threshold", day, self.threshold)
        self._read("thrive", day, self.thrive)
        self._read("attendance", day, self._random.randint(60, 92), edition="Last 6 school weeks")
        if self._random.random() < 0.5:
            goal = GoalDraft(self._pupil_id(), self._random.choice(texts.GOALS), "pupil", 3, day)
            measures.set_goal(self.told.worker, self.told.case, goal)

    def _pupil_id(self) -> int:
        return self.told.case.pupils[0].pupil_id

    def _read(self, code: str, day: date, value: int, *, edition: str = "") -> None:
        for pupil in self.told.case.pupils:
            draft = ReadingDraft(
                pupil_id=pupil.pupil_id, value=Decimal(value), informant="", edition=edition, taken_on=day
            )
            measures.record_reading(self.told.worker, self.told.case, code, draft)

    def _advise(self) -> None:
        chosen = self._random.sample(texts.STRATEGIES, self._random.randint(2, 4))
        for words, owner in chosen:
            draft = StrategyDraft(words=words, owner=owner, advised_on=self._week(3))
            self.strategies.append(plans.advise(self.told.worker, self.told.case, draft))

    def _support(self) -> Story:
        for number in range(4, 11):
            for day in sorted({self._week(number, self._random.randrange(5)) for _ in range(2)}):
                if day >= self._week(11):
                    continue
                yield at(day, 15, self._random.randrange(60))
                self._visit(day, self._random.choice(SUPPORT_KINDS))
            if number == 6:
                yield at(self._week(7), 8, 30)
                self._review()

    def _review(self) -> None:
        self._read("behaviour_threshold", self._week(7), max(1, self.threshold - self._random.randint(0, 2)))
        for strategy in self.strategies:
            state = self._random.choice((Implemented.YES, Implemented.YES, Implemented.PARTLY))
            plans.set_implemented(self.told.worker, strategy, state)
        if self._random.random() < 0.9:
            cases.mark_done(self.told.worker, self.told.case, WEEK_SIX_REVIEW)

    def _ending(self) -> Story:
        day = self._week(12, 2)
        yield at(day, 10)
        self._visit(day, "meeting")
        self._closing_readings(day)
        self.unanswered += children.says(self.told, Moment.END, Moment.HELP)
        yield at(day, 16, 30)
        self._end(day)
        yield at(self._week(13, 1), 11)
        self._ask_for_feedback()
        children.answer(self.told, self.unanswered)
        if self._random.random() < 0.97:
            exits.report_written(self.told.worker, self.told.case)
        yield at(self._week(13, 3), 9)
        self._move("start_monitoring")

    def _closing_readings(self, day: date) -> None:
        if self._random.random() < 0.96:
            self._read("behaviour_threshold", day, max(1, self.threshold - self._random.choice((0, 1, 2, 3, 4, 5))))
        if self._random.random() < 0.94:
            self._read("thrive", day, min(100, self.thrive + self._random.randint(-3, 35)))
        if self._random.random() < 0.7:
            self._read("attendance", day, self._random.randint(70, 98), edition="Last 6 school weeks")

    def _end(self, day: date) -> None:
        case = self.told.case
        outcomes = tuple(
            PupilOutcome(pupil_key=str(pupil.pupil_id), outcome=self._random.choice(OUTCOMES)) for pupil in case.pupils
        )
        how = HowEnded.COMPLETED if self._random.random() < 0.92 else HowEnded.STOPPED_BY_FAMILY
        exits.end_case(self.told.worker, case, EndingDraft(outcomes, how, day), opened_with=case.version)

    def _ask_for_feedback(self) -> None:
        for source, share, good, better in (
            (said.Source.SCHOOL, 0.06, texts.SCHOOL_GOOD, texts.SCHOOL_BETTER),
            (said.Source.FAMILY, 0.9, texts.FAMILY_GOOD, texts.FAMILY_BETTER),
        ):
            if self._random.random() < share:
                feedback.record_feedback(self.told.worker, self.told.case, self._said(source, good, better))

    def _said(self, source: said.Source, good: tuple[str, ...], better: tuple[str, ...]) -> said.Feedback:
        critical = self._random.random() < 0.35
        answers = dict.fromkeys(said.ASPECTS[source], said.Answer.GOOD)
        if critical:
            answers[self._random.choice(list(answers))] = said.Answer.MIXED
        return said.Feedback(
            source=source,
            answers=answers,
            good_words=self._random.choice(good),
            better_words=self._random.choice(better) if critical else "",
            given_on=self._week(13, 1),
        )

    def _monitoring(self) -> Story:
        yield at(self._week(14, 1), 10)
        voices.answer(self.told, said.Moment.END)
        first, *later = self._monitoring_visit_ids()
        yield from self._monitor(first)
        yield at(self.told.school_day(self.last_day, 6), 10)
        voices.answer(self.told, said.Moment.MONITORING)
        for visit_id in later:
            yield from self._monitor(visit_id)
        yield at(self.told.school_day(self.last_day, 2), 9)
        self._move("close")

    def _monitoring_visit_ids(self) -> list[int]:
        of_case = select(MonitoringVisit.id).where(MonitoringVisit.case_id == self.told.case.id)
        return list(db.session.scalars(of_case.order_by(MonitoringVisit.due_on)))

    def _monitor(self, visit_id: int) -> Story:
        due_on = endings.monitoring_for(self.told.case, visit_id).due_on or self.last_day
        day = self.told.school_day(due_on, self._random.choice((-1, 0, 2)))
        yield at(self.told.school_day(day, -5), 9)
        visit = endings.monitoring_for(self.told.case, visit_id)
        exits.schedule_monitoring(self.told.worker, self.told.case, visit, day, opened_with=visit.version)
        yield at(day, 14)
        self._visit(day, "monitoring_visit")
        states = (*[Persistence.STILL_IN_PLACE] * 4, Persistence.ADAPTED, Persistence.STOPPED)
        checks = {strategy.id: self._random.choice(states) for strategy in self.strategies}
        visit = endings.monitoring_for(self.told.case, visit_id)
        exits.record_monitoring(
            self.told.worker, self.told.case, visit, MonitoringDraft(day, checks), opened_with=visit.version
        )
        self.last_day = day
