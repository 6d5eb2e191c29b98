"""./dev demo: a portal with demo accounts on this machine, until Ctrl-C. Nothing of the system is touched.

Writes build/demo/demo.json once everything answers; scripts wait for that file. build/demo/env.sh lets a shell run portalctl on the demo.
"""

import argparse
import errno
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support import places, postgres  # noqa: E402
from support.nginx import PrivateNginx, make_files_folder  # noqa: E402
from support.redis import PrivateRedis  # noqa: E402
from support.site import load_demo, make_keys  # noqa: E402



@contextmanager
def step(what: str):
    """Says what is going on once it takes longer than a second."""
    finished = threading.Event()
    started = time.monotonic()

    def announce() -> None:
        if not finished.wait(1):
            print(f"{what} ...", flush=True)

    announcer = threading.Thread(target=announce, daemon=True)
    announcer.start()
    try:
        yield
    finally:
        finished.set()
        announcer.join()
        if time.monotonic() - started > 1:
            print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)


def refuse_taken_port(port: int, tls: bool) -> None:
    """Before anything is started. With TLS the next port redirects to it."""
    for number in range(port, port + (2 if tls else 1)):
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", number))
        except OSError as error:
            what = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            sys.exit(f"Port {number} {what}; choose another with --port.")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for the demo's host names; browsers will ask whether to trust it."""
    certificate, key = folder / "portal.crt", folder / "portal.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=Portico demo", "-addext", "subjectAltName=DNS:*.localhost,DNS:localhost,IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(certificate)], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return certificate, key


def start_courier(stack: ExitStack, folder: Path, database: postgres.PrivatePostgres, keys_file: Path, files: Path) -> Path:
    """Writes what it would send into files; returns their folder."""
    mail = folder / "mail"
    mail.mkdir()
    with (folder / "courier.log").open("ab") as log:
        courier = subprocess.Popen(places.as_user(None, places.portalctl_path(), "courier", "--mail-directory", mail, "--keys-file", keys_file, "--files", files,
                                                  "--database", f"host={database.sockets} dbname={postgres.DATABASE}"),
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    stack.callback(end_courier, courier)
    return mail


def end_courier(courier: subprocess.Popen) -> None:
    courier.terminate()
    courier.wait(30)


def environment_of(database: postgres.PrivatePostgres, keys_file: Path, files: Path) -> str:
    """Lines for a shell, after which the documentation's lines of portalctl mean the demo."""
    settings = {"PORTAL_DATABASE": f"host={database.sockets} dbname={postgres.DATABASE}", "PORTAL_KEYS_FILE": keys_file, "PORTAL_FILES": files}
    lines = [f"export PATH={shlex.quote(str(places.portalctl_path().parent))}:\"$PATH\""]
    return "\n".join(lines + [f"export {name}={shlex.quote(str(value))}" for name, value in settings.items()]) + "\n"


def start(stack: ExitStack, name: str, port: int, tls: bool) -> dict:
    folder = places.servers_folder(name) / "servers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with step("Making a database cluster"):
        postgres.create_cluster(folder / "postgres")
    with step("Starting PostgreSQL"):
        database = stack.enter_context(postgres.PrivatePostgres(folder / "postgres", durable=True))
    with step("Making the schema"):
        postgres.prepare_database(database, postgres.DATABASE)
    redis = stack.enter_context(PrivateRedis(folder / "redis"))
    keys_file = make_keys(folder / "keys")
    files = folder / "files"
    make_files_folder(files)
    nginx = PrivateNginx(folder / "nginx", postgres_socket=database.sockets, password_file=database.password_file, keys_file=keys_file, files=files,
                         port=port, error_level="notice", certificate=make_certificate(folder) if tls else None,
                         redis_socket=redis.socket_path)
    with step("Loading the demo accounts"):
        demo = load_demo(database, keys_file, files, nginx.port, tls=tls)
    with step("Starting nginx"):
        nginx.start()
    # Not `with nginx`: a demo that somebody ends need not have a spotless log.
    stack.callback(end_nginx, nginx)
    mail = start_courier(stack, folder, database, keys_file, files)
    for account in demo["accounts"]:
        account["mail_dir"] = str(mail)
    environment = environment_file(name)
    stack.callback(environment.unlink, missing_ok=True)
    environment.write_text(environment_of(database, keys_file, files))
    return {"mail_dir": str(mail), "url": f"{'https' if tls else 'http'}://127.0.0.1:{nginx.port}", "accounts": demo["accounts"], "pid": os.getpid()}


def environment_file(name: str) -> Path:
    return ROOT / "build" / name / "env.sh"


def end_nginx(nginx: PrivateNginx) -> None:
    try:
        nginx.stop()
    except (AssertionError, RuntimeError) as error:
        print(error, file=sys.stderr)


def write_by_rename(file: Path, content: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(content, indent=2) + "\n")
    unfinished.rename(file)


def describe(demo: dict, demo_json: Path, environment: Path) -> str:
    lines = ["", "The portal is running. Open in a browser:"]
    for account in demo["accounts"]:
        lines += ["", f"  {account['slug']}: {account['url']}"]
        lines += [f"    sign in as {member['email']}, password {member['password']} ({member['client']})" for member in account["members"]]
        lines += [f"    staff: {account['url']}/console as {person['email']}, password {person['password']} ({person['role']})" for person in account["staff"]]
        lines.append(f"    an invitation that waits for its password: {account['activation_url']}")
    lines += ["", f"Mail and text messages arrive as files in {demo['mail_dir']}: say \"Forgot your password?\" on the sign-in page and open the newest with a mail program,",
              f"or read it here (mail breaks long lines; sed joins them):  sed -z 's/=\\r\\n//g' \"$(ls -t {demo['mail_dir']}/*.eml | head -n 1)\""]
    lines += ["", f"In another terminal, `. {environment.relative_to(ROOT)}` makes portalctl work on this portal:", ""]
    lines += [f"  {line}" for line in environment.read_text().splitlines()]
    lines += ["", f"The same for scripts: {demo_json.relative_to(ROOT)}. Ctrl-C ends it."]
    return "\n".join(lines)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev demo", description="A portal with demo accounts on this machine, until Ctrl-C.")
    parser.add_argument("--port", type=int, default=0, help="a free one when not given")
    parser.add_argument("--tls", action="store_true", help="HTTPS on all addresses, with a certificate made for the occasion")
    parser.add_argument("--name", default="demo", help="a folder below build/, so that two demos can run side by side")
    arguments = parser.parse_args()
    if not 0 <= arguments.port < 65_535:
        parser.error("a port is a number below 65535")
    return arguments


class Ended(Exception):
    """SIGINT or SIGTERM came."""


def end(*_) -> None:
    # Only the first signal counts; a second one must not interrupt the cleaning up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Ended


def main() -> int:
    arguments = parse_arguments()
    demo_json = ROOT / "build" / arguments.name / "demo.json"
    refuse_taken_port(arguments.port, arguments.tls)
    demo_json.unlink(missing_ok=True)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    try:
        with ExitStack() as stack:
            demo = start(stack, arguments.name, arguments.port, arguments.tls)
            stack.callback(demo_json.unlink, missing_ok=True)
            write_by_rename(demo_json, demo)
            print(describe(demo, demo_json, environment_file(arguments.name)), flush=True)
            while True:
                signal.pause()
    except Ended:
        print("Ended.", flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(main())
