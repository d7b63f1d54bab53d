"""Children are started again when they die and all end when the group ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opsdesk.demo.processes import ProcessGroup, pause_before

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
IGNORES_TERM = [
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(60)",
]
ROOT = Path(__file__).parents[3]


def alive(pid):
    """Whether the process runs: a zombie that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)


@pytest.fixture
def group():
    made = []

    def make(**commands):
        said = []
        made.append(ProcessGroup(commands, say=said.append))
        return made[-1], said

    yield make
    for each in made:
        each.stop(patience=0)


def pids(group):
    return {child.name: child.process.pid for child in group.children}


def kill(group, name):
    child = next(child for child in group.children if child.name == name)
    child.process.kill()
    child.process.wait()


@pytest.mark.parametrize(
    ("quick_deaths", "seconds"), [(0, 0), (1, 2), (2, 4), (3, 8), (4, 15), (100, 15)]
)
def test_the_pause_grows_with_each_early_death_up_to_a_bound(quick_deaths, seconds):
    assert pause_before(quick_deaths) == seconds


def test_a_dead_child_is_started_again_and_the_others_are_left_alone(group):
    both, said = group(web=SLEEPS, worker=SLEEPS)
    both.tend(now=0)
    first = pids(both)

    kill(both, "worker")
    both.tend(now=100)

    second = pids(both)
    assert second["web"] == first["web"]
    assert second["worker"] != first["worker"]
    assert said == ["worker ended with status -9 and is started again now."]


def test_a_child_that_dies_young_waits_before_its_next_start(group):
    one, said = group(web=SLEEPS)
    one.tend(now=0)

    kill(one, "web")
    one.tend(now=1)
    one.tend(now=2.9)
    waiting = one.children[0].process
    one.tend(now=3)

    assert waiting is None
    assert one.children[0].process.poll() is None
    assert said == ["web ended with status -9 and is started again in 2 s."]


def test_stop_ends_every_child(group):
    both, said = group(web=SLEEPS, worker=SLEEPS)
    both.tend(now=0)
    started = pids(both).values()

    both.stop()

    assert [alive(pid) for pid in started] == [False, False]
    assert said == []


def test_a_child_deaf_to_sigterm_is_killed_after_the_patience(group):
    one, said = group(web=IGNORES_TERM)
    one.tend(now=0)
    pid = one.children[0].process.pid
    # the signal is ignored only once the interpreter has come that far
    wait_until(lambda: int(ignored_signals(pid), 16) & 1 << signal.SIGTERM - 1)

    one.stop(patience=0.2)

    assert not alive(pid)
    assert said == ["web did not end within 0.2 s and is killed."]


def ignored_signals(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn"))


def test_what_a_killed_child_had_started_is_killed_before_the_next_start(group, tmp_path):
    file = tmp_path / "pid"
    start = f"import subprocess; p = subprocess.Popen({SLEEPS!r}); "
    start += f"open({str(file)!r}, 'w').write(f'{{p.pid}} '); p.wait()"
    one, _ = group(worker=[sys.executable, "-c", start])
    one.tend(now=0)
    wait_until(lambda: file.exists() and file.read_text().endswith(" "))
    orphan = int(file.read_text())

    kill(one, "worker")
    one.tend(now=100)

    wait_until(lambda: not alive(orphan))


SUPERVISOR = f"""
import sys
from opsdesk.demo.processes import ProcessGroup
group = ProcessGroup({{"web": {SLEEPS!r}, "worker": {SLEEPS!r}}})
tend = group.tend
def told(now):
    tend(now)
    print(*[child.process.pid for child in group.children], flush=True)
group.tend = told
group.run()
print("ended", flush=True)
"""


@pytest.fixture
def supervisor():
    """A process that runs a group of two, and the ids of these two."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield process, [int(pid) for pid in process.stdout.readline().split()]
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_group_ends_all(supervisor, number):
    process, children = supervisor

    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)

    assert (process.returncode, rest.splitlines()[-1]) == (0, "ended")
    assert [alive(pid) for pid in children] == [False, False]


def test_a_killed_supervisor_takes_its_children_along(supervisor):
    process, children = supervisor

    process.kill()

    wait_until(lambda: not any(alive(pid) for pid in children))


def test_a_terminal_interrupts_the_supervisor_only(group):
    both, _ = group(web=SLEEPS, worker=SLEEPS)

    both.tend(now=0)

    groups = [os.getpgid(pid) for pid in pids(both).values()]
    assert groups == list(pids(both).values())
