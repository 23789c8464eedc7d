"""Which encoding a file is in, and its text in UTF-8."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.core.errors import UsageError
from preflight.core.types import InvalidByte, Source
from preflight.reading.encoding import find_encoding, transcode
from tests.examples import examples

TABLE = "email,name\r\na@example.org,Zoë\r\nb@example.org,Łukasz\r\n"


def _source(folder: Path, content: bytes) -> Source:
    path = folder / "list.csv"
    path.write_bytes(content)
    return Source("list.csv", path, hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-32-le", b"\xff\xfe\0\0", "utf-32-le"),
        ("utf-32-be", b"\0\0\xfe\xff", "utf-32-be"),
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_unicode_is_told_by_its_mark_or_its_nuls(
    tmp_path: Path, codec: str, mark: bytes, name: str, marked: bool
) -> None:
    source = _source(tmp_path, (mark if marked else b"") + TABLE.encode(codec))
    found = find_encoding(source)
    assert found.name == name
    assert found.skip == (len(mark) if marked else 0)
    unmarked = "strict" if name == "utf-8" else "detected"
    assert found.origin == ("bom" if marked else unmarked)
    text, bad = transcode(source, found, tmp_path)
    assert text.read_bytes() == TABLE.encode()
    assert bad.tolist() == []


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("名前,会社\n山田太郎,株式会社\n", "iso2022_jp"),
        ("名前,ｶﾅ\n山田,ﾔﾏﾀﾞ\n", "iso2022_jp_ext"),
        ("名前,丂\n", "iso2022_jp_1"),
        ("이름,회사\n김철수,삼성\n", "iso2022_kr"),
    ],
)
def test_iso_2022_is_told_though_it_passes_as_utf8(tmp_path: Path, text: str, codec: str) -> None:
    source = _source(tmp_path, text.encode(codec))
    found = find_encoding(source)
    assert (found.name, found.origin, found.invalid_byte) == (codec, "detected", None)
    assert found.confidence < 1
    assert transcode(source, found, tmp_path)[0].read_text("utf-8") == text


def test_an_escape_sequence_of_a_terminal_is_no_iso_2022(tmp_path: Path) -> None:
    assert find_encoding(_source(tmp_path, b"email\n\x1b[31mred\x1b[0m\n")).name == "utf-8"


def test_a_nul_here_and_there_does_not_make_utf16(tmp_path: Path) -> None:
    assert find_encoding(_source(tmp_path, b"email,name\na@example.org,A\0nn\n")).name == "utf-8"
    for short in (b"a\n", b"h0\n\0\n"):
        assert find_encoding(_source(tmp_path, short)).name == "utf-8"


def test_a_few_bad_bytes_among_good_sequences_are_damage(tmp_path: Path) -> None:
    """Five good sequences to a bad byte still speak for UTF-8; fewer speak for something else."""
    damaged = "Zoë,".encode() * 5 + b"Jos\xe9\n"
    source = _source(tmp_path, damaged)
    found = find_encoding(source)
    assert (found.name, found.origin) == ("utf-8", "strict")
    assert found.invalid_byte == InvalidByte(offset=28, line=1, byte=0xE9)
    text, bad = transcode(source, found, tmp_path)
    assert bad.tolist() == [28]
    assert text.read_bytes() == "Zoë,".encode() * 5 + b"Jos\xed\xb3\xa9\n"
    other = find_encoding(_source(tmp_path, "Zoë,".encode() * 4 + b"Jos\xe9\n"))
    assert other.origin == "detected"


@pytest.mark.slow
def test_the_sample_for_the_detector_is_taken_where_the_bytes_are(tmp_path: Path) -> None:
    """The first three megabytes are ASCII; only the end says that it is Cyrillic."""
    content = b"email,name\n" + b"a@example.org,Ann\n" * 170_000
    content += "i@example.org,Иван Петров\n".encode("cp1251") * 3000
    found = find_encoding(_source(tmp_path, content))
    assert found.name == "cp1251"
    assert found.invalid_byte is not None
    assert found.invalid_byte.line == 170_002


def test_each_line_is_looked_at_once_for_the_sample(tmp_path: Path) -> None:
    """At every byte of a long line anew, this would take hours."""
    found = find_encoding(_source(tmp_path, b"x" * 1_000_000 + b"\nJos\xe9\n"))
    assert found.origin == "detected"


@pytest.mark.slow
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_line_of_the_offence_counts_every_kind_of_line_end(
    tmp_path: Path, newline: str
) -> None:
    head = newline.join(["email", *["a@example.org"] * 150_000, ""]).encode()
    invalid_byte = find_encoding(_source(tmp_path, head + b"\xe9\n")).invalid_byte
    assert invalid_byte == InvalidByte(offset=len(head), line=150_002, byte=0xE9)


def test_the_line_of_the_offence_is_right_in_utf16(tmp_path: Path) -> None:
    content = "a,b\r\nc,d\r\ne,é\r\n".encode("utf-16-le")
    invalid_byte = find_encoding(_source(tmp_path, content)).invalid_byte
    assert invalid_byte is not None
    assert invalid_byte.line == 3


@pytest.mark.parametrize(
    ("option", "name", "skip"),
    [
        ("latin-1", "iso8859-1", 0),
        ("utf8", "utf-8", 3),
        ("utf-8-sig", "utf-8", 3),
        ("utf-16", "utf-16-le", 0),
    ],
)
def test_the_option_wins_over_the_bytes(tmp_path: Path, option: str, name: str, skip: int) -> None:
    found = find_encoding(_source(tmp_path, b"\xef\xbb\xbfemail\n"), option)
    assert (found.name, found.origin, found.skip) == (name, "option", skip)


def test_the_option_utf16_leaves_the_byte_order_to_the_mark(tmp_path: Path) -> None:
    content = b"\xfe\xff" + TABLE.encode("utf-16-be")
    assert find_encoding(_source(tmp_path, content), "utf-16").name == "utf-16-be"


@pytest.mark.parametrize("option", ["klingon", "base64", "unicode_escape", "idna", "undefined", ""])
def test_what_is_no_encoding_of_text_is_refused(tmp_path: Path, option: str) -> None:
    with pytest.raises(UsageError, match="is not a text encoding"):
        find_encoding(_source(tmp_path, b"email\n"), option)


def test_a_broken_pair_does_not_swallow_the_delimiter_behind_it(tmp_path: Path) -> None:
    source = _source(tmp_path, b"a\x81,b\xe3\n")
    text, bad = transcode(source, find_encoding(source, "cp932"), tmp_path)
    assert text.read_bytes() == b"a\xed\xb2\x81,b\xed\xb3\xa3\n"
    assert bad.tolist() == [1, 4]


@settings(max_examples=examples(2), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.lists(
        st.one_of(
            st.binary(max_size=4), st.sampled_from([b"\0a", b"a\0", b"\n\0", "é山".encode()])
        ),
        max_size=12,
    ).map(b"".join),
    codec=st.sampled_from(
        ["utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "cp932", "euc_jp", "gb18030"]
    ),
)
def test_every_byte_that_is_no_text_is_named_where_it_stands(
    tmp_path: Path, data: bytes, codec: str
) -> None:
    """What `bad_offsets` leaves out decodes; what it names stands in the text as its surrogate."""
    source = _source(tmp_path, data)
    found = find_encoding(source, codec)
    path, bad = transcode(source, found, tmp_path)
    text = path.read_bytes().decode("utf-8", "surrogatepass")
    marks = [ord(c) - 0xDC00 for c in text if "\udc00" <= c <= "\udcff"]
    assert marks == [data[at] for at in bad.tolist()]
    good = bytes(b for at, b in enumerate(data) if at >= found.skip and at not in set(bad.tolist()))
    clean = "".join(c for c in text if not "\udc00" <= c <= "\udcff")
    if codec in ("utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le"):
        assert clean.encode(codec) == good


def test_an_encoding_of_seven_bits_is_found_in_a_file_of_ascii(tmp_path: Path) -> None:
    found = find_encoding(_source(tmp_path, "email,name\na@b.org,Zoë Müller\n".encode("utf-7")))
    assert (found.name, found.origin, found.confidence) == ("utf-7", "detected", 0.9)
    assert find_encoding(_source(tmp_path, b"email\na+b@c.org\n")).name == "utf-8"


def test_a_little_of_another_encoding_that_decodes_as_utf8_is_no_utf8(tmp_path: Path) -> None:
    found = find_encoding(_source(tmp_path, "email,name\na@b.org,志强\n".encode("gbk")))
    assert (found.name, found.origin) == ("gb18030", "detected")
    found = find_encoding(_source(tmp_path, "email,name\na@b.org,Zoë\n".encode()))
    assert (found.name, found.origin) == ("utf-8", "strict")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_with_few_ascii_characters_is_told_by_the_side_of_its_nuls(
    tmp_path: Path, codec: str
) -> None:
    text = "姓名,城市\n" + "王小明的姓名很长很长很长,北京市海淀区中关村大街二十七号院三单元\n" * 9
    found = find_encoding(_source(tmp_path, text.encode(codec)))
    assert (found.name, found.origin) == (codec, "detected")
    broken = find_encoding(_source(tmp_path, text.encode(codec) + b"\xdc\xdc" * 2 + b"\0\n\0\n"))
    assert broken.origin == "detected"
