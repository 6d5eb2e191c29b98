"""Everything that members must not see holds a word that begins with CANARY-. Every member of every account asks for
everything, and no such word may come back or stand in a log. Then staff make everything visible, the same requests are sent
again, and now the words must be there: otherwise the first part would prove nothing."""

import json
import random
import re
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from support.site import PrivateSite
from support.truth import Truth
from support.world import Account, Membership, World

WORD = re.compile(r"CANARY-[A-Za-z0-9-]*[A-Za-z0-9]")
SORTS = ("scheduled_at", "-scheduled_at", "number", "-number")
STATES = ("planned", "active", "finished", "cancelled")
SEARCHED = ("template", "description", "reference", "address", "document-invisible", "document-hidden")  # kinds of words that a search finds once they are visible
FOREIGN_JOBS = 15  # that each member tries to open
FILES = 40  # of jobs, likewise, whoever they belong to


@dataclass
class Findings:
    """Of one sweep over all requests."""
    found: dict[str, str] = field(default_factory=dict)  # word, and the request that gave it
    searches_with_hits: list[str] = field(default_factory=list)
    job_pages: int = 0
    documents: int = 0  # whose bytes came
    invoices: int = 0  # the same
    quotes: int = 0  # the same
    files: int = 0
    requests: int = 0


@pytest.fixture(scope="module")
def world(servers):
    with PrivateSite(servers / "canaries") as site:
        world = World(site)
        world.wait_until_served()
        yield world
        world.close()


