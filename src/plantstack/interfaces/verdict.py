"""The command `verdict`: a loss accepted or contested for its owner, as by a page."""

from __future__ import annotations

import random
import secrets
import time
from typing import Annotated, Any, Literal

import msgspec
import typer

from plantstack.errors import ConfigError, Problem, QueryError, did_you_mean
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.interfaces.claims import row_of
from plantstack.interfaces.figures import duration
from plantstack.intervals import MINUTE, Interval, rfc3339
from plantstack.live.access import MAY, Sender
from plantstack.live.entering import Entered, device_of, enter
from plantstack.live.running import Running
from plantstack.live.verdicts import tell_verdicts
from plantstack.stack import Stack
from plantstack.stack.reasons.settling import OwnedStop, stops_to_settle

Word = Literal["accept", "contest", "undo"]
_AROUND = MINUTE  # of an instant that was read off a clock
_SAID = {"open": "nobody has answered for {}", "accepted": "accepted by {}", "contested": "contested by {}"}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("verdict")(verdict)


def verdict(
    project: Project,
    word: Annotated[
        Word,
        typer.Argument(metavar="accept|contest|undo", help="The word; undo takes back what was said here."),
    ],
    machine: Annotated[str, typer.Argument(metavar="MACHINE", help="Id or path of the machine that stood.")],
    at: Annotated[str, typer.Argument(metavar="AT", help="When the stop began, as `claims` lists it.")],
    owner: Annotated[
        str, typer.Option("--owner", help="The function that speaks; needed where several own a part of it.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Of a contest: what it should be instead.")] = "",
    text: Annotated[str, typer.Option("--text", help="Of a contest: what happened, never who it was.")] = "",
    role: Annotated[
        str, typer.Option("--role", help="Say only what this role may say, as 'maintenance'.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Accept or contest a loss for its owner, as the page /losses does; no minute moves."""
    sender = _sender(role)
    device = device_of(sender, "")
    running = Running(project, clock=_now, chance=random.random)
    try:
        when = times.instant(at, [site.zone for site in running.plant.sites.values()])
        stop = _meant(running, machine, when, owner)
        told = _entry(stop, word, reason, text, device)
        (found,) = enter(running, sender, device, [msgspec.Raw(msgspec.json.encode(told))])
        if found.problem is None:
            running.keeper.freshen()
            tell_verdicts(running, [found])
            stop = _meant(running, machine, when, stop.owner)
        answer = _answer(stop, found, running.offset)
    finally:
        running.close()
    (row,) = answer.rows
    said = f"{duration(row['seconds'])} of {row['machine']}: {_SAID[row['status']].format(row['owner'])}."
    give(answer, as_json=as_json, told="Nothing was changed." if answer.problems else said)


def _now() -> int:
    return time.time_ns() // 1000


def _sender(role: str) -> Sender:
    """Whoever has the files may say everything; with a role, what that role may.

    Raises:
        ConfigError: for a role that there is not.
    """
    if role and role not in MAY:
        raise ConfigError(Problem("role-unknown", "--role", f"no role '{role}'", did_you_mean(role, MAY)))
    return Sender(may=MAY[role], role=role) if role else Sender()


def _meant(running: Running, machine: str, at: int, owner: str) -> OwnedStop:
    """The stop that is meant, of one owner.

    Raises:
        QueryError: where there is no such machine, it did not stand then for a reason that somebody owns,
            or several do.
    """
    known = running.plant.resolve(machine, at)
    if known not in running.plant.machines:
        fix = did_you_mean(machine, running.plant.machines)
        raise QueryError(Problem("scope-unknown", machine, f"there is no machine '{machine}'", fix))

    def asked(stack: Stack) -> list[OwnedStop]:
        return stops_to_settle(stack, [known], Interval(at - _AROUND, at + _AROUND))

    near = [one for one in running.ask(asked) if one.stop_at - _AROUND < at < one.until_at]
    stops = [one for one in near if owner in ("", one.owner)]
    if not stops:
        of = f" that {owner} owns" if owner else " that anybody owns"
        what = f"it did not stand then for a reason{of}, or still stands"
        raise QueryError(
            Problem("verdict-none", f"{known} at {rfc3339(at)}", what, "See 'plantstack claims'.")
        )
    if len({one.owner for one in stops}) > 1:
        owners = ", ".join(sorted({one.owner for one in stops}))
        what = f"{owners} own a part of it"
        raise QueryError(
            Problem("verdict-whose", f"{known} at {rfc3339(at)}", what, "Name one with --owner.")
        )
    (first, *_) = sorted(stops, key=lambda one: abs(one.stop_at - at))
    whole = Interval(first.stop_at, first.until_at)
    found = running.ask(lambda stack: stops_to_settle(stack, [known], whole))
    return next(one for one in found if (one.stop_at, one.owner) == (first.stop_at, first.owner))


def _entry(stop: OwnedStop, word: Word, reason: str, text: str, device: str) -> dict[str, Any]:
    """What the page would send."""
    new = {"id": secrets.token_urlsafe(16), "tapped_at": rfc3339(_now())}
    about = {"entry": "verdict", "machine": stop.machine, "at": rfc3339(stop.stop_at), "owner": stop.owner}
    if word != "undo":
        more = {"reason": reason, "text": text} if word == "contest" else {}
        return {**new, **about, "phase": word, **more}
    said = stop.verdict
    if said is None or said.source != device:
        what = "nobody said anything of it" if said is None else f"it was said at {said.source}, not here"
        fix = "Say what is right instead: the newest word stands."
        raise QueryError(Problem("verdict-undo", f"{stop.machine} at {rfc3339(stop.stop_at)}", what, fix))
    of = {**about, "id": said.key, "tapped_at": rfc3339(said.told_at), "phase": said.phase}
    of |= {"reason": said.instead, "text": said.text} if said.phase == "contest" else {}
    return {**new, "entry": "undo", "of": of}


def _answer(stop: OwnedStop, found: Entered, offset: int) -> Answer:
    problems = [found.problem] if found.problem else []
    return Answer([row_of(stop)], problems=problems, notes=found.notices, offset=offset)
