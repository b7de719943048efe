"""Parents and carers are typed once: a referral makes contacts of them, and contacts begin the next referral."""

from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.policy import Role
from portal.referrals import operations, queries, rules
from portal.schools import operations as schools
from portal.schools.queries import contact_draft
from portal.schools.rules import ContactDraft, may_reach
from tests import builders_referrals as build
from tests import people

TODAY = date(2026, 11, 10)
ROSA = rules.Parent("Mrs Rosa Okafor", "mother", True, "07700 900123", "rosa@okafor.example", ("text", "phone"))


@dataclass(frozen=True)
class Known:
    """A contact on record."""

    id: int = 7
    name: str = "Rosa Okafor"
    relationship_code: str = "mother"
    parental_responsibility: bool | None = True
    phone: str | None = "07700 900123"
    email: str | None = "rosa@okafor.example"
    safe_channels: str = "text,phone"
    do_not_contact: bool = False
    alike_id: int | None = None


def test_a_parent_nobody_knows_becomes_a_contact_with_the_safe_ways():
    assert rules.new_contact(ROSA, []) == ContactDraft(
        name="Mrs Rosa Okafor",
        relationship_code="mother",
        parental_responsibility=True,
        phone="07700 900123",
        email="rosa@okafor.example",
        safe_channels="text,phone",
    )
    assert rules.new_contact(rules.Parent(phone="1"), []) is None
    nothing_safe = rules.new_contact(rules.Parent("Ali", safe_channels=("email", "post")), [])
    assert nothing_safe is not None
    assert (nothing_safe.safe_channels, nothing_safe.relationship_code) == ("", "other")


@pytest.mark.parametrize(
    ("known", "becomes"),
    [
        (Known(), None),  # the same, with nothing new
        (Known(email=None), 7),
        (Known(phone="01803 1"), 7),
        (Known(safe_channels="phone"), 7),  # another safe way
        (Known(safe_channels="text,phone,email"), 7),  # a safe way less
        (Known(safe_channels="text,phone,post"), None),  # letters are not asked
        (Known(do_not_contact=True, safe_channels="", phone=None), None),
        (Known(name="R. Okafor"), 7),
        (Known(name="Okafor"), 7),
        (Known(name="Rosa Bell", relationship_code="mother"), 7),  # her number
        (Known(name="Ben Okafor", relationship_code="father"), "new"),  # the family's number
        (Known(name="Ben Bell", relationship_code="father", do_not_contact=True), 7),
        (Known(name="Ben Okafor", relationship_code="father", phone="1", email=None), "new"),
    ],
)
def test_nobody_on_record_is_doubled_or_changed_unseen(known, becomes):
    draft = rules.new_contact(ROSA, [known])
    assert (draft if draft is None else draft.alike_id or "new") == becomes


def test_contacts_begin_the_page_of_the_family():
    page = rules.family_of([Known(), Known(8, do_not_contact=True), Known(9, alike_id=7)])
    assert page == rules.FamilyPage(parents=(replace(ROSA, name="Rosa Okafor"),))
    assert rules.family_of([Known(do_not_contact=True)]) is None
    assert rules.new_contact(page.parents[0], [Known()]) is None


@pytest.mark.parametrize(
    ("parent", "field"),
    [
        (rules.Parent("A", safe_channels=("text",)), "parents-0-safe_channels"),
        (rules.Parent("A", phone="1", safe_channels=("email",)), "parents-0-safe_channels"),
        (rules.Parent("A", safe_channels=("pigeon",)), "parents-0-safe_channels"),
    ],
)
def test_a_safe_way_needs_its_number_or_address(parent, field):
    assert list(rules.page_problems(rules.FamilyPage(parents=(parent,)), TODAY)) == [field]


@pytest.fixture
def cast(unit):
    ash = people.school()
    made = SimpleNamespace(
        ash=ash,
        senco=people.person("Sam Ash", Role.SCHOOL, school_id=ash.id),
        coordinator=people.person("Cora Dean", Role.COORDINATOR),
        line=build.service_line(),
    )
    people.commit()
    return made


def family(*parents):
    return replace(build.PAGES["family"], parents=parents)


def as_(person):
    return actor_of(person.id)


def test_sending_makes_contacts_and_sending_again_makes_no_more(cast):
    referral = build.submitted(cast.senco, cast.line, family=family(ROSA))
    db.session.commit()
    (rosa,) = referral.pupil.contacts
    assert (rosa.name, rosa.alike_id, may_reach(rosa, "text"), may_reach(rosa, "email")) == (
        ROSA.name,
        None,
        True,
        False,
    )
    changed = replace(contact_draft(rosa), name="Rosa Obi", phone="1")
    schools.change_contact(as_(cast.coordinator), rosa, changed, opened_with=rosa.version)
    operations.take_step(as_(cast.coordinator), referral, "return", note="More?")
    build.answered(cast.senco, referral)
    operations.take_step(as_(cast.senco), referral, "resubmit")
    db.session.commit()
    assert [one.name for one in referral.pupil.contacts] == ["Rosa Obi"]


def test_do_not_contact_stays_whatever_a_referral_says(cast):
    referral = build.written(cast.senco, cast.line, family=family(ROSA, replace(ROSA, name="R Okafor")))
    never = ContactDraft(name="Rosa Okafor", relationship_code="mother", do_not_contact=True)
    schools.add_contact(as_(cast.senco), referral.pupil, never)
    db.session.commit()
    operations.take_step(as_(cast.senco), referral, "submit")
    db.session.commit()
    known, alike = referral.pupil.contacts
    assert (known.do_not_contact, known.phone) == (True, None)
    assert (alike.name, alike.alike_id) == ("R Okafor", known.id)
    assert not any(may_reach(one, way) for one in (known, alike) for way in rules.WAYS)


def test_the_next_referral_begins_with_the_contacts(cast):
    first = build.submitted(cast.senco, cast.line, family=family(ROSA))
    db.session.commit()
    second = build.draft(cast.senco, cast.line)
    operations.choose_pupil(as_(cast.senco), second, first.pupil)
    db.session.commit()
    opened = queries.opened_page(as_(cast.senco), second, "family")
    assert (opened.begun, opened.draft.parents) == (True, (ROSA,))
    assert opened.draft.agrees is None
