"""Who the demo's people are, as scripts rely on it: the first member of each account is the one to begin with."""

import pytest

DEFAULT_PERMISSIONS = ["view_completed_jobs", "view_documents", "view_job_status"]
HAS_BESIDES = ["view_invoices", "create_work_requests", "accept_quotes"]
FROM_A_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("slug", ["brightwater", "northside"])
def test_the_first_member_holds_the_defaults_and_sees_jobs_of_each_kind(portal, slug):
    account = portal.accounts[slug]
    client = portal.client(slug)
    member = account["members"][0]
    session = client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).json()
    assert sorted(session["membership"]["permissions"]) == sorted(DEFAULT_PERMISSIONS + HAS_BESIDES)
    assert session["membership"]["client"]["name"] == member["client"]
    counts = client.get("/api/v1/jobs?counts=true").json()["counts"]
    assert all(counts[state] > 0 for state in ("planned", "active", "finished"))
    invoices = client.get("/api/v1/invoices?counts=true").json()
    quotes = client.get("/api/v1/quotes?counts=true").json()
    assert all(quotes["counts"][state] > 0 for state in ("pending_approval", "accepted", "expired"))
    assert all(invoices["counts"][state] > 0 for state in ("payment_due", "overdue", "paid")) and invoices["outstanding"]


@pytest.mark.parametrize("slug", ["brightwater", "northside"])
def test_the_link_belongs_to_an_invitation_by_email(portal, slug):
    account = portal.accounts[slug]
    address, token = account["activation_url"].split("#")
    assert address == account["url"] + "/activate"
    invitation = portal.client(slug).post("/api/v1/activation/lookup", json={"token": token}).json()
    assert "@" in invitation["email"] and not invitation["has_login"]
