"""A root below which everything is written, with canaries in the environment and in the files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from preflight.cli import main
from preflight.providers.sandbox.server import Sandbox
from tests.calls import Called, bare_environment
from tests.canaries.mirror import Mirror, mirrored
from tests.canaries.planted import (
    BADS,
    ENVIRON,
    GOODS,
    RAGGED,
    secret_forms,
    secrets_in,
    table,
    values_in,
    values_may_stand,
)

PROVIDERS = {
    "dotdigital": ("-O", "address_book=77"),
    "experiture": ("--map", "Full Name=first_name", "--map", "Note=last_name"),
    "landbase": ("-O", "tag_name=Expo"),
    "talkvalue": ("-O", "source_id=7", "-O", "mode=UPDATE"),
    "textus": ("-O", "account=acme"),
}
FEW = ("--select", "EML302,EML303,PHN402,STR101,STR102,DUP801")
"""Some rules of each scope: a run is judged again by many commands. `check` and `fix` have all."""
_WRAPPER = """#!/bin/sh
printf '%s\\n' "$0" "$@" >> '{root}/argv.txt'
if [ -f '{root}/planted/fault-{name}' ]; then
    cat '{root}/planted/fault-{name}' >&2; exit 2
fi
exec '{real}' "$@"
"""


@dataclass
class Field:
    """Where a test writes, and the search over it.

    Attributes:
        root: everything is below it; the working directory, too.
        mirror: the providers.
        said: what each call printed, by its words: where values may stand, and where not.
    """

    root: Path
    mirror: Mirror
    capsys: pytest.CaptureFixture[str]
    said: list[tuple[str, bool, Called]] = field(default_factory=list)

    def call(self, *argv: object, values: bool = False) -> Called:
        """Calls the command line in this process; `values` if it was told to show them."""
        words = [str(one) for one in argv]
        code = main(words)
        out, err = self.capsys.readouterr()
        called = Called(code, out, err)
        self.said.append((" ".join(words), values, called))
        return called

    def send(self, provider: str, *more: object, path: str = "people.csv") -> Called:
        """The whole line to a provider, with some of the rules."""
        return self.call(
            "submit", f"planted/{path}", "--to", provider, *PROVIDERS[provider],
            "--state-dir", "state", *FEW, *more,
        )  # fmt: skip

    def files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def leaks(self) -> list[str]:
        """Where something stands that must not, and what; empty if all is well."""
        forms = secret_forms([*ENVIRON.values(), *self.mirror.signatures])
        found = []
        for words, shown, called in self.said:
            for stream in ("out", "err"):
                data = getattr(called, stream).encode("utf-8", "surrogateescape")
                found += [f"{stream} of `{words}`: secret {one}" for one in secrets_in(data, forms)]
                if stream == "err" or not shown:
                    found += [f"{stream} of `{words}`: value {one}" for one in values_in(data)]
        for path in self.files():
            data, name = path.read_bytes(), path.relative_to(self.root)
            if name.parts[0] != "planted":
                found += [f"{name}: secret {one}" for one in secrets_in(data, forms)]
            if not values_may_stand(path, self.root):
                found += [f"{name}: value {one}" for one in values_in(data)]
            found += [f"{name}: its own name" for one in values_in(str(name).encode())]
        return found

    def open_to_others(self) -> list[str]:
        """What others than the owner could read, of all that was written."""
        return [
            f"{path.relative_to(self.root)} {stat.S_IMODE(path.stat().st_mode):04o}"
            for path in sorted(self.root.rglob("*"))
            if path.relative_to(self.root).parts[0] not in ("planted", "argv.txt", "tmp", "home")
            and stat.S_IMODE(path.stat().st_mode) & 0o077
        ]


@pytest.fixture(scope="session")
def _box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("box") / "box.sqlite") as box:
        yield box


@pytest.fixture(scope="session")
def _mirror(_box: Sandbox) -> Iterator[Mirror]:
    with mirrored(_box) as mirror:
        yield mirror


@pytest.fixture
def ground(
    _mirror: Mirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Field]:
    """A fresh root, with files to send, and an environment full of canaries."""
    _mirror.reset()
    for name in set(os.environ) - set(bare_environment()):
        monkeypatch.delenv(name)
    root = tmp_path / "root"
    for folder in ("planted", "tmp", "home"):
        (root / folder).mkdir(parents=True)
    tools = {}
    for variable, tool in (("LANDBASE_CLI", "landbase-cli"), ("TALKVALUE_CLI", "talkvalue")):
        path = root / "planted" / tool
        real = _mirror.box.environment[variable]
        path.write_text(_WRAPPER.format(root=root, name=tool, real=real))
        path.chmod(0o700)
        tools[variable] = str(path)
    changed = {
        **ENVIRON,
        **_mirror.environment,
        **tools,
        "PREFLIGHT_POLL_SCALE": "0.001",
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "tmp"),
    }
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", str(root / "tmp"))
    monkeypatch.chdir(root)
    (root / "planted" / "people.csv").write_text(table([*GOODS, *BADS], tail=RAGGED))
    (root / "planted" / "good.csv").write_text(table(GOODS))
    report = "3,INVALID_EMAIL,Zqname3x is odd,failure.zqmail3x@kestrel-labs.com\n9,X,zqname9x,\n"
    (root / "planted" / "report.csv").write_text(
        f"rowNum,errorCode,errorMessage,rawValue\n{report}"
    )
    rows = "".join(table([row]).split("\n", 1)[1] for row in GOODS)
    (root / "planted" / "headerless.csv").write_text(rows)
    yield Field(root, _mirror, capsys)
    _mirror.reset()
