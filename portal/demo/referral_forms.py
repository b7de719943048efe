"""Referrals of other kinds than the usual one, and how the pages of the usual one vary."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from portal.accounts.queries import actor_of
from portal.demo import names, texts
from portal.demo.cast import Cast
from portal.demo.timekeeper import Story, at
from portal.kernel.dates import school_year_start
from portal.policy import Actor
from portal.referrals import operations as referrals
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.schools.queries import calendar_of

_EFFECTS = tuple(code for code in rules.EFFECTS if code != "too_early")
_CODES = ("PP", "PA", "VP", "VA", "DM", "DB")
_TYPED = "Leaves the hall at lunch on most days. Since the half-term it is also the corridor before PE, and"


def tried(random: Random, day: date, school_day: Callable[[date, int], date]) -> rules.TriedPage:
    """One, two or three strategies; some not looked at again yet."""
    strategies = random.sample(texts.TRIED, random.choice((1, 2, 2, 3)))
    return rules.TriedPage(
        strategies=tuple(
            rules.StrategyTried(
                strategy=words,
                from_on=school_day(day, -30 - 10 * place),
                effect=random.choice(_EFFECTS) if random.random() < 0.8 else "",
            )
            for place, (words, _) in enumerate(strategies)
        )
    )


def attendance(random: Random, day: date, school_day: Callable[[date, int], date]) -> rules.AttendancePage:
    """Attendance is usually known; about half have been suspended."""
    suspended = random.random() < 0.5
    suspensions = tuple(
        rules.Suspension(
            starts_on=school_day(day, -6 - 9 * number),
            sessions=random.choice((1, 2, 2, 4)),
            reasons=tuple(random.sample(_CODES, random.choice((1, 1, 2)))),
        )
        for number in range(random.choice((1, 1, 2)) if suspended else 0)
    )
    known = random.random() < 0.9
    return rules.AttendancePage(
        attendance_percent=Decimal(random.randint(62, 96)) if known else None,
        attendance_since=school_day(day, -30) if known else None,
        suspended=suspended,
        suspensions=suspensions,
    )


def views(random: Random, name: str, parent: str) -> rules.ViewsPage:
    """In the child's words however they came about; now and then nobody has asked yet, and why."""
    how = random.choice(("wrote", "told", "told", "drew", "helped", "not_yet"))
    asked = how != "not_yet"
    return rules.ViewsPage(
        pupil_views=random.choice(texts.PUPIL_VIEWS) if asked else "",
        pupil_views_how=how,
        pupil_views_helper="The teaching assistant" if how in ("told", "drew", "helped") else "",
        pupil_views_not_yet="" if asked else "The week has been too hard. We ask on Monday.",
        family_views=random.choice(texts.FAMILY_VIEWS).format(name=name),
        family_views_how="told",
        family_views_who=parent,
    )


@dataclass(frozen=True)
class _Own:
    """The cast's own primary school, and who writes there."""

    cast: Cast
    today: date

    @property
    def school_id(self) -> int:
        return self.cast.primary[0]

    @property
    def writer(self) -> Actor:
        return actor_of(self.cast.writers[self.school_id])

    def day(self, ago: int) -> date:
        return calendar_of(self.cast.primary_line).add_school_days(self.today, -ago)

    def begin(self, kind: str) -> Referral:
        return referrals.start_referral(self.writer, self.school_id, self.cast.primary_line, kind)

    def save(self, referral: Referral, pages: dict[str, rules.PageDraft]) -> None:
        for key, page in pages.items():
            referrals.save_page(self.writer, referral, key, page, opened_with=0, knows_alike=True)


def stories(cast: Cast, today: date) -> tuple[Story, ...]:
    """A group and a whole school that are being written, and a draft in the middle of a sentence."""
    own = _Own(cast, today)
    return _group(own), _whole_school(own), _interrupted(own)


def _group(own: _Own) -> Story:
    yield at(own.day(6), 13, 20)
    referral, random, agreed = own.begin("group"), Random(4), own.day(7)
    born = date(school_year_start(own.today) - 9, 11, 12)
    pupils = tuple(
        rules.GroupPupil(
            given_name=given,
            family_name=random.choice(names.FAMILY_NAMES),
            born_on=born + timedelta(days=40 * place),
            year_group="4",
            sen_status="K",
            sen_need="SEMH",
            looked_after=False,
            social_care="none",
            agrees=True,
            agrees_on=agreed,
            agrees_who="The mother",
            shares=True,
            shares_on=agreed,
            shares_who="The mother",
        )
        for place, given in enumerate(random.sample(names.GIVEN_NAMES, 3))
    )
    own.save(
        referral,
        {
            "pupils": rules.GroupPage(pupils, "They set each other off, and calm each other too."),
            "concern": rules.ConcernPage(concern="Three friends who fall out every lunchtime, with hands."),
            "tried": tried(
                random, own.day(6), lambda day, days: calendar_of(own.cast.primary_line).add_school_days(day, days)
            ),
        },
    )


def _whole_school(own: _Own) -> Story:
    yield at(own.day(5), 15, 45)
    referral = own.begin("school")
    page = rules.WholeSchoolPage(
        what="The lunch hall is loud and crowded, and most incidents of the day begin there.",
        where="The hall and the door to the playground, 12:10 to 12:40",
        since="Since September, when the second hall was closed",
        how_many="About 180 pupils, most of them in Years 3 and 4",
        staff="Six lunchtime supervisors and two teaching assistants",
    )
    wanted = rules.SupportPage("Somebody to watch two lunchtimes, and training for the supervisors.", "A calm hall.")
    own.save(referral, {"school": page, "support": wanted})


def _interrupted(own: _Own) -> Story:
    yield at(own.day(1), 16, 5)
    referral = own.begin("pupil")
    yield at(own.day(1), 16, 12)
    referrals.keep_typed(
        own.writer,
        referral,
        "concern",
        [("concern", _TYPED)],
        page_version=0,
        sitting="d" * 32,
        stroke=1,
        known_version=0,
    )
