"""Experiture's lists: found by their exact name, their members counted, page by page.

The facts: `GET /lists` and `GET /lists/{id}/members` with `page` and `pageSize` ("Lists"); that a
list is found by its exact name, over all pages ("Importing Contacts into a List"). The shape of a
page is not documented, so any that holds one list of entries is read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from preflight.providers.http import Http

_PAGE_SIZE = 200
_MOST_PAGES = 10_000


class Lists:
    """The lists of one workspace.

    Args:
        http: the calls.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def named(self, name: str) -> list[str]:
        """The ids of the active lists of exactly that name, looked for on every page.

        Raises:
            ProviderError: a page could not be had.
        """
        return [
            str(entry["id"])
            for entry in self._pages("/lists", {"status": "active"})
            if entry.get("name") == name and isinstance(entry.get("id"), str)
        ]

    def members(self, key: str) -> Mapping[str, int]:
        """The members of a list: address in lower case → how often.

        Raises:
            ProviderError: a page could not be had.
        """
        return Counter(
            _email(member) for member in self._pages(f"/lists/{quote(key, safe='')}/members", {})
        )

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """The entries of all pages, of whatever shape a page is."""
        seen: set[str] = set()
        for page in range(1, _MOST_PAGES + 1):
            response = self._http.send(
                "GET",
                path,
                params={**query, "page": page, "pageSize": _PAGE_SIZE},
                commits=False,
            )
            data = response.document().get("data")
            entries = _entries(data)
            if entries is None:
                raise self._http.unexpected(response, "a page of entries", commits=False)
            digest = hashlib.sha256(repr(entries).encode()).hexdigest()
            if not entries or digest in seen:
                return
            seen.add(digest)
            yield from entries
            last = data.get("totalPages") if isinstance(data, dict) else None
            if isinstance(last, int) and page >= last:
                return


def _entries(data: object) -> list[Mapping[str, Any]] | None:
    """The entries of a page: a list, or the only list that stands in an object."""
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        data = lists[0] if len(lists) == 1 else data
    if not isinstance(data, list):
        return None
    return [entry for entry in data if isinstance(entry, dict)]


def _email(member: Mapping[str, Any]) -> str:
    """A member's address in lower case, be it its own or its profile's; "" where it shows none."""
    for record in (member, *(value for value in member.values() if isinstance(value, dict))):
        for name, value in record.items():
            if name.casefold() in {"email", "emailaddress", "matchkey"} and isinstance(value, str):
                return value.strip().lower()
    return ""
