"""Every kind of field takes whatever is sent to it: it reads it, or says in a sentence how to mend it."""

import re
from datetime import date, time
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given as for_all
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jinja2 import DictLoader
from werkzeug.datastructures import MultiDict

from portal.app import create_app
from portal.extensions import db
from portal.kernel import forms
from portal.kernel.forms import EditForm, PortalForm
from tests.conftest import configuration

PAIRS = [("a", "First <b>"), ("b", "Second"), ("c", "Third")]


class EveryField(EditForm):
    text = forms.TextField("Text", required="Type the text.", description="A hint <i>")
    free = forms.TextField("Free")
    long = forms.LongTextField("Long", required="Type the long text.")
    secret = forms.SecretField("Secret", required="Type the secret.")
    choice = forms.ChoiceField("Choice", PAIRS, required="Choose one.")
    loose = forms.ChoiceField("Loose", PAIRS)
    radio = forms.RadioField("Radio", PAIRS, required="Pick one.")
    yes_no = forms.YesNoField("Yes or no", required="Say yes or no.")
    many = forms.ManyField("Many", PAIRS, required="Tick at least one.")
    tick = forms.TickField("Tick")
    known = forms.KnownDateField("Born on", required="Type the date of birth.")
    near = forms.NearDateField("Date", required="Type the date.")
    at = forms.TimeField("At")
    whole = forms.WholeNumberField("Whole", least=0, most=999, required="Type the number.")
    number = forms.NumberField("Number", least=0, most=100, required="Type the per cent.")


GOOD = {
    "text": "Ada",
    "long": "Words\r\nand more",
    "secret": "s3cret",
    "choice": "a",
    "radio": "b",
    "yes_no": "no",
    "many": ["a", "c"],
    "tick": "y",
    "known": ["5", "12", "2016"],
    "near": "2026-12-05",
    "at": "09:30",
    "whole": "12",
    "number": "18.25",
    "version": "3",
}

PAGE = """
{% import 'macros/forms.html' as forms %}
{{ forms.error_summary(form) }}
{% call forms.form(form) %}{% for name in drawn %}{{ form[name]() }}{% endfor %}{% endcall %}
"""

