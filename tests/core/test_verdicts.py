"""What comparing a corrected file found travels as data, and comes back the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.verdicts import RowVerdict, RowVerdicts, Verdict

VERDICTS = st.dictionaries(
    st.integers(1, 50), st.builds(RowVerdict, st.sampled_from(Verdict), st.text())
)


@given(VERDICTS, st.lists(st.integers(1, 60), unique=True))
def test_each_row_has_the_verdict_it_was_given_also_after_it_was_kept(
    given_verdicts: dict[int, RowVerdict], rows: list[int]
) -> None:
    made = RowVerdicts.of(given_verdicts.items())
    again = RowVerdicts.parse(made.text())
    assert again.text() == made.text()
    assert len(again) == len(given_verdicts)
    asked = np.array(rows, dtype=np.int64)
    for verdict in Verdict:
        mask, reasons = again.among(asked, verdict)
        held = [row for row in rows if row in given_verdicts]
        mine = [row for row in held if given_verdicts[row].verdict is verdict]
        assert asked[mask].tolist() == mine
        assert reasons.tolist() == [given_verdicts[row].reason for row in mine]
