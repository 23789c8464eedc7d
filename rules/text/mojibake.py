"""The text was decoded with the wrong encoding somewhere on its way: `JosÃ©` for José.

UTF-8 was read as Windows-1252, Mac Roman or another encoding, and saved again. A badge or a
greeting prints it as it is. `ftfy` can nearly always recover the original text, but it is still a
guess, and made only on request. A name that really has such letters, like JOÃO or Ân, stays.

Options::

    --unsafe-fixes

Bad::

    email,first_name,company
    ann@kestrel-labs.com,JosÃ©,CafÃ© “Zoë”
    bob@kestrel-labs.com,JoÃ£o,Kestrelâ€™s Labs

Findings::

    2:first_name TXT703 text decoded with the wrong encoding
    2:company TXT703 text decoded with the wrong encoding
    3:first_name TXT703 text decoded with the wrong encoding
    3:company TXT703 text decoded with the wrong encoding

Good::

    email,first_name,company
    ann@kestrel-labs.com,JOÃO,Nguyễn Văn Ân
    bob@kestrel-labs.com,Ângela,Château “Margaux”

Fixed::

    email,first_name,company
    ann@kestrel-labs.com,José,Café “Zoë”
    bob@kestrel-labs.com,João,Kestrel’s Labs
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity

# The first and the second byte of a UTF-8 letter as Windows-1252 or Latin-1 shows them, and as
# Windows-1251 does; and the signs that Mac Roman and DOS show for the first byte.
_LATIN = "[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_CYRILLIC = "[РС][\u00a0-\u00bfЁЂЃЄЅІЇЈЉЊЋЌЎЏёђѓєѕіїјљњћќўџҐґ€№‚„…†‡‰‹‘’“”•–—™›]"
_BREAK, _BLANK = re.compile("[\t\n\v\f\r]"), re.compile("[ \t\n\v\f\r]")
_NO_LETTER = "[\u0001-\u0008\u000e-\u001f\u007f\u200b-\u200f\u2060-\u2064\ufeff]"
_SUSPECT = f"{_LATIN}|{_CYRILLIC}|[√├┬][^ ]"


def _is_odd(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cn", "Co")


def _read_again(text: str) -> str:
    """The most likely original text; the text itself if no plausible one is found.

    A line break is treated as the space that another fix makes of it, and put back afterwards.
    """
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    flat = _BREAK.sub(" ", text)
    again = fix_encoding(flat)
    odd = any(
        unicodedata.category(char) in ("Cc", "Cn", "Co") or char == "\ufffd" for char in again
    )
    if again == flat or odd or is_bad(again):
        return text
    blanks = _BLANK.findall(text)
    if flat == text or again.count(" ") != len(blanks):
        return again
    return "".join(
        word + blank for word, blank in zip(again.split(" "), [*blanks, ""], strict=True)
    )


def fix(text: pd.Series[str]) -> pd.Series[str]:
    # Characters that other fixes remove may be around the letters or between them, so the text is
    # tried as it is first, and then without characters that cannot be half of a letter.
    for bare in (text, text.str.replace(_NO_LETTER, "", regex=True).str.strip(" \t\n\v\f\r")):
        odd = bare.str.contains(_SUSPECT)
        if odd.any():
            again = bare[odd].map(_read_again)
            text = text.mask(odd, again.where(again != bare[odd], text[odd]))
    return text


def check(text: pd.Series[str]) -> pd.Series[bool]:
    return text == fix(text)


RULE = Rule(
    code="TXT703",
    name="text-mojibake",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    suspects=_SUSPECT,
    message="text decoded with the wrong encoding",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.DECODE,
)
