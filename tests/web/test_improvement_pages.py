"""Portfolio, improvement workspace and what follows from them, as people see them in a real browser."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page
from tests.web.checking import axe_of, faults_of, structure_of
from tests.web.demo import NOW, PATIENCE_S, DemoSite

from plantstack.interfaces.web.formats import duration
from plantstack.intervals import SECOND
from plantstack.stack import Stack
from plantstack.stack.reasons.blaming import blame

Look = Callable[..., Page]
DAYS = {"from": "2026-10-12", "to": "2026-10-15"}
WEEK = "week=2026-W42"
CI = "/ci?from=2026-10-12&to=2026-10-15&compare=none"


def opened(look: Look, path: str, wanted: str, **more: Any) -> Page:
    """A page, when what takes long is there."""
    page = look(path, **more)
    page.wait_for_selector(wanted, timeout=1000 * 4 * PATIENCE_S)
    return page


def check(page: Page) -> None:
    """Nothing overflows, and axe finds nothing serious."""
    assert faults_of(page) == []
    assert structure_of(page) == []
    assert axe_of(page) == []


def sheets(page: Page) -> int:
    """How many sheets of paper it prints."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def number(text: str) -> float:
    """A number as it is read."""
    return float(re.sub(r"[^0-9.−-]", "", text).replace("−", "-"))


def leaves(site: DemoSite, scope: str) -> dict[str, float]:
    rows = site.get("/api/v1/losses", scope=scope, **DAYS).json()["rows"]
    return {row["leaf"]: row["seconds"] for row in rows if row["row"] == "leaf"}


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 800, "light"), (1920, 1080, "dark"), (390, 800, "light")]
)
def test_the_portfolio_looks_right(look: Look, width: int, height: int, scheme: str) -> None:
    check(opened(look, f"/portfolio?{WEEK}", ".pm", role="exec", width=width, height=height, scheme=scheme))


def test_the_portfolio_says_what_the_api_says(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, f"/portfolio?{WEEK}", ".pm", role="exec")
    week = {"from": "2026-10-12", "to": "2026-10-18"}
    rows = demo_site.get("/api/v1/kpis", id="oee", by="site", **week).json()["rows"]
    known = {row["scope"]["site"]: row["value"] for row in rows}
    names = {"leipzig": "Leipzig", "tulsa": "Tulsa", "pune": "Pune"}
    assert page.locator(".pm").count() == len(known)
    for site, value in known.items():
        shown = (
            page.locator(".pm", has=page.get_by_role("heading", name=names[site]))
            .locator(".val b")
            .inner_text()
        )
        assert number(shown) == pytest.approx(value * 100, abs=0.51)


def test_plants_that_are_not_ready_are_not_totalled(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, f"/portfolio?{WEEK}", ".pm", role="exec")
    rows = [row for row in demo_site.get("/api/v1/readiness").json()["rows"] if row["level"] == "site"]
    met = {row["scope"] for row in rows if row["layer"] == 3 and row["status"] == "met"}
    assert page.locator(".pm:not(.nc)").count() == len(met) == 0
    assert page.locator(".pm.nc .why").count() == 3  # each says why, and what to do next
    assert "No plant can be compared yet." in page.locator("h1").inner_text()
    assert page.locator(".msg dd b").count() == 0
    assert page.locator(".pm .pm-line:not(.est)").count() == 0


def test_the_portfolio_is_one_sheet(look: Look) -> None:
    assert sheets(opened(look, f"/portfolio?{WEEK}", ".pm", role="exec")) == 1


def test_the_portfolio_is_not_for_everybody(demo_site: DemoSite) -> None:
    answer = httpx.get(f"{demo_site.url}/portfolio", cookies=demo_site.cookies("operator"))
    assert answer.status_code == 403


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_workspace_looks_right(look: Look, width: int, scheme: str) -> None:
    path = f"{CI}&scope=tulsa&loss=other_stop"
    check(opened(look, path, ".waterfall", role="ci", width=width, height=900, scheme=scheme))


