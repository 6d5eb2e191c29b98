"""Where workers are: who may see it is decided by the policies, and once more by the filters of the statement."""

import psycopg2
import pytest
from named import sha256


class Way:
    """Dana is on the way to a job of Acme, in the demo data."""

    def __init__(self, stage, world):
        self.world, self.maintenance, self.edge = world, stage("portal_maintenance"), stage("portal_edge")
        (job,) = self.maintenance.rows("select * from portal.job where account_id = %s and status = 'en_route'", (world.brightwater,))
        self.job_id, self.worker_id = job["job_id"], job["worker_id"]

    def set(self, text: str) -> None:
        self.maintenance.rows(text.format(account=self.world.brightwater, job=self.job_id, worker=self.worker_id))

    def seen(self, who) -> list[int]:
        """Of whose rows a member can read, without a filter."""
        self.edge.enter_member(who)
        return [row["worker_id"] for row in self.edge.rows("select worker_id from portal.worker_position")]

    def told(self, who, with_filters: bool = True) -> dict | None:
        """The answer about the job; None: no such job."""
        self.edge.enter_member(who)
        rows = self.edge.run("get_job_position", account_id=who.account_id, client_id=who.client_id, job_id=self.job_id, with_filters=with_filters)
        return rows[0] if rows else None


@pytest.fixture
def way(stage, world) -> Way:
    return Way(stage, world)


def test_who_waits_sees_the_position(way, world):
    assert way.seen(world.alex) == [way.worker_id]
    for with_filters in (True, False):
        told = way.told(world.alex, with_filters)
        assert set(told["position"]) == {"latitude", "longitude", "accuracy_metres", "recorded_at", "age_seconds"}
        assert told["job"] and 1000 < told["distance_metres"] < 5000


HIDES = {
    "the setting is off": "update portal.portal set shows_position = false where account_id = {account}",
    "not on the way any more": "update portal.job set status = 'started' where job_id = {job}",
    "not on the way yet": "update portal.job set status = 'scheduled' where job_id = {job}",
    "a team's job": """update portal.job set worker_id = null, team_id = (select min(team_id) from portal.team where account_id = {account})
                       where job_id = {job}""",
    "another worker's job": """update portal.job set worker_id = (select max(worker_id) from portal.worker where account_id = {account})
                               where job_id = {job}""",
    "on the way for half a day": "update portal.job set en_route_at = now() - interval '12 hours' - interval '1 second' where job_id = {job}",
    "too old": "update portal.worker_position set recorded_at = now() - interval '10 minutes' - interval '1 second' where worker_id = {worker}",
}
HIDES_THE_JOB = {
    "a hidden template": """delete from portal.portal_visible_template v using portal.job j
                            where j.job_id = {job} and v.account_id = j.account_id and v.job_template_id = j.job_template_id""",
    "a deleted job": "update portal.job set deleted_at = now() where job_id = {job}",
    "another client's job": """update portal.job set site_id = null, client_id = (select client_id from portal.client where organisation_name = 'Harbour Hotels Group')
                               where job_id = {job}""",
}


@pytest.mark.parametrize("since", ["now() - interval '11 hours'", "null"])
def test_a_way_may_take_hours_or_have_no_known_beginning(way, world, since):
    way.set(f"update portal.job set en_route_at = {since} where job_id = {{job}}")
    assert way.seen(world.alex) == [way.worker_id] and way.told(world.alex)["position"]


@pytest.mark.parametrize("change", HIDES.values(), ids=HIDES)
def test_nothing_is_seen_when(way, world, change):
    way.set(change)
    assert way.seen(world.alex) == []
    for with_filters in (True, False):
        assert way.told(world.alex, with_filters) == {"position": None, "job": None, "distance_metres": None}


@pytest.mark.parametrize("change", HIDES_THE_JOB.values(), ids=HIDES_THE_JOB)
def test_neither_job_nor_position_is_seen_with(way, world, change):
    way.set(change)
    assert way.seen(world.alex) == []
    for with_filters in (True, False):
        assert way.told(world.alex, with_filters) is None


@pytest.mark.parametrize("client", ["Harbour Hotels Group", "Ruth Okafor"])
def test_members_of_other_clients_see_nothing(way, world, client):
    others = [who for who in world.memberships if who.client_id == world.clients[client]]
    assert others
    for who in others:
        assert way.seen(who) == [] and way.told(who) is None


def test_members_of_other_accounts_see_nothing(way, world):
    others = [who for who in world.memberships if who.account_id == world.northside]
    assert others
    for who in others:
        assert way.seen(who) == [] and way.told(who) is None


def test_who_may_see_finished_jobs_alone_sees_nothing(way, world):
    who = world.alex
    way.maintenance.rows("update portal.membership set permissions = '{view_completed_jobs,view_documents}' where membership_id = %s", (who.membership_id,))
    lesser = who.__class__(**{**who.__dict__, "permissions": ("view_completed_jobs", "view_documents")})
    assert way.seen(lesser) == [] and way.told(lesser) is None


def test_the_oldest_that_is_shown(way, world):
    way.set("update portal.worker_position set recorded_at = now() - interval '10 minutes' + interval '1 second' where worker_id = {worker}")
    assert way.told(world.alex)["position"]["age_seconds"] == 599


def test_staff_and_visitors_see_no_positions(way, world):
    for enter in (lambda: way.edge.enter_staff(world.staff_of("owner")), lambda: way.edge.enter_anonymous(world.brightwater),
                  lambda: way.edge.enter_anonymous(world.brightwater, world.alex.session_hash)):
        enter()
        assert way.edge.rows("select worker_id from portal.worker_position") == []


