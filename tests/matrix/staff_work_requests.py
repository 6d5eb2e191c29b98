"""Rows of what clients ask for, as staff see and answer it."""

from support.truth import rfc3339

from cells import Cell
from operations import Surroundings
from principals import Principal
from staffing import ask, strange_ids

PATH = "/staff/work-requests"
REST = ("notes", "reply", "job")


def seen_by_staff(around: Surroundings, request_id: int) -> dict:
    ((number, subject, state, site_id, site, date, time, created_at, changed_at, client_id, client, membership_id, first_name, surname, email, notes, reply, job_id, job_number),) = around.world.rows(
        """SELECT w.number, w.subject, w.state, s.site_id, s.name, w.preferred_date::text, to_char(w.preferred_time, 'HH24:MI'), w.created_at, w.changed_at, w.client_id, c.name, w.membership_id,
             m.first_name, m.surname, m.email, w.notes, w.reply, j.job_id, j.number
           FROM portal.work_request w JOIN portal.client c USING (account_id, client_id) JOIN portal.membership ms USING (account_id, membership_id) JOIN portal.member m USING (account_id, member_id)
           LEFT JOIN portal.site s ON s.site_id = w.site_id LEFT JOIN portal.job j ON j.job_id = w.job_id WHERE w.work_request_id = %s""", request_id)
    return {"id": str(request_id), "number": number, "subject": subject, "state": state, "site": site_id and {"id": str(site_id), "name": site},
            "preferred_date": date, "preferred_time": time, "created_at": rfc3339(created_at), "changed_at": rfc3339(changed_at),
            "client": {"id": str(client_id), "name": client}, "member": {"id": str(membership_id), "name": f"{first_name} {surname}", "email": email},
            "notes": notes, "reply": reply, "job": job_id and {"id": str(job_id), "number": str(job_number)}}


def list_staff_work_requests(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    client_id, strange = account.clients["One"], around.other_account(account).clients["One"]
    own = list(around.requests[account.slug]["One"].values())

    def holds(ids: list[int], **more):
        def look(answer, _) -> str | None:
            told = answer.json()
            items = {item["id"]: item for item in told["items"]}
            expected = {str(number): {name: value for name, value in seen_by_staff(around, number).items() if name not in REST} for number in ids}
            wrong = {number: items.get(number) for number, item in expected.items() if items.get(number) != item}
            others = {item["client"]["id"] for item in told["items"]} - {str(number) for number in account.clients.values()}
            return f"{wrong} of {expected}, others {others}" if wrong or others or ("counts" in told) != more.get("counts", False) else None
        return look
    return [
        ask(principal, "viewer", "of a client", "GET", f"{PATH}?client_id={client_id}&q=of%20One%20at%20{account.slug}&limit=100", 200, then=holds(own)),
        ask(principal, "viewer", "by the name of the client", "GET", f"{PATH}?q={account.slug}%20ONE&limit=100", 200, then=holds(own[:1])),
        ask(principal, "viewer", "in a state", "GET", f"{PATH}?state=declined&limit=100&counts=true", 200, then=holds([around.requests[account.slug]["One"]["declined"]], counts=True)),
        ask(principal, "viewer", "of a client of the other account", "GET", f"{PATH}?client_id={strange}", 200, body={"items": [], "next_cursor": None}),
        ask(principal, "viewer", "of the other account, by its subject", "GET", f"{PATH}?q=at%20{around.other_account(account).slug}", 200, body={"items": [], "next_cursor": None}),
        ask(principal, "viewer", "wrong", "GET", f"{PATH}?state=sent", 400, "invalid_field"),
    ]


def get_staff_work_request(around: Surroundings, principal: Principal) -> list[Cell]:
    own = around.requests[principal.account.slug]["Two"]
    foreign = around.requests[around.other_account(principal.account).slug]["One"]["submitted"]
    return [*(ask(principal, "viewer", f"own, {state}", "GET", f"{PATH}/{number}", 200, body=seen_by_staff(around, number)) for state, number in own.items()),
            *strange_ids(principal, "viewer", "GET", PATH + "/{}", {"of the other account": foreign})]


def answer_work_request(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    asker = around.colleague[account.slug]["One"]
    own = {state: world.add_request(asker, f"To be answered, {state}", state=state, age_hours=300) for state in ("submitted", "cancelled")}
    foreign = around.requests[around.other_account(account).slug]["One"]["submitted"]
    body = {"former_state": "submitted", "state": "acknowledged", "reply": "We have seen it."}
    numbers = {what: world.rows("SELECT number FROM portal.job WHERE job_id = %s", job)[0][0]
               for what, job in (("own", account.jobs["One"]["scheduled"]), ("of the other client", account.jobs["Two"]["scheduled"]),
                                 ("of the other account", around.other_account(account).jobs["One"]["finished"]), ("deleted", account.jobs["One"]["deleted"]))}

    def is_answered(answer, _) -> str | None:
        told, expected = answer.json(), seen_by_staff(around, own["submitted"])
        return None if told == expected and told["state"] == "acknowledged" else f"{told} instead of {expected}"
    path = f"{PATH}/{own['submitted']}"
    return [
        ask(principal, "manager", "own", "PATCH", path, 200, json=body, then=is_answered),
        ask(principal, "manager", "own, by somebody who has not seen it", "PATCH", path, 409, "conflict", json=body),
        ask(principal, "manager", "a job of the client", "PATCH", path, 200, json={"former_state": "acknowledged", "job_number": str(numbers["own"])}, then=is_answered),
        *(ask(principal, "manager", f"a job {what}", "PATCH", path, 400, "invalid_field", json={"former_state": "acknowledged", "job_number": str(number)})
          for what, number in numbers.items() if what != "own" and not world.rows(
              "SELECT 1 FROM portal.job WHERE account_id = %s AND client_id = %s AND number = %s AND deleted_at IS NULL", account.account_id, asker.client_id, number)),
        ask(principal, "manager", "cancelled", "PATCH", f"{PATH}/{own['cancelled']}", 409, "conflict", json={"former_state": "cancelled", "reply": "Too late."}),
        ask(principal, "manager", "to cancel", "PATCH", path, 400, "invalid_field", json={"former_state": "acknowledged", "state": "cancelled"}),
        *strange_ids(principal, "manager", "PATCH", PATH + "/{}", {"of the other account": foreign}, json=body),
    ]


CELLS = {cells.__name__: cells for cells in (list_staff_work_requests, get_staff_work_request, answer_work_request)}
