"""Checks of names, placements and lines."""

from __future__ import annotations

from plantstack.plant.model import LEVELS, Equipment, Line, Placement
from plantstack.plant.plant import Plant
from plantstack.plant.report import Place, Report


def check_names(plant: Plant, report: Report) -> None:
    """Every equipment id is used once over all levels, also when case is ignored."""
    seen: dict[str, tuple[str, str, Place]] = {}
    for level in LEVELS:
        for name, place in report.places[level].items():
            first = seen.setdefault(name.lower(), (name, level, place))
            if first != (name, level, place):
                what = f"{level} '{name}' has the id of {first[1]} '{first[0]}' at {first[2]}"
                report.add(
                    "name-twice", place, what, "Ids are shared by all levels, upper and lower case alike."
                )


def check_placements(plant: Plant, report: Report) -> None:
    """Everything stands somewhere, inside the time of what it stands under, and in one site."""
    for one in plant.equipment.values():
        if one.level == "site" or any(not _is_sound(place, one, plant) for place in one.placed):
            continue  # a problem already
        place = report.place_of(one.level, one.id)
        sites = sorted({span.site for span in plant.spans[one.id]})
        if len(sites) > 1:
            what = f"{one.level} '{one.id}' stands in more than one site: {', '.join(sites)}"
            fix = "What moves to another site gets a new id there: its books change clock and currency."
            report.add("plant-two-sites", place, what, fix)
        if not sites and one.placed:
            what = f"{one.level} '{one.id}' never stands anywhere while '{one.placed[0].under}' does"
            report.add("plant-nowhere", place, what, "Check the dates under 'placed'.")


def _is_sound(place: Placement, one: Equipment, plant: Plant) -> bool:
    in_order = place.from_day is None or place.until_day is None or place.from_day < place.until_day
    above = plant.equipment.get(place.under)
    is_above = above is not None and LEVELS.index(above.level) < LEVELS.index(one.level)
    return in_order and is_above and bool(plant.spans[place.under])


def check_lines(plant: Plant, report: Report) -> None:
    """Flow, buffers, exit and constraint name machines of the line."""
    for line in plant.lines.values():
        below = {name for name in plant.machines if any(span.line == line.id for span in plant.spans[name])}
        named = [("flow", name) for name in line.flow]
        named += [("exit", name) for _, name in line.exit]
        named += [("constraint", name) for _, name in line.constraint]
        for key, name in named:
            if name in plant.machines and name not in below:
                what = f"'{key}' of line '{line.id}' names '{name}', which never stands under it"
                fix = f"Write 'under: {line.id}' at the machine, or remove it here."
                report.add("line-machine", report.place_of("line", line.id), what, fix)
        _check_buffers(line, report)


def _check_buffers(line: Line, report: Report) -> None:
    for buffer in line.buffers:
        if buffer.after not in line.flow[:-1]:
            what = f"nothing follows '{buffer.after}' in the flow of line '{line.id}', so it has no buffer"
            report.add(
                "line-buffer",
                report.place_of("line", line.id),
                what,
                "Name a machine of 'flow' but the last.",
            )
