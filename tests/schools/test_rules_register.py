"""One line of the register of schools: what is understood, and what is refused."""

import pytest

from portal.schools.rules.register import BadLine, columns_of, read_row


def test_the_register_of_schools_says_so_too() -> None:
    headings = ["URN", "EstablishmentName", "LA (code)", "EstablishmentNumber"]
    columns = columns_of([*headings, "EstablishmentStatus (name)", "PhaseOfEducation (name)"])
    with pytest.raises(BadLine, match="invisible characters"):
        read_row(columns, ["100001", "Ash\u202e Primary", "880", "1234", "Open", "Primary"])


@pytest.mark.parametrize("phase", ["All-through", "All through", "ALLTHROUGH", " all  through ", "16 plus", "16-Plus"])
def test_a_phase_is_known_by_its_letters_and_digits(phase: str) -> None:
    headings = ["URN", "EstablishmentName", "LA (code)", "EstablishmentNumber"]
    columns = columns_of([*headings, "EstablishmentStatus (name)", "PhaseOfEducation (name)"])
    row = read_row(columns, ["100001", "Ash Primary", "880", "1234", "Open, but proposed to close", phase])
    assert row.phase == ("sixteen_plus" if "16" in phase else "all_through")
    assert row.status == "closing"
