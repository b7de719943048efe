"""Forms as the portal draws and reads them: GOV.UK components, cleaned text, a submission id, a version.

Fields know nothing of the database. Hostile text is refused with a sentence, never an error page.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from govuk_frontend_wtf import wtforms_widgets as govuk
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup
from wtforms import Field, HiddenField, ValidationError, fields
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are one version behind
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from portal.kernel import submissions

SHORT, MEDIUM, LONG = 120, 500, 5_000
"""Characters that a name, a line and a longer text may have."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

# The library's macros rely on lenient undefined values; the portal's own templates are strict, so they live apart.
_library = Environment(
    autoescape=True,
    loader=ChoiceLoader(
        [
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            )
        ]
    ),
)


class _FromLibrary:
    template: str

    def render(self, params: dict[str, Any]) -> Markup:
        # The library escapes every value itself; its result is markup.
        return Markup(_library.get_template(self.template).render(params=params))  # noqa: S704


class TextInput(_FromLibrary, govuk.GovTextInput):
    pass


class PasswordInput(_FromLibrary, govuk.GovPasswordInput):
    pass


class CountedTextArea(_FromLibrary, govuk.GovCharacterCount):
    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        params["maxlength"] = field.longest  # type: ignore[attr-defined]
        params["threshold"] = 75
        return params


class SelectInput(_FromLibrary, govuk.GovSelect):
    pass


class RadioInput(_FromLibrary, govuk.GovRadioInput):
    pass


class CheckboxesInput(_FromLibrary, govuk.GovCheckboxesInput):
    pass


class CheckboxInput(_FromLibrary, govuk.GovCheckboxInput):
    pass


class FileInput(_FromLibrary, govuk.GovFileInput):
    pass


class DateInput(_FromLibrary, govuk.GovDateInput):
    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        params["id"] = field.id
        for item in params["items"]:
            item["inputmode"] = "numeric"
        return params


def clean(text: str | None) -> str | None:
    """Strips and makes line ends one; None stays None."""
    return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n").strip()


def has_control(text: str) -> bool:
    """NUL and other characters that no text needs and that databases and sheets stumble over."""
    return bool(_CONTROL.search(text))


def clean_query(text: str | None, longest: int = SHORT) -> str:
    """A search word from an address: cut to ``longest``, control characters dropped."""
    return _CONTROL.sub("", text or "").strip()[:longest]


def no_control(_form: Any, field: Field) -> None:
    if isinstance(field.data, str) and has_control(field.data):
        raise ValidationError("This text holds characters that cannot be stored. Delete it and type it again.")


class Filled(InputRequired):
    """Something must be typed; blanks alone are nothing, which the library's own check lets through."""

    def __call__(self, form: Any, field: Field) -> None:
        first = (field.raw_data or [None])[0]
        if isinstance(first, str) and not first.strip():
            field.errors = []
            raise StopValidation(str(self.message))
        super().__call__(form, field)


def _words(required: str | None) -> list[Any]:
    return [Filled(required)] if required else [Optional()]


class TextField(fields.StringField):
    """One line. ``required`` is the sentence shown when it is empty; without it the field may stay empty."""

    widget = TextInput()

    def __init__(self, label: str, *, required: str | None = None, longest: int = SHORT, **kwargs: Any) -> None:
        checks = [*_words(required), no_control, *kwargs.pop("validators", [])]
        checks.append(Length(max=longest, message=f"Shorten this to {longest:,} characters or fewer."))
        super().__init__(label, checks, filters=[clean], **kwargs)


class LongTextField(fields.StringField):
    """Several lines, with a count of the characters left."""

    widget = CountedTextArea()

    def __init__(self, label: str, *, required: str | None = None, longest: int = LONG, **kwargs: Any) -> None:
        self.longest = longest
        checks = [*_words(required), no_control, *kwargs.pop("validators", [])]
        checks.append(Length(max=longest, message=f"Shorten this to {longest:,} characters or fewer."))
        super().__init__(label, checks, filters=[clean], **kwargs)


class SecretField(fields.PasswordField):
    """A password or code; never drawn back and never shown on an error page."""

    widget = PasswordInput()

    def __init__(self, label: str, *, required: str, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired(required), no_control, Length(max=longest)], **kwargs)


def choices(pairs: Iterable[tuple[str, str]], *, blank: str | None = None) -> list[SelectChoice]:
    """Choices from (value, label) pairs; ``blank`` is the label of the empty first one."""
    first = [SelectChoice("", blank)] if blank is not None else []
    return [*first, *(SelectChoice(value, label) for value, label in pairs)]


def _offered(field: fields.SelectField) -> list[SelectChoice]:
    return [choice for choice in field.choices or () if isinstance(choice, SelectChoice)]


