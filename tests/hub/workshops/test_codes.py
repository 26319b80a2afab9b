"""Codes that are read aloud, secrets that are written down, and how many wrong ones are looked at."""

from __future__ import annotations

import math
import os
import socket
import subprocess
import sys

import pytest

from artia_lab.hub.state import LETTERS
from artia_lab.hub.workshops import codes
from artia_lab.hub.workshops.address import peer_account, plain_address
from artia_lab.hub.workshops.limits import ADDRESS, EVERYBODY, NEWCOMERS, Allowance, Limits


def test_a_code_has_more_than_forty_bits_and_no_two_are_alike():
    assert codes.DRAWN * math.log2(len(LETTERS)) > 40
    assert len({codes.make_code() for _each in range(2000)}) == 2000


def test_a_code_is_read_however_it_is_typed():
    code = codes.make_code()
    for typed in (code, code.upper(), code.replace("-", ""), f" {code.replace('-', ' – ')}\n", "-".join(code)):
        assert codes.read_code(typed) == code


def test_any_letter_mistaken_and_any_two_exchanged_make_no_code():
    code = codes.make_code().replace("-", "")
    for place in range(len(code)):
        for letter in set(LETTERS) - {code[place]}:
            assert codes.read_code(code[:place] + letter + code[place + 1 :]) is None
        for other in range(place):
            swapped = list(code)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            if "".join(swapped) != code:
                assert codes.read_code("".join(swapped)) is None


@pytest.mark.parametrize("typed", ["", " ", "abc", "\0" * 10, "é" * 10, "a" * 10**6, "il0o1-il0o1", "\ud800" * 10])
def test_what_is_no_code_is_none(typed):
    assert codes.read_code(typed) is None


def test_a_secret_is_long_and_known_by_its_digest_however_it_is_typed():
    secret = codes.make_secret()
    assert 4 * codes.SECRET_GROUPS * math.log2(len(LETTERS)) > 75
    assert codes.secret_digest(f" {secret.upper().replace('-', ' ')}") == codes.secret_digest(secret)
    assert codes.secret_digest(secret) != codes.secret_digest(codes.make_secret())
    assert secret.replace("-", "") not in codes.secret_digest(secret)
    assert codes.secret_digest("\ud800") != codes.secret_digest("")


def guess(limits: Limits, address: str, now: float) -> bool:
    """Try a wrong code; tell whether it was looked at."""
    if limits.wait(address, now):
        return False
    limits.wrong(address, now)
    return True


def test_an_address_may_be_wrong_a_few_times_then_once_in_a_while():
    limits = Limits()
    assert sum(guess(limits, "a", 0) for _each in range(100)) == ADDRESS.at_once
    assert limits.wait("a", 0) == ADDRESS.every_s
    assert not guess(limits, "a", ADDRESS.every_s - 1)
    assert guess(limits, "a", ADDRESS.every_s) and not guess(limits, "a", ADDRESS.every_s)
    assert limits.wait("b", 0) == 0
    assert sum(guess(limits, "a", 10**6) for _each in range(100)) == ADDRESS.at_once


def test_all_together_are_held_and_whoever_made_no_mistake_still_has_a_first_try():
    limits = Limits()
    looked_at = sum(guess(limits, f"bad{n % 50}", 0) for n in range(10_000))
    assert looked_at <= EVERYBODY.at_once + NEWCOMERS.at_once
    # A second later somebody new is let in at once, whatever the others go on trying.
    for second in range(1, 60):
        assert limits.wait(f"honest{second}", NEWCOMERS.every_s * second) == 0
        assert sum(guess(limits, f"bad{n % 50}", NEWCOMERS.every_s * second) for n in range(200)) <= 1


def test_somebody_who_waits_when_asked_to_still_passes_for_new():
    limits = Limits()
    for number in range(1000):
        guess(limits, f"bad{number}", 0)
    assert limits.wait("patient", 0) == NEWCOMERS.every_s
    assert limits.wait("patient", NEWCOMERS.every_s) == 0
    # Who goes on asking waits with everybody.
    assert all(limits.wait("guesser", 0.5) for _each in range(10))
    assert limits.wait("guesser", NEWCOMERS.every_s) > NEWCOMERS.every_s


def test_addresses_without_end_are_held_too():
    limits = Limits()
    looked_at = sum(guess(limits, str(n), 0) for n in range(30_000))
    assert looked_at == EVERYBODY.at_once + NEWCOMERS.at_once
    minute = sum(guess(limits, f"x{n}", n / 500) for n in range(30_000))
    assert minute <= 60 / EVERYBODY.every_s + 60 / NEWCOMERS.every_s + 2


def test_being_right_costs_nothing():
    limits = Limits(address=Allowance(at_once=1, every_s=60))
    assert [limits.wait("class", 0) for _each in range(30)] == [0.0] * 30


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("203.0.113.9, <script>", "unknown"),
    ],
)
def test_only_the_last_address_counts_and_a_network_is_one(forwarded, address):
    assert plain_address(forwarded) == address


def test_the_kernel_tells_whose_a_connection_is():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        host, port = server.getsockname()
        code = f"import socket, sys; s = socket.create_connection(('{host}', {port})); sys.stdin.read()"
        # Root can be somebody else for a test, others only themselves.
        account = 65_534 if os.geteuid() == 0 else os.geteuid()
        other = subprocess.Popen([sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, user=account)
        theirs, _address = server.accept()
        with theirs, socket.create_connection((host, port)):
            mine, _address = server.accept()
            with mine:
                assert peer_account(theirs.getpeername(), theirs.getsockname()) == account
                assert peer_account(mine.getpeername(), mine.getsockname()) == os.geteuid()
        other.communicate()
    assert peer_account(("203.0.113.9", 1), (host, port)) is None
    assert peer_account(("::1", 1), ("::1", 2)) is None
