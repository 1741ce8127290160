"""Which commands stand together in the help, in the order in which people meet them."""

from __future__ import annotations

PANELS = {
    "To begin": ("demo", "init", "check", "load", "rebuild"),
    "Numbers, and what is behind them": (
        *("kpi", "ledger", "explain", "losses", "causes", "readiness", "tieout", "targets", "rates"),
        *("claims", "verdict", "report"),
        *("kpi preview", "kpi eval", "finance new"),
    ),
    "What deserves attention": ("insights", "summary", "priorities", "backtest", "ask", "mcp"),
    "What comes in while it runs": (
        *("serve", "connections", "connections doubts", "connections confirm", "browse", "accept"),
        *("forward", "simulate", "replay-agent"),
        *("token add", "token list", "token revoke", "new connector"),
    ),
    "People": (
        *("people setup", "people add", "people list", "people allow", "people lock", "people unlock"),
        *("people erase", "people password", "people pin", "people pair", "people unpair", "people policy"),
    ),
    "Mappings, and what they could not read": (
        *("map learn", "map test", "map explain", "map thresholds", "map diff", "map adopt"),
        *("learn reasons", "letters list", "letters show", "letters retry", "letters settle"),
    ),
    "Safekeeping": ("doctor", "backup", "restore", "retract"),
}
PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}


def in_order(names: list[str]) -> list[str]:
    """Return names of commands as the help shows them.

    >>> in_order(["backup", "load", "init"])
    ['init', 'load', 'backup']
    """
    places = list(PANEL_OF)
    return sorted(names, key=lambda name: (places.index(name) if name in PANEL_OF else len(places), name))
