"""What a workbook must be before the parser sees it: a zip of sane size and names."""

from __future__ import annotations

import zipfile
from pathlib import Path

from plantstack.errors import EventError, Problem

MAX_ENTRIES = 2_000
MAX_UNPACKED = 512 << 20
MAX_RATIO = 200
_OLE = b"\xd0\xcf\x11\xe0"  # .xls, and encrypted .xlsx


def check_workbook(path: Path, name: str) -> None:
    """Refuse what is not an honest .xlsx.

    Raises:
        EventError: naming what it is instead.
    """
    with path.open("rb") as source:
        head = source.read(512)
    if head.startswith(_OLE):
        _refuse(name, "is an old .xls or an encrypted workbook", "Save it as .xlsx without a password.")
    if head.lstrip().lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        _refuse(
            name, "is a web page with the name of a workbook", "Save it as .xlsx in the program it came from."
        )
    if not head.startswith(b"PK"):
        _refuse(name, "is no workbook", "Save it as .xlsx.")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        _refuse(name, f"is a damaged workbook: {error}", "Export it again.")
    _check_entries(entries, name)


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MAX_ENTRIES:
        _refuse(name, f"has {len(entries)} parts, more than {MAX_ENTRIES}", "Export only the sheets needed.")
    names = [entry.filename for entry in entries]
    if any(part.startswith(("/", "\\")) or ".." in Path(part.replace("\\", "/")).parts for part in names):
        _refuse(name, "has parts that point outside of it", "Do not open it; ask where it came from.")
    if len(set(names)) != len(names):
        _refuse(name, "has two parts of one name", "Do not open it; ask where it came from.")
    if any(entry.flag_bits & 1 for entry in entries):
        _refuse(name, "is encrypted", "Save it without a password.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > max(1, packed) * MAX_RATIO:
        _refuse(name, f"would unpack {packed} bytes to {unpacked}", "Export only the sheets needed.")
    if "xl/workbook.xml" not in names:
        _refuse(name, "is a zip file but no .xlsx workbook", "Save it as .xlsx.")


def _refuse(name: str, what: str, fix: str) -> None:
    raise EventError(Problem("file-workbook", name, what, fix))
