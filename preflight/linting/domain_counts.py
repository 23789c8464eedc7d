"""Counts the domains of addresses in bounded memory."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Ints
from preflight.snapshots.snapshot import FEWEST, Mix, mixed

_BLOCK = 1 << 16
"""Rows after which rare domains may be forgotten; blocks begin at fixed rows."""
_MOST = 1 << 16
"""So many domains are kept at the end of a block. One that is forgotten stood in fewer than one row
of 60,000, far less than a domain that is named."""
_BITS = 64


class DomainCounts:
    """How many rows have an address of each domain, and whether the addresses differ.

    Of the addresses of a domain 64 bits are kept: each address sets the one that its hash chooses.
    So five bits are five different addresses, or more.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._block = 0

    def add(self, rows: Ints, addresses: pa.Array) -> None:
        """Adds valid addresses in normal form, in the order of their rows."""
        blocks = rows // _BLOCK
        starts = np.flatnonzero(np.diff(blocks, prepend=-1)).tolist()
        for start, end in itertools.pairwise([*starts, len(rows)]):
            if blocks[start] != self._block:
                self._block = int(blocks[start])
                self._forget()
            self._add(addresses.slice(start, end - start))

    def _add(self, addresses: pa.Array) -> None:
        halves = pc.extract_regex(addresses, r"@(?P<domain>[^@]*)$").field(0)
        encoded = halves.dictionary_encode()
        which = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        counts = np.bincount(which, minlength=len(encoded.dictionary))
        hashes = pd.util.hash_array(
            np.asarray(addresses.to_numpy(zero_copy_only=False), dtype=object), categorize=False
        )
        bits = np.zeros(len(counts), dtype=np.uint64)
        np.bitwise_or.at(bits, which, np.uint64(1) << (hashes % np.uint64(_BITS)))
        domains = encoded.dictionary.to_pylist()
        for domain, count, seen in zip(domains, counts.tolist(), bits.tolist(), strict=True):
            self._counts[domain] = self._counts.get(domain, 0) + count
            self._seen[domain] = self._seen.get(domain, 0) | seen

    def _forget(self) -> None:
        if len(self._counts) <= _MOST:
            return
        ranked = sorted(self._counts.items(), key=lambda entry: (-entry[1], entry[0]))
        self._counts = dict(ranked[:_MOST])
        self._seen = {domain: self._seen[domain] for domain in self._counts}

    def mix(self, total: int) -> Mix:
        """The domains that many different addresses share.

        Args:
            total: all rows with an address.
        """
        shared = {
            domain: count
            for domain, count in self._counts.items()
            if self._seen[domain].bit_count() >= FEWEST
        }
        return mixed(shared, of=total)
