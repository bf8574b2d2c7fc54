"""What database threads share – caches, tables, parsers, clients – gives each of them what it would give one alone."""

import contextlib
import gc
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import _lru_cache_wrapper

from django.test import SimpleTestCase

from chat.history.titles import title_from
from chat.pages.text.markdown import markdown_html
from config.tests.attacks.test_text_growth import NOW, ZONE, basic_answer
from database.search import terms_of
from language.dates import find_date, resolve_date
from language.stems import search_terms
from todos.mcp.arguments import given_arguments
from todos.quick_add import parse_quick_add
from web.errors import ProductError

SWITCH_SECONDS = 1e-6
THREADS = 8
DAYS = ("tomorrow", "next monday", "march 3rd", "in 2 weeks", "every weekday", "morgen")
TIMES = ("at 5pm", "at half past nine", "")
DEEDS = ("Call Ann", "Water the plants", "Renew the **passport** #home p1", "Organise the garage sales")
TEXTS = [f"{deed} {day} {time}".strip() for deed in DEEDS for day in DAYS for time in TIMES]
SCHEMA = {"properties": {"text": {"type": "string"}, "tags": {"items": {"type": "string"}}}}
# Each call of the basic assistant has an id of its own.
CALL_ID = re.compile(r"call_id='[^']*'")
READ: dict[str, Callable[[str], object]] = {
    "a date in a text": lambda text: find_date(text, ZONE, NOW),
    "a date": lambda text: resolve_date(text.partition(" ")[2], ZONE, NOW),
    "quick add": lambda text: parse_quick_add(text, ZONE, NOW),
    "a message": lambda text: basic_answer(f"remind me to {text}"),
    "Markdown": markdown_html,
    "a title": title_from,
    "a search": lambda text: [search_terms(text), terms_of(text)],
    "arguments": lambda text: given_arguments({"text": text, "tags": text.split()}, SCHEMA),
}


def answers(texts: list[str]) -> list[str]:
    return [f"{name}: {answer(read, text)}" for text in texts for name, read in READ.items()]


def answer(read: Callable[[str], object], text: str) -> str:
    try:
        return CALL_ID.sub("", repr(read(text)))
    except ProductError as refusal:
        return refusal.sentence


def forget_all() -> None:
    """Empty every cache of a function, so that all threads fill them at once."""
    for kept in gc.get_objects():
        if type(kept) is _lru_cache_wrapper and kept.__module__.partition(".")[0] in {"language", "todos", "chat"}:
            kept.cache_clear()


@contextlib.contextmanager
def hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Threads(SimpleTestCase):
    def test_threads_that_read_at_once_read_what_one_alone_reads(self):
        alone = answers(TEXTS)
        forget_all()
        turned = [TEXTS[place:] + TEXTS[:place] for place in range(0, len(TEXTS), -(-len(TEXTS) // THREADS))]
        with hasty_threads(), ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(answers, turned))
        for place, mine in enumerate(found):
            with self.subTest(thread=place):
                self.assertEqual(set(mine) ^ set(alone), set())

    def test_what_the_caches_kept_of_it_is_right(self):
        forget_all()
        with hasty_threads(), ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(answers, [TEXTS[::-1]] * THREADS))
        kept = answers(TEXTS)
        forget_all()
        self.assertEqual(set(kept) ^ set(answers(TEXTS)), set())
