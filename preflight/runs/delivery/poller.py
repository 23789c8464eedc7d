"""Follows the jobs of a run to their end, and waits; the loop sends.

All waiting goes through here, so that jobs are polled while preflight waits for something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from preflight.core.errors import Denied, ProviderError, Refused, Stopped
from preflight.core.exchange import Outcome, Part, Receipt
from preflight.core.redact import mask
from preflight.providers.protocol import Provider
from preflight.runs.delivery.events import Events, PartEnded, Polled, Waiting
from preflight.runs.ledger.ledger import Ledger
from preflight.writing.parts import redact_errors, redact_rows

TRIES = 8
"""The number of times a call may fail, without other progress, before the run is stopped."""

LONGEST_BACKOFF = 60.0
"""The longest wait in seconds, unless the provider asks for more."""

LONGEST_ASKED = 86_400.0
"""The longest wait in seconds that a provider can ask for: a day."""


def words(error: ProviderError) -> str:
    """The message of a provider's error, masked for ledger and log."""
    return mask(str(error))


_PLAIN = re.compile(r"[A-Za-z_-]+")


def _redacted(outcome: Outcome, part: Part) -> Outcome:
    """An outcome with its texts redacted for ledger and log; a status of one word has no values."""
    texts = [outcome.message, outcome.status]
    if not outcome.message and (not outcome.status or _PLAIN.fullmatch(outcome.status)):
        return outcome
    if _PLAIN.fullmatch(outcome.status):
        texts.pop()
    message, *status = redact_rows(texts, part)
    return replace(outcome, message=message, status=status[0] if status else outcome.status)


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock, and how long to wait.

    Attributes:
        clock: seconds, from any zero.
        sleep: waits for some seconds.
        jitter: a new number from 0 to 1 each time.
        scale: a factor for all waiting that no answer asked for.
        deadline: by the clock, when waiting ends; None for never.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    scale: float
    deadline: float | None

    def backoff(self, tries: int, asked: float | None) -> float:
        """Seconds until the next try after some failures: full jitter, or what was asked for."""
        ceiling = min(LONGEST_BACKOFF, 2.0 ** min(tries, 10))
        return max(min(asked or 0.0, LONGEST_ASKED), self.jitter() * ceiling * self.scale)

    def until(self, moment: float) -> None:
        """Waits until a time on the clock.

        Raises:
            Stopped: the timeout comes first.
        """
        if self.deadline is not None and moment > self.deadline:
            raise Stopped("the timeout was reached")
        while (left := moment - self.clock()) > 0:
            self.sleep(left)


@dataclass(slots=True)
class _Job:
    """A job that is followed: when to poll next, how often that failed, and how it ended."""

    part: Part
    receipt: Receipt
    delays: Iterator[float]
    due: float
    misses: int = 0
    outcome: Outcome | None = None


class Follower:
    """The jobs of one drive that have not ended.

    Args:
        ledger: records how the jobs end.
        run: the ID of their run.
        provider: to poll.
        pace: the clock, and how long to wait.
        events: called with each event.

    Attributes:
        obstacles: why some jobs are no longer followed although they have not ended.
        unknown: parts whose job ended with an unknown result, and the provider's words.
    """

    def __init__(
        self, ledger: Ledger, run: str, provider: Provider, pace: Pace, events: Events
    ) -> None:
        self._ledger = ledger
        self._run = run
        self._provider = provider
        self._pace = pace
        self._events = events
        self._jobs: list[_Job] = []
        self.obstacles: list[str] = []
        self.unknown: list[tuple[Part, str]] = []

    def __bool__(self) -> bool:
        """Whether any job is running."""
        return bool(self._jobs)

    def watch(self, part: Part, receipt: Receipt) -> None:
        """Begins to follow a job."""
        job = _Job(part, receipt, self._provider.delays(), 0.0)
        self._jobs.append(job)
        self._plan(job)

    def _plan(self, job: _Job) -> None:
        """Schedules the next poll of a job, or gives up at the end of the provider's schedule."""
        delay = next(job.delays, None)
        if delay is None:
            self._give_up(job, f"is still running at {self._provider.name} after the longest wait")
        else:
            job.due = self._pace.clock() + delay * self._pace.scale

    def _give_up(self, job: _Job, why: str) -> None:
        """Stops following a job in this drive; the part stays sent."""
        self._jobs.remove(job)
        self.obstacles.append(f"part {job.part.number} (job {job.receipt.job}) {why}")

    def _by_hand(self, job: _Job, more: str = "") -> str:
        """What a person can do about a report that cannot be had."""
        return (
            f"save its report at {self._provider.name} and join it with `preflight merge --from "
            f"{self._provider.name} --run {self._run} --part {job.part.number} --failures "
            f"FILE{more and f' {more}'}`"
        )

    def finish(self) -> None:
        """Follows all jobs until each has ended or can no longer be followed.

        Raises:
            Stopped: the timeout comes first, or the provider denies the credentials.
        """
        while self._jobs:
            self._pace.until(min(job.due for job in self._jobs))
            self.ask_due()

    def rest(self, seconds: float, why: str) -> None:
        """Waits, and polls jobs meanwhile."""
        self._events(Waiting(seconds, why))
        end = self._pace.clock() + seconds
        while self._pace.clock() < end:
            self._pace.until(min([end, *(job.due for job in self._jobs)]))
            self.ask_due()

    def ask_due(self) -> None:
        """Polls every job that is due."""
        for job in list(self._jobs):
            if job.due <= self._pace.clock():
                self._ask(job)

    def _ask(self, job: _Job) -> None:
        """Polls a job, and fetches its failure report once it has ended."""
        reason, report = "", None
        try:
            if job.outcome is None:
                with redact_errors(job.part):
                    outcome = _redacted(self._provider.poll(job.receipt), job.part)
                job.misses = 0
                self._events(Polled(job.part, outcome))
                if outcome.state == "running":
                    self._plan(job)
                    return
                job.outcome = outcome
            reason = mask(job.outcome.message)
            with redact_errors(job.part):
                report = self._provider.failures(job.receipt, job.outcome)
        except Denied as error:
            raise Stopped(words(error)) from None
        except Refused as error:
            if job.outcome is None:
                self._give_up(
                    job,
                    f"cannot be followed: {words(error)}; if you know that it was accepted, "
                    f"resume with `--mark-accepted {job.part.number}`",
                )
                return
            gone = f"its failure report cannot be fetched: {words(error)}"
            if job.outcome.state == "finished":
                gone = f"{gone}; {self._by_hand(job)}"
            reason = f"{reason}; {gone}" if reason else gone
        except ProviderError as error:
            job.misses += 1
            if job.misses >= TRIES:
                why = f"no answer after {TRIES} tries: {words(error)}"
                if job.outcome is not None:
                    done = f"--mark-accepted {job.part.number}"
                    why = f"{why}; the job has ended, {self._by_hand(job, done)}"
                self._give_up(job, why)
                return
            pause = self._pace.backoff(job.misses, error.retry_after)
            job.due = self._pace.clock() + pause
            self._events(Waiting(pause, words(error)))
            return
        self._ledger.end_part(self._run, job.part.number, job.outcome, report, reason=reason)
        self._jobs.remove(job)
        if job.outcome.state == "unknown":
            self.unknown.append((job.part, reason))
        self._events(PartEnded(job.part, job.outcome))
