"""Either/or, asked for on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.calls import Call


def test_a_demand_on_the_command_line_is_told_by_its_flag(tmp_path: Path, call: Call) -> None:
    """And reaches the rows."""
    path = tmp_path / "a.csv"
    path.write_text("email,phone\nann@kestrel-labs.com,\n,\n ,x\n")
    told = call("check", str(path), "--any-of", "email,phnoe")
    assert told.code == 2
    assert told.err.strip() == (
        "preflight: --any-of: profile general has no field `phnoe`; did you mean `phone`?"
    )
    path.write_text("email,phone,city\nann@kestrel-labs.com,,Leeds\n,,Leeds\n")
    told = call("check", str(path), "--any-of", "email,phone", "--select", "STR")
    assert told.code == 1
    assert "1 STR114 needs `email` or `phone`, but none is filled" in told.out
    assert "--any-of email,phone --select STR" in told.out
