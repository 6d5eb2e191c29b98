"""The package on a Debian with a running nginx: enabled like Debian's own modules, and gone without a trace."""

import os
import re
import subprocess

import pytest
from conftest import current_version, install, make_package

from support import places

LINK = "/etc/nginx/modules-enabled/50-mod-http-portal.conf"
NAME = "libnginx-mod-http-portal"


def mapped_modules(machine) -> set[str]:
    """The files of the module that nginx' master has loaded."""
    maps = machine.run("cat /proc/$(cat /run/nginx.pid)/maps")
    return set(re.findall(r"/usr/lib/nginx/modules/(ngx_http_portal_module\S*)", maps))


@pytest.fixture(scope="module")
def files_before(machine, package) -> set[str]:
    # The libraries that come along are not what is looked at, so they are there before.
    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True, capture_output=True, text=True).stdout
    libraries = " ".join(name for name in re.findall(r"(?:^|, )([a-z0-9.+-]+)", depends) if not name.startswith("nginx"))
    machine.download(libraries)
    machine.run(f"apt-get -q -y install {libraries}")
    return machine.files()


def test_it_is_made_of_the_same_bytes_again(package, tmp_path):
    assert make_package(current_version(), tmp_path).read_bytes() == package.read_bytes()


def test_its_version_is_that_of_the_project():
    version = re.search(r"project\(portico VERSION (\S+)", (places.ROOT / "CMakeLists.txt").read_text())[1]
    assert current_version().rsplit("-", 1)[0] == version


def test_it_holds_no_path_of_the_machine_that_made_it(package, tmp_path):
    subprocess.run(["dpkg-deb", "-x", package, tmp_path], check=True)
    names = [place for place in (str(places.ROOT), os.path.expanduser("~")) if place not in ("/", "/src")]
    found = subprocess.run(["grep", "-rlF", *[word for name in names for word in ("-e", name + "/")], tmp_path], capture_output=True, text=True).stdout
    assert not found


def test_it_depends_on_the_binary_interface_of_nginx(package):
    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True, capture_output=True, text=True).stdout
    abi = re.search(r"nginx:abi=(\S+)", open("/usr/share/nginx/src/debian/libnginx-mod.abisubstvars").read())[1]
    assert abi in depends
    for library in ("libpq5", "libssl3", "libjansson4", "libargon2-1"):
        assert library in depends


def test_it_is_enabled_and_the_running_nginx_loads_it(machine, files_before, package):
    said = install(machine, package)
    assert "Triggering nginx reload" in said
    assert machine.run(f"readlink {LINK}").strip() == "/usr/share/nginx/modules-available/mod-http-portal.conf"
    assert "successful" in machine.run("nginx -t 2>&1")
    machine.wait_until("grep -q ngx_http_portal_module /proc/$(cat /run/nginx.pid)/maps")
    assert mapped_modules(machine) == {f"ngx_http_portal_module-{current_version()}.so"}
    assert "200" in machine.run("curl -sI http://127.0.0.1/")


def test_keys_and_files_belong_to_whom_they_must(machine):
    assert machine.run("stat -c '%a %U %G' /etc/portico /var/lib/portico/files").splitlines() == ["711 root root", "2770 root www-data"]
    assert machine.succeeds("setpriv --reuid=www-data --regid=www-data --clear-groups ls /var/lib/portico/files")
    assert not machine.succeeds("setpriv --reuid=www-data --regid=www-data --clear-groups ls /etc/portico")


def test_manual_and_completion_know_every_command(machine):
    listed = re.findall(r"^  ([a-z]+) ", machine.run("portalctl --help").split("Subcommands:")[1], re.MULTILINE)
    assert len(listed) > 8
    manual = machine.run("zcat /usr/share/man/man1/portalctl.1.gz")
    assert sorted(re.findall(r"^\.B ([a-z]+)$", manual.split(".SH COMMANDS")[1].split(".SH FILES")[0], re.MULTILINE)) == sorted(listed)
    complete = ". /usr/share/bash-completion/completions/portalctl; COMP_WORDS=({}); COMP_CWORD={}; set +e; _portalctl; echo \"${{COMPREPLY[*]}}\""
    assert machine.run(complete.format("portalctl ''", 1)).split() == listed
    assert machine.run(complete.format("portalctl keys r", 2)).split() == ["rotate"]
    assert "--database" in machine.run(complete.format("portalctl migrate --", 2)).split()


def test_the_unit_of_the_courier_waits_until_it_is_wanted(machine):
    unit = machine.run("cat /lib/systemd/system/portico-courier.service")
    user = re.search("^User=(.*)$", unit, re.MULTILINE)[1]
    assert machine.succeeds(f"setpriv --reuid={user} --regid={user} --clear-groups cat /etc/portico/courier.conf")
    assert "ExecStart=/usr/bin/portalctl courier" in unit
    assert not machine.succeeds("ls /etc/systemd/system/*/portico-courier.service")
    assert "portalctl follow run" in machine.run("cat /lib/systemd/system/portico-follow@.service")
    assert machine.succeeds("getent passwd portico-follow")


def test_what_is_kept_for_a_time_only_is_forgotten_by_itself(machine):
    """The timer is on from the beginning, and its unit does nothing before there is a portal."""
    assert machine.succeeds("ls /etc/systemd/system/timers.target.wants/portico-tidy.timer")
    timer, unit = (machine.run(f"cat /lib/systemd/system/portico-tidy.{kind}") for kind in ("timer", "service"))
    assert "OnCalendar=daily" in timer and "ConditionPathExists=/etc/portico/keys" in unit
    commands = re.findall("^ExecStart=(.*)$", unit, re.MULTILINE)
    assert commands == ["/usr/bin/portalctl tidy", "/usr/bin/portalctl document sweep"]
    for command in commands:
        assert machine.succeeds(f"{command} --help")


def test_removing_and_installing_again_keeps_what_the_operator_chose(machine, package):
    machine.run(f"rm {LINK}")
    install(machine, package)
    assert not machine.succeeds(f"test -e {LINK}"), "a module that was switched off stays off in an upgrade"
    machine.run(f"ln -s /usr/share/nginx/modules-available/mod-http-portal.conf {LINK}")
    machine.run(f"apt-get -q -y remove {NAME}")
    assert not machine.succeeds(f"test -e {LINK}")
    assert "successful" in machine.run("nginx -t 2>&1")
    assert machine.run("cat /etc/nginx/portal.conf")
    install(machine, package)
    assert machine.succeeds(f"test -e {LINK}")


def test_purging_leaves_only_what_is_the_operators(machine, files_before):
    machine.run("echo mine >/var/lib/portico/files/document; echo mine >/etc/portico/keys")
    said = machine.run(f"apt-get -q -y purge {NAME}")
    assert "left as it is" in said
    assert machine.files() - files_before == {"/etc/portico", "/etc/portico/keys", "/var/lib/portico", "/var/lib/portico/files", "/var/lib/portico/files/document"}
    assert files_before - machine.files() == set()
    machine.wait_until("! grep -q ngx_http_portal_module /proc/$(cat /run/nginx.pid)/maps || service nginx restart")
    assert "successful" in machine.run("nginx -t 2>&1")
    assert "200" in machine.run("curl -sI http://127.0.0.1/")
