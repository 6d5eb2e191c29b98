"""Builds what the tests need and runs them layer by layer, each within its time budget.

Called by ./dev test. The last line is "N passed, N failed" over everything; a layer that is over its budget, that ran
no test, or that skipped one counts as a failure, because a test that did not run has proved nothing.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.pace import slowness  # noqa: E402

RESULTS = ROOT / "build" / "test"
PYTHON = "/usr/bin/python3"
FUZZ_SECONDS = 3
LOG_LINES_SHOWN = 120
NAMES_SHOWN = 10
# Their tests wait for browsers, servers and package managers, each of which may be late on a busy machine. One that fails is taken once more, by itself, and
# the report names it. No other layer is, nor are these files, where races that show somebody what is another's, or what is no longer true, would come to light.
# Nor is anything taken again where a server has complained, whichever test it was.
LATE_AT_TIMES = ("integration", "browser", "faults", "package")
MOST_TAKEN_AGAIN = 3
NEVER_TAKEN_AGAIN = tuple(f"tests/{name}.py" for name in (
    "faults/test_clients", "faults/test_edge", "faults/test_kept_answers", "faults/test_mixed", "faults/test_redis", "integration/test_attacks",
    "integration/test_edge_cache", "integration/test_guard", "integration/test_jobs_visibility", "integration/test_many_portals",
    "integration/test_own_sessions", "integration/test_session", "integration/test_staff_session", "integration/test_staff_view"))
COMPLAINT = re.compile(r"Sanitizer|runtime error:|\[(alert|emerg)\]|exited on signal")


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # tests that failed, by the name under which each can be run

    def fail(self, note: str) -> None:
        self.failed += 1
        self.notes.append(note)


@dataclass
class Layer:
    name: str
    budget_seconds: int
    presets: tuple[str, ...]
    run: object
    path: str
    long_only: bool = False
    long_budget_seconds: int = 0  # where --long makes tests of the layer take longer


def run_logged(command: list[str], layer: Layer, environment: dict[str, str] | None = None) -> int:
    """Runs one command of a layer in a process group of its own; output goes to the layer's log."""
    log = RESULTS / f"{layer.name}.log"
    with log.open("ab") as output:
        output.write(("$ " + " ".join(command) + "\n").encode())
        output.flush()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   env={**os.environ, **(environment or {})}, start_new_session=True)
        try:
            return process.wait(timeout=layer.budget_seconds * 3 + 60)
        except subprocess.TimeoutExpired:
            return -1
        finally:
            # What the command left behind in its session must not disturb the next layer.
            try:
                os.killpg(process.pid, signal.SIGTERM)
                time.sleep(0.5)
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def run_unit(layer: Layer, arguments: list[str]) -> Outcome:
    outcome = Outcome()
    report = RESULTS / "unit.json"
    report.unlink(missing_ok=True)
    binary = ROOT / "build/check/tests/unit/portal_unit_tests"
    status = run_logged([str(binary), f"--gtest_output=json:{report}", "--gtest_brief=1", *arguments], layer)
    if report.exists():
        data = json.loads(report.read_text())
        cases = [case for suite in data["testsuites"] for case in suite["testsuite"] if case["status"] == "RUN"]
        wrong = [case for case in cases if case.get("failures") or case["result"] == "SKIPPED"]
        outcome.failed = len(wrong)
        outcome.passed = len(cases) - len(wrong)
        outcome.notes += [f"{case['classname']}.{case['name']}" for case in wrong[:NAMES_SHOWN]]
    if status != 0 and outcome.failed == 0:
        outcome.fail(f"the test program ended with {status}")
    return outcome


def run_pytest(layer: Layer, arguments: list[str]) -> Outcome:
    parallel = [] if layer.name == "storm" else ["-n", "2", "--dist", "loadfile"]
    return take_pytest(layer, [*parallel, layer.path, *arguments])


def take_pytest(layer: Layer, arguments: list[str]) -> Outcome:
    outcome = Outcome()
    report = RESULTS / f"{layer.name}.xml"
    report.unlink(missing_ok=True)
    status = run_logged([PYTHON, "-m", "pytest", "-q", "--durations=5", "-o", "junit_family=xunit1", f"--junitxml={report}", *arguments],
                        layer, {"PORTAL_LAYER": layer.name})
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            outcome.wrong += {node_of(case): None for case in suite.iter("testcase") if case.find("failure") is not None or case.find("error") is not None}
            total, failures, errors, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
            outcome.failed += failures + errors + skipped
            outcome.passed += total - failures - errors - skipped
            if skipped:
                outcome.notes.append(f"{skipped} skipped")
    if status != 0 and outcome.failed == 0:
        outcome.fail(f"pytest ended with {status}")
    return outcome


