"""The score: a weight for each family and feature, and the likelihoods that follow from them."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

from language.clock import Clock

from .features import features

WEIGHTS = Path(__file__).parent / "weights.json"


@cache
def weights() -> dict[str, dict[str, float]]:
    """By feature, then by family."""
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))


def likelihoods(text: str, clock: Clock) -> dict[str, float]:
    """How likely each family of acts is; together they are 1."""
    table = weights()
    sums = dict.fromkeys(table["always"], 0.0)
    for name in features(text, clock):
        for family, weight in table.get(name, {}).items():
            sums[family] += weight
    highest = max(sums.values())
    powers = {family: math.exp(total - highest) for family, total in sums.items()}
    whole = sum(powers.values())
    return {family: power / whole for family, power in powers.items()}
