"""Labels that people and exports put beside a phone number: `Cell 415…`, `p:+46…`, `… (privat)`.

Known labels say which of somebody's phones it is, in the languages of the profiles' aliases. Words
that say more are not labels: a fax is no phone, and `old`, `wife` or `call after 5` are for a
person to read.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import mask, matches, replaced

_PHONE = (
    "phone", "phone number", "phone no", "telephone", "tel", "tel no", "tele", "ph", "contact",
    "contact no", "number", "num", "telefon", "telefonnummer", "telefonnr", "fon", "rufnummer",
    "nummer", "nr", "tlf", "tfn", "téléphone", "tél", "numéro", "teléfono", "tfno", "número",
    "numero", "telefoon", "telefoonnummer", "telefone", "numer",
)  # fmt: skip
_MOBILE = (
    "mobile", "mobile phone", "mobile no", "mob", "cell", "cell phone", "cellphone", "cellular",
    "cel", "smartphone", "iphone", "whatsapp", "sms", "text", "mobil", "mobiltelefon",
    "mobilnummer", "mobilnr", "mobilfunk", "handy", "handynummer", "handynr", "natel", "portable",
    "móvil", "celular", "cellulare", "mobiel", "gsm", "telemóvel", "komórka", "kom", "komórkowy",
)  # fmt: skip
_PRIVATE = (
    "home", "private", "personal", "landline", "privat", "zuhause", "festnetz", "privé", "perso",
    "personnel", "domicile", "maison", "fixe", "particular", "privado", "casa", "fijo", "fisso",
    "privato", "thuis", "vast", "hem", "hemma", "hjem", "hjemme", "fastnet", "pessoal", "fixo",
    "dom", "prywatny",
)  # fmt: skip
_WORK = (
    "work", "office", "business", "direct", "direct line", "desk", "main", "primary", "preferred",
    "other", "büro", "dienstlich", "geschäftlich", "arbeit", "firma", "zentrale", "direkt",
    "bureau", "travail", "pro", "professionnel", "trabajo", "oficina", "directo", "lavoro",
    "ufficio", "diretto", "werk", "kantoor", "zakelijk", "arbete", "jobb", "jobbet", "kontor",
    "arbejde", "job", "arbeid", "trabalho", "escritório", "comercial", "direto", "praca", "biuro",
    "służbowy",
)  # fmt: skip
# Phone, telephone, mobile, cell, home, work, office, direct.
_LETTERS = "ptmchwod"
# `no` and `n` are numbers only with a mark: `no 415…` may say that one must not call.
_MARKED = r"(?:no|nr|n|tel)(?:[.:]|\x{ba}|\x{b0})|\x{2116}"


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _spelled() -> str:
    words = {*_PHONE, *_MOBILE, *_PRIVATE, *_WORK}
    words |= {_bare(word) for word in words}
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(word.replace(" ", r"[\s.-]*") for word in longest)


_WORD = f"(?:{_spelled()})"
_JOINT = r"[\s,/&.-]*"
_WORDS = rf"{_WORD}\.?(?:[\s,/&+.-]+{_WORD}\.?)*"
_INSIDE = rf"[(\[]\s*(?:{_WORDS}|[{_LETTERS}])\s*[)\]]"
_MARKS = r"[ \x{a0}\x{ad}\x{200b}\x{2060}\x{2010}-\x{2015}\x{2212}()\[\]./-]"
# Between a label in front and the number: anything that separates, and for one letter at least one.
_GAP = r"[\s\x{a0}:.,;=|\x{2013}-]"
_FRONT = (
    rf"(?:[(\[]?(?:{_WORD}\.?(?:\s?[1-9]\s?:)?{_GAP}*|{_MARKED}{_GAP}*|[{_LETTERS}](?:{_GAP})+)"
    rf"[)\]]?{_JOINT}|{_INSIDE}{_GAP}*)+"
)
_NUMBER = (
    rf"[(\[]*[+\x{{ff0b}}]?{_MARKS}*(?:\p{{Nd}}{_MARKS}*){{5,}}\p{{Nd}}\)?"
    r"(?:[ \x{a0}]*(?:ext|extn|extension|x|#)[:.]?[ \x{a0}]*[0-9]{1,6})?"
)
_BEHIND = (
    rf"(?:[\s\x{{a0}},;:|/-]*{_INSIDE}"
    rf"|[\s\x{{a0}},;:|/\x{{2013}}-]+(?:{_WORDS}|[{_LETTERS}]\.?))+"
)
_LABELLED = rf"(?i)^(?:{_FRONT})?(?P<number>{_NUMBER})(?P<behind>{_BEHIND})?\s*$"
_LETTER = r"\pL|\x{2116}"
_SIX_DIGITS = r"(?s)(?:\p{Nd}.*){6}"


def unlabelled(cells: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The cells without the known labels around a number.

    Args:
        cells: strings, trimmed.

    Returns:
        The cells, of which only those change that hold nothing but one run of digits and known
        labels; and whether each had a label behind the number.
    """
    behind = np.zeros(len(cells), dtype=bool)
    at = np.flatnonzero(matches(cells, _LETTER))
    at = at[matches(cells.take(pa.array(at)), _SIX_DIGITS)]
    # To compile the pattern takes longer than to lint a small file: it is asked last.
    if not len(at):
        return cells, pa.array(behind)
    parts = pc.extract_regex(cells.take(pa.array(at)), _LABELLED)
    known = mask(pc.fill_null(pc.not_equal(pc.struct_field(parts, "number"), ""), fill_value=False))
    at, parts = at[known], parts.filter(pa.array(known))
    behind[at] = mask(pc.not_equal(pc.struct_field(parts, "behind"), ""))
    where = np.zeros(len(cells), dtype=bool)
    where[at] = True
    number = pc.utf8_trim_whitespace(pc.struct_field(parts, "number"))
    return replaced(cells, where, number), pa.array(behind)
