"""A Common Transfer File: finds one pupil in it and reads what a referral can use, and nothing of anybody else.

Two passes: the first only compares names and numbers and remembers where each likely pupil stands, the second reads
those few. DTDs and entities are refused where they begin.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import IO
from xml.parsers import expat

from portal.referrals.rules.ctf_pupil import Node, WantedPupil, pupil_of
from portal.schools.rules import normalise_upn, plain_name

MOST_SHOWN = 10
LARGEST = 25 * 1024 * 1024
_CHUNK = 1 << 20
_LONGEST_WORD = 200
_MOST_NODES, _DEEPEST = 20_000, 40
_ROOT, _PUPIL_DEPTH = "CTfile", 3
_IDENTITY = frozenset({"UPN", "Surname", "Forename", "DOB"})
CtfPupil = WantedPupil

CTF_REFUSED = {
    "empty": "This file is empty. Choose the CTF that your school's system made.",
    "too_large": "This file is larger than 25 MB. Let your school's system make a CTF of this one pupil.",
    "dtd": "This file carries a document type or entities, which a CTF never does. It was not read.",
    "not_xml": "This is not a CTF: it is not XML. Choose the file that your school's system made, ending in .xml.",
    "wrong_root": "This is XML, but not a CTF: it does not begin with CTfile. Choose another file.",
    "truncated": "This file ends in the middle. Make it once more in your school's system, then choose it again.",
    "damaged": "This file is damaged and cannot be read. Make it once more in your school's system.",
    "no_pupils": "There is no pupil in this file. Choose another one.",
}
"""Why a file is not read, each in a sentence that helps."""


class CtfRefused(Exception):
    """The file is not read; ``reason`` is a key of ``CTF_REFUSED``."""

    def __init__(self, reason: str) -> None:
        super().__init__(CTF_REFUSED[reason])
        self.reason = reason


@dataclass(frozen=True)
class CtfFound:
    """What a search found: how many pupils the file holds, how many fit, and at most ``MOST_SHOWN`` of these."""

    in_file: int
    fitting: int
    pupils: tuple[WantedPupil, ...]


def read_ctf(file: IO[bytes], who: str) -> CtfFound:
    """Looks for the pupil that ``who`` names: a UPN, or words that first or family name hold, or a date of birth.

    With an empty ``who`` a file of one pupil answers with that one, any other with nobody. Raises ``CtfRefused``.
    """
    scan = _Scan(_fits(who))
    _feed(scan, file)
    if not scan.in_file:
        raise CtfRefused("no_pupils")
    alone = scan.in_file == 1 and not who.strip()
    places = scan.first if alone else scan.places
    try:
        pupils = tuple(pupil_of(_tree(file, place, scan.encoding)) for place in places)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise CtfRefused("damaged") from error
    return CtfFound(scan.in_file, 1 if alone else scan.fitting, pupils)


def _feed(scan: "_Scan", file: IO[bytes]) -> None:
    size = 0
    try:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise CtfRefused("too_large")
            scan.parser.Parse(chunk, False)
        if not size:
            raise CtfRefused("empty")
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise CtfRefused("damaged" if scan.in_root else "not_xml") from error
    try:
        scan.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise CtfRefused("truncated" if scan.in_root else "not_xml") from error


Identity = dict[str, str]


def _fits(who: str) -> Callable[[Identity], bool]:
    wanted = who.strip()
    if not wanted:
        return lambda _found: False
    upn = normalise_upn(wanted)
    words = plain_name(wanted).split()

    def fits(found: Identity) -> bool:
        if upn and normalise_upn(found.get("UPN", "")) == upn:
            return True
        text = f"{plain_name(found.get('Forename', ''))} {plain_name(found.get('Surname', ''))} {found.get('DOB', '')}"
        return bool(words) and all(word in text or _as_iso(word) in text for word in words)

    return fits


def _as_iso(word: str) -> str:
    """A British date as the file writes it; any other word as it is."""
    parts = word.replace(".", "/").split("/")
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day).isoformat()
    except (ValueError, TypeError):
        return word


def local(name: str) -> str:
    """The name without its namespace prefix."""
    return name.rpartition(":")[2]


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    tag: str


class _Scan:
    """The first pass. Most of a file is of no use here, so what it does for each element is as little as can be."""

    def __init__(self, fits: Callable[[Identity], bool]) -> None:
        self.fits = fits
        self.in_file = self.fitting = 0
        self.in_root = False
        self.encoding = "utf-8"
        self.places: list[_Place] = []
        self.first: list[_Place] = []
        self._depth = 0
        self._identity: Identity | None = None
        self._field = ""
        self._start = 0
        self.parser = parser = _parser()
        parser.XmlDeclHandler = self._declared
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = encoding or "utf-8"

    def _begin(self, name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > _PUPIL_DEPTH + 1:
            return
        if self._depth == 1:
            if local(name) != _ROOT:
                raise CtfRefused("wrong_root")
            self.in_root = True
        elif self._depth == _PUPIL_DEPTH and local(name) == "Pupil":
            self._identity, self._start = {}, self.parser.CurrentByteIndex
        elif self._depth == _PUPIL_DEPTH + 1 and self._identity is not None and local(name) in _IDENTITY:
            self._field = local(name)
            self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        if self._identity is not None:
            known = self._identity.get(self._field, "")
            self._identity[self._field] = (known + text)[:_LONGEST_WORD]

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth > _PUPIL_DEPTH:
            return
        if self._depth == _PUPIL_DEPTH:
            self.parser.CharacterDataHandler = None
        elif self._depth == _PUPIL_DEPTH - 1 and self._identity is not None:
            self._pupil_ended(name, self._identity)
            self._identity = None

    def _pupil_ended(self, name: str, identity: Identity) -> None:
        place = _Place(self._start, self.parser.CurrentByteIndex, name)
        self.in_file += 1
        if self.in_file == 1:
            self.first.append(place)
        if self.fits(identity):
            self.fitting += 1
            if len(self.places) < MOST_SHOWN:
                self.places.append(place)


def _parser(encoding: str | None = None) -> expat.XMLParserType:
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.EntityDeclHandler = _refuse_dtd
    parser.ExternalEntityRefHandler = _refuse_dtd
    return parser


def _refuse_dtd(*_anything: object) -> int:
    raise CtfRefused("dtd")


def _tree(file: IO[bytes], place: _Place, encoding: str) -> Node:
    """The second pass: one pupil as a small tree."""
    file.seek(place.start)
    piece = file.read(place.end - place.start)
    root = Node("")
    open_nodes, made = [root], 0

    def begin(name: str, _attributes: object) -> None:
        nonlocal made
        made += 1
        if made > _MOST_NODES or len(open_nodes) > _DEEPEST:
            raise CtfRefused("damaged")
        node = Node(local(name))
        open_nodes[-1].parts.append(node)
        open_nodes.append(node)

    def text(words: str) -> None:
        open_nodes[-1].words.append(words)

    def end(_name: str) -> None:
        open_nodes.pop()

    parser = _parser(encoding)
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = begin, text, end
    if piece:
        for part in _closed(piece, place.tag, encoding):
            parser.Parse(part, False)
    return root.parts[0] if root.parts else root


def _closed(piece: bytes, tag: str, encoding: str) -> Iterable[bytes]:
    yield piece
    yield f"</{tag}>".encode(encoding, "replace")
