"""The portal's settings for staff (FEATURES A1, A3 to A5, A9, A20), and what members see of them at their next request."""

import statistics
import time
from contextlib import closing

import pytest

from support.contract import CheckedClient
from support.people import BOTH_WORKERS, People, make_token

COOKIE = "portal-staff"


class Business(People):
    """An account with templates, fields and jobs, and staff of every role."""

    def __init__(self, site, slug: str):
        super().__init__(site, slug=slug, name="Harbour & Co")
        self.worker = self.insert("worker", "worker_id", account_id=self.account_id, name="Dana Roberts-Vega")
        self.team = self.insert("team", "team_id", account_id=self.account_id, name="Night shift")
        self.templates = {name: self.insert("job_template", "job_template_id", account_id=self.account_id, name=name)
                          for name in ("Boiler service", "Internal check", "Repair")}
        self.fields = {}
        for group, key, kind in (("custom", "boilers", "integer"), ("custom", "meter", "text"), ("report", "parts", "text"), ("custom", "unused", "text")):
            self.fields[key] = self.insert("job_field", "job_field_id", account_id=self.account_id, field_group=group, key=key, label=key.title(), type=kind)
        for template in ("Boiler service", "Repair"):
            for key in ("boilers", "meter", "parts"):
                self.insert("job_template_field", account_id=self.account_id, job_template_id=self.templates[template], job_field_id=self.fields[key])
        for key, number in self.rows("SELECT key, job_field_id FROM portal.job_field WHERE account_id = %s AND field_group = 'main'", self.account_id):
            self.fields[key] = number
        self.jobs = {}
        for number, (template, assignee) in enumerate((("Boiler service", {"worker_id": self.worker}), ("Internal check", {}), ("Repair", {"team_id": self.team})), 1):
            self.jobs[template] = self.insert("job", "job_id", account_id=self.account_id, number=number, client_id=self.clients["Acme"], status="finished",
                                              job_template_id=self.templates[template], description="Described", custom_values='{"boilers": 2, "meter": "M-77"}',
                                              report_values='{"parts": "Valve"}', **assignee)

    def staff(self, role: str = "manager", **columns) -> CheckedClient:
        number = self.value("SELECT count(*) FROM portal.staff WHERE account_id = %s", self.account_id)
        staff_id = self.insert("staff", "staff_id", account_id=self.account_id, email=f"s{number}@office.example", role=role, state="active",
                               password_hash=self.password_hash, **columns)
        token, token_hash = make_token()
        self.rows("""INSERT INTO portal.staff_session (account_id, token_hash, staff_id, expires_at)
                     VALUES (%s, %s, %s, now() + interval '1 day')""", self.account_id, token_hash, staff_id)
        client = self.client()
        client.cookies[COOKIE] = token
        client.staff_id = staff_id
        return client

    def show(self, *templates: str, fields=()) -> None:
        self.rows("DELETE FROM portal.portal_visible_template WHERE account_id = %s", self.account_id)
        self.rows("DELETE FROM portal.portal_visible_field WHERE account_id = %s", self.account_id)
        for name in templates:
            self.insert("portal_visible_template", account_id=self.account_id, job_template_id=self.templates[name])
        for key in fields:
            self.insert("portal_visible_field", account_id=self.account_id, job_field_id=self.fields[key])

    def activity(self, action: str) -> list[tuple]:
        """Of the last one: by whom, and the details."""
        return self.rows("SELECT actor_kind, staff_id, details FROM portal.activity WHERE account_id = %s AND action = %s ORDER BY activity_id DESC LIMIT 1",
                         self.account_id, action)


@pytest.fixture(scope="module")
def business_account(shared_site):
    with closing(Business(shared_site, "settings")) as business:
        yield business


@pytest.fixture
def business(business_account, portal):
    business_account.rows("""UPDATE portal.portal SET name = 'Harbour online', accent_colour = '#1f5fbf', contact_phone = NULL, contact_email = NULL, contact_website = NULL,
        privacy_url = NULL, terms_url = NULL, imprint_url = NULL, languages = '{en,es}', default_language = 'en', worker_name = 'full', shows_position = false WHERE account_id = %s""",
                          business_account.account_id)
    business_account.show("Boiler service", "Repair", fields=("description", "boilers"))
    return business_account


