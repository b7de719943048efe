"""The unique pupil number: what is accepted, what is found, and what is never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.schools.rules import normalise_upn, upn_problems, upn_warning
from portal.schools.rules.upn import check_letter

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
bodies = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("upn", ["B801200005001", "R674123101121", "b 801-2000 05001", "Ｂ８０１２００００５００１"])
def test_valid(upn: str) -> None:
    assert upn_problems(upn) == []
    assert upn_warning(upn) is None


@pytest.mark.parametrize(
    ("upn", "says"),
    [
        ("A801200005001", "does not fit"),
        ("B801200005010", "does not fit"),
        ("B80120000500", "has 12"),
        ("B8012000050011", "has 14"),
        ("", "has 0"),
        ("I801200005001", "never I, O or S"),
        ("8801200005001", "begins with a capital letter"),
        ("B80120000500I", "never I, O or S"),
        ("B8012X0005001", "twelve digits"),
        ("B80120000500٣", "twelve digits"),
        ("\x00801200005001", "begins with a capital letter"),
    ],
)
def test_invalid(upn: str, says: str) -> None:
    (problem,) = upn_problems(upn)
    assert says in problem
    assert upn_warning(upn) is None


def test_a_temporary_number_is_accepted_with_a_warning() -> None:
    temporary = check_letter("80120000500A") + "80120000500A"
    assert upn_problems(temporary) == []
    assert "temporary" in (upn_warning(temporary) or "")


@pytest.mark.parametrize(("last", "value"), [("A", 0), ("H", 7), ("J", 8), ("R", 15), ("T", 16), ("Z", 22)])
def test_a_final_letter_counts_as_its_place_in_the_alphabet_without_i_o_and_s(last: str, value: int) -> None:
    assert check_letter("0" * 11 + last) == LETTERS[13 * value % 23]


@given(bodies)
def test_the_authority_part_is_never_a_reason(body: str) -> None:
    assert upn_problems(check_letter(body) + body) == []


@given(bodies, st.integers(0, 11), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(body: str, place: int, digit: str) -> None:
    wrong = body[:place] + digit + body[place + 1 :]
    assert bool(upn_problems(check_letter(body) + wrong)) == (wrong != body)


@given(bodies, st.integers(0, 10))
def test_two_swapped_neighbours_are_always_found(body: str, place: int) -> None:
    wrong = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    assert bool(upn_problems(check_letter(body) + wrong)) == (wrong != body)


@given(bodies, st.sampled_from(LETTERS))
def test_a_wrong_check_letter_is_always_found(body: str, letter: str) -> None:
    assert bool(upn_problems(letter + body)) == (letter != check_letter(body))


@given(st.text())
def test_no_text_breaks_it_and_no_sentence_repeats_it(text: str) -> None:
    number = normalise_upn(text)
    for sentence in upn_problems(text):
        assert len(number) < 3 or number not in sentence
