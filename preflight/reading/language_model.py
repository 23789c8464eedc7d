"""How likely a text is in a group of languages, by its letters and by which letter follows which.

The letters are counted in the names of countries, languages, scripts, currencies and months that
the Unicode CLDR has for each language (through `babel`): names, as in contact files. CLDR has too
few of the characters of Chinese, Japanese and Korean surnames and places; `_NAMES` adds them.
"""

from __future__ import annotations

import functools
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from preflight.core.types import Bools
from preflight.reading.vocabulary import VOCABULARY

GROUPS: Mapping[str, tuple[str, ...]] = {
    "western": ("de", "fr", "es", "pt", "it", "sv", "da", "no", "fi", "nl", "is"),
    "central": ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "de"),
    "cyrillic": ("ru", "uk", "bg", "sr", "be"),
    "greek": ("el",),
    "turkish": ("tr", "de"),
    "hebrew": ("he",),
    "arabic": ("ar", "fa"),
    "baltic": ("lt", "lv", "et", "pl"),
    "thai": ("th",),
    "vietnamese": ("vi",),
    "japanese": ("ja",),
    "simplified": ("zh",),
    "traditional": ("zh_Hant",),
    "korean": ("ko",),
}
Pair = tuple[str, str]
Floats = npt.NDArray[np.float64]
Pairs = Mapping[Pair, float]
"""How often each pair of neighbours occurs."""

_NAMES = {
    "simplified": (
        "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜"
        "叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎"
        "贺顾毛郝龚邵伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂小晓红玉建国文华志海燕辉"
        "云春梅雪飞婷公司有限科技集团股份北京上广州深圳天津重庆成都杭武汉西安南市省区路姓名电"
        "话邮箱城地址"
    ),
    "traditional": (
        "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧"
        "梁趙顏柯翁魏孫戴范方宋鄧杜傅侯曹薛丁卓馬董唐藍石家豪志明俊傑建宏淑芬惠美雅婷怡君雪玲"
        "麗華文英公司有限股份科技集團臺北台中雄新竹香港市縣區路姓名電話郵箱城地址子件"
    ),
    "japanese": (
        "佐藤鈴木高橋田中伊渡辺山本村小林加吉口松井上斎清水崎阿部森池石川前岡長谷近後坂遠青西"
        "福太三島原和竹野一郎子美大翔陽愛結衣健誠裕恵直樹由紀真理香織拓也株式会社東京都阪府市"
        "横浜名古屋札幌神戸県区町氏姓電話番号住所メールアドレス"
    ),
    "korean": (
        "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지"
        "준예도시호수빈연현은영미경숙희철식회사울부산대인천광름명화번메일소삼자"
    ),
}
_NAMES_WEIGHT = 2
_VOCABULARY_WEIGHT = 4
_CAPITALS, _TITLE = 0.1, 0.2
"""Weight of a text in upper case, and with each word capitalised, compared with it as written."""
_NAMED = ("territories", "languages", "scripts", "currency_names")
_MEASURE = 15_000
_KEPT = 20_000
_NOVELTY = 2.0
"""How much of a letter's followers is left to those never seen behind it (Witten and Bell)."""
TYPED = {
    "’": ("letter", 1e-2), "”": ("letter", 4e-3), "…": ("letter", 3e-3), "\xa0": ("", 3e-3),
    "–": ("blank", 1e-2), "—": ("blank", 3e-3), "“": ("blank", 4e-3), "‘": ("blank", 3e-3),
    "„": ("blank", 3e-3), "€": ("blank", 4e-3), "£": ("blank", 1e-3), "•": ("blank", 1e-3),
    "«": ("blank", 1e-3), "»": ("letter", 1e-3), "®": ("letter", 1e-3), "™": ("letter", 1e-3),
    "©": ("blank", 3e-4), "№": ("blank", 1e-3), "§": ("blank", 3e-4), "°": ("", 5e-4),
    "º": ("", 2e-4), "ª": ("", 1e-4), "²": ("letter", 1e-4), "½": ("blank", 1e-4),
    "·": ("blank", 2e-4), "´": ("letter", 5e-4), "×": ("blank", 1e-4), "¿": ("blank", 1e-4),
    "¡": ("blank", 1e-4), "‚": ("blank", 2e-5),
}  # fmt: skip
"""Characters that are typed beside letters: what they stand behind, and how common they are."""
_MISPLACED = 0.02
_BELOW = {
    "letter": 1e-6,
    "symbol": 1e-7,
    "control": 1e-10,
    "damage": 1e-9,
}
_OTHER_SCRIPT = 0.02
_CAPITAL_INSIDE = 0.02
_ALONE = 0.05
_SAME = dict(zip("șțȘȚ", "şţŞŢ", strict=True))
"""Letters of Romanian, which older encodings have in another form only."""
_WORDS = set("àâèéêîóôöùyåæøíáúžаеиікосувуяєїьъήοηωεҳ")
_COMMON, _RARE, _RAREST = 2e-4, 5e-6, 1e-7
_HALF_WIDTH = range(0xFF66, 0xFFA0)


