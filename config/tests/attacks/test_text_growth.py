"""No text holds the process: at each door's pure entry, time grows with the length of a text and no faster.

The texts repeat one fragment: each word and sign that a regular expression of the program names, and shapes that
have made such expressions slow elsewhere.
"""

import asyncio
import contextlib
import datetime
import importlib
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from django.test import SimpleTestCase

import chat
import language
import todos
import web
from accounts.models import User
from accounts.names.devices import device_name
from accounts.tokens.claims import TOKEN_PATTERN
from chat.api.export import fenced, quotation
from chat.assistants.arguments import parsed_request
from chat.assistants.basic import BasicModel
from chat.assistants.interface import AssistantText, ModelRequest, ToolOutput, ToolRequest, UserText
from chat.history.digest import digest_lines
from chat.history.titles import title_from, title_of_model
from chat.history.window import shortened
from chat.pages.text.claims import claims_change
from chat.pages.text.markdown import literal_html, markdown_html
from chat.pages.text.passages import passages_of
from chat.search.snippets import marked_parts, snippet_parts
from chat.turns.approvals import spoken_decision
from database.search import terms_of
from language.dates import find_date, resolve_date
from language.dates.shifts import shifted
from language.recurrence import parse_rule
from language.stems import search_terms, words_of
from todos.fields import rules
from todos.finding.references import echo, read_id
from todos.quick_add import parse_quick_add
from todos.transfer.tables.rows import csv_rows
from web.errors import ProductError
from web.requests.json_text import read_json
from web.text import displayable, storable, unstorable_reason

LENGTH = 8_000
CPU_MAX_SECONDS = 0.1
GROWTH_MAX = 2.6
# What takes less is too short to tell its growth from the noise of a machine.
TELLING_SECONDS = 0.02
# What `spin` takes where the limit was set; a machine that is slower just now has more time.
SPIN_SECONDS = 0.005
ROUNDS = 4
ATTEMPTS = 4
FAULTS_SHOWN = 3
ZONE = ZoneInfo("UTC")
NOW = datetime.datetime(2026, 3, 4, 10, tzinfo=ZONE)

# Shapes that backtracking, pairing of quotes, nesting and folding of letters meet.
SHAPES = """
    a|A|é|日|🎉|ß|ﷺ|İ|Ａ|aa |a b |a, |a; |a. |a? |a! |a's |a-|-a|a\\n|\\na\\n|a\\r\\n|# |#a |@a |=a|1|1.|1. |1/|
    1:|1-|1,|12.12.|2026-|T12:|5pm |at 5 |of |and |to |the |every day |in 2 days |next |"|"a" |"a|'|'a' |'a|“|
    “a” |„a“ |«a» |`|`a` |``` |(|((a|[|[a](|![|[a]: b\\n|[[|{|{"a":|[1,|\\\\|"\\\\|*|**a |*a* |_a_|~~a|> |
    - a\\n|- [ ] a\\n|1. a\\n|+ |<a|<a>|<!--|&amp;|&#|||a|b|\\n|-|http://a.b/|a@b.c |www.a |FREQ=DAILY;|
    BYDAY=MO,|;|,|.|!|?|!?|...|–|—| |\\n|\\t|\\r|:|a:b|null|1e9|-1|e-|\\u200b|\\u3164|a\\u0301
"""
# A sentence is short enough to be read, and a message holds many: each word of a date begins a reading.
SENTENCES = [f"{(word * (380 // len(word))).strip()}. " for word in ("at 5 ", "tomorrow ", "noon ", "every day ")]
LITERAL = re.compile(r"[^\W\d_]{2,}(?:['’ ][^\W\d_]+)*")
OTHERS = re.compile(r"\.tests|\.migrations|^language\.(?!dates|marks|recurrence)")
ESCAPE = re.compile(r"\\[A-Za-z]|\(\?P?<\w+>")


def shapes() -> Iterator[str]:
    for shape in "".join(line.lstrip() for line in SHAPES.splitlines()).split("|"):
        yield shape.encode("latin-1", "backslashreplace").decode("unicode_escape") if "\\" in shape else shape


def patterns() -> Iterator[re.Pattern[str]]:
    """Every regular expression that a module of the program keeps, but those of the grammar of requests."""
    for package in (chat, language, todos, web):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if OTHERS.search(found.name):
                continue
            values = vars(importlib.import_module(found.name)).values()
            yield from (value for value in values if isinstance(value, re.Pattern) and isinstance(value.pattern, str))


def fragments() -> list[str]:
    words = {word for pattern in patterns() for word in LITERAL.findall(ESCAPE.sub(" ", pattern.pattern))}
    return list(dict.fromkeys([*filter(None, shapes()), *SENTENCES, *(f"{word} " for word in sorted(words))]))


def basic_answer(text: str) -> list[object]:
    async def outputs() -> list[object]:
        request = ModelRequest("", (UserText(text),), (), NOW, "UTC")
        return [output async for output in BasicModel().stream(request)]

    return asyncio.run(outputs())


