r"""Show docstrings on the site as they were meant: Markdown, and a row for each parameter."""

from __future__ import annotations

import re
import textwrap

import griffe

INLINE = re.compile(r":math:`([^`]+)`")
DISPLAY = re.compile(r"^( *)\.\. math::[ ]*(.*)\n((?:\1[ ]+.*\n|[ ]*\n)*)", re.MULTILINE)
CITED = re.compile(r"\[(\d+)\]_")
LISTED = re.compile(r"^(?:Parameters|Attributes)\n-+\n(?:(?!\S.*\n-+\n).*\n)*", re.MULTILINE)
SHARED = re.compile(r"^(\w+(?:, \w+)+)\n((?:[ ]+.*\n|\n)*)", re.MULTILINE)
REFERENCE = re.compile(r"^( *)\.\. \[(\d+)\] ", re.MULTILINE)


def _display(match: re.Match[str]) -> str:
    indent, first, block = match.groups()
    formula = " ".join(f"{first}\n{textwrap.dedent(block)}".split())
    return f"{indent}\n{indent}$$\n{indent}{formula}\n{indent}$$\n\n"


def _each(match: re.Match[str]) -> str:
    names, text = match.groups()
    return "".join(f"{name}\n{text}" for name in names.split(", "))


def one_by_one(docstring: str) -> str:
    """The docstring with an entry for each of several parameters that share one.

    Griffe would show them all with the type and the default of the last.
    """
    return LISTED.sub(lambda found: SHARED.sub(_each, found[0]), docstring + "\n").rstrip()


def as_markdown(docstring: str) -> str:
    """The docstring with the notation of Sphinx turned into that of Markdown."""
    text = DISPLAY.sub(_display, docstring + "\n")
    text = INLINE.sub(r"$\1$", text)
    return REFERENCE.sub(r"\1\2. ", CITED.sub(r"[\1]", text)).rstrip()


class Docstrings(griffe.Extension):
    """Rewrites each docstring before it is parsed."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Turn one docstring into Markdown with an entry for each parameter."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(one_by_one(obj.docstring.value))
