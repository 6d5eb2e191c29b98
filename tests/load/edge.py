"""Reads that the worker answers from its own memory, beside nginx's static file of the same bytes and beside a small `return`; how they wait at a fixed
rate; what writes in between cost; and whether anything that was answered was no longer true.

The same client asks for all of them with the same headers. Nobody writes an access log here: that costs what is ours and what is not alike."""

import hashlib
import http.client
import json
import re
import secrets
import signal
import subprocess
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bench_site import HOST, Signed
from support.network_host import two_hosts
from support.nginx import PrivateNginx
from support.site import PrivateSite
from yardsticks import HTTP_CONNECTIONS, JOBS, ROOT, fixed_rate_command, get, members_command, rate_told, run, wrk

STATIC = "/yardstick/jobs.json"
RETURN = "/yardstick-return"
# Beside the location of tests/load/static.conf, and where the portal says what it did.
LOCATION = """
    location = /yardstick-return {
        default_type application/json;
        return 200 '{"items":[]}';
    }
    location = /load-metrics { portal_metrics; }
"""
HTTP_EXTRA = "access_log off; keepalive_requests 1000000000; portal_cache_size 64m;"
WRITES = (1, 10, 50)  # of a hundred requests
WRITERS = 4  # as many as may change something at once in a worker
UNTIL_TOLD = 3600  # seconds of a load that is told when to end
BROWSERS = 64
READS_AFTER_SWITCH = 20
PAUSE_SECONDS = 2.1  # longer than the lease, and than the mark of an own change
ROUNDS_TO_PAUSE = 8  # after one of so many rounds of switching everybody reads once more, that much later
LEAST_FROM_MEMORY = 0.2  # of the own reads; what PostgreSQL answers cannot be stale


class OwnReads(NamedTuple):
    stale: int
    from_memory: int
    asked: int
    where: str


