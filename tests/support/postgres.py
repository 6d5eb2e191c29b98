"""A private PostgreSQL: data in a folder, one unix socket, no TCP.

A cluster with the roles and the migrated schema is made once for each state of sql/ and of portalctl; a private server
starts from a copy of it, which takes a fraction of a second. Roles of people and programs come in by the name of the
operating system's user, only portal_edge has a password, so that reading it from a file is exercised.
"""

import fcntl
import getpass
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from support import places

SUPERUSER = "postgres"
DATABASE = "portal"
TEMPLATE = "portal_template"
PEER_ROLES = (SUPERUSER, "portal_owner", "portal_maintenance", "portal_courier")
START_SECONDS = 20
STOP_SECONDS = 20


def binaries() -> Path:
    """The newest installed server; the schema needs 15."""
    versions = sorted((path for path in Path("/usr/lib/postgresql").glob("*/bin") if int(path.parent.name) >= 15),
                      key=lambda path: int(path.parent.name))
    if not versions:
        raise FileNotFoundError("PostgreSQL 15 or newer is not installed: ./dev prepare")
    return versions[-1]


class PrivatePostgres:
    """Started from `folder`, which must hold a cluster; see create_cluster and copy_template."""

    def __init__(self, folder: Path, *, durable: bool = False, settings: dict[str, str] | None = None):
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.password_file = folder / "edge.password"
        self.sockets: Path | None = None
        self._process: subprocess.Popen | None = None
        self._settings = {
            "listen_addresses": "", "max_connections": "100", "shared_buffers": "64MB", "timezone": "UTC",
            "log_timezone": "UTC", "log_line_prefix": "%m [%p] %u ", "lc_messages": "C",
            **({} if durable else {"fsync": "off", "full_page_writes": "off"}), **(settings or {}),
        }

    def __enter__(self) -> "PrivatePostgres":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        if self.sockets is None:
            self.sockets = places.make_socket_folder()
        try:
            self._launch()
        except BaseException:
            self.close()
            raise

    def _launch(self) -> None:
        options = [word for key, value in {**self._settings, "unix_socket_directories": str(self.sockets)}.items()
                   for word in ("-c", f"{key}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(places.as_user(places.server_user(), binaries() / "postgres", "-D", self.data, *options, end_signal="INT"),
                                             cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect(SUPERUSER, "postgres").close()
                return
            except psycopg2.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {error}; see {self.log}") from error
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is PostgreSQL's fast shutdown, SIGQUIT a crash that leaves recovery for the next start.

        The folder of the socket stays, so that a running nginx finds the server again once it is started."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(how)
                try:
                    self._process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    self._process.send_signal(signal.SIGQUIT)
                    self._process.wait(STOP_SECONDS)
            self._process = None

    def close(self) -> None:
        self.stop()
        if self.sockets is not None:
            shutil.rmtree(self.sockets, ignore_errors=True)
            self.sockets = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        self.stop(how)
        self.start()

    def conninfo(self, role: str = "portal_edge", database: str = DATABASE, *, with_password: bool = True) -> str:
        words = [f"host={self.sockets}", f"dbname={database}", f"user={role}"]
        if role == "portal_edge" and with_password:
            words.append(f"password={self.password_file.read_text().strip()}")
        return " ".join(words)

    def connect(self, role: str = SUPERUSER, database: str = DATABASE):
        """A psycopg2 connection in autocommit mode."""
        connection = psycopg2.connect(self.conninfo(role, database))
        connection.autocommit = True
        return connection

    def execute(self, statement: str, parameters=None, *, role: str = SUPERUSER, database: str = DATABASE) -> list[tuple]:
        """One statement on a connection of its own; its rows, if it has any."""
        with closing(self.connect(role, database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, name: str) -> str:
        """A database with the migrated, empty schema."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"', database="postgres")
        return name

    def drop_database(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', database="postgres")


def create_cluster(folder: Path) -> None:
    """An empty cluster that lets this user in by name, and portal_edge by the password in edge.password."""
    folder.mkdir(parents=True, exist_ok=True)
    data = places.give_to_servers(folder)
    data = folder / "data"
    subprocess.run(places.as_user(places.server_user(), binaries() / "initdb", "-D", data, "-U", SUPERUSER, "--no-sync", "-E", "UTF8",
                                  "--locale=C.UTF-8", "--auth=reject"), cwd="/", check=True, stdout=subprocess.DEVNULL)
    users = {getpass.getuser(), places.server_user() or getpass.getuser()}
    (data / "pg_hba.conf").write_text(f"local all {','.join(PEER_ROLES)} peer map=private\nlocal all portal_edge scram-sha-256\n")
    (data / "pg_ident.conf").write_text("".join(f"private {user} {role}\n" for user in sorted(users) for role in PEER_ROLES))
    password_file = folder / "edge.password"
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(24) + "\n")


def prepare_database(server: PrivatePostgres, database: str, preset: str | None = None) -> None:
    """Roles and schema in a new database, as an operator would make them."""
    bootstrap = places.ROOT / "sql/bootstrap.sql"
    server.execute(f'CREATE DATABASE "{database}"', database="postgres")
    run_psql(server, bootstrap, database)
    server.execute("ALTER ROLE portal_edge PASSWORD %s", (server.password_file.read_text().strip(),), database="postgres")
    subprocess.run([places.portalctl_path(preset), "migrate", "--database", server.conninfo("portal_maintenance", database)],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def run_psql(server: PrivatePostgres, file: Path, database: str = DATABASE, role: str = SUPERUSER) -> None:
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", server.conninfo(role, database), "-f", str(file)],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def copy_template(folder: Path, *, settings: dict[str, str] | None = None) -> PrivatePostgres:
    """A server, not yet started, on a copy of the prepared cluster: databases `portal` and `portal_template`, migrated and
    empty."""
    template = _ensure_template()
    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Not shutil: the copy keeps owners, and reflinks where the file system can.
    subprocess.run(["cp", "-a", "--reflink=auto", str(template), str(folder)], check=True)
    return PrivatePostgres(folder, settings=settings)


def _template_key() -> str:
    digest = hashlib.sha256(str(binaries()).encode())
    sources = [path for name in ("bootstrap.sql", "migrations", "policies") for path in sorted((places.ROOT / "sql").glob(f"{name}/*.sql"))]
    for path in [places.ROOT / "sql/bootstrap.sql", *sources, places.portalctl_path(), Path(__file__)]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _ensure_template() -> Path:
    base = places.servers_folder("cluster")
    finished = base / _template_key()
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if finished.exists():
            os.utime(finished)
            return finished
        for old in sorted((path for path in base.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)[:-2]:
            shutil.rmtree(old)
        making = base / "making"
        if making.exists():
            shutil.rmtree(making)
        create_cluster(making)
        with PrivatePostgres(making) as server:
            prepare_database(server, TEMPLATE)
            server.create_database(DATABASE)
        making.rename(finished)
    return finished
