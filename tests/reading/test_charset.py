"""Guessing a legacy encoding."""

from __future__ import annotations

import pytest

from preflight.reading.charset import guess

WESTERN = "j@x.com,José,Muñoz,Café Zürich\nz@x.com,Zoë,Brontë,Société Générale\n"
POLISH = "l@x.com,Łukasz,Wiśniewski,Łódź\nm@x.com,Małgorzata,Dąbrowska,Gdańsk\n"
RUSSIAN = "Почта,Имя,Фамилия\ni@x.com,Иван,Петров\no@x.com,Ольга,Смирнова\n"
TURKISH = (
    "Ad,Soyad,Şehir\nGökhan,Yılmaz,İstanbul\nŞule,Çağlar,Beyoğlu\nAyşe,Kılıç,Eskişehir\n"
    "İbrahim,Öztürk,Kadıköy\nIşıl,Doğan,Diyarbakır\nYağmur,Şahin,Muğla\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        pytest.param(WESTERN, "cp1252", "cp1252", id="western"),
        pytest.param("Bob,“great” – it’s ok\nAl,€ 50\n", "cp1252", "cp1252", id="typography"),
        pytest.param(WESTERN, "mac_roman", "mac_roman", id="old mac"),
        pytest.param(POLISH, "cp1250", "cp1250", id="polish"),
        pytest.param(RUSSIAN, "cp1251", "cp1251", id="russian"),
        pytest.param(RUSSIAN, "koi8_r", "koi8_r", id="russian on unix"),
        pytest.param(TURKISH, "cp1254", "cp1254", id="turkish"),
        pytest.param("名前,会社\n山田太郎,株式会社テスト\n", "shift_jis", "cp932", id="japanese"),
        pytest.param(
            "名前,会社\n山田太郎,株式会社テスト\n", "euc_jp", "euc_jp", id="japanese unix"
        ),
        pytest.param("姓名,公司\n王小明,北京科技有限公司\n", "gb18030", "gb18030", id="chinese"),
        pytest.param("이름,회사\n김철수,삼성전자\n", "euc_kr", "cp949", id="korean"),
    ],
)
def test_an_encoding_is_told_by_its_text(text: str, encoding: str, expected: str) -> None:
    """Latin-1 is a part of cp1252, which is what Windows means by it."""
    name, confidence = guess(text.encode(encoding))
    assert name == expected
    assert 0 < confidence < 1


def test_confidence_grows_with_the_evidence() -> None:
    few = guess("Zoë\n".encode("cp1252"))[1]
    many = guess((WESTERN * 20).encode("cp1252"))[1]
    assert few < 0.5 < many


def test_where_nothing_fits_the_likely_one_is_named_without_confidence() -> None:
    name, confidence = guess(bytes(range(128, 256)) * 4)
    assert name == "cp1252"
    assert confidence <= 0.2
