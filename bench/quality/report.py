"""The tables that `python -m bench.quality` prints."""

import math
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.test import override_settings

from bench.quality.faulty import FAULTY
from bench.quality.faulty_turns import check, close_model, faulty_server
from bench.quality.grading import faults
from bench.quality.playing import play
from bench.quality.scenarios import Scenario, all_scenarios, not_yet

BASIC = "chat.assistants.basic.BasicModel"
WIRES = ("chat_completions", "responses")


async def passes(scenario: Scenario) -> bool:
    """Print why it was not passed, where it was not."""
    found = faults(scenario, await play(scenario))
    for reason in found:
        print(f"{scenario.name:42} {reason}")
    return not found


def of_kind(kind: str) -> list[Scenario]:
    return [scenario for scenario in all_scenarios() if kind in {"", scenario.kind}]


async def basic_and_faulty(kind: str) -> None:
    with override_settings(CHAT_MODEL=BASIC):
        results = {scenario: await passes(scenario) for scenario in of_kind(kind)}
    print_kinds(results.items())
    known = not_yet()
    for scenario, passed in results.items():
        if passed == (scenario.name in known):
            print(f"{'passes now' if passed else 'no longer passes'}: {scenario.name}")
    await faulty_models()


async def faulty_models() -> None:
    outcomes: dict[str, list[list[str]]] = defaultdict(list)
    for api in WIRES:
        async with faulty_server(api) as upstream:
            for fault in FAULTY:
                outcomes[fault.what].append(await check(fault, upstream))
    print(f"\n{'a model that …':48}" + "".join(f"{api:>18}" for api in WIRES))
    for what, found in outcomes.items():
        print(f"{what:48}" + "".join(f"{'NOT SAFE' if reasons else 'safe':>18}" for reasons in found))
        for reason in dict.fromkeys(reason for reasons in found for reason in reasons):
            print(f"    {reason}")


async def live(times: int, kind: str) -> None:
    print(f"{settings.CHAT_MODEL}, {settings.OPENAI_MODEL}, each scenario {times} times")
    counts = {scenario: sum([await passes(scenario) for _ in range(times)]) for scenario in of_kind(kind)}
    await close_model(settings.CHAT_MODEL)
    print_kinds((scenario, count == times) for scenario, count in counts.items())
    for k in range(1, times + 1):
        print(f"pass^{k}  {pass_hat(list(counts.values()), times, k):6.1%}")


def pass_hat(counts: list[int], times: int, k: int) -> float:
    """The chance that k tries of one scenario all pass, by those that passed among `times`, over all scenarios."""
    return sum(math.comb(count, k) for count in counts) / math.comb(times, k) / max(len(counts), 1)


def print_kinds(results: Iterable[tuple[Scenario, bool]]) -> None:
    marks: dict[str, list[bool]] = defaultdict(list)
    for scenario, mark in results:
        marks[scenario.kind].append(mark)
    marks["all"] = [mark for kind in list(marks.values()) for mark in kind]
    print(f"\n{'kind':12} passed   of")
    for kind, passed in marks.items():
        print(f"{kind:12} {sum(passed):6} {len(passed):4}  {sum(passed) / len(passed):6.1%}")