HOSTILE = (
    "",
    " ",
    "\0",
    "a\0b",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\u202eright to left",
    "😀" * 60,
    "\ud7ff",
    "\u2028",
    "-1",
    "1e999",
    "9" * 400,
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "٣",
    "²",
    "31/2/2026",
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "24:00",
    "9.5",
    "1,5",
    "=1+1",
    "'; DROP TABLE pupil; --",
    "%s%n",
    "../../etc/passwd",
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    app = create_app(configuration(f"sqlite:///{folder / 'portal.db'}", folder))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.jinja_loader = DictLoader({"page.html": PAGE} | _macros())
    yield app
    with app.app_context():
        db.engine.dispose()


def _macros():
    from portal.config import ROOT

    return {f"macros/{path.name}": path.read_text() for path in (ROOT / "templates/macros").glob("*.html")}


def sent(portal, data, drawn=None):
    """The form after these things were sent, whether it holds, and its page with the fields of ``drawn``."""
    with portal.test_request_context("/", method="POST", data=MultiDict(_pairs(data))):
        form = EveryField()
        good = form.validate()
        return form, good, page_of(portal, form, drawn)


def page_of(portal, form, drawn=None):
    template = portal.jinja_env.get_template("page.html")
    drawn = drawn or [field.name for field in form.visible_fields()] + ["secret"]
    return template.render(form=form, drawn=drawn, csrf_token=lambda: "t", new_submission_id=lambda: "s")


def _pairs(data):
    for name, value in data.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, one


def test_what_fits_is_read(portal):
    form, good, _ = sent(portal, GOOD)
    assert good, form.errors
    assert form.text.data == "Ada"
    assert form.free.data in (None, "")
    assert form.long.data == "Words\nand more"
    assert (form.choice.data, form.loose.data, form.radio.data) == ("a", None, "b")
    assert form.yes_no.answer is False
    assert form.many.data == ["a", "c"]
    assert form.tick.data is True
    assert form.known.data == date(2016, 12, 5)
    assert form.near.data == date(2026, 12, 5)
    assert form.at.data == time(9, 30)
    assert form.whole.data == 12
    assert form.number.data == Decimal("18.25")
    assert form.opened_with == 3


def test_nothing_sent_asks_for_each_in_its_own_words(portal):
    form, good, page = sent(portal, {"version": "x"})
    assert not good
    assert form.errors == {
        "text": ["Type the text."],
        "long": ["Type the long text."],
        "secret": ["Type the secret."],
        "choice": ["Choose one."],
        "radio": ["Pick one."],
        "yes_no": ["Say yes or no."],
        "many": ["Tick at least one."],
        "known": ["Type the date of birth."],
        "near": ["Type the date."],
        "whole": ["Type the number."],
        "number": ["Type the per cent."],
    }
    assert form.yes_no.answer is None
    assert form.opened_with is None


@pytest.mark.parametrize("blank", [" ", "\t\r\n", "\u00a0\u2003"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text", "Type the text."),
        ("long", "Type the long text."),
        ("known", "Type the date of birth."),
        ("near", "Type the date."),
        ("whole", "Type the number."),
        ("number", "Type the per cent."),
    ],
)
def test_blanks_alone_are_nothing(portal, name, words, blank):
    form, good, _ = sent(portal, GOOD | {name: blank})
    assert not good
    assert form.errors == {name: [words]}


VISIBLE = [name for name in GOOD if name != "version"] + ["free", "loose"]


@pytest.mark.parametrize("name", VISIBLE)
def test_hostile_input_is_read_or_refused_and_never_an_error(portal, name):
    for value in HOSTILE:
        for shape in (value, [value, value], [value, "5", "2016"], ["1"] * 50):
            form, good, page = sent(portal, GOOD | {name: shape}, [name])
            assert isinstance(good, bool)
            assert all(isinstance(error, str) and error for errors in form.errors.values() for error in errors)
            assert "<script>alert" not in page
            if good and isinstance(form[name].data, str):
                assert "\0" not in form[name].data
                assert len(form[name].data) <= forms.LONG


@for_all(data=st.dictionaries(st.sampled_from(VISIBLE), st.lists(st.text(max_size=300), max_size=5)))
@hypothesis_settings(max_examples=150)
def test_any_text_anywhere_is_read_or_refused(portal, data):
    form, good, page = sent(portal, GOOD | data, sorted(data) or ["text"])
    assert isinstance(good, bool)
    assert page


@for_all(junk=st.dictionaries(st.text(min_size=1, max_size=30), st.text(max_size=50), max_size=8))
@hypothesis_settings(max_examples=50)
def test_fields_that_the_form_does_not_know_change_nothing(portal, junk):
    known = {*VISIBLE, "version", "submission_id"}
    form, good, _ = sent(portal, GOOD | {name: value for name, value in junk.items() if name not in known}, ["text"])
    assert good, form.errors


@pytest.mark.parametrize("name", ["text", "long", "free"])
@pytest.mark.parametrize("bad", ["\0", "a\x08b", "\x1b[0m", "\u2028", "\ufffe"])
def test_characters_that_cannot_be_stored_are_refused_with_the_mend(portal, name, bad):
    form, good, page = sent(portal, GOOD | {name: f"a{bad}b"})
    assert not good
    assert form.errors[name] == ["This text holds characters that cannot be stored. Delete it and type it again."]


@pytest.mark.parametrize("text", ["😀 family 👨‍👩‍👧", "\u202eabc", "Zoë Ó Briain", "=1+1", "<b>bold</b>", "tab\there"])
def test_unusual_text_is_stored_as_it_is(portal, text):
    form, good, page = sent(portal, GOOD | {"text": text, "long": f"{text}\n{text}"})
    assert good, form.errors
    assert form.text.data == text


@pytest.mark.parametrize(("name", "longest"), [("text", forms.SHORT), ("long", forms.LONG)])
def test_lengths_are_counted_to_the_letter(portal, name, longest):
    assert sent(portal, GOOD | {name: "x" * longest})[1]
    form, good, page = sent(portal, GOOD | {name: "x" * (longest + 1)})
    assert not good
    assert form.errors[name] == [f"Shorten this to {longest:,} characters or fewer."]
    assert "x" * (longest + 1) in page  # what was typed is still there


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("choice", "z"),
        ("radio", "z"),
        ("yes_no", "maybe"),
        ("many", ["a", "z"]),
        ("known", ["31", "2", "2016"]),
        ("known", ["5", "", "2016"]),
        ("known", ["5"]),
        ("known", ["5", "12", "16"]),
        ("known", ["x", "y", "z"]),
        ("near", "31/02/2026"),
        ("near", "tomorrow"),
        ("near", "05/12/26"),
        ("near", "1066-10-14"),
        ("at", "25:00"),
        ("at", "nine"),
        ("whole", "1000"),
        ("whole", "-1"),
        ("whole", "12.5"),
        ("number", "100.5"),
        ("number", "12.345"),
        ("number", "NaN"),
    ],
)
def test_what_does_not_fit_is_refused_and_drawn_again_as_it_was_typed(portal, name, value):
    form, good, page = sent(portal, GOOD | {name: value})
    assert not good
    assert len(form.errors[name]) == 1
    assert form.errors[name][0].endswith(".")
    if name not in ("choice", "radio", "yes_no", "many"):
        for part in value if isinstance(value, list) else [value]:
            assert f'value="{part}"' in page


