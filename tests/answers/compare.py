"""Says where two walks were answered differently."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path


def differences(old: Path, new: Path) -> Iterator[str]:
    """One text for each answer that differs: the address, then the lines that went and came."""
    names = sorted({file.name for folder in (old, new) for file in folder.glob("*.txt")})
    for name in names:
        before, after = _answers(old / name), _answers(new / name)
        for head in [*before, *(head for head in after if head not in before)]:
            was, now = before.get(head), after.get(head)
            if was != now:
                yield "\n".join((f"{name} {head}", *_changed(was, now)))


def _answers(file: Path) -> Mapping[str, list[str]]:
    """What stands in a file, by address and status."""
    found: dict[str, list[str]] = {}
    head = ""
    for line in file.read_text().splitlines() if file.exists() else ():
        if line.startswith("== "):
            head = line
        found.setdefault(head, [])
        if line != head:
            found[head].append(line)
    return found


def _changed(was: list[str] | None, now: list[str] | None) -> Iterator[str]:
    if was is None or now is None:
        yield "  is answered so only " + ("now" if was is None else "before")
        return
    for line in difflib.unified_diff(was, now, n=1, lineterm=""):
        if not line.startswith(("---", "+++")):
            yield f"  {line}"
