"""portalctl doctor leads from the installed package to a portal in order: what it names first is run, until it has nothing more to name."""

import json
import re

import pytest
from conftest import install
from machine import KEPT, Machine, tree_with

HOST = "portal.brightwater.example"
FILLED_IN = {"HOST": HOST, "SLUG": "brightwater", "NAME": "Brightwater Services", "ZONE": "Europe/London", "ADDRESS": "alex@acme.example"}
MOST_STEPS = 30
CLIENT = "insert into portal.client (account_id, kind, organisation_name) select account_id, 'organisation', 'Acme' from portal.account"


@pytest.fixture(scope="module")
def installed(package):
    """The package in a Debian that has nginx at work, and PostgreSQL installed and not started."""
    with Machine(KEPT / "doctor", tree_with("ready", "nginx postgresql curl openssl")) as machine:
        machine.run("service nginx start")
        install(machine, package)
        yield machine


def examined(machine) -> list[dict]:
    text = machine.run("portalctl doctor --json 2>/dev/null", check=False)
    return json.loads(text)


def filled_in(command: str) -> str:
    return re.sub(r"\b(HOST|SLUG|NAME|ZONE|ADDRESS)\b", lambda found: FILLED_IN[found[1]], command)


def test_what_it_names_first_is_run_until_all_is_well(installed):
    steps: list[str] = []
    while ill := [finding for finding in examined(installed) if not finding["is_well"]]:
        first = ill[0]
        assert len(steps) < MOST_STEPS, steps
        if first["is_command"]:
            command = filled_in(first["mend"])
        else:
            # The only step that is not a command: clients come from elsewhere.
            assert first["subject"] == "people" and "debian.md" in first["mend"], first
            command = f'psql -q -X -d "host=/run/postgresql dbname=portal user=portal_maintenance" -c "{CLIENT}"'
        assert command not in steps, f"{command} did not mend: {first['says']}"
        steps.append(command)
        installed.run(command)
    print("\n".join(steps))
    named = "\n".join(steps)
    for step in ("systemctl start postgresql", "pg_hba.conf", "createdb", "bootstrap.sql", "portalctl migrate", "keys new", "60-portal.conf", "conf.d/portal.conf",
                 "sites-enabled", "openssl req", "edge.password", "systemctl reload nginx", "account create", "host add", "portal set", "member invite"):
        assert step in named, step
    curl = f"curl -sS --fail-with-body --cacert /etc/portico/tls/portal.crt --resolve {HOST}:443:127.0.0.1 https://{HOST}"
    assert json.loads(installed.run(f"{curl}/api/v1/portal"))["name"] == "Brightwater Services"
    assert "<script" in installed.run(f"{curl}/")


def test_it_notices_what_goes_wrong_later(installed):
    def first() -> tuple[str, str]:
        ill = [finding for finding in examined(installed) if not finding["is_well"]]
        assert len(ill) == 1, ill
        return ill[0]["says"], ill[0]["mend"]

    installed.run("sleep 1.1; echo '# changed' >>/etc/nginx/conf.d/portal.conf; touch -d '+2 seconds' /etc/nginx/conf.d/portal.conf")
    says, mend = first()
    assert "has changed since nginx read it" in says
    installed.run("touch -d '-1 minute' /etc/nginx/conf.d/portal.conf; sed -i 's#/etc/portico/keys#/etc/portico/other#' /etc/portico/portalctl.conf")
    says, mend = next((finding["says"], finding["mend"]) for finding in examined(installed) if finding["subject"] == "nginx" and not finding["is_well"])
    assert "for nginx and" in says
    installed.run("sed -i 's#/etc/portico/other#/etc/portico/keys#' /etc/portico/portalctl.conf; echo wrong >/etc/portico/edge.password")
    says, mend = first()
    assert "password authentication failed" in says and "alter role portal_edge" in mend
    installed.run(mend)
    installed.run("service nginx stop")
    says, mend = first()
    assert says == "It does not run." and "start nginx" in mend
    installed.run(mend)
    installed.wait_until("portalctl doctor")
