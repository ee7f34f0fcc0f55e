"""The public surface: complete, documented, annotated, stable, and light to import.

After a wanted change of the surface, renew the stored copy and read the difference:

    .venv/bin/python tests/test_public_api.py
"""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import retentionkit

ROOT = Path(__file__).parents[1]
STORED = ROOT / "tests" / "reference" / "api.txt"
HEAVY = ("pandas", "narwhals", "matplotlib", "scipy", "lifetimes", "polars", "pyarrow")
DOORS = ["retentionkit"] + [
    f"retentionkit.{name}"
    for name in retentionkit.__all__
    if isinstance(getattr(retentionkit, name), ModuleType)
]
DOORS += ["retentionkit.interop.lifetimes"]


def public():
    """Qualified name and object of every public class, function and method."""
    for door in DOORS:
        module = importlib.import_module(door)
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isclass(found) or inspect.isfunction(found):
                yield f"{door}.{name}", found
                yield from members(f"{door}.{name}", found)


def members(owner, found):
    """The public methods and properties of a class, inherited ones included."""
    if not inspect.isclass(found):
        return
    ours = [kind for kind in found.__mro__ if kind.__module__.startswith("retentionkit")]
    stated = {name: part for kind in reversed(ours) for name, part in vars(kind).items()}
    for name, part in sorted(stated.items()):
        plain = part.__func__ if isinstance(part, classmethod | staticmethod) else part
        if not name.startswith("_") and (inspect.isfunction(plain) or isinstance(plain, property)):
            yield f"{owner}.{name}", plain


def surface():
    """One line for each public name: what it is and how it is called."""
    lines = []
    for door in DOORS:
        names = importlib.import_module(door).__all__
        lines += [f"{door}.{name}" for name in names if f"{door}.{name}" not in dict(public())]
    for name, found in public():
        lines.append(name if isinstance(found, property) else f"{name}{call(found)}")
    return "\n".join(sorted(lines)) + "\n"


def call(found):
    """How a class or function is called; a class may leave that to its builtin parent."""
    try:
        return inspect.signature(found)
    except ValueError:
        return inspect.Signature()


def makes(found):
    """The annotated answer of a function or property, as text."""
    function = found.fget if isinstance(found, property) else found
    return "" if inspect.isclass(function) else str(call(function).return_annotation)


PUBLIC = dict(public())
CALLABLE = {name: found for name, found in PUBLIC.items() if not isinstance(found, property)}
TOP = {name: found for name, found in PUBLIC.items() if name.rpartition(".")[0] in DOORS}


def order(name):
    """Constants, classes, functions, as the linter sorts `__all__`."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


# --- worked example ------------------------------------------------------------------------------


def test_the_names_of_the_tutorial_are_there():
    names = {"Transactions", "Customers", "Ledger", "PurchaseHistories", "Holdout", "LifetimeValue"}
    functions = {"purchase_histories", "grouped_histories", "holdout"}
    rooms = {"clv", "datasets", "interop", "plots", "errors"}
    assert names | functions | rooms <= set(retentionkit.__all__)
    assert re.fullmatch(r"\d+\.\d+\.\d+", retentionkit.__version__)


# --- reference -----------------------------------------------------------------------------------


def test_the_surface_is_the_stored_one():
    assert surface() == STORED.read_text("utf-8"), "renew it as this file's head says, if wanted"


# --- definition ----------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
def test_a_door_lists_its_names_in_order(door):
    module = importlib.import_module(door)
    assert list(module.__all__) == sorted(set(module.__all__), key=order)
    assert set(module.__all__) <= set(dir(module))
    assert all(getattr(module, name) is not None for name in module.__all__)
    assert inspect.getdoc(module)


def test_a_door_has_no_other_names():
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        _ = retentionkit.no_such_name


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_is_documented(name):
    assert inspect.getdoc(PUBLIC[name])


@pytest.mark.parametrize("name", CALLABLE)
def test_every_argument_and_answer_is_annotated(name):
    found = CALLABLE[name]
    signature = call(found)
    hidden = {"self", "cls"}
    bare = [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.name not in hidden and parameter.annotation is parameter.empty
    ]
    assert not bare
    assert inspect.isclass(found) or signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", [name for name, found in TOP.items() if inspect.isfunction(found)])
def test_options_are_keyword_only(name):
    parameters = call(TOP[name]).parameters.values()
    # Data of one of two questions that a function answers have a default and are no options.
    data = {"before", "after"} if name == "retentionkit.surveys.nps_sample_size" else set()
    options = [p for p in parameters if p.default is not p.empty and p.name not in data]
    assert all(p.kind is p.KEYWORD_ONLY for p in options)


@pytest.mark.parametrize("name", [name for name in TOP if ".errors." not in name])
def test_every_name_has_an_example(name):
    """An example of its own, of a method, or of a function that makes it."""
    title = name.rpartition(".")[2]
    shown = [
        other
        for other, found in PUBLIC.items()
        if ">>>" in (inspect.getdoc(found) or "")
        and (f"{other}.".startswith(f"{name}.") or title in makes(found))
    ]
    assert shown


@pytest.mark.parametrize("name", TOP)
def test_every_name_has_a_page(name):
    pages = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs/reference").glob("*.md"))
    entries = set(re.findall(r"^::: (\S+)", pages, re.MULTILINE))
    whole = {door for door in entries if door in DOORS}
    shown = [pkgutil.resolve_name(entry) for entry in entries - whole]
    assert pkgutil.resolve_name(name) in shown or name.rpartition(".")[0] in whole


# --- properties ----------------------------------------------------------------------------------


def loaded(code):
    """The heavy modules that a fresh process has loaded after running the code."""
    ask = f"import sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    command = [sys.executable, "-c", f"{code}\n{ask}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_nothing_heavy():
    assert loaded("import retentionkit; dir(retentionkit)") == set()
    assert (
        loaded("import retentionkit as rk; rk.clv; rk.datasets; rk.errors; rk.interop; rk.plots")
        == set()
    )


def test_scoring_one_customer_needs_no_dataframe_library():
    code = """
import retentionkit as rk
one = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week").conditional_expected_purchases(one, 39)
"""
    assert loaded(code) <= {"scipy"}


def test_importing_changes_no_filter_and_prints_nothing():
    code = """
import warnings
import numpy
before = list(warnings.filters)
import retentionkit
for name in retentionkit.__all__:
    getattr(retentionkit, name)
assert warnings.filters == before
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- refusals ------------------------------------------------------------------------------------


def test_the_package_is_typed():
    assert (Path(retentionkit.__file__).parent / "py.typed").is_file()


if __name__ == "__main__":
    STORED.write_text(surface(), "utf-8")
