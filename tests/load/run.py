"""./dev load: the portal beside its yardsticks, side by side in one run, so that the ratios mean something on any machine.

The yardsticks are at their best: nginx's static file of the same bytes with sendfile and an open file cache and without a
log; pgbench as portal_edge with the very segment of the request, prepared, pipelined, through the same socket. Rounds alternate,
so that a noisy minute hits all of them. Writes build/load/report.json. A figure beside its target is met or missed; the
yardstick is never moved.
"""

import argparse
import json
import operator
import re
import secrets
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

import edge  # noqa: E402
import guarded  # noqa: E402
import importing  # noqa: E402
import memory  # noqa: E402
import open_loop  # noqa: E402
import processor_time  # noqa: E402
from bench_site import HOST, POSTGRES, add_document, open_sessions, settle, write_members_file  # noqa: E402
from support import places  # noqa: E402
from support.client import Client  # noqa: E402
from support.site import PrivateSite  # noqa: E402
from yardsticks import FILE_CONNECTIONS, JOBS, Pgbench, wrk  # noqa: E402

STATIC = "/yardstick/jobs.json"
STATIC_FILE = "/yardstick/document.pdf"
FILE_BYTES = 5 * 1024 * 1024
MEASURED_MEMBERS = 64
READS_A_SECOND = 150
SIGN_INS_A_SECOND = 80
# Addresses of the flood are made up, so that it is not the throttle that is measured.
TRUST_LOOPBACK = "    set_real_ip_from 127.0.0.1;\n    real_ip_header X-Forwarded-For;\n"


@dataclass(frozen=True)
class Target:
    is_met: object
    bound: float

    def words(self, value: float) -> str:
        at_most = self.is_met is operator.le
        return f"{'at most' if at_most else 'at least'} {self.bound:g}: {'met' if self.is_met(value, self.bound) else 'MISSED'}"


TARGETS = {
    "jobs_uncached/pgbench": Target(operator.ge, 0.75),
    "jobs_redis_session/jobs_uncached": Target(operator.ge, 0.95),
    "file_download/nginx_file": Target(operator.ge, 0.95),
    "guarded_file/file": Target(operator.ge, 0.9),
    "read_p99_under_login_flood/read_p99": Target(operator.le, 1.5),
    "import/copy": Target(operator.ge, 0.5),
    "read_p99_beside_import/read_p99_alone": Target(operator.le, 2),
    "worker_mb_over_plain_nginx": Target(operator.le, 4),
    "suspended_request_kb": Target(operator.le, 12),
    "jobs_cached/static": Target(operator.ge, 1.3),
    "jobs_cached/return": Target(operator.ge, 0.85),
    "jobs_304/return": Target(operator.ge, 0.97),
    "jobs_cached_p50/static_p50": Target(operator.le, 1.05),
    "jobs_cached_p99/static_p99": Target(operator.le, 1.05),
    "commit_to_fresh_p99_ms": Target(operator.le, 5),
    "stream_kb_over_plain_nginx": Target(operator.le, 12),
    "cache_entry_overhead_bytes": Target(operator.le, 200),
    "worker_mb_over_cache_and_plain_nginx": Target(operator.le, 4),
    "own_stale_reads": Target(operator.le, 0),
}


def spread(name: str, values: list[float], unit: str | None = None, note: str = "") -> dict:
    rounded = {key: round(value, 1 if unit == "1/s" else 4) for key, value in
               {"median": statistics.median(values), "min": min(values), "max": max(values)}.items()}
    return {"name": name, "rounds": len(values), **rounded, **({"unit": unit} if unit else {}), **({"note": note} if note else {})}


