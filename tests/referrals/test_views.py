"""The addresses of referrals: what each role meets, what is refused and how, and that nothing typed is lost."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import audit, settings
from portal.policy import Role
from portal.referrals import operations, rules
from portal.referrals.models import Referral, ReferralPage
from portal.schools.models import Pupil
from tests import builders_referrals as build
from tests import people

USUAL_ENGINE = "sqlite"


@pytest.fixture
def world(given):
    def make():
        audit.record(None, "setting changed", settings.put("service.help_line", "MASH, 01803 000000"))
        ash, birch = people.school(), people.school("Birch Primary")
        senco = people.person("Sam Ash", Role.SCHOOL, school_id=ash.id)
        head = people.person("Jo Head", Role.HEAD, school_id=ash.id)
        other = people.person("Bea Birch", Role.SCHOOL, school_id=birch.id)
        coordinator = people.person("Cora Dean", Role.COORDINATOR)
        direct, asking = build.service_line(), build.service_line("Secondary outreach", asks_head=True)
        approval = build.written(senco, asking)
        operations.take_step(build.actor_of(senco.id), approval, "send_for_approval")
        return SimpleNamespace(
            senco=senco.id,
            head=head.id,
            other=other.id,
            coordinator=coordinator.id,
            worker=people.person("Will Worker", Role.WORKER).id,
            panel=people.person("Pat Panel", Role.PANEL).id,
            commissioner=people.person("Lee Authority", Role.COMMISSIONER).id,
            admin=people.person("Ada Min", Role.ADMIN).id,
            line=direct.id,
            ash=ash.id,
            approval=approval.reference,
            draft=build.draft(senco, direct).reference,
            written=build.written(senco, direct).reference,
            submitted=build.submitted(senco, direct).reference,
            decided=build.decided(senco, direct, coordinator).reference,
        )

    return given(make)


def hidden(client, url):
    """The version and the submission id of the form on a page."""
    page = client.get(url)
    assert page.status_code == 200, page.status_code
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]
        for name in ("version", "submission_id")
        if re.search(rf'name="{name}"', page.text)
    }


def post(client, url, source=None, **fields):
    return client.post(url, data=hidden(client, source or url) | fields)


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count(model.id)))


def status(app, reference):
    with app.app_context():
        return db.session.scalar(select(Referral.status).where(Referral.reference == reference))


def answers(app, reference, page):
    from portal.referrals.queries import page_answers

    with app.app_context():
        found = db.session.scalars(select(Referral).where(Referral.reference == reference)).one()
        return page_answers(found)[page]


def test_a_school_begins_a_referral_and_finds_the_list_of_pages(app, world, sign_in):
    client = sign_in(world.senco)
    begun = post(client, "/referrals/new", line=str(world.line))
    assert begun.status_code == 303
    assert begun.location == "/referrals/R-2026-0006/form"
    page = client.get(begun.location).text
    assert "Do not use this form to report that a child is at risk of harm" in page
    assert "MASH, 01803 000000" in page
    assert "Still needed before you can send it" in page
    assert page.count("Not started") == len(rules.PAGES)


def test_a_second_click_begins_no_second_referral(app, world, sign_in):
    client = sign_in(world.senco)
    fields = hidden(client, "/referrals/new") | {"line": str(world.line)}
    before = count(app, Referral)
    first, second = client.post("/referrals/new", data=fields), client.post("/referrals/new", data=fields)
    assert (first.location, count(app, Referral)) == (second.location, before + 1)


def test_without_a_service_nothing_begins(world, sign_in):
    refused = post(sign_in(world.senco), "/referrals/new")
    assert refused.status_code == 422
    assert "Choose the service." in refused.text
    assert post(sign_in(world.senco), "/referrals/new", line="99").status_code == 422


def test_somebody_of_several_schools_says_which(app, world, sign_in, given):
    def more():
        from portal.accounts.models import Person, RoleAssignment

        person = db.session.get_one(Person, world.senco)
        second = people.school("Cedar Academy")
        person.roles.append(RoleAssignment(role="school", school_id=second.id, starts_on=people.SINCE))
        audit.record(None, "role given", person)
        return second.id

    second = given(more)
    client = sign_in(world.senco)
    assert "Which school do you write for?" in client.get("/referrals/new").text
    assert "Choose the school." in post(client, "/referrals/new", line=str(world.line)).text
    begun = post(client, "/referrals/new", line=str(world.line), school=str(second))
    with app.app_context():
        reference = begun.location.split("/")[2]
        assert db.session.scalar(select(Referral.school_id).where(Referral.reference == reference)) == second
    assert post(client, "/referrals/new", line=str(world.line), school="2").status_code == 422


@pytest.mark.parametrize("page", [page.key for page in rules.PAGES])
def test_every_page_is_saved_even_when_it_is_empty_and_leads_on(app, world, sign_in, page):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/{page}"
    kept = client.post(url, data=hidden(client, f"{url}?who=new"))
    assert kept.status_code == 303
    following = rules.next_page(page)
    end = "check" if following == "check" else f"form/{following}"
    assert kept.location == f"/referrals/{world.draft}/{end}"
    to_list = post(client, url, f"{url}?who=new", then="list")
    assert to_list.location == f"/referrals/{world.draft}/form"


@pytest.mark.parametrize("page", [page.key for page in rules.PAGES])
def test_a_saved_page_opens_as_it_was_and_survives_being_saved_again(app, world, sign_in, page):
    """Every answer goes into the form and comes back the same: what the browser would send is what was drawn."""
    from html.parser import HTMLParser

    class Drawn(HTMLParser):
        def __init__(self):
            super().__init__()
            self.fields, self.area, self.select = [], None, None

        def handle_starttag(self, tag, pairs):
            found = dict(pairs)
            if tag == "input" and found.get("name"):
                if found.get("type") not in ("radio", "checkbox") or "checked" in found:
                    self.fields.append((found["name"], found.get("value") or ""))
            elif tag == "textarea":
                self.area = found["name"]
                self.fields.append((self.area, ""))
            elif tag == "select":
                self.select = found["name"]
            elif tag == "option" and "selected" in found:
                self.fields.append((self.select, found["value"]))

        def handle_endtag(self, tag):
            if tag == "textarea":
                self.area = None

        def handle_data(self, data):
            if self.area:
                self.fields[-1] = (self.area, self.fields[-1][1] + data.removeprefix("\n"))

    from datetime import date
    from decimal import Decimal

    full = build.PAGES | {
        "tried": rules.TriedPage((rules.StrategyTried("Check-in", date(2026, 9, 1), None, "helped"),)),
        "attendance": rules.AttendancePage(
            Decimal("83.5"),
            date(2026, 9, 1),
            (rules.Suspension(date(2026, 10, 6), 3, ("PA", "DB")),),
            2,
            True,
            Decimal(15),
            "None",
        ),  # fmt: skip
        "views": rules.ViewsPage("“Football”", "Two lines\nof words"),
        "safety": rules.SafetyPage(True, "A large dog"),
        "agencies": rules.AgenciesPage(False, "none", True, "Ms Lead", (rules.Agency("CAMHS", "Dr A", False),)),
        "family": rules.FamilyPage(
            (rules.Parent("Mrs O", "mother", True, "01803", "o@example.org"),), True, date(2026, 11, 2), "Mrs O"
        ),
    }
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/{page}?who=new"
    with app.test_request_context():
        from portal.referrals.forms import form_of

        # What a browser would send of the draft.
        parser = Drawn()
        form = form_of(page)(obj=full[page], version=0)
        from flask import render_template_string

        parser.feed(
            render_template_string(
                "{% import 'referrals/macros.html' as parts %}"
                "{% for n in form.questions|map(attribute=1)|sum(start=[]) %}"
                "{{ parts.question(form, n) }}{% endfor %}",
                form=form,
            )
        )
    from werkzeug.datastructures import MultiDict

    sent = MultiDict(parser.fields)
    sent.update(hidden(client, url) | ({"alike": "another"} if page == "pupil" else {}))
    assert client.post(url.partition("?")[0], data=sent).status_code == 303
    assert answers(app, world.draft, page) == full[page]
    drawn = Drawn()
    drawn.feed(client.get(url).text)
    again = client.post(url.partition("?")[0], data=MultiDict(drawn.fields))
    assert again.status_code == 303
    assert answers(app, world.draft, page) == full[page]


def test_what_is_wrong_is_named_and_what_was_typed_stays(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/concern"
    typed = {
        "concern": "Runs out of class",
        "concerns-0-words": "",
        "concerns-0-severity": "",
        "concerns-1-words": "Hits & shouts",
        "concerns-1-severity": "eleven",
        "exclusion_risk": "99",
    }
    refused = post(client, url, **typed)
    assert refused.status_code == 422
    assert "Type a whole number from 1 to 10." in refused.text
    assert 'href="#concerns-1-severity"' in refused.text
    assert all(words in refused.text for words in ("Runs out of class", "Hits &amp; shouts", "eleven"))
    assert count(app, ReferralPage) == len(build.PAGES) * 4


def test_rules_speak_under_the_field_they_mean(world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/tried"
    typed = {
        "strategies-0-strategy": "",
        "strategies-1-strategy": "Check-in",
        "strategies-1-from_on": "2026-10-01",
        "strategies-1-until_on": "2026-09-01",
    }
    refused = post(client, url, **typed)
    assert refused.status_code == 422
    assert 'href="#strategies-1-until_on">This ended before it began' in refused.text


def test_another_entry_and_one_fewer_need_no_script(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/concern"
    added = post(client, url, concern="A", **{"concerns-0-words": "One"}, add="concerns")
    assert added.status_code == 303
    assert added.location == f"{url}?more=concerns#concerns-end"
    page = client.get(f"{url}?more=concerns").text
    assert 'name="concerns-1-words"' in page
    post(client, url, concern="A", **{"concerns-0-words": "One", "concerns-1-words": "Two"})
    removed = post(
        client, url, concern="A", **{"concerns-0-words": "One", "concerns-1-words": "Two"}, remove="concerns-0"
    )
    assert removed.location == url
    assert [c.words for c in answers(app, world.draft, "concern").concerns] == ["Two"]


def test_details_of_another_answer_do_not_count(app, world, sign_in):
    client = sign_in(world.senco)
    post(
        client,
        f"/referrals/{world.draft}/form/family",
        agrees="no",
        agrees_on="nonsense",
        agrees_why_not="They could not be reached",
    )
    page = answers(app, world.draft, "family")
    assert (page.agrees, page.agrees_on, page.agrees_why_not) == (False, None, "They could not be reached")


@pytest.mark.both_engines
def test_the_second_of_two_editors_sees_both_texts(app, world, sign_in):
    first, second = sign_in(world.senco), sign_in(world.head)
    url = f"/referrals/{world.draft}/form/concern"
    opened = hidden(second, url)
    post(first, url, concern="The first text", **{"concerns-0-words": "Old words"})
    conflict = second.post(
        url, data=opened | {"concern": "The second text", "concerns-0-words": "New words", "concerns-0-severity": "4"}
    )
    assert conflict.status_code == 409
    for words in ("The first text", "The second text", "New words"):
        assert words in conflict.text
    assert answers(app, world.draft, "concern").concern == "The first text"
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', conflict.text.split("app-form")[1]))
    assert second.post(url, data=again).status_code == 303
    kept = answers(app, world.draft, "concern")
    assert (kept.concern, kept.concerns[0].words, kept.concerns[0].severity) == ("The second text", "New words", 4)


def test_a_pupil_is_chosen_from_the_schools_list(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/pupil"
    assert "Who is the referral about?" in client.get(url).text
    assert post(client, f"/referrals/{world.draft}/pupil").status_code == 422
    with app.app_context():
        known = db.session.scalar(select(func.min(Pupil.id)))
    chosen = post(client, f"/referrals/{world.draft}/pupil", pupil=str(known))
    assert (chosen.status_code, chosen.location) == (303, url)
    assert 'value="Okafor"' in client.get(url).text


def test_a_child_who_looks_known_is_asked_about_before_a_second_record(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/pupil"
    typed = {"given_name": "Maya", "family_name": "Okafor", "born_on": ["5", "3", "2017"], "at_school": "yes"}
    before = count(app, Pupil)
    asked = client.post(url, data=hidden(client, f"{url}?who=new") | typed)
    assert asked.status_code == 422
    assert "Is it one of these pupils?" in asked.text
    assert 'value="Okafor"' in asked.text
    assert client.post(url, data=hidden(client, f"{url}?who=new") | typed | {"alike": "7777"}).status_code == 422
    known = re.search(r'name="alike" type="radio" value="(\d+)"', asked.text)[1]
    same = client.post(url, data=hidden(client, f"{url}?who=new") | typed | {"alike": known})
    assert (same.status_code, count(app, Pupil)) == (303, before)
    with app.app_context():
        linked = select(Referral.pupil_id).where(Referral.reference == world.draft)
        assert db.session.scalar(linked) == int(known)


def test_another_child_of_the_same_name_gets_a_record(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/pupil"
    typed = {"given_name": "Maya", "family_name": "Okafor", "born_on": ["5", "3", "2017"], "alike": "another"}
    before = count(app, Pupil)
    assert client.post(url, data=hidden(client, f"{url}?who=new") | typed).status_code == 303
    assert count(app, Pupil) == before + 1


def test_the_check_page_sends_what_is_complete(app, world, sign_in):
    client = sign_in(world.senco)
    page = client.get(f"/referrals/{world.draft}/check").text
    assert "Still needed" in page
    assert "Send the referral" not in page
    url = f"/referrals/{world.written}/check"
    assert "Leaves the classroom most mornings." in client.get(url).text
    sent = post(client, f"/referrals/{world.written}/steps/submit", url)
    assert (sent.status_code, status(app, world.written)) == (303, "submitted")
    shown = client.get(sent.location).text
    assert "With the service for screening. Next: the coordinator, by Tuesday 10 November." in shown


def test_what_was_changed_since_the_check_is_read_again_before_it_is_sent(app, world, sign_in):
    client, colleague = sign_in(world.senco), sign_in(world.head)
    check, send = f"/referrals/{world.written}/check", f"/referrals/{world.written}/steps/submit"

    def read():
        seen = re.search(r'name="seen"[^>]*value="([^"]+)"', client.get(check).text)[1]
        return hidden(client, check) | {"seen": seen}

    fields = read()
    post(colleague, f"/referrals/{world.written}/form/views", pupil_views_how="told", pupil_views="I like art.")
    refused = client.post(send, data=fields)
    assert (refused.status_code, status(app, world.written)) == (409, "draft")
    assert "Read it again, then send it" in refused.text
    assert "I like art." in refused.text
    assert client.post(send, data=read()).status_code == 303


def test_a_draft_is_given_up_and_a_sent_one_is_withdrawn(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/steps/withdraw"
    page = client.get(url).text
    assert "Give up this draft" in page
    assert "Only your school can read it." in page
    assert 'name="note"' not in page
    assert "Give up this draft" in client.get(f"/referrals/{world.draft}").text
    assert post(client, url).status_code == 303
    assert status(app, world.draft) == "withdrawn"
    assert 'name="note"' in client.get(f"/referrals/{world.submitted}/steps/withdraw").text


def test_an_incomplete_referral_is_not_sent_by_a_forged_button(app, world, sign_in):
    client = sign_in(world.senco)
    refused = post(client, f"/referrals/{world.draft}/steps/submit", f"/referrals/{world.draft}/steps/withdraw")
    assert refused.status_code == 422
    assert "add “First name”" in refused.text
    assert status(app, world.draft) == "draft"


def test_the_form_of_a_sent_referral_leads_to_its_page_and_keeps_nothing(app, world, sign_in):
    client = sign_in(world.senco)
    for end in ("form", "form/pupil", "check", "pupil"):
        assert client.get(f"/referrals/{world.submitted}/{end}").location == f"/referrals/{world.submitted}"
    url, typed = f"/referrals/{world.submitted}/form/support", {"version": "1", "support_wanted": "Late"}
    late = client.post(url, data=typed)  # from a page that was opened while it was a draft
    assert late.status_code == 422
    assert "This referral was sent since you opened the page." in late.text
    assert ">Late</textarea>" in late.text
    assert client.post(url, data=typed | {"adding": "yes"}).location == f"/referrals/{world.submitted}"
    assert "Late" in sign_in(world.coordinator).get(f"/referrals/{world.submitted}").text


def test_the_head_approves_on_the_referrals_page(app, world, sign_in):
    url = f"/referrals/{world.approval}"
    assert "Approve and submit" not in sign_in(world.senco).get(url).text
    client = sign_in(world.head)
    assert "Approve and submit" in client.get(url).text
    assert sign_in(world.senco).post(f"{url}/steps/approve", data=hidden(client, url)).status_code == 403
    assert client.post(f"{url}/steps/approve", data=hidden(client, url)).status_code == 303
    assert status(app, world.approval) == "submitted"


def test_the_coordinator_returns_it_with_a_reason_that_the_school_reads(app, world, sign_in):
    client = sign_in(world.coordinator)
    url = f"/referrals/{world.submitted}/steps/return"
    refused = post(client, url, note=" ")
    assert refused.status_code == 422
    assert "Choose at least one question, or ask one in your own words." in refused.text
    assert post(client, url, note="Which <b>agencies</b>?").status_code == 303
    page = sign_in(world.senco).get(f"/referrals/{world.submitted}").text
    assert "Which &lt;b&gt;agencies&lt;/b&gt;?" in page
    assert "Answer and send again" in page


def test_the_coordinator_decides_and_the_school_reads_it(app, world, sign_in):
    client = sign_in(world.coordinator)
    url = f"/referrals/{world.submitted}/steps/decide"
    refused = post(client, url, decision="signpost", reason="Not ours", route="direct", conditions="Keep me")
    assert refused.status_code == 422
    assert "Choose where the school should turn." in refused.text
    assert "Keep me" in refused.text
    fields = {"decision": "outreach", "reason": "It fits.", "conditions": "Agreement first", "route": "direct"}
    assert post(client, url, **fields).status_code == 303
    page = sign_in(world.senco).get(f"/referrals/{world.submitted}").text
    assert all(words in page for words in ("It fits.", "Agreement first", "The work is being set up."))
    assert client.post(url, data={"version": "1"} | fields).status_code == 409


@pytest.mark.both_engines
def test_steps_without_the_version_or_with_an_old_one_are_conflicts(world, sign_in):
    client = sign_in(world.coordinator)
    url = f"/referrals/{world.submitted}/steps/withdraw"
    assert client.post(url, data={"note": "x"}).status_code == 409
    conflict = client.post(url, data={"note": "My reason", "version": "1"})
    assert conflict.status_code == 409
    assert "My reason" in conflict.text


ADDRESSES = ["", "/form", "/form/pupil", "/check", "/pupil", "/steps/decide", "/steps/withdraw", "/steps/return"]


@pytest.mark.parametrize(
    ("who", "which", "answer"),
    [
        ("other", "submitted", {404, 403}),
        ("coordinator", "draft", {404, 403}),
        ("coordinator", "approval", {404, 403}),
        ("worker", "submitted", {404, 403}),
        ("panel", "submitted", {404, 403}),
        ("commissioner", "submitted", {403}),
        ("admin", "submitted", {403}),
    ],
)
def test_out_of_reach_is_not_there_and_another_role_is_refused(app, world, sign_in, who, which, answer):
    client, reference = sign_in(getattr(world, who)), getattr(world, which)
    before = status(app, reference)
    for end in ADDRESSES:
        url = f"/referrals/{reference}{end}"
        for response in (client.get(url), client.post(url, data={"version": "1", "note": "x", "reason": "x"})):
            allowed = answer | ({405} if response.request.method == "POST" else set())
            assert response.status_code in allowed, (url, response.status_code)
            assert "Maya" not in response.text
    assert status(app, reference) == before


def test_another_school_finds_nothing(world, sign_in):
    assert sign_in(world.other).get(f"/referrals/{world.submitted}").status_code == 404
    assert "Maya" not in sign_in(world.other).get("/referrals/").text
    assert sign_in(world.other).get("/referrals/R-2031-9999").status_code == 404
    assert sign_in(world.senco).get(f"/referrals/{world.draft}/form/nonsense").status_code == 404
    assert sign_in(world.senco).get(f"/referrals/{world.draft}/steps/nonsense").status_code == 404


def test_a_right_role_may_not_take_anothers_step(world, sign_in):
    senco = sign_in(world.senco)
    for step in ("return", "send_to_panel", "decide", "defer", "approve", "ratify"):
        response = senco.post(f"/referrals/{world.submitted}/steps/{step}", data={"version": "1", "note": "x"})
        assert response.status_code == 403, step
    assert sign_in(world.coordinator).get("/referrals/new").status_code == 403


def test_the_screening_list_takes_any_address(world, sign_in):
    client = sign_in(world.coordinator)
    page = client.get("/referrals/").text
    assert "Next cut-off:" in page
    assert "today, 12 noon" in page
    assert "To screen (1)" in page
    assert "Maya Okafor" in page
    for query in ("show=decided", "show=nonsense", "after=9e9", "after=99999999999999999999", "school=%00&line=²",
                  "q=%00%F0%9F%92%A9", "q=" + "x" * 3000, "after=-1", "show=decided&after=1"):  # fmt: skip
        assert client.get(f"/referrals/?{query}").status_code == 200, query
    assert "Nothing fits these filters" in client.get("/referrals/?q=zzzz").text


def test_empty_lists_say_what_will_be_here(world, sign_in):
    assert "Begin a referral" in sign_in(world.other).get("/referrals/").text
    assert "will be here" in sign_in(world.worker).get("/referrals/").text
    assert "Referrals that you returned" in sign_in(world.coordinator).get("/referrals/?show=returned").text


HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "😀 مرحبا \u202eabc",
    "{{ 7*7 }}",
    "' OR 1=1 --",
]


@pytest.mark.both_engines
def test_hostile_text_is_kept_and_shown_as_text(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.draft}/form/concern"
    for text in HOSTILE:
        assert post(client, url, concern=text, **{"concerns-0-words": text}).status_code == 303
        kept = answers(app, world.draft, "concern")
        assert (kept.concern, kept.concerns[0].words) == (text, text)
        for address in (url, f"/referrals/{world.draft}", f"/referrals/{world.draft}/check"):
            page = client.get(address)
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert "49" not in re.findall(r"app-words[^>]*>([^<]*)<", page.text)


HOSTILE_FIELDS = {
    "concern": ["concern", "concerns-0-words", "exclusion_risk"],
    "support": ["support_wanted"],
    "family": ["agrees", "parents-0-name", "parents-0-relationship", "shares_on"],
    "pupil": ["given_name", "upn", "year_group", "born_on", "alike", "at_school"],
    "tried": ["strategies-0-strategy", "strategies-0-from_on", "strategies-²-effect", "strategies-9999999999-effect"],
    "agencies": ["lead_professional", "agencies-0-current", "social_care"],
    "attendance": ["attendance_percent", "suspensions-0-sessions", "suspensions-0-reasons", "part_time_hours"],
    "referrer": ["email", "name"],
}


@pytest.mark.both_engines
@pytest.mark.parametrize("text", ["a\x00b", "x" * 100_000])
def test_what_cannot_be_kept_is_refused_in_words(world, sign_in, text):
    client = sign_in(world.senco)
    for page, names in HOSTILE_FIELDS.items():
        url = f"/referrals/{world.draft}/form/{page}?who=new"
        refused = client.post(url.partition("?")[0], data=hidden(client, url) | dict.fromkeys(names, text))
        assert refused.status_code == 422, page
        assert "There is a problem" in refused.text
    note = post(client, f"/referrals/{world.draft}/steps/withdraw", note=text)
    assert note.status_code == 422


def test_switched_off_there_is_no_such_address(world, sign_in, given):
    given(lambda: audit.record(None, "setting changed", settings.put("feature.referrals", "off")))
    client = sign_in(world.senco)
    assert [client.get(url).status_code for url in ("/referrals/", "/referrals/new")] == [404, 404]


def test_reading_a_referral_is_noted(app, world, sign_in):
    sign_in(world.coordinator).get(f"/referrals/{world.submitted}")
    with app.app_context():
        seen = select(func.count(audit.AuditLine.id)).where(audit.AuditLine.action == "referral viewed")
        assert db.session.scalar(seen) == 1
