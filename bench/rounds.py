"""Runs floor, service and peers in turn, in a shuffled order, and keeps what each round took.

A warm-up comes first and is not counted. A ratio is formed within each round, so what else the machine does meanwhile
falls on both sides; the median of the rounds is the figure, their spread stands beside it.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Contender = Callable[[int], list[float]]  # the number of a round -> the seconds each repetition took


@dataclass(slots=True)
class Times:
    """The seconds of one contender: a list for each round that counts."""

    rounds: list[list[float]] = field(default_factory=list)

    @property
    def medians(self) -> list[float]:
        return [statistics.median(seconds) for seconds in self.rounds]

    @property
    def median(self) -> float:
        return statistics.median(self.medians)

    @property
    def p95(self) -> float:
        ordered = sorted(second for seconds in self.rounds for second in seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One contender's time against another's, the median of the rounds with the lowest and the highest."""

    median: float
    lowest: float
    highest: float


def run(contenders: Mapping[str, Contender], *, rounds: int, seed: int) -> dict[str, Times]:
    """Run every contender in every round; `rounds` are those that count."""
    order = list(contenders)
    shuffled = random.Random(seed)
    times = {name: Times() for name in order}
    for number in range(rounds + 1):
        shuffled.shuffle(order)
        for name in order:
            seconds = contenders[name](number)
            if number > 0:
                times[name].rounds.append(seconds)
    return times


def ratio(one: Times, other: Times) -> Ratio:
    each = [mine / theirs for mine, theirs in zip(one.medians, other.medians, strict=True)]
    return Ratio(statistics.median(each), min(each), max(each))
