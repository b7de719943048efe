"""Asking the school, and the school's answers to just what was asked."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from wtforms import Field

from portal.kernel.forms import EditForm, LongTextField, ManyField, TextField, TickField
from portal.referrals import rules
from portal.referrals.forms.base import PageForm, read_draft
from portal.referrals.forms.pages import form_of

_WORDS, _OWN, _ANSWER = 2_000, 300, 4_000


class AskForm(EditForm):
    """What a return asks: questions of the form by page, and up to three of the service's own."""

    note = LongTextField("What do you need to know, and why?", longest=_WORDS, description="The school reads it")
    own_1 = TextField("A question of your own", longest=_OWN)
    own_2 = TextField("Another question of your own", longest=_OWN)
    own_3 = TextField("A third question of your own", longest=_OWN)

    @property
    def by_page(self) -> list[Field]:
        """One list of questions for each page of the form."""
        return [field for field in self if isinstance(field, ManyField)]

    def asking(self) -> rules.Asking:
        named = ((field.short_name.removeprefix("ask_"), code) for field in self.by_page for code in field.data or ())
        own = (self[f"own_{number}"].data or "" for number in range(1, rules.MOST_OWN + 1))
        return rules.Asking(tuple(named), tuple(words for words in own if words), self.note.data or "")


def ask_form(kind: str) -> type[AskForm]:
    """The form for referrals of this kind (pupil, group, school), with their pages' questions to tick."""
    pages: dict[str, Field] = {
        f"ask_{page.key}": ManyField(page.title, [(question.field, question.label) for question in page.questions])
        for page in rules.pages_of(kind)
    }
    plan = ("plan", rules.question_words(rules.PLACE_OF_FILES, "plan"))
    pages[f"ask_{rules.PLACE_OF_FILES}"] = ManyField("What comes with it", [plan])
    return type("AskFormOfKind", (AskForm,), pages)


class AnswerForm(EditForm):
    """The questions of a return on one page: fields of the form's own pages, and a text for each own question."""

    parts: Sequence[PageForm] = ()
    typed_on = ""
    """When what stands in the fields was typed; empty when it is what was saved"""

    def __iter__(self) -> Iterator[Field]:
        return chain(super().__iter__(), *(iter(part) for part in self.parts))

    @property
    def errors(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(super().errors)
        for part in self.parts:
            found |= {f"{part.page}-{name}": words for name, words in part.errors.items()}
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        return all([super().validate(extra_validators), *[part.validate() for part in self.parts]])

    def visible_fields(self) -> list[Field]:
        ticks = [field for name, field in self._fields.items() if name.startswith("unknown_")]
        return [*chain.from_iterable(part.visible_fields() for part in self.parts), *self.own_fields, *ticks]

    @property
    def own_fields(self) -> list[Field]:
        return [field for name, field in self._fields.items() if name.startswith("own_")]

    def put_errors(self, by_field: dict[str, str]) -> None:
        """A field of a page is named ``page-field``; what stands on no part comes on top."""
        for name, words in by_field.items():
            key, _, field = name.partition("-")
            part = next((part for part in self.parts if part.page == key), None)
            if part is None:
                super().put_errors({name: words})
            else:
                part.put_errors({field: words})
                self.problems += part.problems
                part.problems = []

    def drafts(self) -> dict[str, Any]:
        """By page what was typed; fields that are not asked hold nothing that counts."""
        return {part.page: read_draft(rules.PAGE_BY_KEY[part.page].draft, part) for part in self.parts}

    def tick(self, question_id: int) -> Field:
        """Where “we don't know” is ticked for one question."""
        return self[f"unknown_{question_id}"]

    def unknown(self) -> set[int]:
        """The ids of the questions that the school does not know."""
        ticks = {name: field for name, field in self._fields.items() if name.startswith("unknown_")}
        return {int(name.removeprefix("unknown_")) for name, field in ticks.items() if field.data}

    def own(self) -> dict[int, str]:
        """By question id what was answered."""
        return {int(field.short_name.removeprefix("own_")): field.data or "" for field in self.own_fields}


def answer_form(own: Sequence[tuple[int, str]], asked: Sequence[tuple[int, str]]) -> type[AnswerForm]:
    """The form for the service's ``own`` questions (id and words), and “we don't know” for all that are ``asked``."""
    fields: dict[str, Field] = {f"own_{number}": LongTextField(words, longest=_ANSWER) for number, words in own}
    fields |= {f"unknown_{number}": TickField(f"{rules.NOT_KNOWN}: {words}") for number, words in asked}
    return type("AnswerFormOfReturn", (AnswerForm,), fields)


def part_of(page: str, asked: Sequence[str], draft: rules.PageDraft, **sent: Any) -> PageForm:
    """A page of the form with the asked questions and their details, and without everything else.

    ``sent`` is ``formdata`` where the fields are not those of the request.
    """
    part = form_of(page)(obj=draft, prefix=f"{page}-", meta={"csrf": False}, **sent)
    kept = {*asked, *details_of(page, asked)}
    for name in [field.short_name for field in part]:
        if name not in kept:
            del part[name]
    return part


def details_of(page: str, asked: Sequence[str]) -> frozenset[str]:
    """The fields that an asked question brings with it: what each of its answers asks for."""
    form = form_of(page)
    revealed = (name for question in asked for names in form.reveals.get(question, {}).values() for name in names)
    with_it = (name for name, (question, _) in form.asked_with.items() if question in asked)
    return frozenset((*revealed, *with_it))


def shown_on(page: str, asked: Sequence[str]) -> list[str]:
    """The asked questions in order; a detail of another asked one is drawn with that one."""
    form = form_of(page)
    revealed = {name for question in asked for names in form.reveals.get(question, {}).values() for name in names}
    wanted = {*asked, *details_of(page, asked)} - revealed
    return [question.field for question in rules.PAGE_BY_KEY[page].questions if question.field in wanted]
