"""Landbase: contacts imported by its own command line tool, `landbase-cli`.

The facts, and where Landbase states them ("contacts-import", unless another page is named):

- `contacts-import start --json -` with `datasetId`, `tagName` and perhaps `importId`, answered by
  `importId` and `runRef`; `status` with its five keys; the phases; 5, 10, then 20 seconds between
  polls and 30 minutes in all; the seven error codes; `--account`.
- `upload FILE --name=…` makes a dataset of a CSV (its agent skill "dataset-pipeline", as mirrored);
  one of its pages calls the answer's key `id`, another `dataset_id`: both are read.
- Errors are JSON on standard error, with a code, a message and `meta`; further codes and what they
  exit with ("Error codes", "Exit codes"); `retry_after_seconds` in `meta`.
- Columns that it cannot match are dropped and told of as `unmapped` (its agent skill).

Not documented, and so read tolerantly: the keys of `counts` (the words are imported, merged,
skipped, invalid), the type of `error` in a status, limits of an upload. There is no report of
single rows: those that it calls invalid are counted, and cannot be told from the others. There is
no idempotency key, and no way to look an import up whose id got lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused, UsageError
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers.command import Answer, Command
from preflight.providers.exchange import count, identifier
from preflight.providers.option import Option
from preflight.providers.protocol import (
    Call,
    Capabilities,
    ConnectionSettings,
    Repeat,
    Reports,
    Step,
)

SECRETS: tuple[str, ...] = ()
"""None: the tool keeps a session of its own."""

BASE_URL = "LANDBASE_CLI"
"""The environment variable that names the executable."""

OPTIONS = (
    Option(
        "tag_name",
        "the tag that the contacts get",
        required=True,
        pattern=r".{1,100}",
        shape="1 to 100 characters",
    ),
    Option(
        "dataset_id",
        "an existing dataset, instead of an upload",
        pattern=r"[\w-]{1,200}",
        shape="an id of letters, digits, - and _",
        once=True,
    ),
    Option(
        "import_id",
        "a draft to continue; only with dataset_id",
        pattern=r"[1-9][0-9]{0,17}",
        shape="a whole number above 0",
        once=True,
    ),
    Option(
        "account",
        "the account, instead of the one that `landbase-cli account set` chose",
        pattern=r"[\w-]{1,200}",
        shape="an id of letters, digits, - and _",
    ),
)
"""What `-O` takes."""

_LOGIN = "log in: landbase-cli auth login"
_ACCOUNT = "choose one: landbase-cli account set, or -O account=…"
_LONGEST = 1800.0
_PHASES = {"draft", "preparing", "in_progress", "completed", "partial", "failed"}
_NO = {"INVALID_INPUT", "VALIDATION_ERROR", "NOT_FOUND", "CONFLICT", "SETUP_FAILED"}
_DENIED = {
    "AUTH_REQUIRED": _LOGIN,
    "AUTH_FAILED": f"the session lasts 7 days; {_LOGIN}",
    "UPGRADE_REQUIRED": "upgrade landbase-cli",
}
_TAKEN = ("imported", "merged", "skipped")
# It becomes an argument of the tool: what begins with a dash would be an option of it.
_IMPORT = re.compile(r"[A-Za-z0-9][\w.:-]{0,199}")


CAPABILITIES = Capabilities(repeat=Repeat.NONE, reports=Reports.COUNTS, joins_by="")
"""What it can do."""


class Landbase:
    """A connection through the tool.

    Args:
        command: the tool.
        tag_name: the tag of the contacts.
        dataset_id: of a dataset that is there already; "" to upload each part.
        import_id: of a draft to go on with; None for a new import.
        account: "" for the tool's own choice.
    """

    name = "landbase"
    capabilities = CAPABILITIES

    def __init__(
        self,
        command: Command,
        *,
        tag_name: str,
        dataset_id: str = "",
        import_id: int | None = None,
        account: str = "",
    ) -> None:
        self._command = command
        self._tag = tag_name
        self._dataset = dataset_id
        self._import = import_id
        self._account = (f"--account={account}",) if account else ()

    def steps(self) -> Sequence[Step]:
        """The upload, which imports nothing, and the start; the start alone with a dataset."""
        start = Step("start", commits=True, run=self._start)
        if self._dataset:
            return (start,)
        return (Step("upload", commits=False, run=self._upload), start)

    def _upload(self, call: Call) -> Mapping[str, Any]:
        """Makes a dataset of the part; returns `dataset`, its id."""
        answer = self._run(
            ["upload", str(call.part.path), f"--name={call.key}", *self._account], commits=False
        )
        document = answer.document()
        dataset = document.get("id") or document.get("dataset_id")
        if identifier(dataset) is None:
            raise self._command.broken("told no id of a dataset", commits=False)
        return {"dataset": dataset}

    def _start(self, call: Call) -> Mapping[str, Any]:
        """Starts the import; returns `job` and how many `rows` it is of.

        CONFLICT means that the import is under way already: it is followed, not started again. An
        error that tells the import's id stands for an import, too.

        Raises:
            Refused: the dataset is the whole file, and this is another part of it.
        """
        if self._dataset and call.part.number > 1:
            raise Refused(
                "landbase imports one dataset, but the file has several parts: leave out "
                "-O dataset_id, or raise --max-bytes or --max-rows"
            )
        body: dict[str, Any] = {
            "datasetId": self._dataset or call.state["dataset"],
            "tagName": self._tag,
        }
        if self._import is not None:
            body["importId"] = self._import
        arguments = ["contacts-import", "start", "--json", "-", *self._account]
        answer = self._command.run(arguments, commits=True, stdin=json.dumps(body).encode())
        error, document = answer.error(), answer.document()
        job = document.get("importId")
        if job is None and isinstance(error.get("meta"), dict):
            job = error["meta"].get("importId")
        if job is None and error.get("code") == "CONFLICT":
            job = self._import
        is_id = isinstance(job, int | str) and not isinstance(job, bool)
        if is_id and _IMPORT.fullmatch(str(job)):
            return {"job": str(job), "rows": call.part.rows}
        if answer.code == 0:
            raise self._command.broken("told no id of an import", commits=True)
        raise self._complaint(answer, commits=True)

    def _run(self, arguments: Sequence[str], *, commits: bool) -> Answer:
        answer = self._command.run(arguments, commits=commits)
        if answer.code != 0:
            raise self._complaint(answer, commits=commits)
        return answer

    def _complaint(self, answer: Answer, *, commits: bool) -> ProviderError:
        """The error that the tool's own stands for, by its code."""
        error = answer.error()
        code = self._command.shown(error.get("code")) or None
        stated = error.get("message") or answer.err.decode(errors="replace")
        words = self._command.shown(stated)
        meta = error.get("meta")
        message = f"`{self._command.executable}` ended with {answer.code}"
        message += f": {words}" if words else ""
        message += f" [{code}]" if code and code not in words else ""
        if code in _DENIED:
            return Denied(f"{message}; {_DENIED[code]}", code=code)
        if "no account id" in words.casefold():
            return Denied(f"{message}; {_ACCOUNT}", code=code)
        if code == "RATE_LIMITED":
            after = meta.get("retry_after_seconds") if isinstance(meta, dict) else None
            wait = float(after) if isinstance(after, int | float) and after > 0 else None
            return Busy(message, code=code, retry_after=wait)
        if code in _NO:
            return Refused(message, code=code)
        if answer.code == 3:
            return Denied(f"{message}; {_LOGIN}", code=code)
        if code is None and answer.code == 1:
            return Refused(message)
        if commits:
            return Ambiguous(
                f"{message}; it is not known whether landbase took the rows", code=code
            )
        return Busy(message, code=code)

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The import's id, with how many rows it is of."""
        return Receipt(job=state["job"], details={"rows": state["rows"]})

    def lookup(self, call: Call) -> Receipt | None:
        """Landbase documents no way to look an import up whose id is not known.

        Raises:
            Refused: always.
        """
        raise Refused(f"landbase cannot look an import up (part {call.part.number})")

    def poll(self, receipt: Receipt) -> Outcome:
        """The import's phase and counts.

        Of a `partial` import the rows that its counts do not call landed are refused. A `failed`
        one counts as failed where its counts, or errors of the mapping, say that nothing landed.
        """
        arguments = ["contacts-import", "status", receipt.job, *self._account]
        document = self._run(arguments, commits=False).document()
        phase = document.get("phase")
        if not isinstance(phase, str) or not phase:
            raise self._command.broken("told no phase of the import", commits=False)
        counts = _counts(document.get("counts"))
        taken = sum(counts.get(word, 0) for word in _TAKEN)
        rows = receipt.details.get("rows")
        rejected = counts.get("invalid")
        state, messages = "running", [self._words(document.get("error"))]
        if phase == "completed":
            state, messages = "finished", [self._unmapped(document.get("unmapped"))]
        elif phase == "partial":
            state = "finished" if counts and isinstance(rows, int) else "unknown"
            rejected = max(0, rows - taken) if state == "finished" and rows is not None else None
        elif phase == "failed":
            nothing = (counts and not taken) or document.get("mappingErrors")
            state = "failed" if nothing else "unknown"
        elif phase not in _PHASES:
            messages.append("a phase that Landbase does not document")
        return Outcome(
            state,
            self._command.shown(phase),
            "; ".join(filter(None, messages)),
            processed=taken + (counts.get("invalid", 0)) if counts else None,
            total=rows if isinstance(rows, int) else None,
            rejected=rejected,
            counts=counts,
        )

    def _words(self, error: object) -> str:
        """What a status says went wrong: a text, or an object with a code and a message."""
        if isinstance(error, dict):
            return self._command.shown(
                " ".join(str(error[key]) for key in ("code", "message") if error.get(key))
            )
        return self._command.shown(error)

    def _unmapped(self, unmapped: object) -> str:
        """Which columns Landbase dropped; their names are the part's own."""
        details = unmapped if isinstance(unmapped, dict) else {}
        names = details.get("headers")
        total = details.get("total")
        if not isinstance(names, list) or not names:
            return ""
        count = total if isinstance(total, int) else len(names)
        some = ", ".join(self._command.shown(str(name)) for name in names[:10])
        columns = "1 column" if count == 1 else f"{count} columns"
        return f"landbase dropped {columns} that it does not know: {some}"

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """Landbase has no report of single rows: None."""
        del receipt, outcome
        return None

    def members(self) -> Mapping[str, int] | None:
        """None: Landbase documents no list of members."""
        return None

    def delays(self) -> Iterator[float]:
        """5 seconds, 10, then 20, up to 30 minutes in all."""
        spent = 0.0
        for delay in _growing():
            spent += delay
            if spent > _LONGEST:
                return
            yield delay

    def close(self) -> None:
        """Nothing is open."""


