"""Where the time of a request goes: processor time of nginx' worker, of PostgreSQL and of the client, over many requests. What else the machine does
changes requests a second a lot and this little."""

import os
import resource
import time
from pathlib import Path

from support.nginx import PrivateNginx
from support.postgres import PrivatePostgres

TICKS = os.sysconf("SC_CLK_TCK")
Times = tuple[float, float]  # seconds in user space and in the kernel


def measure(nginx: PrivateNginx, server: PrivatePostgres, once, seconds: float) -> dict[str, Times]:
    """`once` runs for so many seconds and returns how many requests it made a second. Microseconds for each of them, by who spent them."""
    before = _spent(nginx, server)
    requests = once() * seconds
    time.sleep(0.1)  # for backends that end, whose time goes to the postmaster
    after = _spent(nginx, server)
    return {who: tuple((late - early) * 1e6 / requests for early, late in zip(before[who], after[who])) for who in before}


def print_table(kinds: dict[str, dict[str, Times]]) -> None:
    print(f"\nmicroseconds of processor time a request, user + kernel\n{'':16}" + "".join(f"{who:>18}" for who in (*next(iter(kinds.values())), "together")))
    for name, times in kinds.items():
        cells = [f"{user:.0f} + {system:.0f}" for user, system in times.values()]
        print(f"{name:16}" + "".join(f"{cell:>18}" for cell in cells) + f"{sum(map(sum, times.values())):>18.0f}")


def _spent(nginx: PrivateNginx, server: PrivatePostgres) -> dict[str, Times]:
    client = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"worker": _sum(_process(worker) for worker in nginx.workers()),
            # The postmaster's with those of backends that have ended.
            "PostgreSQL": _sum([_process(server.pid, with_children=True), *map(_process, _children(server.pid))]),
            "client": (client.ru_utime, client.ru_stime)}


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _process(pid: int, *, with_children: bool = False) -> Times:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0.0, 0.0
    user, system, of_children_user, of_children_system = (int(field) / TICKS for field in fields[11:15])
    return (user + of_children_user, system + of_children_system) if with_children else (user, system)


def _sum(times) -> Times:
    users, systems = zip(*times)
    return sum(users), sum(systems)