class ChoiceField(fields.SelectField):
    """One of a list, as a drop-down. The empty choice reads as None."""

    widget = SelectInput()

    def __init__(
        self, label: str, pairs: Iterable[tuple[str, str]] = (), *, required: str | None = None, **kwargs: Any
    ) -> None:
        blank = kwargs.pop("blank", "Choose")
        self.blank = blank
        super().__init__(label, choices=choices(pairs, blank=blank), **kwargs)
        self.required_words = required

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Hands in the choices that only the view knows."""
        self.choices = choices(pairs, blank=self.blank)

    def process_data(self, value: Any) -> None:
        self.data = None if value in (None, "") else str(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = (valuelist[0] or None) if valuelist else None

    def iter_choices(self) -> Any:
        for choice in _offered(self):
            yield choice.value, choice.label, choice.value == (self.data or ""), {}

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            if self.required_words:
                raise ValidationError(self.required_words)
            return
        if all(choice.value != self.data for choice in _offered(self)):
            raise ValidationError("Choose one from the list.")


class RadioField(ChoiceField):
    """One of a few, all in sight."""

    widget = RadioInput()

    def __init__(
        self, label: str, pairs: Iterable[tuple[str, str]] = (), *, required: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(label, pairs, required=required, blank=None, **kwargs)

    def __iter__(self) -> Any:
        for index, choice in enumerate(_offered(self)):
            yield _Option(f"{self.id}-{index}", self.name, choice.value, choice.label, choice.value == self.data)


class _Option:
    """What the library's radio and checkbox widgets want to see of one choice."""

    def __init__(self, id: str, name: str, value: str, text: str, checked: bool) -> None:
        self.id, self.name, self.checked, self.data = id, name, checked, value
        self.label = fields.Label(id, text)
        self._text = value

    def _value(self) -> str:
        return self._text


class YesNoField(RadioField):
    """Yes or no; None while unanswered."""

    def __init__(self, label: str, *, required: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, [("yes", "Yes"), ("no", "No")], required=required, **kwargs)

    def process_data(self, value: Any) -> None:
        self.data = {True: "yes", False: "no"}.get(value, value)

    @property
    def answer(self) -> bool | None:
        return None if self.data is None else self.data == "yes"


