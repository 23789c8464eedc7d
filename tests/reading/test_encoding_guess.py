"""Guessing a legacy encoding."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.reading.byte_pairs import BytePairs
from preflight.reading.encoding_guess import guess, is_utf8_by_chance, seven_bit
from preflight.reading.vocabulary import VOCABULARY
from tests.benchmarks.compare_encodings import CODECS, written
from tests.examples import examples
from tests.reading.corpus import CASES, LANGUAGES, encoded, table
from tests.reading.people import PEOPLE, names_table

GUESSED = [(language, codec) for language, codec in CASES if not codec.startswith("iso2022")]
every_case = pytest.mark.parametrize(("language", "codec"), GUESSED)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _read(content: bytes) -> tuple[str, float]:
    name, confidence = guess(content)
    assert 0 < confidence < 1
    return _composed(content.decode(name, "replace")), confidence


@pytest.mark.slow
@every_case
def test_the_text_of_twenty_contacts_is_told_right(language: str, codec: str) -> None:
    """Under a header in English, so that the names alone tell it."""
    text = table(language, 20, own_header=False)
    read, confidence = _read(encoded(text, codec))
    assert read == _composed(text)
    assert confidence >= 0.8


@pytest.mark.slow
@every_case
def test_a_single_contact_is_told_right_or_with_doubt(language: str, codec: str) -> None:
    """A wrong text may be guessed from some six letters, but never with confidence."""
    text = table(language, 1, own_header=False, seed=3)
    read, confidence = _read(encoded(text, codec))
    assert read == _composed(text) or confidence < 0.8


@pytest.mark.parametrize(
    ("text", "codec", "expected"),
    [
        pytest.param("Bob,“great” – it’s ok\nAl,€ 50\n", "cp1252", "cp1252", id="typography"),
        pytest.param("MÜLLER,KÖLN\nGROSS,DÜREN\n", "cp850", "cp850", id="capitals"),
        pytest.param("José,Muñoz\n", "iso8859_1", "cp1252", id="latin-1 is a part of cp1252"),
        pytest.param("Иван,Петров\nОльга,Попова\n", "koi8_u", "koi8_r", id="one of two that agree"),
        pytest.param("Mill – Sons\nUnit\xa04\n", "cp1252", "cp1252", id="dashes and blanks"),
        pytest.param("Kestrel\xa0Labs – Sales\nO’Brien\n", "cp1252", "cp1252", id="in a company"),
        pytest.param("ﾔﾏﾀﾞ ﾀﾛｳ,ﾄｳｷｮｳ\nｽｽﾞｷ ﾊﾅｺ,ｵｵｻｶ\n", "cp932", "cp932", id="half-width kana"),
    ],
)
def test_of_codecs_that_say_the_same_the_usual_one_is_named(
    text: str, codec: str, expected: str
) -> None:
    assert guess(text.encode(codec))[0] == expected


def test_confidence_grows_with_the_evidence() -> None:
    few = guess("Zoë\n".encode("cp1252"))[1]
    many = guess((table("french", 20, own_header=True)).encode("cp1252"))[1]
    assert few < 0.8 < many


SURE = 0.95
"""What FIL003 needs to be a safe fix."""


def test_a_guess_that_is_sure_is_right() -> None:
    """A sample of what `make compare` reads: names that are held out, and the codecs of each."""
    told: Counter[str] = Counter()
    for place, (language, codecs) in enumerate([*CODECS.items()][::2]):
        text = names_table(language, 10, half=1, seed=1)
        for codec in {codecs.split()[0], codecs.split()[place % len(codecs.split())]}:
            content = written(text, codec)
            if content is None or codec.startswith(("iso2022", "hz")):
                continue
            read, confidence = _read(content)
            right = read == _composed(text)
            assert right or confidence < SURE, (language, codec)
            told["sure" if confidence >= SURE else "unsure"] += 1
    assert told["sure"] > 3 * told["unsure"]


@pytest.mark.parametrize("codec", ["cp855", "cp866", "cp1251", "koi8_r", "iso8859_5"])
@pytest.mark.parametrize("style", ["", "own"])
def test_cyrillic_is_told_for_sure(codec: str, style: str) -> None:
    text = names_table("russian", 20, half=1, seed=0, style=style)
    name, confidence = guess(text.encode(codec))
    assert name == codec
    assert confidence >= SURE


@pytest.mark.parametrize("language", ["german", "french", "spanish", "portuguese", "swedish"])
def test_an_ordinary_windows_file_is_told_for_sure(language: str) -> None:
    text = names_table(language, 20, half=1, seed=2, style="own")
    name, confidence = guess(text.encode("cp1252"))
    assert text.encode("cp1252").decode(name) == text
    assert confidence >= SURE


def test_what_is_repeated_is_hardly_more_evidence() -> None:
    content = "a@b.org,Łódź\n".encode("cp1250")
    once, often = guess(content)[1], guess(content * 500)[1]
    assert once < SURE
    assert once < often < once + 0.05


def test_names_of_several_languages_in_one_file_are_told_for_sure() -> None:
    """The visitors of a fair."""
    languages = ("german", "french", "spanish", "danish")
    text = "".join(names_table(language, 8, half=1, seed=3) for language in languages)
    assert guess(text.encode("cp1252")) == ("cp1252", 0.99)


def test_bytes_that_the_sample_lacks_count_as_well() -> None:
    """The sample alone would be a German's in cp1252; the file has a few Polish names, too."""
    sample = table("german", 60, own_header=False).encode("cp1250")
    assert guess(sample)[0] == "cp1252"
    rest = table("polish", 20, own_header=False).encode("cp1250")
    assert guess(sample, BytePairs(sample, rest))[0] == "cp1250"


