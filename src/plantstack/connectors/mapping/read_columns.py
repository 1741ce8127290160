"""The `file`, `wide`, `join` and `columns` parts of a mapping file."""

from __future__ import annotations

import codecs
import re

import duckdb

from plantstack.connectors.mapping.model import ERROR, Column, FileForm, Join, Wide, Words
from plantstack.connectors.mapping.words import (
    cell,
    cells,
    character,
    header,
    headers,
    is_block,
    pattern,
)
from plantstack.intervals import HOUR, MINUTE, SECOND
from plantstack.plant.source import (
    Fields,
    Place,
    Word,
    between,
    choice,
    decimal,
    ident,
    integer,
    text,
    zone,
)

FORMATS = ("csv", "excel", "json", "parquet", "lines", "mtconnect")
LINE_HEADERS = ("time", "key", "value", "code", "severity", "qualifier", "text")
XML_HEADERS = (
    "time",
    "device",
    "key",
    "id",
    "type",
    "subtype",
    "value",
    "code",
    "severity",
    "sequence",
    "text",
    "instance",
    "quality",
)
EPOCHS = ("epoch s", "epoch ms", "epoch us")

_UNITS = {"us": 1, "ms": 1000, "s": SECOND, "min": MINUTE, "h": HOUR}
_GROUP = re.compile(r"\(\?P<([A-Za-z_][A-Za-z0-9_]*)>")


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("Write a known encoding such as utf-8, cp1252, latin-1 or utf-16.") from None


def _time_format(written: str) -> str:
    if written in EPOCHS:
        return written
    try:
        duckdb.connect().execute("SELECT try_strptime('', $1)", [written])
    except duckdb.Error:
        raise ValueError("Write it as in '%d.%m.%Y %H:%M:%S', or 'epoch s'.") from None
    if "%" not in written:
        raise ValueError("Write it as in '%d.%m.%Y %H:%M:%S', or 'epoch s'.")
    return written


encoding = Word("an encoding", "", _encoding)
time_format = Word("a time format", "", _time_format)


def name_groups(written: str) -> tuple[str, ...]:
    """The named groups of a file name pattern."""
    return tuple(_GROUP.findall(written))


def read_file(fields: Fields) -> FileForm:
    """Read the `file:` part."""
    form = fields.need("format", choice(*FORMATS))
    is_lines = form == "lines"
    made = FileForm(
        format=form,
        name=fields.want("name", pattern, ""),
        encoding=fields.want("encoding", encoding, ""),
        delimiter=fields.want("delimiter", character, "|" if is_lines else ","),
        quote=fields.want("quote", character, "" if is_lines else '"'),
        comment=fields.want("comment", character, ""),
        decimal=fields.want("decimal", choice(".", ","), "."),
        thousands=fields.want("thousands", character, ""),
        skip_rows=fields.want("skip_rows", between(integer, 0, 1000), 0),
        header_rows=fields.want("header_rows", between(integer, 0, 5), 0 if is_lines else 1),
        sheets=fields.want("sheets", headers, ()),
        missing=fields.want("missing", cells, ()),
    )
    if not made.delimiter:
        fields.problem(
            "mapping-delimiter", "a file needs a delimiter", "Write one character.", key="delimiter"
        )
    if made.thousands and made.thousands == made.decimal:
        what = "'thousands' and 'decimal' are the same character"
        fields.problem("mapping-number", what, "Remove one of them.", key="thousands")
    return made


def read_wide(fields: Fields) -> Wide:
    """Read the `wide:` part: which columns are really rows."""
    return Wide(
        keep=fields.need("keep", headers),
        name=fields.need("name", ident),
        value=fields.need("value", ident),
        keep_blank=fields.want("blank", choice("skip", "keep"), "skip") == "keep",
    )


def read_join(name: str, fields: Fields) -> Join:
    """Read one `join:` entry: a further sheet and what it is joined on."""
    sheet = fields.need("sheet", header)
    rows = fields.want("header_rows", between(integer, 1, 5), 1)
    on = tuple(
        (here, header.read(node, "on", fields.report)) for here, node, _ in fields.entries("on", header)
    )
    if not on:
        fields.problem("mapping-join", f"join '{name}' needs 'on'", "Write 'on: {Batch: Batch}'.")
    return Join(name, fields.place(), sheet, rows, on)


def standard_columns(form: str) -> dict[str, Column]:
    """The columns a format has by itself, under the names the manual gives them."""
    known = {"lines": LINE_HEADERS, "mtconnect": XML_HEADERS}.get(form, ())
    return {name: Column(name, Place("mapping"), header=name) for name in known}


def read_columns(fields: Fields) -> dict[str, Column]:
    """Read `columns:`; a plain text is the header, further keys say how to read it."""
    made = {}
    for name, node, place in fields.entries("columns", ident):
        if is_block(node):
            inner = Fields(node, f"column '{name}'", fields.report)
            inner.record("column")
            made[name] = _column(name, place, inner)
            inner.close("column")
        else:
            made[name] = Column(name, place, header=header.read(node, name, fields.report))
    return made


def _column(name: str, place: Place, fields: Fields) -> Column:
    origin = fields.one_of("column", "date", "group", "constant")
    found = fields.want(origin, header, "") if origin in ("column", "date") else ""
    return Column(
        name=name,
        place=place,
        header=found,
        clock_header=fields.need("clock", header) if origin == "date" else "",
        group=fields.want("group", ident, "") if origin == "group" else "",
        constant=fields.want("constant", cell, "") if origin == "constant" else None,
        of=fields.want("of", ident, ""),
        formats=_formats(fields),
        zone=fields.want("zone", zone, ""),
        unit_us=_UNITS.get(fields.want("unit", choice(*_UNITS), ""), 0),
        factor=fields.want("factor", decimal, None),
        words=_words(fields),
        missing=fields.want("missing", cells, ()),
        parts=_parts(fields),
        after=fields.want("after", ident, ""),
    )


def _parts(fields: Fields) -> tuple[str, ...]:
    found = fields.want("part", pattern, "")
    if found and found.count("(") - found.count("(?:") - found.count("\\(") != 1:
        what = f"'part': expected a pattern with one group in brackets, came '{found}'"
        fields.problem("mapping-part", what, "Write the part that is meant in brackets.", key="part")
    return (f"^(?:{found})$",) if found else ()


def _formats(fields: Fields) -> tuple[str, ...]:
    written = fields.want("format", headers, ())
    node = fields.node("format")
    for one in written:
        try:
            _time_format(one)
        except ValueError as error:
            place = fields.place("format") if node is None else node.place
            fields.report.add("value-wrong", place, f"'format': '{one}' is no time format", str(error))
    if len({"%z" in one for one in written}) > 1 or (len(written) > 1 and set(written) & set(EPOCHS)):
        what = "formats with and without an offset (%z), or epochs, cannot be mixed"
        fields.problem("mapping-time", what, "Declare two columns.", key="format")
    return written


def _words(fields: Fields) -> Words | None:
    if not fields.has("map"):
        return None
    to: dict[str, str] = {}
    otherwise = ERROR
    for word, node, _ in fields.entries("map", cell):
        value = text.read(node, word, fields.report)
        if word == "otherwise":
            otherwise = value
        else:
            to[word] = value
    return Words(to, otherwise)


__all__ = [
    "FORMATS",
    "LINE_HEADERS",
    "XML_HEADERS",
    "name_groups",
    "read_columns",
    "read_file",
    "read_join",
    "read_wide",
    "standard_columns",
]
