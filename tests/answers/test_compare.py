"""The comparison itself: it finds what changed, came and went, and nothing else."""

from pathlib import Path

import pytest

from tests.answers.compare import differences


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, greeting, more in ((old, "Good morning", "/gone"), (new, "Good day", "/come")):
        folder.mkdir()
        lines = ["== GET /hello → 200 text/html", greeting, f"== GET {more} → 200 text/html", "a page"]
        (folder / "worker.txt").write_text("\n".join(lines))
    return old, new


def test_what_changed_came_and_went_is_said(folders):
    changed, gone, come = differences(*folders)
    assert changed.startswith("worker.txt == GET /hello")
    assert "  -Good morning" in changed
    assert "  +Good day" in changed
    assert gone.splitlines()[1].strip() == "is answered so only before"
    assert come.splitlines()[1].strip() == "is answered so only now"


def test_the_same_answers_differ_in_nothing(folders):
    assert list(differences(folders[0], folders[0])) == []
