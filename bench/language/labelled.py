"""The labelled sentences: files of them, read."""

import datetime
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from .judging import Sentence

OWN_SENTENCES = Path(__file__).parent / "sentences"
NOW = datetime.datetime.fromisoformat("2026-03-04T10:00:00-05:00")
ZONE = ZoneInfo("America/New_York")


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