def node_of(case: ElementTree.Element) -> str:
    """As pytest takes it on its command line."""
    file = case.get("file", "")
    classes = case.get("classname", "").removeprefix(file.removesuffix(".py").replace("/", ".")).split(".")
    return "::".join([file, *filter(None, classes), case.get("name", "")])


def run_counting(command: list[str]):
    """For programs that print "N passed, N failed" themselves, and "FAILED" before the names of those."""
    def run(layer: Layer, arguments: list[str]) -> Outcome:
        outcome = Outcome()
        log = RESULTS / f"{layer.name}.log"
        before = log.stat().st_size
        status = run_logged([*command, *arguments], layer)
        text = log.read_bytes()[before:].decode(errors="replace")
        found = re.findall(r"^(\d+) passed, (\d+) failed", text, re.MULTILINE)
        if found:
            outcome.passed, outcome.failed = int(found[-1][0]), int(found[-1][1])
        outcome.wrong += dict.fromkeys(re.findall(r"^FAILED  (.*)", text, re.MULTILINE))
        if status != 0 and outcome.failed == 0:
            outcome.fail(f"{command[0]} ended with {status}")
        return outcome
    return run


def run_web(layer: Layer, arguments: list[str]) -> Outcome:
    outcome = Outcome()
    report = RESULTS / "web.json"
    report.unlink(missing_ok=True)
    status = run_logged(["npm", "test", "--prefix", "web", "--", "--reporter=default", "--reporter=json", f"--outputFile.json={report}",
                         *arguments], layer, {"CI": "true"})
    if report.exists():
        data = json.loads(report.read_text())
        outcome.passed = data["numPassedTests"]
        outcome.failed = data["numTotalTests"] - data["numPassedTests"]
    if status != 0 and outcome.failed == 0:
        outcome.fail(f"npm test ended with {status}")
    return outcome


def run_fuzz(layer: Layer, arguments: list[str]) -> Outcome:
    """Each fuzzer is one test: its kept corpus, then a few seconds of new inputs."""
    outcome = Outcome()
    seconds = 120 if layer.long_only else FUZZ_SECONDS
    for fuzzer in sorted((ROOT / "build/check/tests/fuzz").glob("fuzz_*")):
        if not (fuzzer.is_file() and os.access(fuzzer, os.X_OK)):
            continue
        found = RESULTS / "fuzz" / fuzzer.name
        found.mkdir(parents=True, exist_ok=True)
        corpus = ROOT / "tests/fuzz/corpus" / fuzzer.name.removeprefix("fuzz_")
        kept = [str(corpus)] if corpus.is_dir() else []
        status = run_logged([str(fuzzer), f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", "-print_final_stats=1",
                             f"-artifact_prefix={found}/crash-", str(found), *kept, *arguments], layer)
        if status == 0:
            outcome.passed += 1
        else:
            outcome.fail(f"{fuzzer.name} ended with {status}; inputs in {found.relative_to(ROOT)}")
    return outcome


LAYERS = [
    Layer("unit", 120, ("check",), run_unit, "tests/unit/CMakeLists.txt"),
    Layer("sql", 120, ("release",), run_pytest, "sql/tests"),
    Layer("web", 60, ("web",), run_web, "web/package.json"),
    Layer("integration", 720, ("release", "web"), run_pytest, "tests/integration"),
    Layer("matrix", 270, ("release", "web"), run_pytest, "tests/matrix"),
    Layer("simulation", 120, ("release", "check"), run_pytest, "tests/simulation", long_budget_seconds=3600),
    Layer("browser", 700, ("release", "web"), run_counting(["node", "tests/browser/run.mjs"]), "tests/browser/run.mjs"),
    Layer("fuzz", 90, ("check",), run_fuzz, "tests/fuzz/CMakeLists.txt"),
    Layer("faults", 240, ("release", "check", "web"), run_pytest, "tests/faults", long_budget_seconds=1800),
    # A first run makes the machines with debootstrap and takes twice as long as the others.
    Layer("package", 240, ("release", "web"), run_pytest, "tests/package", long_budget_seconds=900),
    Layer("storm", 120, ("check", "web"), run_pytest, "tests/storm", long_budget_seconds=900),
    Layer("other-nginx", 900, ("release", "web"), run_pytest, "tests/other_nginx", long_only=True),
    Layer("fuzz-long", 1800, ("check",), run_fuzz, "tests/fuzz/CMakeLists.txt", long_only=True),
]


