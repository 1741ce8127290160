"""Recorded observations of machines and the device model they belong to: what the replay agent serves.

model = Model.read(Path("Devices.xml"))
recorded = read_log(Path("Mazak01-20161107.txt.xz"), model, "Mazak01")
"""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from plantstack.connectors.files.mtconnect_child import items_of, rows_of
from plantstack.connectors.mapping.read_columns import XML_HEADERS


@dataclass(frozen=True, slots=True)
class Item:
    """One data item of a device model, as it says of itself."""

    device: str
    uuid: str
    id: str
    name: str
    category: str
    type: str
    subtype: str
    component: str

    @property
    def element(self) -> str:
        """The name of its observations.

        >>> Item("d", "u", "i", "", "EVENT", "PART_COUNT", "", "").element
        'PartCount'
        """
        return "".join(part.capitalize() for part in self.type.rpartition(":")[2].split("_"))


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation as it was recorded; of a condition the value is its level."""

    at: str
    item: Item
    value: str
    code: str = ""
    severity: str = ""
    qualifier: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A device model.

    Attributes:
        document: as it is written.
        items: by device, and name or id.
    """

    document: bytes
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Model:
        """Read a `Devices.xml`.

        Raises:
            ValueError: when it is none.
        """
        found = cls(_bytes(path))
        for told in items_of(BytesIO(found.document), {}):
            item = Item(
                told["device"],
                told["uuid"],
                told["id"],
                told["name"],
                told["category"],
                told["type"],
                told["subType"],
                told["path"].rpartition("/")[2] or told["device"],
            )
            for key in filter(None, (item.id, item.name)):
                found.items[item.device, key] = item
        return found

    def of(self, devices: set[str]) -> bytes:
        """The document of some devices only."""
        root = ElementTree.fromstring(self.document)
        for parent in root.iterfind("{*}Devices"):
            for device in [one for one in parent if one.get("name") not in devices]:
                parent.remove(device)
        return ElementTree.tostring(root)


def read_log(path: Path, model: Model, device: str, *, since: str = "") -> Iterator[Observed]:
    """Yield what an adapter's log tells of items the model knows.

    Args:
        path: lines as `time|key|value`, and conditions as `time|key|level|code|severity|qualifier|text`.
        model: of the device.
        device: whose log it is.
        since: lines with older stamps are left out: a log may begin by repeating what was so long ago.
    """
    for line in _bytes(path).decode("utf-8", "replace").splitlines():
        at, key, *rest = [*line.split("|"), "", "", "", ""][:7]
        item = model.items.get((device, key))
        if item is None or at < since:
            continue
        if item.category == "CONDITION":
            yield Observed(at, item, *rest)
        else:
            yield Observed(at, item, rest[0])


def read_streams(path: Path, model: Model) -> Iterator[Observed]:
    """Yield what an agent's document tells of items the model knows, in the order of its numbers."""
    rows = [dict(zip(XML_HEADERS, row[1:], strict=True)) for row in rows_of(BytesIO(_bytes(path)))]
    for row in sorted(rows, key=lambda row: int(row["sequence"])):
        item = model.items.get((row["device"], row["id"]))
        if item is not None:
            yield Observed(row["time"], item, row["value"], row["code"], row["severity"], "", row["text"])


def _bytes(path: Path) -> bytes:
    packed = path.read_bytes()
    if path.suffix == ".xz":
        return lzma.decompress(packed)
    return gzip.decompress(packed) if path.suffix == ".gz" else packed
