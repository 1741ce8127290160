"""Guessing passwords: who guesses waits, and nobody else does; also behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from tests.live.browser import PASSWORD, Browser, application
from tests.live.inside import Inside, inside
from tests.live.test_entrance import a_pin, a_tablet, refused, somebody

from plantstack.errors import ConfigError
from plantstack.events.people import setting_up
from plantstack.events.people.changing import Actor, set_password
from plantstack.events.people.hashing import hashed
from plantstack.interfaces.api.proxies import beyond, read_proxies
from plantstack.intervals import HOUR, MINUTE
from plantstack.live.entrance import Entrance, Refused

NOW = 1_772_474_400_000_000
PROXY = "10.9.9.9"  # everybody of the plant comes from it


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW) as found:
        yield found


@pytest.fixture
def app(plant: Inside) -> FastAPI:
    return application(plant)


@pytest.fixture
def entrance(app: FastAPI) -> Entrance:
    found: Entrance = app.state.entrance
    for name in ("ann", "bob"):
        somebody(found, name)
    return found


def guess(entrance: Entrance, name: str, times: int, address: str = PROXY, browser: str = "") -> list[str]:
    return [refused(entrance.sign_in, name, "wrong wrong", address, browser)[0] for _ in range(times)]


def test_guesses_at_one_account_keep_no_other_of_the_same_address_out(
    plant: Inside, entrance: Entrance
) -> None:
    for _ in range(30):
        guess(entrance, "ann", 1)
        plant.turned.pass_by(2 * MINUTE)  # so patient that the account itself never has to wait
    assert entrance.sign_in("bob", PASSWORD, PROXY).account.name == "bob"


def test_a_browser_that_came_in_before_is_let_in_whatever_others_guess(entrance: Entrance) -> None:
    known = entrance.sign_in("ann", PASSWORD, PROXY).browser
    guess(entrance, "ann", 30)
    for number in range(30):
        guess(entrance, f"n{number}", 1)
    assert refused(entrance.sign_in, "ann", PASSWORD, PROXY)[0] == "people-wait"
    assert entrance.sign_in("ann", PASSWORD, PROXY, known).account.name == "ann"
    assert refused(entrance.sign_in, "bob", PASSWORD, PROXY, known)[0] == "people-wait"  # it is good for ann


def test_a_known_browser_has_to_wait_for_its_own_guesses_only(plant: Inside, entrance: Entrance) -> None:
    known = entrance.sign_in("ann", PASSWORD, PROXY).browser
    codes = guess(entrance, "ann", 8, browser=known)
    assert codes == ["people-sign-in"] * 5 + ["people-wait"] * 3
    assert entrance.sign_in("ann", PASSWORD, "3.3.3.3").account.name == "ann"
    assert refused(entrance.sign_in, "ann", PASSWORD, PROXY, known)[0] == "people-wait"
    plant.turned.pass_by(MINUTE)
    assert entrance.sign_in("ann", PASSWORD, PROXY, known).account.name == "ann"


@pytest.mark.parametrize("forged", ["", "x-", "k3y-0123456789abcdef0123456789abcdef", "a" * 9_000, "."])
def test_no_cookie_of_ones_own_making_is_a_way_around(entrance: Entrance, forged: str) -> None:
    codes = guess(entrance, "ann", 8, browser=forged)
    assert codes == ["people-sign-in"] * 5 + ["people-wait"] * 3


def test_a_new_password_ends_all_known_browsers(entrance: Entrance) -> None:
    known = entrance.sign_in("ann", PASSWORD, PROXY).browser
    kept = hashed("another way home", entrance.hasher)
    actor = Actor(entrance.running.clock())
    entrance.write(lambda connection: set_password(connection, actor, "a-ann", kept))
    guess(entrance, "ann", 8)
    assert refused(entrance.sign_in, "ann", "another way home", PROXY, known)[0] == "people-wait"


def test_a_name_that_exists_is_told_from_one_that_does_not_by_nothing(
    plant: Inside, entrance: Entrance
) -> None:
    def answers(name: str, address: str) -> list[tuple[str, int]]:
        return [refused(entrance.sign_in, name, "wrong wrong", address) for _ in range(8)]

    assert answers("ann", "1.1.1.1") == answers("nobody", "2.2.2.2")
    assert answers("ANN ", "1.1.1.1") == answers("Nobody", "2.2.2.2")
    plant.turned.pass_by(MINUTE)
    assert answers("ann", "3.3.3.3") == answers("nobody", "4.4.4.4")


def test_wrong_passwords_keep_no_tablet_from_being_paired(plant: Inside, entrance: Entrance) -> None:
    for number in range(30):
        guess(entrance, f"n{number}", 1)
    tablet, _ = a_tablet(entrance, "filler")  # pairs from this machine
    assert tablet.id
    code = refused(entrance.sign_in, "bob", "wrong wrong", PROXY)
    assert code[0] == "people-wait"  # many names from one address: that is what its count is for


def test_wrong_codes_of_others_keep_nobody_from_pairing_or_setting_up(
    plant: Inside, entrance: Entrance
) -> None:
    token = "the one that was printed"
    entrance.write(lambda connection: setting_up.offer(connection, token, entrance.running.clock()))
    waits = []
    for number in range(60):
        for tried in (
            lambda n=number: entrance.pair(f"WRONG{n}", "6.6.6.6"),
            lambda n=number: entrance.set_up(f"wrong {n}", "eve", PASSWORD, "6.6.6.6"),
            lambda n=number: entrance.set_up(f"wrong {n}", "eve", PASSWORD, PROXY),  # as does the owner
        ):
            with pytest.raises((ConfigError, Refused)) as caught:
                tried()
            waits.append(caught.value.problems[0].code == "people-wait")
    assert waits.count(False) <= 40  # who tries has to wait
    assert a_tablet(entrance, "filler")[0].id
    assert entrance.set_up(token, "owner", PASSWORD, PROXY).account.role == "admin"


def test_no_password_is_worked_on_for_whoever_has_no_token(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "hash", lambda _secret: pytest.fail("64 MiB for a stranger"))
    with pytest.raises(ConfigError):
        entrance.set_up("no such token", "eve", PASSWORD, "6.6.6.6")


def test_the_cookie_is_set_by_the_page_and_outlives_the_session(app: FastAPI, entrance: Entrance) -> None:
    somebody(entrance, "admin", "admin")
    browser = Browser(app, client=PROXY)
    browser.fill("/sign-in", name="ann", password=PASSWORD)
    known = browser.cookies["plantstack-known"]
    assert "ann" not in known
    guess(entrance, "ann", 12)
    stranger = Browser(app, client=PROXY)
    assert stranger.fill("/sign-in", name="ann", password=PASSWORD).status_code == 429
    again = Browser(app, client=PROXY)
    again.cookies["plantstack-known"] = known
    assert again.fill("/sign-in", name="ann", password=PASSWORD).status_code == 303


# At a tablet.


def test_guessing_at_one_tablet_is_slowed_for_all_numbers(entrance: Entrance) -> None:
    tablet, _ = a_tablet(entrance, "filler")
    codes = [refused(entrance.sign_on, n, "4831", tablet)[0] for n in range(100, 110)]
    assert codes == ["people-sign-in"] * 5 + ["people-wait"] * 5


def test_slips_of_a_week_do_not_add_up_at_a_tablet_that_is_used_all_the_time(
    plant: Inside, entrance: Entrance
) -> None:
    a_pin(entrance, somebody(entrance, "cid"))
    tablet, _ = a_tablet(entrance, "filler")
    for _ in range(40):  # a slip each shift, and never a day without anybody
        assert refused(entrance.sign_on, 417, "4813", tablet)[0] == "people-sign-in"
        entrance.sign_on(417, "4831", tablet)
        plant.turned.pass_by(4 * HOUR)
        entrance.sign_on(417, "4831", tablet)
        plant.turned.pass_by(4 * HOUR)


def test_whoever_guesses_at_a_tablet_all_day_has_few_guesses(plant: Inside, entrance: Entrance) -> None:
    tablet, _ = a_tablet(entrance, "filler")
    n = 0
    for minute in range(6 * 60):
        code, _ = refused(entrance.sign_on, 100 + minute % 50, "4831", tablet)
        n += code == "people-sign-in"
        plant.turned.pass_by(MINUTE)
    assert n <= 6 * 4 + 15


# Behind a proxy.


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("10.0.0.5", ["192.168.1.7"], "192.168.1.7"),
        ("10.0.0.5", ["6.6.6.6, 192.168.1.7"], "192.168.1.7"),  # the first one was written by whoever asks
        ("10.0.0.5", ["6.6.6.6", "192.168.1.7, 10.0.1.20"], "192.168.1.7"),  # two proxies of ours
        ("10.0.0.5", ["not an address"], "10.0.0.5"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("192.168.1.7", ["6.6.6.6"], "192.168.1.7"),  # no proxy of ours: not believed
        ("::ffff:10.0.0.5", ["2001:db8::7"], "2001:db8::7"),
    ],
)
def test_only_proxies_of_ours_are_believed(peer: str, forwarded: list[str], found: str) -> None:
    assert beyond(peer, forwarded, read_proxies(["10.0.0.5", "10.0.1.0/24"])) == found


def test_without_the_setting_nobody_is_believed(app: FastAPI, entrance: Entrance) -> None:
    somebody(entrance, "admin", "admin")
    heard = {"x-forwarded-for": "192.168.1.7"}
    for proxies, counted in (((), PROXY), (read_proxies([PROXY]), "192.168.1.7")):
        app.state.proxies = proxies
        browser = Browser(app, client=PROXY)
        browser.post("/sign-in", data={"name": "ann", "password": "wrong wrong"}, headers=heard)
        with entrance.reading() as connection:
            told = connection.execute("SELECT subject FROM attempt ORDER BY last_at").fetchall()
        assert (f"address {counted}",) in told


def test_what_is_no_address_is_told_at_the_start() -> None:
    with pytest.raises(ConfigError, match="IPv4 or IPv6"):
        read_proxies(["proxy.plant"])
