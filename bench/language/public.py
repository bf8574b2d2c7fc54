"""Sentences of public data that the score learns from, read where they were cloned to; none of them is kept here.

    git clone https://github.com/clinc/oos-eval                   CLINC150, CC BY 3.0
    git clone https://github.com/pswietojanski/slurp              SLURP, CC BY 4.0 (devel and test)
    git clone https://github.com/xliuhw/NLU-Evaluation-Data       HWU64, CC BY 4.0 (its first fold)

What they ask of lamps, banks, players and encyclopedias is said to others. What they want to be reminded of or ask to
put on a list is something to do, also without these words.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

CLINC_OURS = {
    "todo_list", "todo_list_update", "reminder", "reminder_update", "calendar", "calendar_update",
    "schedule_meeting", "meeting_schedule", "shopping_list", "shopping_list_update",
}  # fmt: skip
OURS = {"calendar", "lists"}
# A clock's as well as a list's.
EITHER = {"alarm", "timer"}
FOLD = "CrossValidation/*/*/CrossValidation/KFold_1"
DEED = re.compile(r".*\b(?:remind me to|reminder to|remember to|forget to) (?P<deed>.+?)\W*", re.IGNORECASE)
ENTRY = re.compile(r"(?:please )?(?:add|put) (?P<deed>.+?) (?:to|on) my (?:to ?do|task|chore)s?[ -]list\W*", re.I)
# One sentence of so many is never learnt from, so that the score can be measured.
HELD_OUT = 5


@dataclass(frozen=True)
class Public:
    source: str
    text: str
    label: str  # "others", "ours", "deed" (what was asked to be reminded of), "" for what may be either

    @property
    def is_held_out(self) -> bool:
        return sha256(plain(self.text).encode()).digest()[0] % HELD_OUT == 0


def public_sentences(folder: Path) -> list[Public]:
    """Each text once, of the first source that has it."""
    known: dict[str, Public] = {}
    for sentence in [*clinc(folder / "oos-eval"), *hwu(folder / "NLU-Evaluation-Data"), *slurp(folder / "slurp")]:
        known.setdefault(plain(sentence.text), sentence)
        match = (DEED.fullmatch(sentence.text) or ENTRY.fullmatch(sentence.text)) if sentence.label == "ours" else None
        if match:
            known.setdefault(plain(match["deed"]), Public(sentence.source, match["deed"], "deed"))
    return list(known.values())


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def label_of(intent: str, ours: set[str]) -> str:
    return "" if intent in EITHER else "ours" if intent in ours else "others"


def clinc(folder: Path) -> Iterator[Public]:
    for part in json.loads((folder / "data/data_full.json").read_text(encoding="utf-8")).values():
        for text, intent in part:
            source = "CLINC150 oos" if intent == "oos" else "CLINC150"
            yield Public(source, text, label_of(intent, CLINC_OURS))


def hwu(folder: Path) -> Iterator[Public]:
    for path in sorted(folder.glob(f"{FOLD}/trainset/*.csv")) + sorted(folder.glob(f"{FOLD}/testset/csv/*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                yield Public("HWU64", row["answer_from_anno"] or "", label_of(row["scenario"], OURS))


def slurp(folder: Path) -> Iterator[Public]:
    for part in ("devel", "test"):
        for line in (folder / f"dataset/slurp/{part}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Public("SLURP", row["sentence"], label_of(row["scenario"], OURS))
