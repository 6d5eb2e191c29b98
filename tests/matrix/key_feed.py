"""Rows of what clients did, as other systems read and answer it."""

from support.truth import rfc3339

from cells import Cell
from key_import import refusal
from operations import Surroundings
from principals import Principal


def ask(principal: Principal, name: str, method: str, path: str, status: int, code: str | None = None, **expected) -> Cell:
    request = {"json": expected.pop("json")} if "json" in expected else {}
    refused = refusal(principal, "feed")
    if refused:
        return Cell(name, method, path, **request, alike=f"refused {method}", **refused)
    return Cell(name, method, path, status, code, **request, **expected)


def thing(around: Surroundings, table: str, key: int | None) -> dict | None:
    if key is None:
        return None
    ((external_id, name),) = around.world.rows(f"SELECT external_id, name FROM portal.{table} WHERE {table}_id = %s", key)
    return {"id": str(key), "external_id": external_id, "name": name}


def seen_by_a_system(around: Surroundings, request_id: int) -> dict:
    ((number, subject, state, site_id, date, time, created_at, changed_at, client_id, asked_by, notes, reply, job_id, job_external_id, job_number),) = around.world.rows(
        """SELECT w.number, w.subject, w.state, s.site_id, w.preferred_date::text, to_char(w.preferred_time, 'HH24:MI'), w.created_at, w.changed_at, w.client_id, w.asked_by, w.notes,
             w.reply, j.job_id, j.external_id, j.number
           FROM portal.work_request w LEFT JOIN portal.site s ON s.site_id = w.site_id LEFT JOIN portal.job j ON j.job_id = w.job_id WHERE w.work_request_id = %s""", request_id)
    return {"id": str(request_id), "number": number, "subject": subject, "notes": notes, "state": state, "reply": reply, "preferred_date": date, "preferred_time": time,
            "created_at": rfc3339(created_at.replace(microsecond=0)), "changed_at": rfc3339(changed_at.replace(microsecond=0)), "created_by": {"name": asked_by}, "client": thing(around, "client", client_id),
            "site": thing(around, "site", site_id), "job": job_id and {"id": str(job_id), "external_id": job_external_id, "number": str(job_number)}}


def read_feed(around: Surroundings, principal: Principal) -> list[Cell]:
    account = principal.account
    changes = around.world.rows("SELECT change_number, work_request_id, client_id FROM portal.work_request WHERE account_id = %s ORDER BY change_number", account.account_id)

    def holds(after: int, limit: int):
        def look(answer, _) -> str | None:
            told = answer.json()
            expected = {change: seen_by_a_system(around, request) for change, request, _ in changes if change > after}
            requests = {item["change"]: item["work_request"] for item in told["items"] if item["kind"] == "work_request"}
            numbers = [item["change"] for item in told["items"]]
            clients = {item[item["kind"]]["client"]["id"] for item in told["items"]} - {str(number) for number in account.clients.values()}
            wrong = [change for change, request in requests.items() if request != expected.get(change)]
            missed = [change for change in expected if change <= told["last"] and change not in requests]
            return None if numbers == sorted(set(numbers)) and len(numbers) <= limit and not (wrong or missed or clients) and requests else f"{wrong}, missed {missed}, of others {clients}: {told}"
        return look
    last = changes[-1][0]
    return [
        ask(principal, "from the beginning", "GET", "/feed", 200, canaries=True, then=holds(0, 100)),
        ask(principal, "the last one", "GET", f"/feed?after={last - 1}&limit=1", 200, canaries=True, then=holds(last - 1, 1)),
        ask(principal, "after all", "GET", "/feed?after=9007199254740991", 200, body={"items": [], "last": 9007199254740991, "more": False}),
        ask(principal, "wrong", "GET", "/feed?after=-1", 400, "invalid_field"),
        ask(principal, "unknown", "GET", "/feed?client_id=1", 400, "unknown_parameter"),
    ]


def answer_work_request_by_key(around: Surroundings, principal: Principal) -> list[Cell]:
    world, account = around.world, principal.account
    asker = around.colleague[account.slug]["One"]
    own = {state: world.add_request(asker, f"To be answered by a system, {state}", state=state, age_hours=300) for state in ("submitted", "cancelled")}
    foreign = around.requests[around.other_account(account).slug]["One"]["submitted"]
    for what, job in (("own", account.jobs["One"]["scheduled"]), ("of-the-other-client", account.jobs["Two"]["scheduled"]),
                      ("of-the-other-account", around.other_account(account).jobs["One"]["finished"])):
        world.rows("UPDATE portal.job SET external_id = %s WHERE job_id = %s", f"job-{what}-{account.slug}", job)
    body = {"former_state": "submitted", "state": "acknowledged", "reply": "We have seen it."}
    path = "/feed/work-requests/{}"

    def is_answered(answer, _) -> str | None:
        told, expected = answer.json(), seen_by_a_system(around, own["submitted"])
        return None if told == expected and told["state"] == "acknowledged" else f"{told} instead of {expected}"

    def names_the_job(answer, _) -> str | None:
        return None if answer.json()["job"]["external_id"] == f"job-own-{account.slug}" else answer.text
    return [
        ask(principal, "own", "PATCH", path.format(own["submitted"]), 200, json=body, then=is_answered),
        ask(principal, "own, by whom has not seen it", "PATCH", path.format(own["submitted"]), 409, "conflict", json=body),
        ask(principal, "a job of the client", "PATCH", path.format(own["submitted"]), 200, json={"former_state": "acknowledged", "job": f"job-own-{account.slug}"}, then=names_the_job),
        *(ask(principal, f"a job {what}", "PATCH", path.format(own["submitted"]), 400, "invalid_field", json={"former_state": "acknowledged", "job": f"job-{what}-{account.slug}"})
          for what in ("of-the-other-client", "of-the-other-account", "of-nobody")),
        ask(principal, "cancelled", "PATCH", path.format(own["cancelled"]), 409, "conflict", json={"former_state": "cancelled", "reply": "Too late."}),
        ask(principal, "by the number of the job, as staff do", "PATCH", path.format(own["submitted"]), 400, "invalid_field", json={"former_state": "acknowledged", "job_number": "1"}),
        *(ask(principal, what, "PATCH", path.format(number), 404, "not_found", json=body, alike="no request")
          for what, number in (("of the other account", foreign), ("unknown", 999_999_999), ("no id", "x"))),
    ]


CELLS = {"read_feed": read_feed, "answer_work_request_by_key": answer_work_request_by_key}
