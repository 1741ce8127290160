"""The formula language: what it says, and that nothing hostile gets through it (H-CF 01 to 06)."""

from __future__ import annotations

import operator
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.errors import FormulaError
from plantstack.kpis.formulas.arithmetic import ARITHMETIC
from plantstack.kpis.formulas.formula import Formula, Undefined, UnitOf, value_of
from plantstack.kpis.formulas.grammar import Name, Node, Number, Operation, names_of, parse
from plantstack.units import parse_unit

UNITS = {"run": "s", "stop": "s", "made": "pc", "failures": "count", "stock": "money*day", "sales": "money"}


class Numbers:
    """Numbers by name, and a period of 73 days."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers

    def pair(self, name: str, *, below: bool) -> tuple[int, int]:
        return self.numbers[name], 1

    def end_pair(self, name: str, *, below: bool) -> tuple[int, int]:
        return self.numbers[f"end_{name}"], 1

    def days(self) -> F:
        return F(73)


def work_out(text: str, **numbers: int) -> F:
    return value_of(Formula.read(text, "test").node, Numbers(**numbers))


def unit(text: str) -> str:
    weigh = UnitOf(lambda name: parse_unit(UNITS[name]), lambda name: name == "stock", "test")
    return str(weigh(Formula.read(text, "test").node))


def problem(text: str) -> str:
    with pytest.raises(FormulaError) as caught:
        Formula.read(text, "kpi.yaml:7 [oee]")
    (only,) = caught.value.problems
    assert only.where == "kpi.yaml:7 [oee]"
    assert only.what and only.fix
    return only.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * c", 14),
        ("(a + b) * c", 20),
        ("a - b - c", -5),
        ("a / b / c", F(1, 6)),
        ("-a * b", -6),
        ("a - -b", 5),
        ("1 - a / c", F(1, 2)),
        ("1e6 * a / b", F(2_000_000, 3)),
        ("min(a, b) + max(b, c)", 6),
        ("avg(a)", F(2, 73)),
        ("per_year(a + b)", 25),
        ("end(stock)", 9),
    ],
)
def test_value(text: str, value: F) -> None:
    assert work_out(text, a=2, b=3, c=4, end_stock=9) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "oee.__class__",
        "oee[0]",
        "lambda: 1",
        "f'{oee}'",
        "oee if oee else 1",
        "oee; oee",
        "oee == 1",
        "oee, oee",
        "[oee]",
        "oee @ oee",
        "oee\x00",
        "öee",
        "o\u200bee",
        "",
        "oee +",
        "(oee",
        "oee)",
        "1_000",
        "0x1",
    ],
)
def test_h_cf_01_only_arithmetic(text: str) -> None:
    assert problem(text) in ("formula-syntax", "formula-unknown-function", "formula-number")


@pytest.mark.parametrize("text", ["open(oee)", "eval(oee)", "sum(oee)", "pow(oee, oee)"])
def test_h_cf_01_only_named_functions(text: str) -> None:
    assert problem(text) == "formula-unknown-function"


@pytest.mark.parametrize("text", ["9**9**9", "oee ** oee", "1e99", "60 * oee", "3.6", "1e999999999"])
def test_h_cf_02_no_powers_and_no_conversion_factors(text: str) -> None:
    assert problem(text) in ("formula-syntax", "formula-number")


def test_h_cf_02_long_repeat_in_the_arithmetic_of_examples_is_bounded() -> None:
    for text in ("9**9**9", "1e999999999", "9" * 30, "a[0][0]", "'a' * 9"):
        with pytest.raises(FormulaError):
            parse(text, ARITHMETIC, "example")


@pytest.mark.parametrize(
    "text", ["(" * 10_000 + "a" + ")" * 10_000, "-" * 10_000 + "a", "(" * 25 + "a" + ")" * 25, "-" * 25 + "a"]
)
def test_h_cf_03_depth_is_bounded(text: str) -> None:
    assert problem(text) == "formula-too-big"


def test_h_cf_03_size_is_bounded_but_not_mean() -> None:
    assert problem(" + ".join("a" * 1 for _ in range(120))) == "formula-too-big"
    assert work_out("+".join(["a"] * 90), a=1) == 90


@pytest.mark.parametrize("text", ["a / b", "b / b", "a / (b - b)"])
def test_h_cf_04_division_by_zero_has_a_reason(text: str) -> None:
    with pytest.raises(Undefined, match=r"no denominator: .* is 0"):
        work_out(text, a=1, b=0)


@pytest.mark.parametrize(
    "text", ["run + made", "run - failures", "min(run, made)", "1 - run", "sales + stock"]
)
def test_h_cf_06_unlike_units_do_not_mix(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        unit(text)
    assert caught.value.problems[0].code in ("formula-units", "formula-level")


def test_units_work_out() -> None:
    assert unit("(run + stop) / made") == "s/pc"
    assert unit("1 - run / stop") == "1"
    assert unit("avg(stock)") == unit("end(stock)") == "money"
    assert unit("per_year(sales) / avg(stock)") == "1/year"


@pytest.mark.parametrize("text", ["stock", "stock / sales", "avg(sales)", "end(run)", "avg(stock, stock)"])
def test_levels_only_as_average_or_end(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        unit(text)
    assert caught.value.problems[0].code in ("formula-level", "formula-argument")


def test_a_problem_names_its_column_and_a_next_step() -> None:
    with pytest.raises(FormulaError) as caught:
        Formula.read("time_run // PPT", "1_execution.yaml:9 [availability]")
    assert str(caught.value) == (
        "1_execution.yaml:9 [availability]: unexpected '/' at column 11, "
        "expected a name, a number or a bracket. "
        "Write names, + - * /, brackets and avg, end, max, min, per_year. [formula-syntax]"
    )


def test_names_in_order_of_writing() -> None:
    assert list(names_of(Formula.read("a / (b + -a) * avg(c)", "").node)) == ["a", "b", "a", "c"]


_SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_TEXTS = st.recursive(
    st.sampled_from(("a", "b", "c", "0", "1", "365")),
    lambda inner: st.tuples(inner, st.sampled_from(tuple(_SIGNS)), inner).map(
        lambda told: f"({told[0]} {told[1]} {told[2]})"
    ),
    max_leaves=12,
)


def plainly(node: Node, numbers: dict[str, int]) -> F:
    """The same by fractions, step by step."""
    match node:
        case Number(number):
            return number
        case Name(name):
            return F(numbers[name])
        case Operation(sign, left, right, _):
            found: F = _SIGNS[sign](plainly(left, numbers), plainly(right, numbers))
            return found
    raise AssertionError(node)


@given(text=_TEXTS, numbers=st.fixed_dictionaries(dict.fromkeys("abc", st.integers(-50, 50))))
def test_whole_numbers_over_one_denominator_are_exact_fractions(text: str, numbers: dict[str, int]) -> None:
    formula = Formula.read(text, "test")
    try:
        wanted = plainly(formula.node, numbers)
    except ZeroDivisionError:
        with pytest.raises(Undefined):
            formula.work(Numbers(**numbers), False)
        return
    over, under = formula.work(Numbers(**numbers), False)
    assert under > 0
    assert F(over, under) == wanted
