"""Child processes that live and end together: the dead are started again, all are ended at once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MARK = "OPSDESK_DEMO_CHILD"
PATIENCE = 15.0
LOOK_EVERY = 0.5
STEADY = 10.0
LONGEST_PAUSE = 15.0


def pause_before(quick_deaths: int) -> float:
    """Seconds to wait before the next start of a child that died young so often in a row."""
    return min(2.0**quick_deaths, LONGEST_PAUSE) if quick_deaths else 0.0


@dataclass
class Child:
    """One program of the group and what is known of its present process."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_at: float = 0.0


@dataclass
class ProcessGroup:
    """Keeps every command running until told to stop.

    The children stay in the process group of the caller, so that a terminal or a supervisor
    that ends the group reaches all of them.
    """

    commands: Mapping[str, Sequence[str]]
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Callable[[str], None] = print
    stopping: bool = False

    def __post_init__(self) -> None:
        self.children = [Child(name, command) for name, command in self.commands.items()]

    def run(self) -> None:
        """Start all, tend them until SIGINT, SIGTERM or SIGHUP, then end all."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._ask_to_stop) for number in signals}
        try:
            while not self.stopping:
                self.tend(time.monotonic())
                time.sleep(LOOK_EVERY)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def tend(self, now: float) -> None:
        """Start each child that is not running and whose time has come."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, now)
            if child.process is None and now >= child.start_at:
                self._start(child, now)

    def stop(self, patience: float = PATIENCE) -> None:
        """Ask every child to end, and kill what has not ended after ``patience`` seconds."""
        running = [child for child in self.children if child.process is not None]
        for child in running:
            child.process.terminate()
        deadline = time.monotonic() + patience
        for child in running:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not end within {patience:g} s and is killed.")
                child.process.kill()
                child.process.wait()
            kill_left_behind(self._mark(child))
            child.process = None

    def _start(self, child: Child, now: float) -> None:
        child.process = subprocess.Popen(
            child.command, env={**self.env, MARK: self._mark(child)}, stdin=subprocess.DEVNULL
        )
        child.started = now

    def _bury(self, child: Child, now: float) -> None:
        status = child.process.returncode
        child.quick_deaths = child.quick_deaths + 1 if now - child.started < STEADY else 0
        pause = pause_before(child.quick_deaths)
        child.process, child.start_at = None, now + pause
        kill_left_behind(self._mark(child))
        when = f"in {pause:g} s" if pause else "now"
        self.say(f"{child.name} ended with status {status} and is started again {when}.")

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _mark(self, child: Child) -> str:
        return f"{os.getpid()}.{child.name}"


def kill_left_behind(mark: str) -> None:
    """Kill the processes that a dead child started: a second schedule would run all twice.

    They are known by the mark in their environment. Where there is no /proc nothing is done.
    """
    entry = f"{MARK}={mark}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if entry in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)
        except OSError:
            continue  # ended meanwhile, or somebody else's
