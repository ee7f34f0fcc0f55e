"""Every Python block of the documentation runs, and prints what the page says it prints.

The blocks of a page run in order in one namespace, as the cells of a notebook do: the value of a
last expression is shown. A `text` block right below is the exact output; `...` stands for anything.
"""

import ast
import contextlib
import doctest
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```$(?:\s*^```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page):
    """Line number, code and expected output (or None) of each Python block."""
    text = page.read_text("utf-8")
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start("code")), match["code"], match["output"]


PAGES = [page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if any(blocks(page))]


def run(code, name, line, namespace):
    """Run a block as a notebook does and return what it shows."""
    tree = ast.parse("\n" * line + code, filename=name)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(tree, name, "exec"), namespace)  # noqa: S102 - the documentation is ours
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)  # noqa: S307
            if value is not None:
                print(repr(value))  # noqa: T201 - captured
    return shown.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run_and_print_what_it_says(page, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    namespace = {"__name__": "__main__"}
    checker = doctest.OutputChecker()
    request.addfinalizer(lambda: plt.close("all"))
    for line, code, output in blocks(page):
        shown = run(code, str(page), line, namespace)
        if output is not None:
            place = f"{page.relative_to(ROOT)}:{line}"
            assert checker.check_output(output, shown, OPTIONS), f"{place} printed\n{shown}"


def test_there_are_pages_to_run():
    names = {page.relative_to(ROOT).as_posix() for page in PAGES}
    assert {"README.md", "docs/index.md", "docs/tutorials/first-customers.md"} <= names


def test_the_examples_run_one_after_the_other(tmp_path):
    for script in ("quickstart.py", "segments.py", "embed_service.py"):
        command = [sys.executable, "-W", "error", str(ROOT / "examples" / script)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    made = {path.suffix for path in (tmp_path / "out").iterdir()}
    assert made >= {".png", ".csv", ".json"}
    assert json.loads(done.stdout)
