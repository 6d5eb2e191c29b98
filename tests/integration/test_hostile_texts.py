"""Five hundred texts that want to be something else, in every free text that another system, staff and members can fill: refused with a word about where,
or kept as they are, and never more than a text (SECURITY R51)."""

import unicodedata

import pytest

from support.contract import CheckedClient
from support.hostile import WANTED, feed, hostile, lines_of_everything
from support.people import People
from support.portalctl import Portalctl
from support.staff import add_staff, signed_in

MAY_BE_REFUSED_FOR = {"control_character", "invalid_value", "required", "invalid_type", "too_long", "blank", "invalid_text"}


@pytest.fixture(scope="module")
def world(shared_site):
    with_people = People(shared_site, slug="hostile", name="Hostile & Co")
    yield with_people
    with_people.close()


@pytest.fixture(scope="module")
def fed(shared_site, world):
    key = Portalctl(shared_site.postgres, shared_site.keys_file).json("key", "create", "--account", "hostile", "--name", "h", "--scopes", "import")["key"]
    system = CheckedClient(shared_site.nginx.port, "hostile.localhost", headers={"Authorization": f"Bearer {key}"}, timeout=120)
    everything = lines_of_everything(hostile())
    return system, everything, feed(system, everything)


def test_there_are_enough():
    texts = hostile()
    assert len(texts) == len(set(texts)) == WANTED


def has_control(line: dict) -> bool:
    return any(unicodedata.category(letter) == "Cc" for value in line.values() if isinstance(value, str) for letter in value)


def test_what_is_refused_says_where(fed):
    _, everything, refused = fed
    for kind, errors in refused.items():
        # Names have one line; of the rest most is taken.
        wrong = {error["line"] - 1 for error in errors}
        plain = [index for index, line in enumerate(everything[kind]) if not has_control(line)]
        assert len(wrong.intersection(plain)) < len(plain) / 2, f"{kind}: nearly everything was refused: {errors[0]}"
        for error in errors:
            assert error["code"] in MAY_BE_REFUSED_FOR | {"unknown_reference"}, error


@pytest.mark.parametrize("kind", ["clients", "sites", "contacts", "workers", "teams", "fields", "templates", "jobs", "invoices", "quotes"])
def test_what_is_kept_is_kept_as_it_is(fed, kind):
    system, everything, refused = fed
    wrong = {error["line"] - 1 for error in refused[kind]}
    kept = [line for index, line in enumerate(everything[kind]) if index not in wrong]
    for line in kept[::7]:
        read = system.get(f"/api/v1/import/{kind}?external_id={line['external_id']}").json()
        assert {name: read[name] for name in line if name != "fields"} == {name: value for name, value in line.items() if name != "fields"}


def test_staff_may_write_it_too(world, fed):
    console = signed_in(world, world.client(), add_staff(world, world.account_id, "owner"))
    refused = 0
    for number, text in enumerate(hostile()[:120]):
        answers = [console.post("/api/v1/staff/clients", json={"kind": "organisation", "organisation_name": text}),
                   console.request("PATCH", "/api/v1/staff/portal", json={"privacy_url": text})]
        for answer in answers:
            assert answer.status in (200, 201, 400), answer.text
            assert not {name.lower() for name, _ in answer.headers} & {"bcc", "to", "x-evil"}
        refused += answers[0].status == 400
        if answers[0].status == 201:
            assert answers[0].json()["organisation_name"] == text
        assert answers[1].status == 400, f"an address that is none was taken: {text}"
    assert refused < 60, "nearly everything was refused"
