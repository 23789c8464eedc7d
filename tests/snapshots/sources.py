"""A source of contact files, drawn by chance: two draws are two exports of one source."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

HEADER = ("Email", "First name", "Phone", "Country", "Company", "Scan date", "Notes")
_NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hana", "Ines", "Jon", "Kit", "Lea")
_WEBMAIL = ("inboxhollow.com", "quillpost-mail.net", "mailbrookside.net")
_STEMS = ("kestrel", "tessaline", "pellworthy", "zephyrane", "halvorn", "saltmeer", "polydroma")
_TRADES = ("labs", "foods", "audio", "optics", "marine", "energy")
_PHONES = {"US": "+1415555", "DE": "+4930123", "GB": "+442079460", "FR": "+331420"}
_NOTES = (
    "Asked about delivery times", "Met at the booth and wants a call", "Likes the old catalogue",
    "Wants a demonstration in May", "Has a project for next year",
)  # fmt: skip
_START = datetime(2026, 4, 1, 9, tzinfo=UTC)

Row = dict[str, str]


def rows(count: int, seed: int = 0) -> list[Row]:
    """So many contacts: a third with a web mailer's address, in four countries, 3% faulty."""
    rng = random.Random(seed)
    return [_row(rng, at, count) for at in range(count)]


def _row(rng: random.Random, at: int, count: int) -> Row:
    name, stem, trade = rng.choice(_NAMES), rng.choice(_STEMS), rng.choice(_TRADES)
    domain = rng.choice(_WEBMAIL) if rng.random() < 0.35 else f"{stem}-{trade}.com"
    country = rng.choices(list(_PHONES), weights=(45, 25, 20, 10))[0]
    phone = _PHONES[country]
    number = f"{phone}{rng.randrange(10 ** (4 if country in ('US', 'GB') else 5)):05d}"
    if country == "US":
        number = f"{phone}{2000 + rng.randrange(8000)}"
    elif country == "GB":
        number = f"{phone}{rng.randrange(1000):03d}"
    moment = _START + timedelta(minutes=round(60 * 24 * 28 * at / count) + rng.randrange(60))
    return {
        "Email": f"{name.lower()}.{at}{'@' if rng.random() > 0.03 else '@@'}{domain}",
        "First name": name,
        "Phone": number if rng.random() > 0.03 else number[:6],
        "Country": country,
        "Company": f"{stem} {trade}".title(),
        "Scan date": moment.strftime("%m/%d/%Y %H:%M"),
        "Notes": rng.choice(_NOTES) if rng.random() < 0.45 else "",
    }


def text(
    contacts: Iterable[Row],
    header: Iterable[str] = HEADER,
    names: Callable[[str], str] = str,
    **dialect: str,
) -> str:
    """The contacts as CSV.

    Args:
        contacts: the rows.
        header: which columns, in this order.
        names: what a column is called in the file.
        dialect: as of `csv.writer`, instead of commas and LF.
    """
    header = tuple(header)
    written = io.StringIO()
    writer = csv.writer(written, **{"lineterminator": "\n", **dialect})  # type: ignore[arg-type]
    writer.writerow([names(name) for name in header])
    writer.writerows([row.get(name, "") for name in header] for row in contacts)
    return written.getvalue()
