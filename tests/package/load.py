"""Asks without end until its standard input closes, then prints as JSON what it met: load.py PORT HOST CERTIFICATE COOKIE PATH ...

Half of the clients keep their connections. A kept connection that nginx closed before it said anything is asked for anew, as
browsers do (RFC 9112, 9.3.1); everything else that is not a 200 counts as failed.
"""

import collections
import http.client
import json
import socket
import ssl
import sys
import threading

CLIENTS = 8
port, host, certificate, cookie, *paths = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
stopped = threading.Event()
answers: collections.Counter = collections.Counter()
failures: list[str] = []


class Connection(http.client.HTTPSConnection):
    """To this machine, whatever the name says."""

    def connect(self) -> None:
        self.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", int(port)), timeout=20), server_hostname=host)


def ask(connection: Connection, path: str) -> str:
    connection.request("GET", path, headers={"Host": host, "Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    return str(answer.status)


def work(number: int) -> None:
    keeps = number % 2 == 0
    connection, is_fresh, turn = Connection(host, int(port)), True, number
    while not stopped.is_set():
        path = paths[turn % len(paths)]
        turn += 1
        try:
            status = ask(connection, path)
            if status != "200":
                failures.append(f"{path}: {status}")
            answers[status] += 1
            is_fresh = False
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            if is_fresh:
                failures.append(f"{path}: {error!r} on a new connection")
            answers["closed"] += 1
            turn -= 1
            connection.close()
            is_fresh = True
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{path}: {error!r}")
            connection.close()
            is_fresh = True
        if not keeps:
            connection.close()
            is_fresh = True


clients = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
for client in clients:
    client.start()
sys.stdin.read()
stopped.set()
for client in clients:
    client.join()
print(json.dumps({"answers": answers, "failures": failures[:20], "failed": len(failures)}))