def ids(business, names, of="templates") -> list[str]:
    return [str(getattr(business, of)[name]) for name in names]


def member_sees(client) -> set[str]:
    return {item["template"]["name"] for item in client.get("/api/v1/jobs?state=finished&limit=100").json()["items"]}


def soon_sees(client, expected: set[str]) -> bool:
    """On both workers, within the second that an answer from memory may be behind."""
    deadline = time.monotonic() + 1
    while not all(member_sees(client) == expected for _ in range(BOTH_WORKERS)):
        if time.monotonic() > deadline:
            return False
    return True


def test_a_portal_is_created_once(business):
    """A1: until then members get "no portal here", and staff an explanation."""
    account = business.insert("account", "account_id", slug="uncreated", name="Newcomer Ltd", time_zone="Europe/London")
    origin = f"http://uncreated.localhost:{business.site.nginx.port}"
    business.insert("account_host", account_id=account, host="uncreated.localhost", origin=origin, is_primary=True)
    number = business.insert("staff", "staff_id", account_id=account, email="a@new.example", role="owner", state="active", password_hash=business.password_hash)
    token, token_hash = make_token()
    business.rows("INSERT INTO portal.staff_session (account_id, token_hash, staff_id, expires_at) VALUES (%s, %s, %s, now() + interval '1 day')", account, token_hash, number)
    staff = CheckedClient(business.site.nginx.port, "uncreated.localhost")
    staff.cookies[COOKIE] = token
    deadline = time.monotonic() + 10
    while not all(staff.get("/api/v1/staff/portal").status == 200 for _ in range(BOTH_WORKERS)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    shown = staff.get("/api/v1/staff/portal").json()
    assert shown["created"] is False and shown["name"] == "Newcomer Ltd" and shown["address"] == origin
    assert shown["checklist"] == {"templates": 0, "sender": False, "invitations": 0}
    assert staff.get("/api/v1/staff/templates").json()["items"] == []
    for method, path, body in (("patch", "portal", {"name": "X"}), ("put", "templates", {"visible": []}), ("put", "fields", {"visible": []})):
        assert staff.request(method.upper(), f"/api/v1/staff/{path}", json=body).code == "no_portal"
    assert staff.get("/api/v1/portal").code == "no_portal"
    answer = staff.post("/api/v1/staff/portal", json={})
    assert (answer.status, answer.json()["created"], answer.json()["name"]) == (201, True, "Newcomer Ltd")
    assert staff.get("/api/v1/portal").json()["name"] == "Newcomer Ltd"
    again = staff.post("/api/v1/staff/portal", json={"name": "Other"})
    assert (again.status, again.code) == (409, "conflict")
    assert business.rows("SELECT action, staff_id FROM portal.activity WHERE account_id = %s", account) == [("portal_created", number)]


def test_settings_are_changed_shown_and_written_down(business):
    staff = business.staff()
    changes = {"name": " Harbour Services ", "colours": {"accent": "#0B6E99"}, "contact": {"phone": "020 7946 0101", "email": "Office@Harbour.example",
               "website": "https://harbour.example"}, "links": {"privacy": "https://harbour.example/privacy", "terms": None, "imprint": "http://harbour.example/i"},
               "languages": ["es", "en"], "default_language": "es", "worker_name": "first_name", "shows_position": True, "invitation_days": 14, "activity_days": 90}
    answer = staff.request("PATCH", "/api/v1/staff/portal", json=changes)
    assert answer.status == 200, answer.text
    told = answer.json()
    assert told["name"] == "Harbour Services" and told["colours"] == {"accent": "#0b6e99"}
    assert told["contact"] == {"phone": "020 7946 0101", "email": "office@harbour.example", "website": "https://harbour.example"}
    assert told["links"] == changes["links"] and told["languages"] == ["es", "en"] and told["default_language"] == "es"
    assert (told["worker_name"], told["shows_position"], told["invitation_days"], told["activity_days"]) == ("first_name", True, 14, 90)
    assert staff.get("/api/v1/staff/portal").json() == told
    shown = business.client().get("/api/v1/portal").json()
    assert shown["name"] == "Harbour Services" and shown["legal"]["privacy_url"] == "https://harbour.example/privacy" and shown["contact"] == told["contact"]
    ((kind, who, details),) = business.activity("settings_changed")
    assert (kind, who) == ("staff", staff.staff_id)
    assert details["before"]["accent_colour"] == "#1f5fbf" and details["after"]["accent_colour"] == "#0b6e99"
    assert set(details["after"]) == set(details["before"]) and "terms_url" not in details["after"]
    # A change of nothing is none.
    before = business.value("SELECT count(*) FROM portal.activity WHERE account_id = %s", business.account_id)
    assert staff.request("PATCH", "/api/v1/staff/portal", json=changes).json() == told
    assert staff.request("PATCH", "/api/v1/staff/portal", json={}).json() == told
    assert business.value("SELECT count(*) FROM portal.activity WHERE account_id = %s", business.account_id) == before
    cleared = staff.request("PATCH", "/api/v1/staff/portal", json={"contact": {"phone": None}})
    assert cleared.json()["contact"]["phone"] is None and cleared.json()["contact"]["email"] == "office@harbour.example"


REFUSED = [
    ({"name": ""}, "/name", "too_short"), ({"name": "   "}, "/name", "too_short"), ({"name": "x" * 301}, "/name", "too_long"), ({"name": "a\nb"}, "/name", "invalid_text"),
    ({"name": None}, "/name", "invalid_type"), ({"colours": {"accent": "red"}}, "/colours/accent", "invalid_colour"), ({"colours": {"accent": "#12345g"}}, "/colours/accent", "invalid_colour"),
    ({"colours": {"link": "#123456"}}, "/colours/link", "unknown_field"), ({"contact": {"email": "nobody"}}, "/contact/email", "invalid_email"),
    ({"contact": {"phone": "1" * 51}}, "/contact/phone", "too_long"), ({"contact": {"website": "javascript:alert(1)"}}, "/contact/website", "invalid_url"),
    ({"contact": {"website": "https://"}}, "/contact/website", "invalid_url"), ({"links": {"terms": "https://a b"}}, "/links/terms", "invalid_url"),
    ({"links": {"terms": "https://a\u2003b"}}, "/links/terms", "invalid_url"), ({"links": {"imprint": "https://" + "x" * 2000}}, "/links/imprint", "too_long"),
    ({"languages": []}, "/languages", "too_short"), ({"languages": ["fr"]}, "/languages/0", "invalid_choice"), ({"languages": ["en", "en"]}, "/languages/1", "duplicate"),
    ({"default_language": "fr"}, "/default_language", "invalid_choice"), ({"languages": ["es"]}, "/default_language", "invalid_choice"),
    ({"worker_name": "initials"}, "/worker_name", "invalid_choice"), ({"shows_position": "yes"}, "/shows_position", "invalid_type"), ({"invitation_days": 0}, "/invitation_days", "out_of_range"),
    ({"invitation_days": 31}, "/invitation_days", "out_of_range"), ({"activity_days": 6}, "/activity_days", "out_of_range"),
    ({"account_name": "Other"}, "/account_name", "unknown_field"), ({"logo": None}, "/logo", "unknown_field"),
]


@pytest.mark.parametrize("body, pointer, code", REFUSED, ids=[f"{pointer}-{code}-{number}" for number, (_, pointer, code) in enumerate(REFUSED)])
def test_settings_that_are_refused_change_nothing(business, body, pointer, code):
    staff = business.staff()
    before = staff.get("/api/v1/staff/portal").json()
    answer = staff.request("PATCH", "/api/v1/staff/portal", json=body)
    assert (answer.status, answer.code, answer.json()["errors"]) == (400, "invalid_field", [{"pointer": pointer, "code": code}])
    assert staff.get("/api/v1/staff/portal").json() == before


def test_viewers_read_and_change_nothing(business):
    viewer = business.staff("viewer")
    for path in ("portal", "templates", "fields"):
        assert viewer.get(f"/api/v1/staff/{path}").status == 200
    assert viewer.post("/api/v1/staff/visibility/preview", json={}).status == 200
    for method, path, body in (("patch", "portal", {"name": "X"}), ("put", "templates", {"visible": []}), ("put", "fields", {"visible": []}), ("post", "portal", {})):
        answer = viewer.request(method.upper(), f"/api/v1/staff/{path}", json=body)
        assert (answer.status, answer.code) == (403, "permission_required")
    assert business.client().get("/api/v1/portal").json()["name"] == "Harbour online"
    member = business.signed_in(business.add_member())
    assert member.get("/api/v1/staff/portal").status == 401


def test_a_template_taken_out_hides_its_jobs_at_once(business):
    """A3: and one put in shows them."""
    staff = business.staff()
    member = business.signed_in(business.add_member())
    assert member_sees(member) == {"Boiler service", "Repair"}
    answer = staff.put("/api/v1/staff/templates", json={"visible": ids(business, ["Repair", "Internal check"])})
    assert soon_sees(member, {"Repair", "Internal check"})
    for _ in range(BOTH_WORKERS):
        assert member.get(f"/api/v1/jobs/{business.jobs['Boiler service']}").status == 404
    assert answer.json()["items"] == [{"id": str(business.templates[name]), "name": name, "visible": name != "Boiler service", "jobs": 1}
                                      for name in ("Boiler service", "Internal check", "Repair")]
    ((kind, who, details),) = business.activity("templates_changed")
    assert (kind, who) == ("staff", staff.staff_id)
    assert [item["name"] for item in details["shown"]] == ["Internal check"] and [item["name"] for item in details["hidden"]] == ["Boiler service"]
    assert (details["before"], details["after"]) == ({"count": 2}, {"count": 2})
    staff.put("/api/v1/staff/templates", json={"visible": []})
    assert soon_sees(member, set())
    assert staff.get("/api/v1/staff/portal").json()["checklist"]["templates"] == 0


def test_an_unselected_field_never_leaves_the_server(business):
    """A4, A5: and only fields that a template contains can be selected."""
    staff = business.staff()
    member = business.signed_in(business.add_member())
    path = f"/api/v1/jobs/{business.jobs['Boiler service']}"

    def shown() -> dict:
        return {field["key"]: field["value"] for field in member.get(path).json()["fields"]}
    assert shown() == {"description": "Described", "boilers": 2}
    answer = staff.put("/api/v1/staff/fields", json={"visible": ids(business, ["meter", "parts"], "fields")})
    assert answer.status == 200
    assert shown() == {"meter": "M-77", "parts": "Valve"}
    fields = {item["key"]: item for item in answer.json()["items"]}
    assert [item["key"] for item in answer.json()["fixed"]] == ["scheduled_at", "address", "status", "template", "assignee"]
    assert "unused" not in fields and fields["description"]["group"] == "default" and fields["description"]["templates"] == 3
    assert fields["parts"] == {"id": str(business.fields["parts"]), "key": "parts", "label": "Parts", "group": "report", "type": "text", "visible": True, "templates": 2}
    ((_, _, details),) = business.activity("fields_changed")
    assert {item["label"] for item in details["shown"]} == {"Meter", "Parts"} and {item["label"] for item in details["hidden"]} == {"Description", "Boilers"}
    refused = staff.put("/api/v1/staff/fields", json={"visible": ids(business, ["meter", "unused"], "fields") + ["999999999"]})
    assert refused.json()["errors"] == [{"pointer": "/visible/1", "code": "not_in_a_template"}, {"pointer": "/visible/2", "code": "unknown_id"}]
    assert shown() == {"meter": "M-77", "parts": "Valve"}


def test_ids_of_others_are_refused_with_their_places(business, people):
    staff = business.staff()
    foreign = people.insert("job_template", "job_template_id", account_id=people.account_id, name="Foreign")
    answer = staff.put("/api/v1/staff/templates", json={"visible": ids(business, ["Repair"]) + [str(foreign), "999999999"]})
    assert (answer.status, answer.json()["errors"]) == (400, [{"pointer": f"/visible/{place}", "code": "unknown_id"} for place in (1, 2)])
    preview = staff.post("/api/v1/staff/visibility/preview", json={"templates": [str(foreign)], "fields": ["999999999"]})
    assert preview.json()["errors"] == [{"pointer": "/templates/0", "code": "unknown_id"}, {"pointer": "/fields/0", "code": "unknown_id"}]
    many = [str(number) for number in range(10**9, 10**9 + 1001)]
    assert staff.put("/api/v1/staff/templates", json={"visible": many}).json()["errors"] == [{"pointer": "/visible", "code": "too_long"}]
    assert len(staff.put("/api/v1/staff/templates", json={"visible": many[:1000]}).json()["errors"]) == 32
    assert member_sees(business.signed_in(business.add_member())) == {"Boiler service", "Repair"}


@pytest.mark.parametrize("choice, name", [("full", "Dana Roberts-Vega"), ("first_name", "Dana"), ("none", None)])
def test_workers_are_named_as_the_business_chose(business, choice, name):
    assert business.staff().request("PATCH", "/api/v1/staff/portal", json={"worker_name": choice}).status == 200
    member = business.signed_in(business.add_member())
    expected = {"Boiler service": name and {"name": name}, "Repair": {"name": "Night shift"}}
    for sort in ("scheduled_at", "-scheduled_at", "number", "-number"):
        for q in ("", "&q=e"):
            items = member.get(f"/api/v1/jobs?state=finished&sort={sort}{q}").json()["items"]
            assert {item["template"]["name"]: item["assignee"] for item in items} == expected
    assert member.get(f"/api/v1/jobs/{business.jobs['Boiler service']}").json()["assignee"] == expected["Boiler service"]
    # A search must not find what is not shown.
    found = {word: len(member.get(f"/api/v1/jobs?state=finished&counts=true&q={word}").json()["items"]) for word in ("dana", "vega", "night")}
    assert found == {"dana": choice != "none", "vega": choice == "full", "night": 1}


def test_surnames_before_a_comma(business):
    names = {"Roberts, Dana": "Dana", "Roberts,": None, "  Dana  R.": "Dana", "Dana\u00a0R.": "Dana", "Dana": "Dana"}
    shown = {name: business.value("SELECT portal.shown_worker_name(%s, 'first_name')", name) for name in names}
    assert shown == names


def test_what_a_choice_would_show_and_hide_is_told_before(business):
    """X12 and A9: exact, and nothing changes."""
    staff = business.staff("viewer")
    preview = staff.post("/api/v1/staff/visibility/preview", json={"templates": ids(business, ["Repair", "Internal check"]), "fields": ids(business, ["boilers", "meter"], "fields")})
    assert preview.json() == {
        "jobs_shown": 1, "jobs_hidden": 1,
        "templates_shown": [{"id": str(business.templates["Internal check"]), "name": "Internal check"}],
        "templates_hidden": [{"id": str(business.templates["Boiler service"]), "name": "Boiler service"}],
        "fields_shown": [{"id": str(business.fields["meter"]), "label": "Meter"}], "fields_hidden": [{"id": str(business.fields["description"]), "label": "Description"}]}
    same = staff.post("/api/v1/staff/visibility/preview", json={})
    assert same.json() == {"jobs_shown": 0, "jobs_hidden": 0, **{key: [] for key in ("templates_shown", "templates_hidden", "fields_shown", "fields_hidden")}}
    assert member_sees(business.signed_in(business.add_member())) == {"Boiler service", "Repair"}


def test_the_preview_is_exact_and_fast_with_a_hundred_thousand_jobs(business):
    template = business.insert("job_template", "job_template_id", account_id=business.account_id, name="Many")
    other = business.insert("job_template", "job_template_id", account_id=business.account_id, name="Others")
    try:
        business.rows("""INSERT INTO portal.job (account_id, number, client_id, job_template_id, status, description, deleted_at)
            SELECT %s, 1000 + n, %s, CASE n %% 4 WHEN 0 THEN %s ELSE %s END, 'unscheduled', repeat('Service of the boiler. ', 20),
              CASE WHEN n %% 1000 = 0 THEN now() END FROM generate_series(1, 100000) AS n""", business.account_id, business.clients["Acme"], template, other)
        business.rows("ANALYZE portal.job")
        staff = business.staff()
        body = {"templates": ids(business, ["Boiler service", "Repair"]) + [str(template), str(other)]}
        times = []
        for _ in range(7):
            begun = time.monotonic()
            answer = staff.post("/api/v1/staff/visibility/preview", json=body)
            times.append(time.monotonic() - begun)
            assert (answer.json()["jobs_shown"], answer.json()["jobs_hidden"]) == (99900, 0)
        assert statistics.median(times) < 1, times
        assert {item["name"]: item["jobs"] for item in staff.get("/api/v1/staff/templates").json()["items"]}["Many"] == 24900
    finally:
        business.rows("DELETE FROM portal.job WHERE account_id = %s AND number > 1000", business.account_id)
        business.rows("DELETE FROM portal.job_template WHERE account_id = %s AND name IN ('Many', 'Others')", business.account_id)
