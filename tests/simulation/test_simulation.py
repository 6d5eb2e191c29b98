"""Many seeds of the simulated portal, and what makes them worth something: planted bugs are found, a seed replays."""

import os
import subprocess

import pytest

from support import places

RELEASE = places.ROOT / "build/release/tests/simulation/portal_simulation"
CHECK = places.ROOT / "build/check/tests/simulation/portal_simulation"
SEEDS = 1_000_000 if os.environ.get("PORTAL_LONG") == "1" else 20_000
SANITIZED_SEEDS = 5_000 if os.environ.get("PORTAL_LONG") == "1" else 50
# Far more than any of the planted bugs needs.
SEEDS_TO_FIND_A_BUG = 500
REPLAYED_SEED = 4711


def run(binary, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(binary), *words], capture_output=True, text=True, check=False)


def start(binary, first: int, last: int) -> subprocess.Popen:
    return subprocess.Popen([str(binary), "--from", str(first), "--to", str(last)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def expect_success(process: subprocess.Popen) -> str:
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output


def test_no_seed_breaks_a_promise():
    middle = SEEDS // 2
    halves = [start(RELEASE, 1, middle), start(RELEASE, middle + 1, SEEDS)]
    for half in halves:
        words = expect_success(half).split()
        answers, successes, from_redis = int(words[2]), int(words[4]), int(words[8])
        # Where hardly anything succeeds, nothing is checked; and Redis has to know sessions for what it does to matter.
        assert answers > 10 * SEEDS // 2 and successes > answers // 4 and from_redis > answers // 100, words


def test_no_seed_does_so_under_the_sanitizers():
    expect_success(start(CHECK, 1, SANITIZED_SEEDS))


def test_a_seed_replays_exactly():
    seed = str(REPLAYED_SEED)
    first, second = run(RELEASE, "--seed", seed, "--trace"), run(RELEASE, "--seed", seed, "--trace")
    assert first.returncode == 0 and len(first.stdout.splitlines()) > 100
    assert first.stdout == second.stdout
    # The other build is the same world: optimisation and sanitizers change nothing that is traced.
    assert run(CHECK, "--seed", seed).stdout == run(RELEASE, "--seed", seed).stdout


@pytest.mark.parametrize("plant", ["unchecked-session", "swapped-replies", "forgotten-commit", "twice-done", "lost-wake", "deaf-listener",
                                   "trusted-redis", "needed-redis", "patient-redis", "hasty-pings", "hidden-reconnect"])
def test_a_planted_bug_is_found(plant):
    found = run(RELEASE, "--plant", plant, "--to", str(SEEDS_TO_FIND_A_BUG))
    assert found.returncode == 1 and found.stdout.startswith("seed "), found.stdout
    # What it says is enough to see it again.
    seed = found.stdout.split()[1].rstrip(":")
    again = run(RELEASE, "--plant", plant, "--seed", seed)
    assert again.stdout == found.stdout


# The edge cache alone (docs/architecture/cache.md).
CACHE = "build/{}/tests/simulation/cache/portal_cache_simulation"
CACHE_RELEASE, CACHE_CHECK = (places.ROOT / CACHE.format(preset) for preset in ("release", "check"))


def test_no_seed_gives_an_answer_that_is_old_or_somebody_elses():
    middle = SEEDS // 2
    halves = [start(CACHE_RELEASE, 1, middle), start(CACHE_RELEASE, middle + 1, SEEDS)]
    for half in halves:
        words = expect_success(half).split()
        reads, hits, old, without_lease = int(words[2]), int(words[4]), int(words[6]), int(words[12])
        # Where nothing is found, or nothing ever goes wrong, nothing is checked.
        assert hits > reads // 20 and old > hits // 200 and without_lease > reads // 50, words


def test_no_seed_does_so_under_the_sanitizers_either():
    expect_success(start(CACHE_CHECK, 1, SANITIZED_SEEDS))


def test_a_seed_of_the_cache_replays_exactly():
    seed = str(REPLAYED_SEED)
    first, second = run(CACHE_RELEASE, "--seed", seed, "--trace"), run(CACHE_RELEASE, "--seed", seed, "--trace")
    assert first.returncode == 0 and len(first.stdout.splitlines()) > 50
    assert first.stdout == second.stdout
    assert run(CACHE_CHECK, "--seed", seed).stdout == run(CACHE_RELEASE, "--seed", seed).stdout


@pytest.mark.parametrize("plant", ["late-generation", "ignored-lease", "ignored-principal", "kept-epoch", "kept-session", "kept-for-ever",
                                   "forgotten-old-owner", "forgotten-own-write"])
def test_a_bug_planted_into_the_cache_is_found(plant):
    found = run(CACHE_RELEASE, "--plant", plant, "--to", str(SEEDS_TO_FIND_A_BUG))
    assert found.returncode == 1 and found.stdout.startswith("seed "), found.stdout
    seed = found.stdout.split()[1].rstrip(":")
    again = run(CACHE_RELEASE, "--plant", plant, "--seed", seed)
    assert again.stdout == found.stdout
