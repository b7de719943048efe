"""What looks like a person, what is carried over, and what must be mended."""

import time

import pytest

from portal.advice import rules
from portal.schools.rules import hints as person_hints

NAMES = frozenset({"Maya", "Khan", "Will", "Zebedee", "Anne-Marie"})
FINE = ("Ash Primary", "Torquay", "Jo Ferris")


def found(text, names=NAMES, fine=FINE):
    return [text[hint.start : hint.end] for hint in person_hints.looks_like_person(text, names, fine)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Number B801200005001 and b8012 0000 5002 end.", ["B801200005001", "b8012 0000 5002"]),
        ("A wrong letter: A801200005001, none: 801200005001.", ["A801200005001", "801200005001"]),
        (
            "He was born on 3 May 2016, or 03/05/2016, or 2016-05-03.",
            ["born on 3 May 2016", "03/05/2016", "2016-05-03"],
        ),
        ("May 3rd, 2016 was a date; 1/2 of them and 2016 are none.", ["May 3rd, 2016"]),
        (
            "Write to a.b+c@school.example or ring 01803 111222 or +44 7700 900123.",
            ["a.b+c@school.example", "01803 111222", "+44 7700 900123"],
        ),
        ("We call him J.S. in P.E. and at 9 a.m.", ["J.S."]),
        ("A boy called jayden, known as “JJ”, is called in at noon and called out.", ["jayden", "JJ"]),
        ("In class Oakley Turner runs. Jayden hits. O'Neill shouts.", ["Oakley Turner", "Jayden", "O'Neill"]),
        ("Her mother, Mrs Smith, and Mr. Grey came.", ["Smith", "Grey"]),
        ("We told maya and ZEBEDEE; anne-marie's friend.", ["maya", "ZEBEDEE", "anne-marie"]),
        ("Will that do? Will it? We told Will.", ["Will"]),
        ("On Monday in October the SENCo of Ash Primary, Torquay, met Jo Ferris about Maths and ELSA.", []),
        ("Two boys in Year 4 push. What helps? • Nothing so far\n- Breaks", []),
        ("", []),
    ],
)
def test_what_is_pointed_at(text, expected):
    assert found(text) == expected


def test_every_piece_says_why_and_the_text_stays_whole():
    text = "Maya and “Oakley” 🙂 <script>B801200005001</script>"
    hints = person_hints.looks_like_person(text, NAMES, FINE)
    assert [hint.why for hint in hints] == ["the name of a pupil on your list", "may be a name", "a pupil number (UPN)"]
    assert "".join(piece.words for piece in person_hints.pieces(text, hints)) == text


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "A ",
        "J.",
        "0 ",
        "a.b@",
        "1/",
        "Jayden ",
        "called ",
        "B8012 ",
        "a-",
        "'",
        "(0",
        "\n",
        "born 3 ",
        "12 may ",
        "é\u0301",
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(piece):
    def used(length):
        text = (piece * length)[:length]
        start = time.process_time()
        person_hints.looks_like_person(text, NAMES, FINE)
        return time.process_time() - start

    used(2_000)
    assert used(100_000) < max(1.5, 30 * used(12_500))


WRITTEN = [
    rules.Written("3 November", True, "He runs."),
    rules.Written("4 November", False, "Greet him."),
    rules.Written("5 November", True, "Still runs."),
]


def test_words_are_carried_over_with_where_they_come_from():
    concern = rules.concern_words("Running", WRITTEN)
    assert (
        concern == "From our question to the service, “Running”:\n\n(3 November) He runs.\n\n(5 November) Still runs."
    )
    assert rules.tried_words("A card.", WRITTEN) == ("A card.", "Advised by the service (4 November): Greet him.")
    assert rules.tried_words("", WRITTEN[:1]) == ()
    assert "He runs." in rules.difference_words("Running", WRITTEN)


def test_what_does_not_fit_is_cut_and_said():
    long = [rules.Written("3 November", True, "x" * 5_000)] * 3
    assert len(rules.concern_words("s" * 120, long)) <= 4_000
    assert rules.concern_words("s", long).endswith("(the rest is in the question)")
    advice = [rules.Written("4 November", False, "y" * 5_000)] * 20
    assert len(rules.tried_words("z" * 5_000, advice)) == 12
    assert max(len(words) for words in rules.tried_words("z" * 5_000, advice)) <= 400


def test_problems_name_the_field():
    assert set(rules.question_problems(rules.QuestionDraft(how_soon="never"))) == {"subject", "question", "how_soon"}
    assert set(rules.question_problems(rules.QuestionDraft("s" * 121, "q" * 5_001, "t" * 5_001))) == {
        "subject",
        "question",
        "tried",
    }
    assert set(rules.message_problems(rules.MessageDraft(" "), asks_time=True)) == {"words", "minutes"}
    assert rules.message_problems(rules.MessageDraft("yes"), asks_time=False) == {}
