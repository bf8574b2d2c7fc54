"""How well the basic assistant understands: `python -m bench.language FILES…` prints accuracy and every miss.

Without files it takes the project's own in `sentences/`. A `.tsv` line is a label and a sentence; a label is an action
or one of CLINC150's intents (`judging.py`). A `.jsonl` line is {"cat", "text", "now", "tz", "expect"}. Each sentence
is a whole turn of its own person with the same few todos, on a database that is thrown away; where it speaks of "it"
or "item 4", those were spoken of before.

A `.jsonl` line with {"source", "text", "clock", "zone", "seed_todos", "expect", "group"} is a stranger's: a message or
a conversation, judged by the todos before and after (`verdicts.py`); one with "phrase" is a date alone. The
environment variable OUT names a file for what became of each, a JSON object a line.

With WITHOUT=own each of the project's own files is measured by weights that are learnt from the others (this takes what
`make train-language` installs), so that the figures say what the score does for sentences that it has never seen.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from language.scoring import score

from .judging import Reading, judge
from .labelled import OWN_SENTENCES, sentences_in
from .verdicts import RIGHT, VERDICTS, date_verdict, verdict


def main(paths: Iterable[Path]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        django.setup()
        settings.CHAT_MODEL = "bench.language.turns.TimedModel"
        call_command("migrate", verbosity=0)
        asyncio.run(measure(paths))


async def measure(paths: Iterable[Path]) -> None:
    files = list(paths)
    strangers = [path for path in files if is_of_strangers(path)]
    own = [path for path in files if path not in strangers]
    for group in [[path] for path in own] if os.environ.get("WITHOUT") == "own" else filter(None, [own]):
        with weights_without(group):
            await measure_own(group)
    if strangers:
        await measure_strangers(strangers)


@contextmanager
def weights_without(group: list[Path]) -> Iterator[None]:
    """While it lasts, the score knows nothing of a file that is measured alone under WITHOUT=own."""
    if os.environ.get("WITHOUT") != "own":
        yield
        return
    print(f"\n{group[0].stem}, by weights learnt without it")
    known = score.weights()
    learnt = import_module("bench.language.training").tables_without(group[0].stem)
    kept = dict(known)
    known.clear()
    known.update(learnt)
    try:
        yield
    finally:
        known.clear()
        known.update(kept)


def is_of_strangers(path: Path) -> bool:
    with path.open(encoding="utf-8") as lines:
        return path.suffix == ".jsonl" and "clock" in json.loads(next(lines))


async def measure_strangers(paths: Iterable[Path]) -> None:
    conversations = import_module("bench.language.conversations")
    verdicts: dict[str, list[str]] = defaultdict(list)
    outcomes = []
    for path in paths:
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            is_date = "phrase" in line
            outcome = conversations.read_date(line) if is_date else await conversations.converse(line)
            outcomes.append(outcome)
            # A date alone has the expectations beside the phrase.
            said = date_verdict(line, outcome) if is_date else verdict(line["expect"], outcome)
            verdicts[f"{path.stem}: {line.get('group') or line.get('kind') or ''}"].append(said)
            if said != RIGHT:
                print(f"{said:12} {line.get('text') or line.get('phrase')}\n{'':12} {shown_outcome(line, outcome)}")
    report_verdicts(verdicts)
    write_outcomes(outcomes)


def write_outcomes(outcomes: list[dict[str, Any]]) -> None:
    if out := os.environ.get("OUT"):
        lines = (json.dumps(outcome, ensure_ascii=False) for outcome in outcomes)
        Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


def report_verdicts(verdicts: dict[str, list[str]]) -> None:
    by_file: dict[str, list[str]] = defaultdict(list)
    for label, said in verdicts.items():
        by_file[f"{label.partition(':')[0]}, all"] += said
    everything = {"all": [verdict for said in verdicts.values() for verdict in said]}
    print(f"\n{'':46}" + "".join(f"{name:>12}" for name in VERDICTS))
    for label, said in [*sorted((verdicts | by_file).items()), *everything.items()]:
        counts = "".join(f"{said.count(name):12}" for name in VERDICTS)
        print(f"{label:46}{counts}  {said.count(RIGHT) / len(said):6.1%}")


def shown_outcome(line: dict[str, Any], outcome: dict[str, Any]) -> str:
    if "phrase" in line:
        return json.dumps(outcome)
    answer = " / ".join(outcome["answer"].split("\n"))
    return (
        f"{', '.join(outcome['tool_calls'])} {answer[:160]!r}  {json.dumps(line['expect'], ensure_ascii=False)[:160]}"
    )


async def measure_own(paths: Iterable[Path]) -> None:
    # Models can be imported only now that settings know the database.
    read = import_module("bench.language.turns").read
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


def shown(reading: Reading) -> str:
    return json.dumps(reading.calls, ensure_ascii=False) if reading.calls else repr(reading.text[:100])


if __name__ == "__main__":
    main(map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(OWN_SENTENCES.iterdir()))
