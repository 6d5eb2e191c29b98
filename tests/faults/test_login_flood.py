"""X14, R04: wrong passwords without end, from many addresses at many logins, beside members who work."""

import itertools
import os
import pwd
import statistics
import subprocess
import threading
import time
from contextlib import closing

from support import places
from support.faults import fault_seconds
from support.people import People
from support.signing_in import sign_in

SESSION = "/api/v1/session"
PROXY = "set_real_ip_from 127.0.0.1;\nreal_ip_header X-Real-Address;\n"
FLOOD = 12


def test_members_are_answered_during_a_flood_of_wrong_passwords(make_site):
    site = make_site(workers=1, throttle=True, http_extra=PROXY, error_level="warn")
    reader = sign_in(site, "brightwater")
    over = threading.Event()
    numbers = itertools.count()
    codes: list[str | None] = []
    odd: list[str] = []

    def flood() -> None:
        client = site.client()
        while not over.is_set():
            number = next(numbers)
            answer = client.post(SESSION, json={"email": f"victim{number % 3}@example.com", "password": "wrong"},
                                 headers={"X-Real-Address": f"10.1.{number // 250 % 250}.{number % 250}"})
            codes.append(answer.code)
            if answer.status in (429, 503) and not 1 <= int(answer.header("Retry-After")) <= 900:
                odd.append(answer.text)

    threads = [threading.Thread(target=flood) for _ in range(FLOOD)]
    for thread in threads:
        thread.start()
    waits = []
    deadline = time.monotonic() + fault_seconds()
    try:
        # On a slow machine it takes a while until the limits are reached.
        while time.monotonic() < deadline or ("too_many_requests" not in codes and time.monotonic() < deadline + 20):
            asked = time.monotonic()
            answer = reader.get("/api/v1/jobs")
            waits.append(time.monotonic() - asked)
            assert answer.status == 200, answer.text
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert set(codes) <= {"invalid_credentials", "too_many_requests", "overloaded"}, set(codes)
    assert not odd
    # Three logins of ten tries; all else was refused unhashed.
    assert codes.count("invalid_credentials") <= 30
    assert codes.count("too_many_requests") > 0, len(codes)
    assert statistics.median(waits) < 0.25, statistics.median(waits)
    with closing(People(site)) as people:
        member = people.add_member()
        answer = people.client().post(SESSION, json={"email": member.email, "password": member.password}, headers={"X-Real-Address": "192.0.2.200"})
        assert answer.status == 200, "another business does not notice"


def limit_descriptors(worker: int, number: int) -> None:
    user = pwd.getpwuid(os.stat(f"/proc/{worker}/fd").st_uid).pw_name if os.geteuid() == 0 else None
    subprocess.run(places.as_user(user, "prlimit", f"--pid={worker}", f"--nofile={number}:"), check=True)


def test_a_right_password_needs_no_descriptor(make_site):
    """What cannot be done for want of one is not counted as a wrong password either: there are more than an address has tries."""
    site = make_site(workers=1, throttle=True)
    with closing(People(site)) as people:
        member = people.add_member()
        client = people.client()
        client.keeps = True
        credentials = {"email": member.email, "password": member.password}
        assert client.post(SESSION, json=credentials).status == 200
        (worker,) = site.nginx.workers()
        taken = {int(name) for name in os.listdir(f"/proc/{worker}/fd")}
        # The kernel gives the lowest that is free.
        limit_descriptors(worker, min(set(range(len(taken) + 1)) - taken))
        assert [client.post(SESSION, json=credentials).status for _ in range(12)] == [200] * 12
        limit_descriptors(worker, 1000)
        client.close()
