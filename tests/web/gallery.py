"""Every chart in every state on one page, for eyes: `python -m tests.web.gallery [folder]`.

Writes `gallery.html` and photographs it light and dark, on a tablet, a wall screen and a phone.
All figures are made up.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.web.charts.samples import EXHIBITS

from plantstack.interfaces.web.charts.svg import tag, words

WEB = Path(__file__).parents[2] / "src/plantstack/interfaces/web"
SIZES = ((1280, 800), (1920, 1080), (390, 844))
_OWN = """
main { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); }
.card { overflow: hidden; } .card h2 { margin-bottom: .5rem; } .broad { grid-column: 1 / -1; }
.flow { display: flex; flex-wrap: wrap; gap: .75rem; }
"""


def page(theme: str) -> str:
    """The gallery as one file without any other."""
    sheets = [WEB / "static/tokens.css", WEB / "static/base.css", WEB / "charts/charts.css"]
    style = "\n".join([*(sheet.read_text() for sheet in sheets), _OWN])
    cards = [
        tag("section", tag("h2", words(one.name)), one.drawn, class_="card broad" if one.is_broad else "card")
        for one in EXHIBITS
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{style}</style>'
    body = tag("main", tag("h1", words("Charts"), class_="broad"), *cards)
    start = f'<!doctype html><html lang="en" data-theme="{theme}"><head><title>Charts</title>{head}</head>'
    return f"{start}<body>{body}</body></html>"


def photographs(browser: Browser, folder: Path) -> Iterator[Path]:
    """One picture a theme and size, of the whole page."""
    for theme in ("light", "dark"):
        file = folder / f"gallery-{theme}.html"
        file.write_text(page(theme), encoding="utf-8")
        for width, height in SIZES:
            view = browser.new_page(viewport={"width": width, "height": height})
            view.goto(file.as_uri())
            picture = folder / f"gallery-{theme}-{width}.png"
            view.screenshot(path=picture, full_page=True)
            view.close()
            yield picture


def main() -> None:
    """Make the pictures and say where they are."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("PLANTSTACK_CHROMIUM", "/usr/bin/chromium")
        )
        for picture in photographs(browser, folder):
            print(picture)
        browser.close()


if __name__ == "__main__":
    main()
