"""What is kept of the call that began a run, so that any later call can resume it.

These are the settings that its rows were linted with, and the source's bytes. Linted again, each
row must end where it ended before, or the books would not balance.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.config.trust import VARIABLE
from preflight.core import files, own_key
from preflight.core.errors import SourceError, UsageError, WriteError
from preflight.core.locks import locked
from preflight.core.types import Source
from preflight.core.verdicts import RowVerdicts
from preflight.kinds.email_dns import remembered as known_domains
from preflight.linting.checked import Check, Checked
from preflight.runs.ledger.database import LOCKS
from preflight.runs.ledger.run import Run

SOURCES = "sources"
"""The folder of the kept sources, in the state folder; each is named by its SHA-256."""

CORRECTS = "corrects"
"""Among the kept settings of a first run: the fix that it corrects, see `stored_fix`."""

_MARK = "mark"
"""Among the kept settings, where they name code: the mark of who wrote them, see `core.own_key`."""

_COMPARISON = ".comparison.json"
_KEPT = (
    "profile", "select", "ignore", "extend_select", "severity", "fail_on", "exit_zero",
    "unsafe_fixes", "region", "timezone", "encoding", "delimiter", "header_row", "sheet", "columns",
    "shared_columns", "max_bytes", "max_rows", "any_of", "date_orders", "reasons",
)  # fmt: skip


def stored(settings: Settings, checked: Checked) -> dict[str, Any]:
    """The settings that a resume needs, as JSON values.

    Args:
        settings: of the call that begins the run.
        checked: its source, with the answers of the DNS.
    """
    kept = {name: getattr(settings, name) for name in _KEPT}
    bad = settings.max_bad
    kept["rules"] = [str(path.absolute()) for path in settings.rules]
    # A resume may be called from another folder.
    kept["schema"] = None if settings.schema is None else str(Path(settings.schema).absolute())
    mail = checked.analysis.plan.mail
    # A resume must not ask again: the DNS may answer differently, and the rows were sent.
    kept["refused_domains"] = None if mail is None else mail.refused
    comparison = checked.analysis.plan.comparison
    kept["comparison"] = _digest(comparison.text()) if len(comparison) else None
    # The kept copy has another name, so what is off in the file is so whatever its name is.
    ignored = checked.analysis.plan.ignored
    kept["per_file_ignores"] = {"*": ignored} if ignored else {}
    kept["max_findings"] = {code: str(most) for code, most in settings.max_findings.items()}
    kept["max_bad"] = None if bad is None else dataclasses.asdict(bad)
    if kept["rules"] or kept["schema"]:
        kept[_MARK] = own_key.mark(_code(kept))
    values: dict[str, Any] = json.loads(json.dumps(kept))
    return values


@dataclass(frozen=True)
class CorrectedFix:
    """A mere fix whose corrected rows are sent.

    Attributes:
        settings: of the fix.
        checked: the file that was fixed.
    """

    settings: Settings
    checked: Checked


def stored_fix(fix: CorrectedFix | None) -> dict[str, Any]:
    """What a later round needs of the fix that a first run corrects, as JSON values."""
    if fix is None:
        return {}
    source = fix.checked.source
    kept = stored(fix.settings, fix.checked)
    return {CORRECTS: {"sha256": source.sha256, "name": source.name, "settings": kept}}


def fix_before(run: Run) -> Run | None:
    """The fix whose corrected rows a first run sent, as a run that sent nothing; or None."""
    fix = run.settings.get(CORRECTS)
    if fix is None:
        return None
    return dataclasses.replace(
        run, source_sha256=fix["sha256"], source_name=fix["name"], settings=fix["settings"]
    )


def digests_of(run: Run) -> tuple[str, ...]:
    """The digests of the files that the rows of a run may be from, by their row IDs."""
    fix = fix_before(run)
    return (run.source_sha256,) if fix is None else (run.source_sha256, fix.source_sha256)


def restored(run: Run, settings: Settings) -> Settings:
    """The settings that the run was begun with; those of this call where the run has none."""
    providers = {**settings.providers, run.provider: dict(run.options)}
    return dataclasses.replace(as_kept(run.settings, settings), providers=providers)


def as_kept(kept: Mapping[str, Any], settings: Settings) -> Settings:
    """The settings that `stored` made JSON values of; those of this call where it has none.

    Raises:
        UsageError: they name rules or a schema, which are code, and neither this user's own record
            nor this call says so.
    """
    _refuse_code(kept, settings)
    own = dict(kept)
    own.pop(_MARK, None)
    bad = own.pop("max_bad", None)
    own.pop("comparison", None)
    own.pop(CORRECTS, None)
    for name in ("select", "ignore", "extend_select"):
        own[name] = tuple(own[name])
    # A run of an earlier version has no such setting.
    own["shared_columns"] = tuple(own.get("shared_columns", ()))
    own["any_of"] = tuple(tuple(map(tuple, demand)) for demand in own.get("any_of", ()))
    # The meanings of failure codes change no row, so those of this call are added.
    own["reasons"] = {**own.get("reasons", {}), **settings.reasons}
    own["rules"] = tuple(Path(path) for path in own.get("rules", ()))
    own["online"] = own.pop("refused_domains", None) is not None
    return dataclasses.replace(
        settings, **own, max_bad=settings.max_bad or (MaxBad(**bad) if bad else None)
    )


def _code(kept: Mapping[str, Any]) -> bytes:
    """What kept settings say of code: the paths of rules, and the schema."""
    return json.dumps([kept.get("rules") or [], kept.get("schema")]).encode()


def _refuse_code(kept: Mapping[str, Any], settings: Settings) -> None:
    """Refuses code that only a record names which may have come with somebody else's files.

    Raises:
        UsageError: it names such code.
    """
    code = [*(kept.get("rules") or ()), *filter(None, [kept.get("schema")])]
    if not code or settings.trusts_records or own_key.is_own(_code(kept), kept.get(_MARK, "")):
        return
    here = {str(path.absolute()) for path in settings.rules}
    here |= {str(Path(settings.schema).absolute())} if settings.schema else set()
    if not here.issuperset(code):
        raise UsageError(
            f"the record of the earlier call names code ({', '.join(code)}), and this user did not "
            f"write it on this machine; if you trust it, add --trust-config or set {VARIABLE}=1"
        )


def require_kept(run: Run, state_dir: Path) -> None:
    """Makes sure that all that was kept of a run is there, before it goes on.

    Raises:
        SourceError: the copy of its source or its comparison with earlier runs is gone or damaged.
    """
    copy = _kept_source(run, state_dir)
    with copy.open("rb") as file:
        if files.copy_hashed(file)[0] != run.source_sha256:
            raise _damaged(copy)
    _comparison(run, state_dir)


def _kept_source(run: Run, state_dir: Path) -> Path:
    copy = state_dir / SOURCES / run.source_sha256
    if not copy.exists():
        raise SourceError(f"the kept copy of the source is gone; copy the input file to {copy}")
    return copy


def _damaged(copy: Path) -> SourceError:
    return SourceError(f"the kept copy of the source is damaged; put the input there: {copy}")


def judged_again(run: Run, own: Settings, check: Check) -> Checked:
    """Lints the kept source of a run again as it was linted when the run began.

    Args:
        run: of the ledger.
        own: the run's own settings, see `restored`; their state folder has the kept copy.
        check: lints the source.

    Raises:
        SourceError: the kept copy is gone or damaged.
        UsageError: a rule file or a schema that the run used is gone.
    """
    copy = _kept_source(run, own.state_dir)
    refused = run.settings.get("refused_domains")
    mail = None if refused is None else known_domains(refused)
    checked = check(copy, own, mail=mail, comparison=_comparison(run, own.state_dir))
    if checked.source.sha256 != run.source_sha256:
        raise _damaged(copy)
    return dataclasses.replace(
        checked, source=dataclasses.replace(checked.source, name=run.source_name)
    )


def _comparison(run: Run, state_dir: Path) -> RowVerdicts:
    """The kept result of comparing the source with earlier runs, from when the run began.

    Raises:
        SourceError: it is gone or damaged.
    """
    digest = run.settings.get("comparison")
    if digest is None:
        return RowVerdicts()
    path = state_dir / SOURCES / f"{digest}{_COMPARISON}"
    try:
        text = path.read_bytes()
    except OSError:
        text = b""
    if hashlib.sha256(text).hexdigest() != digest:
        raise SourceError(
            f"the kept comparison of {run.source_name} with earlier runs is gone or damaged; "
            f"put it back from a copy of the state folder: {path}"
        )
    return RowVerdicts.parse(text.decode())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keep_source(checked: Checked, state_dir: Path) -> None:
    """Keeps a copy of the source, so that a resume does not depend on a file that people move.

    Also keeps how a corrected file compares with earlier runs.

    Raises:
        SourceError: the source changed since it was read, or the copy cannot be written.
    """
    folder = state_dir / SOURCES
    source = checked.source
    copy = folder / source.sha256
    try:
        files.folder(folder)
        # Leftovers of a killed process hold contacts. Under the lock, no living process has any.
        with locked(state_dir / LOCKS / f"{SOURCES}.lock", str(folder), wait=True):
            for left in folder.glob(".*"):
                left.unlink()
            if not copy.exists():
                _copy(source, copy, checked.analysis.plan.written)
            comparison = checked.analysis.plan.comparison
            if len(comparison):
                text = comparison.text()
                files.write(folder / f"{_digest(text)}{_COMPARISON}", text)
    except WriteError as error:
        raise SourceError(f"cannot keep a copy in {folder}: {error.reason}") from error


def _copy(source: Source, copy: Path, written: datetime | None) -> None:
    # A resume lints the copy, and some findings depend on when the source was written.
    dated = None if written is None else written.timestamp()
    with source.path.open("rb") as given, files.Replacement(copy, dated=dated) as new:
        digest, _ = files.copy_hashed(given, new)
        if digest != source.sha256:
            raise SourceError(f"{source.name} changed while it was read; nothing was sent")
