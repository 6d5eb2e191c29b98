"""A private nginx on the project's own conf/, with other paths, a free port of 127.0.0.1 and a folder of its own."""

import os
import pwd
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

from support import places
from support.client import Client
from support.log_gate import LogGate
from support.network_host import NetworkHost

START_SECONDS = 20
STOP_SECONDS = 30


def sanitizer_environment(folder: Path, exact_stacks: bool = True) -> dict[str, str]:
    """For the check preset: Debian's nginx is not instrumented, so the runtime has to be loaded before everything."""
    runtime = subprocess.run(["clang-19", "-print-file-name=libclang_rt.asan-x86_64.so"], check=True, capture_output=True, text=True)
    log = f"log_path={folder}/sanitizer"
    # Stacks through code without frame pointers, because the log gate decides by them whose leak it is; not whole, because
    # walking them is most of what the sanitizer costs. nginx's own leaks must not change its exit status; everything else
    # aborts, and an aborted worker is an alert in the error log.
    return {
        "LD_PRELOAD": runtime.stdout.strip(),
        "ASAN_OPTIONS": f"{log}:detect_leaks=1:fast_unwind_on_malloc={int(not exact_stacks)}:malloc_context_size=14:abort_on_error=1",
        "UBSAN_OPTIONS": f"{log}:print_stacktrace=1:halt_on_error=1:abort_on_error=1",
        "LSAN_OPTIONS": "exitcode=0",
    }


