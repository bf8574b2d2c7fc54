"""Learns the weights of `language/scoring` from labelled sentences: `make train-language PUBLIC=folder`.

The families are learnt from the project's own sentences; whether a sentence is said to a list of todos at all, from
these and from the public ones in the folder (`public.py`). Without the folder that score stays as it is.
Prints how many of the sentences a score finds that was learnt from the others, file by file; what the whole assistant
makes of them then is printed by `make bench-language WITHOUT=own` and `make bench-scope`.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from language.acts import Unclear
from language.clock import Clock
from language.questions import OFFER
from language.reading.sentence import parsed
from language.reading.weighed import may_write
from language.scoring.features import of_shape, of_words, shape_of, tokens_of
from language.scoring.score import WEIGHTS, Table, likelihoods

from .judging import Sentence
from .labelled import NOW, OWN_SENTENCES, ZONE, sentences_in
from .public import Public, public_sentences

FAMILIES = {
    "add": "add",
    "add_date": "add",
    "recur": "add",
    "trap_no_date": "add",
    "list": "look",
    "find": "look",
    "query": "look",
    "remove": "delete",
    "delete": "delete",
    "complete": "complete",
    "reopen": "reopen",
    "update": "update",
    "note": "update",
    "clear": "clear",
    "undo": "undo",
    "restore": "undo",
    "talk": "talk",
    "outside": "outside",
    "oos": "outside",
    "adversarial": "outside",
    "ask": "ask",
    "clarify": "ask",
}
TOOLS = {"list": "look", "uncomplete": "reopen"}
SMALLEST = 0.1
# Public sentences are many, and labelled for other ends; each of our own counts as several.
OWN_COUNTS = 5.0
# Files of deeds for a list and of what is said to others in the same words.
OF_DEEDS = {"deeds", "errands"}


@dataclass(frozen=True)
class Example:
    tokens: list[str]
    family: str
    source: str
    is_public: bool = False


@dataclass(frozen=True)
class Score:
    """What one score learns: the class of each example (none where it teaches nothing), and from which features.

    A feature of fewer sentences than `fewest` says nothing about others.
    """

    label_of: Callable[[Example], str]
    features_of: Callable[[list[str]], Iterable[str]]
    fewest: int
    strength: float

    def rows(self, examples: list[Example]) -> tuple[list[set[str]], list[str], list[float]]:
        """The features, the label and the weight of each example that teaches something."""
        known = [each for each in examples if self.label_of(each)]
        weights = [1.0 if each.is_public else OWN_COUNTS for each in known]
        return [set(self.features_of(each.tokens)) for each in known], [*map(self.label_of, known)], weights


def whose(example: Example) -> str:
    """Talk is said to anybody."""
    return {"talk": "", "outside": "others"}.get(example.family, "ours")


def shaped(example: Example) -> str:
    """What is not ours has no family; of deeds and what is like them, no shape tells which is which."""
    has_none = example.is_public or example.source in OF_DEEDS or example.family in {"talk", "outside"}
    return "" if has_none else example.family


SCORES = {
    "family": Score(shaped, lambda tokens: of_shape(shape_of(tokens)), 3, 1 / OWN_COUNTS),
    "ours": Score(whose, lambda tokens: [*of_shape(shape_of(tokens)), *of_words(tokens)], 3, 1.0),
}


def main() -> None:
    examples = [*labelled(), *taught_by(known_public())]
    if "--alone" not in sys.argv:
        for held_out in sorted({each.source for each in examples if not each.is_public}):
            report(held_out, examples)
    tables = tables_of(examples)
    if not known_public():
        print("PUBLIC names no folder: whether a sentence is said to a list at all is not learnt again.")
        tables["ours"] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["ours"]
    WEIGHTS.write_text(written(tables), encoding="utf-8")
    print(
        f"{', '.join(f'{len(table)} features of {name}' for name, table in tables.items())}; {len(examples)} sentences"
    )


def written(tables: dict[str, Table]) -> str:
    """A line a feature, so that a change of the weights can be read."""
    parts = []
    for score, table in tables.items():
        lines = (f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(table[name])}" for name in sorted(table))
        parts.append(f' "{score}": {{\n' + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def tables_without(source: str) -> dict[str, Table]:
    """The weights as they would be, had the sentences of that file or public source never been seen."""
    taught = [*labelled(), *taught_by(known_public())]
    return tables_of([example for example in taught if example.source != source])


def tables_of(examples: list[Example]) -> dict[str, Table]:
    return {name: table_of(score, examples) for name, score in SCORES.items()}


def table_of(score: Score, examples: list[Example]) -> Table:
    """By feature, then by class: weights that are not too small to matter."""
    found, labels, weights = score.rows(examples)
    counts = Counter(name for names in found for name in names)
    common = {name for name, count in counts.items() if count >= score.fewest}
    vectorizer = DictVectorizer()
    rows = vectorizer.fit_transform([dict.fromkeys(common.intersection(names), 1.0) for names in found])
    model = LogisticRegression(C=score.strength, max_iter=3000)
    model.fit(rows, labels, sample_weight=weights)
    # Of two classes the model has one row: that of the second.
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == len("ab"):
        coefficients, intercepts = [-coefficients[0] / 2, coefficients[0] / 2], [-intercepts[0] / 2, intercepts[0] / 2]
    table: Table = {"always": {}}
    for label, row, intercept in zip(model.classes_, coefficients, intercepts, strict=True):
        for name, weight in zip(vectorizer.get_feature_names_out(), row, strict=True):
            if abs(weight) >= SMALLEST:
                table.setdefault(name, {})[label] = round(float(weight), 2)
        table["always"][label] = round(float(intercept), 2)
    return table


@cache
def known_public() -> list[Public]:
    folder = os.environ.get("PUBLIC")
    return public_sentences(Path(folder)) if folder else []


@cache
def taught_by_one(sentence: Public) -> Example | None:
    """Only what would be written, or offered, teaches: of nothing else the score is asked in earnest."""
    clock = Clock(NOW, ZONE).for_message()
    try:
        if sentence.label == "others" and not may_write(parsed(sentence.text, clock).acts[0]):
            return None
        tokens = tokens_of(sentence.text, clock)
    except Unclear:
        return None
    return Example(tokens, "outside" if sentence.label == "others" else "add", sentence.source, is_public=True)


def taught_by(sentences: Iterable[Public]) -> list[Example]:
    """What is beyond the scope of CLINC150 may well be something to do, and teaches nothing."""
    told = (each for each in sentences if not each.is_held_out and each.label and not each.source.endswith("oos"))
    return [example for each in told if (example := taught_by_one(each)) and example.tokens]


def labelled() -> Iterator[Example]:
    for path in sorted(OWN_SENTENCES.iterdir()):
        for sentence in sentences_in([path]):
            label = sentence.expect.get("tool", sentence.label)
            family = FAMILIES.get(label) or TOOLS.get(label)
            if family and not sentence.said_before and not asks_whether(sentence):
                yield Example(tokens_of(sentence.text, Clock(sentence.now, sentence.zone)), family, path.stem)


def asks_whether(sentence: Sentence) -> bool:
    """What is offered to be added is neither: "I ran out of coffee"."""
    return any(words.startswith(OFFER) for words in sentence.expect.get("says", ()))


def report(held_out: str, examples: list[Example]) -> None:
    """How many sentences of a file the scores put right that were learnt from the other files."""
    tables = tables_of([each for each in examples if each.source != held_out])
    said = f"{held_out:16}"
    for name, score in SCORES.items():
        rows, labels, _ = score.rows([each for each in examples if each.source == held_out])
        found = [likelihoods(features, tables[name]) for features in rows]
        right = sum(max(each, key=each.__getitem__) == label for each, label in zip(found, labels, strict=True))
        said += f"{name:>10} {right:4} of {len(labels):4}  {right / max(len(labels), 1):6.1%}"
    print(said)


if __name__ == "__main__":
    main()
