"""The sentences of drift, each a whole text."""

from __future__ import annotations

from plantstack.insights.saying import N_, Figure, Form, Name, Say, Value

RISES = N_("%(parameter)s of %(machine)s stands %(change)s higher than in good runs, since %(since)s")
SINKS = N_("%(parameter)s of %(machine)s stands %(change)s lower than in good runs, since %(since)s")
RISES_FOR = N_(
    "%(parameter)s of %(machine)s stands %(change)s higher than in good runs of %(product)s, since %(since)s"
)
SINKS_FOR = N_(
    "%(parameter)s of %(machine)s stands %(change)s lower than in good runs of %(product)s, since %(since)s"
)
SLOWER = N_("%(machine)s runs %(change)s of its ideal rate slower than before, since %(since)s")
FASTER = N_("%(machine)s runs %(change)s of its ideal rate faster than before, since %(since)s")

APART = N_(
    "%(parameter)s and %(other)s of %(machine)s no longer go together as in good runs, since %(since)s"
)
APART_FOR = N_(
    "%(parameter)s and %(other)s of %(machine)s no longer go together as in good runs of %(product)s, "
    "since %(since)s"
)
APART_3 = N_(
    "%(parameter)s, %(other)s and %(third)s of %(machine)s no longer go together as in good runs, "
    "since %(since)s"
)
APART_3_FOR = N_(
    "%(parameter)s, %(other)s and %(third)s of %(machine)s no longer go together as in good runs "
    "of %(product)s, since %(since)s"
)
FROM_OTHERS = N_("distance from where the others put it")

BASELINE = N_("%(n)s values from %(from)s until %(until)s, in hours with usual scrap")
BASELINE_APART = N_(
    "%(n)s stretches of five minutes from %(from)s until %(until)s, in hours with usual scrap, "
    "in which they went together (correlation %(r)s)"
)
BASELINE_SPEED = N_("%(n)s hours of running from %(from)s until %(until)s")

PROCESS = N_("The process itself: wear, dirt, a part that ages, a control that no longer holds")
SPEED_PROCESS = N_("The machine itself: wear, dirt, a part that ages; or people run it slower on purpose")
SENSOR = N_("The sensor: %(parameter)s moved, what goes with it did not")
SENSOR_ALONE = N_("The sensor: nothing else is read that goes with %(parameter)s")
STUCK = N_("The sensor: it has told the same value %(n)s times in a row")
CHANGED = N_("Something was changed on purpose: an order began at %(when)s")
SET = N_("Something was changed on purpose: settings were checked at %(when)s")
AROUND = N_("Something around: %(parameter)s of %(n)s other machines moved the same way")
COUPLED = N_("%(other)s moved with it")
LINK = N_("What links them: a valve, a heater, a belt or a control that no longer does what it is told")
ONE_SENSOR = N_("The sensor of %(parameter)s: it tells something else than what goes with it")

TEST_LINK = N_("Change one of them by hand within its limits and see whether the other follows")
TEST_PROCESS = N_("Bring it back to its setting: if it will not hold, it is the machine")
TEST_SENSOR = N_("Measure %(parameter)s with a second instrument")
TEST_CHANGED = N_("Ask who ran the machine then what was changed")
TEST_AROUND = N_("Look at hall, supply and weather before the machine")
TEST_SPEED = N_("Run one order at the ideal rate and watch what gives")

BRING_BACK = N_("Bring %(parameter)s of %(machine)s back to %(to)s and see whether it holds")
CHECK_SENSOR = N_("Check the sensor of %(parameter)s at %(machine)s against a second instrument")
CHECK_LINK = N_(
    "Check %(parameter)s of %(machine)s against a second instrument, then what links it to %(other)s"
)
BRING_UP = N_("Find out why %(machine)s runs slower and bring it back to %(to)s of its ideal rate")
LOOK_UP = N_("Check whether the ideal rate of %(machine)s is still right")

FEW = N_("Cannot judge %(parameter)s: %(n)s usable values of five minutes in %(days)s days")
GO_ON = N_("Go on reading %(parameter)s; it takes %(least)s such values over %(days)s days")
FEW_PACES = N_("Cannot judge the pace: %(n)s usable hours of running in %(days)s days")
GO_ON_PACES = N_("Go on counting pieces; it takes %(least)s such hours over %(days)s days")
ALIKE = N_(
    "Cannot judge %(parameter)s: of %(n)s usable readings in %(days)s days neighbours are so alike that "
    "the first %(learned)s tell as much as %(alone)s independent ones"
)
GO_ON_ALIKE = N_(
    "Go on reading %(parameter)s; it is judged once they tell as much as %(least)s independent ones"
)
FLAT = N_(
    "Cannot judge %(parameter)s: of %(n)s usable readings in %(days)s days no product has %(least)s "
    "that differ"
)
GO_ON_FLAT = N_("Check whether %(parameter)s is really read, and finely enough to tell values apart")
METER = N_(
    "Cannot judge %(parameter)s: in %(n)s values of five minutes it only adds up, as a meter does, so it has "
    "no usual level"
)
READ_RATE = N_("Tell what %(parameter)s adds in an hour or a piece as a parameter of its own")
FEW_TOGETHER = N_(
    "Cannot judge whether %(parameter)s and %(other)s still go together: "
    "%(n)s stretches of five minutes in which both were read, in %(days)s days"
)
GO_ON_TOGETHER = N_("Go on reading both; it takes %(least)s stretches of five minutes over %(days)s days")

NONE = N_("There are no readings of process values and no speeds")
READ = N_("Record a process value, or count pieces of a product with an ideal rate")

NO_SCRAP = N_("scrap was not higher in hours with such values")
NO_PIECES = N_("nobody counts pieces and scrap here")
FEW_HOURS = N_("too few hours with such values to say what they cost")
NO_PRICE = N_("no price of a scrapped piece is known")
NO_HOUR = N_("no price of an hour of this machine is known")
FASTER_COSTS = N_("running faster costs nothing by itself")

UNCOUNTED = N_("good runs could not be told by their scrap: nobody counts pieces here")
SHORT = N_("the good runs it is compared with are short: few values that do not resemble each other")
UNSURE = N_("when it began is not sure: it is small beside the noise")


def equipment(place: str) -> Name:
    """A machine."""
    return Name(place, "equipment")


def parameter(name: str) -> Name:
    """What is read."""
    return Name(name, "parameter")


def product(name: str) -> Name:
    """What ran."""
    return Name(name, "product")


def moment(at: int) -> Figure:
    """An instant."""
    return Figure(float(at), "moment")


def day(at: int) -> Figure:
    """A day."""
    return Figure(float(at), "day")


def count(n: float) -> Figure:
    """How many."""
    return Figure(n, "number", digits=0)


def size(value: float, unit: str, spread: float, form: Form = "number") -> Figure:
    """A value of a parameter with as many digits as its spread is worth."""
    digits = 0
    while spread < 3 * 10.0**-digits and digits < 6:
        digits += 1
    return Figure(value, form, unit, digits)


def say(text: str, **values: Value) -> Say:
    """A sentence; `from` is written `from_`."""
    return Say(text, {name.rstrip("_"): value for name, value in values.items()})
