"""The portal that the journeys visit: the demo accounts behind the real cookie, and what only tests need: an account
without a portal, invitations in every state, and people whose passwords may be changed. Prints one line of JSON once it answers; then
answers one line to each line of its standard input, and ends when that does.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import places  # noqa: E402
from support.hostile import feed, hostile, lines_of_everything  # noqa: E402
from support.outbox import open_payload  # noqa: E402
from support.site import PrivateSite  # noqa: E402


# Members who may ask for work, one for each journey that does.
ASKING = ("rita.asks", "rosa.cuts", "rafa.pide", "rob.taps", "ronja.late", "rae.requests")
# Members who may decide about quotes.
DECIDING = ("quinn.accepts", "quita.reads", "quasi.types", "queta.decide", "quim.lines", "quill.watches")


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
    late = {name: operator.invite(*acme, f"{name}@acme.example.com") for name in ("kim.late", "kim.cut")}
    operator.site.postgres.execute("UPDATE portal.one_time_token SET created_at = now() - interval '8 days', "
                                   "expires_at = now() - interval '1 day' WHERE address LIKE 'kim.%'")
    replaced = operator.invite(*acme, "kim.twice@acme.example.com")
    operator.invite(*acme, "kim.twice@acme.example.com")
    cancelled = operator.invite(*acme, "kim.never@acme.example.com")
    operator.run("member", "remove", "--account", acme[0], "--client", acme[1], "--email", "kim.never@acme.example.com")
    joining = {"email": "sam.reyes@acme.example.com", "client": "Talleres Ribera S.L."}
    joining["link"] = operator.invite("northside", joining["client"], joining["email"])
    # Invitations of which each journey that activates one has its own; that of "looker" is only looked at.
    fresh = {name: operator.invite(*acme, f"{name}@acme.example.com") for name in ("tia.taps", "kai.keys", "cora.cut", "lena.lost", "looker")}
    return {"expired": late["kim.late"], "expired_for_cut": late["kim.cut"], "replaced": replaced, "cancelled": cancelled, "has_login": joining,
            "fresh": fresh}


def let_decide(site: PrivateSite, emails: list[str]) -> None:
    site.postgres.execute("UPDATE portal.membership s SET permissions = permissions || '{accept_quotes}' FROM portal.member m "
                          "WHERE m.account_id = s.account_id AND m.member_id = s.member_id AND m.email = ANY(%s)", (emails,))


def let_see_invoices(site: PrivateSite, email: str) -> None:
    site.postgres.execute("UPDATE portal.membership s SET permissions = permissions || '{view_invoices}' FROM portal.member m "
                          "WHERE m.account_id = s.account_id AND m.member_id = s.member_id AND m.email LIKE %s", (email,))


def add_newcomers(operator: Operator) -> None:
    """People of their own for journeys that change passwords and end sessions: the demo's are shared by all."""
    account = operator.site.accounts["brightwater"]
    acme, harbour = "Acme Facilities Ltd", "Harbour Hotels Group"
    # One starts with the client that came last.
    clients = {"fay.sites": [harbour], **{name: [harbour, acme] for name in ("two.hats", "cut.hats", "walk.en", "walk.es")}}
    for name in ("pat.reset", "kit.late", "max.change", "ann.account", "lou.devices", "key.reset", "cut.reset", "lost.reset", "cut.account", "mo.mails", *ASKING, *DECIDING, *clients):
        member = {"email": f"{name}@acme.example.com", "password": f"{name} likes slow trains"[::-1]}
        first, *others = clients.get(name, [acme])
        links = [operator.invite("brightwater", client, member["email"]) for client in (first, *others)]
        for link in links:
            answer = operator.site.client("brightwater").post("/api/v1/activation", json={"token": link.split("#")[1], **member})
            assert answer.status == 200, answer.text
        account["members"].append(member)
    operator.site.postgres.execute(
        "UPDATE portal.membership s SET permissions = permissions || '{create_work_requests}' FROM portal.member m "
        "WHERE m.account_id = s.account_id AND m.member_id = s.member_id AND m.email = ANY(%s)",
        ([f"{name}@acme.example.com" for name in (*ASKING, "quim.lines", "walk.en", "walk.es")],))
    let_decide(operator.site, [f"{name}@acme.example.com" for name in (*DECIDING, "walk.en", "walk.es")])
    let_see_invoices(operator.site, "walk.%")
    let_see_invoices(operator.site, "quim.lines@%")
    # The demo hides this one from its own people by name.
    operator.site.postgres.execute(
        """INSERT INTO portal.document_hidden_from (account_id, document_id, client_id, membership_id)
           SELECT d.account_id, d.document_id, d.client_id, s.membership_id
           FROM portal.document d JOIN portal.membership s USING (account_id, client_id)
           WHERE d.name = 'CANARY-document-hidden.pdf' ON CONFLICT DO NOTHING""")


