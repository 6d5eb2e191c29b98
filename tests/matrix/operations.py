"""The rows of the matrix: for every operation, what each principal gets for each class of id. An operation of the route
table or of docs/openapi.yaml that has no entry in CELLS fails test_coverage.py."""

import secrets
from datetime import datetime, timedelta, timezone

from support.truth import STATE_OF, Truth, portal_answer, rfc3339
from support.world import COOKIE, DEFAULT_PERMISSIONS, LOGO, Account, Membership, World

from cells import Cell
from principals import Principal

PASSWORD = "purple teapots on the moon"
MALFORMED_IDS = ("abc", "0", "-1", "01", "1e3", "9223372036854775808", "1%201")


def random_id() -> int:
    return 10**15 + secrets.randbelow(10**15)


def other_client(principal: Principal) -> str:
    return "Two" if principal.acting is None or principal.acting.client == "One" else "One"


class Surroundings:
    """What the rows need besides the world: logins with a password, cursors of others."""

    def __init__(self, world: World):
        self.world = world
        self.logins = {account.slug: self._make_login(account) for account in (world.matrix, world.elsewhere)}
        self.colleague = {account.slug: {name: world.add_member(account, name, (*DEFAULT_PERMISSIONS, "create_work_requests")) for name in account.clients}
                          for account in (world.matrix, world.elsewhere)}
        self.requests = {slug: {name: self._make_requests(who) for name, who in colleagues.items()} for slug, colleagues in self.colleague.items()}
        self.removed = world.email_of(world.add_member(world.matrix, "One", state="removed", membership_state="ended"))
        self.invited = {account.slug: world.email_of(world.add_invitation(account, "One")[1]) for account in (world.matrix, world.elsewhere)}

    def _make_login(self, account: Account) -> Membership:
        token, who = self.world.add_invitation(account, "One")
        answer = self.world.client(account).post("/api/v1/activation", json={"token": token, "email": self.world.email_of(who), "password": PASSWORD})
        assert answer.status == 200, answer.text
        return who

    def _make_requests(self, who: Membership) -> dict[str, int]:
        """One in each state, of which one names a job that some members see and one a job that nobody sees."""
        jobs, site = who.account.jobs[who.client], who.account.sites[who.client][0]
        more = {"acknowledged": {"site_id": site, "notes": "Two\nlines"}, "scheduled": {"job_id": jobs["scheduled"], "reply": "On Friday."},
                "completed": {"job_id": jobs["hidden template, finished"]}, "declined": {"reply": "We cannot."}, "submitted": {"preferred_date": "2027-02-03", "preferred_time": "09:30"}}
        return {state: self.world.add_request(who, f"{state} of {who.client} at {who.account.slug}", age_hours=30 + turn, state=state, **more.get(state, {}))
                for turn, state in enumerate(("submitted", "acknowledged", "scheduled", "completed", "declined", "cancelled"))}

    def other_account(self, account: Account) -> Account:
        return self.world.elsewhere if account is self.world.matrix else self.world.matrix

    def cursor_of(self, who: Membership) -> str:
        answer = self.world.signed_in(who).get("/api/v1/jobs?limit=1")
        return answer.json()["next_cursor"]


def get_portal(around: Surroundings, principal: Principal) -> list[Cell]:
    return [Cell("own", "GET", "/portal", 200, body=portal_answer(around.world, principal.account.slug)),
            Cell("account without a portal", "GET", "/portal", 404, "no_portal", host=around.world.bare.host)]


def get_health(around: Surroundings, principal: Principal) -> list[Cell]:
    return [Cell("alive", "GET", "//healthz", 200, body={"status": "ok"})]


def get_readiness(around: Surroundings, principal: Principal) -> list[Cell]:
    # What it says of Redis decides nothing, and may change at any moment.
    return [Cell("ready", "GET", "//readyz", 200, then=lambda answer, _: "" if answer.json()["status"] == "ready" else "says otherwise")]


def get_session(around: Surroundings, principal: Principal) -> list[Cell]:
    if principal.acting is None:
        return [Cell("own", "GET", "/session", 401, "not_signed_in")]
    return [Cell("own", "GET", "/session", 200, body=Truth(around.world, principal.acting).session())]


