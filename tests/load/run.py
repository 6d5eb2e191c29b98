"""./dev load: the jobs list beside its yardsticks, side by side in one run, so that the ratios mean something on any machine.

The yardsticks are at their best: nginx's static file of the same bytes with sendfile and an open file cache and without
a log; pgbench with the very statements of the request, prepared, pipelined, through the same socket. Rounds alternate,
so that a noisy minute hits all of them. Writes build/load/report.json.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

from generate_statements import parse_folder  # noqa: E402
from support import places, postgres  # noqa: E402
from support.site import PrivateSite  # noqa: E402

JOBS = "/api/v1/jobs?limit=20"
STATIC = "/yardstick/jobs.json"
HTTP_CONNECTIONS = 32
PGBENCH_CLIENTS = 8


class Bench:
    """One signed-in member, and a command for each thing that is measured."""

    def __init__(self, site: PrivateSite, seconds: int):
        self._site = site
        self._seconds = seconds
        account = site.accounts["brightwater"]
        member = account["members"][0]
        self._host = account["host"]
        client = site.client("brightwater")
        signed_in = client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]})
        assert signed_in.status == 200, signed_in.text
        self._headers = {"Host": self._host, "Portal-Membership": signed_in.json()["membership"]["id"],
                         "Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
        self._write_static_file(client)
        self._script = self._write_pgbench_script(account["slug"], signed_in.json()["membership"]["id"])

    def jobs(self) -> float:
        return self._wrk(JOBS)

    def static(self) -> float:
        return self._wrk(STATIC)

    def pgbench(self) -> float:
        command = [str(postgres.binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={PGBENCH_CLIENTS}", "--jobs=1",
                   f"--time={self._seconds}", f"--file={self._script}", *[f"--define={name}={value}" for name, value in self._variables.items()],
                   self._site.postgres.conninfo("portal_edge") + " options='-c jit=off -c plan_cache_mode=force_generic_plan'"]
        output = run(command)
        return float(re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)[1])

    def _wrk(self, path: str) -> float:
        headers = [word for name, value in self._headers.items() for word in ("-H", f"{name}: {value}")]
        output = run(["wrk", "-t1", f"-c{HTTP_CONNECTIONS}", f"-d{self._seconds}s", *headers, f"http://127.0.0.1:{self._site.nginx.port}{path}"])
        wrong = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output)
        assert not wrong, f"{path}: {wrong[0]}"
        return float(re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)[1])

    def _write_static_file(self, client) -> None:
        answer = client.get(JOBS, headers={"Portal-Membership": self._headers["Portal-Membership"]})
        assert answer.status == 200 and len(answer.json()["items"]) == 20, answer.text
        file = yardstick_folder(self._site.folder) / "jobs.json"
        file.write_bytes(answer.body)
        assert client.get(STATIC).body == answer.body

    def _write_pgbench_script(self, slug: str, membership_id: str) -> Path:
        """The segment of GET /jobs as the module sends it: enter_member and the first page by schedule."""
        statements = {statement.name: statement for statement in parse_folder(ROOT / "sql/queries")}
        row = self._site.postgres.execute(
            "SELECT a.account_id, '\\x' || encode(s.token_hash, 'hex'), m.membership_id, m.permissions::text, m.client_id, a.time_zone"
            " FROM portal.account a JOIN portal.membership m USING (account_id) JOIN portal.session s USING (account_id, membership_id)"
            " WHERE a.slug = %s AND m.membership_id = %s AND s.ended_at IS NULL ORDER BY s.created_at DESC LIMIT 1", (slug, membership_id))[0]
        known = dict(zip(("account_id", "session_hash", "membership_id", "permissions", "client_id", "time_zone"), row))
        known |= {"states": "{planned,active,finished,cancelled}", "after_job_id": 0, "row_limit": 21}
        self._variables = {}
        segment = ["\\startpipeline", *(self._inlined(statements[name], known) for name in ("enter_member", "list_jobs_by_schedule")), "\\endpipeline"]
        script = self._site.folder / "jobs.pgbench"
        script.write_text("\n".join(segment) + "\n")
        return script

    def _inlined(self, statement, known: dict) -> str:
        def parameter(match: re.Match) -> str:
            value = statement.parameters[int(match[1]) - 1]
            if value.name not in known:
                assert value.nullable, f"{statement.name}: no value for {value.name}"
                return f"null::{value.type_name}"
            self._variables[value.name] = known[value.name]
            return f":{value.name}::{value.type_name}"
        return re.sub(r"\$(\d+)", parameter, statement.text()) + ";"


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout


def yardstick_folder(folder: Path) -> Path:
    yardstick = folder / "static" / "yardstick"
    yardstick.mkdir(parents=True, exist_ok=True)
    return yardstick


def spread(name: str, values: list[float], digits: int, unit: str | None = None) -> dict:
    rounded = {key: round(value, digits) for key, value in
               {"median": statistics.median(values), "min": min(values), "max": max(values)}.items()}
    return {"name": name, "rounds": len(values), **rounded, **({"unit": unit} if unit else {})}


def measure(rounds: int, seconds: int) -> dict:
    folder = places.servers_folder("load")
    static = (ROOT / "tests/load/static.conf").read_text().replace("/usr/share/portico/yardstick", str(folder / "site/static/yardstick"))
    with PrivateSite(folder / "site", workers=1, server_extra=static, error_level="warn") as site:
        bench = Bench(site, seconds)
        kinds = {"jobs_uncached": bench.jobs, "static": bench.static, "pgbench": bench.pgbench}
        measured: dict[str, list[float]] = {name: [] for name in kinds}
        for number in range(rounds):
            for name, once in kinds.items():
                measured[name].append(once())
            print(f"round {number + 1} of {rounds}: " + ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in measured.items()), flush=True)
    ratios = {f"jobs_uncached/{other}": [mine / theirs for mine, theirs in zip(measured["jobs_uncached"], measured[other])]
              for other in ("static", "pgbench")}
    return {"figures": [spread(name, values, 1, "1/s") for name, values in measured.items()],
            "ratios": [spread(name, values, 4) for name, values in ratios.items()]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev load", description="The jobs list beside nginx's static file and pgbench.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--report", type=Path, default=ROOT / "build/load/report.json")
    options = parser.parse_args()
    report = measure(options.rounds, options.seconds)
    file = options.report
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\n{'':24} {'median':>12} {'least':>12} {'most':>12}")
    for entry in report["figures"] + report["ratios"]:
        digits = 1 if "unit" in entry else 3
        print(f"{entry['name']:24} " + " ".join(f"{entry[key]:12,.{digits}f}" for key in ("median", "min", "max")) + f" {entry.get('unit', '')}")
    print(f"\n{file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
