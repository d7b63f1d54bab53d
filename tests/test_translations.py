"""简体中文 is complete: nothing is left in English, and the compiled file is that of the source."""

import ast
import gettext
import json
import re
import shutil
import struct
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from accounts.core.positions import SHIPPED_POSITIONS
from compensation.core import wording
from kpis.core.formula import SHIPPED
from tests.architecture import APPS

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{\w*\}|%%")
# numbers and codes that read the same in both languages
WITHOUT_CHINESE = {
    "%(done)s",
    "%(done)s / %(total)s",
    "%(number)s%%",
    "%(order)s：%(why)s",
    "R %(r)s · F %(f)s · M %(m)s",
    "SKU（CSV）",
    "、",
}
# what the leading arguments are: c context, m msgid, p plural
CALLS = {
    "gettext": "m",
    "gettext_lazy": "m",
    "gettext_noop": "m",
    "ngettext": "mp",
    "ngettext_lazy": "mp",
    "pgettext": "cm",
    "pgettext_lazy": "cm",
    "npgettext": "cmp",
    "npgettext_lazy": "cmp",
}
TEMPLATE_CALL = re.compile(
    r"""(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\("""
    r"""((?:[^()"']|u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")*)\)"""
)


def parse(text):
    """The entries of a catalogue, the header among them, as dictionaries by keyword."""
    entries = []
    for block in re.split(r"\n\s*\n", text):
        entry, key = {"flags": ""}, ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry["flags"] += line
            elif not line.startswith("#"):
                word, quote, rest = line.partition('"')
                key = word.strip() or key
                entry[key] = entry.get(key, "") + json.loads(quote + rest)
        if "msgid" in entry:
            entries.append(entry)
    return entries


def entries():
    return [entry for entry in parse(CATALOGUE.read_text(encoding="utf-8")) if entry["msgid"]]


def texts_of(entry):
    return [text for key, text in entry.items() if key.startswith("msgstr")]


def key_of(entry):
    return (entry.get("msgctxt"), entry["msgid"])


def message(kinds, call):
    """What a call translates as (context, msgid), ``None`` where it takes no plain text."""
    told = dict(zip(kinds, call.args, strict=False))
    if not isinstance(told.get("m"), ast.Constant):
        return None
    context = told["c"].value if "c" in told else None
    return (context, told["m"].value)


def messages_of(source):
    """What a module has translated, under whatever name it imports the functions."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: CALLS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in CALLS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield message(names[node.func.id], node)


def template_messages_of(source):
    for name, arguments in TEMPLATE_CALL.findall(templatize(source)):
        call = ast.parse(f"f({arguments})", mode="eval").body
        yield message(CALLS["gettext" if name == "_" else name], call)


def extracted():
    """(context, msgid) of everything our modules and templates have translated, by file."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            if path.suffix == ".py":
                wanted = messages_of(path.read_text(encoding="utf-8"))
            elif path.suffix == ".html":
                wanted = template_messages_of(path.read_text(encoding="utf-8"))
            else:
                continue
            found |= {one: path.relative_to(ROOT).as_posix() for one in wanted if one}
    return found


def compiled():
    with COMPILED.open("rb") as file:
        return file.read()


def messages_in(binary):
    """The pairs of msgid and msgstr of a compiled catalogue, as bytes."""
    order = "<" if binary[:4] == b"\xde\x12\x04\x95" else ">"
    count, ids, texts = struct.unpack(f"{order}3I", binary[8:20])

    def at(table, number):
        length, start = struct.unpack_from(f"{order}2I", binary, table + 8 * number)
        return binary[start : start + length]

    return {at(ids, number): at(texts, number) for number in range(count)}


def test_every_entry_is_translated():
    found = [entry["msgid"] for entry in entries() if not all(texts_of(entry))]

    assert found == []


def test_no_entry_is_only_guessed():
    found = [entry["msgid"] for entry in entries() if "fuzzy" in entry["flags"]]

    assert found == []


def test_no_entry_stands_twice():
    counts = Counter(key_of(entry) for entry in entries())

    assert [key for key, count in counts.items() if count > 1] == []


def test_placeholders_are_those_of_the_english_text():
    def placeholders(text):
        return sorted(set(PLACEHOLDER.findall(text.replace("%%", ""))))

    found = [
        entry["msgid"]
        for entry in entries()
        for text in texts_of(entry)
        if placeholders(text) != placeholders(entry["msgid"])
        or ("%%" in text) != ("%%" in entry["msgid"])
    ]

    assert found == []


def test_what_a_translation_says_is_chinese():
    found = [
        text
        for entry in entries()
        for text in texts_of(entry)
        if not re.search("[一-鿿]", text) and text not in WITHOUT_CHINESE
    ]

    assert found == []


def test_the_compiled_file_holds_the_catalogue():
    wanted = {}
    for entry in parse(CATALOGUE.read_text(encoding="utf-8")):
        key = entry["msgid"]
        if "msgctxt" in entry:
            key = f"{entry['msgctxt']}\x04{key}"
        if "msgid_plural" in entry:
            key = f"{key}\x00{entry['msgid_plural']}"
        wanted[key.encode()] = "\x00".join(texts_of(entry)).encode()

    assert messages_in(compiled()) == wanted


def test_the_compiled_file_can_be_read():
    with COMPILED.open("rb") as file:
        read = gettext.GNUTranslations(file)

    assert read.gettext("Payslips") == "工资条"


def test_everything_translated_in_the_sources_is_in_the_catalogue():
    known = {key_of(entry) for entry in entries()}

    missing = {key: path for key, path in extracted().items() if key not in known}

    assert missing == {}


