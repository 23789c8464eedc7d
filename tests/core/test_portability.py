"""What only POSIX has stands in three modules of core/, and nothing works without it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import preflight
from tests.calls import LINES, bare_environment, contacts

ROOT = Path(preflight.__file__).parent
HOMES = {"core/files.py", "core/locks.py", "core/processes.py"}
"""Where files, locks and programs are: they ask the system what it has."""

_MODULES = """
crypt fcntl grp nis ossaudiodev posix pty pwd readline resource spwd syslog termios tty
"""
_OS = """
O_ASYNC O_CLOEXEC O_DIRECT O_DIRECTORY O_DSYNC O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH
O_RSYNC O_SYNC O_TMPFILE WEXITSTATUS WIFEXITED WIFSIGNALED WTERMSIG chown chroot copy_file_range
environb fchdir fchmod fchown fork forkpty fpathconf fstatvfs getegid geteuid getgid getgroups
getloadavg getpgid getpgrp getpriority getresuid getsid getuid killpg lchmod lchown lockf
memfd_create mkfifo mknod nice openpty pathconf pidfd_open pipe2 posix_fadvise posix_fallocate
posix_spawn posix_spawnp pread preadv pwrite pwritev readv register_at_fork sched_getaffinity
sched_setaffinity sched_yield sendfile setegid seteuid setgid setgroups setpgid setpriority setsid
setuid splice statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname uname wait wait3 wait4 waitid writev
"""
_SIGNAL = """
SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 SIGWINCH
SIGXCPU SIGXFSZ alarm getitimer pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending
sigtimedwait sigwait sigwaitinfo
"""
MODULES = frozenset(_MODULES.split())
NAMES = {
    "os": frozenset(_OS.split()),
    "signal": frozenset(_SIGNAL.split()),
    "select": frozenset(["epoll", "kqueue", "poll"]),
    "socket": frozenset(["AF_UNIX", "socketpair"]),
    "time": frozenset(["tzset"]),
}
PATHS = re.compile(r"/(?:bin|dev|etc|proc|tmp|usr|var)(?:/|\Z)")
KEYWORDS = {"preexec_fn", "pass_fds", "process_group", "dir_fd"}
BLOCKED = ("fork", "forkpty", "O_DIRECTORY", "O_NOFOLLOW", "fchmod", "fchown", "chown", "getuid")


def foreign(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What of a module only POSIX has: the line, and the name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names if one.name in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                known = NAMES.get(module, frozenset())
                yield from ((node.lineno, one.name) for one in names if one.name in known)
                if module in MODULES:
                    yield node.lineno, module
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if name in NAMES.get(owner, ()):
                yield node.lineno, f"{owner}.{name}"
            case ast.Call(func=ast.Name(id="getattr" | "hasattr"), args=args):
                match args:
                    case [ast.Name(id=owner), ast.Constant(value=str(name)), *_]:
                        if name in NAMES.get(owner, ()):
                            yield node.lineno, f"{owner}.{name}"
            case ast.keyword(arg=str(keyword)) if keyword in KEYWORDS:
                yield node.value.lineno, keyword
            case ast.Constant(value=str(text)) if PATHS.match(text):
                yield node.lineno, text


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.AST]:
    """The modules of the product, by path."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
    }


@pytest.mark.slow
def test_what_only_posix_has_stands_nowhere_else(modules: dict[str, ast.AST]) -> None:
    found = [
        f"{path}:{line}: {name}"
        for path, tree in modules.items()
        if path not in HOMES
        for line, name in foreign(tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "import fcntl",
        "from resource import getrlimit",
        "from os import fork",
        "import os; os.fork()",
        "import os; getattr(os, 'getuid')()",
        "import signal; signal.SIGKILL",
        "Popen([], preexec_fn=None)",
        "open('/dev/null')",
    ],
)
def test_it_is_seen_where_it_stands(text: str) -> None:
    assert list(foreign(ast.parse(text)))


def test_the_modules_that_may_need_it(modules: dict[str, ast.AST]) -> None:
    without = {path for path in HOMES if not list(foreign(modules[path]))}
    assert without == {"core/locks.py"}  # the library that it calls has what it needs


@pytest.mark.slow
def test_every_text_file_is_opened_with_its_encoding(modules: dict[str, ast.AST]) -> None:
    """Else some systems take a code page of their own."""
    assert [
        f"{path}:{node.lineno}"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _guesses(node)
    ] == []


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("path.open()", True),
        ("path.open('w')", True),
        ("open(path)", True),
        ("path.read_text()", True),
        ("path.write_text(x)", True),
        ("path.open('rb')", False),
        ("open(path, encoding='utf-8')", False),
        ("path.read_text('utf-8')", False),
        ("os.open(path, flags)", False),
    ],
)
def test_what_leaves_the_encoding_to_the_system_is_seen(text: str, guesses: bool) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert _guesses(call) is guesses


def _guesses(call: ast.Call) -> bool:
    """Whether it reads or writes text and leaves the encoding to the system."""
    if any(one.arg == "encoding" for one in call.keywords):
        return False
    given = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
    match call.func:
        case ast.Name(id="open"):
            return not any(isinstance(mode, str) and "b" in mode for mode in given[1:2])
        case ast.Attribute(value=ast.Name(id="os" | "gzip" | "webbrowser"), attr="open"):
            return False
        case ast.Attribute(attr="open"):
            return all(isinstance(mode, str) and "b" not in mode for mode in given)
        case ast.Attribute(attr="read_text"):
            return not given
        case ast.Attribute(attr="write_text"):
            return len(given) == 1
    return False


_WITHOUT = """
import json, os, sys
from pathlib import Path
import filelock._native._descriptor  # the one library that may have it
for name in json.loads(sys.argv[1]):
    sys.modules[name] = None
for name in json.loads(sys.argv[2]):
    delattr(os, name)
from preflight.cli.main import main
from preflight.providers.sandbox.server import Sandbox
lines = json.loads(sys.argv[3])
codes = [main(["check", "a.csv"]), main(["fix", "a.csv"]), main(["undo", "a.preflight"])]
for name, argv in lines.items():
    with Sandbox(Path(f"{name}.sqlite")) as box:
        os.environ.update(box.environment)
        codes.append(main(["submit", "a.csv", *argv, "-o", name, "--no-wait"]))
        codes.append(main(["resume"]))
print(codes)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there is nothing to take away")
def test_the_product_works_where_the_system_has_no_more_than_windows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(contacts(3) + "no address,X\n")
    gone = ["fcntl", "grp", "pwd", "resource", "termios"]
    lines = {
        "socket": list(LINES["dotdigital"]),
        "tool": [*LINES["talkvalue"], "-O", "transport=cli"],
    }
    ended = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-c", _WITHOUT),
            *(json.dumps(one) for one in (gone, BLOCKED, lines)),
        ],
        cwd=tmp_path,
        env={**bare_environment(), "PREFLIGHT_POLL_SCALE": "0.001"},
        capture_output=True,
        text=True,
    )
    assert ended.stdout.splitlines()[-1:] == [str([1, 1, 0, *[1, 1] * len(lines)])], ended.stderr
    for name in lines:
        report = json.loads((tmp_path / name / "report.json").read_text())
        assert report["run"]["books"]["accepted"] == 3
