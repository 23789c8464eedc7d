"""Phone numbers of every region as people write them, and what the library alone says of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import phonenumbers
from hypothesis import strategies as st

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMS = (
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.E164,
)
E164 = phonenumbers.PhoneNumberFormat.E164
VALID, INVALID, UNPARSABLE = "valid", "invalid", "unparsable"


def by_the_library(cell: str, region: str) -> tuple[str, str]:
    """What the library says of a cell in a region, and the E.164 form of a valid number."""
    known = region if region in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(cell, known)
    except phonenumbers.NumberParseException:
        return UNPARSABLE, ""
    if not phonenumbers.is_valid_number(number):
        return INVALID, ""
    return VALID, phonenumbers.format_number(number, E164)


def written(seed: int, each: int) -> Iterator[tuple[str, str]]:
    """So many cells of each region, and the region, sometimes another one, that each is read in.

    Numbers of all types in all forms, with and without prefixes, some changed by a character or
    three, and runs of digits that are nobody's.
    """
    chance = random.Random(seed)
    for region in REGIONS:
        for _ in range(each):
            text = (
                _example(region, chance)
                if chance.random() < 0.7
                else chance.choice(["", "0", "1", "00", "+"]) + _digits(chance, 2, 19)
            )
            if chance.random() < 0.05:
                label = chance.choice([" x", " ext. ", "#", "ext", "x", " extension "])
                text += label + _digits(chance, 1, 8)
            where = region if chance.random() < 0.85 else chance.choice([*REGIONS, "", "XX", "AQ"])
            yield text, where


def _digits(chance: random.Random, least: int, most: int) -> str:
    return "".join(chance.choices("0123456789", k=chance.randrange(least, most)))


def _example(region: str, chance: random.Random) -> str:
    number = phonenumbers.example_number_for_type(region, chance.randrange(11))
    number = number or phonenumbers.example_number(region)
    assert number is not None
    digits = phonenumbers.national_significant_number(number)
    how = chance.random()
    if how < 0.6:
        text = phonenumbers.format_number(number, chance.choice(FORMS))
    elif how < 0.8:
        text = digits
    else:
        before = ["", "", "00", "011", "0011", "+", "810", "+00", "+0", "(+", "0015"]
        text = f"{chance.choice(before)}{number.country_code}{digits}"
    if chance.random() < 0.1:
        text = (phonenumbers.ndd_prefix_for_region(region, True) or "0") + text
    for _ in range(chance.randrange(4)):
        text = _changed(text, chance)
    return text


def _changed(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    how = chance.random()
    if how < 0.5:
        return text[:at] + chance.choice("0123456789") + text[at + 1 :]
    if how < 0.75:
        new = ["0", "00", "15", "9", "1", " ", "-", "(", ")", "/", ".", "(0)", "\u00a0", "\u2011"]
        return text[:at] + chance.choice(new) + text[at:]
    return text[:at] + text[at + 1 :]


_SCRIPTS = ("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
            "\u0966\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f",
            "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")  # fmt: skip
_BEFORE = (
    "", "", "", "+", "++", "\uff0b", "(+", "00", "011", "0011", "001", "0", "1", "(0)", "tel:",
    "tel:+", "Tel. ", "'", "\u202a+", "015", "*31#", "-", "=", "044", "0031", "14154155",
)  # fmt: skip
_BETWEEN = ("", "", "", " ", "-", ".", "/", " (0) ", ") ", "(", "\u00a0", "\u2011", "\u200b", "x",
            "~", "[", "  ", "\0", "\t", "_", ",", "+")  # fmt: skip
_BEHIND = (
    "", "", "", "", " x29", " ext. 2921", "ext:7", ";ext=29", ",29", ",,1234", " #12", "-503#",
    " extensi\u00f3n 5", " x12345678", " anexo 3", ";isub=12", ";phone-context=+44", " ", ")", "\n",
    " / 4155552672", "; 4155552672", " or +442079460018", " Ann", "FLOWERS", "\u0434\u043e\u0431 5",
    ".0", "\u202c", "E+10",
)  # fmt: skip
# Italian zeros, Argentine 9 and 15, Mexican 1, a Brazilian carrier, short codes and vanity.
_NATIONAL = (
    "0236618300", "91123456789", "1115 2345 6789", "15 2345 6789", "1 55 1234 5678", "5512345678",
    "0 21 11 96123 4567", "015 11 96123 4567", "9011961234567", "112", "911", "800 FLOWERS",
    "1-800-CALL-NOW", "2079460018", "07911 123456", "0066 98", "06 6982", "183112345678",
    "5551234", "8 800 2000 600", "180020 2079460018", "00 0", "000000000", "1234567890",
)  # fmt: skip


@st.composite
def nasty_cells(draw: st.DrawFn) -> tuple[str, str]:
    """A cell that is hard to read as a phone number, and a region, or none."""
    region = draw(st.sampled_from([*REGIONS, "", "XX", "US", "AR", "MX", "BR", "IT", "GB", "AU"]))
    if draw(st.booleans()) and region in phonenumbers.SUPPORTED_REGIONS:
        number = phonenumbers.example_number_for_type(region, draw(st.integers(0, 10)))
        number = number or phonenumbers.example_number(region)
        assert number is not None
        body = phonenumbers.format_number(number, draw(st.sampled_from(FORMS)))
    else:
        body = draw(st.sampled_from(_NATIONAL) | st.text("0123456789", max_size=20))
    at = draw(st.integers(0, len(body)))
    body = body[:at] + draw(st.sampled_from(_BETWEEN)) + body[at:]
    digits = draw(st.sampled_from(_SCRIPTS[:1] * 5 + _SCRIPTS[1:]))
    body = body.translate(str.maketrans("0123456789", digits))
    return draw(st.sampled_from(_BEFORE)) + body + draw(st.sampled_from(_BEHIND)), region
