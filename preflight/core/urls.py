"""Addresses of objects in a store, like `s3://exports/leads.csv`, as text: nothing is opened here.

What follows a question mark may be a signature that lets anybody read the object, so it is in no
report, no message and no log: `shown` is the address without it. A user and a password in front of
a host are refused, because every process of the machine can read the arguments of a call.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from preflight.core.errors import SourceError, UsageError

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<authority>[^/]*)(?P<path>.*)", re.S)
_WEB = ("http", "https")
_LOCAL = ("file", "local")
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Url:
    """The address of an object, or of a folder of objects.

    Attributes:
        scheme: of the store, in small letters: "s3".
        authority: the host, or the bucket.
        path: the rest, from the first slash on, without a query.
        query: with its question mark, and what follows it; "" if there is none.
    """

    scheme: str
    authority: str
    path: str
    query: str = ""

    @property
    def shown(self) -> str:
        """It as reports and messages show it: without a query."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def text(self) -> str:
        """All of it."""
        return self.shown + self.query

    @property
    def name(self) -> str:
        """The name of the object, as a file would have it."""
        last = self.path.rstrip("/").rpartition("/")[2]
        return unquote(last) if self.is_web else last

    @property
    def is_web(self) -> bool:
        """Whether a web server has it: its objects can be read, and that is all."""
        return self.scheme in _WEB

    @property
    def is_pattern(self) -> bool:
        """Whether it may stand for several objects."""
        return not self.is_web and _PATTERN.search(self.path) is not None

    @property
    def is_folder(self) -> bool:
        """Whether it stands for what is below it."""
        return not self.is_web and self.path[-1:] in ("", "/")

    def beside(self, name: str) -> Url:
        """Another object in the same folder."""
        return Url(self.scheme, self.authority, f"{self.path.rpartition('/')[0]}/{name}")

    def below(self, name: str) -> Url:
        """An object in this folder."""
        return Url(self.scheme, self.authority, f"{self.path.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return self.shown


def parse(text: str | Path) -> Url | None:
    """The address that a text is; None for a path.

    Raises:
        SourceError: it holds a user and a password.
    """
    found = _URL.fullmatch(str(text)) if isinstance(text, str) else None
    if found is None or found["scheme"].lower() in _LOCAL:
        return None
    scheme, authority, path = found["scheme"].lower(), found["authority"], found["path"]
    user, at, host = authority.rpartition("@")
    if at and (scheme in _WEB or ":" in user):
        raise SourceError(
            f"{scheme}://{host}: a URL with a user and a password can be read by other processes; "
            "give them to the store by its own means, such as its environment variables"
        )
    web = scheme in _WEB
    path, mark, query = _without_query(path, web=web)
    if web and not mark:
        path, mark, query = path.partition("#")
    return Url(scheme, authority, path, mark + query)


def _without_query(path: str, *, web: bool) -> tuple[str, str, str]:
    """The path, the mark and what follows it: elsewhere a question mark alone is one of a name."""
    before, mark, query = path.partition("?")
    if web or "=" in query:
        return before, mark, query
    return path, "", ""


def shown(text: str) -> str:
    """A word as it may be shown: of a URL without its query, a path as it is."""
    try:
        url = parse(text)
    except SourceError:
        return "…"
    return text if url is None else url.shown


def local_path(text: str | os.PathLike[str]) -> Path:
    """A path on this machine.

    Raises:
        UsageError: it is a URL.
    """
    plain = os.fspath(text)
    if (url := parse(plain)) is not None:
        raise UsageError(
            f"{url}: this folder has to be on this machine; `fix` and `split` write to a store"
        )
    return Path(as_path(plain))


def as_path(text: str) -> str:
    """A `file://` URL as the path that it is; any other text as it stands."""
    found = _URL.fullmatch(text)
    if found is None or found["scheme"].lower() not in _LOCAL:
        return text
    return unquote(found["path"])
