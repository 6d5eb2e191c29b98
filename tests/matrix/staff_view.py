"""Rows of looking at the portal as one of its members."""

from support import staff
from support.truth import Truth
from support.world import Membership

from cells import Cell
from operations import Surroundings, random_id, send_workers_out, tells_position
from principals import Principal
from staffing import ask, strange_ids


def looked_at(around: Surroundings, principal: Principal) -> Membership:
    """A member of the account, at whom the principal may look now if it is staff at all."""
    who = around.colleague[principal.account.slug]["One"]
    if principal.staff:
        around.world.insert("staff_view", account_id=principal.account.account_id, staff_id=principal.staff.staff_id, membership_id=who.membership_id, reason="For a test")
    return who


def strangers(around: Surroundings, principal: Principal) -> dict[str, int]:
    """Memberships at which nobody may look here: of the other account, and one without an open view."""
    world = around.world
    over = world.add_member(principal.account, "One")
    ended = world.add_member(principal.account, "One", membership_state="ended")
    colleague = staff.add_staff(world, principal.account.account_id)
    others = world.add_member(principal.account, "One")
    world.insert("staff_view", account_id=principal.account.account_id, staff_id=colleague.staff_id, membership_id=others.membership_id, reason="For a test")
    if principal.staff:
        world.rows("""INSERT INTO portal.staff_view (account_id, staff_id, membership_id, reason, started_at, expires_at)
                      VALUES (%s, %s, %s, 'For a test', now() - interval '31 minutes', now() - interval '1 second')""",
                   principal.account.account_id, principal.staff.staff_id, over.membership_id)
        world.insert("staff_view", account_id=principal.account.account_id, staff_id=principal.staff.staff_id, membership_id=ended.membership_id, reason="For a test")
    return {"of the other account": around.colleague[around.other_account(principal.account).slug]["One"].membership_id, "over": over.membership_id,
            "ended": ended.membership_id, "of somebody else of the staff": others.membership_id}


def begin_staff_view(around: Surroundings, principal: Principal) -> list[Cell]:
    world = around.world
    who = around.colleague[principal.account.slug]["Two"]

    def is_written_down(answer, client) -> str | None:
        rows = world.rows("""SELECT staff_id, membership_id, details ->> 'reason' FROM portal.activity WHERE account_id = %s AND action = 'member_viewed'
                             ORDER BY activity_id DESC LIMIT 1""", principal.account.account_id)
        return None if rows == [(principal.staff.staff_id, who.membership_id, "They called")] else f"written down is {rows}"
    foreign = around.colleague[around.other_account(principal.account).slug]["One"].membership_id
    return [ask(principal, "manager", "with a reason", "POST", f"/staff/members/{who.membership_id}/view", 201, json={"reason": "They called"}, then=is_written_down),
            ask(principal, "manager", "without one", "POST", f"/staff/members/{who.membership_id}/view", 400, "invalid_field", json={"reason": "  "}),
            *strange_ids(principal, "manager", "POST", "/staff/members/{}/view", {"of the other account": foreign}, json={"reason": "They called"})]


