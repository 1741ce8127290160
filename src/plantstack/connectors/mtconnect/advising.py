"""What could be better with an agent, as it shows when it is asked once."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.connectors.mtconnect.agent import Agent
from plantstack.connectors.mtconnect.documents import DEVICES, STREAMS
from plantstack.connectors.mtconnect.following import Numbers
from plantstack.connectors.mtconnect.telling import cells_of, instant_of
from plantstack.errors import Problem
from plantstack.intervals import HOUR, MINUTE

SHORT = HOUR  # a buffer that holds less is short: it is what we may be away without a loss


async def advice_of(agent: Agent) -> list[Problem]:
    """Ask once, and say what could be better.

    Raises:
        Retry: when the agent cannot be reached.
        Fatal: when somebody must act first.
    """
    model = await agent.ask("probe", DEVICES)
    current = await agent.ask("current", STREAMS)
    numbers, where = Numbers.of(current), agent.settings.where
    found = list(_devices(model.items, [cells_of(row) for row in current.rows], where))
    if numbers is not None and numbers.first > 1:
        oldest = await agent.ask("sample", STREAMS, **{"from": numbers.first, "count": 1})
        begun = [instant_of(cells_of(row)["time"]) for row in oldest.rows]
        found += _short(begun[0] if begun else None, instant_of(numbers.created), where)
    return found


def _short(begun: int | None, now: int | None, where: str) -> list[Problem]:
    """Say how short a time the buffer of an agent holds."""
    if begun is None or now is None or not 0 <= now - begun < SHORT:
        return []
    what = (
        f"its buffer holds the last {max((now - begun) // MINUTE, 1)} min: who is away for longer has a gap"
    )
    fix = "Make BufferSize of the agent larger, or read less with 'path'."
    return [Problem("mtconnect-buffer", where, what, fix)]


def _devices(items: list[dict[str, str]], shown: list[dict[str, str]], where: str) -> Iterator[Problem]:
    """Say which devices never tell whether they are connected, and which are not."""
    devices = {item["device"] for item in items if item["kind"] == "Device"}
    tell = {item["device"] for item in items if item["type"] == "AVAILABILITY"}
    for device in sorted(devices - tell):
        what = f"{device} does not tell whether it is connected to the agent"
        fix = (
            "Add a data item AVAILABILITY to it: else a machine that is cut off looks as if nothing changed."
        )
        yield Problem("mtconnect-availability", where, what, fix)
    for cells in shown:
        if cells["type"] == "Availability" and cells["quality"] == "bad" and cells["device"] in devices:
            what = f"{cells['device']} is not connected to the agent, since {cells['time']}"
            yield Problem("mtconnect-away", where, what, "Check its adapter.")