# Each takes what a person, a file or a model may send; a refusal is an answer as well.
ENTRIES: dict[str, Callable[[str], object]] = {
    "quick add": lambda text: parse_quick_add(text, ZONE, NOW),
    "a date in a text": lambda text: find_date(text, ZONE, NOW),
    "a date": lambda text: resolve_date(text, ZONE, NOW),
    "a distance from a date": lambda text: shifted(text, None, ZONE, NOW),
    "a time alone": rules.CLOCK_ALONE.fullmatch,
    "a repeat rule": parse_rule,
    "a title": rules.clean_title,
    "notes": rules.clean_notes,
    "a tag": rules.clean_tag,
    "words of a todo": words_of,
    "an id": read_id,
    "an echo": echo,
    "a search for todos": search_terms,
    "a search for messages": lambda text: marked_parts("milk " * 50, terms_of(text)),
    "a text with hits": lambda text: [marked_parts(text, terms_of("milk a")), snippet_parts(text, terms_of("a"))],
    "an answer in Markdown": markdown_html,
    "an answer of the basic assistant": literal_html,
    "a claim in an answer": claims_change,
    "lists of todos in an answer": lambda text: passages_of(text, {str(n): f"a {n}" for n in range(100)}, ()),
    "a conversation's title": title_from,
    "a model's title": title_of_model,
    "a digest": lambda text: digest_lines([[UserText(text), ToolOutput("1", text), AssistantText(text)]]),
    "an old output": lambda text: shortened(ToolOutput("1", text)),
    "yes or no": spoken_decision,
    "a model's text": lambda text: [storable(text), displayable(text), unstorable_reason(text)],
    "a tool call": lambda text: parsed_request(ToolRequest(text, text, text)),
    "JSON": lambda text: read_json(text.encode("utf-8", "replace")),
    "a CSV file": lambda text: csv_rows(text.encode("utf-8", "replace"), User(), NOW),
    "an exported message": lambda text: [quotation(text), fenced(text)],
    "a device": device_name,
    "a token": TOKEN_PATTERN.fullmatch,
    "a message": basic_answer,
    "a list under a heading": lambda text: basic_answer(f"Add these:\n{text}"),
}


class Slow(Exception):
    """A text took so long that it is not waited for."""


def give_up(*_: object) -> None:
    raise Slow


def cpu_seconds(entry: Callable[[str], object], text: str) -> float:
    signal.setitimer(signal.ITIMER_VIRTUAL, 20 * CPU_MAX_SECONDS)
    started = time.process_time()
    try:
        with contextlib.suppress(ProductError, ValueError):
            entry(text)
        return time.process_time() - started
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def slowness() -> float:
    """How many times longer than where the limit was set the same work takes here and now; at least 1."""

    def spin() -> float:
        started, total = time.process_time(), 0
        for number in range(200_000):
            total += number % 7
        return time.process_time() - started

    return max(1.0, min(spin() for _ in range(ROUNDS)) / SPIN_SECONDS)


def of_length(fragment: str, length: int) -> str:
    return (fragment * (length // len(fragment) + 1))[:length]


def fault_of(entry: Callable[[str], object], fragment: str) -> str:
    """What is wrong with the time that a text of the fragment takes, in each of several attempts; or empty."""
    if cpu_seconds(entry, of_length(fragment, LENGTH)) <= TELLING_SECONDS:
        return ""
    # The machine is shared, and work beside ours slows some rounds: what really grows too fast does so in each attempt.
    fault = ""
    for _ in range(ATTEMPTS):
        fault = fault_in(*least_seconds(entry, fragment))
        if not fault:
            break
    return fault


def least_seconds(entry: Callable[[str], object], fragment: str) -> list[float]:
    """The least seconds of several rounds for texts of a quarter, a half and the whole length, taken in turns."""
    texts = [of_length(fragment, LENGTH // part) for part in (4, 2, 1)]
    rounds = [[cpu_seconds(entry, text) for text in texts] for _ in range(ROUNDS)]
    return [min(seconds) for seconds in zip(*rounds, strict=True)]


def fault_in(quarter: float, half: float, whole: float) -> str:
    """What the three times say. Both doublings count: noise seldom looks like growth twice, and growth always does."""
    if whole > CPU_MAX_SECONDS * slowness():
        return f"{whole * 1000:.0f} ms"
    too_fast = whole > GROWTH_MAX * half and whole > GROWTH_MAX**2 * quarter
    return f"×{whole / half:.1f}" if whole > TELLING_SECONDS and too_fast else ""


@pytest.mark.once
class TextGrowthTests(SimpleTestCase):
    def test_time_grows_with_the_length_of_a_text_and_no_faster(self):
        self.addCleanup(signal.signal, signal.SIGVTALRM, signal.signal(signal.SIGVTALRM, give_up))
        self.addCleanup(signal.setitimer, signal.ITIMER_VIRTUAL, 0)
        # A coverage tracer would be measured as well: it takes several times as long as what it watches.
        self.addCleanup(sys.settrace, sys.gettrace())
        sys.settrace(None)
        texts = fragments()
        self.assertGreater(len(texts), 200)
        for name, entry in ENTRIES.items():
            with self.subTest(name):
                self.assertEqual(self.faults_of(entry, texts), [])

    def faults_of(self, entry: Callable[[str], object], texts: list[str]) -> list[tuple[str, str]]:
        faults = []
        for fragment in texts:
            if len(faults) == FAULTS_SHOWN:
                break
            try:
                fault = fault_of(entry, fragment)
            except Slow:
                fault = "it did not end"
            if fault:
                faults.append((fragment, fault))
        return faults
