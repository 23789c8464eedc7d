r"""The text is in another encoding than UTF-8: UTF-16, cp1252, Shift_JIS.

Experiture's files are UTF-8; the others state no encoding, and a name in a wrong one arrives as
`JosÃ©`. The file is written anew in UTF-8. That is certain where a byte order mark or `--encoding`
says what it is; where it had to be detected, it is a guess, and needs `--unsafe-fixes` or
`--encoding`.

Options::

    --encoding cp1252

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    jose@kestrel-labs.com,Jos\xe9

Findings::

    3 FIL003 the text is cp1252 (as --encoding says): byte 0xe9 at offset 67 is not UTF-8

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

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity

_UNLIKE_ASCII = ("utf-16", "utf-32", "utf-7", "iso2022", "iso-2022", "hz", "cp037", "cp500")
_HOW = {
    "bom": "as its byte order mark says",
    "option": "as --encoding says",
    "strict": "as every byte of it says",
    "detected": "detected, {:.0%} sure",
}


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    unlike_ascii = layout.encoding.replace("_", "-").startswith(_UNLIKE_ASCII)
    if layout.content != "table" or layout.encoding in ("utf-8", "ascii"):
        return
    if layout.invalid_byte is None and not unlike_ascii:
        # Every byte is ASCII, and written anew it is the same file.
        return
    message = (
        f"the text is {layout.encoding} ({_HOW[layout.encoding_from].format(layout.confidence)})"
    )
    if layout.invalid_byte is not None:
        at = layout.invalid_byte
        message += f": byte 0x{at.byte:02x} at offset {at.offset} is not UTF-8"
    guessed = layout.encoding_from == "detected"
    if guessed:
        message += f"; --encoding {layout.encoding} takes the guess for true"
    yield Problem(
        message,
        line=layout.invalid_byte.line if layout.invalid_byte else 1,
        safety=Safety.UNSAFE if guessed else Safety.SAFE,
        old=layout.encoding,
        new="utf-8",
    )


RULE = Rule(
    code="FIL003",
    name="encoding-not-utf8",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="the text is not UTF-8",
    check=check,
    safety=Safety.SAFE,
)
