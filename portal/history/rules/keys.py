"""What makes a row of an earlier chart the same row when it comes a second time."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence, Set

from portal.history.rules.works import ImportedWork


def keys_of(works: Iterable[ImportedWork], stem: str) -> dict[str, ImportedWork]:
    """The works by a key of at most 60 characters after ``stem``, which must end in a hyphen.

    A key says whose row it is (school and worker), what it says, and which one it is among rows that say the same.
    """
    met: Counter[str] = Counter()
    by_key: dict[str, ImportedWork] = {}
    for work in works:
        base = f"{stem}{_digest([work.school, work.worker])}-{_digest(_content(work))}"
        met[base] += 1
        by_key[f"{base}-{met[base]}"] = work
    return by_key


def changed_problems(by_key: dict[str, ImportedWork], known: Set[str]) -> list[str]:
    """New rows whose school and worker have an earlier row that this file no longer holds: they were changed."""
    changed_owners = {_owner(key) for key in known - set(by_key)}
    return [
        f"Line {work.line}: school {work.school}, worker {work.worker} was imported before and said something else."
        for key, work in by_key.items()
        if key not in known and _owner(key) in changed_owners
    ]


def _owner(key: str) -> str:
    return key.split("-")[-3]


def _digest(content: Sequence[object]) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _content(work: ImportedWork) -> list[object]:
    """What a row says, however its cells were spelt; the words of the placement cell are left out for that."""
    spoken = [
        [said.overall, said.good_words, said.better_words, said.work_stopped, said.stopped_words] if said else None
        for said in (work.school_feedback, work.family_feedback)
    ]
    return [
        str(work.days.normalize()),
        [[pupil.outcome, pupil.placement_holds] for pupil in work.pupils],
        work.implemented,
        work.threshold,
        str(work.thrive.normalize()) if work.thrive is not None else None,
        work.monitoring,
        {column: [cell.state, cell.value] for column, cell in work.stated.items()},
        spoken,
    ]
