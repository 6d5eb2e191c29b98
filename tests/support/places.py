"""Where things are built, and where servers may keep their files."""

import hashlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRESET = os.environ.get("PORTAL_PRESET", "release")


def built(relative: str, preset: str | None = None) -> Path:
    """A file of a build tree; `./dev build <preset>` makes it."""
    path = ROOT / "build" / (preset or PRESET) / relative
    if not path.exists():
        raise FileNotFoundError(f"{path} is not built: ./dev build {preset or PRESET}")
    return path


def module_path(preset: str | None = None) -> Path:
    return built("ngx_module/ngx_http_portal_module.so", preset)


def portalctl_path(preset: str | None = None) -> Path:
    return built("portalctl/portalctl", preset)


def server_user() -> str | None:
    """PostgreSQL refuses to run as root. None: run as who we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def as_user(user: str | None, *command: str | Path, end_signal: str = "TERM") -> list[str]:
    """A command that runs as the user and gets the signal when the process that started it dies."""
    change = [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *change, "--pdeathsig", end_signal, "--", *map(str, command)]


def can_reach(user: str | None, path: Path) -> bool:
    return subprocess.run(as_user(user, "test", "-x", path), stderr=subprocess.DEVNULL).returncode == 0


def servers_folder(name: str) -> Path:
    """A folder for servers' files, under build/ when their user can get there and otherwise (a checkout in /root) under
    /var/tmp."""
    folder = ROOT / "build" / name
    folder.mkdir(parents=True, exist_ok=True)
    if not can_reach(server_user(), folder):
        folder = Path("/var/tmp") / f"portico-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}" / name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def give_to_servers(path: Path) -> Path:
    user = server_user()
    if user:
        shutil.chown(path, user)
    return path


def make_socket_folder() -> Path:
    """Socket paths end near 107 bytes, so sockets stand in a short folder of their own."""
    folder = Path(tempfile.mkdtemp(prefix="portico.", dir="/tmp"))
    folder.chmod(0o755)
    return give_to_servers(folder)


def free_port(count: int = 1) -> int:
    """The first of so many neighbouring ports that were free a moment ago, below the range (from 32768 on) from which the
    kernel takes the near ends of connections, so that none of them comes in between."""
    for _ in range(1000):
        port = random.randrange(10_000, 32_768 - count)
        try:
            for number in range(port, port + count):
                with socket.socket() as probe:
                    probe.bind(("0.0.0.0", number))
            return port
        except OSError:
            continue
    raise RuntimeError("no free port")
