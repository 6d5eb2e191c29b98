"""Rows of the portal's settings."""

from support import staff

from cells import Cell
from operations import Surroundings, random_id
from principals import Principal
from staffing import ask


def settings_of(around: Surroundings, account) -> dict:
    names = ("name", "account_name", "accent", "logo_version", "logo_width", "logo_height", "phone", "email", "website", "privacy", "terms", "imprint", "languages", "default_language",
             "worker_name", "shows_position", "invitation_days", "activity_days", "origin", "templates", "sender", "invitations")
    (row,) = around.world.rows("""
        SELECT p.name, a.name, p.accent_colour, left(encode(p.logo_hash, 'hex'), 16), p.logo_width, p.logo_height, p.contact_phone, p.contact_email, p.contact_website, p.privacy_url, p.terms_url, p.imprint_url,
          p.languages, p.default_language, p.worker_name, p.shows_position, a.invitation_days, a.activity_days, h.origin,
          (SELECT count(*) FROM portal.portal_visible_template v WHERE v.account_id = a.account_id), EXISTS (SELECT FROM portal.mail_setting s WHERE s.account_id = a.account_id AND num_nonnulls(s.sender_name, s.sender_address, s.reply_to) > 0),
          least((SELECT count(*) FROM portal.membership m WHERE m.account_id = a.account_id), 1000)
        FROM portal.account a JOIN portal.portal p USING (account_id) JOIN portal.account_host h ON h.account_id = a.account_id AND h.is_primary
        WHERE a.account_id = %s""", account.account_id)
    now = dict(zip(names, row))
    logo = {"url": f"/api/v1/portal/logo?version={now['logo_version']}", "width": now["logo_width"], "height": now["logo_height"]} if now["logo_width"] else None
    return {"created": True, "address": now["origin"], "logo": logo, "logo_state": "ready" if logo else "none", "colours": {"accent": now["accent"]},
            "contact": {key: now[key] for key in ("phone", "email", "website")}, "links": {key: now[key] for key in ("privacy", "terms", "imprint")},
            "checklist": {key: now[key] for key in ("templates", "sender", "invitations")},
            **{key: now[key] for key in ("name", "account_name", "languages", "default_language", "worker_name", "shows_position", "invitation_days", "activity_days")}}


def get_staff_portal(around: Surroundings, principal: Principal) -> list[Cell]:
    expected = settings_of(around, principal.account) if principal.staff else None
    return [ask(principal, "viewer", "own", "GET", "/staff/portal", 200, body=expected)]


def create_staff_portal(around: Surroundings, principal: Principal) -> list[Cell]:
    world, bare = around.world, around.world.bare

    def is_there(answer, client) -> str | None:
        created = answer.json()["created"]
        world.rows("DELETE FROM portal.activity WHERE account_id = %s", bare.account_id)
        world.rows("DELETE FROM portal.portal WHERE account_id = %s", bare.account_id)
        return None if created else "it was not created"
    cells = [ask(principal, "manager", "a second one", "POST", "/staff/portal", 409, "conflict", json={"name": "Second"})]
    if principal.staff and principal.staff.role != "viewer":
        founder = staff.add_staff(world, bare.account_id, principal.staff.role)
        cells.append(Cell("the first one", "POST", "/staff/portal", 201, host=bare.host, json={},
                          headers={"Cookie": f"{staff.COOKIE}={staff.open_session(world, founder)}"}, then=is_there))
    return cells


def update_staff_portal(around: Surroundings, principal: Principal) -> list[Cell]:
    ((phone,),) = around.world.rows("SELECT contact_phone FROM portal.portal WHERE account_id = %s", principal.account.account_id)
    expected = settings_of(around, principal.account) if principal.staff else None
    return [ask(principal, "manager", "as it is", "PATCH", "/staff/portal", 200, json={"contact": {"phone": phone}}, body=expected),
            ask(principal, "manager", "wrong", "PATCH", "/staff/portal", 400, "invalid_field", json={"worker_name": "initials"})]


def templates_of(around: Surroundings, account) -> list[dict]:
    rows = around.world.rows("""
        SELECT t.job_template_id, t.name, v.job_template_id IS NOT NULL, (SELECT count(*) FROM portal.job j WHERE j.job_template_id = t.job_template_id AND j.deleted_at IS NULL)
        FROM portal.job_template t LEFT JOIN portal.portal_visible_template v USING (account_id, job_template_id)
        WHERE t.account_id = %s ORDER BY lower(t.name), 1""", account.account_id)
    return [{"id": str(number), "name": name, "visible": visible, "jobs": jobs} for number, name, visible, jobs in rows]


