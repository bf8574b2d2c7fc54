"""The two scores of a sentence: which family of acts it asks for, and whether it is said to a list of todos at all.

Each is a weight for every class and feature, and the likelihoods that follow from them.
"""

import json
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .features import of_shape, of_words, shape_of, singular

WEIGHTS = Path(__file__).parent / "weights.json"
Table = dict[str, dict[str, float]]


@cache
def weights() -> dict[str, Table]:
    """By score, then by feature, then by class."""
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))


def family_likelihoods(tokens: list[str]) -> dict[str, float]:
    """How likely each family of acts is; together they are 1."""
    return likelihoods(of_shape(shape_of(tokens)), weights()["family"])


def likely_ours(tokens: list[str]) -> float:
    """How likely it is that somebody says this to a list of todos, and not to a lamp or an encyclopedia."""
    return likelihoods([*of_shape(shape_of(tokens)), *of_words(tokens)], weights()["ours"])["ours"]


def likelihoods(features: Iterable[str], table: Table) -> dict[str, float]:
    sums = dict.fromkeys(table["always"], 0.0)
    # Each once, and in one order: in another the sum would differ in its last digit.
    for name in dict.fromkeys(features):
        for label, weight in table.get(name, {}).items():
            sums[label] += weight
    highest = max(sums.values())
    powers = {label: math.exp(total - highest) for label, total in sums.items()}
    whole = sum(powers.values())
    return {label: power / whole for label, power in powers.items()}


def is_learnt(word: str) -> bool:
    """Whether the labelled sentences, which are English, have the word often enough for a weight."""
    return f"word {singular(word)}" in weights()["ours"]
