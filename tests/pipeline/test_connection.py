"""How a run reaches its provider, and how long it waits."""

from __future__ import annotations

import pytest

from preflight.pipeline.connection import POLL_SCALE, Connection


@pytest.mark.parametrize(
    ("environ", "more", "scale"),
    [
        ({}, {}, 1.0),
        ({}, {"sandbox": True}, 0.02),
        ({}, {"base_url": "http://127.0.0.1:8000/talkvalue"}, 0.02),
        ({}, {"base_url": "https://staging.example.com"}, 1.0),
        ({}, {"base_url": "http://[no address"}, 1.0),
        ({"TALKVALUE_API_URL": "http://localhost:8000"}, {}, 0.02),
        ({POLL_SCALE: "0.5"}, {"sandbox": True}, 0.5),
        ({POLL_SCALE: "0.5"}, {}, 0.5),
    ],
)
def test_stand_ins_are_polled_fast(
    environ: dict[str, str], more: dict[str, bool], scale: float
) -> None:
    """Their jobs end at once; a provider is polled as it documents, unless the variable says so."""
    connection = Connection(options={}, environ=environ, **more)  # type: ignore[arg-type]
    assert connection.scale("talkvalue") == scale
