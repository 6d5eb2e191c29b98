"""What a member must be shown, worked out anew from the rows of the tables: in another language than the portal, without
its statements, views and functions."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from psycopg2.extras import RealDictCursor

from support.world import FILE_TYPES, Membership, World

STATE_OF = {"unscheduled": "planned", "scheduled": "planned", "en_route": "active", "started": "active", "paused": "active",
            "finished": "finished", "cancelled": "cancelled"}
WORD_OF = {"unscheduled": "not_scheduled", "scheduled": "planned", "en_route": "on_the_way", "started": "in_progress", "paused": "paused",
           "cancelled": "cancelled"}
# Main fields by key: the column, and whether they are told only when the job is finished.
MAIN_FIELDS = {"description": ("description", False), "contact": ("contact", False), "duration": ("duration_minutes", False),
               "entrance": ("entrance", False), "floor": ("floor", False), "external_id": ("external_id", False),
               "en_route_at": ("en_route_at", False), "started_at": ("started_at", False), "finished_at": ("finished_at", True),
               "resolution": ("resolution_name", True), "resolution_note": ("resolution_note", True)}


class Truth:
    """For the account of one membership."""

    def __init__(self, world: World, who: Membership):
        self._world = world
        self._who = who
        self._account_id = who.account.account_id
        self._zone = ZoneInfo(who.account.time_zone)

    def _rows(self, statement: str, **parameters) -> list[dict]:
        with self._world._connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(statement, {"account": self._account_id, **parameters})
            return [dict(row) for row in cursor.fetchall()]

    def may_see(self, state: str) -> bool:
        needed = {"planned": {"view_job_status"}, "active": {"view_job_status"}, "finished": {"view_completed_jobs"},
                  "cancelled": {"view_job_status", "view_completed_jobs"}}[state]
        return bool(needed & set(self._who.permissions))

    def jobs(self) -> list[dict]:
        """The rows of all jobs that the member may see, in no order."""
        rows = self._rows("""
            SELECT j.*, s.name AS site_name, t.name AS template_name, coalesce(w.name, m.name) AS assignee_name,
                   r.name AS resolution_name, r.is_successful
            FROM portal.job j
            JOIN portal.job_template t ON (t.account_id, t.job_template_id) = (j.account_id, j.job_template_id)
            LEFT JOIN portal.site s ON (s.account_id, s.site_id) = (j.account_id, j.site_id)
            LEFT JOIN portal.worker w ON (w.account_id, w.worker_id) = (j.account_id, j.worker_id)
            LEFT JOIN portal.team m ON (m.account_id, m.team_id) = (j.account_id, j.team_id)
            LEFT JOIN portal.resolution r ON (r.account_id, r.resolution_id) = (j.account_id, j.resolution_id)
            WHERE j.account_id = %(account)s""")
        templates = {row["job_template_id"] for row in self._rows("SELECT * FROM portal.portal_visible_template WHERE account_id = %(account)s")}
        return [row for row in rows if row["client_id"] == self._who.client_id and row["deleted_at"] is None
                and row["job_template_id"] in templates and self.may_see(STATE_OF[row["status"]])]

    def job(self, job_id: int) -> dict | None:
        """The answer of GET /jobs/{id}; None: not found."""
        return next((self.page(row) for row in self.jobs() if row["job_id"] == job_id), None)

    def page(self, row: dict) -> dict:
        ((shows_position,),) = self._world.rows("SELECT shows_position FROM portal.portal WHERE account_id = %s", self._account_id)
        return {**self.summary(row), "tracked": shows_position and row["status"] == "en_route" and row["worker_id"] is not None, "fields": self._fields(row)}

    def work_requests(self) -> dict[int, dict]:
        """The answers of GET /work-requests/{id} by id, the newest first; none without the permission."""
        if "create_work_requests" not in self._who.permissions:
            return {}
        seen = {row["job_id"]: row for row in self.jobs()}
        rows = self._rows("""SELECT w.*, s.name AS site_name FROM portal.work_request w LEFT JOIN portal.site s USING (account_id, client_id, site_id)
                             WHERE w.account_id = %(account)s AND w.client_id = %(client)s ORDER BY w.created_at DESC, w.work_request_id DESC""", client=self._who.client_id)
        return {row["work_request_id"]: self._work_request(row, seen.get(row["job_id"])) for row in rows}

    def _work_request(self, row: dict, job: dict | None) -> dict:
        return {"id": str(row["work_request_id"]), "number": row["number"], "subject": row["subject"], "state": row["state"],
                "site": row["site_name"] and {"id": str(row["site_id"]), "name": row["site_name"]},
                "preferred_date": row["preferred_date"] and row["preferred_date"].isoformat(),
                "preferred_time": row["preferred_time"] and row["preferred_time"].strftime("%H:%M"),
                "created_at": rfc3339(row["created_at"]), "changed_at": rfc3339(row["changed_at"]), "created_by": {"name": row["asked_by"]},
                "is_own": row["membership_id"] == self._who.membership_id, "notes": row["notes"], "reply": row["reply"],
                "job": job and {"id": str(job["job_id"]), "number": str(job["number"])}}

    def visible_fields(self) -> list[dict]:
        return self._rows("""SELECT f.* FROM portal.job_field f JOIN portal.portal_visible_field v USING (account_id, job_field_id)
                             WHERE f.account_id = %(account)s""")

    def shows_main_field(self, key: str) -> bool:
        return any(field["field_group"] == "main" and field["key"] == key for field in self.visible_fields())

    def summary(self, row: dict) -> dict:
        until = None
        if row["scheduled_at"] and row["duration_minutes"] and self.shows_main_field("duration"):
            until = row["scheduled_at"] + timedelta(minutes=row["duration_minutes"])
        status = WORD_OF.get(row["status"])
        if row["status"] == "finished":
            status = "could_not_be_completed" if row["is_successful"] is False else "finished"
        return {
            "id": str(row["job_id"]), "number": str(row["number"]), "reference": row["reference"], "state": STATE_OF[row["status"]],
            "status": status, "assignment": assignment_of(row), "scheduled_at": rfc3339(row["scheduled_at"]), "scheduled_until": rfc3339(until),
            "address": row["address"], "site": row["site_id"] and {"id": str(row["site_id"]), "name": row["site_name"]},
            "template": {"id": str(row["job_template_id"]), "name": row["template_name"]},
            "assignee": row["assignee_name"] and {"name": row["assignee_name"]},
        }

    def _fields(self, row: dict) -> list[dict]:
        of_template = {link["job_field_id"]: link["position"] for link in self._rows(
            "SELECT * FROM portal.job_template_field WHERE account_id = %(account)s AND job_template_id = %(template)s",
            template=row["job_template_id"])}
        shown = []
        for field in self.visible_fields():
            group, key = field["field_group"], field["key"]
            is_late = group == "report" or (group == "main" and MAIN_FIELDS[key][1])
            if (group == "main" or field["job_field_id"] in of_template) and (row["status"] == "finished" or not is_late):
                position = of_template.get(field["job_field_id"], field["position"])
                order = (("main", "custom", "report").index(group), position, field["position"], field["job_field_id"])
                shown.append((order, {"key": key, "label": field["label"], "group": "default" if group == "main" else group,
                                      "type": field["type"], "value": self._value(row, field)}))
        return [answer for _, answer in sorted(shown, key=lambda entry: entry[0])]

    def _value(self, row: dict, field: dict):
        if field["type"] in FILE_TYPES:
            files = self._rows("""SELECT * FROM portal.job_file WHERE account_id = %(account)s AND job_id = %(job)s AND job_field_id = %(field)s
                                  ORDER BY position""", job=row["job_id"], field=field["job_field_id"])
            return [{"id": str(file["job_file_id"]), "name": file["name"], "type": file["media_type"], "size": file["size_bytes"],
                     "url": f"/api/v1/jobs/{row['job_id']}/files/{file['job_file_id']}"} for file in files]
        if field["field_group"] == "main":
            value = row[MAIN_FIELDS[field["key"]][0]]
            return rfc3339(value) if isinstance(value, datetime) else value
        value = row[f"{field['field_group']}_values"].get(field["key"])
        if value is None:
            return None
        if field["type"] == "pick_list":
            return next({"id": option["id"], "label": option["label"]} for option in field["options"] if option["id"] == value)
        if field["type"] == "money":
            return {"amount": value["amount"], "currency": value["currency"]}
        if field["type"] == "link":
            return {"url": value["url"], "label": value.get("label")}
        return value

    def listed(self, *, state=None, assignment=None, site=None, since=None, until=None, q=None, sort=None) -> list[dict]:
        """All items of GET /jobs under these filters, in order."""
        rows = [row for row in self.jobs() if self._matches(row, state, assignment, site, since, until, q)]
        sort = sort or ("-scheduled_at" if state in ("finished", "cancelled") else "scheduled_at")
        name, descending = sort.lstrip("-"), sort.startswith("-")
        rows.sort(key=lambda row: (row[name] if row[name] is not None else datetime.max.replace(tzinfo=timezone.utc), row["job_id"]), reverse=descending)
        rows.sort(key=lambda row: row[name] is None)
        return [self.summary(row) for row in rows]

    def _matches(self, row, state, assignment, site, since, until, q) -> bool:
        day = row["scheduled_at"] and row["scheduled_at"].astimezone(self._zone).date()
        if (since or until) and day is None:
            return False
        texts = [str(row["number"]), row["reference"], row["address"], row["site_name"], row["template_name"], row["assignee_name"]]
        texts += [row["description"]] if self.shows_main_field("description") else []
        return ((state is None or STATE_OF[row["status"]] == state) and (assignment is None or assignment_of(row) == assignment)
                and (site is None or row["site_id"] == site) and (since is None or day >= since) and (until is None or day <= until)
                and (q is None or any(text and q.lower() in text.lower() for text in texts)))

    def files(self, job_id: int) -> list[dict]:
        """Entries of all fields of photos, files and signatures that the member sees in the job."""
        page = self.job(job_id)
        return [file for field in (page or {"fields": []})["fields"] if field["type"] in FILE_TYPES for file in field["value"]]

    def content(self, table: str, row_id: int) -> bytes:
        """The bytes of a document or job_file, as they lie in the folder."""
        (row,) = self._rows(f"SELECT content_hash FROM portal.{table} WHERE {table}_id = %(id)s", id=row_id)
        digits = bytes(row["content_hash"]).hex()
        return (self._world.site.files / digits[:2] / digits).read_bytes()

    def documents(self, *, q=None, sort="-created_at") -> list[dict]:
        """All items of GET /documents, in order."""
        if "view_documents" not in self._who.permissions:
            return []
        rows = self._rows("SELECT * FROM portal.document WHERE account_id = %(account)s AND client_id = %(client)s AND is_visible AND withdrawn_at IS NULL AND content_hash IS NOT NULL", client=self._who.client_id)
        hidden = {row["document_id"] for row in self._rows(
            "SELECT * FROM portal.document_hidden_from WHERE account_id = %(account)s AND membership_id = %(membership)s", membership=self._who.membership_id)}
        rows = [row for row in rows if row["document_id"] not in hidden and (q is None or q.lower() in row["name"].lower())]
        by_name = sort.lstrip("-") == "name"
        rows.sort(key=lambda row: (row["name"].lower() if by_name else row["created_at"], row["document_id"]), reverse=sort.startswith("-"))
        return [{"id": str(row["document_id"]), "name": row["name"], "type": row["media_type"], "size": row["size_bytes"],
                 "created_at": rfc3339(row["created_at"]), "url": f"/api/v1/documents/{row['document_id']}/content"} for row in rows]

    def invoices(self, *, kind=None) -> list[dict]:
        """All items of GET /invoices, in order."""
        if "view_invoices" not in self._who.permissions:
            return []
        rows = self._rows("SELECT * FROM portal.invoice WHERE account_id = %(account)s AND client_id = %(client)s AND is_visible AND withdrawn_at IS NULL", client=self._who.client_id)
        jobs = {row["job_id"]: row["number"] for row in self.jobs()}
        rows.sort(key=lambda row: (row["issued_on"], row["invoice_id"]), reverse=True)
        today = datetime.now(self._zone).date()
        return [item for item in (invoice_item(row, jobs, today) for row in rows) if kind is None or kind_of(item) == kind]

    def invoice_totals(self) -> dict:
        """What `counts=true` adds to the list."""
        items = self.invoices()
        sums: dict[str, int] = {}
        for item in items:
            if item["outstanding"]["amount"]:
                sums[item["total"]["currency"]] = sums.get(item["total"]["currency"], 0) + item["outstanding"]["amount"]
        return {"counts": {state: sum(item["state"] == state for item in items) for state in ("payment_due", "partially_paid", "overdue", "paid", "void")},
                "outstanding": [{"amount": sums[currency], "currency": currency} for currency in sorted(sums)]}

    def quotes(self, *, kind=None) -> list[dict]:
        """All answers of GET /quotes/{id}, in the order of the list."""
        if "accept_quotes" not in self._who.permissions:
            return []
        rows = self._rows("SELECT * FROM portal.quote WHERE account_id = %(account)s AND client_id = %(client)s AND is_visible AND withdrawn_at IS NULL", client=self._who.client_id)
        jobs = {row["job_id"]: row["number"] for row in self.jobs()}
        rows.sort(key=lambda row: (row["issued_on"], row["quote_id"]), reverse=True)
        today = datetime.now(self._zone).date()
        items = [quote_item(self._world, row, jobs, today) for row in rows]
        return [item for item in items if kind is None or QUOTE_KIND[item["state"]] == kind]

    def quote_summaries(self, *, kind=None) -> list[dict]:
        """All items of GET /quotes, in order."""
        return [summary_of(item) for item in self.quotes(kind=kind)]

    def quote_counts(self) -> dict:
        items = self.quotes()
        return {"counts": {state: sum(item["state"] == state for item in items) for state in QUOTE_KIND}}

    def counts(self, **filters) -> dict[str, int]:
        items = self.listed(**filters)
        return {state: sum(1 for item in items if item["state"] == state) for state in ("planned", "active", "finished", "cancelled")
                if self.may_see(state)}

    def sites(self) -> dict:
        rows = self._rows("SELECT * FROM portal.site WHERE account_id = %(account)s AND client_id = %(client)s ORDER BY name, site_id",
                          client=self._who.client_id)
        return {"items": [{"id": str(row["site_id"]), "name": row["name"], "address": row["address"]} for row in rows], "next_cursor": None}

    def session(self, acting: int | None = None) -> dict:
        """The answer of GET /session, acting in the membership."""
        rows = self._rows("""SELECT ms.*, c.name AS client_name, m.email, m.first_name, m.surname, m.language, m.pending_email
                             FROM portal.membership ms
                             JOIN portal.client c ON (c.account_id, c.client_id) = (ms.account_id, ms.client_id)
                             JOIN portal.member m ON (m.account_id, m.member_id) = (ms.account_id, ms.member_id)
                             WHERE ms.account_id = %(account)s AND ms.member_id = %(member)s AND ms.state = 'active'
                             ORDER BY c.name, ms.membership_id""", member=self._who.member_id)
        own = next(row for row in rows if row["membership_id"] == (acting or self._who.membership_id))

        def described(row: dict) -> dict:
            return {"id": str(row["membership_id"]), "client": {"id": str(row["client_id"]), "name": row["client_name"]}}
        return {"member": {"id": str(own["member_id"]), "email": own["email"], "first_name": own["first_name"] or None,
                           "surname": own["surname"] or None, "language": own["language"], "email_change_pending": own["pending_email"] is not None},
                "membership": {**described(own), "permissions": sorted(own["permissions"])},
                "memberships": [described(row) for row in rows]}


QUOTE_KIND = {"pending_approval": "open", "changes_requested": "open", "accepted": "accepted", "declined": "closed", "expired": "closed", "superseded": "closed"}


def summary_of(quote: dict) -> dict:
    """What a list tells of it."""
    return {name: value for name, value in quote.items() if name not in ("description", "decisions")}


def quote_item(world: World, row: dict, jobs: dict[int, int], today: date, folder: str = "/api/v1/quotes") -> dict:
    """Of a row of portal.quote; `jobs` are those that may be named, with their numbers."""
    with world._connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("SELECT * FROM portal.quote_decision WHERE quote_id = %s AND client_id = %s ORDER BY quote_decision_id DESC LIMIT 20", (row["quote_id"], row["client_id"]))
        decisions = [{"decision": each["decision"], "reason": each["reason"], "decided_at": rfc3339(each["decided_at"]), "decided_by": {"name": each["decided_by"]},
                      "method": each["method"], "revision": each["revision"], "total": {"amount": each["total_minor"], "currency": each["currency"]}} for each in cursor.fetchall()]
    last = next((each for each in decisions if each["revision"] == row["revision"]), None)
    state = last["decision"] if last else "pending_approval"
    if row["valid_until"] is not None and row["valid_until"] < today and state not in ("accepted", "declined"):
        state = "expired"
    extension = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(row["media_type"])
    return {
        "id": str(row["quote_id"]), "number": row["number"], "title": row["title"], "state": "superseded" if row["is_superseded"] else state, "revision": row["revision"],
        "issued_on": str(row["issued_on"]), "valid_until": row["valid_until"] and str(row["valid_until"]), "total": {"amount": row["total_minor"], "currency": row["currency"]},
        "job": {"id": str(row["job_id"]), "number": str(jobs[row["job_id"]])} if row["job_id"] in jobs else None,
        "file": row["content_hash"] and {"name": f"{row['number']}.{extension}", "type": row["media_type"], "size": row["size_bytes"], "url": f"{folder}/{row['quote_id']}/content"},
        "decision": last, "description": row["description"], "decisions": decisions}


def kind_of(invoice: dict) -> str:
    return invoice["state"] if invoice["state"] in ("paid", "void") else "open"


def invoice_item(row: dict, jobs: dict[int, int], today: date, folder: str = "/api/v1/invoices") -> dict:
    """Of a row of portal.invoice; `jobs` are those that may be named, with their numbers."""
    total, paid = row["total_minor"], row["paid_minor"]
    is_open = not row["is_void"] and paid < total
    state = "void" if row["is_void"] else "paid"
    if is_open:
        is_late = row["due_on"] is not None and row["due_on"] < today
        state = "overdue" if is_late else "partially_paid" if paid else "payment_due"
    extension = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(row["media_type"])
    return {
        "id": str(row["invoice_id"]), "number": row["number"], "title": row["title"], "state": state, "issued_on": str(row["issued_on"]),
        "due_on": row["due_on"] and str(row["due_on"]), "total": {"amount": total, "currency": row["currency"]}, "paid": {"amount": paid, "currency": row["currency"]},
        "outstanding": {"amount": total - paid if is_open else 0, "currency": row["currency"]},
        "job": {"id": str(row["job_id"]), "number": str(jobs[row["job_id"]])} if row["job_id"] in jobs else None,
        "file": row["content_hash"] and {"name": f"{row['number']}.{extension}", "type": row["media_type"], "size": row["size_bytes"],
                                         "url": f"{folder}/{row['invoice_id']}/content"}}


def portal_answer(world: World, slug: str) -> dict:
    """The answer of GET /portal."""
    names = ("name", "accent_colour", "contact_phone", "contact_email", "contact_website", "privacy_url", "terms_url", "imprint_url", "languages",
             "default_language", "time_zone", "password_minimum_length", "logo_version", "logo_width", "logo_height")
    (values,) = world.rows(f"""SELECT p.{', p.'.join(names[:10])}, a.time_zone, a.password_minimum_length,
                                 left(encode(p.logo_hash, 'hex'), 16), p.logo_width, p.logo_height
                               FROM portal.portal p JOIN portal.account a USING (account_id) WHERE a.slug = %s""", slug)
    row = dict(zip(names, values))
    return {"name": row["name"], "logo": row["logo_width"] and {"url": f"/api/v1/portal/logo?version={row['logo_version']}", "width": row["logo_width"], "height": row["logo_height"]},
            "colours": {"accent": row["accent_colour"]},
            "contact": {"phone": row["contact_phone"], "email": row["contact_email"], "website": row["contact_website"]},
            "legal": {name: row[name] for name in ("privacy_url", "terms_url", "imprint_url")},
            "languages": row["languages"], "default_language": row["default_language"], "time_zone": row["time_zone"],
            "password": {"minimum_length": row["password_minimum_length"]}}


def assignment_of(row: dict) -> str | None:
    if row["status"] in ("finished", "cancelled"):
        return None
    if row["status"] in ("en_route", "started"):
        return "in_progress"
    if row["status"] == "paused":
        return "pending"
    if row["worker_id"] is None and row["team_id"] is None:
        return "unassigned"
    return "assigned" if row["scheduled_at"] else "pending"


def rfc3339(time: datetime | None) -> str | None:
    if time is None:
        return None
    time = time.astimezone(timezone.utc)
    return time.strftime("%Y-%m-%dT%H:%M:%S") + (f".{time.microsecond:06}" if time.microsecond else "") + "Z"
