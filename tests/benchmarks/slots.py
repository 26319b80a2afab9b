"""Places to compute: how soon one is granted, how fair ten minutes are, and how many more people are served.

``python tests/benchmarks/slots.py [--waiting 100] [--grants 300]``
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from artia_lab.slots.line import connect
from artia_lab.slots.lines import Line
from artia_lab.slots.state import Rules

sys.path.insert(0, str(Path(__file__).parent.parent / "slots"))
from people_at_work import jain, simulate, whole_sessions, workshop


def asks(socket: str) -> Line:
    """Join the queue."""
    line = connect(socket)
    line.send({"ask": {"cores": 1}})
    return line


def until(line: Line, word: str) -> None:
    """Wait until the broker has said a word."""
    while word not in (line.receive(60) or {}):
        pass


def grants(waiting: int, times: int) -> list[float]:
    """From a place given back to the next one's word to go, with so many real connections waiting, in s."""
    with tempfile.TemporaryDirectory() as folder:
        socket, file = f"{folder}/s", Path(folder) / "slots.toml"
        limits = "cores = 1\nwaiting_each = 2000\nconnections_each = 2000\n"
        file.write_text(f'socket = "{socket}"\nstate_folder = "{folder}/state"\n{limits}')
        command = [sys.executable, "-m", "artia_lab.slots.broker", "--settings", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as broker:
            try:
                assert broker.stdout is not None
                broker.stdout.readline()
                holder = asks(socket)
                until(holder, "granted")
                holder.send({"here": True})
                # One person's runs begin in the order in which they asked.
                queue = [asks(socket) for _each in range(waiting)]
                time.sleep(1)
                found = []
                for following in itertools.islice(iter(lambda: queue.pop(0), None), times):
                    began = time.perf_counter()
                    holder.close()
                    until(following, "granted")
                    following.send({"here": True})
                    until(following, "go")
                    found.append(time.perf_counter() - began)
                    holder = following
                    queue.append(asks(socket))
                    time.sleep(0.02)
                return found
            finally:
                broker.kill()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=100)
    parser.add_argument("--grants", type=int, default=300)
    asked = parser.parse_args()
    took = sorted(1000 * each for each in grants(asked.waiting, asked.grants))
    print(
        f"grant with {asked.waiting} waiting: median {statistics.median(took):.1f} ms, "
        f"95 in 100 within {took[int(len(took) * 0.95)]:.1f} ms, longest {took[-1]:.1f} ms, of {len(took)}"
    )
    people, rules = workshop(), Rules(cores=(0, 1))
    for seed in range(5):
        began = time.perf_counter()
        outcome = simulate(people, rules, seed=seed)
        always = [outcome.slot_s[name] for name, habit in people.items() if not habit.pause_s]
        served = sum(seconds > 0 for seconds in outcome.slot_s.values())
        finished = sum(runs > 0 for runs in outcome.finished.values())
        before = whole_sessions(people, rules)
        print(
            f"30 people, 2 cores, 10 min, seed {seed}: Jain {jain(always):.3f} of the {len(always)} always "
            f"at work, busy {outcome.busy:.3f}, median wait {statistics.median(outcome.waits):.0f} s; {served} "
            f"computed and {finished} finished a run, against {before} with a core held for the session: "
            f"{served / before:.0f} and {finished / before:.0f} times as many "
            f"(simulated in {time.perf_counter() - began:.1f} s)"
        )


if __name__ == "__main__":
    main()
