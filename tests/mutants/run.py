"""Apply each seeded mistake in a copy of the tree and see a test turn red: `python -m tests.mutants.run`.

With a word behind it only the mistakes whose description contains it. Leaves with 1 when one survives.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
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
    "oracle_sql": "tests/ledger/test_sql_is_the_oracle.py",
    "pages": "tests/ledger/test_pages.py",
    "judged": "tests/kpis/test_judged.py",
    "hazard": "tests/kpis/test_hazard.py",
    "fearing": "tests/stack/test_fearing.py",
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


def survives(mutant: Mutant, tree: Path) -> bool:
    """Run the tests that should notice; the tree is as before afterwards."""
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
            timeout=900,
            check=False,
        )
    finally:
        path.write_text(whole, "utf-8")
    if told.returncode not in (0, 1):
        raise RuntimeError(f"{mutant.what}: pytest left with {told.returncode}\n{told.stdout[-2000:]}")
    return told.returncode == 0


def main(only: str = "") -> int:
    """Try every mistake; print one line each and the survivors again at the end."""
    chosen = [mutant for mutant in read_mutants() if only in mutant.what]
    alive = []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in ("src", "tests", "docs"):
            shutil.copytree(ROOT / name, tree / name)
        shutil.copy(ROOT / "pyproject.toml", tree)
        for number, mutant in enumerate(chosen, 1):
            lives = survives(mutant, tree)
            alive += [mutant] if lives else []
            print(
                f"{number:3}/{len(chosen)}  {'SURVIVED' if lives else 'noticed '}  {mutant.what}", flush=True
            )
    for mutant in alive:
        print(f"survived: {mutant.what} ({mutant.file}); tests run: {' '.join(mutant.tests)}")
    print(f"{len(chosen) - len(alive)} of {len(chosen)} noticed")
    return 1 if alive or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