@pytest.fixture(scope="module")
def words(world) -> set[str]:
    """Every canary in the database, whatever column holds it."""
    tables = [name for name, in world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'portal'")]
    return {word for table in tables for text, in world.rows(f"SELECT t::text FROM portal.{table} t") for word in WORD.findall(text)}


def everybody(world: World) -> list[Membership]:
    for account in (world.matrix, world.elsewhere):
        for client in account.clients:
            if not world.rows("SELECT FROM portal.membership WHERE account_id = %s AND client_id = %s AND state = 'active'", account.account_id, account.clients[client]):
                world.add_member(account, client)
    rows = world.rows("""SELECT a.slug, a.account_id, a.time_zone, c.name, c.client_id, m.member_id, ms.membership_id, ms.permissions
                         FROM portal.membership ms
                         JOIN portal.account a ON a.account_id = ms.account_id
                         JOIN portal.member m ON (m.account_id, m.member_id) = (ms.account_id, ms.member_id)
                         JOIN portal.client c ON (c.account_id, c.client_id) = (ms.account_id, ms.client_id)
                         WHERE ms.state = 'active' AND m.state = 'active'""")
    return [Membership(Account(slug, account_id, zone), client, client_id, member_id, membership_id, tuple(permissions))
            for slug, account_id, zone, client, client_id, member_id, membership_id, permissions in rows]


def kinds_of(words: set[str]) -> list[str]:
    """One word of each kind: they differ by a number only."""
    kinds: dict[str, str] = {}
    for word in sorted(words):
        kinds.setdefault(re.sub(r"[0-9]+", "", word), word)
    return list(kinds.values())


def sweep(world: World, words: set[str]) -> Findings:
    findings = Findings()
    jobs = world.rows("SELECT account_id, client_id, job_id FROM portal.job ORDER BY job_id")
    documents = [document for document, in world.rows("SELECT document_id FROM portal.document ORDER BY document_id")]
    invoices = [invoice for invoice, in world.rows("SELECT invoice_id FROM portal.invoice ORDER BY invoice_id")]
    quotes = [quote for quote, in world.rows("SELECT quote_id FROM portal.quote ORDER BY quote_id")]
    files = world.rows("SELECT job_id, job_file_id FROM portal.job_file ORDER BY job_file_id")
    for who in everybody(world):
        client = world.signed_in(who)

        def ask(path: str):
            answer = client.get("/api/v1" + path)
            findings.requests += 1
            assert answer.status < 500, f"{path}: {answer.text}"
            # As it came, and as a reader of JSON understands it.
            text = answer.body.decode(errors="replace") + "".join(f"{name}: {value}\n" for name, value in answer.headers)
            is_json = answer.status == 200 and answer.header("Content-Type").startswith("application/json")
            text += json.dumps(answer.json(), ensure_ascii=False) if is_json else ""
            for word in WORD.findall(text):
                findings.found.setdefault(word, f"{who.account.slug}, {who.client}: {path}")
            return answer

        for path in ("/portal", "/session", "/sites", "/jobs?counts=true&limit=100", *(f"/jobs?state={state}" for state in STATES),
                     "/invoices?counts=true&limit=100", *(f"/invoices?limit=100&state={kind}" for kind in ("open", "paid", "void")),
                     "/quotes?counts=true&limit=100", *(f"/quotes?limit=100&state={kind}" for kind in ("open", "accepted", "closed"))):
            ask(path)
        for sort in SORTS:
            path = f"/jobs?sort={sort}&limit=30"
            while path:
                answer = ask(path)
                cursor = answer.json().get("next_cursor") if answer.status == 200 else None
                path = cursor and f"/jobs?sort={sort}&limit=30&cursor={cursor}"
        # Without its last letter, so that the question itself is no find.
        for word in kinds_of(words):
            answer = ask(f"/jobs?counts=true&q={quote(word[:-1])}")
            if answer.status == 200 and (answer.json()["items"] or any(answer.json()["counts"].values())):
                findings.searches_with_hits.append(word)
            answer = ask(f"/documents?q={quote(word[:-1])}")
            if answer.status == 200 and answer.json()["items"]:
                findings.searches_with_hits.append(word)
        own = [job for account, owner, job in jobs if (account, owner) == (who.account.account_id, who.client_id)]
        foreign = random.Random(1).sample([job for _, _, job in jobs if job not in own], FOREIGN_JOBS)
        for job in own + foreign:
            findings.job_pages += ask(f"/jobs/{job}").status == 200
        for sort in ("created_at", "-name"):
            ask(f"/documents?limit=100&sort={sort}")
        for document in documents:
            ask(f"/documents/{document}")
            findings.documents += ask(f"/documents/{document}/content").status == 200
        for invoice in invoices:
            ask(f"/invoices/{invoice}")
            findings.invoices += ask(f"/invoices/{invoice}/content").status == 200
        for quote_id in quotes:
            ask(f"/quotes/{quote_id}")
            findings.quotes += ask(f"/quotes/{quote_id}/content").status == 200
        of_own_jobs = [row for row in files if row[0] in own] or files
        for job, file in random.Random(2).choices(files, k=FILES) + random.Random(3).choices(of_own_jobs, k=FILES):
            findings.files += ask(f"/jobs/{job}/files/{file}").status == 200
    return findings


def make_everything_visible(world: World) -> None:
    for table, column in (("template", "job_template"), ("field", "job_field")):
        world.rows(f"""INSERT INTO portal.portal_visible_{table} (account_id, {column}_id)
                       SELECT account_id, {column}_id FROM portal.{column} JOIN portal.portal USING (account_id) ON CONFLICT DO NOTHING""")
    world.rows("UPDATE portal.membership SET permissions = '{view_job_status,view_completed_jobs,view_documents,view_invoices,accept_quotes}'")
    world.rows("UPDATE portal.document SET is_visible = true")
    world.rows("DELETE FROM portal.document_hidden_from")
    world.rows("UPDATE portal.invoice SET is_visible = true")
    world.rows("UPDATE portal.quote SET is_visible = true")


def what_is_visible(world: World) -> set[str]:
    truths = [Truth(world, who) for who in everybody(world)]
    return {word for truth in truths for shown in (*map(truth.page, truth.jobs()), truth.documents(), truth.invoices(), truth.quotes())
            for word in WORD.findall(json.dumps(shown, ensure_ascii=False))}


def test_nothing_hidden_is_found_until_it_is_made_visible(world, words):
    hidden = sweep(world, words)
    assert hidden.job_pages > 100 and hidden.requests > 1000 and hidden.documents > 20 and hidden.invoices > 5 and hidden.quotes > 5 and hidden.files > 20, "hardly anything was asked"
    assert not hidden.found, f"seen by members: {hidden.found}"
    assert not hidden.searches_with_hits, f"found by searching for it: {hidden.searches_with_hits}"
    logs = world.site.nginx.error_log.read_text(errors="replace") + world.site.nginx.access_log.read_text(errors="replace")
    assert not WORD.findall(re.sub(r'request: "[^"]*"', "", logs)), "in the logs"

    make_everything_visible(world)
    expected = what_is_visible(world)
    for kind in ("template", "description", "custom-text", "custom-link", "report-text", "report-link", "file", "label", "option", "note",
                 "external", "reference", "address", "document-invisible", "document-hidden", "invoice-invisible", "quote-invisible", "quote-reason", "field-alarm-code", "field-internal-remarks"):
        assert any(f"-{kind}-" in word for word in expected), f"nothing of the kind '{kind}' is there to be found"

    visible = sweep(world, {word for word in expected if any(f"-{kind}-" in word for kind in SEARCHED)})
    assert not expected - set(visible.found), f"not found though visible: {sorted(expected - set(visible.found))[:20]}"
    for kind in SEARCHED:
        assert any(f"-{kind}-" in word for word in visible.searches_with_hits), f"a search does not find what is visible: {kind}"
    # What no switch makes visible.
    assert not [word for word in visible.found if "-deleted-" in word or "-unfinished-" in word or "-no-field-" in word or "-phone-" in word]
