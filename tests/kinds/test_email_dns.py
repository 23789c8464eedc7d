"""What the DNS says of mail, asked of a real server on this machine."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from preflight.kinds import email_dns
from tests.checked import check, fix, read

ZONE = {
    ("mail.com", "MX"): ["10 mx.mail.com."],
    ("two.com", "MX"): ["0 .", "10 mx.two.com."],
    ("null.com", "MX"): ["0 ."],
    ("bare.com", "A"): ["127.0.0.1"],
    ("six.com", "AAAA"): ["::1"],
    ("nothing.com", "TXT"): ['"here"'],
    ("xn--mnchen-3ya.de", "MX"): ["10 mx.mail.com."],
}


class Server:
    """A small DNS server; `asked` counts the questions."""

    def __init__(self, port: socket.socket) -> None:
        self._port = port
        self.address = f"127.0.0.1:{port.getsockname()[1]}"
        self.asked: Counter[tuple[str, str]] = Counter()

    def serve(self) -> None:
        while True:
            try:
                wire, sender = self._port.recvfrom(4096)
            except OSError:
                return
            if not wire:
                return
            answer = self._answer(dns.message.from_wire(wire))
            if answer is not None:
                self._port.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        if name.startswith("silent"):
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name.startswith("failing"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in ZONE:
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *ZONE[name, kind]))
        elif name not in {known for known, _ in ZONE}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@contextmanager
def serving() -> Iterator[Server]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        server = Server(port)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", port.getsockname())
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


@pytest.mark.parametrize(
    ("domain", "why"),
    [
        ("mail.com", email_dns.TAKES),
        ("two.com", email_dns.TAKES),
        ("bare.com", email_dns.TAKES),
        ("six.com", email_dns.TAKES),
        ("münchen.de", email_dns.TAKES),
        ("null.com", email_dns.NULL_MX),
        ("nothing.com", email_dns.NO_HOST),
        ("nowhere.com", email_dns.NO_DOMAIN),
        ("failing.com", None),
        ("silent.com", None),
        ("a" * 70 + ".com", None),
    ],
)
def test_a_domain_takes_mail_or_not_or_nobody_knows(
    server: Server, domain: str, why: str | None
) -> None:
    asked = email_dns.online(server.address, seconds=0.5)
    assert asked([domain]) == {domain: why}
    assert asked.unknown == (why is None)
    assert asked.refused == ({domain: why} if why else {})


def test_each_domain_is_asked_about_once(server: Server) -> None:
    asked = email_dns.online(server.address)
    for _ in range(3):
        asked(["mail.com", "mail.com", "null.com"])
    assert server.asked == {("mail.com", "MX"): 1, ("null.com", "MX"): 1}


def test_a_server_that_never_answers_is_given_up() -> None:
    tried: list[str] = []

    def ask(domain: str) -> None:
        tried.append(domain)

    asked = email_dns.MailHosts(ask)
    assert set(asked(f"{at}.com" for at in range(500)).values()) == {None}
    assert len(tried) < 100
    assert asked.unknown == 500


@pytest.mark.parametrize(
    ("server", "address"),
    [("9.9.9.9", ("9.9.9.9", 53)), ("9.9.9.9:5353", ("9.9.9.9", 5353)), ("::1", ("::1", 53)),
     ("[::1]", ("::1", 53)), ("[::1]:5353", ("::1", 5353))],
)  # fmt: skip
def test_an_address_may_have_a_port(server: str, address: tuple[str, int]) -> None:
    assert email_dns.address(server) == address


CONTACTS = """email,first_name
ann@mail.com,Ann
bob@NULL.com,Bob
cleo@nowhere.com,Cleo
dan@failing.com,Dan
eva@@nowhere.com,Eva
fin@nowhere.com,Fin
"""


@pytest.mark.slow
def test_a_file_is_judged_and_what_is_unknown_is_no_finding(server: Server, tmp_path: Path) -> None:
    fixed = fix(tmp_path, CONTACTS, online=True, resolver=server.address)
    assert fixed.checked.analysis.findings.counts() == {"EML302": 1, "EML309": 1, "EML311": 3}
    assert [row["first_name"] for row in read(tmp_path / "out" / "clean.csv")] == ["Ann", "Dan"]
    assert fixed.books.rejected == 4
    assert fixed.checked.analysis.plan.mail is not None
    assert fixed.checked.analysis.plan.mail.unknown == 1
    assert server.asked["nowhere.com", "MX"] == 1


def test_without_online_nothing_is_asked(server: Server, tmp_path: Path) -> None:
    found = check(tmp_path, CONTACTS, resolver=server.address, select=("EML311", "EML302"))
    assert found.analysis.findings.counts() == {"EML302": 1}
    assert server.asked == {}


def test_what_was_found_out_is_not_asked_again() -> None:
    known = email_dns.remembered({"nowhere.com": email_dns.NO_DOMAIN})
    assert known(["nowhere.com", "mail.com"]) == {
        "nowhere.com": email_dns.NO_DOMAIN,
        "mail.com": email_dns.TAKES,
    }
