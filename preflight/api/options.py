"""The keywords of the Python API, and the settings that they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypedDict

from preflight.config.setting_sources import Place, sources
from preflight.config.settings import Settings
from preflight.linting.checked import Progress
from preflight.runs.delivery.events import Events
from preflight.snapshots.snapshot import Snapshot

PathName = str | PathLike[str]


class Options(TypedDict, total=False):
    """What a call goes by; each keyword is the option of the command line of that name.

    `profile` is `--for`, and `columns` is `--map`: header as written → field, "-" for none. See
    `preflight.Settings` for what each may be.
    """

    profile: str
    any_of: Sequence[Sequence[str | Sequence[str]]]
    select: str | Sequence[str]
    ignore: str | Sequence[str]
    extend_select: str | Sequence[str]
    severity: Mapping[str, str]
    per_file_ignores: Mapping[str, str | Sequence[str]]
    max_findings: Mapping[str, str | int]
    rules: PathName | Sequence[PathName]
    schema: str
    online: bool
    resolver: str
    fail_on: Literal["error", "warning", "never"]
    max_bad: str | int
    baseline: PathName
    unsafe_fixes: bool
    region: str
    timezone: str
    encoding: str
    delimiter: str
    header_row: int
    sheet: str | int
    columns: Mapping[str, str]
    show_values: bool
    max_bytes: int
    max_rows: int
    state_dir: PathName
    timeout: float
    providers: Mapping[str, Mapping[str, str | int | float]]
    reasons: Mapping[str, Mapping[str, str]]


class CheckOptions(Options, total=False):
    """`Options`, and how a call runs.

    `against` is a snapshot, or the path of one, that `check` compares the file with. `config` is
    the path of a config file, whose settings the keywords are put over; none is looked for. `work`
    is a folder for spooled copies; by default a private one, which is removed with the result.
    `progress` is called with the stage, rows done, and their total if it is known.
    """

    against: PathName | Snapshot
    config: PathName
    work: PathName
    progress: Progress


class SendOptions(CheckOptions, total=False):
    """`CheckOptions`, and how a provider is reached.

    `sandbox` sends to local stand-ins, started for the call; `base_url` is instead of the
    provider's address. `secrets` are put over the environment, by the names of their variables
    (`{"TALKVALUE_TOKEN": "…"}`), and kept nowhere. `wait` says whether to wait for the provider's
    jobs; `events` is called with each event while the run is prepared, sent and followed.
    """

    sandbox: bool
    base_url: str
    secrets: Mapping[str, str]
    wait: bool
    events: Events


class ResumeOptions(SendOptions, total=False):
    """`SendOptions`, and the numbers of unknown parts: to send again, or to count as accepted."""

    resend: Collection[int]
    accept: Collection[int]


class ResubmitOptions(SendOptions, total=False):
    """`SendOptions`, and where the results go.

    `folder` is `<stem>.preflight/` beside a file by default, and `DataFrame.preflight/` in the
    working folder for a DataFrame; `force` replaces results that are there. `dry_run` does
    everything except sending, and needs no secrets.
    """

    folder: PathName
    force: bool
    dry_run: bool


class SubmitOptions(ResubmitOptions, total=False):
    """`ResubmitOptions`, and the options of the providers that preflight comes with, as of `-O`.

    `again` sends a whole file that was sent before. The options of other providers stand in
    `providers`, and so does one with the name of a setting: `providers={"dotdigital": {"region":
    "r2"}}`.
    """

    again: bool
    account: str
    address_book: str | int
    audience_name: str
    dataset_id: str
    import_id: str
    list_name: str
    merge_option: str
    mode: str
    object_name: str
    source_id: str | int
    tag_name: str
    target_list_id: str | int
    transport: str
    verify_list: str | bool


class MergeOptions(CheckOptions, total=False):
    """`CheckOptions`, and what a failure report is about.

    Of a run: `part`, that the report is about, by default found out by its lines; `accept`, numbers
    of parts that are declared accepted. Of a file that was uploaded by hand: `original`, the file
    that it was made from; `folder` and `force`, of the results.
    """

    part: int
    accept: Collection[int]
    original: PathName
    folder: PathName
    force: bool


_SETTINGS = frozenset(Options.__annotations__)
_CALLS = frozenset(
    name
    for keywords in (ResumeOptions, ResubmitOptions, MergeOptions)
    for name in keywords.__annotations__
) | {"again"}  # fmt: skip
_CALLS -= _SETTINGS


def settings_of(
    options: Mapping[str, Any], settings: Settings | None = None, *, provider: str | None = None
) -> Settings:
    """The settings of a call: its keywords, over those of `settings` or of a config file.

    No config file is looked for: what a call from Python does is not to depend on its folder.

    Args:
        options: all keywords of the call.
        settings: ready-made ones.
        provider: whose options the keywords are that neither a setting nor a call has.

    Raises:
        ConfigError: a keyword or a value is wrong.
    """
    given = {name: value for name, value in options.items() if name not in _CALLS}
    if provider is not None:
        own = {name: given.pop(name) for name in list(given) if name not in _SETTINGS}
        if own:
            providers = dict(given.get("providers", settings.providers if settings else {}))
            given["providers"] = {**providers, provider: {**providers.get(provider, {}), **own}}
    if isinstance(given.get("rules"), (str, PathLike)):
        given["rules"] = [given["rules"]]
    config = options.get("config")
    if settings is not None:
        return dataclasses.replace(settings, **given)
    if config is None:
        return Settings(**given)
    return sources(given, Place(config=Path(config)), provider=provider).settings