@pytest.mark.parametrize("loss", ["waiting", "other_stop", "setup", "no_order", "speed", "scrap"])
def test_waterfall_pareto_and_stops_agree(look: Look, demo_site: DemoSite, loss: str) -> None:
    page = opened(look, f"{CI}&scope=tulsa&loss={loss}", ".waterfall", role="ci")
    lost = leaves(demo_site, "tulsa")[loss]
    bar = page.locator(".waterfall tr.chosen td.n").first.inner_text()
    assert number(bar) == pytest.approx(-lost / 3600, abs=0.51)
    parts = [number(one) for one in page.locator(".pareto tbody td.n:nth-child(2)").all_inner_texts()]
    assert sum(parts) == pytest.approx(lost / 3600, abs=0.06 * len(parts) + 0.01)
    params, cookies = {**DAYS, "scope": "tulsa", "loss": loss}, demo_site.cookies("ci")
    answer = httpx.get(f"{demo_site.url}/ci.csv", params=params, cookies=cookies, timeout=PATIENCE_S)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    told = page.locator("#stops header p").inner_text()
    assert told.startswith(f"{len(rows)} ")
    if loss not in ("speed", "scrap"):
        assert sum(float(row["seconds"]) for row in rows) == pytest.approx(lost, abs=1e-4)


def test_a_bar_and_a_cause_narrow_what_is_below_and_the_address_says_it(look: Look) -> None:
    page = opened(look, f"{CI}&scope=tulsa", ".waterfall", role="ci")
    page.get_by_role("link", name="Other stops").click()
    page.wait_for_selector(".waterfall .chosen >> text=Other stops")
    name = page.locator(".pareto tbody th a").first.inner_text()
    page.locator(".pareto tbody th a").first.click()
    page.wait_for_selector(".pareto .chosen")
    assert "loss=other_stop" in page.url
    assert "cause=" in page.url
    assert set(page.locator(".stops tbody td:nth-child(4)").all_inner_texts()) == {name}
    again = opened(look, page.url, ".pareto .chosen", role="ci")
    assert again.locator(".stops tbody tr").count() == page.locator(".stops tbody tr").count()


def test_the_form_works_and_an_empty_period_says_so(look: Look) -> None:
    page = opened(look, "/ci?from=2020-01-01&to=2020-01-02&scope=tulsa", ".chart-empty", role="ci")
    assert "Nothing is in the books of these days" in page.content()
    check(page)


def test_the_file_is_for_who_is_signed_in(demo_site: DemoSite) -> None:
    params = {**DAYS, "loss": "waiting"}
    assert httpx.get(f"{demo_site.url}/ci.csv", params=params).status_code == 401
    answer = httpx.get(
        f"{demo_site.url}/ci.csv", params={**DAYS, "loss": "lost"}, cookies=demo_site.cookies("ci")
    )
    assert answer.status_code in (400, 404, 422)


def test_a_week_without_books_says_so(look: Look) -> None:
    page = opened(look, "/portfolio?week=2020-W10", ".pm", role="exec")
    assert page.locator("h1").inner_text() == "Nothing is known of these weeks yet."
    check(page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("path", ["/losses/tul-1", "/losses", "/tieout"])
def test_whose_loss_and_tie_out_look_right(look: Look, path: str, width: int, scheme: str) -> None:
    page = opened(
        look,
        f"{path}?from=2026-10-12&to=2026-10-15",
        "main .card + .card, .checks",
        width=width,
        scheme=scheme,
    )
    check(page)


def test_whose_loss_is_the_seconds_of_the_command(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, "/losses/tul-1?from=2026-10-12&to=2026-10-15", "table", role="supervisor")
    with Stack.open(demo_site.folder) as stack:
        total, *rows = blame(stack.engine(), "tul-1", "constraint", (DAYS["from"], DAYS["to"]), None).rows
    assert sum(row["seconds"] for row in rows) == pytest.approx(total["seconds"])
    assert page.locator("section", has_text="By machine and reason").locator("tbody tr").count() == len(rows)
    assert duration(round(total["seconds"] * SECOND)) in page.locator("main").inner_text()


def test_a_line_that_names_no_machine_of_its_own_says_so(look: Look) -> None:
    page = look("/losses?scope=tulsa", role="ci")
    assert "Stops are laid to the machines of a line. Choose one." in page.locator("main").inner_text()


def test_tie_out_is_what_the_command_says(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, "/tieout?from=2026-10-12&to=2026-10-15", ".checks", role="exec")
    with Stack.open(demo_site.folder) as stack:
        rows = stack.tieout(days=(DAYS["from"], DAYS["to"])).rows
    tied = [row for row in rows if not row["why_none"]]
    assert page.locator(".checks tbody tr").count() == len(tied)
    assert page.locator(".lacks li").count() == len(rows) - len(tied)
    answer = httpx.get(f"{demo_site.url}/tieout", cookies=demo_site.cookies("supervisor"))
    assert answer.status_code == 403  # figures of finance are for those who may see them


def test_days_of_these_tests_are_over() -> None:
    assert datetime.fromtimestamp(NOW / SECOND, UTC).date().isoformat() > DAYS["to"]
