"""Checks that the accepted contacts are members of the provider's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from preflight.config.profile import Profile
from preflight.core.exchange import Part
from preflight.runs.matching import keys
from preflight.runs.matching.join import Joined
from preflight.writing.parts import read_part


def absent(
    part: Part,
    joined: Joined,
    members: Mapping[str, int],
    key_field: Sequence[str],
    profile: Profile,
) -> int:
    """The number of a part's accepted rows whose key no member has.

    Args:
        part: what was sent.
        joined: the refused rows of the part.
        members: match key in lower case → count, from the provider.
        key_field: the first of these fields that the part has is the key.
        profile: with the kinds of fields.

    Raises:
        SourceError: the part is gone or was changed.
    """
    field = next((name for name in key_field if name in part.fields), None)
    if field is None:
        return 0
    kind = profile.fields[field].kind
    column = read_part(part).column(part.fields.index(field)).combine_chunks()
    known = set(keys.match_keys(pa.array(list(members), pa.string()), kind).to_pylist())
    refused = np.isin(part.row_map, joined.failures["row"].to_numpy(dtype=np.int64))
    accepted = keys.match_keys(column, kind).filter(pa.array(~refused)).to_pylist()
    return sum(key not in known for key in accepted)