def test_lines_in_utf8_among_others_leave_doubt() -> None:
    """Two exports in one file: read as either, the rest of it would be garbled."""
    other = table("french", 40, own_header=False)
    content = table("german", 40, own_header=False).encode("cp1252")
    assert guess(content)[1] >= SURE
    assert guess(content + other.encode())[1] < 0.5


def test_the_vocabulary_has_none_of_the_names_that_are_measured() -> None:
    known = {word.lower() for words in VOCABULARY.values() for word in words.split()}
    names = {
        word.lower()
        for people in PEOPLE.values()
        for listed in (people.given, people.family, people.cities)
        for word in listed.replace("_", " ").split()
    }
    assert len(names) > 1500
    assert known & names == set()


def test_a_damaged_byte_does_not_rule_an_encoding_out() -> None:
    content = table("japanese", 20, own_header=True).encode("cp932") + b"x,\x81\n"
    assert guess(content)[0] == "cp932"


@pytest.mark.slow
def test_a_long_sample_is_cut_between_lines() -> None:
    content = table("japanese", 900, own_header=True).encode("euc_jp")
    assert len(content) > 48 << 10
    assert guess(content) == ("euc_jp", 0.99)


def test_where_nothing_fits_the_likely_one_is_named_without_confidence() -> None:
    name, confidence = guess(bytes(range(128, 256)) * 4)
    assert name == "cp1252"
    assert confidence <= 0.2


@settings(max_examples=examples(1 / 2))
@given(st.binary(min_size=1, max_size=60))
def test_whatever_the_bytes_are_there_is_a_guess(content: bytes) -> None:
    name, confidence = guess(content)
    content.decode(name, "replace")
    assert 0 < confidence < 1


def test_a_few_chinese_characters_that_happen_to_be_utf8_are_told() -> None:
    content = "email,name\na@example.org,志强\n".encode("gbk")
    assert content.decode("utf-8")
    assert is_utf8_by_chance(content)


WORDS = sorted(
    {
        word
        for made in LANGUAGES.values()
        for name in made.given.split()
        for word in (name, name.upper(), name[:1])
        if not word.isascii()
    }
)


@pytest.mark.slow
def test_no_word_of_utf8_is_taken_for_another_encoding() -> None:
    """A file that is fine must not be suspected for holding one name beyond ASCII."""
    suspected = [
        word for word in WORDS if is_utf8_by_chance(f"email,name\na@b.org,{word}\n".encode())
    ]
    assert len(WORDS) > 300
    assert suspected == []


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (table("german", 2, own_header=False), "utf-7"),
        (table("russian", 2, own_header=False), "utf-7"),
        (table("simplified chinese", 2, own_header=False), "hz"),
    ],
)
def test_an_encoding_of_seven_bits_is_told_from_ascii(text: str, codec: str) -> None:
    assert seven_bit(text.encode(codec)) == codec


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org,+4930123456,a+b\n",
        "bob+news@example.org,x\n",
        "bob+crn@example.org,x\n",
        "C+ABC-D,~{x},y\n",
        "1+1,2+AB-\n",
    ],
)
def test_plus_signs_and_tildes_are_no_shifts(text: str) -> None:
    assert seven_bit(text.encode()) == ""


@pytest.mark.slow
def test_guessing_leaves_the_months_of_every_language_alone() -> None:
    """The library keeps what was loaded of a locale; asked for less, it kept less for everybody."""
    script = (
        "from preflight.reading.encoding_guess import guess\n"
        "from babel.dates import get_month_names\n"
        "guess('Jürgen Müller, Köln; Łódź'.encode('cp1250', 'replace'))\n"
        "for language in ('de', 'fr', 'es', 'sv', 'pl', 'cs', 'hu', 'en'):\n"
        "    assert len(get_month_names('wide', 'stand-alone', language)) == 12\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