def test_nothing_in_the_catalogue_is_left_over():
    used = extracted()

    assert [key_of(entry) for entry in entries() if key_of(entry) not in used] == []


def test_the_gettext_tools_find_the_same(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("the gettext tools are not installed; the sources are read by the tests above")
    (tmp_path / "files").write_text(
        "\n".join(
            path.as_posix()
            for app in APPS
            for path in sorted((ROOT / app).rglob("*.py"))
            if path.read_text(encoding="utf-8").strip()
        )
    )
    keywords = [f"--keyword={name}" for name in ("gettext_noop", "gettext_lazy", "_")]
    keywords += ["--keyword=ngettext_lazy:1,2", "--keyword=pgettext_lazy:1c,2"]
    files = ["--no-location", f"--files-from={tmp_path / 'files'}"]
    found = subprocess.run(
        ["xgettext", "-L", "Python", "--from-code=UTF-8", "-o", "-", *keywords, *files],
        capture_output=True,
        text=True,
        check=True,
    )

    known = {key_of(entry) for entry in entries()}
    told = {key_of(entry) for entry in parse(found.stdout) if entry["msgid"]}

    assert told - known == set()


def test_the_reader_of_sources_finds_contexts_plurals_and_other_names():
    source = (
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        '_("one"); ngettext("a row", "rows", 2); pgettext("page", "next"); other("no"); _(name)\n'
    )

    found = [one for one in messages_of(source) if one]

    assert found == [(None, "one"), (None, "a row"), ("page", "next")]


def test_the_reader_of_templates_finds_plain_and_blocked_texts():
    source = (
        '{% translate "Show" %}{% translate "Change" context "figure" %}'
        "{% blocktranslate %}to {{ day }}{% endblocktranslate %}"
    )

    found = list(template_messages_of(source))

    assert found == [(None, "Show"), ("figure", "Change"), (None, "to %(day)s")]


# every figure that some formula of a payslip may ask for
FIGURES = {
    "amount": "1030.40",
    "full": "3091.20",
    "days": 31,
    "total_days": 93,
    "month_days": 31,
    "position": "customer_service",
    "completion": "7/8",
    "minimum": "0.3",
    "parts": "promotion=7/8;feedback=1/10;recruiting=1",
    "missed": "promotion;recruiting",
    "volumes": "promotion;feedback",
    "people": 3,
    "pool": "3091.22",
    "orders": "168230.00",
    "refunds": "13670.00",
    "carried": "560.00",
    "base": "154561.00",
    "target": "180000.00",
    "bands": "0.01*36000.00;0.02*10560.00",
    "tiers": "whole",
    "served": 0,
    "tier_sign": ">",
    "tier_bound": "0.8",
    "collected": "60000.00",
    "cutoff": "2025-03-20",
    "left_on": "2025-03-20",
    "service_months": 12,
    "low": "50.00",
    "high": "100.00",
    "forfeited": "6182.40",
    "reason": "帮助新人",
    "name": "陈",
    "employee_no": "007",
    "department": "欧洲部",
    "month": "2025-03",
    "run": "1",
    "plan": "2",
}
CODES = sorted(wording._TEMPLATES)


def formula(kind, code, **changes):
    with translation.override("zh-hans"):
        return wording.words(kind, code, FIGURES | changes)


@pytest.mark.parametrize(("kind", "code"), CODES)
@pytest.mark.parametrize("tiers", ["whole", "marginal"])
@pytest.mark.parametrize("served", [0, 1])
def test_a_payslips_formula_leaves_no_english_word(kind, code, tiers, served):
    changes = {"tiers": tiers, "served": served}
    if code == "forfeited":
        changes["forfeited_code"] = "own"

    told = formula(kind, code, **changes)

    assert re.findall("[A-Za-z]+", told) == []


@pytest.mark.parametrize("days", [31, 93])
def test_a_factor_and_a_whole_month_leave_no_english_word(days):
    changes = {"factor": "1.2", "grade": "", "tiers": "whole", "days": days}

    told = formula("performance_pay", "plan", **changes) + formula("commission", "own", **changes)

    assert re.findall("[A-Za-z]+", told) == []


@pytest.mark.parametrize("code", sorted(wording._PROBLEMS))
def test_a_problem_of_a_pay_run_leaves_no_english_word(code):
    with translation.override("zh-hans"):
        told = wording.problem_words(code, FIGURES)

    assert re.findall("[A-Za-z]+", told) == []


@pytest.mark.parametrize("code", sorted(SHIPPED_POSITIONS))
def test_a_position_is_named_in_a_formula(code):
    told = formula("base_salary", "full", position=code)

    assert re.findall("[A-Za-z]+", told) == []


def test_the_example_of_a_pool_in_chinese():
    figures = FIGURES | {
        "amount": "772.80",
        "pool": "2318.40",
        "base": "154560.00",
        "bands": "0.015*154560.00",
    }
    del figures["carried"]

    with translation.override("zh-hans"):
        told = wording.words("commission", "pool", figures)

    assert told == (
        "提成 772.80 = 小组提成池 2,318.40 的 1/3（共 93 天中的 31 天），提成池 2,318.40 = "
        "1.5% × 154,560.00（订单 168,230.00 − 退款 13,670.00）；适用档位 > 80%，"
        "因为 154,560.00 / 180,000.00 = 85.87%"
    )


def test_every_shipped_metric_has_a_chinese_name():
    with translation.override("zh-hans"):
        names = [translation.gettext(one.name) for one in SHIPPED]

    assert [name for name in names if re.search("[A-Za-z]", name)] == []
