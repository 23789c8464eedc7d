"""Keyed fingerprints of cells, which tell known findings from new ones.

A hash of a phone number hides nothing: there are so few of them that all can be tried. So the key
is no part of a baseline. It is a secret of the environment; without it there are no fingerprints.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from preflight.baseline.kinds import Kind

VARIABLE = "PREFLIGHT_BASELINE_KEY"
_SALT, _SIZE = 16, 8
_CHECKED = b"preflight baseline"


@dataclass(frozen=True)
class KeyCheck:
    """What a baseline says about the key of its fingerprints, without the key.

    Attributes:
        salt: makes the fingerprints of each baseline its own.
        check: a fingerprint of a fixed text.
    """

    salt: str
    check: str


class Fingerprints:
    """Makes fingerprints with the key of the environment.

    Args:
        key: of the environment.
        salt: of the baseline; a new one by default.
    """

    def __init__(self, key: str, salt: str = "") -> None:
        self._salt = salt or secrets.token_hex(_SALT)
        # Slow on purpose: whoever has the file can try keys.
        self._key = hashlib.scrypt(
            key.encode(), salt=bytes.fromhex(self._salt), n=1 << 14, r=8, p=1, dklen=32
        )

    @property
    def key_check(self) -> KeyCheck:
        """What the baseline keeps about the key."""
        return KeyCheck(self._salt, self._hashed(_CHECKED))

    def of(self, kind: Kind, cells: Iterable[str | None]) -> list[str | None]:
        """The fingerprint of each cell; None for a finding that is not about a single cell."""
        start = f"{kind.code}\0{kind.column}\0"
        return [
            None if cell is None else self._hashed((start + cell).encode("utf-8", "surrogatepass"))
            for cell in cells
        ]

    def counted(self, kind: Kind, cells: Iterable[str | None]) -> dict[str, int] | None:
        """How often each fingerprint occurs; None if a finding has none."""
        made = self.of(kind, cells)
        return None if None in made else dict(sorted(Counter(filter(None, made)).items()))

    def _hashed(self, text: bytes) -> str:
        return hashlib.blake2b(text, key=self._key, digest_size=_SIZE).hexdigest()
