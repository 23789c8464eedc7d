r"""A column's name holds bytes that are no text in the file's encoding.

What the column is called cannot be told, and so not what it is. The bytes are shown as they are, as
`\xHH`; the right `--encoding` reads them.

Bad::

    email,Ort,\xd6rtchen
    renee@kestrel-labs.com,K\xc3\xb6ln,\xc3\x84hm
    bjoern@kestrel-labs.com,Malm\xc3\xb6,\xc3\x84hm
    zoe@kestrel-labs.com,Besan\xc3\xa7on,\xc3\x84hm

Findings::

    1:\xd6rtchen HDR211 the name holds bytes that are no text in the file's encoding

Good::

    email,Ort,\xc3\x96rtchen
    renee@kestrel-labs.com,K\xc3\xb6ln,\xc3\x84hm
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

# As the reader writes a byte that is no text.
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
    message="the name holds bytes that are no text in the file's encoding",
    check=check,
)
