from support.client import Client
from support.site import PrivateSite


def sign_in(site: PrivateSite, slug: str) -> Client:
    client = site.client(slug)
    member = site.accounts[slug]["members"][0]
    answer = client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]})
    assert answer.status == 200, answer.text
    return client
