"""Edits of plant files: the diff is the change and nothing else, and what is wrong is not written."""

from __future__ import annotations

import json
from difflib import unified_diff
from pathlib import Path

import pytest
from tests.plant.everything import EVERYTHING, write

from plantstack.errors import ConfigError, QueryError
from plantstack.plant.load import plant_content
from plantstack.stack import Stack
from plantstack.stack.editing import standing
from plantstack.stack.editing.checking import drafted
from plantstack.stack.editing.edits import (
    DayEdit,
    Edit,
    Pause,
    ReasonEdit,
    StandardEdit,
    TargetEdit,
    read_edit,
)

PLANT = """\
# What stands where.
plantstack: 1
project: small   # the id stays
enterprise: 'acme'
sites:
  tulsa: {zone: UTC, currency: USD, calendar: days}
lines:
  line-1: {under: tulsa}
machines:
  press:  {under: line-1,   kind: cyclic}
  filler: {under: line-1, kind: continuous}
products: {cola: {}, water: {}, "4711 A/B": {}}
calendars:
  days:
    shifts:
      early:
        from: 06:00
        until: 14:00
        breaks: [{reason: pause, at: 09:00, length: 15 min}]
      late: {from: 14:00, until: 22:00}   # a comment
    week: {mon-fri: {early: A, late: B}}
    # days that differ
    exceptions:
    - {date: 2026-07-03, shifts: [], label: "Holiday"}   # the 3rd

    - date: 2026-12-24
      shifts: {early: A}
      label: Half a day

"""
TARGETS = """\
targets:   # agreed
  - {kpi: oee, at: [press, filler], value: 60 %, owner: lead}   # both

  # scrap
  - kpi: mttr
    value: 30 min
    until: 2026-06-01   # then we see
  - {kpi: mttr, value: 25 min, from: 2026-06-01}
standards:
  - {machines: [press], products: [cola, water], ideal: 2 s, standard: 2.2 s}
  - machines: [press]
    ideal: >-
      3 s

  # the filler is fast
  - {machines: [filler], ideal: 600/min, until: 2026-09-01}
# the end"""
REASONS = """\
reasons:
  breaks:
    owner: production
    account: planned_down
    reasons:
      pause: {label: Short break, allowance: 15 min}
  jams: {owner: x, account: waiting, reasons: {jam: Jam, 'film': "Film: torn"}}  # flow
  belts:
    owner: x
    account: waiting
    reasons:
      belt: "Belt: torn"   # often
  tool:
    label: Tool broken   # the label
    owner: maintenance
    account: breakdown
    translations: {de: Werkzeug, es: Útil}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path, plant=PLANT, more=TARGETS, reasons=REASONS)


def target(**told: str) -> TargetEdit:
    return TargetEdit(**{"kpi": "mttr", "since": "2026-05-01", "value": "20 min", **told})


def cycle(**told: str) -> StandardEdit:
    usual = {"machine": "press", "since": "2026-05-01", "ideal": "1.9 s", "author": "PE", "evidence": "run"}
    return StandardEdit(**{**usual, **told})


PAUSE = Pause(reason="pause", at="10:00", length="15 min")
CASES: dict[str, tuple[Edit, str]] = {
    "a target ends where the next begins, and ends the one before": (
        target(),
        """
-     until: 2026-06-01   # then we see
+     until: 2026-05-01   # then we see
+   - {kpi: mttr, value: 20 min, from: 2026-05-01, until: 2026-06-01}
""",
    ),
    "the same day again is written in its place": (
        target(since="2026-06-01", owner="lead"),
        """
-   - {kpi: mttr, value: 25 min, from: 2026-06-01}
+   - {kpi: mttr, value: 20 min, from: 2026-06-01, owner: lead}
""",
    ),
    "of a target of two machines the other one goes on": (
        target(kpi="oee", at="press", value="65 %"),
        """
-   - {kpi: oee, at: [press, filler], value: 60 %, owner: lead}   # both
+   - {kpi: oee, at: [press, filler], value: 60 %, owner: lead, until: 2026-05-01}   # both
+   - {kpi: oee, at: [filler], value: 60 %, owner: lead, from: 2026-05-01}
+   - {kpi: oee, at: [press], value: 65 %, from: 2026-05-01}
""",
    ),
    "a target of another place leaves all others alone": (
        target(kpi="oee", at="line-1", value="", low="50 %"),
        "\n+   - {kpi: oee, at: [line-1], low: 50 %, from: 2026-05-01}\n",
    ),
    "a standard ends the one before by its day alone": (
        cycle(product="cola", standard="2 s"),
        "\n+   - {machines: [press], products: [cola], ideal: 1.9 s, standard: 2 s, from: 2026-05-01, "
        "evidence: run, author: PE}\n",
    ),
    "a standard behind an entry of many lines": (
        cycle(),
        "\n+   - {machines: [press], ideal: 1.9 s, from: 2026-05-01, evidence: run, author: PE}\n",
    ),
    "a standard that had an end gives way": (
        cycle(machine="filler", ideal="620/min"),
        """
