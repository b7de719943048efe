"""What a page of texts sends: the words of each, what its page showed, and what the speaker says is right."""

from werkzeug.datastructures import MultiDict

from portal.kernel.forms import clean, clean_query
from portal.languages.rules.texts import LONGEST_SPEAKER, Typed

MOST_FORMS = 6
"""No language counts in more ways than Arabic and Welsh"""


def typed_texts(form: MultiDict[str, str]) -> list[Typed]:
    """The texts of the form, in its order."""
    names = [field.removeprefix("seen:") for field in form if field.startswith("seen:")]
    return [_typed(form, name) for name in dict.fromkeys(names)]


def _typed(form: MultiDict[str, str], name: str) -> Typed:
    catalogue, _, key = name.partition("/")
    fields = (f"words:{name}:{number}" for number in range(MOST_FORMS))
    words = tuple(clean(form[field]) or "" for field in fields if field in form)
    return Typed(catalogue, key, words, form[f"seen:{name}"], is_right=form.get(f"right:{name}") == "yes")


def speaker_typed(form: MultiDict[str, str]) -> str:
    return clean_query(form.get("speaker"), LONGEST_SPEAKER + 1)
