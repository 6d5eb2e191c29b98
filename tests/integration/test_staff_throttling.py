"""Tries of staff are counted as those of members are, in the same function, and apart from them."""

from support import staff
from support.people import People

SESSION = "/api/v1/staff/session"


def test_ten_failures_lock_the_login_of_staff_and_not_the_members(make_site):
    site = make_site(throttle=True)
    people = People(site)
    try:
        who = staff.add_staff(people, people.account_id, email="both@mail.example", password_hash=people.password_hash)
        member = people.add_member(email=who.email)
        known = people.client()
        assert known.post(SESSION, json={"email": who.email, "password": people.password}).status == 200
        guesser = people.client()
        for email in (who.email, "nobody@mail.example"):
            statuses = [guesser.post(SESSION, json={"email": email, "password": f"guess number {number}"}).status for number in range(11)]
            assert statuses[:9] == [401] * 9 and statuses[-1] == 429, statuses
            if email == who.email:
                refused = guesser.post(SESSION, json={"email": email, "password": people.password})
                assert refused.status == 429 and int(refused.header("Retry-After")) > 0
                # The known device gets in meanwhile, and so does the member of the same address.
                assert known.post(SESSION, json={"email": who.email, "password": people.password}).status == 200
                assert people.client().post("/api/v1/session", json={"email": member.email, "password": member.password}).status == 200
    finally:
        people.close()