@dataclass(frozen=True)
class _Asked:
    """Pairs of folded neighbours, and what is true of each in any language of a group.

    Attributes:
        pairs: the characters.
        script: a factor for a pair that no name has: a letter beside one of another script.
        below: the likelihood of the second character where no name has it.
        inside: a mask of the capitals behind small letters.
    """

    pairs: Sequence[Pair]
    script: Floats
    below: Floats
    inside: Bools


class LanguageModel:
    """The letters of a group of languages, and how often one follows another."""

    def __init__(self, languages: Iterable[str], names: str) -> None:
        self._pairs: Counter[Pair] = Counter()
        for language in languages:
            self._pairs.update(_pairs_of(language))
        self._pairs.update(dict.fromkeys([(" ", letter) for letter in names], _NAMES_WEIGHT))
        self._pairs.update(dict.fromkeys([(letter, " ") for letter in names], _NAMES_WEIGHT))
        self._before: Counter[str] = Counter()
        self._single: Counter[str] = Counter()
        self._followers: Counter[str] = Counter()
        for (before, character), times in self._pairs.items():
            self._before[before] += times
            self._followers[before] += 1
            self._single[character] += times
        self._total = sum(self._single.values())

    def measured(self, asked: _Asked) -> Floats:
        """The logarithms of how likely the second character of each pair is behind the first."""
        befores, characters = zip(*asked.pairs, strict=True)
        rest, seen = _each(befores, self._rest), _each(befores, self._before.__getitem__)
        likely = rest * _each(characters, self._single.__getitem__) / self._total
        found = np.array([self._pairs.get(pair, 0.0) for pair in asked.pairs], dtype=np.float64)
        known = found > 0
        likely[known] += (1 - rest[known]) * found[known] / seen[known]
        likely[~known] *= asked.script[~known]
        likely += asked.below
        likely[asked.inside] *= _CAPITAL_INSIDE
        logarithms: Floats = np.log(likely)
        return logarithms

    def _rest(self, before: str) -> float:
        """What is left to the characters that were never seen behind one."""
        seen, unseen = self._before[before], _NOVELTY * self._followers[before]
        return unseen / (unseen + seen) if seen else 1.0


def _each(characters: Sequence[str], value: Callable[[str], float]) -> Floats:
    """A number for each character, asked for once for equal ones."""
    values = {character: value(character) for character in set(characters)}
    return np.array([values[character] for character in characters], dtype=np.float64)


def _script(before: str, character: str) -> float:
    if before.isalpha() and character.isalpha() and _ascii(before) != _ascii(character):
        return 1.0 if is_latin(before) and is_latin(character) else _OTHER_SCRIPT
    return 1.0


def _below(before: str, character: str, level: Callable[[str], float]) -> float:
    """The likelihood of a character that is in none of the languages."""
    if ord(character) in _HALF_WIDTH:
        return 1e-2 if ord(before) in _HALF_WIDTH else _COMMON
    if character in TYPED:
        behind, typed = TYPED[character]
        misplaced = behind and (behind == "blank") is before.isalpha()
        return typed * (_MISPLACED if misplaced else 1)
    if character.isalpha():
        return level(character)
    if character == "\ufffd":
        return _BELOW["damage"]
    category = unicodedata.category(character)
    if category in ("Mn", "Mc"):
        return _BELOW["letter"]
    return _BELOW["control" if category.startswith("C") else "symbol"]


class Languages:
    """The models of a group: the mixture of its languages, and each of them.

    What was asked before is kept as numbers: bytes at random have a hundred thousand pairs.

    Args:
        name: one of `GROUPS`.

    Attributes:
        known: for each model the logarithms of how likely each pair that was asked for is.
    """

    def __init__(self, name: str) -> None:
        group = GROUPS[name]
        names, self._level = _NAMES.get(name, ""), _LEVELS.get(name, _plain_level)
        mixture = LanguageModel(group, names)
        single = [LanguageModel([language], names) for language in group]
        self._models = [mixture] if len(group) == 1 else [mixture, *single]
        self.forget()

    def forget(self) -> None:
        """Drops what was asked before, and so the places of all pairs."""
        self._at: dict[Pair, int] = {}
        self.known: Floats = np.empty((len(self._models), 0))

    def places(self, pairs: Iterable[Pair]) -> npt.NDArray[np.int32]:
        """The places of pairs in `known`; they are folded."""
        at, new = self._at, list[Pair]()
        places = []
        for pair in pairs:
            place = at.get(pair)
            if place is None:
                place = at[pair] = len(at)
                new.append(pair)
            places.append(place)
        if new:
            asked = self._asked(new)
            measured = [model.measured(asked) for model in self._models]
            self.known = np.concatenate([self.known, np.array(measured)], axis=1)
        return np.array(places, dtype=np.int32)

    def _asked(self, pairs: Sequence[Pair]) -> _Asked:
        script = np.array([_script(*pair) for pair in pairs])
        below = np.array([_below(*pair, self._level) for pair in pairs])
        inside = np.array([pair[0].islower() and pair[1].isupper() for pair in pairs], dtype=bool)
        return _Asked(pairs, script, below, inside)

    def likelihoods(self, places: npt.NDArray[np.int32], times: Floats) -> Floats:
        """For each model how likely pairs at some places are together, as a logarithm.

        Args:
            places: of the pairs in `known`.
            times: how often each occurs.
        """
        sums: Floats = self.known @ np.bincount(places, times, minlength=self.known.shape[1])
        return sums


