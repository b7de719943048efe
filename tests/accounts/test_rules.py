"""Passwords, lock-out, session ends, codes and who may change whom, without a database."""

from datetime import UTC, date, datetime, timedelta

import pyotp
import pytest

from portal.accounts import rules
from portal.accounts.rules import who_may
from portal.policy import Action, Role

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 201, "at most 200"),
        ("password1234", "too easy"),
        ("Password 1234", "too easy"),
        ("aaaaaaaaaaaaaaaa", "too easy"),
        ("demonstration only", "too easy"),
        ("worker.one@x.example", "Leave your own"),
        ("blenkinsopp12", "Leave your own"),
    ],
)
def test_weak_passwords_are_refused_with_a_mend(password, words):
    found = rules.password_problems(
        password, name="Jo Blenkinsopp", email="worker.one@x.example", refused=["demonstration only"]
    )
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize("password", ["seven quiet herons", "żółta łódka 🛶 płynie", "x7!kd02-mmq9"])
def test_good_passwords_pass(password):
    assert rules.password_problems(password, name="Jo", email="jo@x.example") == []


@pytest.mark.parametrize(
    ("here", "account", "address", "locked"),
    [
        (9, 9, 9, False),
        (10, 10, 10, True),
        (0, 29, 0, False),
        (0, 30, 0, True),
        (1, 1, 299, False),
        (1, 1, 300, True),
        (0, 0, 300, False),
        (0, 0, 10_000, False),
    ],
)
def test_the_lock_looks_at_account_and_address(here, account, address, locked):
    assert rules.is_locked(here, account, address) is locked


def test_a_session_ends_idle_late_and_by_itself():
    began, end = NOON, rules.session_end
    assert end(began, NOON, None, NOON + timedelta(minutes=30)) is None
    assert end(began, NOON, None, NOON + timedelta(minutes=30, seconds=1)) is rules.SessionEnd.IDLE
    later = NOON + timedelta(hours=12)
    assert end(began, later, None, later) is None
    assert end(began, later, None, later + timedelta(seconds=1)) is rules.SessionEnd.TOO_LONG
    assert end(began, NOON, NOON, NOON) is rules.SessionEnd.ENDED


def code_at(steps):
    return pyotp.TOTP(KEY).at(NOON + timedelta(seconds=30 * steps))


def test_a_code_opens_once_and_one_step_either_side():
    steps = [rules.matching_step(KEY, code_at(o), NOON, None) for o in (-2, -1, 0, 1, 2)]
    now = int(NOON.timestamp()) // 30
    assert steps == [None, now - 1, now, now + 1, None]
    code = code_at(0)
    assert rules.matching_step(KEY, code, NOON, now) is None
    assert rules.matching_step(KEY, code_at(-1), NOON, now) is None
    assert rules.matching_step(KEY, code_at(1), NOON, now) == now + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 345"])
def test_what_is_not_six_figures_is_no_code(code):
    assert rules.matching_step(KEY, code, NOON, None) is None


def test_recovery_codes_are_read_as_people_type_them():
    code = rules.new_recovery_code()
    assert len(code) == 11
    assert rules.as_typed(code.upper().replace("-", " ")) == rules.as_typed(code)
    assert len({rules.new_recovery_code() for _ in range(200)}) == 200


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b", "a b@x.example", "<jo@x.example>", "jo@x..example", "jö@x.example", "x" * 250 + "@x.example"],
)
def test_what_cannot_be_an_address_is_refused(email):
    assert rules.email_problems(email)


def test_roles_need_their_school_and_days_in_order():
    today = date(2026, 11, 10)
    assert "school" in rules.role_problems(rules.RoleDraft(Role.SCHOOL), today)
    assert rules.role_problems(rules.RoleDraft(Role.SCHOOL, school_id=1), today) == {}
    assert rules.role_problems(rules.RoleDraft(Role.WORKER), today) == {}
    over = rules.RoleDraft(Role.WORKER, ends_on=date(2026, 11, 9))
    assert "ends_on" in rules.role_problems(over, today)
    crossed = rules.RoleDraft(Role.WORKER, starts_on=date(2026, 12, 2), ends_on=date(2026, 12, 1))
    assert "ends_on" in rules.role_problems(crossed, today)


def test_only_administrators_touch_administrators():
    coordinator, admin = frozenset({Role.COORDINATOR}), frozenset({Role.ADMIN})
    assert not rules.may_change(coordinator, admin)
    assert rules.may_change(coordinator, frozenset({Role.SCHOOL}))
    assert rules.may_change(admin, admin)
    assert not rules.may_grant(coordinator, Role.ADMIN)
    assert rules.may_grant(admin, Role.ADMIN)


def test_a_role_counts_until_its_last_day():
    today = date(2026, 11, 10)
    ended = rules.DatedRole("worker", None, None, date(2026, 9, 1), date(2026, 11, 9))
    last_day = rules.DatedRole("worker", None, None, date(2026, 9, 1), today)
    coming = rules.DatedRole("worker", None, None, date(2026, 11, 11), None)
    assert rules.held_today([ended, last_day, coming], today) == [last_day]
    assert rules.held_today_or_later([ended, last_day, coming], today) == [last_day, coming]


def test_devices_in_words_of_our_own():
    chrome = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
    )
    assert rules.device_words(chrome) == "Chrome on Windows"
    assert rules.device_words(chrome + " Edg/141.0") == "Edge on Windows"
    assert rules.device_words("<script>alert(1)</script>") == "Unknown browser"


def test_every_action_stands_once_in_who_may_do_what():
    rows = [row.what for group in who_may.groups() for row in group.rows]
    assert sorted(rows) == sorted(action.value for action in Action)
    assert all(len(row.cells) == len(Role) for group in who_may.groups() for row in group.rows)
