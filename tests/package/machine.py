"""A bare Debian in a folder, with processes, network and users of its own: chroot in namespaces that end with it.

The trees and the packages that apt loads are kept under build/package, so only the first run needs a minute and the network.
"""

import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from support import places

KEPT = places.ROOT / "build" / "package" / "machines"
ARCHIVES = KEPT / "archives"
START_SECONDS = 20
COMMAND_SECONDS = 300
PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# What systemctl does on a machine with systemd, Debian's own scripts of the services do here.
SYSTEMCTL = """#!/bin/sh
for service in "$@"; do
    case $service in start|stop|restart|reload|enable|--now) ;; *) service "$service" "$1" || exit 1 ;; esac
done
"""
# Without an init system invoke-rc.d does nothing unless it is allowed to.
POLICY = "#!/bin/sh\nexit 0\n"
APT = """APT::Keep-Downloaded-Packages "true";
APT::Install-Recommends "false";
Acquire::Retries "3";
Dpkg::Use-Pty "0";
"""


def as_root(*command: str | Path) -> list[str]:
    return [*([] if os.geteuid() == 0 else ["sudo", "-n", "--"]), *map(str, command)]


def _release() -> tuple[str, str]:
    """Id and code name of this machine's distribution: the package is built for it, so it is tested in it."""
    values = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return values["ID"].strip('"'), values["VERSION_CODENAME"].strip('"')


def _archive() -> str:
    """Where this machine gets its packages from."""
    distribution, _ = _release()
    folder = Path("/etc/apt")
    for file in [*sorted(folder.glob("sources.list.d/*.sources")), folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]:
        for word in file.read_text().split() if file.exists() else []:
            if word.startswith(("http://", "https://")) and word.rstrip("/").endswith(f"/{distribution}"):
                return word
    return "http://deb.debian.org/debian"


def _settings() -> str:
    """Kept trees are made anew when what is written into them, or installed, has changed."""
    return _digest(SYSTEMCTL + POLICY + APT)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextmanager
def _locked(name: str):
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _copy(source: Path, target: Path) -> None:
    remove(target)
    subprocess.run(as_root("cp", "-a", "--reflink=auto", source, target), check=True)


def remove(tree: Path) -> None:
    subprocess.run(as_root("rm", "-rf", "--one-file-system", tree), check=True)