def view_jobs(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    expected = {str(row["job_id"]) for row in Truth(around.world, who).jobs()}

    def are_the_members(answer, client) -> str | None:
        told = {item["id"] for item in answer.json()["items"]}
        return None if told == expected else f"jobs {told} instead of {expected}"
    return [ask(principal, "manager", "the member's", "GET", f"/staff/members/{who.membership_id}/view/jobs?limit=100", 200, then=are_the_members),
            *strange_ids(principal, "manager", "GET", "/staff/members/{}/view/jobs", strangers(around, principal))]


def view_job(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    truth = Truth(around.world, who)
    number = next(iter(truth.jobs()))["job_id"]
    path = f"/staff/members/{who.membership_id}/view/jobs"
    hidden = around.world.rows("SELECT job_id FROM portal.job WHERE account_id = %s AND job_template_id = %s LIMIT 1", principal.account.account_id,
                               principal.account.templates["hidden"])[0][0]
    other = around.world.rows("SELECT job_id FROM portal.job WHERE account_id = %s AND client_id <> %s LIMIT 1", principal.account.account_id, who.client_id)[0][0]
    return [ask(principal, "manager", "the member's", "GET", f"{path}/{number}", 200, body=truth.job(number)),
            *(ask(principal, "manager", name, "GET", f"{path}/{job}", 404, "not_found", alike="missing")
              for name, job in (("random", random_id()), ("of a hidden template", hidden), ("of another client", other))),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/jobs/{number}", strangers(around, principal))]


def view_job_position(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    path = f"/staff/members/{who.membership_id}/view/jobs"
    send_workers_out(around.world)
    number = principal.account.jobs["One"]["en_route"]
    other = around.world.rows("SELECT job_id FROM portal.job WHERE account_id = %s AND client_id <> %s LIMIT 1", principal.account.account_id, who.client_id)[0][0]
    return [ask(principal, "manager", "the member's", "GET", f"{path}/{number}/position", 200, then=tells_position(around, number)),
            *(ask(principal, "manager", name, "GET", f"{path}/{job}/position", 404, "not_found", alike="missing")
              for name, job in (("random", random_id()), ("of another client", other))),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/jobs/{number}/position", strangers(around, principal))]


def view_documents(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    names = {"Annex b.pdf", "annex A.pdf", "Service contract.pdf", "Price list.pdf"}

    def are_the_members(answer, client) -> str | None:
        told = {item["name"] for item in answer.json()["items"]}
        return None if told == names else f"documents {told}"
    return [ask(principal, "manager", "the member's", "GET", f"/staff/members/{who.membership_id}/view/documents", 200, then=are_the_members),
            *strange_ids(principal, "manager", "GET", "/staff/members/{}/view/documents", strangers(around, principal))]


def view_document_content(around: Surroundings, principal: Principal) -> list[Cell]:
    world, who = around.world, looked_at(around, principal)
    truth = Truth(world, who)
    shown = {row["id"] for row in truth.documents()}
    path = f"/staff/members/{who.membership_id}/view/documents"
    rows = world.rows("SELECT document_id FROM portal.document WHERE account_id = %s ORDER BY document_id", principal.account.account_id)
    hidden = [number for (number,) in rows if str(number) not in shown]
    assert shown and hidden
    other = world.rows("SELECT min(document_id) FROM portal.document WHERE account_id = %s", around.other_account(principal.account).account_id)[0][0]
    first = min(shown, key=int)
    return [*(ask(principal, "manager", f"the member's {number}", "GET", f"{path}/{number}/content", 200, content=truth.content("document", number)) for number in sorted(shown, key=int)),
            *(ask(principal, "manager", f"{name}", "GET", f"{path}/{number}/content", 404, "not_found", alike="missing")
              for name, number in (("random", random_id()), ("of the other account", other), *((f"hidden {number}", number) for number in hidden))),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/documents/{first}/content", strangers(around, principal))]


def view_job_file(around: Surroundings, principal: Principal) -> list[Cell]:
    world, who = around.world, looked_at(around, principal)
    truth = Truth(world, who)
    job = principal.account.jobs["One"]["finished"]
    shown = {file["id"] for file in truth.files(job)}
    path = f"/staff/members/{who.membership_id}/view/jobs/{job}/files"
    rows = world.rows("SELECT job_file_id FROM portal.job_file WHERE job_id = %s ORDER BY job_file_id", job)
    hidden = [number for (number,) in rows if str(number) not in shown]
    assert shown and hidden
    first = min(shown, key=int)
    return [*(ask(principal, "manager", f"the member's {number}", "GET", f"{path}/{number}", 200, content=truth.content("job_file", number)) for number in sorted(shown, key=int)),
            *(ask(principal, "manager", f"{name}", "GET", f"{path}/{number}", 404, "not_found", alike="missing")
              for name, number in (("random", random_id()), *((f"hidden {number}", number) for number in hidden))),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/jobs/{job}/files/{first}", strangers(around, principal))]


def view_work_requests(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)

    def are_the_members(answer, client) -> str | None:
        told, expected = [item["id"] for item in answer.json()["items"]], [str(number) for number in Truth(around.world, who).work_requests()]
        return None if told == expected and told else f"requests {told} instead of {expected}"
    return [ask(principal, "manager", "the member's", "GET", f"/staff/members/{who.membership_id}/view/work-requests?limit=100", 200, then=are_the_members),
            *strange_ids(principal, "manager", "GET", "/staff/members/{}/view/work-requests", strangers(around, principal))]


def view_work_request(around: Surroundings, principal: Principal) -> list[Cell]:
    who = looked_at(around, principal)
    own = around.requests[principal.account.slug]["One"]["scheduled"]
    others = {"random": random_id(), "of another client": around.requests[principal.account.slug]["Two"]["scheduled"],
              "of the other account": around.requests[around.other_account(principal.account).slug]["One"]["scheduled"]}
    path = f"/staff/members/{who.membership_id}/view/work-requests"
    return [ask(principal, "manager", "the member's", "GET", f"{path}/{own}", 200, body=Truth(around.world, who).work_requests()[own]),
            *(ask(principal, "manager", name, "GET", f"{path}/{number}", 404, "not_found", alike="missing") for name, number in others.items()),
            *strange_ids(principal, "manager", "GET", f"/staff/members/{{}}/view/work-requests/{own}", strangers(around, principal))]


CELLS = {cells.__name__: cells for cells in (begin_staff_view, view_jobs, view_job, view_job_position, view_job_file, view_documents, view_document_content, view_work_requests,
                                             view_work_request)}
