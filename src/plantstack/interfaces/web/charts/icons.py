"""Our own icons: lines on 24 × 24, drawn in the colour of the text around them. Never without words."""

from __future__ import annotations

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import tag

ICONS: dict[str, str] = {
    # what happens to a machine
    "stop": "M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2zM9 9h6v6H9z",
    "run": "M7 4.5 19 12 7 19.5z",
    "wait": "M7 3h10M7 21h10M8 3v3.5c0 2.5 4 4 4 5.5s-4 3-4 5.5V21M16 3v3.5c0 2.5-4 4-4 5.5s4 3 4 5.5V21",
    "pause": "M8 5v14M16 5v14",
    # what people do
    "call": "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4M12 2.5V5",
    "scrap": "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
    "order": "M4 8h13M13.5 4l4 4-4 4M20 16H7M10.5 12l-4 4 4 4",
    "note": "M5 3h10l4 4v14H5zM15 3v4h4M8.5 12h7M8.5 16h5",
    "split": "M12 3v18M5 8h4M5 12h4M5 16h4M15 8h4M15 12h4M15 16h4",
    "photo": "M4 7.5h3.5L9 5h6l1.5 2.5H20V19H4zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
    "undo": "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H9",
    "sent": "M4 12.5l5 5L20 6.5",
    "waiting_entry": "M12 3v11M8 10l4 4 4-4M4 17v3h16v-3",
    "refused": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 8.5l7 7M15.5 8.5l-7 7",
    "sign_on": "M10.5 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM4 20c.4-4 3-6 6.5-6 1.5 0 2.7.4 3.7 1.1"
    "M18 14v7M14.5 17.5h7",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 21 21",
    "print": "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "download": "M12 3v12M7.5 10.5 12 15l4.5-4.5M4 20h16",
    "settings": "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4",
    "sound": "M4 10v4h4l5 4V6L8 10zM16.5 9a4.2 4.2 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "next": "M9 5l7 7-7 7",
    "back": "M15 5l-7 7 7 7",
    "close": "M5 5l14 14M19 5 5 19",
    # why it stopped
    "jam": "M3 8h8v8H3zM13 8h8v8h-8zM12 2.5V6.5M12 17.5v4M9 4.5l3 2 3-2M9 19.5l3-2 3 2",
    "film": "M9 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM9 10.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM9 18h12v-5",
    "fault": "M12 3.5 21.5 20h-19zM12 10v4.5M12 17.2v.3",
    "material": "M3 8l8-4.5L19 8v8l-8 4.5L3 16zM3 8l8 4.5L19 8M11 12.5v8",
    "operator": "M12 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 21c.5-4.8 3.3-7 7.5-7s7 2.2 7.5 7",
    "quality": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 21 21M7.8 10.6l2 2 3.5-3.9",
    "setup": "M14.5 4.5a4.5 4.5 0 0 0-1.2 6L4 19.8 6.2 22l9.3-9.3a4.5 4.5 0 0 0 6-5.4L18.7 10l-3-.7-.7-3"
    " 2.7-2.8a4.5 4.5 0 0 0-3.2 1z",
    "changeover": "M4 8h13M13.5 4l4 4-4 4M20 16H7M10.5 12l-4 4 4 4",
    "clean": "M14 3l-3 9M7 12h8l2 8H4.5zM9 16v4M12.7 16l.4 4",
    "energy": "M13 2.5 5 13.5h6l-1 8 8-11h-6z",
    "planned": "M4 5.5h16V20H4zM4 10h16M8 3v4M16 3v4M9 15h6",
    "other": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12v.1M12 12v.1M16 12v.1",
}
"""Name to path. A reason without an icon of its own has "other"."""


def icon(name: str) -> Markup:
    """An icon as an ornament beside its word; a name that is not known gives the generic one."""
    path = ICONS.get(name, ICONS["other"])
    return tag("svg", tag("path", d=path), class_="ic", viewBox="0 0 24 24", aria_hidden="true")