def bare_tree() -> Path:
    """Debian's smallest system as debootstrap makes it, with the package sources of this machine."""
    _, code_name = _release()
    tree = KEPT / f"bare-{code_name}-{_settings()}"
    with _locked("bare"):
        if tree.exists():
            return tree
        half = KEPT / "bare.half"
        remove(half)
        with (KEPT / "debootstrap.log").open("w") as log:
            subprocess.run(as_root("debootstrap", "--variant=minbase", "--include=ca-certificates", code_name, half, _archive()), check=True,
                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        with Machine(half, tree=half) as machine:
            machine.run("rm -f /etc/apt/sources.list")
            for name in ("sources.list", "sources.list.d"):
                if (Path("/etc/apt") / name).exists():
                    subprocess.run(as_root("cp", "-r", Path("/etc/apt") / name, half / "etc/apt/"), check=True)
            machine.write("/etc/apt/apt.conf.d/90test", APT)
            machine.write("/etc/dpkg/dpkg.cfg.d/90test", "force-unsafe-io\n")
            machine.write("/usr/local/bin/systemctl", SYSTEMCTL)
            machine.write("/usr/sbin/policy-rc.d", POLICY)
            machine.run("chmod 755 /usr/local/bin/systemctl /usr/sbin/policy-rc.d; apt-get -q update", network=True)
        subprocess.run(as_root("mv", half, tree), check=True)
        return tree


def tree_with(name: str, packages: str) -> Path:
    """A bare tree in which these packages are installed; their services do not run."""
    bare = bare_tree()
    tree = KEPT / f"{name}-{bare.name}-{_digest(packages)}"
    with _locked(name):
        if not tree.exists():
            half = KEPT / f"{name}.half"
            _copy(bare, half)
            with Machine(half, tree=half) as machine:
                machine.download(packages)
                machine.run(f"apt-get -q -y install {packages}; for script in /etc/init.d/nginx /etc/init.d/postgresql; do [ ! -x $script ] || $script stop; done")
            subprocess.run(as_root("mv", half, tree), check=True)
    return tree


# What the kept folders hold stays as it is: the machine writes into layers above them, in memory where the kernel can do that.
# Process 1 is a shell that waits, because what its services leave behind must be taken away by somebody.
# In a chroot "/" is no mount, and whoever made it has seen to what its mounts share.
START = """set -e
mount --make-rprivate / 2>/dev/null || true
mount -t tmpfs tmpfs "$folder/layers"
layer() {
    mkdir -p "$folder/layers/$1/upper" "$folder/layers/$1/work" "$3"
    mount -t overlay overlay -o "lowerdir=$2,upperdir=$folder/layers/$1/upper,workdir=$folder/layers/$1/work" "$3" 2>/dev/null || cp -a "$2/." "$3"
}
if [ "$tree" = "$root" ]; then mount --bind "$root" "$root"; else layer tree "$tree" "$root"; fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/run/lock"
layer archives "$archives" "$root/var/cache/apt/archives"
for file in resolv.conf hosts; do cp -L "/etc/$file" "$root/etc/"; done
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
ip link set lo up
echo ready
while :; do sleep 1000 & wait; done
"""


class Machine:
    """Used with `with`. What is written in it is gone with it, unless `tree` is named twice: then that folder is changed itself."""

    def __init__(self, folder: Path, tree: Path):
        self._folder = folder
        self._tree = tree
        self.root = tree if folder == tree else folder / "root"
        self._process: subprocess.Popen | None = None
        self._init = 0

    def __enter__(self) -> "Machine":
        for folder in (ARCHIVES, self.root):
            folder.mkdir(parents=True, exist_ok=True)
        layers = self._layers()
        layers.mkdir(parents=True, exist_ok=True)
        values = {"folder": layers.parent, "tree": self._tree, "root": self.root, "archives": ARCHIVES}
        self._process = subprocess.Popen(as_root("env", *(f"{name}={value}" for name, value in values.items()), "unshare", "--mount", "--propagation", "unchanged",
                                                 "--pid", "--fork", "--kill-child", "--net", "--ipc", "sh", "-c", START),
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"the machine in {self.root} did not start")
        self._init = self._first_in_namespace()
        return self

    def __exit__(self, *_) -> None:
        subprocess.run(as_root("sh", "-c", f"kill -KILL {self._init}"), check=False)
        self._process.wait()
        self._process.stdout.close()
        remove(self._layers().parent if self.root == self._tree else self._folder)

    def _layers(self) -> Path:
        return (self._tree.with_name(self._tree.name + ".machine") if self.root == self._tree else self._folder) / "layers"

    def run(self, script: str, *, check: bool = True, network: bool = False, folder: str = "/root") -> str:
        """Runs a script of bash with -e and returns what it says; `network`: with this machine's network instead of its own."""
        # Into a file and not a pipe, which a daemon that the script starts would keep open.
        with tempfile.TemporaryFile("w+") as said:
            finished = self._start(script, said, network, folder)
            try:
                status = finished.wait(COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                finished.kill()
                status = f"no status within {COMMAND_SECONDS} s"
            said.seek(0)
            output = said.read()
        if check and status != 0:
            raise AssertionError(f"{script}\nended with {status}:\n{output}")
        return output

    def _start(self, script: str, output, network: bool = False, folder: str = "/root") -> subprocess.Popen:
        # `--root`, because this machine may be a chroot itself, out of which entering a namespace would lead.
        namespaces = ["--root", "--mount", "--pid", "--ipc", *([] if network else ["--net"])]
        return subprocess.Popen(as_root("nsenter", "-t", str(self._init), *namespaces, "chroot", self.root, "/usr/bin/env", "-i", "HOME=/root", f"PATH={PATH}",
                                        "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "bash", "-c", f"cd {folder}\nset -euo pipefail\n{script}"),
                                stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def beside(self, *command: str | Path) -> list[str]:
        """A command of this machine that sees the network of that one."""
        return as_root("nsenter", "-t", str(self._init), "--net", *command)

    def succeeds(self, script: str) -> bool:
        return self._start(script, subprocess.DEVNULL).wait(COMMAND_SECONDS) == 0

    def write(self, path: str, text: str) -> None:
        subprocess.run(self._in_its_files("tee", self.root / path.lstrip("/")), input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def put(self, source: Path, folder: str = "/root") -> str:
        subprocess.run(self._in_its_files("cp", source, self.root / folder.lstrip("/")), check=True)
        return f"{folder}/{source.name}"

    def _in_its_files(self, *command: str | Path) -> list[str]:
        """A command of this machine that sees the files of that one, below `root`."""
        return as_root("nsenter", "-t", str(self._init), "--root", "--mount", *command)

    def download(self, packages: str) -> None:
        """Into the kept archives, so that an installation needs no network. Lists that are too old are loaded anew."""
        command = f"apt-get -q -y --download-only install {packages}"
        self.run(f"{command} || {{ apt-get -q update; {command}; }}", network=True)
        keep = """cd "$1"; for file in *.deb; do [ -e "$2/$file" ] || { cp "$file" "$2/$file.$$" && mv "$2/$file.$$" "$2/$file"; }; done"""
        subprocess.run(self._in_its_files("sh", "-c", keep, "sh", self.root / "var/cache/apt/archives", ARCHIVES), check=True)

    def files(self) -> set[str]:
        """Every path that a package could have left, without what apt, dpkg and programs at work write anyway."""
        return set(self.run("find / -xdev \\( -path /proc -o -path /run -o -path /tmp -o -path /dev -o -path /sys -o -path /var/lib/dpkg -o -path /var/cache "
                            "-o -path /var/log -o -path /var/lib/apt -o -path /root \\) -prune -o -print").splitlines())

    def wait_until(self, script: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.succeeds(script):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {START_SECONDS} s: {script}\n" + self.run(script, check=False))
            time.sleep(0.1)

    def _first_in_namespace(self) -> int:
        """The process below unshare, which is process 1 in there; sudo may stand between."""
        pid = self._process.pid
        own = os.readlink(f"/proc/{os.getpid()}/ns/pid")
        while True:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            pid = int(children[0])
            link = subprocess.run(as_root("readlink", f"/proc/{pid}/ns/pid"), check=True, capture_output=True, text=True).stdout.strip()
            if link != own:
                return pid
