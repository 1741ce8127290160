"""Short ways to read books in tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.oracle.build import DAY, MINUTE, MONDAY, SECOND, clock
from tests.oracle.model import Books, Row


def told(at: int) -> str:
    """An instant as tests write it: `08:00`, `1/07:00:30`."""
    day, rest = divmod(at - MONDAY, DAY)
    seconds, micros = divmod(rest, SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    if seconds % 60 or micros:
        text += f":{seconds % 60:02}"
    if micros:
        text += f".{micros:06}"
    return f"{day}/{text}" if day else text


def ledger(books: Books, *columns: str, equipment: str = "m1") -> list[str]:
    """The ledger of a machine as `from-until account ...`, neighbours that read the same joined."""
    out: list[list[Any]] = []
    for row in books.ledger:
        if row["equipment"] != equipment:
            continue
        words = " ".join(str(row[name]) for name in ("account", *columns) if row[name] != "")
        if out and out[-1][2] == words and out[-1][1] == row["from_at"]:
            out[-1][1] = row["until_at"]
        else:
            out.append([row["from_at"], row["until_at"], words])
    return [f"{told(start)}-{told(end)} {words}" for start, end, words in out]


def minutes(books: Books, **where: Any) -> dict[str, Any]:
    """Minutes by account over the ledger rows that match."""
    out: dict[str, Any] = {}
    for row in books.ledger:
        if all(row[name] == value for name, value in where.items()):
            length = row["until_at"] - row["from_at"]
            out[row["account"]] = out.get(row["account"], 0) + length / MINUTE
    return out


def flagged(books: Books, flag: str) -> list[str]:
    """The ledger rows that carry a piece of evidence."""
    rows = [row for row in books.ledger if flag in row["flags"]]
    return [f"{told(row['from_at'])}-{told(row['until_at'])} {row['account']}" for row in rows]


def spans(books: Books, kind: str) -> list[Row]:
    return [row for row in books.spans if row["kind"] == kind]


def one(books: Books, kind: str) -> Row:
    rows = spans(books, kind)
    assert len(rows) == 1, [f"{told(row['from_at'])}-{told(row['until_at'])}" for row in rows]
    return rows[0]


def lasting(row: Row) -> str:
    return f"{told(row['from_at'])}-{told(row['until_at'])}"


WHERE = ("hour_from", "equipment", "day", "shift", "crew", "order_id", "product")
PIECE_COLUMNS = (*WHERE, "account", "reason", "kind", "standard", "flags")


def pieces(books: Books, kind: str, *columns: str) -> dict[Any, Decimal]:
    """Pieces of a class by some columns; hours as tests write them."""
    out: dict[Any, Decimal] = {}
    for key, (qty, _, _) in books.pieces.items():
        row: Row = dict(zip(PIECE_COLUMNS, key, strict=True))
        if row["kind"] == kind:
            row["hour_from"] = told(row["hour_from"])
            names = tuple(row[column] for column in columns)
            name = names[0] if len(names) == 1 else names
            out[name] = out.get(name, Decimal(0)) + qty
    return out


def ideal(books: Books, kind: str) -> Decimal:
    return sum((seconds for key, (_, seconds, _) in books.pieces.items() if key[9] == kind), Decimal(0))


def us(text: str) -> int:
    """A length written like a clock: `00:05` is five minutes."""
    return clock(text) - MONDAY
