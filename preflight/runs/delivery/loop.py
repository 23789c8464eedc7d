"""Drives one provider over the parts of a run: sends, waits, polls, and keeps the reports.

::

    ready ── intent ──▶ sending ── done ──▶ sent ── job ended ──▶ finished | failed
      ▲                    │ │                └─ (no outcome to be had) ─▶ submitted
      ├── busy, unreachable┘ ├── refused ──▶ refused
      │                      └── ambiguous ─┬─ looked up: there ──▶ sent
      ├──────────────────────── not there ──┤
      └── a person: resend ◀── unknown ◀────┘ cannot be looked up

The loop can be killed at any point. The ledger has the intent before each call and its end after
it; the end of the committing call is written in one transaction with the part's new state. So
`drive` begins with the state in the ledger, and to resume is to call it again.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from preflight.core.errors import (
    Ambiguous,
    Denied,
    Full,
    ProviderError,
    Refused,
    Stopped,
    UsageError,
)
from preflight.core.exchange import Part, Receipt
from preflight.providers.protocol import Call, Provider, Step
from preflight.runs.delivery.events import Declined, Events, PartSent, Sending, Unclear, silent
from preflight.runs.delivery.poller import TRIES, Follower, Pace, words
from preflight.runs.delivery.recovery import Recovery
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Attempt, AttemptState, PartState, RunState, StoredPart
from preflight.writing.parts import redact_errors


def attempt_key(run: str, provider: str, part: Part, attempt: int) -> str:
    """The stable name of an attempt, unique to provider, run, file, part and number.

    It contains the run because the same file may be sent twice on purpose, and a lookup must not
    find the job of another run.
    """
    digest = hashlib.sha256(f"{provider}\0{run}\0{part.sha256}".encode()).hexdigest()[:8]
    return f"{run}-{part.number:04}-{attempt}-{digest}"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a run waits.

    Attributes:
        clock: seconds, from any zero.
        sleep: waits for some seconds.
        jitter: a new number from 0 to 1 each time, so that clients do not retry at the same moment.
        wait: whether to follow jobs to their end.
        timeout: seconds after which the run is stopped; None for no limit.
        scale: a factor for all waiting that the provider did not ask for; for tests.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    wait: bool = True
    timeout: float | None = None
    scale: float = 1.0


def drive(
    ledger: Ledger,
    run: str,
    provider: Provider,
    terms: Terms | None = None,
    *,
    resend: Collection[int] = (),
    accept: Collection[int] = (),
    events: Events = silent,
) -> None:
    """Sends the parts of a run that remain, and follows them to their end; also resumes.

    When it returns, no part remains to be sent and, unless `wait` is off, every part has ended. The
    run is still open: the caller marks it as finished after writing the report, so that a resume
    can repeat that after a crash.

    It holds the run's lock. It stops sending if the state of another part becomes unknown. Parts
    that were unknown before do not stop it, because the user knows of them.

    Args:
        ledger: the ledger with the run.
        run: its ID.
        provider: a connection to the run's provider, with the run's options.
        terms: how long to wait.
        resend: numbers of unknown parts to send again.
        accept: numbers of parts to count as accepted: unknown ones, or sent ones whose job the
            provider no longer knows.
        events: called with each event.

    Raises:
        Stopped: it cannot go on now; the message says why and what to do, for every part.
        RunLocked: another process works on the run.
        UsageError: there is no such run, it belongs to another provider, or a part in `resend` or
            `accept` has another state.
    """
    with ledger.lock(run):
        begun = ledger.run(run)
        if begun.provider != provider.name:
            raise UsageError(f"run {run} belongs to {begun.provider}, not to {provider.name}")
        _decide(ledger, run, resend=resend, accept=accept)
        ledger.set_run(run, RunState.OPEN)
        terms = terms or Terms()
        until = None if terms.timeout is None else terms.clock() + terms.timeout
        pace = Pace(terms.clock, terms.sleep, terms.jitter, terms.scale, until)
        try:
            _Drive(ledger, run, provider, pace, events).go(wait=terms.wait)
        except Stopped:
            ledger.set_run(run, RunState.STOPPED)
            raise


def _decide(ledger: Ledger, run: str, *, resend: Collection[int], accept: Collection[int]) -> None:
    """Applies the user's decisions, after checking all of them."""
    states = {stored.part.number: stored.state for stored in ledger.parts(run)}
    if both := sorted(set(resend) & set(accept)):
        raise UsageError(f"part {both[0]} cannot be both sent again and marked as accepted")
    for number in sorted({*resend, *accept}):
        if number not in states:
            raise UsageError(f"run {run} has no part {number}; it has {len(states)}")
        fit = {PartState.UNKNOWN} if number in resend else {PartState.UNKNOWN, PartState.SENT}
        if states[number] not in fit:
            raise UsageError(
                f"part {number} is {states[number]}, not unknown: there is nothing to decide"
            )
    for number in sorted(resend):
        ledger.release(run, number)
    for number in sorted(accept):
        ledger.set_part(run, number, PartState.SUBMITTED, reason="marked as accepted by a person")