class ManyField(fields.SelectMultipleField):
    """Any of a list, as checkboxes; reads as a list of values."""

    widget = CheckboxesInput()

    def __init__(
        self, label: str, pairs: Iterable[tuple[str, str]] = (), *, required: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(label, choices=choices(pairs), **kwargs)
        self.required_words = required

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.choices = choices(pairs)

    def process_data(self, value: Any) -> None:
        self.data = [str(v) for v in value or ()]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = list(valuelist)

    def __iter__(self) -> Any:
        chosen = self.data or []
        for index, choice in enumerate(_offered(self)):
            option_id = self.id if index == 0 else f"{self.id}-{index + 1}"
            yield _Option(option_id, self.name, choice.value, choice.label, choice.value in chosen)

    def pre_validate(self, form: Any) -> None:
        known = {choice.value for choice in _offered(self)}
        if self.required_words and not self.data:
            raise ValidationError(self.required_words)
        if not set(self.data or ()) <= known:
            raise ValidationError("Choose from the list.")


class TickField(fields.BooleanField):
    """A single checkbox."""

    widget = CheckboxInput()


class KnownDateField(fields.DateField):
    """A date people know by heart, such as a date of birth: three boxes."""

    widget = DateInput()

    def __init__(self, label: str, *, required: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, kwargs.pop("validators", []), format="%d %m %Y", **kwargs)
        self.required_words = required

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        parts = [part.strip() for part in [*valuelist, "", "", ""][:3]]
        self.raw_data, self.data = parts, None  # drawn again as typed, also when only two boxes were filled
        if any(parts):
            self.data = _a_date(*reversed(parts))

    def pre_validate(self, form: Any) -> None:
        if self.required_words and self.data is None and not self.process_errors:
            raise StopValidation(self.required_words)

    def _value(self) -> str:
        return ""


class NearDateField(fields.DateField):
    """A date close to today: the device's own picker, or typed as 2026-12-05 or 5/12/2026."""

    def __init__(self, label: str, *, required: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, [*_words(required)], **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
        british = re.fullmatch(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})", text)
        if iso:
            self.data = _a_date(*iso.groups())
        elif british:
            self.data = _a_date(*reversed(british.groups()))
        else:
            raise ValueError("Type the date as day, month and year, such as 5/12/2026.")

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def __call__(self, **kwargs: Any) -> Any:
        params = kwargs.setdefault("params", {})
        params.setdefault("type", "date")
        params.setdefault("classes", "govuk-input--width-10")
        return super().__call__(**kwargs)


def _a_date(year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise ValueError("This is not a date in the calendar. Check day, month and year.") from None
    if not 1900 <= found.year <= 2100:
        raise ValueError("Check the year: it must have four figures, such as 2016.")
    return found


class TimeField(fields.TimeField):
    """A time of day as 09:30."""

    widget = TextInput()

    def __init__(self, label: str, *, required: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, [*_words(required)], **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        match = re.fullmatch(r"(\d{1,2})[:.]?(\d{2})", text)
        if not match or int(match[1]) > 23 or int(match[2]) > 59:
            raise ValueError("Type the time as hours and minutes, such as 09:30.")
        self.data = time(int(match[1]), int(match[2]))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%H:%M") if self.data else ""

    def __call__(self, **kwargs: Any) -> Any:
        params = kwargs.setdefault("params", {})
        params.setdefault("type", "time")
        params.setdefault("classes", "govuk-input--width-5")
        return super().__call__(**kwargs)


class _Read:
    """What could not be read is said once: its range is not asked for too."""

    process_errors: Sequence[str]

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation


class WholeNumberField(_Read, fields.IntegerField):
    """A whole number between ``least`` and ``most``."""

    widget = TextInput()

    def __init__(self, label: str, *, least: int, most: int, required: str | None = None, **kwargs: Any) -> None:
        words = f"Type a whole number from {least:,} to {most:,}."
        super().__init__(label, [*_words(required), NumberRange(least, most, words)], **kwargs)
        self.words = words

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
        elif re.fullmatch(r"-?[0-9]{1,9}", text):
            self.data = int(text)
        else:
            self.data = None
            raise ValueError(self.words)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def __call__(self, **kwargs: Any) -> Any:
        params = kwargs.setdefault("params", {})
        params.setdefault("inputmode", "numeric")
        params.setdefault("classes", "govuk-input--width-4")
        return super().__call__(**kwargs)


class NumberField(_Read, fields.DecimalField):
    """A number with up to two places between ``least`` and ``most``."""

    widget = TextInput()

    def __init__(self, label: str, *, least: float, most: float, required: str | None = None, **kwargs: Any) -> None:
        words = f"Type a number from {least:g} to {most:g}."
        super().__init__(label, [*_words(required), NumberRange(least, most, words)], places=None, **kwargs)
        self.words = words

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip().rstrip("%").strip() if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            if not re.fullmatch(r"-?[0-9]{1,9}([.,][0-9]{1,2})?", text):
                raise InvalidOperation
            self.data = Decimal(text.replace(",", "."))
        except InvalidOperation:
            self.data = None
            raise ValueError(self.words) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}"

    def __call__(self, **kwargs: Any) -> Any:
        params = kwargs.setdefault("params", {})
        params.setdefault("inputmode", "decimal")
        params.setdefault("classes", "govuk-input--width-4")
        return super().__call__(**kwargs)


_NAMELESS = (
    "Shorten this",
    "This text holds",
    "Choose one from the list",
    "Choose from the list",
    "Type a whole number",
    "Type a number",
    "Type the date as",
    "Type the time as",
    "This is not a date",
    "Check the year",
)
"""How sentences begin that are the same for every field"""


def named_error(field: Field, error: str) -> str:
    """The sentence as it stands away from its field, in the summary above the form."""
    if not str(error).startswith(_NAMELESS):
        return error
    label = str(field.label.text)
    return f"{label} {error}" if label.endswith("?") else f"{label}: {error[0].lower()}{error[1:]}"


class PortalForm(FlaskForm):
    """The base of all forms: remembers itself for conflict pages, and carries its submission id.

    ``problems`` are sentences about the form as a whole, shown in the error summary.
    """

    submission_id = HiddenField(default=submissions.new_id)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[str] = []
        if request and request.method == "POST":
            g.form = self

    def refuse(self, problems: Iterable[str]) -> None:
        """Takes the sentences of a refused operation into the error summary."""
        self.problems.extend(problems)

    def put_errors(self, by_field: dict[str, str]) -> None:
        """Puts sentences that rules found under their fields; those of no field stand on top."""
        for name, words in by_field.items():
            field = self._fields.get(name)
            if field is None:
                self.problems.append(words)
            else:
                field.errors = [*field.errors, words]

    def visible_fields(self) -> list[Field]:
        """What a person typed into, in order; without tokens, ids and secrets."""
        hidden = (HiddenField, fields.PasswordField, fields.SubmitField)
        return [field for field in self if not isinstance(field, hidden)]


class VersionField(HiddenField):
    """The version of the record that this form was opened on."""

    data: Any

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class EditForm(PortalForm):
    """A form that changes a record which was there: it carries the version it was opened with."""

    version = VersionField()

    @property
    def opened_with(self) -> int | None:
        """For ``versions.check_version``; None when the form did not say."""
        version: int | None = self.version.data
        return version