def plan_visit_far_down(operator: Operator) -> dict:
    """A visit at the 37th of the forty sites of one client, and the next one there: others of that client come before it."""
    (site_id, name), = operator.site.postgres.execute(
        """WITH site AS (SELECT s.* FROM portal.site s JOIN portal.client c USING (account_id, client_id)
                         WHERE c.name = 'Harbour Hotels Group' ORDER BY s.name OFFSET 36 LIMIT 1),
             visit AS (SELECT j.account_id, j.job_id FROM portal.job j JOIN site ON site.account_id = j.account_id AND site.client_id = j.client_id
                       WHERE j.status = 'scheduled' ORDER BY j.scheduled_at OFFSET 9 LIMIT 1)
           UPDATE portal.job j SET site_id = site.site_id, address = site.address FROM visit, site
           WHERE j.account_id = visit.account_id AND j.job_id = visit.job_id RETURNING j.site_id, site.name""")
    (job_id,), = operator.site.postgres.execute("SELECT job_id::text FROM portal.job WHERE site_id = %s AND status = 'scheduled' ORDER BY scheduled_at LIMIT 1",
                                                (site_id,))
    return {"job_id": job_id, "site": name}


@cache
def feeding_system(site: PrivateSite):
    """The accounting of the demo's account, with a key of its own."""
    key = json.loads(Operator(site).run("key", "create", "--account", "brightwater", "--name", "Accounting", "--scopes", "import", "--json"))["key"]
    system = site.client("brightwater")
    system.headers["Authorization"] = f"Bearer {key}"
    return system


def answer_question(site: PrivateSite, question: dict) -> dict:
    """What a person finds in the mailbox, what time does to links, for which the journeys cannot wait, and what happens behind the pages' backs."""
    if "link_sent_to" in question:
        (message,) = site.postgres.execute("SELECT account_id, message_reference, key_id, payload FROM portal.outbox_message "
                                           "WHERE recipient = %s AND kind = %s AND payload IS NOT NULL ORDER BY outbox_message_id DESC LIMIT 1",
                                           (question["link_sent_to"], question["kind"]))
        url = urlsplit(open_payload(site.keys_file, *message)["url"])
        return {"link": f"{url.path}#{url.fragment}"}
    if "sql" in question:
        return {"rows": site.postgres.execute(question["sql"], question.get("parameters"))}
    if "feed" in question:
        return {"refused": feed(feeding_system(site), question["feed"])}
    if "stop" in question:
        {"postgres": site.postgres, "redis": site.redis}[question["stop"]].stop()
        return {}
    if "start" in question:
        {"postgres": site.postgres, "redis": site.redis}[question["start"]].start()
        return {}
    if "imported" in question:
        # As if another system fed the client with this surname.
        (client_id,), = site.postgres.execute("SELECT client_id FROM portal.client WHERE surname = %s", (question["imported"],))
        for table in ("client", "contact", "site"):
            site.postgres.execute(f"UPDATE portal.{table} SET imported = true WHERE client_id = %s", (client_id,))
        return {}
    site.postgres.execute("UPDATE portal.one_time_token SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' "
                          "WHERE address = %s AND used_at IS NULL", (question["expire_links_of"],))
    return {}


def make_empty_account(operator: Operator, port: int, slug: str = "empty") -> dict:
    url = f"http://{slug}.localhost:{port}"
    operator.run("account", "create", "--slug", slug, "--name", slug.capitalize(), "--time-zone", "Europe/London")
    operator.run("host", "add", "--account", slug, "--host", f"{slug}.localhost", "--origin", url)
    return {"slug": slug, "host": f"{slug}.localhost", "url": url, "members": []}


def add_staff(operator: Operator, account: str, name: str, role: str, first_name: str, *, active: bool = True) -> dict:
    """Somebody of the business, who has come or still has the link."""
    person = {"email": f"{name}@{account}.example.com", "role": role, "password": "nine quiet ladders lean on walls"}
    answer = json.loads(operator.run("staff", "create", "--account", account, "--email", person["email"], "--role", role, "--first-name", first_name, "--json"))
    url = urlsplit(answer["activation_url"])
    if not active:
        return {**person, "link": f"{url.path}#{url.fragment}"}
    answer = operator.site.client(account).post("/api/v1/staff/activation", json={"token": url.fragment, "password": person["password"]})
    assert answer.status == 200, answer.text
    return person


