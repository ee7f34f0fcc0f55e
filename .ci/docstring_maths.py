r"""Show the formulas of docstrings on the site: `:math:` and `.. math::` become Markdown."""

from __future__ import annotations

import re
import textwrap

import griffe

INLINE = re.compile(r":math:`([^`]+)`")
DISPLAY = re.compile(r"^( *)\.\. math::[ ]*(.*)\n((?:\1[ ]+.*\n|[ ]*\n)*)", re.MULTILINE)


def _display(match: re.Match[str]) -> str:
    indent, first, block = match.groups()
    formula = " ".join(f"{first}\n{textwrap.dedent(block)}".split())
    return f"{indent}\n{indent}$$\n{indent}{formula}\n{indent}$$\n\n"


class DocstringMaths(griffe.Extension):
    """Rewrites each docstring before it is parsed."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Turn both notations of Sphinx into the one of Markdown."""
        if obj.docstring is not None:
            text = DISPLAY.sub(_display, obj.docstring.value + "\n")
            obj.docstring.value = INLINE.sub(r"$\1$", text).rstrip()