class Edge:
    def __init__(self, site: PrivateSite, members: list[Signed], seconds: int, rate: int, server_extra: str):
        self._site, self._members, self._seconds, self._rate, self._server_extra = site, members, seconds, rate, server_extra

    def nginx(self, name: str, **options) -> PrivateNginx:
        return self._site.make_nginx(name, **{"workers": 1, "error_level": "warn", "http_extra": HTTP_EXTRA, "server_extra": self._server_extra, **options})

    def throughput(self, in_turn) -> dict[str, list[float]]:
        with self.nginx("edge") as nginx:
            members = self._write_members("edge-members.txt", [""] * len(self._members))
            current = self._write_members("edge-current.txt", self._entity_tags(nginx))
            port, seconds = nginx.port, self._seconds
            measured = in_turn({
                "jobs_cached": lambda: wrk(port, JOBS, seconds, members=members),
                "static": lambda: wrk(port, STATIC, seconds, members=members),
                "return": lambda: wrk(port, RETURN, seconds, members=members),
                "jobs_304": lambda: wrk(port, JOBS, seconds, members=current),
            })
            answered = metrics(nginx)
            hits = answered["portal_cache_lookups_total{result=\"hit\"}"]
            assert hits > 0.99 * sum(value for name, value in answered.items() if name.startswith("portal_cache_lookups_total")), "it was not the cache that answered"
            return measured

    def fixed_rate(self, in_turn) -> dict[str, list[float]]:
        """Milliseconds from the intended moment, at the same rate for both."""
        found: dict[str, list[float]] = {}

        def measure(path: str, port: int) -> float:
            report = json.loads(run(self._at_rate(path, port, 2 * self._seconds)))
            assert set(report["statuses"]) == {"200"}, report
            name = "jobs_cached" if path == JOBS else "static"
            for percentile in ("p50", "p99"):
                found.setdefault(f"{name}_{percentile}", []).append(report[f"{percentile}_ms"])
            return report["p99_ms"]

        with self.nginx("edge-rate") as nginx:
            self._entity_tags(nginx)
            in_turn({"jobs_cached": lambda: measure(JOBS, nginx.port), "static": lambda: measure(STATIC, nginx.port)})
        return found

    def kinds_of_load(self, in_turn) -> dict[str, list[float]]:
        """Two workers, TLS, HTTP/2, and writes in between."""
        certificate = _certificate(self._site.folder)
        secure = [{**one.headers, "Cookie": one.headers["Cookie"].replace("portal-member", "__Host-portal-member")} for one in self._members]
        with (self.nginx("edge-two", workers=2) as two, self.nginx("edge-mixed") as mixed,
              self.nginx("edge-tls", certificate=certificate) as tls):
            members = self._write_members("edge-members.txt", [""] * len(self._members))
            self._entity_tags(mixed)
            seconds = self._seconds
            return in_turn({
                "jobs_cached_two_workers": lambda: wrk(two.port, JOBS, seconds, members=members),
                "static_two_workers": lambda: wrk(two.port, STATIC, seconds, members=members),
                "jobs_cached_tls": lambda: wrk(tls.port, JOBS, seconds, headers=secure[0], scheme="https"),
                "static_tls": lambda: wrk(tls.port, STATIC, seconds, headers=secure[0], scheme="https"),
                "jobs_cached_http2": lambda: h2load(tls.port, JOBS, seconds, secure[0]),
                "static_http2": lambda: h2load(tls.port, STATIC, seconds, secure[0]),
                **{f"jobs_with_{share}_percent_writes": (lambda share=share: wrk(mixed.port, JOBS, seconds, members=members, writes=share, connections=WRITERS)) for share in WRITES},
            })

    def commit_to_fresh(self, commits: int) -> tuple[dict, float]:
        """From another system's commit to the first answer that shows it, while the worker is asked as much as it can answer; and how many lists a second it
        answered meanwhile."""
        with self.nginx("edge-fresh") as nginx:
            load = subprocess.Popen(members_command(nginx.port, JOBS, UNTIL_TOLD, self._write_members("edge-members.txt", [""] * len(self._members))), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, text=True)
            try:
                found = self._commit_to_fresh(nginx, commits)
            finally:
                # It tells what it has seen so far.
                load.send_signal(signal.SIGINT)
                output, _ = load.communicate()
            return found, rate_told(output)

    def commit_to_fresh_at_rate(self, commits: int) -> dict:
        """The same at the fixed rate."""
        with self.nginx("edge-fresh-rate") as nginx:
            self._entity_tags(nginx)
            load = subprocess.Popen(self._at_rate(JOBS, nginx.port, UNTIL_TOLD), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            try:
                found = self._commit_to_fresh(nginx, commits)
                assert load.poll() is None, "the load was over before the commits"
            finally:
                load.send_signal(signal.SIGINT)
                output, _ = load.communicate()
            assert set(json.loads(output)["statuses"]) == {"200"}, output
            return found

    def commit_to_fresh_alone(self, commits: int) -> dict:
        """The same while nobody else asks for anything: what the machine takes for it in any case."""
        with self.nginx("edge-fresh-alone") as nginx:
            self._entity_tags(nginx)
            return self._commit_to_fresh(nginx, commits)

    def _commit_to_fresh(self, nginx: PrivateNginx, commits: int) -> dict:
        member = self._members[0]
        with closing(_Reader(nginx.port, member)) as reader:
            job = int(json.loads(reader.get(JOBS))["items"][0]["id"])
        request = self._site.folder / "edge-fresh.http"
        request.write_bytes(get(JOBS, member.headers))
        change = f"UPDATE portal.job SET address = $1 WHERE account_id = {member.account_id} AND job_id = {job}"
        return json.loads(run([str(ROOT / "build/release/tests/load/portal_commit_to_fresh"), self._site.postgres.conninfo("portal_maintenance"), change,
                               str(nginx.port), str(commits), str(request)]))

    def own_reads(self, reads: int) -> OwnReads:
        """People who stand for two clients switch between them, and look through other workers and another host: how often the jobs of the client before came,
        and how many of the reads were answered from memory. Most follow the switch at once, the others two seconds later. A switch gives another session, so it needs no mark of an own change,
        and what was asked for in that membership before comes from memory."""
        stale = asked = rounds = 0
        with two_hosts() as (hosts, why), ExitStack() as stack:
            servers = [stack.enter_context(self.nginx(f"edge-host-{name}", workers=2, insecure_cookie=False, host=host)) for name, host in zip("ab", hosts)]
            people = list({one.member_id: one for one in self._members}.values())[:min(BROWSERS, 2 + reads // 50)]
            browsers = [stack.enter_context(closing(_Browser([(server.address, server.port) for server in servers], self._session_for_two(one)))) for one in people]
            while asked < reads:
                for browser in browsers:
                    browser.switch()
                    stale += sum(browser.is_stale() for _ in range(READS_AFTER_SWITCH))
                if rounds % ROUNDS_TO_PAUSE == 0:
                    time.sleep(PAUSE_SECONDS)
                    stale += sum(browser.is_stale() for browser in browsers for _ in range(READS_AFTER_SWITCH))
                rounds += 1
                asked = sum(browser.asked for browser in browsers)
            hits = round(sum(metrics(server)['portal_cache_lookups_total{result="hit"}'] for server in servers))
            assert hits >= LEAST_FROM_MEMORY * asked, f"the control: only {hits} of {asked} reads were answered from memory"
        return OwnReads(stale, hits, asked, "two nginx of two workers each, " + (f"on one host, because of: {why}" if why else "in two network namespaces"))

    def _session_for_two(self, member: Signed) -> tuple[Signed, dict[int, frozenset[str]]]:
        """A new session of the member, who gets a second membership; and the jobs of each."""
        postgres = self._site.postgres
        [(client,)] = postgres.execute("SELECT client_id FROM portal.client WHERE account_id = %s AND client_id <> %s AND client_id IN"
                                       " (SELECT client_id FROM portal.job WHERE account_id = %s) ORDER BY client_id OFFSET %s LIMIT 1",
                                       (member.account_id, member.client_id, member.account_id, secrets.randbelow(5)))
        [(other,)] = postgres.execute("INSERT INTO portal.membership (account_id, member_id, client_id, state, permissions, activated_at)"
                                      " VALUES (%s, %s, %s, 'active', %s::text[], now()) RETURNING membership_id",
                                      (member.account_id, member.member_id, client, member.permissions))
        token = secrets.token_bytes(32)
        session = replace(member, token=token)
        postgres.execute("INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at) VALUES (%s, %s, %s, %s, now() + interval '1 day')",
                         (member.account_id, hashlib.sha256(token).digest(), member.member_id, member.membership_id))
        return session, {membership: frozenset(str(job) for (job,) in postgres.execute("SELECT job_id FROM portal.job WHERE account_id = %s AND client_id = %s",
                                                                                      (member.account_id, of)))
                         for membership, of in ((member.membership_id, member.client_id), (other, client))}

    def _at_rate(self, path: str, port: int, seconds: int) -> list[str]:
        return fixed_rate_command(port, path, self._members, self._rate, seconds, self._site.folder)

    def _entity_tags(self, nginx: PrivateNginx) -> list[str]:
        """Also sees to it that everything is in the cache."""
        tags = []
        for one in self._members:
            with closing(_Reader(nginx.port, one)) as reader:
                for _ in range(3):
                    reader.get(JOBS)
                tags.append(reader.entity_tag)
        assert all(tags), "the list came without an entity tag"
        return tags

    def _write_members(self, name: str, entity_tags: list[str]) -> Path:
        file = self._site.folder / name
        file.write_text("".join(f"{one.headers['Cookie']}\t{one.membership_id}\t{tag}\n" for one, tag in zip(self._members, entity_tags)))
        return file


class _Reader:
    """One connection of one member."""

    def __init__(self, port: int, member: Signed):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = member.headers
        self.entity_tag: str | None = None

    def get(self, path: str) -> bytes:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body)
        self.entity_tag = answer.headers.get("ETag")
        return body

    def close(self) -> None:
        self._connection.close()


class _Browser:
    """Keeps cookies as a browser does, and takes another connection each time."""

    def __init__(self, servers: list[tuple[str, int]], person: tuple[Signed, dict[int, frozenset[str]]]):
        member, self._jobs = person
        self._connections = [http.client.HTTPConnection(address, port, timeout=30) for address, port in servers for _ in range(3)]
        _, _, value = member.headers["Cookie"].partition("=")
        self._cookies: dict[str, tuple[str, float]] = {"__Host-portal-member": (value, float("inf"))}
        self._membership = member.membership_id
        self._turn = 0
        self.asked = 0

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        self._turn += 1
        connection = self._connections[self._turn % len(self._connections)]
        now = time.monotonic()
        cookies = "; ".join(f"{name}={value}" for name, (value, end) in self._cookies.items() if end > now)
        headers = {"Host": HOST, "Cookie": cookies, **({"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"} if body else {})}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (answer.status, content)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value, rest = re.fullmatch(r"([^=]+)=([^;]*)(.*)", line).groups()
            age = re.search(r"Max-Age=(\d+)", rest)
            self._cookies[name] = (value, now + int(age[1]) if age else float("inf"))
        return content

    def switch(self) -> None:
        [self._membership] = [other for other in self._jobs if other != self._membership]
        self._ask("PUT", "/api/v1/session/membership", json.dumps({"membership_id": str(self._membership)}).encode())

    def is_stale(self) -> bool:
        """Whether another client's jobs are shown than the one that was switched to."""
        self.asked += 1
        shown = {job["id"] for job in json.loads(self._ask("GET", JOBS))["items"]}
        [membership] = [one for one, jobs in self._jobs.items() if shown and shown <= jobs]
        return membership != self._membership

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


def metrics(nginx: PrivateNginx) -> dict[str, float]:
    text = nginx.client(HOST).get("/load-metrics").text
    return {name: float(value) for name, value in re.findall(r"^([^#\s]+(?:\{[^}]*\})?) ([-+.\de]+)$", text, re.MULTILINE)}


def h2load(port: int, path: str, seconds: int, headers: dict[str, str]) -> float:
    """Requests a second over HTTP/2, four at a time on each of eight connections."""
    words = [word for name, value in headers.items() if name != "Host" for word in ("-H", f"{name.lower()}: {value}")]
    output = run(["h2load", f"--duration={seconds}", f"--clients={HTTP_CONNECTIONS // 4}", "--max-concurrent-streams=4", "--threads=1", "-H", f":authority: {headers['Host']}",
                  *words, f"https://127.0.0.1:{port}{path}"])
    statuses = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
    assert statuses and not any(int(statuses[group]) for group in (2, 3, 4)), output
    return float(re.search(r"finished in [^,]+, ([\d.]+) req/s", output)[1])


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "load.crt", folder / "load.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", key, "-out", certificate], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return certificate, key