def sign_in(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    login = around.logins[account.slug]

    def with_email(name: str, email: str, password: str = PASSWORD) -> Cell:
        return Cell(name, "POST", "/session", 401, "invalid_credentials", json={"email": email, "password": password}, alike="refused")
    return [
        Cell("right", "POST", "/session", 200, json={"email": world.email_of(login), "password": PASSWORD}, body=Truth(world, login).session()),
        with_email("unknown", "nobody@example.com"),
        with_email("wrong password", world.email_of(login), "another password altogether"),
        with_email("invited", around.invited[account.slug]),
        with_email("removed", around.removed),
        with_email("of the other account", world.email_of(around.logins[around.other_account(account).slug])),
        with_email("no address", "nobody"),
    ]


def sign_out(around: Surroundings, principal: Principal) -> list[Cell]:
    def is_out(answer, client) -> str | None:
        # With the cookie that the request had: forgetting it is the browser's part.
        for cookie in (client.cookies.get(COOKIE), sent.get("cookie")):
            client.cookies = {COOKIE: cookie} if cookie else {}
            if client.get("/api/v1/session").status != 401:
                return "somebody is still signed in"
        return None if not answer.body else "there is a body"
    sent: dict[str, str] = {}
    headers = None
    if principal.acting:
        sent["cookie"] = around.world.open_session(principal.acting)
        headers = {"Cookie": f"{COOKIE}={sent['cookie']}"}
    return [Cell("own", "DELETE", "/session", 204, headers=headers, then=is_out)]


def switch_membership(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    colleague = around.colleague[account.slug][other_client(principal)]
    stranger = around.colleague[around.other_account(account).slug]["One"]

    def to(name: str, membership_id, **expected) -> Cell:
        expected = expected if principal.acting else {"status": 401, "code": "not_signed_in"}
        return Cell(name, "PUT", "/session/membership", json={"membership_id": str(membership_id)}, **expected)
    missing = {"status": 404, "code": "not_found", "alike": "missing"}
    ended = None
    cells = []
    if principal.acting:
        rows = world.rows("SELECT membership_id FROM portal.membership WHERE account_id = %s AND member_id = %s AND state = 'active'",
                          account.account_id, principal.acting.member_id)
        for (own,) in rows:
            cells.append(to(f"own {own}", own, status=200, body=Truth(world, principal.acting).session(own)))
        ended = world.add_member(account, "One", member_id=principal.acting.member_id, membership_state="ended").membership_id
    return [*cells, to("random", random_id(), **missing), to("own, ended", ended or random_id(), **missing),
            to("of somebody else", colleague.membership_id, **missing), to("of the other account", stranger.membership_id, **missing),
            to("malformed", "one", status=400, code="invalid_field")]


def list_sessions(around: Surroundings, principal: Principal) -> list[Cell]:
    if principal.acting is None:
        return [Cell("mine", "GET", "/sessions", 401, "not_signed_in", alike="refused")]
    world, who = around.world, principal.acting
    cookie = world.open_session(who, user_agent="Mozilla/5.0")

    def are_mine(answer, client) -> str | None:
        told = answer.json()["items"]
        rows = world.rows("""SELECT s.session_id, s.user_agent, s.created_at FROM portal.session s JOIN portal.membership m USING (account_id, membership_id)
                             WHERE s.account_id = %s AND s.member_id = %s AND s.ended_at IS NULL AND s.expires_at > now() AND m.state = 'active'
                             AND s.last_used_at > now() - interval '14 days'""", who.account.account_id, who.member_id)
        if {(str(number), agent, rfc3339(created)) for number, agent, created in rows} != {(each["id"], each["user_agent"], each["created_at"])
                                                                                          for each in told}:
            return f"other sessions than {rows}"
        current = [each["user_agent"] for each in told if each["current"]]
        return None if current == ["Mozilla/5.0"] else f"current is {current}"
    cells = [Cell("mine", "GET", "/sessions", 200, headers={"Cookie": f"{COOKIE}={cookie}"}, then=are_mine)]
    return [*cells, *with_membership_shown(around, principal, "/sessions", None)]


def end_session(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    colleague = around.colleague[account.slug][principal.acting.client if principal.acting else "One"]
    stranger = around.colleague[around.other_account(account).slug]["One"]
    now = datetime.now(timezone.utc)

    def session(who: Membership, **columns) -> tuple[int, str]:
        cookie = world.open_session(who, **columns)
        (number,), = world.rows("SELECT max(session_id) FROM portal.session WHERE account_id = %s AND member_id = %s", who.account.account_id, who.member_id)
        return number, cookie

    def is_over(cookie: str):
        return lambda answer, client: (None if world.client(account, cookie).get("/api/v1/session").status == 401 and not answer.body
                                       else "the session is still good, or there is a body")

    def is_good(who: Membership, cookie: str):
        return lambda answer, client: None if world.client(who.account, cookie).get("/api/v1/session").status == 200 else "somebody was signed out"

    def end(name: str, number, **expected) -> Cell:
        expected = expected if principal.acting else {"status": 401, "code": "not_signed_in"}
        return Cell(name, "DELETE", f"/sessions/{number}", **expected)
    missing = {"status": 404, "code": "not_found", "alike": "missing"}
    cells = [end("random", random_id(), **missing)]
    for name, who in (("of a colleague", colleague), ("of the other account", stranger)):
        number, cookie = session(who)
        cells.append(end(name, number, **missing, then=is_good(who, cookie)))
    cells.append(end("malformed", "one", status=400, code="invalid_field"))
    if principal.acting:
        number, cookie = session(principal.acting)
        cells += [end("own", number, status=204, then=is_over(cookie)), end("own, again", number, **missing)]
        cells.append(end("own, ended", session(principal.acting, ended_at=now)[0], **missing))
        number, cookie = session(principal.acting)
        cells.append(Cell("the one that asks", "DELETE", f"/sessions/{number}", 204, headers={"Cookie": f"{COOKIE}={cookie}"}, then=is_over(cookie)))
    return cells


def activation_tokens(around: Surroundings, principal: Principal) -> list[tuple[str, str, int, str, str | None]]:
    """Every class of token that opens nothing: name, token, status, code, and what it must be like."""
    world, account, now = around.world, principal.account, datetime.now(timezone.utc)

    def token(**columns) -> str:
        return world.add_invitation(account, "One", **columns)[0]
    past = {"created_at": now - timedelta(days=9), "expires_at": now - timedelta(days=2)}
    return [
        ("random", secrets.token_urlsafe(32), 404, "token_unknown", "unknown"),
        ("of the other account", world.add_invitation(around.other_account(account), "One")[0], 404, "token_unknown", "unknown"),
        ("malformed", "!", 404, "token_unknown", "unknown"),
        ("used", token(used_at=now), 410, "activation_used", None),
        ("expired", token(**past), 410, "activation_expired", None),
        ("replaced", token(revoked_at=now, revoked_reason="replaced"), 410, "activation_replaced", None),
        ("cancelled", token(revoked_at=now, revoked_reason="cancelled"), 410, "activation_cancelled", None),
    ]


def look_up_activation(around: Surroundings, principal: Principal) -> list[Cell]:
    world = around.world
    token, who = world.add_invitation(principal.account, "Two")
    (name, expires_at), = world.rows(
        """SELECT c.name, t.expires_at FROM portal.one_time_token t JOIN portal.client c ON c.account_id = t.account_id AND c.client_id = %s
           WHERE t.account_id = %s AND t.member_id = %s""", who.client_id, who.account.account_id, who.member_id)
    valid = {"client": {"name": name}, "email": world.email_of(who), "expires_at": rfc3339(expires_at), "has_login": False}
    return [Cell("valid", "POST", "/activation/lookup", 200, json={"token": token}, body=valid),
            Cell("valid, again", "POST", "/activation/lookup", 200, json={"token": token}, body=valid),
            *(Cell(kind, "POST", "/activation/lookup", status, code, json={"token": wrong}, alike=alike)
              for kind, wrong, status, code, alike in activation_tokens(around, principal))]


def activate(around: Surroundings, principal: Principal) -> list[Cell]:
    world = around.world
    token, who = world.add_invitation(principal.account, "Two")
    email = world.email_of(who)

    def is_signed_in(answer, client) -> str | None:
        return None if answer.json() == client.get("/api/v1/session").json() else "the new session is another"

    def is_the_new_member(answer, client) -> str | None:
        body = answer.json()
        expected = Truth(world, who).session()
        if body != {**expected, "membership": {**expected["membership"], "permissions": body["membership"]["permissions"]}}:
            return f"body {body} instead of {expected}"
        return is_signed_in(answer, client)
    return [*(Cell(kind, "POST", "/activation", status, code, json={"token": wrong, "email": "new@example.com", "password": PASSWORD}, alike=alike)
              for kind, wrong, status, code, alike in activation_tokens(around, principal)),
            Cell("valid", "POST", "/activation", 200, json={"token": token, "email": email, "password": PASSWORD}, then=is_the_new_member),
            Cell("valid, again", "POST", "/activation", 410, "activation_used", json={"token": token, "email": email, "password": PASSWORD})]


def request_password_reset(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    other = around.logins[around.other_account(account).slug]
    emails = {"known": world.email_of(around.logins[account.slug]), "unknown": "nobody@example.com", "invited": around.invited[account.slug],
              "removed": around.removed, "of the other account": world.email_of(other), "no address": "nobody"}

    def is_silent(answer, client) -> str | None:
        return "there is a body" if answer.body else None
    return [Cell(name, "POST", "/password-reset", 202, json={"email": email}, then=is_silent, alike="accepted") for name, email in emails.items()]


def password_tokens(around: Surroundings, principal: Principal, purpose: str) -> list[tuple[str, str, int, str, str | None]]:
    """Every class of token that does nothing: name, token, status, code, and what it must be like."""
    world, account, now = around.world, principal.account, datetime.now(timezone.utc)
    past = {"created_at": now - timedelta(hours=9), "expires_at": now - timedelta(hours=2)}

    def token(of: Account = account, **columns) -> str:
        return world.add_link(world.add_member(of, "One"), **{"purpose": purpose, **columns})
    return [
        ("random", secrets.token_urlsafe(32), 404, "token_unknown", "unknown"),
        ("of the other account", token(around.other_account(account)), 404, "token_unknown", "unknown"),
        ("malformed", "!", 404, "token_unknown", "unknown"),
        ("for another purpose", world.add_invitation(account, "One")[0], 404, "token_unknown", "unknown"),
        ("used", token(used_at=now), 410, "link_used", None),
        ("expired", token(**past), 410, "link_expired", None),
        ("replaced", token(revoked_at=now, revoked_reason="replaced"), 410, "link_replaced", None),
    ]


def reset_password(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = world.add_member(account, "One")
    token = world.add_link(who, purpose="password_reset")

    def is_the_login(answer, client) -> str | None:
        signed_in = world.client(account).post("/api/v1/session", json={"email": world.email_of(who), "password": PASSWORD})
        return None if signed_in.status == 200 else "the new password is not the login"
    return [*(Cell(kind, "POST", "/password", status, code, json={"token": wrong, "password": PASSWORD}, alike=alike)
              for kind, wrong, status, code, alike in password_tokens(around, principal, "password_reset")),
            Cell("valid", "POST", "/password", 204, json={"token": token, "password": PASSWORD}, then=is_the_login),
            Cell("valid, again", "POST", "/password", 410, "link_used", json={"token": token, "password": PASSWORD})]


def confirm_email(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    who = world.add_member(account, "One")
    address = f"new.{world.email_of(who)}"
    token = world.add_link(who, purpose="email_change", address=address)

    def is_the_login(answer, client) -> str | None:
        return None if world.email_of(who) == address else "the address is not the login"
    taken = world.add_link(world.add_member(account, "One"), purpose="email_change", address=world.email_of(around.logins[account.slug]))
    return [*(Cell(kind, "POST", "/email/confirm", status, code, json={"token": wrong}, alike=alike)
              for kind, wrong, status, code, alike in password_tokens(around, principal, "email_change")),
            Cell("valid", "POST", "/email/confirm", 204, json={"token": token}, then=is_the_login),
            Cell("valid, again", "POST", "/email/confirm", 410, "link_used", json={"token": token}),
            Cell("of an address that somebody has", "POST", "/email/confirm", 409, "conflict", json={"token": taken})]


def resend_activation(around: Surroundings, principal: Principal) -> list[Cell]:
    world = around.world
    now = datetime.now(timezone.utc)
    expired, who = world.add_invitation(principal.account, "One", created_at=now - timedelta(days=9), expires_at=now - timedelta(days=2))

    def is_sent(count: int):
        def look(answer, client) -> str | None:
            ((sent,),) = world.rows("SELECT count(*) FROM portal.outbox_message WHERE account_id = %s AND member_id = %s",
                                    who.account.account_id, who.member_id)
            return None if sent == count and not answer.body else f"{sent} messages instead of {count}"
        return look
    return [*(Cell(kind, "POST", "/activation/resend", 202, json={"token": token}, then=is_sent(0), alike="accepted")
              for kind, token, *_ in activation_tokens(around, principal)),
            Cell("expired, of somebody who waits", "POST", "/activation/resend", 202, json={"token": expired}, then=is_sent(1), alike="accepted"),
            Cell("replaced by it", "POST", "/activation/resend", 202, json={"token": expired}, then=is_sent(1), alike="accepted")]


def change_password(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    right = {"current_password": PASSWORD, "password": "seven tall green lamps"}
    if principal.acting is None:
        return [Cell("right", "POST", "/me/password", 401, "not_signed_in", json=right)]
    # The acting member gets the password of somebody who chose one.
    world.rows("""UPDATE portal.member m SET password_hash = l.password_hash FROM portal.member l
                  WHERE l.account_id = %s AND l.member_id = %s AND m.account_id = %s AND m.member_id = %s""",
               account.account_id, around.logins[account.slug].member_id, account.account_id, principal.acting.member_id)
    session = Truth(world, principal.acting).session()
    return [Cell("wrong", "POST", "/me/password", 400, "invalid_field", json={**right, "current_password": "another one"}),
            Cell("right", "POST", "/me/password", 200, json=right, body=session),
            Cell("right, again", "POST", "/me/password", 400, "invalid_field", json=right)]


def update_me(around: Surroundings, principal: Principal) -> list[Cell]:
    if principal.acting is None:
        return [Cell("nothing", "PATCH", "/me", 401, "not_signed_in", json={})]
    session = Truth(around.world, principal.acting).session()
    changed = {**session, "member": {**session["member"], "first_name": "Robin", "language": "es"}}
    return [Cell("name and language", "PATCH", "/me", 200, json={"first_name": "Robin", "language": "es"}, body=changed),
            Cell("nothing", "PATCH", "/me", 200, json={}, body=changed),
            Cell("of somebody else", "PATCH", "/me", 400, "invalid_field", json={"member_id": str(around.logins[principal.account.slug].member_id)})]


def with_membership_shown(around: Surroundings, principal: Principal, path: str, body: object, status: int = 200, code: str | None = None) -> list[Cell]:
    """The header Portal-Membership with every class of id: only the acting one gives the answer."""
    colleague = around.colleague[principal.account.slug][other_client(principal)]
    stranger = around.colleague[around.other_account(principal.account).slug]["One"]

    def shown(name: str, value, **expected) -> Cell:
        return Cell(f"{path}, page shows membership {name}", "GET", path, headers={"Portal-Membership": str(value)}, **expected)
    changed = {"status": 409, "code": "membership_changed", "alike": f"{path} changed"}
    return [shown("acting", principal.acting.membership_id, status=status, code=code, body=body), shown("random", random_id(), **changed),
            shown("of somebody else", colleague.membership_id, **changed), shown("of the other account", stranger.membership_id, **changed),
            shown("malformed", "x", **changed)]


def open_stream(around: Surroundings, principal: Principal) -> list[Cell]:
    def begins(answer, _) -> str | None:
        return None if answer.text == "retry: 2000\n\nevent: resync\ndata: {}\n\n" else f"begins otherwise: {answer.text}"
    if principal.acting is None:
        return [Cell("own", "GET", "/stream", 401, "not_signed_in")]
    return [Cell("own", "GET", "/stream", 200, then=begins), Cell("parameter", "GET", "/stream?job=1", 400, "unknown_parameter")]


def list_sites(around: Surroundings, principal: Principal) -> list[Cell]:
    if principal.acting is None:
        return [Cell("all", "GET", "/sites", 401, "not_signed_in")]
    sites = Truth(around.world, principal.acting).sites()
    return [Cell("all", "GET", "/sites", 200, body=sites), *with_membership_shown(around, principal, "/sites", sites)]


def list_jobs(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    paths = {"all": "/jobs", **{f"state {state}": f"/jobs?state={state}" for state in sorted(set(STATE_OF.values()))},
             "site of its own": f"/jobs?site={account.sites[principal.acting.client if principal.acting else 'One'][0]}",
             "site random": f"/jobs?site={random_id()}",
             "site of the other client": f"/jobs?site={account.sites[other_client(principal)][0]}",
             "site of the other account": f"/jobs?site={around.other_account(account).sites['One'][0]}",
             "site malformed": "/jobs?site=abc",
             "cursor random": f"/jobs?limit=1&cursor={secrets.token_urlsafe(30)}",
             "cursor of a colleague": f"/jobs?limit=1&cursor={around.cursor_of(around.colleague[account.slug]['One'])}",
             "cursor of the other client": f"/jobs?limit=1&cursor={around.cursor_of(around.colleague[account.slug]['Two'])}",
             "cursor of the other account": f"/jobs?limit=1&cursor={around.cursor_of(around.colleague[around.other_account(account).slug]['One'])}"}
    if principal.acting is None:
        return [Cell(name, "GET", path, 401, "not_signed_in", alike="refused") for name, path in paths.items()]
    if not principal.may_see_jobs():
        cells = [Cell(name, "GET", path, 403, "permission_required", alike="refused") for name, path in paths.items()]
        return [*cells, *with_membership_shown(around, principal, "/jobs", None, 403, "permission_required")]

    truth = Truth(world, principal.acting)

    def page(items: list) -> dict:
        return {"items": items, "next_cursor": None}
    cells = [Cell("all", "GET", paths["all"], 200, body=page(truth.listed()))]
    for state in set(STATE_OF.values()):
        path = paths[f"state {state}"]
        cells.append(Cell(f"state {state}", "GET", path, 200, body=page(truth.listed(state=state))) if truth.may_see(state)
                     else Cell(f"state {state}", "GET", path, 403, "permission_required", alike="forbidden state"))
    own_site = account.sites[principal.acting.client][0]
    cells.append(Cell("site of its own", "GET", paths["site of its own"], 200, body=page(truth.listed(site=own_site))))
    cells += [Cell(name, "GET", paths[name], 200, body=page([]), alike="no such site")
              for name in ("site random", "site of the other client", "site of the other account")]
    cells.append(Cell("site malformed", "GET", paths["site malformed"], 400, "invalid_field"))
    cells += [Cell(name, "GET", path, 400, "invalid_cursor", alike="no such cursor") for name, path in paths.items() if name.startswith("cursor")]
    # A page of one and the one after it.
    listed = truth.listed()
    cursor = around.cursor_of(principal.acting)
    cells.append(Cell("cursor of its own", "GET", f"/jobs?limit=100&cursor={cursor}", 200, body=page(listed[1:])))
    cells.append(Cell("counts", "GET", "/jobs?counts=true", 200, body={**page(listed), "counts": truth.counts()}))
    return [*cells, *with_membership_shown(around, principal, "/jobs", page(listed))]


def jobs_asked_for(around: Surroundings, principal: Principal) -> list[tuple[str, int]]:
    """Every job that there is of the own client and of others, and one that never was; whoever is on the way to one can be followed."""
    send_workers_out(around.world)
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    foreign = {"random": random_id(), **{f"of the other client, {what}": job for what, job in account.jobs[other_client(principal)].items()},
               **{f"of the other account, {what}": job for what, job in around.other_account(account).jobs["One"].items()}}
    return [*foreign.items(), *((f"own, {what}", job) for what, job in account.jobs[client].items())]


def get_job(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    truth = Truth(around.world, principal.acting) if principal.acting else None
    cells = []
    for name, job_id in jobs_asked_for(around, principal):
        if truth is None:
            cells.append(Cell(name, "GET", f"/jobs/{job_id}", 401, "not_signed_in", alike="refused"))
        elif (body := truth.job(job_id)) is not None:
            cells.append(Cell(name, "GET", f"/jobs/{job_id}", 200, body=body))
        else:
            cells.append(Cell(name, "GET", f"/jobs/{job_id}", 404, "not_found", alike="missing"))
    for malformed in MALFORMED_IDS:
        if truth is None:
            expected = {"status": 401, "code": "not_signed_in", "alike": "refused"}
        elif not principal.may_see_jobs():
            expected = {"status": 404, "code": "not_found", "alike": "missing"}
        else:
            expected = {"status": 400, "code": "invalid_field", "alike": "malformed"}
        cells.append(Cell(f"malformed {malformed}", "GET", f"/jobs/{malformed}", **expected))
    if truth:
        own = account.jobs[client]["cancelled"]
        body = truth.job(own)
        cells += with_membership_shown(around, principal, f"/jobs/{own}", body, *(() if body else (404, "not_found")))
    return cells


def get_job_calendar(around: Surroundings, principal: Principal) -> list[Cell]:
    truth = Truth(around.world, principal.acting) if principal.acting else None
    cells = []
    for name, job_id in jobs_asked_for(around, principal):
        path = f"/jobs/{job_id}/calendar"
        if truth is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif (job := truth.job(job_id)) is not None and job["scheduled_at"]:
            said = (f"\r\nUID:job-{job_id}@", f"\r\nSUMMARY:{job['template']['name']}\r\n", f"/jobs/{job_id}\r\n")
            cells.append(Cell(name, "GET", path, 200, then=lambda answer, _, said=said: next((f"does not say {part!r}" for part in said if part not in answer.text), None)))
        else:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
    return [*cells, *malformed(principal, bool(principal.acting) and principal.may_see_jobs(), "/jobs/{}/calendar")]


def send_workers_out(world: World) -> None:
    """Everybody stands where the jobs are to which somebody is on the way."""
    for each in (world.matrix, world.elsewhere):
        world.rows("UPDATE portal.portal SET shows_position = true WHERE account_id = %s AND NOT shows_position", each.account_id)
        world.rows("UPDATE portal.job SET latitude = 53.8, longitude = -1.5 WHERE account_id = %s AND status = 'en_route' AND latitude IS NULL", each.account_id)
        world.rows("""INSERT INTO portal.worker_position (account_id, worker_id, latitude, longitude, accuracy_metres, recorded_at)
                      SELECT account_id, worker_id, 53.8, -1.5, 12, date_trunc('second', now()) FROM portal.worker WHERE account_id = %s
                      ON CONFLICT (account_id, worker_id) DO UPDATE SET recorded_at = excluded.recorded_at""", each.account_id)


def position_of(around: Surroundings, job_id: int) -> dict:
    """Where it is known; the statement is not asked."""
    rows = around.world.rows("""SELECT p.latitude, p.longitude, p.accuracy_metres, p.recorded_at, j.latitude, j.longitude FROM portal.job j
                                JOIN portal.portal s USING (account_id) JOIN portal.worker_position p USING (account_id, worker_id)
                                WHERE j.job_id = %s AND j.status = 'en_route' AND s.shows_position""", job_id)
    if not rows:
        return {"position": None, "job": None, "distance_metres": None}
    ((latitude, longitude, accuracy, recorded_at, *place),) = rows
    assert (latitude, longitude) == tuple(place)
    return {"position": {"latitude": latitude, "longitude": longitude, "accuracy_metres": accuracy, "recorded_at": rfc3339(recorded_at)},
            "job": {"latitude": latitude, "longitude": longitude}, "distance_metres": 0}


def tells_position(around: Surroundings, job_id: int):
    """Looked up once the answer is there: the rows of other cells send workers out anew."""
    def tells(answer, _) -> str | None:
        expected, told = position_of(around, job_id), answer.json()
        (told["position"] or {}).pop("age_seconds", None)
        return None if told == expected else f"{told} instead of {expected}"
    return tells


def get_job_position(around: Surroundings, principal: Principal) -> list[Cell]:
    world = around.world
    shown = set()
    truth = Truth(world, principal.acting) if principal.acting else None
    cells = []
    for name, job_id in jobs_asked_for(around, principal):
        path = f"/jobs/{job_id}/position"
        if truth is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif truth.job(job_id) is not None:
            shown.add(position_of(around, job_id)["distance_metres"])
            cells.append(Cell(name, "GET", path, 200, then=tells_position(around, job_id)))
        else:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
    assert truth is None or not truth.may_see("active") or shown == {None, 0}
    return cells


def get_portal_logo(around: Surroundings, principal: Principal) -> list[Cell]:
    logo = LOGO + principal.account.slug.encode()
    return [Cell("own", "GET", "/portal/logo", 200, content=logo, cache_control="no-cache"),
            Cell("account without a portal", "GET", "/portal/logo", 404, "not_found", host=around.world.bare.host)]


def malformed(principal: Principal, may_see: bool, path: str) -> list[Cell]:
    """Ids that are none, in the place of {} in the path."""
    if principal.acting is None:
        expected = {"status": 401, "code": "not_signed_in", "alike": "refused"}
    elif not may_see:
        expected = {"status": 404, "code": "not_found", "alike": "missing"}
    else:
        expected = {"status": 400, "code": "invalid_field", "alike": f"malformed in {path}"}
    return [Cell(f"malformed {wrong} in {path}", "GET", path.format(wrong), **expected) for wrong in MALFORMED_IDS]


def get_job_file(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    client = principal.acting.client if principal.acting else "One"
    truth = Truth(world, principal.acting) if principal.acting else None
    own = account.jobs[client]
    asked = {**{f"own, {what}": own[what] for what in ("finished", "scheduled", "hidden template, finished", "deleted")},
             "of the other client": account.jobs[other_client(principal)]["finished"],
             "of the other account": around.other_account(account).jobs["One"]["finished"]}
    cells = []

    def ask(name: str, job_id: int, file_id, shown: set[str]) -> None:
        path = f"/jobs/{job_id}/files/{file_id}"
        if truth is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif str(file_id) in shown:
            cells.append(Cell(name, "GET", path, 200, content=truth.content("job_file", file_id)))
        else:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
    for what, job_id in asked.items():
        shown = {file["id"] for file in truth.files(job_id)} if truth else set()
        rows = world.rows("SELECT job_file_id FROM portal.job_file WHERE job_id = %s ORDER BY job_file_id", job_id)
        for (file_id,) in rows if what == "own, finished" else rows[::4]:
            ask(f"{what}, file {file_id}", job_id, file_id, shown)
    (of_another,), = world.rows("SELECT max(job_file_id) FROM portal.job_file WHERE job_id = %s", own["scheduled"])
    ask("a file of another job of its own", own["finished"], of_another, set())
    ask("random", own["finished"], random_id(), set())
    ask("of a random job", random_id(), of_another, set())
    may_see = bool(principal.acting) and principal.may_see_jobs()
    return [*cells, *malformed(principal, may_see, f"/jobs/{{}}/files/{of_another}"), *malformed(principal, may_see, f"/jobs/{own['finished']}/files/{{}}")]


def list_documents(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account

    def cursor_of(who: Membership) -> str:
        return world.signed_in(who).get("/api/v1/documents?limit=1").json()["next_cursor"]
    stranger = around.colleague[around.other_account(account).slug]["One"]
    foreign = {"cursor random": secrets.token_urlsafe(30), "cursor of a colleague": cursor_of(around.colleague[account.slug]["One"]),
               "cursor of the other client": cursor_of(around.colleague[account.slug]["Two"]), "cursor of the other account": cursor_of(stranger)}
    paths = {"all": "/documents", **{f"sort {sort}": f"/documents?sort={sort}" for sort in ("created_at", "-created_at", "name", "-name")},
             "search": "/documents?q=ANNEX", "search for nothing": "/documents?q=zebra",
             **{name: f"/documents?limit=1&cursor={cursor}" for name, cursor in foreign.items()}}
    if principal.acting is None:
        return [Cell(name, "GET", path, 401, "not_signed_in", alike="refused") for name, path in paths.items()]
    if not principal.may_see_documents():
        cells = [Cell(name, "GET", path, 403, "permission_required", alike="refused") for name, path in paths.items()]
        return [*cells, *with_membership_shown(around, principal, "/documents", None, 403, "permission_required")]
    truth = Truth(world, principal.acting)

    def page(**filters) -> dict:
        return {"items": truth.documents(**filters), "next_cursor": None}
    cells = [Cell("all", "GET", paths["all"], 200, body=page()), Cell("search", "GET", paths["search"], 200, body=page(q="annex")),
             Cell("search for nothing", "GET", paths["search for nothing"], 200, body=page(q="zebra"))]
    cells += [Cell(name, "GET", path, 200, body=page(sort=name.removeprefix("sort "))) for name, path in paths.items() if name.startswith("sort")]
    cells += [Cell(name, "GET", paths[name], 400, "invalid_cursor", alike="no such cursor") for name in foreign]
    rest = {"items": truth.documents()[1:], "next_cursor": None}
    cells.append(Cell("cursor of its own", "GET", f"/documents?limit=100&cursor={cursor_of(principal.acting)}", 200, body=rest))
    return [*cells, *with_membership_shown(around, principal, "/documents", page())]


def one_document(around: Surroundings, principal: Principal, suffix: str) -> list[Cell]:
    account = principal.account
    client = principal.acting.client if principal.acting else "One"
    truth = Truth(around.world, principal.acting) if principal.acting else None
    shown = {int(item["id"]): item for item in truth.documents()} if truth else {}
    asked = {**{f"own, {what}": document for what, document in account.documents[client].items()}, "random": random_id(),
             **{f"of the other client, {what}": document for what, document in account.documents[other_client(principal)].items()},
             **{f"of the other account, {what}": document for what, document in around.other_account(account).documents["One"].items()}}
    cells = []
    for name, document_id in asked.items():
        path = f"/documents/{document_id}{suffix}"
        if truth is None:
            cells.append(Cell(name, "GET", path, 401, "not_signed_in", alike="refused"))
        elif document_id not in shown:
            cells.append(Cell(name, "GET", path, 404, "not_found", alike="missing"))
        elif suffix:
            cells.append(Cell(name, "GET", path, 200, content=truth.content("document", document_id)))
        else:
            cells.append(Cell(name, "GET", path, 200, body=shown[document_id]))
    return [*cells, *malformed(principal, bool(truth) and principal.may_see_documents(), "/documents/{}" + suffix)]


def get_document(around: Surroundings, principal: Principal) -> list[Cell]:
    return one_document(around, principal, "")


def get_document_content(around: Surroundings, principal: Principal) -> list[Cell]:
    return one_document(around, principal, "/content")


CELLS = {cells.__name__: cells for cells in (get_portal, get_health, get_readiness, get_session, sign_in, sign_out, list_sessions, end_session, switch_membership, look_up_activation,
                                             activate, open_stream, list_sites, list_jobs, get_job, get_job_position, request_password_reset, reset_password,
                                             change_password, update_me, confirm_email, resend_activation, get_portal_logo,
                                             get_job_calendar, get_job_file, list_documents, get_document, get_document_content)}