@pytest.mark.parametrize("parts", [["", "12", "2016"], ["5", "", "2016"], ["5", "12", ""], ["", "", "2016"]])
def test_a_date_with_a_box_left_empty_is_never_dropped_in_silence(portal, parts):
    class Loose(PortalForm):
        born = forms.KnownDateField("Born on")

    with portal.test_request_context("/", method="POST", data=MultiDict(("born", part) for part in parts)):
        form = Loose()
        assert not form.validate()
        assert len(form.errors["born"]) == 1
        page = page_of(portal, form, ["born"])
    for part in filter(None, parts):
        assert f'value="{part}"' in page


def test_a_date_that_nobody_needs_may_stay_empty(portal):
    class Loose(PortalForm):
        born = forms.KnownDateField("Born on")

    for data in ({}, {"born": ["", "", ""]}):
        with portal.test_request_context("/", method="POST", data=MultiDict(_pairs(data))):
            form = Loose()
            assert form.validate()
            assert form.born.data is None
            assert page_of(portal, form, ["born"])


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("5/12/2026", date(2026, 12, 5)),
        ("05.12.2026", date(2026, 12, 5)),
        ("5 12 2026", date(2026, 12, 5)),
        ("2026-1-2", date(2026, 1, 2)),
    ],
)
def test_a_near_date_may_be_typed_in_several_ways(portal, value, day):
    form, good, _ = sent(portal, GOOD | {"near": value})
    assert good
    assert form.near.data == day


@pytest.mark.parametrize(("value", "at"), [("9:05", time(9, 5)), ("0930", time(9, 30)), ("16.45", time(16, 45))])
def test_a_time_may_be_typed_in_several_ways(portal, value, at):
    form, good, _ = sent(portal, GOOD | {"at": value})
    assert good
    assert form.at.data == at


def test_a_per_cent_may_be_typed_as_people_do(portal):
    for value, wanted in {"18,25": "18.25", "18%": "18", " 7 ": "7"}.items():
        form, good, _ = sent(portal, GOOD | {"number": value})
        assert good, (value, form.errors)
        assert form.number.data == Decimal(wanted)


OPENED = SimpleNamespace(
    text="Ada",
    free=None,
    long="Words",
    choice="b",
    loose=None,
    radio="c",
    yes_no=True,
    many=["b"],
    tick=True,
    known=date(2016, 12, 5),
    near=date(2026, 12, 5),
    at=time(9, 30),
    whole=0,
    number=Decimal("18.50"),
    version=4,
    secret="never drawn",
)


def opened(portal):
    with portal.test_request_context("/"):
        form = EveryField(obj=OPENED)
        return page_of(portal, form)


def test_a_form_opens_with_what_the_record_holds(portal):
    page = opened(portal)
    for value in ("Ada", "2026-12-05", "09:30", "0", "18.5", "4", "05", "12", "2016"):
        assert f'value="{value}"' in page, value
    assert re.search(r'<option value="b" selected', page)
    assert re.search(r'type="radio" value="c" checked', page) or re.search(r'value="c" checked', page)
    assert re.search(r'value="yes" checked', page)
    assert "never drawn" not in page


