"""From the machine to the owner: one event log, one time ledger, five layers of KPIs.

>>> callable(open)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from plantstack.stack import Stack

__version__ = "0.1.0"


def open(folder: str | Path, *, write: bool = False) -> Stack:
    """Open a project; its answers are rows, Arrow tables (`to_arrow`), and from there any data frame.

    Args:
        folder: of the project.
        write: become its one writer.

    Raises:
        ConfigError: with every problem of every plant file.
        LogError: when the log cannot be used, or another process writes it.
    """
    # here, so that `import plantstack` stays as quick as a vocabulary
    from pathlib import Path  # noqa: PLC0415

    from plantstack.stack import Stack  # noqa: PLC0415

    return Stack.open(Path(folder), write=write)
