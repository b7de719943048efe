"""The command import-impact: what it says, where, and with which exit code."""

from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import FlaskGroup
from sqlalchemy import func, select

from portal.app import Portal
from portal.cases.models import Case
from portal.extensions import db
from portal.history.published import PUBLISHED


def run(app: Portal, file: Path, service: str = "Primary outreach", year: str = "2016/17") -> Result:
    arguments = ["import-impact", str(file), "--service", service, "--year", year]
    return app.test_cli_runner().invoke(FlaskGroup(create_app=lambda: app), args=arguments)


def cases_there(app: Portal) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Case)) or 0


def test_once_imports_and_twice_changes_nothing(app: Portal) -> None:
    first = run(app, PUBLISHED)
    assert (first.exit_code, first.stdout, first.stderr) == (
        0,
        "Imported 10 pieces of work, 12 children, 339 days.\n",
        "",
    )
    second = run(app, PUBLISHED)
    assert (second.exit_code, second.stdout) == (0, "Nothing changed: all 10 rows were imported before.\n")
    assert cases_there(app) == 10


def test_every_problem_has_its_line_on_stderr_and_nothing_is_imported(app: Portal, tmp_path: Path) -> None:
    text = PUBLISHED.read_text(encoding="utf-8").replace("C,1,13", "C,1,1e9").replace("28%", "280%")
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    result = run(app, file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "Line 4, column days: “1e9” is not a whole or half number of days.",
        "Line 11, column thrive_increase: “280%” is not a percentage such as “10%”.",
    ]
    assert cases_there(app) == 0


@pytest.mark.parametrize(
    ("service", "year", "words"),
    [
        ("Nowhere", "2016/17", "There is no service line “Nowhere”. There are: Primary outreach, Secondary outreach."),
        ("", "2016/17", "There is no service line “”. There are: Primary outreach, Secondary outreach."),
        ("Primary outreach", "soon", "The school year “soon” is not one. Write it like 2016/17."),
        ("Primary outreach", "2050/51", "Charts are imported for school years from 2000 to this one."),
    ],
)
def test_a_wrong_name_or_year_is_one_clear_line(app: Portal, service: str, year: str, words: str) -> None:
    result = run(app, PUBLISHED, service, year)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", words + "\n")


def test_a_file_that_is_not_there_is_one_clear_line(app: Portal, tmp_path: Path) -> None:
    result = run(app, tmp_path / "nothing.csv")
    assert result.exit_code == 1
    assert result.stderr == "The file “nothing.csv” cannot be opened: No such file or directory.\n"