_READ: dict[str, Languages] = {}


def languages(name: str) -> Languages:
    """The models of a group, one of `GROUPS`."""
    if name not in _READ:
        _READ[name] = Languages(name)
    return _READ[name]


def forget_much() -> None:
    """Frees the memory that very many pairs take; those of most files are few, and stay."""
    for group in _READ.values():
        if group.known.shape[1] > _KEPT:
            group.forget()


def likelihood(name: str, pairs: Pairs) -> float:
    """How likely neighbours are in the likeliest of the languages of a group, as a logarithm."""
    group, times = languages(name), np.array([*pairs.values()], dtype=np.float64)
    return float(group.likelihoods(group.places(pairs), times).max())


def as_word(character: str) -> float:
    """The logarithm of how much less likely a character is for standing between two blanks."""
    cased = character.isalpha() and character.lower() != character.upper()
    return math.log(_ALONE) if cased and character.lower() not in _WORDS else 0.0


def folded(character: str) -> str:
    """The character, or of ASCII "0" for a digit and a blank for what is not a letter."""
    if character >= "\x80" or character.isalpha():
        return _SAME.get(character, character)
    return "0" if character.isdigit() else " "


def neighbours(text: str) -> Counter[tuple[str, str]]:
    """How often each pair of neighbours occurs; ASCII counts as letter, digit or space."""
    pairs: Counter[tuple[str, str]] = Counter()
    for (before, character), times in Counter(zip(f" {text}", f"{text} ", strict=True)).items():
        pairs[folded(before), folded(character)] += times
    return pairs


@functools.cache
def _pairs_of(language: str) -> Counter[tuple[str, str]]:
    """The neighbours in a language's names, scaled to a text of `_MEASURE` characters."""
    from babel import localedata

    data = localedata.load(language)
    names = [str(name) for part in _NAMED for name in data[part].values()]
    words = VOCABULARY.get(language, "").split()
    text = unicodedata.normalize("NFC", "\n".join(names + words * _VOCABULARY_WEIGHT))
    share = _MEASURE / len(text)
    pairs: Counter[tuple[str, str]] = Counter()
    for (before, character), times in neighbours(text).items():
        pairs[before, character] += times * share  # type: ignore[assignment]
        capitals = before.upper(), character.upper()
        pairs[capitals] += times * share * _CAPITALS  # type: ignore[assignment]
    starts = Counter(word[:2] for word in text.split() if len(word) > 1)
    for start, times in starts.items():
        capital, second = start[0].upper(), folded(start[1])
        pairs[" ", capital] += times * share * _TITLE  # type: ignore[assignment]
        pairs[capital, second] += times * share * _TITLE  # type: ignore[assignment]
    return pairs


def _ascii(character: str) -> bool:
    return character < "\x80"


def is_latin(character: str) -> bool:
    """Whether a letter is in the Latin script."""
    return character < "\u0250" or "\u1e00" <= character < "\u1f00"


def _plain_level(character: str) -> float:
    return _BELOW["letter"] if is_latin(character) else _BELOW["letter"] / 10


def _by_lead(codec: str, common: range, rare: range) -> Callable[[str], float]:
    """How common a character is, by its place in the national standard of `codec`."""

    def level(character: str) -> float:
        if character < "\u2e80":
            return _BELOW["letter"] / 10
        try:
            lead = character.encode(codec)[0]
        except UnicodeEncodeError:
            return _RAREST
        return _COMMON if lead in common else _RARE if lead in rare else _RAREST

    return level


_LEVELS = {
    "simplified": _by_lead("gb2312", range(0xB0, 0xD8), range(0xA1, 0xF8)),
    "traditional": _by_lead("big5", range(0xA4, 0xC7), range(0xA1, 0xFA)),
    "japanese": _by_lead("euc_jp", range(0xA4, 0xD0), range(0xA1, 0xF5)),
    "korean": _by_lead("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFE)),
}