class Bench:
    def __init__(self, site: PrivateSite, options: argparse.Namespace):
        self._site = site
        self._options = options
        self.signed = open_sessions(site, options.sessions)
        self._measured = self.signed[:: max(1, len(self.signed) // MEASURED_MEMBERS)][:MEASURED_MEMBERS]
        self._members_file = write_members_file(site.folder, self._measured)
        self._edge = edge.Edge(site, self._measured, options.seconds, options.edge_rate, options.server_extra)
        self._pgbench = Pgbench(site.postgres, site.folder, self._measured, options.seconds)
        self._write_static_files()
        settle(site)

    def throughput(self) -> tuple[list[dict], list[dict]]:
        port, seconds = self._site.nginx.port, self._options.seconds
        # A worker that remembers no session looks each up in Redis.
        with self._site.make_nginx("redis", workers=1, error_level="warn", http_extra="portal_remembered_sessions 0; portal_cache off;") as forgetful:
            kinds = {
                "jobs_uncached": lambda: wrk(port, JOBS, seconds, members=self._members_file),
                "jobs_redis_session": lambda: wrk(forgetful.port, JOBS, seconds, members=self._members_file),
                "static": lambda: wrk(port, STATIC, seconds),
                "pgbench": self._pgbench,
            }
            measured = self._in_turn(kinds)
            asked = int(re.search(rb"cmdstat_getrange:calls=(\d+)", self._site.redis.command("INFO", "commandstats"))[1])
            assert asked > measured["jobs_redis_session"][0], "the sessions did not come from Redis"
        return ([spread(name, values, "1/s") for name, values in measured.items()],
                [*(ratio(measured, "jobs_uncached", other) for other in ("pgbench", "static")), ratio(measured, "jobs_redis_session", "jobs_uncached")])

    def files(self) -> tuple[list[dict], list[dict]]:
        """A file of 5 MB, with the look into PostgreSQL whether this member may have it, beside nginx's own file."""
        port, seconds = self._site.nginx.port, self._options.seconds
        headers = self._measured[0].headers
        measured = self._in_turn({
            "file_download": lambda: wrk(port, self._document, seconds, headers=headers, connections=FILE_CONNECTIONS),
            "nginx_file": lambda: wrk(port, STATIC_FILE, seconds, connections=FILE_CONNECTIONS),
        })
        return [spread(name, values, "1/s") for name, values in measured.items()], [ratio(measured, "file_download", "nginx_file")]

    def guarded(self) -> tuple[list[dict], list[dict]]:
        measured = self._in_turn(guarded.kinds(self._site.nginx.port, self._options.seconds, self._measured[0].headers))
        return [spread(name, values, "1/s") for name, values in measured.items()], [ratio(measured, "guarded_file", "file")]

    def latency(self) -> tuple[list[dict], list[dict]]:
        port, seconds = self._site.nginx.port, 2 * self._options.seconds
        make_read = open_loop.get(JOBS, [one.headers for one in self._measured])

        def read_p99(flood: bool) -> float:
            reads = open_loop.Stream(port, READS_A_SECOND, make_read, open_loop.Outcome())
            attempts = open_loop.Stream(port, SIGN_INS_A_SECOND, open_loop.wrong_sign_in(HOST), open_loop.Outcome())
            open_loop.run([reads, attempts] if flood else [reads], seconds)
            assert set(reads.outcome.statuses) == {200}, reads.outcome.statuses
            assert not flood or set(attempts.outcome.statuses) <= {401, 429, 503}, attempts.outcome.statuses
            return reads.outcome.percentile(0.99) * 1000

        measured = self._in_turn({"read_p99": lambda: read_p99(False), "read_p99_under_login_flood": lambda: read_p99(True)})
        return ([spread(name, values, "ms") for name, values in measured.items()], [ratio(measured, "read_p99_under_login_flood", "read_p99")])

    def importing(self) -> tuple[list[dict], list[dict]]:
        """Jobs fed over HTTP beside COPY, and what members notice of it."""
        feeder = importing.Importing(self._site, self._options.imported, self._measured, self._options.reads, 2 * self._options.seconds)
        rates = self._in_turn({"import": feeder.feed, "copy": feeder.copy})
        waits = self._in_turn({"read_p99_alone": feeder.alone, "read_p99_beside_import": feeder.beside})
        return ([*(spread(name, values, "1/s") for name, values in rates.items()), *(spread(name, values, "ms") for name, values in waits.items())],
                [ratio(rates, "import", "copy"), ratio(waits, "read_p99_beside_import", "read_p99_alone")])

    def edge(self) -> tuple[list[dict], list[dict]]:
        """What the worker answers from its own memory."""
        rates = self._edge.throughput(self._in_turn)
        waits = self._edge.fixed_rate(self._in_turn)
        loads = self._edge.kinds_of_load(self._in_turn)
        fresh, rate_meanwhile = self._edge.commit_to_fresh(self._options.commits)
        fresh_at_rate = self._edge.commit_to_fresh_at_rate(self._options.commits)
        fresh_alone = self._edge.commit_to_fresh_alone(self._options.commits)
        own = self._edge.own_reads(self._options.own_reads)
        full_load = f"while the worker is asked as much as it can answer: {rate_meanwhile:,.0f} lists a second"
        at_rate = f"while the worker is asked for {self._options.edge_rate:,} lists a second"
        return ([*(spread(name, values, "1/s") for name, values in {**rates, **loads}.items()), *(spread(name, values, "ms") for name, values in waits.items()),
                 *self._fresh("commit_to_fresh", fresh, full_load), *self._fresh("commit_to_fresh_at_rate", fresh_at_rate, at_rate),
                 *self._fresh("commit_to_fresh_alone", fresh_alone, "while nobody else asks for anything"),
                 spread("own_stale_reads", [own.stale], "", note=f"of {own.asked:,} reads, {own.from_memory:,} of them answered from memory; {own.where}"),
                 spread("own_reads_from_memory", [own.from_memory], "", note=f"of {own.asked:,} reads; what is read from PostgreSQL cannot be stale")],
                [*(ratio(rates, mine, other) for mine, other in (("jobs_cached", "static"), ("jobs_cached", "return"), ("jobs_304", "return"))),
                 *(ratio(loads, f"jobs_cached_{kind}", f"static_{kind}") for kind in ("two_workers", "tls", "http2")),
                 *(ratio(waits, f"jobs_cached_{name}", f"static_{name}") for name in ("p50", "p99"))])

    def _fresh(self, name: str, found: dict, note: str) -> list[dict]:
        """Of the time until the answer with the change is there also when it was asked for: what was answered before was old."""
        note = f"{found['commits']} commits, {note}" + ("" if found["goes_first"] else "; the client waited for a processor like everybody else")
        return [spread(f"{name}_{what}ms", [found[f"{key}_us"] / 1000], "ms", note=note)
                for what, key in (("p50_", "fresh_p50"), ("p99_", "fresh_p99"), ("p99_asked_", "asked_p99"), ("p99_answer_", "answer_p99"))]

    def memory(self) -> tuple[list[dict], list[dict]]:
        """Each in a worker that has done nothing else yet."""
        site = self._site
        with memory.plain_worker(site.folder / "plain", site.nginx.command()[0], places.free_port()) as worker:
            plain = memory.kilobytes(worker)
        with site.make_nginx("memory", workers=1, error_level="warn") as nginx:
            suspended = memory.suspended_request_kilobytes(nginx, site.postgres, self._measured[0])
        with site.make_nginx("sessions", workers=1, error_level="warn") as nginx:
            memory.make_sessions_known(nginx, self.signed)
            ours = memory.kilobytes(nginx.workers()[0])
        return [spread("worker_mb_over_plain_nginx", [(ours["private"] - plain["private"]) / 1024], "MB"),
                spread("worker_resident_mb_over_plain_nginx", [(ours["resident"] - plain["resident"]) / 1024], "MB"),
                spread("suspended_request_kb", [suspended], "kB"), *self._memory_of_cache(plain), self._memory_of_streams()], []

    def _memory_of_cache(self, plain: dict[str, int]) -> list[dict]:
        megabytes = self._options.cache_mb
        with self._site.make_nginx("full-cache", workers=1, error_level="warn", http_extra=f"access_log off; portal_cache_size {megabytes}m;",
                                   server_extra=self._options.server_extra) as nginx:
            full = memory.full_cache(nginx, self.signed)
        resident, private = ((full[kind] - plain[kind]) / 1024 - megabytes for kind in ("resident", "private"))
        return [spread("worker_mb_over_cache_and_plain_nginx", [private], "MB",
                       note=f"what no other process shares, {megabytes} MB of cache full and {len(self.signed):,} sessions known; {resident:.1f} MB with pages of libraries that all workers share"),
                spread("cache_entry_overhead_bytes", [full["account"]], "B",
                       note=f"by the cache's account, path and query included; {full['memory']:.0f} by the process's memory")]

    def _memory_of_streams(self) -> dict:
        count = self._options.streams
        with self._site.make_nginx("streams", workers=1, error_level="warn", worker_connections=2 * count + 1000) as nginx:
            stream, idle = memory.idle_stream_kilobytes(nginx, self.signed, count, self._site.folder / "plain", places.free_port())
        return spread("stream_kb_over_plain_nginx", [stream - idle], "kB",
                      note=f"{count:,} idle streams on one worker, resident, {stream:.1f} kB each, beside {idle:.1f} of a connection that nginx keeps idle")

    def profile(self) -> dict[str, dict]:
        """Who spends the processor time of a list, of a download and of their yardsticks."""
        port, seconds = self._site.nginx.port, self._options.seconds
        kinds = {
            "jobs_uncached": lambda: wrk(port, JOBS, seconds, members=self._members_file),
            "pgbench": self._pgbench,
            "file_download": lambda: wrk(port, self._document, seconds, headers=self._measured[0].headers, connections=FILE_CONNECTIONS),
            "nginx_file": lambda: wrk(port, STATIC_FILE, seconds, connections=FILE_CONNECTIONS),
        }
        return {name: processor_time.measure(self._site.nginx, self._site.postgres, once, seconds) for name, once in kinds.items()}

    def _in_turn(self, kinds: dict) -> dict[str, list[float]]:
        measured: dict[str, list[float]] = {name: [] for name in kinds}
        for number in range(self._options.rounds):
            for name, once in kinds.items():
                measured[name].append(once())
            print(f"round {number + 1} of {self._options.rounds}: " + ", ".join(f"{name} {values[-1]:,.1f}" for name, values in measured.items()),
                  flush=True)
        return measured

    def _write_static_files(self) -> None:
        client = Client(self._site.nginx.port, HOST)
        answer = client.get(JOBS, headers=self._measured[0].headers)
        assert answer.status == 200 and len(answer.json()["items"]) == 20, answer.text
        yardstick = self._site.folder / "static" / "yardstick"
        yardstick.mkdir(parents=True)
        (yardstick / "jobs.json").write_bytes(answer.body)
        assert client.get(STATIC).body == answer.body
        content = b"%PDF-1.7\n" + secrets.token_bytes(FILE_BYTES - 9)
        (yardstick / "document.pdf").write_bytes(content)
        self._document = add_document(self._site, self._measured[0], content)
        assert client.get(self._document, headers=self._measured[0].headers).body == client.get(STATIC_FILE).body == content


def ratio(measured: dict[str, list[float]], mine: str, other: str) -> dict:
    return spread(f"{mine}/{other}", [one / another for one, another in zip(measured[mine], measured[other])])


def measure(options: argparse.Namespace) -> dict:
    folder = places.servers_folder("load")
    static = ((ROOT / "tests/load/static.conf").read_text() + guarded.LOCATION + edge.LOCATION).replace("/usr/share/portico/yardstick", str(folder / "site/static/yardstick"))
    options.server_extra = static + TRUST_LOOPBACK
    # What is measured here comes from PostgreSQL; what comes from the worker's memory has servers of its own (edge.py).
    with PrivateSite(folder / "site", demo_jobs=options.jobs, postgres_settings=POSTGRES, redis=True, workers=1, server_extra=options.server_extra,
                     http_extra="portal_cache off; keepalive_requests 1000000000;", error_level="warn") as site:
        bench = Bench(site, options)
        figures, ratios = [], []
        if options.profile:
            return {"jobs": options.jobs, "figures": figures, "ratios": ratios, "profile": bench.profile()}
        parts = {"throughput": bench.throughput, "files": bench.files, "guarded": bench.guarded, "latency": bench.latency, "importing": bench.importing, "edge": bench.edge, "memory": bench.memory}
        if options.only:
            figures, ratios = parts[options.only]()
            return {"jobs": options.jobs, "figures": figures, "ratios": ratios, "profile": {}}
        for part in parts.values():
            more_figures, more_ratios = part()
            figures += more_figures
            ratios += more_ratios
        return {"jobs": options.jobs, "figures": figures, "ratios": ratios, "profile": bench.profile()}


def print_report(report: dict) -> None:
    if report["figures"]:
        print(f"\n{'':38} {'median':>10} {'least':>10} {'most':>10}")
    for entry in report["figures"] + report["ratios"]:
        digits = 3 if "unit" not in entry else 1 if entry["unit"] == "1/s" else 2
        words = TARGETS[entry["name"]].words(entry["median"]) if entry["name"] in TARGETS else ""
        print(f"{entry['name']:38} " + " ".join(f"{entry[key]:10,.{digits}f}" for key in ("median", "min", "max")) + f" {entry.get('unit', ''):4} {words}")
        if "note" in entry:
            print(f"{'':4}{entry['note']}")
    if report["profile"]:
        processor_time.print_table(report["profile"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev load", description="The portal beside nginx's static file and pgbench.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--jobs", type=int, default=1_000_000, help="in the account that is measured, a hundred to a client")
    parser.add_argument("--sessions", type=int, default=10_000, help="that a worker knows when its memory is measured")
    parser.add_argument("--imported", type=int, default=100_000, help="jobs that are fed in one run")
    parser.add_argument("--reads", type=int, default=2000, help="a second, while jobs are fed")
    parser.add_argument("--edge-rate", type=int, default=8000, help="a second, of reads at a fixed rate")
    parser.add_argument("--own-reads", type=int, default=100_000, help="after one's own changes")
    parser.add_argument("--commits", type=int, default=2000, help="of which the time until they are seen is measured")
    parser.add_argument("--cache-mb", type=int, default=64, help="of a worker whose cache is filled")
    parser.add_argument("--streams", type=int, default=10_000, help="that one worker keeps open")
    parser.add_argument("--only", choices=("throughput", "files", "guarded", "latency", "importing", "edge", "memory"), help="one part of it")
    parser.add_argument("--report", type=Path, default=ROOT / "build/load/report.json")
    parser.add_argument("--profile", action="store_true", help="only who spends the processor time of a request")
    options = parser.parse_args()
    report = measure(options)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report, indent=2) + "\n")
    print_report(report)
    print(f"\n{options.report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