class _Drive:
    """One call of `drive`."""

    def __init__(
        self, ledger: Ledger, run: str, provider: Provider, pace: Pace, events: Events
    ) -> None:
        self._ledger = ledger
        self._run = run
        self._provider = provider
        self._pace = pace
        self._events = events
        self._follower = Follower(ledger, run, provider, pace, events)
        self._steps = tuple(provider.steps())
        self._recovery = Recovery(ledger, run, provider, pace, self._follower)
        self._parts = ledger.parts(run)
        self._unknown: list[tuple[Part, str]] = []
        self._obstacles: list[str] = []
        if [step.commits for step in self._steps] != [False] * (len(self._steps) - 1) + [True]:
            raise ValueError(f"the last step of {provider.name} must be its only committing one")

    def go(self, *, wait: bool) -> None:
        """Sends and follows all parts, beginning with the states in the ledger."""
        try:
            for stored in self._parts:
                if stored.state is PartState.UNKNOWN:
                    self._unknown.append((stored.part, stored.reason))
                elif stored.state is PartState.SENT and stored.receipt is not None:
                    self._follower.watch(stored.part, stored.receipt)
            known = len(self._unknown)
            for stored in self._parts:
                if stored.state in (PartState.READY, PartState.SENDING):
                    self._send(stored)
                    self._follower.ask_due()
                    if self._provider.capabilities.one_by_one:
                        self._follower.finish()
                if len(self._unknown) > known:
                    break
            if wait:
                self._follower.finish()
        except Stopped as stop:
            self._obstacles.append(str(stop))
        self._obstacles[:0] = self._follower.obstacles
        self._unknown += self._follower.unknown
        if self._obstacles or self._unknown:
            raise Stopped(self._why())

    def _why(self) -> str:
        """Why the run cannot end now, and what to do about parts that are unknown."""
        facts = [
            f"part {part.number} ({part.rows:,} rows, "
            f"rows {part.row_map[0]:,} to {part.row_map[-1]:,} of the input) is unknown: "
            f"{reason}; it is not sent again by itself: look whether "
            f"its rows are at {self._provider.name}, then `preflight resume {self._run} "
            f"--mark-accepted {part.number}` if they are, `--resend-unknown {part.number}` if not"
            for part, reason in self._unknown
        ]
        return "; ".join([*facts, *self._obstacles])

    def _send(self, stored: StoredPart) -> None:
        """Sends one part, in as many attempts as needed, or records why it cannot be sent.

        While jobs of this run are running, an attempt that found the provider busy does not count
        as a failed try: it may be busy with those jobs. Nor does an attempt that found no free
        slot: other jobs hold it.
        """
        part = stored.part
        self._events(Sending(part, len(self._parts)))
        failures = retries = 0
        why, retry_after = "", None
        while True:
            pending = self._pending(part)
            if pending is not None:
                if not self._came_to_nothing(part, pending):
                    return
                why = f"{self._provider.name} broke off each call and has no job of any of them"
            if failures >= TRIES:
                raise Stopped(f"part {part.number} was not accepted in {TRIES} tries: {why}")
            if pending is None and retries:
                self._follower.rest(self._pace.backoff(retries, retry_after), why)
            if not self._is_intact(part):
                return
            try:
                self._attempt(part)
            except Refused as error:
                self._events(Declined(part, words(error)))
                return
            except Denied as error:
                raise Stopped(words(error)) from None
            except ProviderError as error:
                why, retry_after = words(error), error.retry_after
                full = isinstance(error, Full)
            else:
                return
            retries += 1
            failures = 0 if self._follower or full else failures + 1

    def _pending(self, part: Part) -> Attempt | None:
        """The call that may have sent the part's rows, if the ledger has one."""
        for call in self._ledger.attempts(self._run, part.number):
            if call.commits and call.state in (AttemptState.INTENT, AttemptState.AMBIGUOUS):
                return call
        return None

    def _is_intact(self, part: Part) -> bool:
        """Whether the part's file is unchanged; if not, records it as an obstacle."""
        try:
            with part.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            digest = ""
        if digest != part.sha256:
            self._obstacles.append(
                f"part {part.number} cannot be sent: {part.path} "
                f"{'was changed' if digest else 'is gone or unreadable'}; restore the file, "
                "or submit the input again"
            )
        return digest == part.sha256

    def _attempt(self, part: Part) -> None:
        """Makes all calls once; the ledger gets the intent before and the end after each.

        Raises:
            ProviderError: a call failed; the ledger has recorded it.
        """
        ledger, run, number = self._ledger, self._run, part.number
        attempt = 1 + max((call.attempt for call in ledger.attempts(run, number)), default=0)
        key = attempt_key(run, self._provider.name, part, attempt)
        state: dict[str, Any] = {}
        for step in self._steps:
            ledger.intent(run, number, attempt, step.name, key, commits=step.commits)
            try:
                with redact_errors(part):
                    result = step.run(Call(part, key, dict(state)))
            except ProviderError as error:
                self._note(part, attempt, step, error)
                raise
            state |= result
            if step.commits:
                self._took(part, attempt, step.name, result, self._provider.receipt(state))
            else:
                ledger.done(run, number, attempt, step.name, result)

    def _note(self, part: Part, attempt: int, step: Step, error: ProviderError) -> None:
        """Records how a call failed."""
        if isinstance(error, Ambiguous) and step.commits:
            self._ledger.ambiguous(
                self._run, part.number, attempt, step.name, code=error.code, message=words(error)
            )
        else:
            self._ledger.failed(
                self._run,
                part.number,
                attempt,
                step.name,
                code=error.code,
                message=words(error),
                refused=isinstance(error, Refused),
            )

    def _took(
        self, part: Part, attempt: int, step: str, result: Mapping[str, Any], receipt: Receipt
    ) -> None:
        """Records that the provider accepted the part."""
        observable = self._provider.capabilities.observable
        self._ledger.done(
            self._run,
            part.number,
            attempt,
            step,
            result,
            receipt=receipt,
            state=PartState.SENT if observable else PartState.SUBMITTED,
        )
        self._events(PartSent(part, receipt.job))
        if observable:
            self._follower.watch(part, receipt)

    def _came_to_nothing(self, part: Part, pending: Attempt) -> bool:
        """Whether a call of unknown outcome sent nothing, so that it can be repeated.

        Raises:
            Stopped: this cannot be found out now; a resume tries again.
        """
        ledger, run, number = self._ledger, self._run, part.number
        why = pending.message or (
            f"preflight was interrupted in the call `{pending.step}`; it is not known whether "
            f"{self._provider.name} took the rows"
        )
        recovered = self._recovery.clear(part, pending)
        if recovered.taken:
            assert recovered.receipt is not None  # noqa: S101 - a call that was carried out has one
            self._took(part, pending.attempt, pending.step, recovered.result, recovered.receipt)
            return False
        if recovered.taken is None:
            ledger.set_part(run, number, PartState.UNKNOWN, reason=why)
            self._unknown.append((part, why))
            self._events(Unclear(part, why))
            return False
        ledger.failed(
            run,
            number,
            pending.attempt,
            pending.step,
            code=pending.code,
            message=f"{why}; {self._provider.name} has no job of this attempt",
        )
        return True
