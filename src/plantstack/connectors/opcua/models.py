"""Models of machines that are known: where their states and counts are, and what their words mean.

Sources: OPC 30050 (PackML) with ISA-TR88.00.02, OPC 40001-1 (Machinery), OPC 40501-1 (MachineTool). Resetting
and Starting belong to the stop that they end, which ends at Execute, and are never set-up (BOOKS 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PACKML = "http://opcfoundation.org/UA/PackML/"
MACHINERY = "http://opcfoundation.org/UA/Machinery/"
MACHINE_TOOL = "http://opcfoundation.org/UA/MachineTool/"

Path = Sequence[tuple[str, str]]

# One machine has three state machines, one inside the other. Of each the words count that are no mere
# frame of the inner one (Cleared, Running); an inner one that is not in use says nothing.
PACKML_BASE = {"Aborting": "fault", "Aborted": "fault"}
PACKML_MACHINE = {"Clearing": "fault", "Stopping": "stopped", "Stopped": "stopped"}
PACKML_EXECUTE = {
    "Resetting": "stopped",
    "Idle": "idle",
    "Starting": "stopped",
    "Execute": "producing",
    "Completing": "stopped",
    "Complete": "idle",
    "Holding": "stopped",
    "Held": "stopped",
    "Unholding": "stopped",
    "Suspending": "waiting",
    "Suspended": "waiting",
    "Unsuspending": "waiting",
}
PACKML_STATES = PACKML_BASE | PACKML_MACHINE | PACKML_EXECUTE

_NUMBERS = (
    *("Clearing", "Stopped", "Starting", "Idle", "Suspended", "Execute", "Stopping", "Aborting", "Aborted"),
    *("Holding", "Held", "Unholding", "Suspending", "Unsuspending", "Resetting", "Completing", "Complete"),
)
PACKML_NUMBERS = {str(number): PACKML_STATES[word] for number, word in enumerate(_NUMBERS, 1)}
"""The tag StateCurrent of PackTags holds the number of a state."""

ITEM_STATES = {
    "NotAvailable": "off",
    "OutOfService": "fault",
    "NotExecuting": "stopped",
    "Executing": "producing",
}
PROGRAM_STATES = {
    "Initializing": "stopped",
    "Running": "producing",
    "Interrupted": "stopped",
    "Aborted": "fault",
    "Ended": "idle",
}


@dataclass(frozen=True, slots=True)
class Sign:
    """How a value of a model is known.

    Attributes:
        model: its name.
        uri: of its namespace; '' where makers use its names in theirs.
        names: the last browse names on the way to it.
        means: what it stands for.
        states: words of its own, and the state each is.
        note: what people should know.
    """

    model: str
    uri: str
    names: tuple[str, ...]
    means: str
    states: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def fits(self, path: Path) -> bool:
        """Whether a value is there where the model has it."""
        last = path[-len(self.names) :]
        return tuple(name for _, name in last) == self.names and (
            not self.uri or any(uri == self.uri for uri, _ in last)
        )


_STRUCTURE = "an array of structures: read the number inside it, as in 'part: [0, AccCount]'"
SIGNS = (
    Sign("PackML", PACKML, ("BaseStateMachine", "CurrentState"), "state", PACKML_BASE),
    Sign("PackML", PACKML, ("MachineState", "CurrentState"), "state", PACKML_MACHINE),
    Sign("PackML", PACKML, ("ExecuteState", "CurrentState"), "state", PACKML_EXECUTE),
    Sign("PackML", "", ("StateCurrent",), "state", PACKML_NUMBERS),
    Sign("PackML", "", ("UnitModeCurrent",), "mode"),
    Sign("PackML", "", ("ProdProcessedCount",), "total", note=_STRUCTURE),
    Sign("PackML", "", ("ProdDefectiveCount",), "scrap", note=_STRUCTURE),
    Sign("PackML", "", ("CurMachSpeed",), "speed"),
    Sign("PackML", "", ("EquipmentBlocked",), "blocked", {"true": "blocked"}),
    Sign("PackML", "", ("EquipmentStarved",), "starved", {"true": "starved"}),
    Sign("Machinery", MACHINERY, ("MachineryItemState", "CurrentState"), "state", ITEM_STATES),
    Sign("Machinery", MACHINERY, ("MachineryOperationMode", "CurrentState"), "mode"),
    Sign("MachineTool", MACHINE_TOOL, ("ActiveProgram", "State", "CurrentState"), "state", PROGRAM_STATES),
    Sign("MachineTool", MACHINE_TOOL, ("ActiveProgram", "Name"), "program"),
    Sign("MachineTool", MACHINE_TOOL, ("MachineTool", "OperationMode"), "mode"),
    Sign("MachineTool", MACHINE_TOOL, ("PartsProducedInLifetime",), "total"),
)

# Where a model begins below the machine that follows it.
_BEGINS = {
    PACKML: ("BaseStateMachine", "Admin", "Status"),
    MACHINERY: ("MachineryBuildingBlocks", "MachineryItemState", "MachineryOperationMode", "Components"),
    MACHINE_TOOL: ("Monitoring", "Production", "Notification", "Equipment"),
}
_ROOTS = {(uri, name) for uri, names in _BEGINS.items() for name in names}


def sign_of(path: Path) -> Sign | None:
    """Return what a value is by the models that are known.

    >>> found = sign_of([("http://v/", "Mill"), (MACHINERY, "MachineryItemState"), ("", "CurrentState")])
    >>> found.model, found.means, found.states["Executing"]
    ('Machinery', 'state', 'producing')
    """
    return next((one for one in SIGNS if one.fits(path)), None)


def split(path: Path) -> tuple[Path, Path]:
    """Part a way into the machine and what is inside it: a model of its own, or the last name.

    >>> path = [("http://v/", "Hall"), ("http://v/", "Filler"), (PACKML, "Status"), (PACKML, "CurMachSpeed")]
    >>> [[name for _, name in part] for part in split(path)]
    [['Hall', 'Filler'], ['Status', 'CurMachSpeed']]
    """
    begin = next((place for place, step in enumerate(path) if tuple(step) in _ROOTS and place), len(path) - 1)
    return path[:begin], path[begin:]
