"""Imports beside their yardstick: the same jobs with PostgreSQL's own COPY into the same table, with its indexes, keys and triggers. And members who
read meanwhile."""

import base64
import hashlib
import http.client
import io
import json
import multiprocessing
import secrets
import signal
import subprocess
import time
from contextlib import closing

from bench_site import ACCOUNT, HOST, Signed
from support.site import PrivateSite
from yardsticks import JOBS, fixed_rate_command, run

FIRST_NUMBER = 10_000_000
LINES = 10_000  # of one request
WARM_UP_SECONDS = 1


class Importing:
    def __init__(self, site: PrivateSite, jobs: int, members: list[Signed], reads: int, seconds: int):
        """Members read so many lists a second, for so long at most."""
        self._site, self._jobs, self._members, self._reads, self._seconds = site, jobs, members, reads, seconds
        [(self._account,)] = site.postgres.execute("SELECT account_id FROM portal.account WHERE slug = %s", (ACCOUNT,))
        raw = secrets.token_bytes(32)
        self._key = "pk_" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        self._site.postgres.execute("INSERT INTO portal.api_key (account_id, name, key_hash, scopes) VALUES (%s, 'load', %s, '{import}')",
                                    (self._account, hashlib.sha256(raw).digest()))
        # Clients and templates of the account get ids of the other system, so that lines can name them.
        for table in ("client", "job_template"):
            site.postgres.execute(f"UPDATE portal.{table} SET external_id = 'load-' || {table}_id WHERE account_id = %s AND external_id IS NULL", (self._account,))
        self._clients = site.postgres.execute("SELECT client_id, external_id FROM portal.client WHERE account_id = %s ORDER BY 1", (self._account,))
        [self._template] = site.postgres.execute("SELECT job_template_id, external_id FROM portal.job_template WHERE account_id = %s ORDER BY 1 LIMIT 1", (self._account,))
        self._bodies = self._make_bodies()
        self._rows = self._make_rows()

    def _client(self, number: int):
        return self._clients[number % len(self._clients)]

    def _make_bodies(self) -> list[bytes]:
        lines = [json.dumps({"external_id": f"load-{number}", "version": 1, "number": FIRST_NUMBER + number, "client": self._client(number)[1],
                             "template": self._template[1], "status": "scheduled", "scheduled_at": "2027-01-01T10:00:00Z", "duration_minutes": 60,
                             "address": f"{number} Mill Lane, Leeds", "description": "Yearly service of both boilers."}).encode() for number in range(self._jobs)]
        return [b"\n".join(lines[start:start + LINES]) for start in range(0, len(lines), LINES)]

    def _make_rows(self) -> str:
        return "".join(f"{self._account}\tload-{number}\t1\t{FIRST_NUMBER + number}\t{self._client(number)[0]}\t{self._template[0]}\tscheduled\t2027-01-01 10:00+00\t60\t"
                       f"{number} Mill Lane, Leeds\tYearly service of both boilers.\n" for number in range(self._jobs))

    def _clear(self) -> None:
        self._site.postgres.execute("DELETE FROM portal.job WHERE account_id = %s AND number >= %s", (self._account, FIRST_NUMBER))
        self._site.postgres.execute("VACUUM portal.job")
        self._site.postgres.execute("CHECKPOINT")

    def feed(self) -> float:
        """Jobs a second, over HTTP, in one run."""
        self._clear()
        started = time.monotonic()
        self._send()
        return self._jobs / (time.monotonic() - started)

    def _send(self) -> None:
        for body in self._bodies:
            connection = http.client.HTTPConnection("127.0.0.1", self._site.nginx.port, timeout=120)
            connection.request("PUT", "/api/v1/import/jobs", body, {"Host": HOST, "Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200 and json.loads(text)["created"] == body.count(b"\n") + 1, text[:500]
            connection.close()

    def copy(self) -> float:
        """The yardstick: nothing is looked up, nothing compared."""
        self._clear()
        with closing(self._site.postgres.connect("portal_maintenance")) as connection, connection, connection.cursor() as cursor:
            started = time.monotonic()
            cursor.copy_expert("COPY portal.job (account_id, external_id, version, number, client_id, job_template_id, status, scheduled_at, duration_minutes, address, description)"
                               " FROM STDIN", io.StringIO(self._rows))
            connection.commit()
            return self._jobs / (time.monotonic() - started)

    def alone(self) -> float:
        """Milliseconds of the 99th percentile of reads, from the intended moment, in the same state of the database, while nothing is fed."""
        self._clear()
        self._warm_up()
        return self._read_p99(lambda: True)

    def beside(self) -> float:
        """The same while jobs are fed in one run. The feeder is a process of its own."""
        self._clear()
        self._warm_up()
        feeder = multiprocessing.get_context("fork").Process(target=self._send)
        feeder.start()
        try:
            return self._read_p99(feeder.is_alive)
        finally:
            feeder.join()
            assert feeder.exitcode == 0, "jobs could not be fed"

    def _warm_up(self) -> None:
        """What was emptied before has thrown out what reads need."""
        run(self._reading(WARM_UP_SECONDS))

    def _reading(self, seconds: int) -> list[str]:
        return fixed_rate_command(self._site.nginx.port, JOBS, self._members, self._reads, seconds, self._site.folder)

    def _read_p99(self, going) -> float:
        """Of reads for as long as it is going on, and no longer than was said."""
        reads = subprocess.Popen(self._reading(self._seconds), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        while reads.poll() is None and going():
            time.sleep(0.02)
        if reads.poll() is None:
            reads.send_signal(signal.SIGINT)
        output, _ = reads.communicate()
        assert reads.returncode == 0, "the reads were not made"
        report = json.loads(output)
        assert set(report["statuses"]) == {"200"}, report
        return report["p99_ms"]
