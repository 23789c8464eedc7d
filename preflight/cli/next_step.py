"""The likely next command, with the options of this call that it needs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.cli.screen import near
from preflight.cli.typed import GOING_ON, command, state_folder, typed
from preflight.core import urls
from preflight.core.types import Severity
from preflight.rule import Scope
from preflight.writing import results_folder

if TYPE_CHECKING:
    from preflight.linting.analysis import Analysis
    from preflight.report.lines import Line
    from preflight.report.listing import Listing
    from preflight.runs.ledger.run import Run
    from preflight.runs.settlement import SettledRun
    from preflight.writing.writer import FixedFile

_ABOUT_RULES = (
    "any_of", "select", "ignore", "extend_select", "rules", "schema", "online", "unsafe_fixes",
)  # fmt: skip
_TABLES = (".csv", ".tsv", ".xlsx", ".xls")
# An option in a message, as it would be typed; not one with a place to fill in.
_OPTION = re.compile(r"`(--(?!map \"(?:Their|#\d+=FIELD))[a-z-]+ [^`]+)`")


def lines(step: str, *, before: str = "") -> list[Line]:
    """The last lines of a screen: what to type now.

    Args:
        step: a command.
        before: what to do before that.
    """
    from preflight.report.lines import line

    title = ("next: ", "bold green")
    if before:
        typed = line((step, "bold"), indent=8, hang=10)
        return [line(title, before, indent=2, hang=8), typed._replace(is_command=True)]
    return [line(title, (step, "bold"), indent=2, hang=8)._replace(is_command=True)]


def of_check(listings: Sequence[Listing], paths: Sequence[str]) -> list[Line]:
    """What to type after `preflight check`.

    Args:
        listings: of the files.
        paths: as they were given; standard input cannot be read again.
    """
    wrong = [listing for listing in listings if _is_wrong(listing)]
    if "-" in paths or not listings or (len(listings) > 1 and not wrong):
        return []
    listing = wrong[0] if wrong else listings[0]
    plan, path = listing.analysis.plan, listing.path
    to = typed("for_")
    if len(listings) > 1:
        return lines(command("check", path, *to, *typed("against")))
    if listing.analysis.refused:
        return _of_refused("check", listing.analysis, path)
    changed = _of_changes(listing)
    if changed and not listing.books.rejected:
        return changed
    if not wrong and not listing.analysis.fixed_cells:
        return lines(
            f"preflight check {shlex.quote(path)} --for PROVIDER" if plan.profile.is_general
            else submission(path, plan.profile.name)
        )  # fmt: skip
    return [*lines(command("fix", path, *to)), *changed]


def _of_changes(listing: Listing) -> list[Line]:
    """Taking the snapshot again that a file was compared with, if it has changed."""
    against = typed("against")
    if not against or all(rule.scope is not Scope.DRIFT for rule, _ in listing.analysis.problems):
        return []
    words = (listing.path, *typed("for_"), "-o", against[-1])
    again = command("snapshot", *words, without=_ABOUT_RULES)
    return lines(again, before="if the changes are meant,")


def _is_wrong(listing: Listing) -> bool:
    """Whether a file has errors that no baseline accepts."""
    rejected = listing.books.rejected if listing.compared is None else 0
    return bool(rejected or listing.fresh_counts()[Severity.ERROR])


def of_split(cut: FixedFile) -> list[Line]:
    """What to do after `preflight split`."""
    if not cut.parts:
        return []
    words = ["merge", "--from", "PROVIDER", "--failures", "REPORT", "--submitted"]
    report = shlex.join(["preflight", *words, cut.checked.source.name])
    return lines(report, before="upload the parts, save the provider's failure report, then")


def of_fix(fixed: FixedFile) -> list[Line]:
    """What to type after `preflight fix`."""
    plan, path = fixed.checked.analysis.plan, fixed.checked.source.name
    if fixed.checked.merged and len(fixed.parts) == 1:
        # The corrected file itself has only some of the rows.
        path = fixed.named(fixed.parts[0].path)
    rejects = fixed.named(fixed.folder / results_folder.REJECTS)
    correct = f"correct {shlex.quote(rejects)}, then"
    to = typed("for_")
    if fixed.checked.analysis.refused:
        return _of_refused("fix", fixed.checked.analysis, path)
    if plan.profile.is_general:
        send = f"{command('submit', path)} --to PROVIDER"
    else:
        send = submission(path, plan.profile.name)
    again = command("fix", rejects, *to)
    if not fixed.books.clean:
        return lines(again, before=correct)
    return [*lines(send), *(lines(again, before=correct) if fixed.books.rejected else [])]


def of_run(sent: SettledRun) -> list[Line]:
    """What to type after a run; nothing if it stopped, for the error says how to go on."""
    place = typed("state_dir")
    failures = near(sent.folder / results_folder.FAILURES)
    correct = f"correct {shlex.quote(failures)}, then"
    if sent.run is None:
        return _of_nothing_sent(sent)
    if sent.stopped is not None:
        return []
    if sent.pending or sent.books.unknown:
        return lines(shlex.join(["preflight", "resume", sent.run.id, *place]))
    steps = []
    if sent.books.rejected_here + sent.books.rejected_there:
        again = shlex.join(["preflight", "resubmit", failures, *place])
        steps += lines(again, before=correct)
    if sent.run.is_rehearsal and sent.fixed is not None and typed("sandbox"):
        steps += lines(_this_call("--sandbox"), before="to send it to the provider")
    return steps or lines(shlex.join(["preflight", "runs", "show", sent.run.id, *place]))


def _of_nothing_sent(sent: SettledRun) -> list[Line]:
    """What to type where there is no run: after a dry run, at the gate, or after a merge."""
    if sent.dry_run:
        return lines(_this_call("--dry-run")) if sent.books.unknown else []
    rejects = near(sent.folder / results_folder.REJECTS)
    if sent.fixed is None:
        if not sent.books.rejected_there:
            return []
        rejects = near(sent.folder / results_folder.FAILURES)
    again = command("fix", rejects, "--for", sent.checked.analysis.plan.profile.name)
    return lines(again, before=f"correct {shlex.quote(rejects)}, then")


def of_kept_run(known: Run) -> str:
    """What to type after a run was shown; "" if there is nothing left to do."""
    if known.state in GOING_ON:
        return f"preflight resume {known.id}{state_folder()}"
    ended = known.ended
    if ended is None or not ended.rejected_here + ended.rejected_there:
        return ""
    failures = shlex.quote(near(known.folder / results_folder.FAILURES))
    return f"correct {failures}, then preflight resubmit {failures}{state_folder()}"


def of_folder(folder: Path) -> list[Line]:
    """What to type first, in a folder: the name of a contact file in it, if there is one."""
    names = sorted(
        path.name for path in folder.iterdir() if path.suffix.lower() in _TABLES and path.is_file()
    )
    return lines(shlex.join(["preflight", "check", names[0]]) if names else "preflight check FILE")


def _this_call(without: str) -> str:
    """This call again, without a switch."""
    typed = click.get_current_context().find_root().obj or ()
    return shlex.join(["preflight", *(urls.shown(word) for word in typed if word != without)])


def submission(path: str, provider: str) -> str:
    """The command that sends a file; what only a person knows is in capitals."""
    from preflight.core.errors import PreflightError  # here, as above
    from preflight.providers import registry

    try:
        known = registry.client(provider).OPTIONS
    except PreflightError:  # a profile of the user's own
        return command("check", path)
    needed = [option for option in known if option.required]
    values = [
        word
        for option in needed
        for word in ("-O", f"{option.name}={'|'.join(option.choices) or option.name.upper()}")
    ]
    return command("submit", path, "--to", provider, *values)


def _of_refused(name: str, analysis: Analysis, path: str) -> list[Line]:
    """What to type where an error refuses the file: this command with the option that settles it.

    If no message names one, the file is corrected and checked.
    """
    option = _settling(analysis)
    to = typed("for_")
    if not option:
        return lines(command("check", path, *to), before="correct the file, then")
    # An option that stands in this call, too, is given once; `--map` has another name there.
    without = [word.removeprefix("--").replace("-", "_") for word in option[:1]]
    return lines(command(name, path, *to, *option, *typed("folder"), without=without))


def _settling(analysis: Analysis) -> list[str]:
    """The words of an option that settles an error of a file that is refused, if one is named.

    If all of them leave a column out, it is the last one: the first column is kept.
    """
    options = [
        shlex.split(option)
        for rule, problem in analysis.refused
        for option in _OPTION.findall(problem.message or rule.message)
    ]
    keeping = [words for words in options if not words[-1].endswith("=-")]
    return keeping[0] if keeping else options[-1] if options else []
