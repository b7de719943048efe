"""Files that people really send, and files that mean harm."""

import io
import random
import zipfile
import zlib
from functools import cache

from PIL import Image

_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="' + _MAIN + b'"/></Types>'
)
MACRO_TYPES = TYPES.replace(_MAIN, b"application/vnd.ms-word.document.macroEnabled.main+xml")
WORDS = b"<w:document>A provision map</w:document>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NOISE = random.Random(7).randbytes(4_000)
"""Does not get smaller when it is packed"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def word(parts: dict[str, bytes] | None = None, *, types: bytes = TYPES) -> bytes:
    """A Word document, with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", WORDS)
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


@cache
def bomb() -> bytes:
    """A small Word document that unpacks to 300 MB."""
    return word({f"word/media/{i}.xml": b"\0" * 50_000_000 for i in range(6)})


def lying_bomb() -> bytes:
    """The same, whose archive says that each part holds a hundred bytes."""
    content = bytearray(bomb())
    size = (50_000_000).to_bytes(4, "little")
    place = content.find(size)
    while place >= 0:
        content[place : place + 4] = (100).to_bytes(4, "little")
        place = content.find(size, place)
    return bytes(content)


def picture_that_says(width: int, height: int) -> bytes:
    """The beginning of a PNG of this size."""
    head = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\x01\0\0\0\0"
    data = b"IDAT" + zlib.compress(b"")
    chunks = b"".join((len(c) - 4).to_bytes(4) + c + zlib.crc32(c).to_bytes(4) for c in (head, data, b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + chunks


def picture(form: str = "JPEG", *, size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode in ("RGB", "RGBA") else 0).save(out, form, **more)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A photo that says where, when and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Ann Other"
    exif[0x8825] = {1: "N", 2: (50.0, 27.0, 0.0)}
    return picture("JPEG", exif=exif, comment=b"A child's name")
