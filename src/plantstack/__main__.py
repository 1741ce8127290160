"""`python -m plantstack`, and the command of that name; Ctrl-C is one line from the first moment on."""

from __future__ import annotations

import sys
from importlib import import_module

_STOPPED = 130  # as shells know it; what says so else is not loaded yet


def main() -> None:
    """Load the command line, which takes a moment, and run it."""
    try:
        import_module("plantstack.interfaces.cli").main()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(_STOPPED)


if __name__ == "__main__":
    main()
