"""Reads tags of Logix PLCs (ControlLogix, CompactLogix, Micro800) over EtherNet/IP.

    kind: ethernetip
    devices:
      press:
        host: 10.0.0.8
        slot: 0
        tags:
          run: {tag: "Program:Main.Running"}
          Good_Parts: {}             # `tag` is its name where it says none
          heat: {tag: "Zone[2].Temp", between: [0, 400]}
    mapping: press

Columns: `device`, `tag`, `value`, `quality` (good, bad), `why` of a bad one, `run`, `poll` and `received`.
All tags of a PLC are read together; only the service that reads is used.
"""

from __future__ import annotations

from pathlib import Path

from plantstack.connectors.ethernetip.browse import browse
from plantstack.connectors.ethernetip.session import begin
from plantstack.connectors.ethernetip.settings import Plan, read_settings
from plantstack.connectors.polling.poller import Poller
from plantstack.plant.source import Fields

__all__ = ["browse", "connect"]


def connect(fields: Fields, _project: Path) -> Poller[Plan]:
    """Read the settings of PLCs."""
    return Poller(read_settings(fields), begin)
