"""The values in a report for programs, as `report.schema.json` says them."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

CLOSED, OPEN = ConfigDict(extra="forbid"), ConfigDict(extra="allow")
"""Whether a record has no keys but those that are named."""

Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]
Code = Annotated[str, Field(pattern="^[A-Z]{3}[0-9]{3}$")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
ShortDigest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
