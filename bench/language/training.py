"""Learns the weights of `language/scoring` from the project's own labelled sentences: `make train-language`.

Prints how many of the sentences a score finds that was learnt from the others, file by file; what the whole assistant
makes of them then is printed by `make bench-language WITHOUT=own`.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from language.clock import Clock
from language.scoring.features import features
from language.scoring.score import WEIGHTS

from .labelled import OWN_SENTENCES, sentences_in

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
STRENGTH = 1.0
SMALLEST = 0.1
# A feature of fewer sentences says nothing about others.
FEWEST = 3
Example = tuple[list[str], str, str]


def main() -> None:
    examples = list(labelled())
    if "--alone" not in sys.argv:
        for held_out in sorted({source for _, _, source in examples}):
            report(held_out, examples)
    table = table_of(examples)
    lines = (f" {json.dumps(name, ensure_ascii=False)}: {json.dumps(table[name])}" for name in sorted(table))
    WEIGHTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(table)} features of {len(examples)} sentences")


def table_without(source: str) -> dict[str, dict[str, float]]:
    """The weights as they would be, had the sentences of that file never been seen."""
    return table_of([example for example in labelled() if example[2] != source])


def table_of(examples: list[Example]) -> dict[str, dict[str, float]]:
    """By feature, then by family: weights that are not too small to matter."""
    model, names = learnt(examples)
    table: dict[str, dict[str, float]] = {}
    for family, row in zip(model.classes_, model.coef_, strict=True):
        for name, weight in zip(names, row, strict=True):
            if abs(weight) >= SMALLEST:
                table.setdefault(name, {})[family] = round(float(weight), 2)
    for family, weight in zip(model.classes_, model.intercept_, strict=True):
        table.setdefault("always", {})[family] = round(float(weight), 2)
    return table


def labelled() -> Iterator[Example]:
    for path in sorted(OWN_SENTENCES.iterdir()):
        for sentence in sentences_in([path]):
            label = sentence.expect.get("tool", sentence.label)
            family = FAMILIES.get(label) or TOOLS.get(label)
            if family and not sentence.said_before:
                yield features(sentence.text, Clock(sentence.now, sentence.zone)), family, path.stem


def learnt(examples: list[Example]) -> tuple[LogisticRegression, list[str]]:
    counts = Counter(name for names, _, _ in examples for name in names)
    common = {name for name, count in counts.items() if count >= FEWEST}
    vectorizer = DictVectorizer()
    rows = vectorizer.fit_transform([dict.fromkeys(common.intersection(names), 1.0) for names, _, _ in examples])
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    model.fit(rows, [family for _, family, _ in examples])
    return model, list(vectorizer.get_feature_names_out())


def report(held_out: str, examples: list[Example]) -> None:
    model, names = learnt([example for example in examples if example[2] != held_out])
    places = {name: place for place, name in enumerate(names)}
    right = count = 0
    for found, family, source in examples:
        if source != held_out:
            continue
        columns = [places[name] for name in found if name in places]
        scores = model.coef_[:, columns].sum(axis=1) + model.intercept_
        right += model.classes_[scores.argmax()] == family
        count += 1
    print(f"{held_out:16} {right:4} of {count:4}  {right / max(count, 1):6.1%}")


if __name__ == "__main__":
    main()
