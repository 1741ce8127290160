"""A call for help reaches somebody, or says that it did not; what was told is known after a restart."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from tests.live.inside import Inside, inside
from tests.live.mailbox import Mailbox, Program, program, relay
from tests.live.shift import clock
from tests.live.shift import plant as shift_plant
from tests.live.test_mtconnect_hostile import certificate

from plantstack.errors import ConfigError, Problem
from plantstack.intervals import MINUTE, SECOND, rfc3339
from plantstack.live.calling.calling import WAITS, Calling
from plantstack.live.calling.pages import Pages
from plantstack.live.calling.wording import WORDINGS
from plantstack.plant.load import load_plant
from plantstack.stack.files.call_plan import (
    LANGUAGES,
    WHOM,
    CallPlan,
    Mail,
    Rule,
    Target,
    Webhook,
    check_call_plan,
    read_call_plan,
)
from plantstack.stack.floor.calls import OpenCall, fold, open_calls
from plantstack.testing.faults import Server

NOW = 1_772_474_400_000_000
LEAD = Target("mail", "lead@plant.example", "shift lead")
CRAFT = Target("mail", "craft@plant.example", "maintenance")


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        yield found


def told(plant: Inside, phase: str, id_: str, call: str = "", **more: Any) -> None:
    at = rfc3339(plant.turned.wall)
    entry = {
        "entry": "call",
        "id": id_,
        "tapped_at": at,
        "equipment": "filler",
        "phase": phase,
        "call": call,
        **more,
    }
    plant.running.start() if not plant.running.keeper.is_alive else None
    answer = plant.request("POST", "/api/v1/entries", json={"device": "tablet.p3", "entries": [entry]})
    assert answer.json()["rows"][0]["status"] == "accepted", answer.text
    plant.fresh()


def look(plant: Inside, calling: Calling) -> OpenCall:
    """Let whoever is due be told; return the call as pages see it then."""

    async def looked() -> None:
        await calling.look()
        await calling.settle()

    asyncio.run(looked())
    plant.fresh()
    (call,) = plant.running.ask(lambda stack: open_calls(stack))
    return call


def plan(box: Mailbox | None = None, **more: Any) -> CallPlan:
    found = Mail("127.0.0.1", box.port, "none", "plantstack@plant.example") if box else None
    return CallPlan(found, **{"rules": (Rule((), (), (CRAFT,), 10 * MINUTE, (LEAD,)),)} | more)


def test_a_call_is_mailed_at_once_and_the_caller_reads_who_was_told(plant: Inside) -> None:
    with relay(Mailbox()) as box:
        calling = Calling(plant.running, plan(box, address="https://kpi.plant.example/"))
        told(plant, "asked", "call-0001", note="smoke at the infeed")
        call = look(plant, calling)
        assert (call.state, call.told_roles) == ("delivered", ("maintenance",))
        look(plant, calling)
    (message,) = box.messages
    assert (message["To"], message["Subject"]) == (
        "craft@plant.example",
        "Help wanted at Filler: maintenance",
    )
    text = str(message.get_payload())
    assert "smoke at the infeed" in text and "https://kpi.plant.example/maint" in text and "12:00" in text


def test_nobody_comes_and_the_next_is_told_once(plant: Inside) -> None:
    with relay(Mailbox()) as box:
        calling = Calling(plant.running, plan(box))
        told(plant, "asked", "call-0002")
        look(plant, calling)
        plant.turned.pass_by(9 * MINUTE)
        assert look(plant, calling).told_roles == ("maintenance",)
        plant.turned.pass_by(2 * MINUTE)
        call = look(plant, calling)
        assert call.told_roles == ("maintenance", "shift lead") and call.minutes_open(plant.turned.wall) == 11
        plant.turned.pass_by(20 * MINUTE)
        look(plant, calling)
    assert [message["To"] for message in box.messages] == ["craft@plant.example", "lead@plant.example"]
    assert "Nobody has taken it for 11 min" in str(box.messages[1].get_payload())


@pytest.mark.parametrize(
    ("language", "subject", "when", "late"),
    [
        ("de", "Hilfe gerufen an Filler: Instandhaltung", "Gerufen um 02.03. 12:00 CST.", "Seit 11 min hat"),
        (
            "es",
            "Se pide ayuda en Filler: mantenimiento",
            "Pedida a las 02/03 12:00 CST.",
            "desde hace 11 min",
        ),
    ],
)
def test_messages_are_in_the_language_of_the_plan(
    plant: Inside, language: str, subject: str, when: str, late: str
) -> None:
    with relay(Mailbox()) as box:
        calling = Calling(plant.running, plan(box, language=language))
        told(plant, "asked", "call-0009")
        look(plant, calling)
        plant.turned.pass_by(11 * MINUTE)
        look(plant, calling)
    first, second = box.messages
    assert first["Subject"] == subject
    assert when in str(first.get_payload()) and late in str(second.get_payload())


def test_every_language_of_the_plan_has_its_words() -> None:
    assert set(WORDINGS) == set(LANGUAGES)
    assert all(set(words.whom) in (set(), set(WHOM)) for words in WORDINGS.values())


def test_a_call_that_was_taken_goes_no_further(plant: Inside) -> None:
    with relay(Mailbox()) as box:
        calling = Calling(plant.running, plan(box))
        told(plant, "asked", "call-0003")
        look(plant, calling)
        plant.turned.pass_by(MINUTE)
        told(plant, "taken", "call-0004", "call-0003")
        plant.turned.pass_by(30 * MINUTE)
        call = look(plant, calling)
    assert (call.state, call.taken_by, len(box.messages)) == ("taken", "tablet.p3", 1)


def test_a_restart_tells_nobody_twice(plant: Inside) -> None:
    with relay(Mailbox()) as box:
        told(plant, "asked", "call-0005")
        look(plant, Calling(plant.running, plan(box)))
        plant.turned.pass_by(WAITS[-1])
        call = look(plant, Calling(plant.running, plan(box)))  # knows only what is in the log
    assert (call.state, len(box.messages)) == ("delivered", 1)


def test_where_nobody_can_be_told_it_is_said_at_once_and_a_page_that_opens_is_told(plant: Inside) -> None:
    calling = Calling(plant.running, CallPlan())
    told(plant, "asked", "call-0006")
    call = look(plant, calling)
    assert (call.state, call.told[0].way, call.told[0].status) == ("not_delivered", "nobody", "failed")
    assert "no page" in call.told[0].why
    with calling.pages.open("/maint/line-10", "", "line-10"):
        assert look(plant, calling).state == "not_delivered"  # it does not show this line
    with calling.pages.open("/maint/packing", "", "packing"):
        call = look(plant, calling)
        assert (call.state, call.told_roles) == ("delivered", ("maintenance",))
        assert len(look(plant, calling).told) == 2


def test_the_page_of_the_caller_never_says_delivered_of_what_was_only_tried(plant: Inside) -> None:
    def page() -> str:
        return plant.request("GET", "/op/filler").text

    with relay(Mailbox(refusals=["550 no such user"])) as box:
        calling = Calling(plant.running, plan(box))
        told(plant, "asked", "call-0040")
        assert "is being told" in page()
        look(plant, calling)
        assert "nobody could be told yet" in page()
        with calling.pages.open("/board/packing", "supervisor", "packing"):
            look(plant, calling)
        assert "delivered, nobody has taken it yet" in page()


def test_a_relay_that_refuses_is_tried_again_and_given_up_and_each_attempt_is_seen(plant: Inside) -> None:
    with relay(Mailbox(refusals=["451 later"] * 9)) as box:
        calling = Calling(plant.running, plan(box))
        told(plant, "asked", "call-0007")
        call = look(plant, calling)
        assert (call.state, call.told[0].status) == ("not_delivered", "failed")
        assert "451" in call.told[0].why and "craft" not in call.told[0].why
        assert len(look(plant, calling).told) == 1  # not before it is time
        for wait in WAITS:
            plant.turned.pass_by(wait + SECOND)
            call = look(plant, calling)
    ours = [one.status for one in call.told if one.role == "maintenance"]
    assert ours == ["failed"] * len(WAITS) + ["gave_up"]


def test_an_address_that_is_not_known_is_given_up_at_once(plant: Inside) -> None:
    with relay(Mailbox(refusals=["550 no such user"])) as box:
        told(plant, "asked", "call-0008")
        call = look(plant, Calling(plant.running, plan(box)))
    assert (call.state, call.told[0].status) == ("not_delivered", "gave_up")
    assert box.messages == []


def test_a_relay_that_is_not_there_is_said_and_comes_back(plant: Inside) -> None:
    with relay(Mailbox()) as box:
        pass
    told(plant, "asked", "call-0009")
    calling = Calling(plant.running, plan(box))
    call = look(plant, calling)
    assert (call.state, call.told[0].why) == ("not_delivered", "the relay does not answer")


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_password_only_goes_over_a_connection_that_is_trusted(
    plant: Inside, tmp_path: Path, is_trusted: bool
) -> None:
    pem, other = certificate(tmp_path, "mine"), certificate(tmp_path, "other")
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    with relay(Mailbox(password="open sesame"), pem) as box:
        trusted = pem if is_trusted else other
        mail = Mail("127.0.0.1", box.port, "starttls", "p@plant.example", "plantstack", secret, trusted)
        told(plant, "asked", "call-0010")
        call = look(plant, Calling(plant.running, CallPlan(mail, rules=(Rule((), (), (CRAFT,)),))))
    if is_trusted:
        assert (call.state, box.was_secured) == ("delivered", [True])
    else:
        assert (call.state, call.told[0].status) == ("not_delivered", "gave_up")
        assert "AUTH" not in box.commands and "not trusted" in call.told[0].why


def test_a_program_gets_a_signed_body_once_it_answers(plant: Inside, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k\n")
    with program(Program(statuses=[503, 204])) as found:
        hook = Webhook("chat", found.url, key)
        rule = Rule(("quality",), ("packing",), (Target("webhook", "chat", "lab"),))
        calling = Calling(plant.running, CallPlan(webhooks=(hook,), rules=(rule,)))
        told(plant, "asked", "call-0011", **{"for": "quality"})
        assert look(plant, calling).state == "not_delivered"
        plant.turned.pass_by(WAITS[0] + SECOND)
        assert look(plant, calling).told_roles == ("lab",)
    (one, again) = found.requests
    headers, body = again
    signed = hmac.new(b"k", headers["x-plantstack-time"].encode() + b"." + body, sha256).hexdigest()
    assert headers["x-plantstack-signature"] == f"sha256={signed}"
    assert headers["x-plantstack-delivery"] == one[0]["x-plantstack-delivery"]
    said = json.loads(body)
    assert (said["for"], said["equipment"], said["label"]) == ("quality", "filler", "Filler")
    assert said["path"].endswith("/line-1/filler")


def test_a_program_that_leads_elsewhere_is_not_followed(plant: Inside) -> None:
    with program(Program(statuses=[307])) as found:
        rule = Rule((), (), (Target("webhook", "chat", "lab"),))
        told(plant, "asked", "call-0012")
        hooks = (Webhook("chat", found.url),)
        call = look(plant, Calling(plant.running, CallPlan(webhooks=hooks, rules=(rule,))))
    assert (len(found.requests), call.told[0].status) == (1, "gave_up")


def test_what_was_asked_long_ago_is_history(plant: Inside) -> None:
    with relay(Mailbox()) as box:
        told(plant, "asked", "call-0013")
        plant.turned.pass_by(180 * MINUTE)
        calling = Calling(plant.running, plan(box))
        call = look(plant, calling)
    assert (call.told, box.messages) == ((), [])


def test_the_calls_of_a_scope_are_told_over_http(plant: Inside) -> None:
    told(plant, "asked", "call-0014")
    plant.turned.pass_by(3 * MINUTE)
    told(plant, "taken", "call-0015", "call-0014")
    plant.turned.pass_by(4 * MINUTE)
    told(plant, "arrived", "call-0016", "call-0014")
    (row,) = plant.get("calls", scope="line-1")
    assert (row["call"], row["state"], row["minutes_open"]) == ("call-0014", "arrived", 7)
    assert (row["asked_at"], row["arrived_at"]) == (rfc3339(NOW), rfc3339(NOW + 7 * MINUTE))
    assert (row["asked_by"], row["taken_by"], row["fixed_at"]) == ("tablet p3", "tablet p3", None)
    assert plant.get("calls", scope="line-10") == []
    told(plant, "fixed", "call-0017", "call-0014")
    assert plant.get("calls")[0]["state"] == "fixed"
    told(plant, "accepted", "call-0018", "call-0014")
    assert plant.get("calls") == []


def step(phase: str, at: int, call: str = "c") -> tuple[Any, ...]:
    return "filler", at, phase, at, "tablet.p3", f"{phase}{at}", "", json.dumps({"call": call})


def test_a_call_that_is_worked_on_again_is_open_again_and_one_asked_anew_is_another() -> None:
    words = [step("asked", 1), step("fixed", 2), step("arrived", 3)]
    (again,) = fold(words)
    assert (again.fixed_at, again.phase, again.is_ended) == (None, "arrived", False)
    two = fold([*words[:2], step("accepted", 3), step("asked", 4)])
    assert [(one.asked_at, one.is_ended) for one in two] == [(1, True), (4, False)]
    (late,) = fold([step("asked", 1), step("arrived", 2), step("taken", 3)])
    assert (late.phase, late.taken_at, late.arrived_at) == ("arrived", 3, 2)
    assert fold([step("taken", 1)]) == []


def test_pages_are_counted_as_long_as_they_are_followed(plant: Inside) -> None:
    pages = Pages()
    with pages.open("/board/line-1", "supervisor", "line-1"), pages.open("/station/a", "operator", ""):
        assert pages.near(plant.running.plant, "filler", NOW) == ["supervisor"]
        assert pages.near(plant.running.plant, "labeller", NOW) == []
    assert pages.near(plant.running.plant, "filler", NOW) == []


def test_a_page_that_shows_no_calls_tells_nobody_of_one(plant: Inside) -> None:
    pages = Pages()
    with pages.open("/me", "supervisor", ""), pages.open("/andon/packing?x=1", "maintenance", "packing"):
        assert pages.near(plant.running.plant, "filler", NOW) == []
    with pages.open("/board/packing?x=1", "supervisor", "packing"), pages.open("/maint?x=1", "", ""):
        assert pages.near(plant.running.plant, "filler", NOW) == ["maintenance", "supervisor"]


def test_a_server_tells_of_a_call_by_itself_and_after_a_restart_not_again(tmp_path: Path) -> None:
    project = shift_plant(tmp_path / "served")
    (project / "calls").mkdir()
    with program(Program()) as found:
        text = f"schema: 1\nwebhooks: {{chat: {{url: '{found.url}'}}}}\ncalls:\n"
        text += "  - tell: [{webhook: chat, role: maintenance}]\n"
        (project / "calls" / "calls.yaml").write_text(text, "utf-8")
        with Server.started(project) as server:
            at = rfc3339(clock())
            entry = {
                "entry": "call",
                "id": "call-0030",
                "tapped_at": at,
                "equipment": "filler",
                "phase": "asked",
            }
            sent = server.ask("/api/v1/entries", json.dumps({"entries": [entry]}).encode())
            assert sent.said["accepted"] == 1
            assert delivered(server)
            assert server.stop() == 0
            server.start()
            assert delivered(server)
            assert server.stop() == 0
            assert server.complaints() == ""
    assert len(found.requests) == 1


def test_a_page_that_is_followed_is_told_and_a_station_of_several_machines_is_followed_too(
    tmp_path: Path,
) -> None:
    with Server.started(shift_plant(tmp_path / "served")) as server:
        for address, state in (("/op/filler%2Bcapper", "not_delivered"), ("/maint/packing", "delivered")):
            with httpx.stream("GET", f"{server.address}/live", params={"page": unquote(address)}) as followed:
                assert followed.status_code == 200
                lines = followed.iter_lines()  # as long as somebody reads them it is followed
                assert next(lines) == "event: hello"
                entry = {"entry": "call", "id": f"call-{state}", "tapped_at": rfc3339(clock())}
                entry |= {"equipment": "filler", "phase": "asked"}
                sent = server.ask("/api/v1/entries", json.dumps({"entries": [entry]}).encode())
                assert sent.said["accepted"] == 1
                assert came_to(server, entry["id"], state)
        assert server.stop() == 0


def came_to(server: Server, call: str, state: str) -> bool:
    """Wait until a call has come so far."""
    for _ in range(300):
        rows = server.ask("/api/v1/calls").said["rows"]
        if any(row["call"] == call and row["state"] == state for row in rows):
            return True
        time.sleep(0.1)
    return False


def delivered(server: Server) -> bool:
    """Wait until the call reads as delivered."""
    for _ in range(300):
        (row,) = server.ask("/api/v1/calls").said["rows"]
        if row["state"] == "delivered":
            return True
        time.sleep(0.1)
    return False


PLAN = """
schema: 1
mail:
  host: mail.plant.example
  from: plantstack@plant.example
  user: plantstack
  password_file: secrets/mail
