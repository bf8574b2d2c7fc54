"""What is not ours: `make bench-scope PUBLIC=folder` prints errands that are added against others' words written.

Cross-validated: each of the project's files of deeds, and each public source (`public.py`), is read by weights that
were learnt from all the others. "Shipped" are the weights as they are, on public sentences that none has learnt from.
A margin is how likely a sentence must be meant for a list, to be written: where its form asks for it, and where not.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random

from language.acts import Act, AddTodo
from language.clock import Clock
from language.reading import weighed
from language.reading.message import understand
from language.scoring import score
from language.scoring.score import Table

from .labelled import NOW, OWN_SENTENCES, ZONE, sentences_in
from .public import Public
from .training import OF_DEEDS, known_public, tables_without

MARGINS = ((weighed.OURS_SURELY, weighed.OURS), (0.03, 0.2), (0.06, 0.3), (0.1, 0.5), (0.2, 0.6))
# Of a source; so many say what a share is within a third of a percent.
READ_MOST = 1000


def main() -> None:
    if not known_public():
        sys.exit("PUBLIC names the folder that the public data was cloned to: see bench/language/public.py.")
    heads = " ".join(f"{f'{surely:.2f}/{likely:.2f}':>13}" for surely, likely in MARGINS)
    print(f"errands added, others' words written, by margin\n{'':32}{heads}")
    for name in sorted(OF_DEEDS):
        own = [*sentences_in([OWN_SENTENCES / f"{name}.tsv"])]
        with weights(tables_without(name)):
            show(f"{name}, learnt without it", ((each.text, each.label) for each in own))
    sources = sorted({each.source for each in known_public()})
    for source in sources:
        with weights(tables_without(source)):
            show(f"{source}, learnt without it", some(each for each in known_public() if each.source == source))
    for source in sources:
        show(f"{source}, shipped", some(each for each in known_public() if each.source == source and each.is_held_out))


def some(sentences: Iterable[Public]) -> Iterator[tuple[str, str]]:
    labels = {"deed": "add", "others": "outside"}
    known = [(each.text, labels[each.label]) for each in sentences if each.label in labels]
    return iter([each for each in known if each[1] == "add"] + Random(1).sample(known, min(len(known), READ_MOST)))


@contextmanager
def weights(tables: dict[str, Table]) -> Iterator[None]:
    """While it lasts, the score has those weights."""
    known = score.weights()
    kept = dict(known)
    known.update(tables)
    try:
        yield
    finally:
        known.update(kept)


def show(name: str, sentences: Iterable[tuple[str, str]]) -> None:
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in sentences:
        by_label[label].append(text)
    cells = []
    kept = weighed.OURS_SURELY, weighed.OURS
    for weighed.OURS_SURELY, weighed.OURS in MARGINS:
        added = [share(by_label["add"]), share(by_label["outside"])]
        cells.append(" ".join(f"{each:6.1%}" if each is not None else f"{'':6}" for each in added))
    weighed.OURS_SURELY, weighed.OURS = kept
    print(f"{name:32}{' '.join(cells)}  of {len(by_label['add'])}, {len(by_label['outside'])}", flush=True)


def share(texts: list[str]) -> float | None:
    clock = Clock(NOW, ZONE)
    return sum(any(map(adds, understand(text, clock))) for text in texts) / len(texts) if texts else None


def adds(act: Act) -> bool:
    """Whether the act adds a todo, be it because none of those that there are was meant."""
    meant = getattr(act, "otherwise", act)
    return isinstance(meant, AddTodo) and bool(meant.title)


if __name__ == "__main__":
    main()
