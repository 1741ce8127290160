"""Two tablets at one machine: both answers are kept, one stands, and whoever gave the other reads which."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.web.demo import DemoSite
from tests.web.looking import Looking
from tests.web.test_op import ROLE, of_kind, sent, tap_reason, waits

STOPPED = "tul-1-labeller"


def test_who_answered_first_but_was_heard_last_reads_which_answer_stands(
    looking: Looking, demo_site: DemoSite
) -> None:
    looking.expected.append("ERR_")
    before = demo_site.running.offset
    first = looking.open(f"/op/{STOPPED}", ROLE)
    first.context.set_offline(True)
    lost = tap_reason(first, 1)
    waits(first, "1 entry waiting")
    demo_site.advance(60)  # the later answer stands
    second = looking.open(f"/op/{STOPPED}", ROLE)
    stands = tap_reason(second, 2)
    assert lost != stands
    sent(second)
    first.context.set_offline(False)
    told = first.locator("[data-toast-word]")
    expect(told).to_contain_text(f"Another answer stands: {stands}", timeout=30_000)
    reasons = [row for row in of_kind(demo_site.folder, "reason", before) if row["equipment"] == STOPPED]
    assert len(reasons) == 2 and not any(row["void"] for row in reasons)  # nothing that was said is gone
    assert reasons[0]["at"] == reasons[1]["at"] and reasons[0]["told_at"] > reasons[1]["told_at"]
