"""Written times -> microseconds UTC where an offset is written, wall-clock microseconds where not."""

from __future__ import annotations

from plantstack.connectors.mapping.read_columns import EPOCHS
from plantstack.connectors.mapping.sql import Binder
from plantstack.events import rules

# Outside of these years no event is taken: 1970, 1980, 1900 and 2^64-1 are clocks that were not set.
EARLIEST, LATEST = rules.EARLIEST, rules.LATEST

_NOTHING = "NULL::BIGINT"
_EPOCH_US = dict(zip(EPOCHS, (1_000_000, 1_000, 1), strict=True))
_OFFSET = r"([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)"
_BEFORE_OFFSET = rf" {_OFFSET}$"
_WALL = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
_SURE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?" + _OFFSET


def is_sure(formats: tuple[str, ...]) -> bool:
    """Whether every time written in these formats carries its offset."""
    return bool(formats) and all("%z" in one or one in EPOCHS for one in formats)


def time_sql(formats: tuple[str, ...], raw: str, clock: str | None, bind: Binder) -> tuple[str, str]:
    """The SQL of the instant, and of the wall-clock time where no offset is written.

    Without formats it is ISO 8601. (DuckDB reads `2026-01-01 06:00+02` as a TIMESTAMP and drops the
    offset without a word, so the shape is checked first.)
    """
    if formats and formats[0] in EPOCHS:
        number = f"try_cast({raw} AS DECIMAL(28,6))"
        each = _EPOCH_US[formats[0]]
        stamp = f"try_cast(round({number} * {each}, 0) AS BIGINT)"
        return f"CASE WHEN abs({number}) < {10**16 // each} THEN {stamp} END", _NOTHING
    if formats:
        listed = ", ".join(bind(one) for one in formats)
        stamp = f"epoch_us(try_strptime({raw}, [{listed}]))"
        if is_sure(formats):
            return stamp, _NOTHING
        return _NOTHING, stamp if clock is None else f"({stamp} + {clock})"
    wall_usual = f"{raw} LIKE '____-__-_____:__:__'"
    wall = _shaped(raw, wall_usual, _WALL, "epoch_us(try_cast({} AS TIMESTAMP))", bind)
    if clock is not None:
        return _NOTHING, f"(({wall}) // 86400000000 * 86400000000 + {clock})"
    usual = f"({raw} LIKE '____-__-_____:__:__%Z' AND NOT suffix({raw}, 'NZ'))"  # a zone of that name
    return _shaped(raw, usual, _SURE, "epoch_us(try_cast({} AS TIMESTAMPTZ))", bind), wall


def _shaped(raw: str, usual: str, shape: str, stamp: str, bind: Binder) -> str:
    """Read only what has the shape; a pattern costs more than reading, so the usual shapes go first."""
    tight = f"regexp_replace({raw}, {bind(_BEFORE_OFFSET)}, '\\1')"
    seldom = f"WHEN regexp_full_match({raw}, {bind(shape)}) THEN {stamp.format(tight)}"
    return f"CASE WHEN {usual} THEN {stamp.format(raw)} {seldom} END"
