"""The portal that the journeys visit: the demo accounts behind the real cookie, and what only tests need: an account
without a portal, invitations in every state, and people whose passwords may be changed. Prints one line of JSON once it answers; then
answers one line to each line of its standard input, and ends when that does.
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import places  # noqa: E402
from support.outbox import open_payload  # noqa: E402
from support.site import PrivateSite  # noqa: E402


class Operator:
    """The person with portalctl."""

    def __init__(self, site: PrivateSite):
        self.site = site

    def run(self, *arguments: str) -> str:
        command = [places.portalctl_path(), *arguments, "--database", self.site.postgres.conninfo("portal_maintenance")]
        return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout

    def invite(self, account: str, client: str, email: str) -> str:
        """The path and fragment of the link."""
        answer = json.loads(self.run("member", "invite", "--account", account, "--client", client, "--email", email, "--json",
                                     "--keys-file", str(self.site.keys_file)))
        return "/activate#" + answer["activation_url"].split("#")[1]


def make_links(operator: Operator) -> dict:
    acme = ("brightwater", "Acme Facilities Ltd")
    expired = operator.invite(*acme, "kim.late@acme.example.com")
    operator.site.postgres.execute("UPDATE portal.one_time_token SET created_at = now() - interval '8 days', "
                                   "expires_at = now() - interval '1 day' WHERE address = 'kim.late@acme.example.com'")
    replaced = operator.invite(*acme, "kim.twice@acme.example.com")
    operator.invite(*acme, "kim.twice@acme.example.com")
    cancelled = operator.invite(*acme, "kim.never@acme.example.com")
    operator.run("member", "remove", "--account", acme[0], "--client", acme[1], "--email", "kim.never@acme.example.com")
    joining = {"email": "sam.reyes@acme.example.com", "client": "Talleres Ribera S.L."}
    joining["link"] = operator.invite("northside", joining["client"], joining["email"])
    return {"expired": expired, "replaced": replaced, "cancelled": cancelled, "has_login": joining}


def add_newcomers(operator: Operator) -> None:
    """People of their own for journeys that change passwords and end sessions: the demo's are shared by all."""
    account = operator.site.accounts["brightwater"]
    for name in ("pat.reset", "kit.late", "max.change", "ann.account", "lou.devices"):
        member = {"email": f"{name}@acme.example.com", "password": f"{name} likes slow trains"[::-1]}
        link = operator.invite("brightwater", "Acme Facilities Ltd", member["email"])
        answer = operator.site.client("brightwater").post("/api/v1/activation", json={"token": link.split("#")[1], **member})
        assert answer.status == 200, answer.text
        account["members"].append(member)


def answer_question(site: PrivateSite, question: dict) -> dict:
    """What a person finds in the mailbox, and what time does to links: the journeys cannot wait for either."""
    if "link_sent_to" in question:
        (message,) = site.postgres.execute("SELECT account_id, message_reference, key_id, payload FROM portal.outbox_message "
                                           "WHERE recipient = %s AND kind = %s AND payload IS NOT NULL ORDER BY outbox_message_id DESC LIMIT 1",
                                           (question["link_sent_to"], question["kind"]))
        url = urlsplit(open_payload(site.keys_file, *message)["url"])
        return {"link": f"{url.path}#{url.fragment}"}
    site.postgres.execute("UPDATE portal.one_time_token SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' "
                          "WHERE address = %s AND used_at IS NULL", (question["expire_links_of"],))
    return {}


def make_empty_account(operator: Operator, port: int) -> dict:
    url = f"http://empty.localhost:{port}"
    operator.run("account", "create", "--slug", "empty", "--name", "Empty", "--time-zone", "Europe/London")
    operator.run("host", "add", "--account", "empty", "--host", "empty.localhost", "--origin", url)
    return {"slug": "empty", "host": "empty.localhost", "url": url, "members": []}


def main() -> int:
    with PrivateSite(places.servers_folder("browser-site") / "site", insecure_cookie=False) as site, \
            site.make_nginx("strict", insecure_cookie=False, throttle=True) as strict:
        operator = Operator(site)
        add_newcomers(operator)
        port = site.nginx.port
        # The same business on a server that counts tries: on the other one all journeys come from one address.
        guarded = {**site.accounts["brightwater"], "slug": "guarded", "url": f"http://brightwater.localhost:{strict.port}"}
        accounts = [*site.accounts.values(), guarded, make_empty_account(operator, port)]
        answer = {"url": f"http://127.0.0.1:{port}", "secure_cookie": True, "accounts": accounts, "links": make_links(operator)}
        print(json.dumps(answer), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer_question(site, json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
