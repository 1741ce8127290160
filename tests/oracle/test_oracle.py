"""Scenarios every plant knows, worked out by hand from the books."""

from __future__ import annotations

from decimal import Decimal

from tests.oracle import derive
from tests.oracle.build import HOURS, MINUTE, Shifts, clock, ev, plant, states
from tests.oracle.reading import flagged, ideal, lasting, ledger, minutes, one, pieces, spans, us

ORDER_A = {"order_id": "A", "product": "P"}
ORDER_B = {"order_id": "B", "product": "Q"}


def test_balanced_day_of_the_kpi_reference() -> None:
    calendar = Shifts(shifts=[("day", "08:00", "24:00")], breaks=[("12:00", "13:00")])
    events = states(
        "m1",
        "00:00 off, 08:00 idle, 08:40 starved, 08:55 setup, 10:05 producing, 12:00 stopped, 13:00 producing,"
        "14:00 blocked, 14:20 producing, 15:00 fault, 15:55 producing, 17:00 stopped, 17:25 producing,"
        "1/00:00 off",
    )
    for n in range(20):
        start = clock("18:00") + n * 3 * MINUTE
        events += [ev("state", "m1", start, state="stopped")]
        events += [ev("state", "m1", start + MINUTE * 3 // 2, state="producing")]
    events += [ev("order", "m1", "08:55", phase="start", **ORDER_A)]
    events += [ev("count", "m1", "23:00", total=1170, good=1120, scrap=30, rework=20)]
    books = derive(events, plant(calendar=calendar, orders=True, standards=[("m1", "P", 30)]))
    assert minutes(books) == {
        "not_scheduled": 480,
        "planned_down": 60,
        "no_order": 40,
        "waiting": 35,
        "setup": 70,
        "breakdown": 55,
        "other_stop": 25,
        "micro_stop": 30,
        "run": 645,
    }
    assert minutes(books, order_id="A")["waiting"] == 20
    assert ideal(books, "total") == 585 * 60
    assert ideal(books, "good") == 560 * 60
    classes = [row["class"] for row in spans(books, "stop")]
    assert {name: classes.count(name) for name in set(classes)} == {
        "waiting": 2,
        "breakdown": 1,
        "other_stop": 1,
        "micro_stop": 20,
    }


def test_jam_reset_start_is_one_stop_and_no_setup() -> None:
    events = [
        *states("m1", "06:00 producing, 08:00 fault"),
        ev("state", "m1", "08:03", state="stopped", body='{"native":"Resetting"}'),
        ev("state", "m1", "08:04", state="stopped", body='{"native":"Starting"}'),
        *states("m1", "08:05 producing, 09:00 producing"),
        ev("order", "m1", "06:00", phase="start", **ORDER_A),
    ]
    books = derive(events, plant(orders=True))
    assert minutes(books) == {"run": 175, "breakdown": 3, "other_stop": 2}
    stop = one(books, "stop")
    assert (lasting(stop), stop["own_us"], stop["class"]) == ("08:00-08:05", us("00:05"), "breakdown")
    assert spans(books, "changeover") == []


def test_filler_jams_during_a_break_is_one_failure_with_hidden_seconds() -> None:
    calendar = Shifts(breaks=[("10:00", "10:20")])
    events = states("m1", "06:00 producing, 10:05 fault, 10:40 producing, 11:00 producing")
    books = derive(events, plant(calendar=calendar))
    assert ledger(books) == [
        "06:00-10:05 run",
        "10:05-10:20 planned_down",
        "10:20-10:40 breakdown",
        "10:40-11:00 run",
    ]
    assert lasting(one(books, "stop")) == "10:20-10:40"
    failure = one(books, "failure")
    assert lasting(failure) == "10:05-10:40"
    assert [failure[name] for name in ("wall_us", "scheduled_us", "hidden_us")] == [
        us("00:35"),
        us("00:20"),
        us("00:15"),
    ]


def test_failure_friday_evening_repaired_monday_morning() -> None:
    calendar = Shifts(working_days=[0, 1, 2, 3, 4, 7])
    events = [
        *states("m1", "4/21:00 producing, 4/21:50 fault, 7/07:00 producing, 7/08:00 producing"),
        ev("reason", "m1", "4/21:52", role="symptom", reason="jam"),
    ]
    books = derive(events, plant(calendar=calendar, reasons={"jam": ("breakdown",)}))
    assert ledger(books, "reason") == [
        "4/21:00-4/21:50 run",
        "4/21:50-4/22:00 breakdown jam",
        "4/22:00-7/06:00 not_scheduled",
        "7/06:00-7/07:00 breakdown jam",
        "7/07:00-7/08:00 run",
    ]
    stop, failure = one(books, "stop"), one(books, "failure")
    assert (lasting(stop), stop["own_us"], stop["reason"]) == ("4/21:50-7/07:00", us("01:10"), "jam")
    assert (stop["day"], stop["hour_from"]) == ("2026-03-09", clock("7/06:00"))
    assert failure["wall_us"] == us("2/09:10")
    assert failure["scheduled_us"] == us("01:10")
    assert failure["hidden_us"] == us("2/08:00")
    # cut at each production day: the evening, the weekend and the early morning
    assert flagged(books, "overtime_fault") == [
        "4/22:00-5/00:00 not_scheduled",
        "5/00:00-6/00:00 not_scheduled",
        "6/00:00-7/00:00 not_scheduled",
        "7/00:00-7/06:00 not_scheduled",
    ]


def test_cleaning_beyond_its_allowance() -> None:
    events = [
        *states("m1", "06:00 producing, 09:00 stopped, 09:25 producing, 10:00 producing"),
        ev("reason", "m1", "09:10", role="symptom", reason="clean", source="tablet-1"),
    ]
    books = derive(events, plant(reasons={"clean": ("planned_down", 15)}))
    assert ledger(books, "reason")[1:3] == [
        "09:00-09:15 planned_down clean",
        "09:15-09:25 planned_overrun clean",
    ]
    stop = one(books, "stop")
    assert (lasting(stop), stop["class"], stop["reason"]) == ("09:15-09:25", "planned_overrun", "clean")
    assert flagged(books, "moved_by_hand") == ["09:00-09:15 planned_down"]


NIGHT = Shifts(shifts=[("late", "18:00", "24:00"), ("night", "00:00", "06:00")])


def test_stop_across_midnight() -> None:
    events = states("m1", "22:00 producing, 23:58 fault, 1/00:01 producing, 1/01:00 producing")
    books = derive(events, plant(calendar=NIGHT))
    assert ledger(books, "day", "shift") == [
        "22:00-23:58 run 2026-03-02 late",
        "23:58-1/00:00 breakdown 2026-03-02 late",
        "1/00:00-1/00:01 breakdown 2026-03-03 night",
        "1/00:01-1/01:00 run 2026-03-03 night",
    ]
    stop = one(books, "stop")
    assert (stop["own_us"], stop["day"], stop["shift"]) == (us("00:03"), "2026-03-03", "night")


def test_short_stop_across_midnight_is_micro_on_both_pages() -> None:
    events = states("m1", "22:00 producing, 23:59:10 fault, 1/00:00:50 producing, 1/01:00 producing")
    books = derive(events, plant(calendar=NIGHT))
    assert ledger(books, "shift")[1:3] == [
        "23:59:10-1/00:00 micro_stop late",
        "1/00:00-1/00:00:50 micro_stop night",
    ]


def test_hourly_sheet_stamped_at_seven_counts_before_seven() -> None:
    events = [
        *states("m1", "06:00 producing, 08:00 producing"),
        ev("count", "m1", "07:00", from_at="06:00", total=60, good=58),
    ]
    books = derive(events, plant())
    assert pieces(books, "total", "hour_from", "flags") == {("06:00", frozenset({"from"})): 60}
    assert pieces(books, "good", "hour_from") == {"06:00": 58}


def test_counter_delta_over_a_gap_of_two_hours() -> None:
    events = [
        *states("m1", "08:00 producing, 09:00 unknown, 09:30 stopped, 10:00 producing"),
        ev("count", "m1", "10:00", from_at="08:00", total=100, good=97),
    ]
    books = derive(events, plant())
    # 60 of 90 minutes run, 30 unknown: good 64.67 -> 65 and 32; the unclassified 3 -> 2 and 1
    assert pieces(books, "total", "hour_from", "account") == {("08:00", "run"): 67, ("09:00", "unknown"): 33}
    assert pieces(books, "good", "hour_from") == {"08:00": 65, "09:00": 32}
    assert {("over_gap" in flags): qty for flags, qty in pieces(books, "total", "flags").items()} == {
        False: 67,
        True: 33,
    }


def test_lane_one_of_four_off() -> None:
    lanes = [{"lane_equipment": f"m1:{n}", "equipment": "m1", "lane": n} for n in range(1, 5)]
    events = [
        *states("m1", "06:00 producing, 09:00 stopped, 09:30 producing, 10:00 producing"),
        *states("m1:1", "08:30 stopped, 09:45 producing"),
    ]
    books = derive(events, plant(machine={"lanes": 4}, lane=lanes))
    at_eight, at_nine = (clock(at) for at in ("08:00", "09:00"))
    place = ("m1", "2026-03-02", "day", "", "", "", False)
    assert books.lanes == {(at_eight, *place): us("00:30"), (at_nine, *place): us("00:15")}
    assert minutes(books) == {"run": 210, "other_stop": 30}


def test_day_of_25_hours() -> None:
    two, one_hour = 2 * HOURS, HOURS
    back = clock("2/01:00")
    calendar = Shifts(shifts=[("all", "00:00", "24:00")], offsets=[(-(10**17), two), (back, one_hour)])
    events = states("m1", "1/22:00 producing, 2/23:00 producing")
    books = derive(events, plant(calendar=calendar))
    hours = sorted(key[0] for key in books.time)
    assert set(books.time.values()) == {HOURS}
    assert hours == [clock("1/22:00") + n * HOURS for n in range(25)]
    assert {key[2] for key in books.time} == {"2026-03-04"}


def test_half_hour_change_starts_an_hour_cell_of_half_an_hour() -> None:
    back = clock("1/15:00")
    offsets = [(-(10**17), 11 * HOURS), (back, 21 * HOURS // 2)]
    books = derive(
        states("m1", "1/14:00 producing, 1/16:30 producing"), plant(calendar=Shifts(offsets=offsets))
    )
    cells = sorted((key[0] - back, length) for key, length in books.time.items())
    assert cells == [(-HOURS, HOURS), (0, HOURS // 2), (HOURS // 2, HOURS)]


def test_heartbeat_that_never_came() -> None:
    events = [
        *states("m1", "06:00 producing, 10:00 stopped"),
        ev("alive", "m1", "08:00", from_at="06:00", until_at="08:00"),
        ev("alive", "m1", "11:00", from_at="10:00", until_at="11:00"),
    ]
    books = derive(events, plant(machine={"silence_us": HOURS}))
    assert ledger(books) == ["06:00-08:00 run", "08:00-10:00 unknown", "10:00-11:00 other_stop"]


def test_setup_across_the_border_of_days() -> None:
    changeover = {"equipment": "m1", "from_class": "*", "to_class": "*", "standard_us": us("00:30")}
    events = [
        *states("m1", "22:00 producing, 23:40 stopped, 1/00:10 producing, 1/01:00 producing"),
        ev("order", "m1", "22:00", phase="start", **ORDER_A),
        ev("order", "m1", "23:40", phase="start", **ORDER_B),
        ev("count", "m1", "1/00:20", good=1),
    ]
    books = derive(events, plant(calendar=NIGHT, orders=True, changeover=[changeover]))
    assert ledger(books, "shift") == [
        "22:00-23:40 run late",
        "23:40-1/00:00 setup late",
        "1/00:00-1/00:20 setup night",
        "1/00:20-1/01:00 run night",
    ]
    row = one(books, "changeover")
    assert (lasting(row), row["own_us"], row["std_us"]) == ("23:40-1/00:20", us("00:40"), us("00:30"))
    assert (row["product_from"], row["product_to"], row["day"]) == ("P", "Q", "2026-03-03")
    assert pieces(books, "good", "order_id") == {"B": Decimal(1)}
