"""What a person can do about a refusal: by the provider's code, else by its words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.profile import Profile
from preflight.core.exchange import Reason
from preflight.core.patterns import matching

_SUPPRESSED = (
    r"(?i)unsubscri|suppress|bounced|\bopt(ed)?[ _-]?out|\bblocked|\bblocker|blocklist|blacklist"
    r"|complained|spam complaint|do not (contact|mail|email|call)"
)
"""How providers say that a contact does not want their messages, or does not get them."""


def reasons_of(codes: pd.Series[str], messages: pd.Series[str], profile: Profile) -> np.ndarray:
    """The class of each refusal, a `Reason` as str; object.

    Where the profile lacks the code, a contact that the provider calls bounced, unsubscribed,
    suppressed or blocked is suppressed: nobody can correct it.
    """
    known = {code: str(profile.reason(code)) for code in codes.unique()}
    found: np.ndarray = codes.map(known).to_numpy(dtype=object)
    unknown = found == Reason.UNKNOWN.value
    words = pa.array((codes + " " + messages)[unknown].to_numpy(dtype=object), pa.string())
    said = matching(words, _SUPPRESSED)
    found[np.flatnonzero(unknown)[np.asarray(said, dtype=bool)]] = Reason.SUPPRESSED.value
    return found
