r"""The text is not UTF-8 but another encoding: UTF-16, cp1252, Shift_JIS.

Experiture's files are UTF-8; the other providers do not name an encoding, and a name in the wrong
one arrives as `JosÃ©`. The file is rewritten as UTF-8. That is safe when a byte order mark or
`--encoding` gives the encoding, or when it was detected with at least 95% confidence: of such
guesses, none was wrong in the files of names in many languages and encodings that `make compare`
reads. Below that, the rewrite needs `--encoding` or `--unsafe-fixes`. Below 20% it is not made on
request either: such bytes are often lines of another encoding among lines of UTF-8.

Options::

    --encoding cp1252

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    jose@kestrel-labs.com,Jos\xe9

Findings::

    3 FIL003 the text is cp1252 (set by --encoding): byte 0xe9 at offset 67 is not UTF-8

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    jose@kestrel-labs.com,Jos\xc3\xa9

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    jose@kestrel-labs.com,Jos\xc3\xa9
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Layout, Problem, Rule, Safety, Scope, Severity

_UNLIKE_ASCII = ("utf-16", "utf-32", "utf-7", "iso2022", "iso-2022", "hz", "cp037", "cp500")
_HOW = {
    "bom": "from its byte order mark",
    "option": "set by --encoding",
    "strict": "the only encoding that fits",
}


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    unlike_ascii = layout.encoding.replace("_", "-").startswith(_UNLIKE_ASCII)
    if layout.content != "table" or layout.encoding in ("utf-8", "ascii"):
        return
    if layout.invalid_byte is None and not unlike_ascii:
        # Every byte is ASCII, so the rewritten file would be the same.
        return
    if not layout.encoding_likely:
        yield _in_no_encoding(layout)
        return
    if layout.encoding_from != "detected":
        message = f"the text is {layout.encoding} ({_HOW[layout.encoding_from]})"
    elif layout.encoding_certain:
        message = f"taken for {layout.encoding} ({layout.confidence:.0%} sure)"
    else:
        message = f"this looks like {layout.encoding} ({layout.confidence:.0%} sure)"
    if layout.invalid_byte is not None:
        at = layout.invalid_byte
        message += f": byte 0x{at.byte:02x} at offset {at.offset} is not UTF-8"
    if not layout.encoding_certain:
        message += f"; confirm with `--encoding {layout.encoding}`"
    elif layout.encoding_from == "detected":
        message += "; if it is another encoding, give it with `--encoding`"
    yield Problem(
        message,
        line=layout.invalid_byte.line if layout.invalid_byte else 1,
        safety=Safety.SAFE if layout.encoding_certain else Safety.UNSAFE,
        old=layout.encoding,
        new="utf-8",
    )


def _in_no_encoding(layout: Layout) -> Problem:
    guess = f"{layout.encoding} is the likeliest, {layout.confidence:.0%} sure"
    message = f"in no known encoding ({guess}), or in several: "
    line = 1
    if (at := layout.invalid_byte) is not None:
        message = f"byte 0x{at.byte:02x} at offset {at.offset} is not UTF-8, the text is {message}"
        line = at.line
    return Problem(f"{message}save all of it as UTF-8, or give `--encoding`", line=line)


RULE = Rule(
    code="FIL003",
    name="encoding-not-utf8",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="the text is not UTF-8",
    check=check,
    safety=Safety.SAFE,
)
