"""Which nodes are asked to be born again, and when: once each, and not all in the same second."""

from __future__ import annotations

from dataclasses import dataclass

AT_ONCE, A_SECOND = 5, 5.0  # requests: so many in one go, and so many a second after that
AGAIN_S, MOST_S = 60.0, 600.0
TRIES = 6  # of a node that never answers; it is asked again when something new comes of it


@dataclass(slots=True)
class _Asking:
    due_s: float
    tries: int = 0
    wait_s: float = AGAIN_S


class Rebirths:
    """Requests that are due, debounced by node and limited for all of them together."""

    def __init__(self) -> None:
        self._asking: dict[str, _Asking] = {}
        self._left, self._since_s = float(AT_ONCE), 0.0

    def want(self, node: str, due_s: float) -> None:
        """Ask a node at an instant, unless it is being asked already.

        >>> rebirths = Rebirths()
        >>> rebirths.want("plant/a", 1.0)
        >>> rebirths.want("plant/a", 0.0)
        >>> rebirths.due(0.5), rebirths.due(1.0), rebirths.due(1.1)
        ([], ['plant/a'], [])
        """
        known = self._asking.get(node)
        if known is None:
            self._asking[node] = _Asking(due_s)
        elif known.tries >= TRIES:
            known.due_s, known.tries = max(known.due_s, due_s), TRIES - 1

    def settle(self, node: str) -> None:
        """A node was born, or has gone: there is nothing to ask."""
        self._asking.pop(node, None)

    def due(self, now_s: float) -> list[str]:
        """Return the nodes to ask now; each counts as asked."""
        self._left = min(AT_ONCE, self._left + (now_s - self._since_s) * A_SECOND)
        self._since_s = now_s
        waiting = sorted(
            (one.due_s, node)
            for node, one in self._asking.items()
            if one.due_s <= now_s and one.tries < TRIES
        )
        asked = [node for _, node in waiting[: int(self._left)]]
        self._left -= len(asked)
        for node in asked:
            one = self._asking[node]
            one.tries += 1
            one.due_s = now_s + one.wait_s
            one.wait_s = min(2 * one.wait_s, MOST_S)
        return asked
