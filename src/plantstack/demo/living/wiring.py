"""The connections and mappings by which a running plant reads the simulated one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from plantstack.demo.living.simulation import FLOOR, topic_of
from plantstack.events.kinds import FIELDS

_LEFT_OUT = ("kind", "source", "supersedes", "x", "equipment", "at")
_FREE = ("material", "mould")


def write_wiring(folder: Path, enterprise: str, sources: Sequence[str], broker: tuple[str, int]) -> None:
    """Write a connection and a mapping for each source; mappings that are there stay as they are.

    Args:
        folder: of the project.
        enterprise: the first level of every topic.
        sources: who publishes.
        broker: host and port; connections follow it.
    """
    for source in sources:
        name = f"sim-{source.replace('.', '-')}"
        mapping = folder / "mappings" / f"{name}.yaml"
        connection = folder / "connectors" / f"{name}.yaml"
        for path in (mapping, connection):
            path.parent.mkdir(exist_ok=True)
        if not mapping.exists():
            mapping.write_text(mapping_text(source), "utf-8")
        connection.write_text(connection_text(enterprise, source, name, broker), "utf-8")


def connection_text(enterprise: str, source: str, name: str, broker: tuple[str, int]) -> str:
    """The file of a connection."""
    return (
        f"# What {source} publishes, see 'plantstack simulate'.\n"
        "schema: 1\n"
        "kind: mqtt\n"
        f"host: {_quoted(broker[0])}\n"
        f"port: {broker[1]}\n"
        f"topics: [{_quoted(topic_of(enterprise, source, '#'))}]\n"
        f"client: plantstack-{name}\n"
        f"mapping: {name}\n"
    )


def mapping_text(source: str) -> str:
    """The file of a mapping: every field of an event is a field of the payload."""
    fields = {
        kind: [name for name in FIELDS[kind] if name not in _LEFT_OUT and name != "void"] for kind in FLOOR
    }
    names = dict.fromkeys(name for kind in FLOOR for name in fields[kind])
    columns = {"kind": "kind", "equipment": "equipment", "at": "at"} | {name: name for name in names}
    columns |= {f"x_{name}": f"x.{name}" for name in _FREE}
    columns |= {"sup_source": "supersedes.source", "sup_key": "supersedes.key"}
    lines = [f"# What {source} publishes, see 'plantstack simulate'.", "schema: 1", f"source: {source}"]
    lines += ["file: {format: json}", "columns:"]
    lines += [f"  {_quoted(name)}: {_quoted(path)}" for name, path in columns.items()]
    lines += ['every: {equipment: "{equipment}", at: "{at}"}', "events:"]
    free = {name: f"{{x_{name}}}" for name in _FREE}
    for kind, own in fields.items():
        rule: dict[str, object] = {"kind": kind, "when": {"kind": kind}}
        rule |= {name: f"{{{name}}}" for name in own}
        rule |= {"x": free, "supersedes": {"source": "{sup_source}", "key": "{sup_key}"}}
        lines.append(f"  - {_flow(rule)}")
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(name)}: {_flow(one)}" for name, one in value.items()) + "}"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
