"""The site that is measured: the demo's third account with as many jobs as wanted, and sessions of its members."""

import base64
import hashlib
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support import places
from support.site import PrivateSite

ACCOUNT = "metropolis"
HOST = f"{ACCOUNT}.localhost"
POSTGRES = {"shared_buffers": "1GB", "max_wal_size": "4GB"}


@dataclass(frozen=True)
class Signed:
    """A member with a session, and what enter_member and the jobs list are called with."""

    account_id: int
    member_id: int
    membership_id: int
    client_id: int
    permissions: str  # an array's text
    time_zone: str
    token: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {"Host": HOST, "Portal-Membership": str(self.membership_id), "Cookie": f"portal-member={token_text(self.token)}"}

    @property
    def session_hash(self) -> bytes:
        return hashlib.sha256(self.token).digest()


def token_text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def open_sessions(site: PrivateSite, how_many: int) -> list[Signed]:
    """Rows of sessions, as sign-in makes them, without the hashing of so many passwords. Members with several sessions when
    there are fewer members."""
    rows = site.postgres.execute(
        "SELECT a.account_id, m.member_id, m.membership_id, m.client_id, m.permissions::text, a.time_zone"
        " FROM portal.account a JOIN portal.membership m USING (account_id) WHERE a.slug = %s AND m.state = 'active' ORDER BY m.membership_id",
        (ACCOUNT,))
    # Spread over all of them, so that few sessions stand for clients far apart.
    step = max(1, len(rows) // how_many)
    signed = [Signed(*rows[number * step % len(rows)], token=secrets.token_bytes(32)) for number in range(how_many)]
    for start in range(0, how_many, 1000):
        part = signed[start:start + 1000]
        values = b",".join(b"(%d,'\\x%s'::bytea,%d,%d,now()+interval '90 days')" % (
            one.account_id, one.session_hash.hex().encode(), one.member_id, one.membership_id) for one in part)
        site.postgres.execute("INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at) VALUES " + values.decode())
    return signed


def add_document(site: PrivateSite, signed: Signed, content: bytes) -> str:
    """A document of the member's client, as staff's systems add it; returns the path of its bytes."""
    file = site.folder / "measured.pdf"
    file.write_bytes(content)
    [(client,)] = site.postgres.execute("SELECT external_id FROM portal.client WHERE client_id = %s", (signed.client_id,))
    subprocess.run([places.portalctl_path(None), "document", "add", "--account", ACCOUNT, "--client", client, file, "--files", site.files,
                    "--database", site.postgres.conninfo("portal_maintenance")], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    [(document,)] = site.postgres.execute("SELECT document_id FROM portal.document WHERE client_id = %s", (signed.client_id,))
    return f"/api/v1/documents/{document}/content"


def settle(site: PrivateSite) -> None:
    """What autovacuum would have done before anybody measured, and no checkpoint of the load's in the middle of it."""
    site.postgres.execute("VACUUM (ANALYZE)")
    site.postgres.execute("CHECKPOINT")


def write_members_file(folder: Path, members: list[Signed]) -> Path:
    file = folder / "members.txt"
    file.write_text("".join(f"{one.headers['Cookie']}\t{one.membership_id}\n" for one in members))
    return file
