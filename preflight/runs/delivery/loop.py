"""Drives one provider over the parts of a run: sends, waits, asks, keeps what comes back.

::

    ready ── intent ──▶ sending ── done ──▶ sent ── job ended ──▶ finished | failed
      ▲                    │ │                └─ (no outcome to be had) ─▶ submitted
      ├── busy, unreachable┘ ├── refused ──▶ refused
      │                      └── ambiguous ─┬─ looked up: there ──▶ sent
      ├──────────────────────── not there ──┤
      └── a person: resend ◀── unknown ◀────┘ cannot be looked up

The loop can be killed anywhere. Before each call its intent is in the ledger, after it its end,
and the end of the call that commits is written in one transaction with the part's new state. So
`drive` begins at whatever the ledger says, and there is no other way to resume.
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
from preflight.core.types import Part, Receipt
from preflight.providers.protocol import Call, Provider, Step
from preflight.runs.delivery.events import Declined, Events, PartSent, Sending, Unclear, silent
from preflight.runs.delivery.poller import TRIES, Follower, Pace, words
from preflight.runs.delivery.recovery import Recovery
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Attempt, AttemptState, PartState, RunState, StoredPart
from preflight.writing.parts import redact_errors


def attempt_key(run: str, provider: str, part: Part, attempt: int) -> str:
    """The name of one attempt: unique to provider, run, file, part and number, and stable.

    The run is in it because the same file may be sent twice on purpose: a lookup must not find
    the job of another run.
    """
    digest = hashlib.sha256(f"{provider}\0{run}\0{part.sha256}".encode()).hexdigest()[:8]
    return f"{run}-{part.number:04}-{attempt}-{digest}"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a run waits.

    Attributes:
        clock: seconds, from any zero.
        sleep: waits for so many seconds.
        jitter: 0 to 1, a new one each time; spreads out those who were sent away together.
        wait: whether jobs are followed to their end.
        timeout: seconds after which the run is stopped rather than waited for; None for none.
        scale: shortens all waiting that the provider did not ask for in its answer; for tests.
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
    """Sends what is to be sent of a run and follows it to its end; also resumes.

    When it returns, no part is left to send and, unless `wait` is off, every part has ended. The
    run stays open then: whoever reports on it says that it is finished, so that a crash in
    between is made good by a resume.

    It holds the run's lock. A part that is new among the unknown ones ends the sending; parts
    that were unknown before do not, for whoever resumes has been told of them.

    Args:
        ledger: knows the run.
        run: its id.
        provider: a connection to the run's provider, with the run's options.
        terms: how long to wait for what.
        resend: numbers of unknown parts that are to be sent again.
        accept: numbers of unknown parts that are to count as taken, or of sent ones whose job the
            provider does not know any more.
        events: called with what happens.

    Raises:
        Stopped: it cannot go on now; the message says why and what to do, for every part.
        RunLocked: another process works on the run.
        UsageError: there is no such run, it goes to another provider, or a part named in `resend`
            or `accept` is in no state for it.
    """
    with ledger.lock(run):
        found = ledger.run(run)
        if found.provider != provider.name:
            raise UsageError(f"run {run} goes to {found.provider}, not to {provider.name}")
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
    """Carries out what a person decided, once all of it is seen to fit."""
    states = {stored.part.number: stored.state for stored in ledger.parts(run)}
    if both := sorted(set(resend) & set(accept)):
        raise UsageError(f"part {both[0]} cannot be both sent again and marked as accepted")
    for number in sorted({*resend, *accept}):
        if number not in states:
            raise UsageError(f"run {run} has no part {number}; it has {len(states)}")
        fit = {PartState.UNKNOWN} if number in resend else {PartState.UNKNOWN, PartState.SENT}
        if states[number] not in fit:
            raise UsageError(
                f"part {number} is not unknown but {states[number]}: nothing to decide"
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
        self._tell = events
        self._follower = Follower(ledger, run, provider, pace, events)
        self._steps = tuple(provider.steps())
        self._doubt = Recovery(ledger, run, provider, pace, self._follower)
        self._parts = ledger.parts(run)
        self._unknown: list[tuple[Part, str]] = []
        self._obstacles: list[str] = []
        if [step.commits for step in self._steps] != [False] * (len(self._steps) - 1) + [True]:
            raise ValueError(f"the last step of {provider.name} must be its only committing one")

    def go(self, *, wait: bool) -> None:
        """Everything, from where the ledger stands."""
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
        """What keeps the run from its end, and what to do about it."""
        facts = [
            f"part {part.number} ({part.rows:,} rows, "
            f"rows {part.row_map[0]:,} to {part.row_map[-1]:,} of the input) is unknown: "
            f"{reason}; it is not sent again by itself: look whether "
            f"its rows are at {self._provider.name}, then `preflight resume {self._run} "
            f"--mark-accepted {part.number}` if they are, `--resend-unknown {part.number}` if not"
            for part, reason in self._unknown
        ]
        facts += self._obstacles
        if self._obstacles:
            facts.append(f"`preflight resume {self._run}` goes on")
        return "; ".join(facts)

    def _send(self, stored: StoredPart) -> None:
        """Sends one part, however many attempts that takes, or learns why it cannot be.

        An attempt that was busy does not count as a failed try while jobs of this run are under
        way: they may be what the provider is busy with, and each of them ends some time. Nor does
        one for which there was no room: those are jobs, too, though not ours.
        """
        part = stored.part
        self._tell(Sending(part, len(self._parts)))
        tries = waits = 0
        why, asked = "", None
        while True:
            pending = self._pending(part)
            if pending is not None:
                if not self._came_to_nothing(part, pending):
                    return
                why = f"{self._provider.name} broke off each call, and has no job of any of them"
            if tries >= TRIES:
                raise Stopped(f"part {part.number} was not taken in {TRIES} tries: {why}")
            if pending is None and waits:
                self._follower.rest(self._pace.backoff(waits, asked), why)
            if not self._is_intact(part):
                return
            try:
                self._attempt(part)
            except Refused as error:
                self._tell(Declined(part, words(error)))
                return
            except Denied as error:
                raise Stopped(words(error)) from None
            except ProviderError as error:
                why, asked = words(error), error.retry_after
                full = isinstance(error, Full)
            else:
                return
            waits += 1
            tries = 0 if self._follower or full else tries + 1

    def _pending(self, part: Part) -> Attempt | None:
        """The call that may have taken the part's rows, if the ledger knows one."""
        for call in self._ledger.attempts(self._run, part.number):
            if call.commits and call.state in (AttemptState.INTENT, AttemptState.AMBIGUOUS):
                return call
        return None

    def _is_intact(self, part: Part) -> bool:
        """Whether the part's file still is what was written; says so if not."""
        try:
            with part.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            found = ""
        if found != part.sha256:
            self._obstacles.append(
                f"part {part.number} cannot be sent: {part.path} is "
                f"{'not what was written there' if found else 'gone or unreadable'}; put the file "
                "back, or submit the input anew"
            )
        return found == part.sha256

    def _attempt(self, part: Part) -> None:
        """Takes all steps once, each with its intent before and its end after.

        Raises:
            ProviderError: what ended it; the ledger has it.
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
        """Writes down how a call went wrong."""
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
        """Writes down that the provider has the part."""
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
        self._tell(PartSent(part, receipt.job))
        if observable:
            self._follower.watch(part, receipt)

    def _came_to_nothing(self, part: Part, pending: Attempt) -> bool:
        """Whether a call whose end is not known took nothing, so that it can be made again.

        Raises:
            Stopped: it cannot be told now; a resume looks again.
        """
        ledger, run, number = self._ledger, self._run, part.number
        why = pending.message or (
            f"preflight was interrupted in the call `{pending.step}`; it cannot be told whether "
            f"{self._provider.name} took the rows"
        )
        found = self._doubt.clear(part, pending)
        if found.taken:
            assert found.receipt is not None  # noqa: S101 - what is taken has one
            self._took(part, pending.attempt, pending.step, found.result, found.receipt)
            return False
        if found.taken is None:
            ledger.set_part(run, number, PartState.UNKNOWN, reason=why)
            self._unknown.append((part, why))
            self._tell(Unclear(part, why))
            return False
        ledger.failed(
            run,
            number,
            pending.attempt,
            pending.step,
            code=pending.code,
            message=f"{why}; {self._provider.name} knows no job of this attempt",
        )
        return True
