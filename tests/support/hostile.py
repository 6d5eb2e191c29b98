"""Texts that want to be something else: markup, scripts, headers, recipients, addresses, templates, other directions of writing (SECURITY R51)."""

import json

WANTED = 500
SEEDS = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "a\r\nBcc: evil@evil.example", "a\nBcc: evil@evil.example\n\n<b>body</b>",
         "a\rTo: evil@evil.example", "\r\n.\r\nMAIL FROM:<evil@evil.example>", "{{activation.url}}", "{{company.name}}", "{{", "}}{{client.name", "%s%n${7*7}<%= 1 %>",
         "=?UTF-8?Q?=0D=0ABcc:_evil@evil.example?=", "=?UTF-8?B?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?=", "\u202eelpmaxe.live@live\u202c", "\u2066\u200f\u05d0\u05d1\u2069",
         "\u2028Bcc: evil@evil.example\u2029", "\x85Bcc: evil@evil.example", "\U0001f469\u200d\U0001f527\U0001f600" * 20, "evil@evil.example", "<evil@evil.example>",
         "a, evil@evil.example", "\"quoted\\\" (comment)", ";:\\@<>[]", "&lt;b&gt;&amp;&#60;", "</title><style>*{display:none}</style>", "--=_boundary--",
         "Content-Type: text/html", "\x01\x02\x1b[31m\x7f", "é" * 290, "x" * 299, " leading", "trailing ", "\t", "=3D=0D=0A", "<!-- <p> -->", "]]>", "javascript:alert(1)"]


def hostile() -> list[str]:
    """Five hundred: each seed as it is, and each with others behind it; as long as a name may be."""
    made = list(SEEDS)
    for distance in range(1, len(SEEDS)):
        made += [first[:140] + SEEDS[(index + distance) % len(SEEDS)][:140] for index, first in enumerate(SEEDS)]
    return [text[:299] for text in made][:WANTED]


def lines_of_everything(texts: list[str]) -> dict[str, list[dict]]:
    """What another system feeds, each text once in every free text that there is: kind by kind, in the order in which they name each other."""
    first = texts[:40]  # of fields and templates, which each job has and each console page lists
    everything: dict[str, list[dict]] = {kind: [] for kind in ("clients", "sites", "contacts", "workers", "teams", "fields", "templates", "jobs", "invoices", "quotes")}
    for number, text in enumerate(texts):
        everything["clients"].append({"external_id": f"HC-{number}", "kind": "organisation", "organisation_name": text} if number % 2 == 0 else
                                     {"external_id": f"HC-{number}", "kind": "person", "first_name": text, "surname": text})
        everything["sites"].append({"external_id": f"HS-{number}", "client": "HC-0", "name": text, "address": text})
        everything["contacts"].append({"external_id": f"HK-{number}", "client": f"HC-{number}", "kind": "email", "value": f"h{number}@acme.example", "name": text})
        everything["workers"].append({"external_id": f"HW-{number}", "name": text})
        everything["teams"].append({"external_id": f"HM-{number}", "name": text, "workers": [f"HW-{number}"]})
        everything["jobs"].append({"external_id": f"HJ-{number}", "number": 700_000 + number, "client": "HC-0", "template": f"HT-{number % len(first)}", "worker": f"HW-{number}",
                                   "status": "finished", "scheduled_at": "2026-11-16T13:00:00Z", "finished_at": "2026-11-16T15:00:00Z", "address": text, "description": text,
                                   "resolution": {"name": text, "successful": True}, "custom": {"note": text, "choice": "a", "web": {"url": "https://acme.example/", "label": text}},
                                   "report": {"found": text}})
        everything["invoices"].append({"external_id": f"HI-{number}", "client": "HC-0", "number": text[:50], "title": text, "issued_on": "2026-11-16", "currency": "GBP",
                                       "total": 100 + number})
        everything["quotes"].append({"external_id": f"HQ-{number}", "client": "HC-0", "number": text[:50], "title": text, "description": text, "issued_on": "2026-11-16",
                                     "currency": "GBP", "total": 100 + number})
    fields = [("custom", "note", "text", {}), ("custom", "choice", "pick_list", {"options": [{"id": "a", "label": "</option><script>globalThis.ran=1</script>"}]}),
              ("custom", "web", "link", {}), ("report", "found", "text", {})]
    everything["fields"] = [{"external_id": f"HF-{key}", "group": group, "key": key, "label": f"<img src=x onerror=globalThis.ran=1> {key}", "type": kind, **more}
                            for group, key, kind, more in fields]
    everything["templates"] = [{"external_id": f"HT-{number}", "name": text, "fields": [f"HF-{key}" for _, key, _, _ in fields]} for number, text in enumerate(first)]
    return everything


def feed(client, everything: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """Sends it line by line as far as it is taken; answers what was refused, by kind."""
    refused = {}
    for kind, lines in everything.items():
        body = "\n".join(json.dumps(line) for line in lines).encode()
        answer = client.put(f"/api/v1/import/{kind}?mode=lines", body=body, headers={"Content-Type": "application/x-ndjson"})
        assert answer.status == 200, f"{kind}: {answer.status} {answer.text}"
        refused[kind] = [{**error, "text": lines[error["line"] - 1]} for error in answer.json()["errors"]]
    return refused