-   - {machines: [filler], ideal: 600/min, until: 2026-09-01}
+   - {machines: [filler], ideal: 600/min, until: 2026-05-01}
+   - {machines: [filler], ideal: 620/min, from: 2026-05-01, evidence: run, author: PE}
""",
    ),
    "a long entry is written over several lines": (
        cycle(product="4711 A/B", evidence="a trial: nine hours, " + "x" * 50),
        """
+   - machines: [press]
+     products: [4711 A/B]
+     ideal: 1.9 s
+     from: 2026-05-01
+     evidence: "a trial: nine hours, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
+     author: PE
""",
    ),
    "a text": (
        ReasonEdit(id="jam", label="Jam at the infeed"),
        """
-   jams: {owner: x, account: waiting, reasons: {jam: Jam, 'film': "Film: torn"}}  # flow
+   jams: {owner: x, account: waiting, reasons: {jam: Jam at the infeed, 'film': "Film: torn"}}  # flow
""",
    ),
    "a text beside its comment": (
        ReasonEdit(id="tool", label="Tool worn"),
        """
-     label: Tool broken   # the label
+     label: Tool worn   # the label
""",
    ),
    "a translation of a leaf that is one word": (
        ReasonEdit(id="belt", translations={"de": "Band: gerissen"}),
        """
-       belt: "Belt: torn"   # often
+       belt: {label: "Belt: torn", translations: {de: "Band: gerissen"}}   # often
""",
    ),
    "another translation": (
        ReasonEdit(id="tool", translations={"es": "Herramienta"}),
        """
-     translations: {de: Werkzeug, es: Útil}
+     translations: {de: Werkzeug, es: Herramienta}
""",
    ),
    "all translations taken back": (
        ReasonEdit(id="tool", translations={"es": "", "de": ""}),
        "\n-     translations: {de: Werkzeug, es: Útil}\n",
    ),
    "a retired reason": (ReasonEdit(id="tool", until="2026-06-01"), "\n+     until: 2026-06-01\n"),
    "a new reason of a group": (
        ReasonEdit(id="lunch", group="breaks", label="Lunch", allowance="30 min", is_new=True),
        "\n+       lunch: {label: Lunch, allowance: 30 min}\n",
    ),
    "a new reason on its own": (
        ReasonEdit(id="lost", label="Lost", owner="x", account="waiting", is_new=True),
        "\n+   lost: {label: Lost, owner: x, account: waiting}\n",
    ),
    "the first scrap reason": (
        ReasonEdit(id="dent", tree="scrap_reasons", label="Dent", owner="quality", is_new=True),
        "\n+ scrap_reasons:\n+   dent: {label: Dent, owner: quality}\n",
    ),
    "a closed day": (
        DayEdit(calendar="days", date="2026-12-31", shifts={}, label="Fair"),
        "\n+     - {date: 2026-12-31, shifts: [], label: Fair}\n",
    ),
    "an extra shift, and a day that was there": (
        DayEdit(calendar="days", date="2026-12-24", shifts={"early": "A", "late": "B"}),
        """