def add_console(operator: Operator, port: int) -> tuple[list[dict], dict]:
    """Staff of the demo's account, with one of their own for each journey that changes somebody; and an account that has no portal yet."""
    people = [("olivia", "owner", "Olivia"), ("max.appears", "manager", "Max"), ("vera.views", "viewer", "Vera"), ("otto.adds", "owner", "Otto"),
              ("walk.en", "owner", "Wanda"), ("walk.es", "owner", "Wanda"), ("sol.settles", "manager", "Sol"),
              ("cleo.clients", "manager", "Cleo"), ("rosa.rows", "manager", "Rosa"), ("ines.invites", "manager", "Ines"), ("mina.many", "manager", "Mina"),
              ("ivan.escribe", "manager", "Ivan"), ("dora.documents", "manager", "Dora"), ("lola.layouts", "manager", "Lola"), ("alba.activity", "manager", "Alba"),
              ("paul.posts", "owner", "Paul"), ("vito.views", "manager", "Vito"), ("rita.requests", "manager", "Rita"), ("rory.requests", "manager", "Rory"),
              ("iris.invoices", "manager", "Iris"), ("quim.records", "manager", "Quim")]
    staff = [add_staff(operator, "brightwater", *person) for person in people]
    starting = make_empty_account(operator, port, "starting")
    starting["staff"] = [add_staff(operator, "starting", "nora.first", "owner", "Nora", active=False)]
    return staff, starting


def guarded_location(folder: Path) -> str:
    """Something beside the portal that the same sign-in opens."""
    page = folder / "guarded" / "plans.html"
    page.parent.mkdir(exist_ok=True)
    page.parent.chmod(0o755)
    page.write_text("<!doctype html><html lang=en><title>Plans</title><h1>Plans of the boiler room</h1>")
    return f"location /plans/ {{ portal_auth required; alias {page.parent}/; default_type text/html; }}"


def make_hostile_account(operator: Operator, port: int) -> dict:
    """An account all of whose texts want to be something else, and all of it visible."""
    account, site = make_empty_account(operator, port, "hostile"), operator.site
    operator.run("portal", "set", "--account", "hostile", "--colour", "#0b6e99")
    key = json.loads(operator.run("key", "create", "--account", "hostile", "--name", "h", "--scopes", "import", "--json"))["key"]
    system = site.client("hostile")
    system.headers["Authorization"] = f"Bearer {key}"
    system.timeout = 120
    texts = hostile()
    feed(system, lines_of_everything(texts))
    for table, columns in (("portal_visible_template", "account_id, job_template_id"), ("portal_visible_field", "account_id, job_field_id")):
        site.postgres.execute(f"INSERT INTO portal.{table} ({columns}) SELECT {columns} FROM portal.{columns.split()[1].removesuffix('_id')} "
                              "WHERE account_id = (SELECT account_id FROM portal.account WHERE slug = 'hostile') ON CONFLICT DO NOTHING")
    ((client,),) = site.postgres.execute("SELECT client_id FROM portal.client WHERE external_id = 'HC-0'")
    document = site.folder / "hostile.txt"
    document.write_text("words")
    for text in texts[:30]:
        if text.isprintable() and "/" not in text and text.strip() == text:
            operator.run("document", "add", "--account", "hostile", "--client", str(client), "--files", str(site.files), "--name", f"{text}.txt", str(document))
    member = {"email": "hal@acme.example.com", "password": "four kettles on a hill"}
    link = operator.invite("hostile", str(client), member["email"])
    answer = site.client("hostile").post("/api/v1/activation", json={"token": link.split("#")[1], **member})
    assert answer.status == 200, answer.text
    site.postgres.execute(
        """INSERT INTO portal.work_request (account_id, client_id, membership_id, asked_by, subject, notes, state, reply)
           SELECT s.account_id, s.client_id, s.membership_id, left(text, 101), left(text, 200), left(text, 4000), 'declined', left(text, 2000)
           FROM portal.membership s, unnest(%s::text[]) text WHERE s.client_id = %s""",
        ([text for text in texts if text.isprintable() and text.strip() == text != ""], client))
    let_see_invoices(site, member["email"])
    return {**account, "members": [member], "staff": [add_staff(operator, "hostile", "hetty", "owner", "<b>Hetty</b>")]}


def main() -> int:
    folder = places.servers_folder("browser-site")
    with PrivateSite(folder / "site", insecure_cookie=False, redis=True, server_extra=guarded_location(folder)) as site, \
            site.make_nginx("strict", insecure_cookie=False, throttle=True) as strict:
        operator = Operator(site)
        add_newcomers(operator)
        port = site.nginx.port
        # The same business on a server that counts tries: on the other one all journeys come from one address.
        guarded = {**site.accounts["brightwater"], "slug": "guarded", "url": f"http://brightwater.localhost:{strict.port}"}
        staff, starting = add_console(operator, port)
        site.accounts["brightwater"]["staff"] = staff
        accounts = [*site.accounts.values(), guarded, make_empty_account(operator, port), starting, make_hostile_account(operator, port)]
        answer = {"url": f"http://127.0.0.1:{port}", "secure_cookie": True, "accounts": accounts, "links": make_links(operator),
                  "far_visit": plan_visit_far_down(operator)}
        print(json.dumps(answer), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer_question(site, json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
