"""What the pages of the form have in common: labels from the rules, groups that repeat, details that an answer asks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar, get_type_hints

from wtforms import Field, Form, FormField
from wtforms.fields import FieldList

from portal.kernel.forms import EditForm, KnownDateField, LongTextField, ManyField, RadioField, YesNoField
from portal.referrals import rules

MOST_ENTRIES = 12
"""Parents, strategies, suspensions, agencies: more are told in the text."""
_IN_ONE_LINE = 24
_A_LINE_OR_TWO = 500
_IN_GROUP = re.compile(r"([a-z_]+)-([0-9]{1,3})-([a-z_]+)")


def label_of(page: str, field: str) -> str:
    """A question's words, as the rules ask it."""
    return next(question.label for question in rules.PAGE_BY_KEY[page].questions if question.field == field)


class BirthField(KnownDateField):
    """A date of birth that can be drawn again when its three boxes were sent empty."""

    def __call__(self, **kwargs: Any) -> Any:
        if self.raw_data is not None and len(self.raw_data) != 3:
            self.raw_data = ["", "", ""]
        return super().__call__(**kwargs)


def look_of(field: Field) -> dict[str, Any]:
    """How large a field is drawn: as large as its answer."""
    if isinstance(field, RadioField) and sum(len(words) for _, words, *_ in field.iter_choices()) <= _IN_ONE_LINE:
        return {"classes": "govuk-radios--inline"}
    if isinstance(field, ManyField):
        return {"classes": "govuk-checkboxes--small"}
    if isinstance(field, LongTextField):
        return {"rows": "2" if field.longest <= _A_LINE_OR_TWO else "5"}
    return {}


class Part(Form):
    """One entry of a group."""

    makes: ClassVar[type]
    asked_with: ClassVar[Mapping[str, tuple[str, Sequence[str]]]] = {}
    """As on a page: a question that some answers of another one of this entry ask for"""
    look = staticmethod(look_of)

    def draft(self) -> Any:
        made = read_draft(self.makes, self)
        unset = self.makes()
        given = {name: self[question].data for name, (question, _) in self.asked_with.items()}
        pointless = [name for name, answer in given.items() if answer and answer not in self.asked_with[name][1]]
        return replace(made, **{name: getattr(unset, name) for name in pointless}) if pointless else made

    @property
    def is_empty(self) -> bool:
        return bool(self.draft() == self.makes())


class Group(FieldList):
    """Entries that repeat. ``thing`` is what one of them is called; an entry left empty is no entry."""

    def __init__(self, part: type[Part], label: str, *, thing: str, most: int = MOST_ENTRIES, **kwargs: Any) -> None:
        super().__init__(FormField(part), label, min_entries=1, max_entries=most, **kwargs)
        self.thing = thing

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # The library's own reading stumbles over digits such as “²”.
        shape = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,3}})-")
        for key in formdata:
            if found := shape.match(key):
                yield int(found[1])

    @property
    def may_grow(self) -> bool:
        return len(self.entries) < (self.max_entries or 0)

    @property
    def filled(self) -> list[FormField]:
        return [entry for entry in self.entries if not entry.form.is_empty]

    def one_more(self) -> None:
        """An empty entry at the end, unless there is one or there are enough."""
        if self.may_grow and not self.entries[-1].form.is_empty:
            self.append_entry()

    def take_out(self, number: int) -> None:
        """Takes one entry away, with whatever was wrong with it."""
        if 0 <= number < len(self.entries):
            self.entries.pop(number)
        if not self.entries:
            self.append_entry()


def read_draft(kind: type, form: Form) -> Any:
    """The draft of a rules' class from the fields of the same names; a field that is not asked keeps its default."""
    hints = get_type_hints(kind)
    asked = [field.name for field in fields(kind) if field.name in form]
    return kind(**{name: _value(form[name], hints[name]) for name in asked})


def _value(field: Any, hint: Any) -> Any:
    if isinstance(field, Group):
        return tuple(entry.form.draft() for entry in field.filled)
    if isinstance(field, YesNoField):
        return field.answer
    if isinstance(field, ManyField):
        return tuple(field.data or ())
    return (field.data or "") if hint is str else field.data