def foreign(around: Surroundings, principal: Principal, table: str) -> int:
    ((number,),) = around.world.rows(f"SELECT min({table}_id) FROM portal.{table} WHERE account_id = %s", around.other_account(principal.account).account_id)
    return number


def list_staff_templates(around: Surroundings, principal: Principal) -> list[Cell]:
    expected = {"items": templates_of(around, principal.account), "next_cursor": None}
    return [ask(principal, "viewer", "all", "GET", "/staff/templates", 200, body=expected if principal.staff else None, canaries=True)]


def set_visible_templates(around: Surroundings, principal: Principal) -> list[Cell]:
    templates = templates_of(around, principal.account)
    visible = [item["id"] for item in templates if item["visible"]]
    return [ask(principal, "manager", "as they are", "PUT", "/staff/templates", 200, json={"visible": visible}, body={"items": templates, "next_cursor": None}, canaries=True),
            *(ask(principal, "manager", name, "PUT", "/staff/templates", 400, "invalid_field", json={"visible": [str(number)]}, alike="unknown")
              for name, number in (("random", random_id()), ("of the other account", foreign(around, principal, "job_template"))))]


def fields_of(around: Surroundings, account) -> list[dict]:
    rows = around.world.rows("""
        SELECT f.job_field_id, f.key, f.label, CASE f.field_group WHEN 'main' THEN 'default' ELSE f.field_group END, f.type, v.job_field_id IS NOT NULL,
          CASE f.field_group WHEN 'main' THEN (SELECT count(*) FROM portal.job_template t WHERE t.account_id = f.account_id)
            ELSE (SELECT count(*) FROM portal.job_template_field c WHERE c.account_id = f.account_id AND c.job_field_id = f.job_field_id) END
        FROM portal.job_field f LEFT JOIN portal.portal_visible_field v USING (account_id, job_field_id)
        WHERE f.account_id = %s ORDER BY array_position('{main,custom,report}', f.field_group), f.position, f.key, 1""", account.account_id)
    keys = ("id", "key", "label", "group", "type", "visible", "templates")
    items = [{**dict(zip(keys, row)), "id": str(row[0])} for row in rows]
    return [item for item in items if item["group"] == "default" or item["templates"] or item["visible"]]


def has_fields(items: list[dict]):
    return lambda answer, client: None if answer.json()["items"] == items else f"fields {answer.json()['items']} instead of {items}"


def list_staff_fields(around: Surroundings, principal: Principal) -> list[Cell]:
    return [ask(principal, "viewer", "all", "GET", "/staff/fields", 200, then=has_fields(fields_of(around, principal.account)), canaries=True)]


def set_visible_fields(around: Surroundings, principal: Principal) -> list[Cell]:
    fields = fields_of(around, principal.account)
    visible = [item["id"] for item in fields if item["visible"] and (item["group"] == "default" or item["templates"])]
    return [ask(principal, "manager", "as they are", "PUT", "/staff/fields", 200, json={"visible": visible}, then=has_fields(fields), canaries=True),
            *(ask(principal, "manager", name, "PUT", "/staff/fields", 400, "invalid_field", json={"visible": [str(number)]}, alike="unknown")
              for name, number in (("random", random_id()), ("of the other account", foreign(around, principal, "job_field"))))]


def preview_visibility(around: Surroundings, principal: Principal) -> list[Cell]:
    templates = templates_of(around, principal.account)
    hidden = {"jobs_shown": 0, "jobs_hidden": sum(item["jobs"] for item in templates if item["visible"]), "templates_shown": [], "fields_shown": [], "fields_hidden": []}

    def is_so(answer, client) -> str | None:
        told = answer.json()
        named = {item["id"] for item in told.pop("templates_hidden")}
        return None if told == hidden and named == {item["id"] for item in templates if item["visible"]} else f"it says {told} instead of {hidden}"
    return [ask(principal, "viewer", "nothing visible", "POST", "/staff/visibility/preview", 200, json={"templates": []}, then=is_so, canaries=True),
            *(ask(principal, "viewer", name, "POST", "/staff/visibility/preview", 400, "invalid_field", json={"templates": [str(number)]}, alike="unknown")
              for name, number in (("random", random_id()), ("of the other account", foreign(around, principal, "job_template"))))]


CELLS = {cells.__name__: cells for cells in (get_staff_portal, create_staff_portal, update_staff_portal, list_staff_templates, set_visible_templates, list_staff_fields,
                                             set_visible_fields, preview_visibility)}
