"""docs/backup.md, tried: what it says is done to a portal at work, and everything is there again on an empty server."""

import hashlib
import shutil
import subprocess
from contextlib import closing

import pytest

from support import documents, places, postgres
from support.nginx import PrivateNginx
from support.site import make_keys
from test_documentation import environment_of

PASSWORD = "three-blue-kettles"
SECTION = "\n## Restore onto an empty server\n"


LAST_SECTION = "\n### 5. Start, and look\n"


def run(part: str, folder, environment: dict[str, str], replacements: dict[str, str]) -> None:
    """The scripts of one part of the page, in order; each must succeed."""
    before, rest = documents.text_of("docs/backup.md").split(SECTION)
    restore, look = rest.split(LAST_SECTION)
    page = {"back up": before, "restore": restore, "look": look}[part]
    scripts = [block.text for block in documents.blocks_of("docs/backup.md", "sh") if block.text in page]
    assert scripts
    for script in scripts:
        finished = subprocess.run(["bash", "-euo", "pipefail", "-c", documents.replaced(script, replacements)], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=documents.LONGEST_SECONDS)
        assert finished.returncode == 0, f"{script}\n{finished.stdout}"


def world_of(server: postgres.PrivatePostgres, root, keep) -> tuple[dict[str, str], dict[str, str]]:
    """The reader's paths on a machine of its own, and the environment of its root."""
    replacements = {"runuser -u postgres -- ": "", "host=/run/postgresql": f"host={server.sockets}", "/etc/portico": str(root / "etc/portico"),
                    "/var/lib/portico": str(root / "var/lib/portico"), "/usr/share/portico/sql": str(places.ROOT / "sql"), "/var/backups": str(keep)}
    environment = environment_of(root, PGHOST=str(server.sockets), PGUSER="postgres", PORTAL_DATABASE=f"host={server.sockets} dbname=portal",
                                 PORTAL_KEYS_FILE=str(root / "etc/portico/keys"), PORTAL_FILES=str(root / "var/lib/portico/files"))
    return replacements, environment


@pytest.fixture
def empty_server(servers):
    """As a new machine has it: an initialised cluster without a role or database of ours."""
    folder = servers / "restored"
    shutil.rmtree(folder, ignore_errors=True)
    postgres.create_cluster(folder)
    with postgres.PrivatePostgres(folder) as server:
        yield server


def document_rows(server) -> list[tuple]:
    return server.execute("SELECT encode(content_hash, 'hex'), size_bytes FROM portal.document UNION SELECT encode(content_hash, 'hex'), size_bytes FROM portal.job_file")


def counts(server) -> dict[str, int]:
    tables = [name for name, in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'portal'")]
    return {table: server.execute(f"SELECT count(*) FROM portal.{table}")[0][0] for table in tables}


def test_everything_opens_after_a_restore(make_site, empty_server, servers, tmp_path):
    site = make_site(workers=1)
    old, new, keep = tmp_path / "old", tmp_path / "new", tmp_path / "kept"
    (old / "etc").mkdir(parents=True)
    (old / "etc/portico").mkdir()
    shutil.copy2(site.keys_file, old / "etc/portico/keys")
    shutil.copy2(site.postgres.password_file, old / "etc/portico/edge.password")
    (old / "var/lib/portico").mkdir(parents=True)
    subprocess.run(["cp", "-a", site.files, old / "var/lib/portico/files"], check=True)
    member = site.accounts["brightwater"]["members"][0]
    signed_in = site.client()
    assert signed_in.post("/api/v1/session", json={"email": member["email"], "password": PASSWORD}).status == 200
    kept = counts(site.postgres)

    replacements, environment = world_of(site.postgres, old, keep)
    run("back up", tmp_path, environment, replacements)
    replacements, environment = world_of(empty_server, new, keep)
    (new / "etc").mkdir()
    (new / "var/lib").mkdir(parents=True)
    run("restore", tmp_path, environment, replacements)

    assert counts(empty_server) == kept
    keys, files = new / "etc/portico/keys", new / "var/lib/portico/files"
    assert stat_of(files) == stat_of(site.files) and stat_of(keys) == stat_of(site.keys_file)
    # Where nginx' workers can read them.
    moved = servers / "restored/files"
    subprocess.run(["cp", "-a", files, moved], check=True)
    with PrivateNginx(servers / "restored/nginx", postgres_socket=empty_server.sockets, password_file=new / "etc/portico/edge.password", keys_file=keys, files=moved,
                      workers=1, throttle=False) as nginx:
        look = {**replacements, "portalctl doctor": f"portalctl doctor --nginx-conf {nginx.configuration} --files {moved}"}
        run("look", tmp_path, environment, look)
        everything_opens(nginx, empty_server, signed_in, member)
        nothing_was_lost_but_the_pepper(nginx, keys, member)


def stat_of(path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mode, found.st_uid, found.st_gid


def everything_opens(nginx: PrivateNginx, server, signed_in, member: dict) -> None:
    # The dump holds a session that was alive; the page says that all are to end.
    before = nginx.client("brightwater.localhost")
    before.cookies = dict(signed_in.cookies)
    assert before.get("/api/v1/session").status == 401
    client = nginx.client("brightwater.localhost")
    assert client.post("/api/v1/session", json={"email": member["email"], "password": PASSWORD}).status == 200
    photos = [file for job in client.get("/api/v1/jobs?state=finished&limit=50").json()["items"]
              for field in client.get(f"/api/v1/jobs/{job['id']}").json()["fields"] if field["type"] == "photo" and field["value"] for file in field["value"]]
    documents_listed = client.get("/api/v1/documents?limit=50").json()["items"]
    assert photos and documents_listed
    known = {digits for digits, _ in document_rows(server)}
    for file in [photos[0], *documents_listed[:3]]:
        answer = client.get(file["url"])
        assert answer.status == 200 and len(answer.body) == file["size"]
        assert hashlib.sha256(answer.body).hexdigest() in known and f'"{hashlib.sha256(answer.body).hexdigest()}"' == answer.header("ETag")


def nothing_was_lost_but_the_pepper(nginx: PrivateNginx, keys, member: dict) -> None:
    """What the page says about lost keys: the session goes on, the password cannot be checked, and a new one works."""
    client = nginx.client("brightwater.localhost")
    assert client.post("/api/v1/session", json={"email": member["email"], "password": PASSWORD}).status == 200
    keys.unlink()
    make_keys(keys)
    nginx.reload()
    assert client.get("/api/v1/session").status == 200
    answer = nginx.client("brightwater.localhost").post("/api/v1/session", json={"email": member["email"], "password": PASSWORD})
    assert (answer.status, answer.code) == (500, "internal_error")
    assert "pepper" in nginx.error_log.read_text(errors="replace")


def test_a_dump_without_the_right_to_pass_policies_fails(database_server):
    """Why the page says who dumps: as portal_owner, or as the module, there is no dump at all."""
    finished = subprocess.run(["pg_dump", "--file=/dev/null", database_server.conninfo("portal_edge")], capture_output=True, text=True)
    assert finished.returncode != 0
    with closing(database_server.connect("portal_maintenance")) as connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE portal_owner; SET row_security = off")
        with pytest.raises(Exception, match="row-level security"):
            cursor.execute("SELECT count(*) FROM portal.job")
