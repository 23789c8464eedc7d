r"""A column's name has bytes that are not valid in the file's encoding.

A column cannot be mapped if its name cannot be read. The message shows the bytes as
`\xHH`; the right `--encoding` reads them.

Bad::

    email,Ort,\xd6rtchen
    renee@kestrel-labs.com,K\xc3\xb6ln,\xc3\x84hm
    bjoern@kestrel-labs.com,Malm\xc3\xb6,\xc3\x84hm
    zoe@kestrel-labs.com,Besan\xc3\xa7on,\xc3\x84hm

Findings::

    1:\xd6rtchen HDR211 the name has bytes that are not valid in the file's encoding

Good::

    email,Ort,\xc3\x96rtchen
    renee@kestrel-labs.com,K\xc3\xb6ln,\xc3\x84hm
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

# How the reader writes a byte that is not text.
_BYTE = re.compile(r"\\x[89a-f][0-9a-f]")


def check(view: FileView) -> Iterator[Problem]:
    if not len(view.layout.bad_offsets):
        return
    for column in view.headers:
        if _BYTE.search(column.name):
            yield view.at(column)


RULE = Rule(
    code="HDR211",
    name="header-undecodable",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the name has bytes that are not valid in the file's encoding",
    check=check,
)