-     - date: 2026-12-24
-       shifts: {early: A}
-       label: Half a day
+     - {date: 2026-12-24, shifts: {early: A, late: B}}
""",
    ),
    "a changed break": (
        DayEdit(calendar="days", date="2026-05-04", breaks={"early": [PAUSE]}),
        "\n+     - {date: 2026-05-04, breaks: {early: [{reason: pause, at: 10:00, length: 15 min}]}}\n",
    ),
    "a day as usual again": (
        DayEdit(calendar="days", date="2026-07-03"),
        '\n-     - {date: 2026-07-03, shifts: [], label: "Holiday"}   # the 3rd\n',
    ),
}


def diff(before: str, after: str) -> str:
    lines = list(unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm=""))[2:]
    return "".join(f"{line[0]} {line[1:]}\n" for line in lines if line[0] in "+-")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_diff_is_the_change_and_nothing_else(project: Path, name: str, line_end: str) -> None:
    for path in project.glob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", line_end.encode()))
    files = {path.name: path.read_bytes() for path in project.glob("*.yaml")}
    edit, wanted = CASES[name]
    with drafted(project, edit) as draft:
        assert Stack.check(draft.folder) == []
        found = diff(draft.written.before, draft.written.after)
        new = draft.written.after
    assert found.replace("\r", "") == wanted.removeprefix("\n")
    assert ("\r\n" in new) == (line_end == "\r\n")
    assert line_end == "\n" or "\n" not in new.replace("\r\n", "")
    assert {path.name: path.read_bytes() for path in project.glob("*.yaml")} == files


@pytest.mark.parametrize("name", CASES)
def test_an_edit_leaves_another_version_of_what_it_changes_and_of_nothing_else(
    project: Path, name: str
) -> None:
    edit, _ = CASES[name]
    with drafted(project, edit) as draft:
        before, after = json.loads(draft.before.text), json.loads(draft.after.text)
    versions = [standing.version(standing.standing(one, edit)) for one in (before, after)]
    assert versions[0] != versions[1]
    for rows in (standing.targets, standing.standards, standing.reasons, standing.exceptions):
        old, new = (
            {json.dumps({**row, "version": ""}, sort_keys=True): row["version"] for row in rows(one)}
            for one in (before, after)
        )
        changed = {version for text, version in old.items() if new.get(text) != version}
        assert changed <= {versions[0]} or isinstance(edit, TargetEdit)


WRONG: dict[str, tuple[Edit, str]] = {
    "no pace of this machine": (cycle(ideal="600/min"), "pace-form"),
    "no such machine": (cycle(machine="pres"), "name-unknown"),
    "no such KPI": (target(kpi="ooe"), "kpi-unknown"),
    "neither value nor limits": (target(value=""), "target-value"),
    "a day that is none": (target(since="2026-02-30"), "value-wrong"),
    "no account": (ReasonEdit(id="x", label="X", is_new=True), "reason-owner"),
    "no such shift": (DayEdit(calendar="days", date="2026-05-04", shifts={"night": "C"}), "name-unknown"),
    "a break of no planned stop": (
        DayEdit(
            calendar="days",
            date="2026-05-04",
            breaks={"early": [Pause(reason="jam", at="10:00", length="15 min")]},
        ),
        "break-reason",
    ),
    "a known reason as a new one": (ReasonEdit(id="jam", label="J", group="jams", is_new=True), "edit-known"),
    "no such reason": (ReasonEdit(id="jma", label="J"), "edit-unknown"),
    "a group is no reason": (ReasonEdit(id="jams", label="J"), "edit-unknown"),
    "no such group": (ReasonEdit(id="x", label="X", group="jam", is_new=True), "edit-unknown"),
    "no such calendar": (DayEdit(calendar="day", date="2026-05-04", shifts={}), "edit-unknown"),
    "a usual day as usual": (DayEdit(calendar="days", date="2026-05-04"), "edit-nothing"),
    "the same text": (ReasonEdit(id="jam", label="Jam"), "edit-nothing"),
    "the account of a reason that is there": (ReasonEdit(id="jam", account="waiting"), "edit-account"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_and_not_written(project: Path, name: str) -> None:
    edit, code = WRONG[name]
    files = {path.name: path.read_bytes() for path in project.glob("*.yaml")}
    with pytest.raises((ConfigError, QueryError)) as refused, drafted(project, edit):
        pass
    assert code in [one.code for one in refused.value.problems]
    assert {path.name: path.read_bytes() for path in project.glob("*.yaml")} == files


def test_a_project_that_was_wrong_before_may_still_be_edited_elsewhere(project: Path) -> None:
    (project / "mappings").mkdir()
    (project / "mappings" / "erp.yaml").write_text("mapping: 1\n", "utf-8")
    assert Stack.check(project)
    with drafted(project, target()) as draft:
        assert "20 min" in draft.written.after


def test_an_edit_begun_on_what_somebody_changed_meanwhile_is_refused_with_what_is_there(
    project: Path,
) -> None:
    content = json.loads(plant_content(project).text)
    opened = {row["machine"]: row["version"] for row in standing.standards(content) if not row["product"]}
    (project / "more.yaml").write_text(TARGETS.replace("600/min", "610/min"), "utf-8")
    with (
        pytest.raises(standing.ConflictError) as refused,
        drafted(project, cycle(machine="filler", ideal="620/min", version=opened["filler"])),
    ):
        pass
    assert "somebody changed the standard of filler after you had opened it" in str(refused.value)
    assert "610/min" in str(refused.value)
    with drafted(project, cycle(version=opened["press"])) as draft:  # another entry of the same file
        assert "610/min" in draft.written.after
    with pytest.raises(standing.ConflictError), drafted(project, cycle(product="water", version="")):
        pass


@pytest.mark.parametrize("tree", ["reasons", "scrap_reasons"])
def test_every_leaf_of_a_plant_that_uses_every_key_can_be_renamed(tmp_path: Path, tree: str) -> None:
    project = write(tmp_path, plant=EVERYTHING)
    content = json.loads(plant_content(project).text)
    leaves = [row for row in standing.reasons(content) if row["tree"] == tree]
    assert len(leaves) == {"reasons": 3, "scrap_reasons": 2}[tree]
    for leaf in leaves:
        told = {"what": "reason", **{key: leaf[key] for key in ("id", "tree", "version")}, "label": "New"}
        edit = read_edit(json.dumps(told).encode())
        with drafted(project, edit) as draft:
            rows = {row["id"]: row for row in standing.reasons(json.loads(draft.after.text))}
            assert rows[leaf["id"]] == {**leaf, "label": "New", "version": rows[leaf["id"]]["version"]}
            assert len(diff(draft.written.before, draft.written.after).splitlines()) == 2


def test_a_section_that_no_file_has_goes_where_one_would_look_for_it(tmp_path: Path) -> None:
    project = write(tmp_path, plant=PLANT.replace("[{reason: pause, at: 09:00, length: 15 min}]", "[]"))
    with drafted(project, target()) as draft:
        assert (draft.written.file, draft.written.after[len(draft.written.before) :]) == (
            "plant.yaml",
            "targets:\n  - {kpi: mttr, value: 20 min, from: 2026-05-01}\n",
        )
    (project / "targets.yaml").write_text("# none yet", "utf-8")
    (project / "targets.yaml").write_text("targets: []   # none yet\n", "utf-8")
    with drafted(project, target()) as draft:
        assert draft.written.after == "targets: [{kpi: mttr, value: 20 min, from: 2026-05-01}]   # none yet\n"


def test_files_that_a_program_wrote_as_json_can_be_edited_too(tmp_path: Path) -> None:
    content = json.loads(plant_content(write(tmp_path, plant=EVERYTHING)).text)
    text = json.dumps({key: value for key, value in content.items() if key != "targets"}, ensure_ascii=False)
    project = write(tmp_path, plant=text)
    for edit in (
        target(),
        StandardEdit(machine="capper", ideal="0.2 s", since="2026-05-01", author="PE", evidence="run"),
        ReasonEdit(id="jam", label="Jam at the infeed", translations={"es": "Atasco"}),
        DayEdit(calendar="days", date="2026-05-04", shifts={}),
    ):
        with drafted(project, edit) as draft:
            assert draft.written.after.startswith('{"alarm_reasons":')
            after, before = draft.written.after, draft.written.before
            same = alike(before, after) + alike(before[::-1], after[::-1])
            assert same >= len(before) - 120, "all but the spot of the edit stays"


def alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def test_the_first_day_of_a_calendar_that_differs(tmp_path: Path) -> None:
    plant = PLANT[: PLANT.index("    # days that differ")].replace(
        "[{reason: pause, at: 09:00, length: 15 min}]", "[]"
    )
    project = write(tmp_path, plant=plant)
    edit = DayEdit(calendar="days", date="2026-12-31", shifts={"late": "C"})
    with drafted(project, edit) as draft:
        assert draft.written.after == plant + (
            "    exceptions:\n      - {date: 2026-12-31, shifts: {late: C}}\n"
        )
    (project / "plant.yaml").write_text(draft.written.after, "utf-8")
    with drafted(project, DayEdit(calendar="days", date="2026-12-31")) as draft:
        assert draft.written.after == plant


def test_an_edit_is_read_as_the_api_takes_it() -> None:
    edit = read_edit(b'{"what": "target", "kpi": "oee", "from": "2026-05-01", "value": "60 %"}')
    assert edit == TargetEdit(kpi="oee", since="2026-05-01", value="60 %")
    for body in (b"{}", b'{"what": "target", "kpi": "oee", "form": 1}', b"[", b'{"what": "site"}'):
        with pytest.raises(QueryError) as refused:
            read_edit(body)
        assert refused.value.problems[0].code == "edit-unreadable"
