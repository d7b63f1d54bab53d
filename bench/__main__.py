"""``python -m bench``: run the cases in a database of their own and print the table."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import django
from django.db import connection

from bench import cases, harness


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", help="names of cases (all)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds per case (5)")
    parser.add_argument("--size", type=int, default=100_000, help="orders in the data set")
    parser.add_argument(
        "--smoke", action="store_true", help="compare the outputs on 1,000 orders, time nothing"
    )
    parser.add_argument("--out", default="var/bench.jsonl", help="file for the rounds")
    return parser.parse_args(words)


def main() -> int:
    chosen = arguments()
    available = sorted(module.name for module in pkgutil.iter_modules(cases.__path__))
    unknown = set(chosen.cases) - set(available)
    if unknown:
        print(f"No such case: {', '.join(sorted(unknown))}. There are: {', '.join(available)}")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsdesk.settings")
    django.setup()
    print(harness.HEADING)
    return max(in_own_database(name, chosen) for name in chosen.cases or available)


def in_own_database(name: str, chosen: argparse.Namespace) -> int:
    """Run a case in a fresh database beside the configured one: nobody's data is touched."""
    creation, configured = connection.creation, connection.settings_dict["NAME"]
    creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return run(name, chosen)
    finally:
        creation.destroy_test_db(configured, verbosity=0)


def run(name: str, chosen: argparse.Namespace) -> int:
    """Exit status 1 when outputs differ or the goal is missed in a run that counts."""
    case = importlib.import_module(f"bench.cases.{name}")
    try:
        case.prepare(1_000 if chosen.smoke else chosen.size)
        harness.check_outputs(case)
        if chosen.smoke:
            print(f"{case.GOAL_ID:<5} {name:<28} outputs agree")
            return 0
        rounds = harness.measure(case, chosen.rounds)
        keep(Path(chosen.out), name, rounds)
        verdict = harness.judge(rounds, case.GOAL)
        print(harness.row(name, case, verdict), flush=True)
        for line in getattr(case, "tell", tuple)():
            print(line, flush=True)
        return int(verdict.word == "missed")
    except harness.OutputsDiffer as error:
        print(f"{case.GOAL_ID:<5} {name:<28} outputs differ: {error}")
        return 1
    finally:
        getattr(case, "close", lambda: None)()


def keep(path: Path, name: str, rounds: list[harness.Round]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for number, one in enumerate(rounds, 1):
            file.write(json.dumps(harness.record(name, number, one)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
