"""The check of every upload: what it is called, what it is inside, and what is taken out of it.

Nobody is trusted: neither the extension nor the type that a browser names, nor the sizes that an archive states.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps

from portal.files import rules
from portal.kernel.errors import Refused

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]")
"""Control characters, invisible ones and those that turn the direction of writing (and hide an extension)"""

_PIECE = 64 * 1024
_PARSER_ERRORS = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, OverflowError, MemoryError)
"""What Pillow raises on images that are cut or forged"""


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its cleaned name, its type by content, and the bytes to keep."""

    name: str
    media_type: str
    content: bytes


def check(name: str, content: bytes) -> Checked:
    """The file as it may be kept; an image is drawn anew. Raises ``Refused`` with one sentence that names the file."""
    shown = clean_name(name)
    extension = shown.rpartition(".")[2].lower() if "." in shown else ""
    if extension in rules.MACRO_EXTENSIONS:
        raise Refused(rules.macro_words(shown))
    if extension not in rules.TYPES:
        raise Refused(f"“{shown}” is not a kind of file that can be added. Add {rules.TYPE_WORDS}.")
    if len(content) > rules.LARGEST:
        raise Refused(
            f"“{shown}” is {rules.size_words(len(content))}. A file can be up to {rules.size_words(rules.LARGEST)}: "
            "make it smaller, or add its parts one by one."
        )
    if not content:
        raise Refused(f"“{shown}” is empty. Choose the file again.")
    found = _kind_inside(content)
    if found != rules.TYPES[extension]:
        raise Refused(
            f"“{shown}” is called a {rules.NAMES[rules.TYPES[extension]]} and is something else inside. "
            f"Save it again as {rules.TYPE_WORDS}, and add that."
        )
    return Checked(shown, found, _CHECKS[found](shown, content))


def pixels_in(content: bytes) -> int:
    """What drawing this picture anew will cost, read from its head alone; 0 for what is not drawn."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
            pixels = image.width * image.height
            return pixels if pixels <= rules.MOST_PIXELS else 0
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *_PARSER_ERRORS):
        return 0


def clean_name(name: str) -> str:
    """A name to show: no path, no control or invisible characters, at most ``rules.LONGEST_NAME`` characters."""
    last = re.split(r"[/\\]", _CONTROL.sub("", name))[-1]
    last = " ".join(last.split()).strip(". ")
    if not last or last.startswith("."):
        last = f"file{last}"
    stem, dot, extension = last.rpartition(".")
    if len(last) <= rules.LONGEST_NAME:
        return last
    if not dot or len(extension) > 10:
        return last[: rules.LONGEST_NAME]
    return stem[: rules.LONGEST_NAME - len(extension) - 1] + dot + extension


def _kind_inside(content: bytes) -> str:
    if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return rules.PDF
    if content.startswith(b"PK\x03\x04"):
        return rules.DOCX
    if content.startswith(b"\xff\xd8\xff"):
        return rules.JPEG
    return rules.PNG if content.startswith(b"\x89PNG\r\n\x1a\n") else ""


def _damaged(name: str) -> Refused:
    return Refused(f"“{name}” is damaged or was cut short. Open it on your computer, save it again and add it again.")


def _checked_pdf(name: str, content: bytes) -> bytes:
    if b"%%EOF" not in content[-2048:]:
        raise _damaged(name)
    return content


def _checked_word(name: str, content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(name, archive, len(content))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        raise _damaged(name) from None
    return content


def _check_parts(name: str, archive: zipfile.ZipFile, packed: int) -> None:
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if not {"[content_types].xml", "word/document.xml"} <= names:
        raise Refused(f"“{name}” is not a Word document inside. Save it again as a Word document (.docx) and add that.")
    if any(part.filename.lower().rpartition("/")[2].startswith("vba") for part in parts):
        raise Refused(rules.macro_words(name))
    if len(parts) > rules.MOST_PARTS or any(part.compress_type not in _METHODS for part in parts):
        raise _damaged(name)
    unpacked = 0
    for part in parts:
        with archive.open(part) as stream:
            looks_at_types = part.filename.lower() == "[content_types].xml"
            head = b""
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                _refuse_bomb(name, unpacked, packed)
                if looks_at_types:
                    head += piece
            if b"macroenabled" in head.lower() or b"vbaproject" in head.lower():
                raise Refused(rules.macro_words(name))


_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _refuse_bomb(name: str, unpacked: int, packed: int) -> None:
    """Counts what really came out, whatever the archive says of itself."""
    swollen = unpacked > rules.SUSPICIOUS_FROM and unpacked > packed * rules.MOST_SWOLLEN
    if unpacked > rules.LARGEST_UNPACKED or swollen:
        raise Refused(
            f"“{name}” unpacks to more than a document holds, so it was not opened further. "
            "Save it again as a PDF and add that."
        )


def _checked_image(name: str, content: bytes, form: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            if image.width * image.height > rules.MOST_PIXELS:
                raise _too_large(name)
            return _drawn_anew(image, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(name) from None
    except _PARSER_ERRORS:
        raise _damaged(name) from None


def _too_large(name: str) -> Refused:
    return Refused(f"“{name}” has more than {rules.MOST_PIXELS // 1_000_000} million pixels. Make it smaller first.")


def _drawn_anew(image: Image.Image, form: str) -> bytes:
    """The picture alone: turned as its camera meant it, without place, time, camera, comments or hidden parts."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    see_through = "A" in upright.getbands() or "transparency" in upright.info
    mode = "L" if upright.mode in ("1", "L", "I", "I;16", "F") else "RGB"
    if form == "PNG" and see_through:
        mode = "RGBA"
    fresh = Image.new(mode, upright.size)
    fresh.paste(upright.convert(mode))
    out = io.BytesIO()
    fresh.save(out, form, **({"quality": 88} if form == "JPEG" else {}))
    return out.getvalue()


def _checked_jpeg(name: str, content: bytes) -> bytes:
    return _checked_image(name, content, "JPEG")


def _checked_png(name: str, content: bytes) -> bytes:
    return _checked_image(name, content, "PNG")


_CHECKS: Mapping[str, Callable[[str, bytes], bytes]] = {
    rules.PDF: _checked_pdf,
    rules.DOCX: _checked_word,
    rules.JPEG: _checked_jpeg,
    rules.PNG: _checked_png,
}