def _growing() -> Iterator[float]:
    yield 5.0
    yield 10.0
    while True:
        yield 20.0


def _counts(counts: object) -> dict[str, int]:
    """The four counters, by the word that stands in a key's name: `importedCount`, `imported`."""
    counted: dict[str, int] = {}
    for key, value in counts.items() if isinstance(counts, dict) else ():
        word = next((name for name in (*_TAKEN, "invalid") if name in str(key).casefold()), None)
        if word and (number := count(value)) is not None:
            counted[word] = number
    return counted


def connect(settings: ConnectionSettings) -> Landbase:
    """A connection with validated options.

    Raises:
        UsageError: the tool is not there, a base URL was given, or a draft without its dataset.
    """
    if settings.base_url:
        raise UsageError(
            "landbase is reached through its command line tool: it takes no --base-url"
        )
    if "import_id" in settings.options and "dataset_id" not in settings.options:
        raise UsageError("option import_id of landbase goes with dataset_id only")
    command = Command(
        "landbase",
        variable=BASE_URL,
        default="landbase-cli",
        environ=settings.environ,
        timeout=settings.timeout,
    )
    draft = settings.options.get("import_id")
    return Landbase(
        command,
        tag_name=settings.options["tag_name"],
        dataset_id=settings.options.get("dataset_id", ""),
        import_id=int(draft) if draft else None,
        account=settings.options.get("account", ""),
    )