class PrivateNginx:
    """`postgres_socket` is the folder of the database's socket. `http_extra`, `server_extra` and `main_extra` are lines that
    one test needs in http{}, in server{} and outside of both. With `host` it runs and listens there instead of on 127.0.0.1.
    Without `exact_stacks` the check preset runs several times faster and may not see whose a leak is."""

    def __init__(self, folder: Path, *, postgres_socket: Path | None, password_file: Path | None, keys_file: Path | None, files: Path | None = None, port: int = 0,
                 workers: int = 2, preset: str | None = None, insecure_cookie: bool = True, http_extra: str = "", server_extra: str = "",
                 error_level: str = "info", certificate: tuple[Path, Path] | None = None, database: str = "portal", exact_stacks: bool = True,
                 redis_socket: Path | None = None, throttle: bool = True, main_extra: str = "", environment: dict[str, str] | None = None,
                 worker_connections: int = 8192, listen_options: str = "", host: NetworkHost | None = None):
        self.folder = folder
        # The TLS server has a neighbour that sends plain HTTP on to it.
        self.port = port or places.free_port(2 if certificate else 1)
        self.error_log = folder / "error.log"
        self.access_log = folder / "access.log"
        self.preset = preset or places.PRESET
        self.configuration = folder / "nginx.conf"
        self._process: subprocess.Popen | None = None
        self._gate = LogGate(self.error_log, folder)
        self._postgres_socket = postgres_socket
        self._password_file = password_file
        self._keys_file = keys_file
        self.files = files or folder / "files"
        self.workers_wanted = workers
        self._insecure_cookie = insecure_cookie
        self._http_extra = http_extra
        self._server_extra = server_extra
        self._error_level = error_level
        self._certificate = certificate
        self._database = database
        self._exact_stacks = exact_stacks
        self._redis_socket = redis_socket
        self._throttle = throttle
        self._main_extra = main_extra
        self._environment = environment or {}
        self.connections_allowed = worker_connections
        self._listen_options = listen_options
        self._host = host
        self.address = host.address if host else "127.0.0.1"

    def __enter__(self) -> "PrivateNginx":
        self.start()
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            self.quit()
        else:
            self.kill()

    def client(self, host: str = "127.0.0.1") -> Client:
        return Client(self.port, host, tls=self._certificate is not None, address=self.address)

    @property
    def pid(self) -> int:
        return self._process.pid

    def workers(self) -> list[int]:
        """Worker processes, those of an earlier configuration included."""
        return [int(word) for word in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def write_configuration(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Workers write sanitizer reports here, as a user that does not own the folder.
        self.folder.chmod(0o777)
        make_files_folder(self.files)
        for file in (places.ROOT / "conf").glob("*.conf"):
            shutil.copy(file, self.folder)
        (self.folder / "private.conf").write_text(self._private_lines())
        self._replace("nginx.conf", self._main_replacements())
        self._replace("server-tls.conf" if self._certificate else "server-loopback.conf", self._server_replacements())

    def start(self) -> None:
        self.write_configuration()
        environment = {**os.environ, **(sanitizer_environment(self.folder, self._exact_stacks) if self.preset == "check" else {}), **self._environment}
        variables = [f"{name}={value}" for name, value in environment.items() if os.environ.get(name) != value]
        # env(1) sets the variables after setpriv, which would otherwise load the sanitizer's runtime itself.
        enter = self._host.enter if self._host else []
        self._process = subprocess.Popen([*enter, *places.as_user(None, "env", *variables, *self.command())], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=(self.folder / "stderr.log").open("ab"), start_new_session=True)
        try:
            self.wait_until_healthy()
        except BaseException:
            self.kill()
            raise

    def command(self, *options: str) -> list[str]:
        return [_binary(), "-e", str(self.error_log), "-p", str(self.folder), "-c", str(self.configuration), "-g", "daemon off;", *options]

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"nginx ended with {self._process.returncode}:\n" + self._tail())
            try:
                if self.client().get("/healthz").status == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise RuntimeError("nginx does not answer /healthz:\n" + self._tail())
            time.sleep(0.02)

    def reload(self, *, wait: bool = True) -> None:
        """HUP; when waiting, returns once the new workers answer and the old ones have gone."""
        before = set(self.workers())
        self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + STOP_SECONDS
        while wait and (before & set(self.workers()) or not self.workers()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"workers {before & set(self.workers())} did not leave after a reload:\n" + self._tail())
            time.sleep(0.02)
        if wait:
            self.wait_until_healthy()

    def quit(self) -> None:
        """A graceful end. Anything but exit status 0, an alarm in the log or a process left behind is an error."""
        self._end(signal.SIGQUIT)
        self.check_log()

    def stop(self) -> None:
        """A fast end, with the same checks."""
        self._end(signal.SIGTERM)
        self.check_log()

    def kill(self) -> None:
        """The end of a failed test: nothing is checked, nothing stays."""
        if self._process is None:
            return
        # The master first: it would replace a worker that is gone.
        for pid in [self._process.pid, *_session_of(self._process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process.wait()
        self._process = None

    def check_log(self, allow: tuple[str, ...] = ()) -> None:
        self._gate.check(allow)

    def alarms(self) -> list[str]:
        """For tests that provoke an alarm: takes what is there, so that the gate does not find it again."""
        return self._gate.alarms()

    def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        process.send_signal(how)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"nginx did not end within {STOP_SECONDS} s:\n" + self._tail()) from None
        deadline = time.monotonic() + 2
        # The sanitizer's search for leaks is a process of its own, which is gone a moment after the one that it searched.
        while (left := _session_of(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        if left:
            self.kill()
        self._process = None
        assert not left, f"nginx left processes behind: {left}"
        assert status == 0, f"nginx ended with {status}:\n" + self._tail()

    def _tail(self) -> str:
        text = "".join(path.read_text(errors="replace") for path in (self.folder / "stderr.log", self.error_log) if path.exists())
        return "\n".join(text.splitlines()[-30:])

    def _private_lines(self) -> str:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {self.folder}/temporary_{kind};\n" for kind in kinds)
        return f"{folders}portal_throttle {'on' if self._throttle else 'off'};\n{self._http_extra}\n"

    def _main_replacements(self) -> dict[str, str]:
        hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        worker_user = _worker_user()
        return {
            "modules/ngx_http_portal_module.so": str(places.module_path(self.preset)),
            "user www-data;": f"user {worker_user} {_group_of(worker_user)};" if worker_user else "",
            "worker_processes auto": f"worker_processes {self.workers_wanted}",
            "thread_pool portal threads=1;": f"thread_pool portal threads=1; {self._main_extra}",
            "worker_rlimit_nofile 16384": f"worker_rlimit_nofile {min(2 * self.connections_allowed, hard_limit)}",
            "worker_connections 8192": f"worker_connections {self.connections_allowed}",
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx/error.log notice": f"{self.error_log} {self._error_level}",
            "/var/log/nginx/portal.log": str(self.access_log),
            "host=/run/postgresql dbname=portal": f"host={self._postgres_socket} dbname={self._database}",
            "/etc/portico/edge.password": str(self._password_file),
            "/etc/portico/keys": str(self._keys_file),
            "/var/lib/portico/files": str(self.files),
            "# portal_redis unix:/run/redis/redis-server.sock;": f"portal_redis unix:{self._redis_socket};" if self._redis_socket else "",
            "include portal-http.conf;": "include portal-http.conf;\n    include private.conf;",
            "include server-tls.conf;": "include server-tls.conf;" if self._certificate else "include server-loopback.conf;",
        }

    def _server_replacements(self) -> dict[str, str]:
        common = {"/usr/share/portico/web": str(self._web_root()), "include portal.conf;": f"{self._server_extra}\n    include portal.conf;"}
        if self._certificate:
            return {**common, "/etc/portico/tls/portal.crt": str(self._certificate[0]), "/etc/portico/tls/portal.key": str(self._certificate[1]),
                    "[::]:80": f"[::]:{self.port + 1}", "listen 80": f"listen {self.port + 1}",
                    "[::]:443": f"[::]:{self.port}", "listen 443": f"listen {self.port}",
                    "https://$host$": f"https://$host:{self.port}$"}
        return {**common, "127.0.0.1:8080 default_server": f"{self.address}:{self.port} default_server {self._listen_options}",
                "portal_insecure_cookie on;": f"portal_insecure_cookie {'on' if self._insecure_cookie else 'off'};"}

    def _replace(self, name: str, replacements: dict[str, str]) -> None:
        file = self.folder / name
        text = file.read_text()
        for old, new in replacements.items():
            if old not in text:
                raise AssertionError(f"conf/{name} no longer holds '{old}', which the demo and the tests replace")
            text = text.replace(old, new)
        file.write_text(text)

    def _web_root(self) -> Path:
        """The built pages, or a copy of them where the workers can read it."""
        root = places.ROOT / "web/dist"
        user = _worker_user()
        if user is None or places.can_reach(user, root):
            return root
        copy = self.folder / "web"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(root, copy)
        return copy


def _binary() -> str:
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") or "nginx"


def make_files_folder(folder: Path) -> None:
    """As an operator makes it: written by its owner, and by the group of nginx' workers, whatever is made in it."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True)
    user = _worker_user()
    if user:
        os.chown(folder, 0, pwd.getpwnam(user).pw_gid)
    folder.chmod(0o2770)


def _worker_user() -> str | None:
    if os.geteuid() != 0:
        return None
    return "www-data" if any(entry.pw_name == "www-data" for entry in pwd.getpwall()) else "nobody"


def _group_of(user: str) -> str:
    import grp
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _session_of(leader: int) -> list[int]:
    """Processes of the session that the leader started; the session is nginx's own."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == leader:
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(entry.name))
    return found
