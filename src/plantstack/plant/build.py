"""A merged tree of all plant files -> a `Plant`, with every problem noted."""

from __future__ import annotations

from plantstack.plant.alarms import read_alarm_rule
from plantstack.plant.check import check_plant_facts
from plantstack.plant.fields import Fields
from plantstack.plant.model import ALWAYS, Changeovers
from plantstack.plant.plant import Plant
from plantstack.plant.read_calendars import read_calendar
from plantstack.plant.read_equipment import read_area, read_line, read_machine, read_site
from plantstack.plant.read_kpis import read_own_kpis
from plantstack.plant.read_people import read_people
from plantstack.plant.read_products import (
    product_id,
    read_changeovers,
    read_product,
    read_setup_spec,
    read_standard,
    read_unit,
)
from plantstack.plant.read_reasons import read_reasons
from plantstack.plant.read_settings import (
    read_cost,
    read_exchange_rate,
    read_machine_class,
    read_settings,
    read_source,
)
from plantstack.plant.read_targets import read_target
from plantstack.plant.readers import Word, ident, text
from plantstack.plant.report import Place, Report
from plantstack.plant.tree import Block

SCHEMA = "1"


def build_plant(block: Block, report: Report, *, is_whole: bool = True) -> Plant:
    """Read every section; the plant is only good when the report stays empty.

    Args:
        block: all sections of all files.
        report: takes the problems.
        is_whole: false when a file could not be read, so that missing names are no news.
    """
    fields = Fields(block, "the plant file", report)
    schema = Word(f"the schema number {SCHEMA}", SCHEMA, _schema)
    if is_whole or "project" in block.nodes:
        fields.need("plantstack", schema)
    report.declare("calendar", ALWAYS, Place("built-in"))
    plant = _read_sections(fields, is_whole)
    fields.close("top")
    if is_whole:
        report.check_references()
        check_plant_facts(plant, report)
    return plant


def _schema(written: str) -> str:
    if written != SCHEMA:
        raise ValueError("This plantstack reads schema 1 only; a newer one may read it.")
    return written


def _read_sections(fields: Fields, is_whole: bool) -> Plant:
    project_id = fields.need("project", ident) if is_whole or fields.has("project") else ""
    settings = fields.section("settings")
    plant = Plant(
        project_id=project_id,
        enterprise=fields.want("enterprise", ident, project_id),
        label=fields.want("label", text, ""),
        profile=read_settings(settings),
        sites=fields.named("sites", "site", read_site),
        areas=fields.named("areas", "area", read_area),
        lines=fields.named("lines", "line", read_line),
        machines=fields.named("machines", "machine", read_machine),
        machine_classes=fields.named("machine_classes", "machine class", read_machine_class),
        calendars=fields.named("calendars", "calendar", read_calendar),
        products=fields.named("products", "product", read_product, names=product_id),
        units=fields.each("units", "unit", read_unit),
        standards=fields.each("standards", "standard", read_standard),
        changeovers=_changeovers(fields),
        reasons=read_reasons(fields),
        alarm_rules=fields.each("alarm_reasons", "alarm rule", read_alarm_rule),
        setup_specs=tuple(
            spec for specs in fields.each("setup_specs", "setup spec", read_setup_spec) for spec in specs
        ),
        costs=fields.each("costs", "cost", read_cost),
        exchange_rates=fields.each("exchange_rates", "exchange rate", read_exchange_rate),
        sources=fields.each("sources", "source", read_source),
        targets=tuple(one for many in fields.each("targets", "target", read_target) for one in many),
        own_kpis=read_own_kpis(fields),
        people=read_people(fields.section("people")),
    )
    settings.close("settings")
    return plant


def _changeovers(fields: Fields) -> dict[str, Changeovers]:
    return fields.named("changeovers", "changeover", read_changeovers, declare=False)
