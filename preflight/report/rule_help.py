"""What the docstring of a rule says, for formats that carry the help of each rule."""

from __future__ import annotations

import re

from preflight.rule import Rule

_TITLE = re.compile(r"^\w+::$", re.MULTILINE)


def paragraphs(rule: Rule) -> list[str]:
    """The paragraphs before the samples, each on one line; the first states the problem."""
    prose = _TITLE.split(rule.doc)[0].strip()
    return [
        paragraph if paragraph.startswith(" ") else " ".join(paragraph.split())
        for paragraph in prose.split("\n\n")
        if paragraph
    ]
