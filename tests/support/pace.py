"""How fast this machine is at this moment, beside the one for which budgets and bounds of time are."""

import functools
import time

# How long a processor works at sort_words() on the machine for which the budgets are: they bound the project's work, not the machine's pace.
REFERENCE_SECONDS = 0.25
SLOWEST = 5.0


def sort_words() -> None:
    """Much memory, few instructions: what machines with busy neighbours are slow at."""
    words = sorted(str(number * 7919 % 1_000_003) for number in range(400_000))
    assert len({word: len(word) for word in words}) == 400_000


def slowness() -> float:
    """How many times as long as there that takes here, at this moment; never less than 1."""
    def once() -> float:
        started = time.process_time()
        sort_words()
        return time.process_time() - started
    return min(max(min(once() for _ in range(2)) / REFERENCE_SECONDS, 1.0), SLOWEST)


@functools.cache
def slowness_of_this_run() -> float:
    return slowness()
