"""The name cell holds more than the name: a title, a degree, digits, emoji.

`Dr. Ann`, `Bell, PhD`, `Bob 2`. A greeting prints it as it is. Titles, degrees and emoji are
removed only on request; digits stay, because their meaning is unknown. `Jr.` and `III` are part of
a name.

Options::

    --unsafe-fixes

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,Dr. Ann,"Bell, PhD"
    bob@kestrel-labs.com,Bob 🚀,Pike
    cleo@kestrel-labs.com,Cleo 2,"Hart, MBA, PMP"

Findings::

    2:first_name NAM605 a title, degree, digits or emoji in the name
    2:last_name NAM605 a title, degree, digits or emoji in the name
    3:first_name NAM605 a title, degree, digits or emoji in the name
    4:first_name NAM605 a title, degree, digits or emoji in the name
    4:last_name NAM605 a title, degree, digits or emoji in the name

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Drew,Bell
    bob@kestrel-labs.com,Bob,Pike Jr.
    don@kestrel-labs.com,Don M.,Ma 3rd

Fixed::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,Pike
    cleo@kestrel-labs.com,Cleo 2,Hart
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, strip_invisible

# Titles that are nobody's name; `Don` and `Sir` are names, and `M.` is an initial.
_TITLE = (
    r"^(?:(?:[Dd]r|DR|[Mm]r|MR|[Mm]rs|MRS|[Mm]s|[Pp]rof|Herr|Frau|Mme|Mlle|Monsieur|Madame|Sra|Srta"
    r"|Sig\.ra|Dott\.ssa)\.? +|(?:Ing|Dipl\.-Ing|Mag|Rev|Hon|Dott|Avv|Sig)\. +)"
)
# Without a comma, `MD` and `MA` are names too.
_DEGREE = (
    r"(?:,| |, )(?:Ph\.?D|PHD|MBA|M\.?Sc|B\.?Sc|CPA|Esq|LL\.?[MB])\.?$"
    r"|, ?(?:M\.?D|D\.?D\.?S|R\.?N|J\.?D|M\.?A|B\.?A|P\.?E|ACCA|AIA|APR|BEng|BSN|CEng|CFA|CFE"
    r"|CFP|CFRE|CIPP|CISA|CISM|CISSP|CMA|CMP|CPO|CSM|CSPO|CTP|DBA|DNP|DPT|DVM|Ed\.?D|FACHE|FCCA|FNP"
    r"|FRSA|ITIL|LCSW|LEED AP|LL\.?D|LMFT|LPC|M\.?Ed|MEng|MFA|MHA|MPA|MPH|MPP|MRICS|MSN|MSW|PHR"
    r"|PMI-ACP|PMP|Pharm\.?D|Psy\.?D|RDN|SHRM-S?CP|SPHR)[.®™]?$"
)
_EMOJI = "[\u2600-\u27bf\U0001f300-\U0001faff]"
_BESIDE = re.compile(rf"{_TITLE}|{_DEGREE}|{_EMOJI}[\u200d\ufe0f]*")
# Digits without a letter are not a name at all, which another rule reports.
_DIGITS = r"[^\W\d_].*[0-9]|[0-9].*[^\W\d_]"
# "John Smith 3rd" is "John Smith III".
_ORDINAL = r" (?:2nd|3rd|[4-9]th)$"


def _bare(name: str) -> str:
    while True:
        rest = strip_invisible(_BESIDE.sub("", name))
        if rest in ("", name):
            return name
        name = rest


def check(name: pd.Series[str]) -> pd.Series[bool]:
    numbered = name[name.str.contains(r"\d")].str.replace(_ORDINAL, "", regex=True)
    odd = name.str.contains(_BESIDE.pattern)
    odd |= numbered.str.contains(_DIGITS).reindex(name.index, fill_value=False)
    return ~odd | name.str.contains("@", regex=False)


def fix(name: pd.Series[str]) -> pd.Series[str]:
    return name.map(_bare)


RULE = Rule(
    code="NAM605",
    name="name-decorated",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"name"}),
    suspects=rf"{_TITLE}|{_DEGREE}",
    message="a title, degree, digits or emoji in the name",
    check=check,
    yields_to=frozenset({"NAM602"}),
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