def test_a_secret_is_never_drawn_back(portal):
    for data in (GOOD, {"secret": "s3cret"}):
        assert "s3cret" not in sent(portal, data)[2]


# The drawn markup -----------------------------------------------------------------------------------------------------


def ids(page):
    return re.findall(r'\sid="([^"]+)"', page)


@pytest.mark.parametrize("data", [{}, GOOD, {"known": ["31", "2", "2016"], "many": ["z"]}])
def test_every_id_is_there_once_and_every_label_and_hint_leads_to_one(portal, data):
    page = sent(portal, data)[2]
    found = ids(page)
    assert len(found) == len(set(found)), sorted(i for i in found if found.count(i) > 1)
    for name in re.findall(r'\sfor="([^"]+)"', page):
        assert name in found, name
    for names in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(names.split()) <= set(found), names


def test_every_line_of_the_error_summary_leads_to_something_that_takes_the_focus(portal):
    page = sent(portal, {})[2]
    summary = page.split("govuk-error-summary__list")[1].split("</ul>")[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == 11
    for target in targets:
        assert re.search(rf'<(input|select|textarea)[^>]*\sid="{re.escape(target)}"', page), target


def test_errors_are_marked_on_the_fields_themselves(portal):
    page = sent(portal, {})[2]
    assert page.count("govuk-error-message") == 11
    assert page.count("govuk-form-group--error") == 11
    for name in ("text", "long", "choice", "radio", "many", "known", "near", "whole", "number"):
        assert f'id="{name}-error"' in page


def test_the_first_option_bears_the_fields_own_id(portal):
    page = sent(portal, {})[2]
    for name in ("radio", "yes_no", "many"):
        assert re.search(rf'<input[^>]*id="{name}"[^>]*name="{name}"', page), name


def test_groups_of_options_are_fieldsets_with_their_question_as_legend(portal):
    page = sent(portal, GOOD)[2]
    for question in ("Radio", "Yes or no", "Many", "Born on"):
        assert re.search(rf"<legend[^>]*>\s*(<h\d[^>]*>)?\s*{question}", page), question


def test_hints_and_labels_are_escaped(portal):
    page = sent(portal, GOOD)[2]
    assert "First &lt;b&gt;" in page
    assert "A hint &lt;i&gt;" in page


def test_no_field_brings_inline_style_or_script(portal):
    page = sent(portal, {})[2]
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script", page)


def test_a_refusal_of_the_whole_stands_on_top_and_one_of_a_field_under_it(portal):
    with portal.test_request_context("/", method="POST", data=MultiDict(_pairs(GOOD))):
        form = EveryField()
        assert form.validate()
        form.refuse(["The term has ended."])
        form.put_errors({"text": "This pupil is known already.", "nowhere": "Something about no field."})
        page = page_of(portal, form)
    summary = page.split("govuk-error-summary__list")[1].split("</ul>")[0]
    assert list(re.findall(r"<li>(.*?)</li>", summary, re.DOTALL)) == [
        "The term has ended.",
        "Something about no field.",
        '<a href="#text">This pupil is known already.</a>',
    ]


class Numbers(PortalForm):
    least = forms.WholeNumberField("Least", least=0, most=5)


def test_nought_is_a_number_and_not_an_empty_answer(portal):
    with portal.test_request_context("/", method="POST", data={"least": "0"}):
        form = Numbers()
        assert form.validate()
        assert form.least.data == 0


def test_search_words_are_cut_and_cleaned():
    assert forms.clean_query(None) == ""
    assert forms.clean_query(" a\0b ") == "ab"
    assert len(forms.clean_query("x" * 10_000)) == forms.SHORT


@pytest.mark.parametrize(
    ("label", "error", "words"),
    [
        ("Name", "Give a name.", "Give a name."),
        ("Days planned", "Type a number from 0 to 9.", "Days planned: type a number from 0 to 9."),
        ("What was tried?", "Shorten this to 9 characters.", "What was tried? Shorten this to 9 characters."),
    ],
)
def test_a_sentence_that_names_no_field_is_named_away_from_it(label, error, words):
    named = SimpleNamespace(label=SimpleNamespace(text=label))
    assert forms.named_error(named, error) == words
