"""What a node has told of its metrics in its births: names, aliases and types, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from plantstack.connectors.sparkplug.codec import Metric, self_described

CONTROLS = ("bdSeq", "Node Control/", "Device Control/")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A metric whose name and type are certain.

    Attributes:
        name: of the metric.
        datatype: by its birth; 0 where it told none.
        why_bad: why its value is not to be believed.
    """

    name: str
    datatype: int
    why_bad: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A metric that cannot be told.

    Attributes:
        why: for people.
        is_missing: a birth would tell, so the node is to be asked for one.
    """

    why: str
    is_missing: bool


@dataclass(slots=True)
class Born:
    """The metrics of a node (device '') and of its devices."""

    types: dict[tuple[str, str], int] = field(default_factory=dict)
    aliases: dict[tuple[str, int], str] = field(default_factory=dict)
    doubtful: set[tuple[str, int]] = field(default_factory=set)  # aliases that stand for two metrics

    def forget(self, device: str | None = None) -> None:
        """Forget what the birth of a device told; None: everything."""
        if device is None:
            self.types, self.aliases, self.doubtful = {}, {}, set()
            return
        self.types = {key: known for key, known in self.types.items() if key[0] != device}
        self.aliases = {key: known for key, known in self.aliases.items() if key[0] != device}
        self.doubtful = {key for key in self.doubtful if key[0] != device}

    def learn(self, device: str, metrics: Iterable[Metric]) -> list[str]:
        """Take over a birth; return what is wrong with it."""
        self.forget(device)
        told = list(metrics)
        aliases = Counter(one.alias for one in told if one.alias is not None)
        for one in told:
            if one.name is None:
                continue
            self.types[device, one.name] = self_described(one) or 0
            if one.alias is not None and aliases[one.alias] == 1:
                self.aliases[device, one.alias] = one.name
        twice = sorted(alias for alias, times in aliases.items() if times > 1)
        self.doubtful |= {(device, alias) for alias in twice}
        wrong = [f"the alias {alias} stands for several metrics" for alias in twice]
        nameless = sum(one.name is None for one in told)
        return wrong + ([f"{nameless} metrics of a birth have no name"] if nameless else [])

    def resolve(self, device: str, metric: Metric) -> Resolved | Doubt:
        """Say which metric it is, by the births of this session."""
        name = metric.name
        if name is None:
            if metric.alias is None:
                return Doubt("a metric with neither name nor alias", is_missing=False)
            if (device, metric.alias) in self.doubtful:
                return Doubt(f"the alias {metric.alias} stands for several metrics", is_missing=False)
            name = self.aliases.get((device, metric.alias))
            if name is None:
                return Doubt(f"the alias {metric.alias} was in no birth", is_missing=True)
        datatype = self.types.get((device, name))
        if datatype is None:
            return Doubt(f"the metric '{name}' was in no birth", is_missing=True)
        if metric.datatype not in (None, datatype):
            return Resolved(name, datatype, "its type is not that of its birth")
        return Resolved(name, datatype)


def unaided(metric: Metric) -> Resolved | Doubt:
    """Say which metric it is without any birth, by what it says itself."""
    if metric.name is None:
        why = "an alias after messages were lost" if metric.alias is not None else "neither name nor alias"
        return Doubt(f"a metric with {why}", is_missing=True)
    datatype = self_described(metric)
    if datatype is None:
        return Doubt(f"the metric '{metric.name}' without a type, after messages were lost", is_missing=True)
    return Resolved(metric.name, datatype)


def is_control(name: str) -> bool:
    """Whether a metric belongs to the protocol and says nothing of a machine.

    >>> is_control("Node Control/Rebirth"), is_control("bdSeq"), is_control("Good")
    (True, True, False)
    """
    return name == CONTROLS[0] or name.startswith(CONTROLS[1:])