webhooks:
  chat: {url: "https://chat.plant.example/hook", key_file: secrets/chat}
calls:
  - for: [maintenance]
    at: [line-1]
    tell:
      - {mail: maintenance@plant.example, role: maintenance}
      - {webhook: chat, role: maintenance}
    then:
      after: 10 min
      tell: [{mail: lead@plant.example, role: shift lead}]
  - tell: [{mail: lead@plant.example, role: shift lead}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shift_plant(tmp_path_factory.mktemp("plans") / "p")


def planned(folder: Path, text: str) -> list[Problem]:
    """What is wrong with a plan."""
    (folder / "calls").mkdir(exist_ok=True)
    (folder / "calls" / "calls.yaml").write_text(text, "utf-8")
    (folder / "secrets").mkdir(exist_ok=True)
    for name in ("mail", "chat"):
        path = folder / "secrets" / name
        path.write_text("s")
        path.chmod(0o600)
    return check_call_plan(folder, load_plant(folder))


def test_a_plan_is_read_and_the_first_rule_that_fits_applies(folder: Path) -> None:
    assert planned(folder, PLAN) == []
    found = read_call_plan(folder, load_plant(folder))
    assert found.mail is not None and (found.mail.port, found.mail.security) == (587, "starttls")
    first = found.rule("maintenance", frozenset(("filler", "line-1")))
    other = found.rule("quality", frozenset(("filler", "line-1")))
    assert first is not None and other is not None
    assert (first.after, [one.way for one in first.tell]) == (10 * MINUTE, ["mail", "webhook"])
    assert other.tell[0].role == "shift lead"


@pytest.mark.parametrize(
    ("wrong", "right", "code"),
    [
        ("mail.plant.example", "mail.plant.example\n  security: none", "calls-plain-password"),
        ("  user: plantstack\n", "", "calls-mail-user"),
        ("https://chat", "ftp://chat", "calls-url"),
        ("https://chat", "https://me:secret@chat", "calls-url"),
        ("{webhook: chat", "{webhook: talk", "calls-no-webhook"),
        ("[line-1]", "[line-7]", "calls-equipment"),
        ("10 min", "10 s", "calls-after"),
        (
            "{mail: lead@plant.example, role: shift lead}]\n  -",
            "{mail: lead, role: l}]\n  -",
            "calls-address",
        ),
        ("secrets/mail", "secrets/none", "file-missing"),
        ("[maintenance]", "[maintenence]", "value-wrong"),
        ("schema: 1", "schema: 1\ncolour: red", "key-unknown"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(folder: Path, wrong: str, right: str, code: str) -> None:
    assert wrong in PLAN
    assert [problem.code for problem in planned(folder, PLAN.replace(wrong, right, 1))] == [code]


def test_a_secret_that_others_can_read_is_refused_and_the_server_does_not_start(plant: Inside) -> None:
    assert planned(plant.running.folder, PLAN) == []
    (plant.running.folder / "secrets" / "mail").chmod(0o644)
    (problem,) = check_call_plan(plant.running.folder, plant.running.plant)
    assert problem.code == "secret-open"
    with pytest.raises(ConfigError):
        Calling(plant.running)
