# ruff: noqa: E501 (messages are asserted as one text)
"""The strict reader: whatever is written is read as written, or refused with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.errors import ConfigError
from plantstack.plant import source as src
from plantstack.plant.source import Fields, Reader, Report, parse_block


def fields_of(yaml: str, report: Report) -> Fields:
    block = parse_block(yaml.encode(), "plant.yaml", report)
    assert block is not None, report.problems
    return Fields(block, "the file", report)


def problems_of(yaml: str | bytes) -> list[str]:
    report = Report()
    data = yaml.encode() if isinstance(yaml, str) else yaml
    parse_block(data, "plant.yaml", report)
    return [str(problem) for problem in report.problems]


def read_one(word: str, reader: Reader[object]) -> tuple[object, list[str]]:
    report = Report()
    value = fields_of(f"key: {word}\n", report).need("key", reader)
    return value, [str(problem) for problem in report.problems]


GOOD: list[tuple[str, Reader[object], object]] = [
    ("NO", src.text, "NO"),
    ("on", src.text, "on"),
    ("010", src.text, "010"),
    ("12:30:45", src.text, "12:30:45"),
    ("1.10", src.text, "1.10"),
    ("'null'", src.text, "null"),
    ("line-1", src.ident, "line-1"),
    ("12", src.integer, 12),
    ("-12.50", src.decimal, Decimal("-12.50")),
    ("12.5", src.amount, Decimal("12.5")),
    ("2 %", src.share, Decimal("0.02")),
    ("true", src.yes_no, True),
    ("15 min", src.duration, 900_000_000),
    ("1.2 s", src.duration, 1_200_000),
    ("4h", src.duration, 14_400_000_000),
    ("06:00", src.clock, 360),
    ("2026-01-31", src.day, date(2026, 1, 31)),
    ("60/min", src.rate, Fraction(1)),
    ("America/Chicago", src.zone, "America/Chicago"),
    ("EUR", src.currency, "EUR"),
    ("red", src.choice("red", "blue"), "red"),
    ("[1, 2]", src.list_of(src.integer), (1, 2)),
    ("1.50", src.untyped, Decimal("1.50")),
    ("'010'", src.untyped, "010"),
    ("false", src.untyped, False),
    ("12", src.untyped, 12),
    ("abc", src.untyped, "abc"),
]


@pytest.mark.parametrize(("word", "reader", "value"), GOOD)
def test_a_value_is_read_as_written(word: str, reader: Reader[object], value: object) -> None:
    assert read_one(word, reader) == (value, [])


BAD: list[tuple[str, Reader[object], str]] = [
    ("010", src.integer, "expected a whole number, came '010'. Write digits only, without leading zeros."),
    ("1e3", src.integer, "expected a whole number, came '1e3'. Write digits only, without leading zeros."),
    ("1_000", src.integer, "expected a whole number, came '1_000'. Write digits only, without leading zeros."),
    ("12:30:45", src.clock, "expected a time of day such as '06:00', came '12:30:45'. Write hours and minutes with two "
     "digits each, 00:00 to 23:59: '06:00'."),
    ("6:00", src.clock, "expected a time of day such as '06:00', came '6:00'. Write hours and minutes with two "
     "digits each, 00:00 to 23:59: '06:00'."),
    ("on", src.yes_no, "expected true or false, came 'on'. Write true or false."),
    ("NO", src.yes_no, "expected true or false, came 'NO'. Write true or false."),
    ("15", src.duration, "expected a duration such as '15 min', came '15'. Write a number and a unit, one of s, min, h, "
     "d: '15 min'."),
    ("0 min", src.duration, "expected a duration such as '15 min', came '0 min'. Write a length greater than zero and "
     "of whole microseconds."),
    ("31.01.2026", src.day, "expected a date such as '2026-01-31', came '31.01.2026'. Write year-month-day: "
     "'2026-01-31'."),
    ("2026-02-30", src.day, "expected a date such as '2026-01-31', came '2026-02-30'. There is no such day."),
    ("60", src.rate, "expected a rate such as '60/min', came '60'. Write pieces per time, as in '60/min' or '1200/h'."),
    ("Europe/Berlim", src.zone, "expected a time zone such as 'Europe/Berlin', came 'Europe/Berlim'. did you mean "
     "'Europe/Berlin'?"),
    ("eur", src.currency, "expected a currency such as 'EUR', came 'eur'. Write the three letters of ISO 4217, such as "
     "'EUR'."),
    ("blu", src.choice("red", "blue"), "expected one of 'red', 'blue', came 'blu'. did you mean 'blue'?"),
    ("1,5", src.decimal, "expected a number, came '1,5'. Write it with a point, at most nine places, no thousands "
     "marks: '1250.5'."),
    (".nan", src.decimal, "expected a number, came '.nan'. Write it with a point, at most nine places, no thousands "
     "marks: '1250.5'."),
    ("-1", src.amount, "expected a number of zero or more, came '-1'. Write a number with a point and without sign."),
    ("0.02", src.share, "expected a share such as '2 %', came '0.02'. Write it in per cent: '2 %'."),
    ("a b", src.ident, "expected a short id, came 'a b'. Use letters, digits, '-', '_' and '.', at most 64, starting "
     "with a letter or digit."),
    ("[a]", src.text, "expected a text, came a list."),
    ("{a: b}", src.text, "expected a text, came further keys."),
    ("5", src.list_of(src.integer), "expected a list, each a whole number. Write '[one, two]'."),
]  # fmt: skip


@pytest.mark.parametrize(("word", "reader", "message"), BAD)
def test_a_misfit_says_place_expected_came_and_fix(word: str, reader: Reader[object], message: str) -> None:
    assert read_one(word, reader)[1] == [f"plant.yaml:1: 'key': {message} [value-wrong]"]


@pytest.mark.parametrize("word", ["NO", "on", "Yes", "y", "010", "0x1F", "12:30:45", "1_000", ".inf"])
def test_H_CF_09_an_unsure_word_without_a_type_must_be_quoted(word: str) -> None:
    _, problems = read_one(word, src.untyped)
    assert problems == [
        f"plant.yaml:1: 'key': expected a text, a number, true or false, came '{word}'. Put quotes around it if it is a "
        "text, else write true, false or a decimal number. [value-wrong]"
    ]
    assert read_one(f"'{word}'", src.untyped) == (word, [])


@pytest.mark.parametrize("word", ["", "~", "null"])
def test_nothing_written_is_a_problem(word: str) -> None:
    assert read_one(word, src.text)[1][0].endswith(
        "'key': expected a text, came nothing. Write a value. [value-empty]"
    )


REFUSED: list[tuple[str, str | bytes, str]] = [
    ("H_CF_07 tag", "a: !!python/object:os.system x\n",
     "plant.yaml:1: tags ('!...') are not read. Remove the tag, write a plain value. [yaml-tag]"),
    ("H_CF_08 alias", "a: &x [1]\nb: [*x, *x]\n",
     "plant.yaml:1: anchor '&x' is not read. Remove it. [yaml-alias]"),
    ("H_CF_08 star", "a: *x\n", "plant.yaml:1: alias '*x' is not read. Write the value out. [yaml-alias]"),
    ("H_CF_09 duplicate", "a: 1\nb: 2\na: 3\n",
     "plant.yaml:3: key 'a' stands here and in line 1. Keep one of them. [yaml-duplicate-key]"),
    ("H_CF_03 deep", "a: " + "[" * 10_000,
     "plant.yaml:1: expected at most 20 levels, came more. Flatten it. [yaml-too-deep]"),
    ("H_CF_13 large", b"#" * 5_000_001,
     "plant.yaml:1: expected at most 5000000 bytes, came more. Split the file. [yaml-too-large]"),
    ("second document", "a: 1\n---\nb: 1\n",
     "plant.yaml:2: expected one document, came a second '---'. Remove it. [yaml-several-documents]"),
    ("directive", "%YAML 1.1\n---\na: 1\n",
     "plant.yaml:2: '%' directives are not read. Remove the line that starts with '%'. [yaml-directive]"),
    ("list key", "? [a]\n: 1\n",
     "plant.yaml:1: expected a plain word as key, came a list or mapping. [yaml-key]"),
    ("latin-1", "a: 1\nb: ü\n".encode("latin-1"),
     "plant.yaml:2: expected UTF-8 text, came other bytes. Save the file as UTF-8. [yaml-not-utf8]"),
    ("utf-16", "a: 1\n".encode("utf-16"),
     "plant.yaml:1: expected UTF-8 text, came other bytes. Save the file as UTF-8. [yaml-not-utf8]"),
    ("nul", "a: \0\n",
     "plant.yaml:1: not YAML: unacceptable character #x0000: special characters are not allowed. "
     "Remove the character. [yaml-syntax]"),
    ("tab", "a:\n\tb: 1\n",
     "plant.yaml:2: not YAML: while scanning for the next token found character '\\t' that cannot start any token. "
     "Indent with spaces, not with tabs. [yaml-syntax]"),
    ("colon", "a: b: c\n",
     "plant.yaml:1: not YAML: mapping values are not allowed here. Check the indentation, or put quotes around a text "
     "with ': ' in it. [yaml-syntax]"),
    ("open quote", "a: 'x\n",
     "plant.yaml:2: not YAML: while scanning a quoted scalar found unexpected end of stream. Close the quotes. "
     "[yaml-syntax]"),
    ("no mapping", "- a\n",
     "plant.yaml:1: expected 'key: value' lines at the top of the file. [yaml-not-mapping]"),
    ("empty", "", "plant.yaml:1: expected 'key: value' lines at the top of the file. [yaml-not-mapping]"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "yaml", "message"), REFUSED, ids=[case for case, _, _ in REFUSED])
def test_what_is_not_plain_yaml_is_refused(case: str, yaml: str | bytes, message: str) -> None:
    assert problems_of(yaml)[0] == message


def test_a_byte_order_mark_of_utf8_is_harmless() -> None:
    assert problems_of(b"\xef\xbb\xbfa: 1\n") == []


def test_H_CF_08_an_alias_bomb_is_small(tmp_path: Path) -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert {problem.split("[")[-1] for problem in problems_of(bomb)} == {"yaml-alias]"}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    report = Report()
    assert src.read_block(tmp_path / "none.yaml", report) is None
    assert src.read_block(tmp_path, report, name="folder") is None
    assert [problem.code for problem in report.problems] == ["file-missing", "file-missing"]


def test_all_problems_come_at_once_in_the_order_of_lines() -> None:
    report = Report()
    fields = fields_of("colour: red\nsize: x\nlimt: 5\n", report)
    fields.need("size", src.integer)
    fields.need("zone", src.zone)
    fields.want("limit", src.duration, None)
    fields.close()
    with pytest.raises(ConfigError) as caught:
        report.raise_problems()
    assert [str(problem) for problem in caught.value.problems] == [
        "plant.yaml:1: the file needs 'zone': a time zone such as 'Europe/Berlin'. Add 'zone:'. [key-missing]",
        "plant.yaml:1: unknown key 'colour' in the file. known: limit, size, zone [key-unknown]",
        "plant.yaml:2: 'size': expected a whole number, came 'x'. Write digits only, without leading zeros. "
        "[value-wrong]",
        "plant.yaml:3: unknown key 'limt' in the file. did you mean 'limit'? [key-unknown]",
    ]


def test_exactly_one_of_several_keys() -> None:
    report = Report()
    assert fields_of("week: 1\n", report).one_of("week", "days") == "week"
    fields_of("other: 1\n", report).one_of("week", "days")
    fields_of("week: 1\ndays: 1\n", report).one_of("week", "days")
    assert [str(problem) for problem in report.problems] == [
        "plant.yaml:1: the file needs exactly one of 'week' or 'days', came 'week' and 'days'. [key-choice]",
        "plant.yaml:1: the file needs exactly one of 'week' or 'days', came none. [key-choice]",
    ]


def test_a_name_declared_twice_and_a_name_unknown() -> None:
    report = Report()
    report.declare("machine", "filler", src.Place("a.yaml", 3))
    report.declare("machine", "filler", src.Place("b.yaml", 5))
    fields_of("exit: fillr\n", report).need("exit", src.ref("machine"))
    report.check_references()
    assert [str(problem) for problem in report.problems] == [
        "b.yaml:5: machine 'filler' is declared here and at a.yaml:3. Rename one of them. [name-twice]",
        "plant.yaml:1: 'exit' names the unknown machine 'fillr'. did you mean 'filler'? [name-unknown]",
    ]


def test_comments_order_and_quotes_do_not_change_the_content() -> None:
    report = Report()
    one = fields_of("a: '1'\nb: {c: x, d: [1, 2]}\n", report).block
    two = fields_of("# note\nb:\n  d:\n    - 1\n    - '2'\n  c: x\na: 1  # one\n", report).block
    assert src.content_text(one) == src.content_text(two) == '{"a":"1","b":{"c":"x","d":["1","2"]}}'
    assert src.from_content(src.to_content(one), one.place) == one


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_problems_never_a_crash(data: bytes) -> None:
    report = Report()
    assert (parse_block(data, "plant.yaml", report) is not None) or report.problems


@given(st.text(alphabet="abc:-[]{}&*!%#|>'\"\n ?,@`~0123", max_size=60))
def test_any_yaml_like_text_gives_a_tree_or_problems(yaml: str) -> None:
    report = Report()
    assert (parse_block(yaml.encode(), "plant.yaml", report) is not None) or report.problems