def parse_arguments() -> tuple[list[Layer], list[str]]:
    words = sys.argv[1:]
    passed_on = words[words.index("--") + 1:] if "--" in words else []
    if "--" in words:
        words = words[:words.index("--")]
    present = [layer for layer in LAYERS if (ROOT / layer.path).exists()]
    parser = argparse.ArgumentParser(prog="./dev test", description="Runs the tests, all layers or those named.")
    parser.add_argument("--long", action="store_true", help="also what takes longer than 20 minutes")
    parser.add_argument("layers", nargs="*", metavar="LAYER", help=", ".join(layer.name for layer in present))
    options = parser.parse_args(words)
    unknown = set(options.layers) - {layer.name for layer in present}
    if unknown:
        parser.error(f"no such layer: {', '.join(sorted(unknown))}")
    if options.long:
        os.environ["PORTAL_LONG"] = "1"
        present = [replace(layer, budget_seconds=layer.long_budget_seconds or layer.budget_seconds) for layer in present]
    if options.layers:
        return [layer for layer in present if layer.name in options.layers], passed_on
    return [layer for layer in present if options.long or not layer.long_only], passed_on


def build(layers: list[Layer]) -> None:
    parts = [part for part in ("release", "check", "web") if any(part in layer.presets for layer in layers)]
    subprocess.run([str(ROOT / "tools/build.sh"), *parts], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)


def take_again(layer: Layer, outcome: Outcome) -> None:
    for name in filter(lambda name: not name.startswith(NEVER_TAKEN_AGAIN), list(outcome.wrong)):
        again = take_pytest(layer, [name]) if layer.run is run_pytest else layer.run(layer, [name])
        if again.passed == 1 and again.failed == 0:
            outcome.passed += 1
            outcome.failed -= 1
            outcome.notes.append(f"failed, and passed when taken again by itself: {name}")
        else:
            outcome.notes.append(f"failed, also when taken again by itself: {name}")


def run_layer(layer: Layer, arguments: list[str]) -> tuple[Outcome, float]:
    log = RESULTS / f"{layer.name}.log"
    log.write_bytes(b"")
    layer = replace(layer, budget_seconds=round(layer.budget_seconds * slowness()))
    started = time.monotonic()
    outcome = layer.run(layer, arguments)
    seconds = time.monotonic() - started
    first_log = log.read_text(errors="replace") if outcome.failed else ""
    if layer.name in LATE_AT_TIMES and 0 < outcome.failed == len(outcome.wrong) <= MOST_TAKEN_AGAIN and not COMPLAINT.search(first_log):
        take_again(layer, outcome)
    if outcome.passed + outcome.failed == 0:
        outcome.fail("no test ran")
    if seconds > layer.budget_seconds:
        outcome.fail("over its time budget")
    print(f"{layer.name:12} {outcome.passed:5} passed {outcome.failed:4} failed   {seconds:6.1f} s of {layer.budget_seconds} s"
          + "".join(f"   ({note})" for note in outcome.notes), flush=True)
    if first_log or outcome.failed:
        lines = (first_log or log.read_text(errors="replace")).splitlines()
        print("\n".join("    " + line for line in lines[-LOG_LINES_SHOWN:]))
        print(f"    the whole log: {log.relative_to(ROOT)}; to run it alone: ./dev test {layer.name}", flush=True)
    return outcome, seconds


def main() -> int:
    # An ended run ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    layers, arguments = parse_arguments()
    gone = [name for name in NEVER_TAKEN_AGAIN if not (ROOT / name).exists()]
    assert not gone, f"never taken again, but not there: {gone}"
    RESULTS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    try:
        build(layers)
    except subprocess.CalledProcessError:
        print("The build failed, so no test ran.\n0 passed, 1 failed")
        return 1
    print(f"{'build':12} {time.monotonic() - started:.0f} s", flush=True)
    if (times := slowness()) > 1.2:
        print(f"This machine takes {times:.1f} times as long as the one for which the budgets of the layers are; they are stretched by what it is before each.", flush=True)
    outcomes = [run_layer(layer, arguments)[0] for layer in layers]
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{len(layers)} layers in {time.monotonic() - started:.0f} s, builds included")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