class PageForm(EditForm):
    """One page of the referral form; opens with the page's draft and the version of its answers."""

    page: ClassVar[str]
    look = staticmethod(look_of)
    begun = False
    """Whether the portal filled some of it in."""
    reveals: ClassVar[Mapping[str, Mapping[str, Sequence[str]]]] = {}
    """Which details each answer of a question asks for: they show under that answer, and count only with it."""
    asked_with: ClassVar[Mapping[str, tuple[str, Sequence[str]]]] = {}
    """A question that several answers of another one ask for: it stands below that one, and counts only with them."""
    typed_on = ""
    """When the fields hold what was typed and not saved: the moment, in words"""
    draft_version = 0
    """Of what is kept of this person's typing on this page"""

    def draft(self) -> Any:
        return read_draft(rules.PAGE_BY_KEY[self.page].draft, self)

    def validate(self, extra_validators: Any = None) -> bool:
        for field in self._not_called_for():
            field.data, field.validators, field.process_errors = None, (), []
        return bool(super().validate(extra_validators))

    def _not_called_for(self) -> list[Any]:
        names = []
        for question, by_answer in self.reveals.items():
            given = self[question].data if question in self else None
            if given is not None:
                names += [name for answer, asked in by_answer.items() if answer != given for name in asked]
        for name, (question, answers) in self.asked_with.items():
            if question in self and self[question].data is not None and self[question].data not in answers:
                names.append(name)
        return [self[name] for name in names if name in self and not isinstance(self[name], Group)]

    @property
    def questions(self) -> list[tuple[str, list[str]]]:
        """Names of the questions by weight (core, usual, also) in order; without the details of answers."""
        asked = rules.PAGE_BY_KEY[self.page].questions
        details = {name for by_answer in self.reveals.values() for names in by_answer.values() for name in names}
        shown = [question for question in asked if question.field in self and question.field not in details]
        weights = (rules.CORE, rules.USUAL, rules.ALSO)
        by_weight = [(weight, [q.field for q in shown if self._weight_of(q) == weight]) for weight in weights]
        return [(weight, names) for weight, names in by_weight if names]

    def _weight_of(self, question: rules.Question) -> str:
        """A question that another one asks for stands with it."""
        name, _ = self.asked_with.get(question.field, (question.field, ()))
        asked = rules.PAGE_BY_KEY[self.page].questions
        return next(other.weight for other in asked if other.field == name)

    def group(self, name: str) -> Group | None:
        """The repeating group of this name, if the page has one."""
        field = self._fields.get(name)
        return field if isinstance(field, Group) else None

    def take_out(self, place: str) -> None:
        """Takes an entry away, named like ``strategies-1``."""
        name, _, number = place.partition("-")
        if (group := self.group(name)) is not None and re.fullmatch(r"[0-9]{1,3}", number):
            group.take_out(int(number))

    def put_errors(self, by_field: dict[str, str]) -> None:
        """As in every form; an answer in a group is named like ``concerns-0-severity``, counting entries not empty."""
        outside = {name: words for name, words in by_field.items() if not self._put_in_group(name, words)}
        super().put_errors(outside)

    def _put_in_group(self, name: str, words: str) -> bool:
        found = _IN_GROUP.fullmatch(name)
        group = self.group(found[1]) if found else None
        if found is None or group is None or int(found[2]) >= len(group.filled):
            return False
        part = group.filled[int(found[2])].form
        if found[3] not in part:
            return False
        part[found[3]].errors = [*part[found[3]].errors, words]
        group.errors = [entry.errors for entry in group.entries]
        return True

    def visible_fields(self) -> list[Field]:
        """Also what stands inside groups, so that a page about a conflict loses none of it."""
        found: list[Field] = []
        for field in super().visible_fields():
            found += _inside(field) if isinstance(field, Group) else [field]
        return found


def _inside(group: Group) -> list[Field]:
    found = []
    for number, entry in enumerate(group.entries, start=1):
        for field in entry.form:
            field.label.text = f"{group.thing.capitalize()} {number}: {field.label.text}"
            found.append(field)
    return found