def test_who_looks_as_a_member_sees_what_the_member_sees(way, world):
    manager, who = world.staff_of("manager"), world.alex
    way.maintenance.rows("insert into portal.staff_view (account_id, staff_id, membership_id, reason, expires_at) values (%s, %s, %s, 'They called', now() + interval '1 hour')",
                         (who.account_id, manager.staff_id, who.membership_id))
    def look() -> list:
        way.edge.rows("select portal.enter_preview(%s, %s, %s, %s, %s)", (who.account_id, manager.session_hash, "manager", who.membership_id, list(who.permissions)))
        return [row["worker_id"] for row in way.edge.rows("select worker_id from portal.worker_position")]
    way.edge.begin()
    assert look() == [way.worker_id]
    # What begins to look may not write, and that lasts as long as the transaction.
    way.edge.rollback()
    way.set(HIDES["the setting is off"])
    assert look() == []


def test_members_change_nothing(way, world):
    way.edge.enter_member(world.alex)
    for write in ("update portal.worker_position set latitude = 0", "delete from portal.worker_position"):
        with way.edge.connection.cursor() as cursor:
            way.edge.execute(cursor, write)
            assert cursor.rowcount == 0
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        way.edge.rows("insert into portal.worker_position (account_id, worker_id, latitude, longitude, recorded_at) values (%s, %s, 1, 1, now())", (world.brightwater, way.worker_id))


@pytest.mark.parametrize("column", ["received_at"])
def test_what_nobody_needs_cannot_be_read(way, world, column):
    way.edge.enter_member(world.alex)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        way.edge.rows(f"select {column} from portal.worker_position")


@pytest.mark.parametrize("latitude, longitude", [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1), ("NaN", 0), (0, "NaN")])
def test_a_place_is_on_the_earth(way, latitude, longitude):
    with pytest.raises(psycopg2.errors.CheckViolation):
        way.maintenance.rows("update portal.worker_position set latitude = %s, longitude = %s", (latitude, longitude))


def test_positions_are_told_to_nobody(way, world):
    """No cache forgets a job, and no page asks anew, because somebody moves."""
    way.maintenance.rows("select set_config('portal.told', '0', true)")
    way.maintenance.rows("update portal.worker_position set latitude = latitude + 0.001, recorded_at = now()")
    way.maintenance.rows("delete from portal.worker_position")
    way.maintenance.rows("insert into portal.worker_position (account_id, worker_id, latitude, longitude, recorded_at) values (%s, %s, 1, 1, now())", (world.brightwater, way.worker_id))
    assert way.maintenance.value("select current_setting('portal.told', true)") == "0"
    way.set("update portal.job set status = 'started' where job_id = {job}")
    assert way.maintenance.value("select current_setting('portal.told', true)") == "1", "the control"


def test_a_position_ends_with_its_worker_and_with_the_account(way, world):
    way.set("update portal.job set worker_id = null where worker_id = {worker}")
    way.set("delete from portal.team_worker where worker_id = {worker}")
    way.set("delete from portal.worker where worker_id = {worker}")
    assert way.maintenance.value("select count(*) from portal.worker_position where worker_id = %s", (way.worker_id,)) == 0
    assert way.maintenance.value("select count(*) from portal.worker_position where account_id = %s", (world.brightwater,)) == 1
    way.maintenance.rows("select portal.delete_account(%s)", (world.brightwater,))
    assert way.maintenance.value("select count(*) from portal.worker_position where account_id = %s", (world.brightwater,)) == 0


def test_the_position_of_a_worker_who_is_taken_back_is_forgotten(way, world):
    key = sha256("a key")
    way.maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{import}')", (world.brightwater, key))
    way.set("update portal.worker set external_id = 'W-1' where worker_id = {worker}")
    way.edge.run("enter_key", account_id=world.brightwater, key_hash=key, scope="import")
    (row,) = way.edge.run("import_workers", account_id=world.brightwater, rows='[{"line": 1, "external_id": "W-1", "deleted": true}]', apply="all")
    assert row["withdrawn"] == 1
    assert way.maintenance.value("select count(*) from portal.worker_position where worker_id = %s", (way.worker_id,)) == 0


# By Karney's algorithm on the ellipsoid, or by a quarter and half of the circumference.
DISTANCES = [
    ((53.838, -1.532), (53.838, -1.532), 0, 0),
    ((51.5007, -0.1246), (48.8584, 2.2945), 340_900, 0.005),
    ((40.6413, -73.7781), (51.47, -0.4543), 5_555_000, 0.005),
    ((0, 0), (0, 90), 10_007_557, 0.0001),
    ((0, 0), (0, 180), 20_015_114, 0.0001),
    ((90, 0), (-90, 0), 20_015_114, 0.0001),
    ((37.1, -122.3), (-37.1, 57.7), 20_015_114, 0.0001),
    ((0, 179.999), (0, -179.999), 222, 0.01),
    ((53.8, -1.5), (53.8001, -1.5), 11, 0.05),
]


@pytest.mark.parametrize("one, other, metres, tolerance", DISTANCES)
def test_distances(way, one, other, metres, tolerance):
    for places in ((*one, *other), (*other, *one)):
        assert abs(way.edge.value("select portal.distance_metres(%s, %s, %s, %s)", places) - metres) <= metres * tolerance


def test_no_place_no_distance(way, world):
    way.set("update portal.job set latitude = null, longitude = null where job_id = {job}")
    told = way.told(world.alex)
    assert told["position"] and (told["job"], told["distance_metres"]) == (None, None)
