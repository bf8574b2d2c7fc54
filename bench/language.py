"""How well the basic assistant understands: `python -m bench.language FILES…` prints accuracy and every miss.

Without files it takes the project's own sentences in `bench/language/`. A `.tsv` line is a label and a sentence; a
label is an action or one of CLINC150's intents (`language_judging.py`). A `.jsonl` line is
{"cat", "text", "now", "tz", "expect"}. Each sentence is a whole turn of its own person with the same few todos, on a
database that is thrown away; where it speaks of "it" or "item 4", those were spoken of before.
"""

import asyncio
import datetime
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import django
from django.conf import settings
from django.core.management import call_command

from .language_judging import Reading, Sentence, judge

OWN_SENTENCES = Path(__file__).parent / "language"
NOW = datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00")
ZONE = ZoneInfo("America/New_York")


def main(paths: Iterable[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        django.setup()
        settings.CHAT_MODEL = "bench.language_turns.TimedModel"
        call_command("migrate", verbosity=0)
        asyncio.run(measure(paths))


async def measure(paths: Iterable[Path]) -> None:
    # Models can be imported only now that settings know the database.
    read = import_module("bench.language_turns").read
    right: dict[str, list[bool]] = defaultdict(list)
    seconds: list[float] = []
    wrong_writes = 0
    for sentence in sentences_in(paths):
        reading = await read(sentence)
        reason = judge(sentence, reading)
        right[sentence.label].append(not reason)
        seconds += reading.step_seconds
        if reason:
            wrong_writes += reading.written > 0
            print(f"{sentence.label:18} {sentence.text}\n{'':18} {reason}: {shown(reading)}")
    report(right, seconds, wrong_writes)


def report(right: dict[str, list[bool]], seconds: list[float], wrong_writes: int) -> None:
    rows = [*sorted(right.items()), ("all", [mark for marks in right.values() for mark in marks])]
    print()
    for label, marks in rows:
        print(f"{label:18} {sum(marks):4} of {len(marks):4}  {sum(marks) / max(len(marks), 1):6.1%}")
    print(f"{wrong_writes} wrong writes")
    if seconds:
        print(f"{sum(seconds) / len(seconds) * 1000:.2f} ms CPU a step, {max(seconds) * 1000:.2f} ms at most")


def sentences_in(paths: Iterable[Path]) -> Iterator[Sentence]:
    for path in paths:
        for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
            if path.suffix == ".tsv":
                label, text = line.split("\t", 1)
                yield Sentence(label, text, {}, NOW, ZONE)
            else:
                item = json.loads(line)
                now, zone = datetime.datetime.fromisoformat(item["now"]), ZoneInfo(item["tz"])
                yield Sentence(item["cat"], item["text"], item["expect"], now, zone)


def shown(reading: Reading) -> str:
    return json.dumps(reading.calls, ensure_ascii=False) if reading.calls else repr(reading.text[:100])


if __name__ == "__main__":
    main(map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(OWN_SENTENCES.iterdir()))
