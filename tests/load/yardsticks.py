"""What is ours and what it is measured against: functions that run for some seconds and say how many a second, and clients of a fixed rate."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools")]

from bench_site import HOST, Signed  # noqa: E402
from generate_statements import parse_folder  # noqa: E402
from support import postgres  # noqa: E402

JOBS = "/api/v1/jobs?limit=20"
HTTP_CONNECTIONS = 32
FIXED_CONNECTIONS = 64
FILE_CONNECTIONS = 8
EXECUTIONS_FOR_A_MEMBER = 500
GIVEN = {"account_id", "session_hash", "membership_id", "permissions", "client_id", "time_zone", "states", "after_job_id", "row_limit"}
PGBENCH = ("--client=8", "--jobs=2")
# What the lane of reads asks for, so that both run the same plans.
PGBENCH_OPTIONS = "-c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c default_transaction_read_only=on"


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout


def wrk(port: int, path: str, seconds: int, *, headers: dict[str, str] | None = None, members: Path | None = None,
        connections: int = HTTP_CONNECTIONS, scheme: str = "http", writes: int = 0) -> float:
    """Requests a second, `writes` of a hundred changing something. Any answer but 2xx and 3xx and any broken connection is an error: what failed was not
    measured."""
    if members:
        output = run(members_command(port, path, seconds, members, connections, writes))
    else:
        words = [word for name, value in (headers or {"Host": HOST}).items() for word in ("-H", f"{name}: {value}")]
        output = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *words, f"{scheme}://127.0.0.1:{port}{path}"])
    return rate_told(output)


def rate_told(output: str) -> float:
    wrong = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output)
    assert not wrong, output
    return float(re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)[1])


def members_command(port: int, path: str, seconds: int, members: Path, connections: int = HTTP_CONNECTIONS, writes: int = 0) -> list[str]:
    """Each request comes from the next of the members."""
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", f"Host: {HOST}", "-s", str(ROOT / "tests/load/members.lua"), f"http://127.0.0.1:{port}{path}",
            "--", str(members), str(writes)]


def get(path: str, headers: dict[str, str]) -> bytes:
    return (f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()


def fixed_rate_command(port: int, path: str, members: list[Signed], rate: int, seconds: int, folder: Path) -> list[str]:
    """Each request comes from the next of the members, at its moment, whatever the answers do. Its report is JSON; SIGINT ends it sooner."""
    requests = folder / "fixed-rate.http"
    requests.write_bytes(b"".join(get(path, one.headers) for one in members))
    return [str(ROOT / "build/release/tests/load/portal_open_loop"), str(port), str(rate), str(seconds), str(FIXED_CONNECTIONS), str(requests)]


class Pgbench:
    """The segment of GET /jobs as the module sends it, enter_member and the first page by schedule, in one pipeline. Each of its
    clients takes another member every few hundred times."""

    def __init__(self, server: postgres.PrivatePostgres, folder: Path, members: list[Signed], seconds: int):
        _write_members(server, members)
        statements = {statement.name: statement for statement in parse_folder(ROOT / "sql/queries")}
        script = folder / "jobs.pgbench"
        script.write_text("\n".join([
            f"\\if :turn % {EXECUTIONS_FOR_A_MEMBER} = 0", f"\\set number random(1, {len(members)})",
            "SELECT * FROM public.measured_member WHERE number = :number \\gset", "\\endif", "\\set turn :turn + 1",
            "\\startpipeline", *(_with_variables(statements[name]) for name in ("enter_member", "list_jobs_by_schedule")), "\\endpipeline"]) + "\n")
        self._command = [str(postgres.binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", *PGBENCH, f"--time={seconds}",
                         f"--file={script}", "--define=turn=0", server.conninfo("portal_edge") + f" options='{PGBENCH_OPTIONS}'"]

    def __call__(self) -> float:
        return float(re.search(r"^tps = ([\d.]+)", run(self._command), re.MULTILINE)[1])


def _write_members(server: postgres.PrivatePostgres, members: list[Signed]) -> None:
    """The values of the segment's parameters by member, as text, which is how pgbench sends them."""
    server.execute("CREATE TABLE public.measured_member (number integer PRIMARY KEY, account_id text, session_hash text, membership_id text,"
                   " permissions text, client_id text, time_zone text, states text, after_job_id text, row_limit text)")
    server.execute("GRANT SELECT ON public.measured_member TO portal_edge")
    for number, one in enumerate(members, start=1):
        server.execute("INSERT INTO public.measured_member VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '0', '21')",
                       (number, one.account_id, "\\x" + one.session_hash.hex(), one.membership_id, one.permissions, one.client_id, one.time_zone,
                        "{planned,active,finished,cancelled}"))


def _with_variables(statement) -> str:
    def parameter(match: re.Match) -> str:
        value = statement.parameters[int(match[1]) - 1]
        if value.name not in GIVEN:
            assert value.nullable, f"{statement.name}: no value for {value.name}"
            return f"null::{value.type_name}"
        return f":{value.name}::{value.type_name}"
    return re.sub(r"\$(\d+)", parameter, statement.text()) + ";"
