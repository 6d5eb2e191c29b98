import time

from support.client import Client
from support.site import PrivateSite

# Of a machine on which a cluster that has just been made is still busy.
PATIENCE = 10.0


def sign_in(site: PrivateSite, slug: str) -> Client:
    client = site.client(slug)
    member = site.accounts[slug]["members"][0]
    deadline = time.monotonic() + PATIENCE
    while (answer := client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]})).status == 503 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert answer.status == 200, answer.text
    return client
