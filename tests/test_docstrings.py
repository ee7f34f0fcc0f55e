"""The tables of parameters on the site say what the signatures say."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
griffe = pytest.importorskip("griffe", reason="the site is built with the docs group")


@pytest.fixture(scope="module")
def functions():
    extensions = griffe.load_extensions(ROOT / ".ci" / "docstrings.py")
    package = griffe.load(
        "retentionkit",
        search_paths=[ROOT / "src"],
        docstring_parser="numpy",
        extensions=extensions,
    )
    return list(of(package))


def of(scope):
    for member in scope.members.values():
        if member.is_alias:
            continue
        if member.is_function and member.docstring:
            yield member
        elif member.is_module or member.is_class:
            yield from of(member)


def rows(function):
    sections = function.docstring.parsed
    return [row for s in sections if s.kind.value == "parameters" for row in s.value]


def test_each_parameter_has_a_row_with_its_own_default(functions):
    seen = 0
    for function in functions:
        for row in rows(function):
            own = function.parameters[row.name]  # no row stands for two
            said, is_ = (row.value, row.annotation), (own.default, own.annotation)
            assert tuple(map(str, said)) == tuple(map(str, is_)), (function.path, row.name)
            seen += 1
    assert seen > 200


def test_parameters_that_share_an_entry_share_its_text(functions):
    score = next(f for f in functions if f.path == "retentionkit.clv._value.score.score")
    defaults = {row.name: str(row.value) for row in rows(score)}
    assert defaults["discount_rate"] == "0.1"
    assert defaults["margin"] == "1.0"
    assert defaults["grain"] == "'day'"
    texts = {row.name: row.description for row in rows(score)}
    assert texts["discount_rate"] == texts["margin"]
