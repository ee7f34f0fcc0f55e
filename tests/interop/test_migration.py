"""The migration table names all that lifetimes has; read from its source, nothing is imported."""

import ast
import importlib.util
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "from-lifetimes.md"
PACKAGE = Path(importlib.util.find_spec("lifetimes").origin).parent


def public_names():
    """Every public class, function and method of the package, and the attributes of a fit."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for part in (tree, *classes):
            stated = [n for n in part.body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
            yield from (node.name for node in stated if not node.name.startswith("_"))
        attributes = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        yield from (name for name in attributes if re.fullmatch(r"[a-z]\w*_", name))


def test_every_name_is_in_the_table():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    left = " ".join(row.split("|")[1] for row in rows)
    shown = set(re.findall(r"\w+", left))
    names = set(public_names())
    assert len(names) >= 50
    assert names - shown == set()


def test_what_is_left_out_says_why():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if "left out" in line]
    assert len(rows) > 5
    assert all("left out, because" in row for row in rows if row.startswith("|"))
