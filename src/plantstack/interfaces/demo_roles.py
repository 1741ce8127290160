"""The roles of the demo group: where each finds its pages, and accounts to sign in with."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plantstack.demo.group import LINES
from plantstack.demo.habits import LineHabit
from plantstack.demo.today import working
from plantstack.events.people import accounts, changing
from plantstack.events.people.accounts import Account, Role
from plantstack.events.people.changing import Actor
from plantstack.events.people.hashing import hashed
from plantstack.events.people.writing import beside
from plantstack.plant.plant import Plant

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody of a role looks.

    Attributes:
        who: as people call it.
        role: of the account.
        page: path of the page.
        scope: id of the equipment that the account is good for; '' is everything.
    """

    who: str
    role: Role
    page: str
    scope: str = ""


def desks(plant: Plant, at: int) -> tuple[Desk, ...]:
    """The pages of each role, at a line that works at an instant.

    Args:
        plant: of the demo group.
        at: microseconds UTC.
    """
    line = line_at(plant, at)
    area = plant.spans[line.id][0].parent
    return (
        Desk("operator", "operator", f"/op/{line.id}", line.id),
        Desk("supervisor", "supervisor", f"/board/{area}", area),
        Desk("andon TV", "supervisor", f"/andon/{area}", area),
        Desk("planner", "planner", f"/plan/{line.id}", line.site),
        Desk("maintenance", "maintenance", f"/maint/{area}", line.site),
        Desk("improvement", "ci", "/ci"),
        Desk("executive", "exec", "/portfolio"),
        Desk("admin", "admin", "/people"),
    )


def line_at(plant: Plant, at: int) -> LineHabit:
    """A line that works at an instant, one of several machines before others; the first when none does."""
    here = [habit for site, lines in LINES.items() if site in plant.sites for habit in lines]
    at_work = [habit for habit in here if working(plant, habit, at)]
    return max(at_work or here, key=lambda habit: len(habit.machines))


def is_anybody_working(plant: Plant, at: int) -> bool:
    """Whether any line of the group works at an instant."""
    here = [habit for site, lines in LINES.items() if site in plant.sites for habit in lines]
    return any(working(plant, habit, at) for habit in here)


def new_passwords(folder: Path, found: tuple[Desk, ...], now: int) -> dict[Role, str]:
    """Give the account of each role a password by chance; accounts that are missing are made.

    Args:
        folder: of the project; its log exists.
        found: the desks.
        now: microseconds UTC.

    Returns:
        The passwords by role; they stand nowhere else.
    """
    told: dict[Role, str] = {}
    with beside(folder) as connection:
        for desk in found:
            if desk.role in told:
                continue
            told[desk.role] = _password()
            known = accounts.named(connection, desk.role)
            if known:
                changing.set_password(connection, Actor(now), known.id, hashed(told[desk.role]))
                continue
            made = Account(f"a-{secrets.token_hex(6)}", desk.role, desk.role, desk.scope, now)
            changing.make(connection, Actor(now), made, hashed(told[desk.role]))
    return told


def lines_of(address: str, found: tuple[Desk, ...], passwords: dict[Role, str]) -> Iterator[str]:
    """What is printed: one line a role."""
    widest = max(len(address + desk.page) for desk in found)
    for desk in found:
        where = f"{address}{desk.page}"
        yield f"  {desk.who:12} {where:{widest}}  {desk.role:12} {passwords[desk.role]}"


def _password() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))
