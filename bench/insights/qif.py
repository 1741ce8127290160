"""Results of a coordinate measuring machine in QIF 2.1: values and limits by characteristic and part."""

from __future__ import annotations

import lzma
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NS = "{http://qifstandards.org/xsd/qif2}"
_PART = re.compile(r"_A(\d+)_")


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic over all parts, in the order of their numbers.

    Attributes:
        name: the feature, and what of it.
        parts: numbers.
        values: measured, mm.
        verdicts: `PASS` or `FAIL`, as the report says.
        nominal: None for tolerances of form and place.
        low, high: limits; None where there is none.
    """

    name: str
    parts: tuple[int, ...]
    values: tuple[float, ...]
    verdicts: tuple[str, ...]
    nominal: float | None
    low: float | None
    high: float | None


def characteristics(path: Path) -> list[Characteristic]:
    """Read every characteristic of a results file that is packed with xz."""
    root = ET.fromstring(lzma.decompress(path.read_bytes()))
    limits = _limits(root)
    features = {one.get("id", ""): _text(one, "FeatureName") for one in _ending(root, "FeatureItem")}
    names = {one.get("id", ""): _text(one, "Name") for one in _ending(root, "CharacteristicItem")}
    parts = _parts(root)
    rows: dict[tuple[str, str], list[tuple[int, float, str]]] = defaultdict(list)
    for result in root.iter(f"{_NS}MeasurementResults"):
        part = parts[_text(result, "ActualComponentIds/Id")]
        items = {one.get("id", ""): _text(one, "FeatureItemId") for one in _ending(result, "FeatureActual")}
        for one in _ending(result, "CharacteristicActual"):
            item, feature = _text(one, "CharacteristicItemId"), _text(one, "FeatureActualIds/Id")
            row = part, float(_text(one, "Value")), _text(one, "Status/CharacteristicStatusEnum")
            rows[item, features[items[feature]] if feature else ""].append(row)
    return [
        _characteristic(f"{feature} {names[item]}".strip(), sorted(told), limits[item])
        for (item, feature), told in rows.items()
    ]


_Limits = tuple[float | None, float | None, float | None]


def _characteristic(name: str, told: list[tuple[int, float, str]], limits: _Limits) -> Characteristic:
    parts, values, verdicts = zip(*told, strict=True)
    return Characteristic(name, parts, values, verdicts, *limits)


def _limits(root: ET.Element) -> dict[str, _Limits]:
    """Nominal, low and high by characteristic item."""
    definitions = {one.get("id", ""): one for one in _ending(root, "CharacteristicDefinition")}
    nominals = {one.get("id", ""): one for one in _ending(root, "CharacteristicNominal")}
    found: dict[str, _Limits] = {}
    for one in _ending(root, "CharacteristicItem"):
        nominal = nominals[_text(one, "CharacteristicNominalId")]
        definition = definitions[_text(nominal, "CharacteristicDefinitionId")]
        target = _text(nominal, "TargetValue")
        if target:
            low, high = (float(_text(definition, f"Tolerance/{side}")) for side in ("MinValue", "MaxValue"))
            found[one.get("id", "")] = float(target), float(target) + low, float(target) + high
        else:
            found[one.get("id", "")] = None, None, abs(float(_text(definition, "ToleranceValue") or "nan"))
    return found


def _parts(root: ET.Element) -> dict[str, int]:
    """Part numbers by component; one without a serial number stands at its place in the list."""
    found: dict[str, int] = {}
    for place, one in enumerate(root.iter(f"{_NS}ActualComponent"), start=1):
        told = _PART.search(_text(one, "SerialNumber"))
        found[one.get("id", "")] = int(told.group(1)) if told else place
    return found


def _ending(root: ET.Element, name: str) -> Iterator[ET.Element]:
    return (one for one in root.iter() if one.tag.endswith(name))


def _text(one: ET.Element, path: str) -> str:
    found = one.find("/".join(_NS + step for step in path.split("/")))
    return "" if found is None or found.text is None else found.text.strip()
