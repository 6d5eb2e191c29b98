"""What the documentation shows is what happens: its examples are run as they stand, with other names and ports."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from support import documents, places
from support.client import Client
from support.documents import difference
from support.portalctl import Portalctl


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """Of an operator who has portalctl installed and works in a folder of the test's own."""
    tools = folder / "bin"
    tools.mkdir(parents=True, exist_ok=True)
    if not (tools / "portalctl").exists():
        (tools / "portalctl").symlink_to(places.portalctl_path())
    return {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8", **more}


@pytest.mark.parametrize("expected, printed, same", [
    (["200"], ["200"], True), (["200"], ["404"], False), (["200"], [], False), (["200"], ["200", "more"], False), ([], ["anything"], True),
    (['"id":"…"'], ['"id":"17"'], True), (['"id":"…"}'], ['"id":"17"'], False), (["…", "last"], ["a", "b", "last"], True),
    (["…", "last"], ["a", "b"], False), (["first", "…"], ["first", "b", "c"], True), (["…"], [], True),
], ids=str)
def test_the_comparison_finds_differences(expected, printed, same):
    """The control of the tests below."""
    assert (difference(expected, printed) is None) == same


def test_the_page_of_ids_knows_those_that_are_named():
    """And the tests that it names are there."""
    rows = re.findall(r"^\| ([A-Z]\d[^|]*) \|[^|]*\| ([^|]*) \|$", documents.text_of("docs/features.md"), re.MULTILINE)
    known = set()
    for ids, _ in rows:
        numbers = [(word[0], int(word[1:])) for word in re.findall(r"[A-Z]\d+", ids)]
        known |= {(letter, number) for letter, number in numbers}
        if " to " in ids:
            known |= {(numbers[0][0], number) for number in range(numbers[0][1], numbers[1][1] + 1)}
    files = subprocess.run(["git", "ls-files", "*.py", "*.?pp", "*.mjs", "*.sql", "*.md"], cwd=places.ROOT, check=True, capture_output=True, text=True).stdout.split()
    named = {(match[1], int(match[2])): file for file in files
             for match in re.finditer(r"(?:FEATURES|SECURITY)(?:\.md)? ([A-Z])(\d+)\b", (places.ROOT / file).read_text())}
    assert len(named) > 30
    assert {one: file for one, file in named.items() if one not in known} == {}
    for _, tests in rows:
        for test in re.findall(r"(?:^|(?<= ))test_\w+(?=,|$)", tests):
            assert (places.ROOT / f"tests/integration/{test}.py").is_file(), test
        for file in re.findall(r"[\w/]+\.(?:py|sql)\b|\bunit/\w+", tests):
            assert (places.ROOT / "tests" / file).exists() or (places.ROOT / file).is_file(), file


def test_the_api_page(make_site, tmp_path):
    site = make_site(workers=2, throttle=True)
    answers = documents.run_document("docs/api.md", tmp_path, environment_of(tmp_path), {"localhost:8080": f"localhost:{site.nginx.port}"})
    assert len(answers) > 25


def test_the_page_about_importing(make_site, tmp_path):
    site = make_site(workers=1)
    environment = environment_of(tmp_path, PORTAL_DATABASE=f"host={site.postgres.sockets} dbname=portal user=portal_maintenance")
    answers = documents.run_document("docs/import.md", tmp_path, environment, {"localhost:8080": f"localhost:{site.nginx.port}"})
    assert len(answers) > 15


def test_the_page_about_following(make_site, tmp_path):
    site = make_site(workers=1)
    environment = environment_of(tmp_path, PORTAL_DATABASE=f"host={site.postgres.sockets} dbname=portal user=portal_maintenance")
    site.postgres.execute("create role crm")
    site.postgres.execute("grant create on database portal to crm")
    answers = documents.run_document("docs/follow.md", tmp_path, environment, {
        "localhost:8080": f"localhost:{site.nginx.port}", "host=/run/postgresql dbname=crm user=crm": f"host={site.postgres.sockets} dbname=portal user=postgres options='-c role=crm'"})
    assert len(answers) > 12
    assert site.postgres.execute("select count(*) from portal.job where number > 800000 and deleted_at is null") == [(4,)]


def test_the_tutorial(make_site, tmp_path):
    site = make_site(demo=False, workers=1)
    host = "portal.brightwater.example"
    answers = documents.run_document(
        "docs/tutorial.md", tmp_path,
        environment_of(tmp_path, PORTAL_DATABASE=f"host={site.postgres.sockets} dbname=portal", PORTAL_KEYS_FILE=str(site.keys_file), PORTAL_FILES=str(site.files)),
        {"host=/run/postgresql": f"host={site.postgres.sockets}", f"https://{host}/api/": f"-H 'Host: {host}' http://127.0.0.1:{site.nginx.port}/api/"})
    token = next(found[1] for answer in answers if (found := re.search(r"/activate#(\S+)", answer)))
    client = Client(site.nginx.port, host)
    answer = client.post("/api/v1/activation", json={"token": token, "email": "alex@acme.example", "password": "nine-round-pebbles"})
    assert answer.status == 200, answer.text
    client.cookies = {"portal-member": client.cookies["portal-member"]}
    [job] = client.get("/api/v1/jobs").json()["items"]
    assert (job["template"]["name"], job["state"]) == ("Boiler service", "planned")
    fields = client.get(f"/api/v1/jobs/{job['id']}").json()["fields"]
    assert [(field["key"], field["value"]) for field in fields] == [("description", "Yearly service"), ("order_notes", "Ring at the gate")]
    [document] = client.get("/api/v1/documents").json()["items"]
    assert document["name"] == "Service contract.pdf" and client.get(document["url"]).body == b"%PDF-1.4\n%%EOF\n"


def test_the_page_about_accounts(database_server, tmp_path):
    name = database_server.create_database("accounts_page")
    try:
        environment = environment_of(tmp_path, PORTAL_DATABASE=f"host={database_server.sockets} dbname={name}")
        assert len(documents.run_document("docs/accounts.md", tmp_path, environment, {})) >= 4
    finally:
        database_server.drop_database(name)


def test_the_page_about_data(database_server, tmp_path):
    """Twice: what was written once is written again without harm."""
    name = database_server.create_database("data_page")
    try:
        files = tmp_path / "files"
        files.mkdir()
        photo = (places.ROOT / "sql/demo/files/photo_1.jpg").read_bytes()
        (tmp_path / "photo.jpg").write_bytes(photo)
        environment = environment_of(tmp_path)
        Portalctl(database_server, database=name)("account", "create", "--slug", "brightwater", "--name", "Brightwater", "--time-zone", "Europe/London")
        for _ in range(2):
            documents.run_document("docs/data-model.md", tmp_path, environment,
                                   {"host=/run/postgresql dbname=portal": f"host={database_server.sockets} dbname={name}", "/var/lib/portico/files": str(files)})
        def ask(statement: str):
            return database_server.execute(statement, database=name)
        assert ask("SELECT number, state, custom_values FROM portal.job") == [(1017, "finished", {"boilers": 2, "fuel": "gas"})]
        assert ask("SELECT count(*) FROM portal.job_template_field") == [(4,)]
        [(digits, size)] = ask("SELECT encode(content_hash, 'hex'), size_bytes FROM portal.job_file")
        assert (files / digits[:2] / digits).read_bytes() == photo and size == len(photo)
        assert [file.name for file in files.rglob("*") if file.is_file()] == [digits]
    finally:
        database_server.drop_database(name)
