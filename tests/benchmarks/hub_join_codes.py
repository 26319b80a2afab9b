"""Ten thousand guesses of join codes from fifty addresses: how many are looked at, and whether others still join.

``python tests/benchmarks/hub_join_codes.py [--guesses 10000] [--addresses 50] [--honest 30]``

A real hub behind its real proxy. The guesses are the best there are: each could be a code. Half of the guessers
also claim another address each time. Who is honest has an address of their own, and waits when the page asks to.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from artia_lab.hub.settings import Settings
from artia_lab.hub.workshops import codes, store
from artia_lab.hub.workshops.limits import EVERYBODY, NEWCOMERS

sys.path.insert(0, str(Path(__file__).parent.parent / "hub"))
from conftest import Browser, Room, free_ports


class Guesser(threading.Thread):
    """One address that tries codes, as fast as it is answered."""

    def __init__(self, port: int, number: int, guesses: int, lies: bool) -> None:
        super().__init__(daemon=True)
        self._port, self._address, self._guesses, self._lies = port, f"127.0.1.{number + 1}", guesses, lies
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        """Try them all."""
        hub = http.client.HTTPConnection("127.0.0.1", self._port, source_address=(self._address, 0), timeout=120)
        headers = {"User-Agent": "guesser"}
        hub.request("GET", "/hub/join", headers=headers)
        page = hub.getresponse()
        cookies = "; ".join(each.split(";")[0] for each in page.headers.get_all("Set-Cookie", []))
        found = re.search(r'name="_xsrf" value="([^"]+)"', page.read().decode())
        assert found
        headers |= {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        for number in range(self._guesses):
            if self._lies:
                headers["X-Forwarded-For"] = f"203.{self._guesses % 250}.{number // 250}.{number % 250}"
            form = {"_xsrf": unescape(found[1]), "code": codes.make_code(), "shown_name": "Eve"}
            hub.request("POST", "/hub/join", urlencode(form), headers)
            answer = hub.getresponse()
            answer.read()
            self.answers[answer.status] += 1


def honest(room: Room, code: str, count: int, pause_s: float, first: int) -> list[float]:
    """Join one after another, each from an address of their own; give how long each took, in s."""
    found = []
    for number in range(count):
        began = time.perf_counter()
        person = Browser(room, f"127.0.2.{first + number}")
        while (answer := person.join(code, f"Personne {first + number}")).status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))
        assert answer.status_code == 200 and person.secret, answer.text
        found.append(time.perf_counter() - began)
        time.sleep(pause_s)
    return found


def measure(guesses: int, addresses: int, people: int) -> dict[str, Any]:
    """Open a hub, attack it, and join it meanwhile."""
    with tempfile.TemporaryDirectory(prefix="artia-") as short:
        folder = Path(short)
        port, hub_port, proxy_port = free_ports(3)
        wanted = {"mode": "shared-account", "root_seats": os.geteuid() == 0, "state_folder": str(folder / "state")}
        wanted |= {"port": port, "hub_port": hub_port, "proxy_port": proxy_port}
        (folder / "hub.toml").write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in wanted.items())
        )
        room = Room(Settings(**wanted), folder)  # type: ignore[arg-type]
        try:
            room.open()
            workshop = room.workshop("essai", seats=2 * people + 10)
            calm = honest(room, workshop.code, people, 0, 1)
            guessers = [
                Guesser(port, number, guesses // addresses, number % 2 == 1) for number in range(addresses)
            ]
            began = time.perf_counter()
            for each in guessers:
                each.start()
            attacked = honest(room, workshop.code, people, 0.2, 101)
            still = sum(each.is_alive() for each in guessers)
            for each in guessers:
                each.join()
            seconds = time.perf_counter() - began
            answers = sum((each.answers for each in guessers), Counter())
            in_it = len(store.participants(room.settings.state, "essai"))
        finally:
            room.close()
    # Nothing but “wrong” tells that a guess was looked at.
    looked_at = answers[403]
    return {
        "guesses": sum(answers.values()),
        "addresses": addresses,
        "seconds": round(seconds, 1),
        "looked_at": looked_at,
        "most_stated": EVERYBODY.at_once
        + NEWCOMERS.at_once
        + int(seconds / EVERYBODY.every_s)
        + int(seconds / NEWCOMERS.every_s),
        "answers": {str(status): count for status, count in sorted(answers.items())},
        "guessed_right": answers[200],
        "honest_joined": in_it,
        "honest_came": 2 * people,
        "guessers_busy_when_the_last_honest_joined": still,
        "join_s_calm": {"median": round(statistics.median(calm), 3), "most": round(max(calm), 3)},
        "join_s_attacked": {"median": round(statistics.median(attacked), 3), "most": round(max(attacked), 3)},
    }


def main() -> None:
    """Measure, and print it as JSON."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--guesses", type=int, default=10_000)
    words.add_argument("--addresses", type=int, default=50)
    words.add_argument("--honest", type=int, default=30)
    given = words.parse_args()
    found = measure(given.guesses, given.addresses, given.honest)
    print(json.dumps(found, indent=1))
    failed = found["looked_at"] > found["most_stated"] or found["honest_joined"] < found["honest_came"]
    sys.exit(1 if failed or found["guessed_right"] else 0)


if __name__ == "__main__":
    main()
