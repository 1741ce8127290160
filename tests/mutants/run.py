"""Apply each seeded mistake in a copy of the tree and see a test turn red: `python -m tests.mutants.run`.

With words behind it only the mistakes whose description contains one of them. Leaves with 1 when one survives
or when the tests could not tell.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mutants.yaml")
PACKAGE = Path("src/plantstack")

# What the short words of `killed_by` stand for.
TESTS = {
    "scenarios": "tests/scenarios/test_scenarios.py",
    "soundness": "tests/soundness/test_silent.py",
    "causes": "tests/ledger/test_causes.py",
    "shipped": "tests/soundness/test_stack_shipped.py",
    "newcomer": "tests/soundness/test_newcomer_stack.py",
    "oracle_sql": "tests/ledger/test_sql_is_the_oracle.py",
    "pages": "tests/ledger/test_pages.py",
    "models": "tests/soundness/test_models.py",
    "judged": "tests/kpis/test_judged.py",
    "hazard": "tests/kpis/test_hazard.py",
    "fearing": "tests/stack/test_fearing.py",
    "shift_end": "tests/kpis/test_shift_end.py",
    "foreseeing": "tests/stack/test_foreseeing.py",
    "retract": "tests/stack/test_retracting.py",
    "mtconnect": "tests/live/test_mtconnect.py",
    "entrance": "tests/live/test_entrance.py",
    "entries_of_people": "tests/live/test_entries_of_people.py",
    "people": "tests/events/people/test_people.py",
    "withholding": "tests/stack/test_withholding.py",
    "kernels": "tests/insights/drift/test_kernels.py",
    "drift": "tests/insights/drift/test_analysis.py",
    "relations": "tests/insights/drift/test_relations.py",
    "control": "tests/insights/drift/test_control.py tests/web/test_control_charts.py",
    "plant_time": "tests/plant/test_localtime.py tests/plant/test_tiles.py",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One seeded mistake."""

    what: str
    file: str
    old: str
    new: str
    killed_by: str

    @property
    def tests(self) -> list[str]:
        """The arguments of pytest."""
        word, *rest = shlex.split(self.killed_by)
        return [*TESTS[word].split(), *rest]


def read_mutants() -> list[Mutant]:
    """Return every mistake of the list."""
    rows = YAML(typ="safe").load(LIST.read_text("utf-8"))
    return [Mutant(**row) for row in rows]


def mutated(text: str, mutant: Mutant) -> str:
    """The text with the mistake in it.

    Raises:
        ValueError: when it no longer holds what is to be replaced.
    """
    if mutant.old not in text:
        raise ValueError(f"{mutant.file}: {mutant.old!r} is not there any more")
    return text.replace(mutant.old, mutant.new)


NOTICED, SURVIVED, UNCLEAR = "noticed", "SURVIVED", "UNCLEAR"
PATIENCE = (
    1800  # seconds for the tests of one mistake; far more than they take on a machine with nothing else to do
)


def outcome(mutant: Mutant, tree: Path) -> tuple[str, str]:
    """Run the tests that should notice; the tree is as before afterwards.

    Returns:
        What came of it, and where it is unclear why: the end of what pytest said.
    """
    path = tree / PACKAGE / mutant.file
    whole = path.read_text("utf-8")
    path.write_text(mutated(whole, mutant), "utf-8")
    try:
        told = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests],
            cwd=tree,
            env={
                **os.environ,
                "PYTHONPATH": f"{tree / 'src'}:{tree}",
                "PYTHONDONTWRITEBYTECODE": "1",
                "HYPOTHESIS_PROFILE": "draft",  # a counterexample is enough, nobody needs the smallest
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return UNCLEAR, f"the tests were not through after {PATIENCE} s"
    finally:
        path.write_text(whole, "utf-8")
    if told.returncode not in (0, 1):
        return UNCLEAR, f"pytest left with {told.returncode}: {told.stdout[-2000:]}"
    return (NOTICED if told.returncode else SURVIVED), ""


def main(*words: str) -> int:
    """Try every mistake; one line each as it is through, and a summary with all that need a look."""
    chosen = [mutant for mutant in read_mutants() if not words or any(word in mutant.what for word in words)]
    found: list[tuple[Mutant, str, str]] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in ("src", "tests", "docs"):
            shutil.copytree(ROOT / name, tree / name)
        shutil.copy(ROOT / "pyproject.toml", tree)
        for number, mutant in enumerate(chosen, 1):
            since = time.monotonic()
            came, why = outcome(mutant, tree)
            found.append((mutant, came, why))
            took = f"{time.monotonic() - since:4.0f} s"
            print(f"{number:3}/{len(chosen)}  {took}  {came:8}  {mutant.what}", flush=True)
    summary(found, time.monotonic() - begun)
    return 0 if chosen and all(came == NOTICED for _, came, _ in found) else 1


def summary(found: list[tuple[Mutant, str, str]], seconds: float) -> None:
    """Print what is not noticed with the tests that should, then how many are."""
    for mutant, came, why in found:
        if came != NOTICED:
            print(f"{came}: {mutant.what} ({mutant.file}); tests run: {' '.join(mutant.tests)}. {why}")
    counts = Counter(came for _, came, _ in found)
    parts = [f"{counts[name]} {name.lower()}" for name in (NOTICED, SURVIVED, UNCLEAR)]
    print(f"{len(found)} mistakes in {seconds / 60:.0f} min: {', '.join(parts)}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
