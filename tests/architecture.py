"""The rules of the house, as functions from a module's source to what breaks them."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

APPS = ("opsdesk", "accounts", "catalog", "orders", "kpis", "compensation")
FLOORS = ("core", "models", "queries", "actions", "edge")
KNOW_EVERY_APP = ("opsdesk/urls.py", "opsdesk/nightly.py", "opsdesk/management/", "opsdesk/demo/")
NAMES_EVERY_APP = ("opsdesk/settings.py", *KNOW_EVERY_APP)
# kpis and compensation read what the others write, they never write it
FOREIGN_ACTIONS = {"kpis": ("catalog", "orders"), "compensation": ("catalog", "orders", "kpis")}
CORE_MAY_IMPORT = ("django.db.models.TextChoices", "django.utils.translation.")
OWN_SIGNALS = {"pre_init", "post_init", "pre_save", "post_save", "pre_delete", "post_delete"}
OWN_SIGNALS |= {"m2m_changed", "class_prepared"}
CLOCKS = {"timezone.now", "timezone.localdate", "datetime.now", "datetime.utcnow"}
CLOCKS |= {"datetime.today", "date.today", "time.time"}
MODULE_LINES = 400
FUNCTION_LINES = 40

Offence = tuple[int, str]


@dataclass(frozen=True)
class Module:
    """One source file, named by its path from the root of the checkout."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def parts(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).with_suffix("").parts

    @property
    def app(self) -> str:
        return self.parts[0]

    @property
    def floor(self) -> str:
        return floor_of(self.parts)

    @cached_property
    def imports(self) -> tuple[tuple[int, str], ...]:
        """(line, dotted name) of everything the module imports, relative ones resolved."""
        found: list[tuple[int, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found += [(node.lineno, name) for name in self.imported(node)]
        return tuple(found)

    def imported(self, node: ast.Import | ast.ImportFrom) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        base = list(self.parts[: -node.level]) if node.level else []
        base += node.module.split(".") if node.module else []
        return [".".join([*base, alias.name]) for alias in node.names]


def floor_of(parts: tuple[str, ...]) -> str:
    """The floor of a module or imported name: what is no floor of its own is edge."""
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else "edge"


def is_first_party(name: str) -> bool:
    return name.split(".")[0] in APPS


def knows_every_app(module: Module) -> bool:
    return module.path.startswith(KNOW_EVERY_APP)


def first_party_imports(module: Module) -> Iterator[tuple[int, str, str, str]]:
    """(line, dotted name, its app, its floor) of each import of our own code."""
    for line, name in module.imports:
        if is_first_party(name):
            parts = tuple(name.split("."))
            yield line, name, parts[0], floor_of(parts)


def one_way_apps(module: Module) -> Iterator[Offence]:
    if knows_every_app(module):
        return
    for line, name, app, _ in first_party_imports(module):
        if APPS.index(app) > APPS.index(module.app):
            yield line, f"{module.app} comes before {app} and may not import {name}"
        elif floor_of(tuple(name.split("."))) == "actions" and app in FOREIGN_ACTIONS.get(
            module.app, ()
        ):
            yield line, f"{module.app} reads {app} and may not call its actions: {name}"


def earlier_names_no_later_model(module: Module) -> Iterator[Offence]:
    if module.path.startswith(NAMES_EVERY_APP):
        return
    later = "|".join(APPS[APPS.index(module.app) + 1 :])
    if not later:
        return
    for node in ast.walk(module.tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and re.fullmatch(rf"(?:{later})\.[A-Z]\w*", text):
            yield node.lineno, f"{module.app} may not name the later model {text}"


def floors(module: Module) -> Iterator[Offence]:
    for line, name, _, floor in first_party_imports(module):
        if FLOORS.index(floor) > FLOORS.index(module.floor):
            yield line, f"{module.floor} may not import {floor}: {name}"


def core_imports(module: Module) -> Iterator[Offence]:
    if module.floor != "core":
        return
    for line, name in module.imports:
        standard = name.split(".")[0] in sys.stdlib_module_names
        if not standard and not is_first_party(name) and not name.startswith(CORE_MAY_IMPORT):
            yield line, f"core imports the standard library and other cores only, not {name}"


def edges_apart(module: Module) -> Iterator[Offence]:
    if module.floor != "edge" or knows_every_app(module):
        return
    for line, name, app, floor in first_party_imports(module):
        if floor == "edge" and app not in ("opsdesk", module.app):
            yield line, f"an edge may not import another app's edge: {name}"


def imports_at_the_top(module: Module) -> Iterator[Offence]:
    for function in functions(module):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in filter(is_first_party, module.imported(node)):
                    yield node.lineno, f"our own modules are imported at the top: {name}"


def tasks_at_the_edge(module: Module) -> Iterator[Offence]:
    if module.floor == "edge":
        return
    for line, name in module.imports:
        task = is_first_party(name) and "tasks" in name.split(".")[1:2]
        if task or name in ("celery.shared_task", "celery.Task"):
            yield line, f"nothing below the edge imports a task: {name}"


def clock_at_the_edge(module: Module) -> Iterator[Offence]:
    if module.floor == "edge":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ".".join(ast.unparse(node.func).split(".")[-2:])
            if called in CLOCKS:
                yield node.lineno, f"the edge gives the time, nothing below asks {called}()"


def no_own_signals(module: Module) -> Iterator[Offence]:
    for line, name in module.imports:
        package, _, last = name.rpartition(".")
        own = package == "django.db.models.signals" and last in OWN_SIGNALS
        if own or name in ("django.dispatch.Signal", "django.db.models.signals"):
            yield line, f"what follows a write stands in the action, not behind a signal: {name}"


def typed_sql_arithmetic(module: Module) -> Iterator[Offence]:
    """``F("balance") - amount(price)``: a bare Decimal is taken for a number of units."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            if any(called_name(side) == "F" for side in sides) and any(
                called_name(side) == "Decimal"
                or (isinstance(side, ast.Constant) and isinstance(side.value, float))
                for side in sides
            ):
                yield node.lineno, "SQL arithmetic with an untyped amount"


def called_name(node: ast.expr) -> str:
    return ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""


def sizes(module: Module) -> Iterator[Offence]:
    lines = len(module.source.splitlines())
    if lines > MODULE_LINES:
        yield 1, f"the module has {lines} lines, more than {MODULE_LINES}"
    for function in functions(module):
        length = function.end_lineno - function.lineno + 1
        if ast.get_docstring(function) is not None:
            docstring = function.body[0]
            length -= docstring.end_lineno - docstring.lineno + 1
        if length > FUNCTION_LINES:
            yield function.lineno, f"{function.name} has {length} lines, more than {FUNCTION_LINES}"


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def first_sentence(module: Module) -> Iterator[Offence]:
    if module.source.strip() and not ast.get_docstring(module.tree):
        yield 1, "a module begins with one sentence saying what is in it"


RULES = (
    one_way_apps,
    earlier_names_no_later_model,
    floors,
    core_imports,
    edges_apart,
    imports_at_the_top,
    tasks_at_the_edge,
    clock_at_the_edge,
    no_own_signals,
    typed_sql_arithmetic,
    sizes,
    first_sentence,
)


def offences(module: Module) -> list[str]:
    """``path:line rule`` for everything in the module that breaks a rule, each once."""
    found = {offence for rule in RULES for offence in rule(module)}
    return [f"{module.path}:{line} {sentence}" for line, sentence in sorted(found)]


def module_under_test(path: str) -> str | None:
    """The source path without suffix that a test file stands for, None where it mirrors none."""
    test = PurePosixPath(path)
    if test.parts[1] not in APPS or not test.name.startswith("test_"):
        return None
    # Django's folder inside the floor is no word of the sentence
    commands = ("commands",) if test.parts[-2] == "management" else ()
    return str(PurePosixPath(*test.parts[1:-1], *commands, test.stem.removeprefix("test_")))
