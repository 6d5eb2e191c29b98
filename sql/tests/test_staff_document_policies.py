"""What staff may do with documents and the logo, with any statement at all."""

import psycopg2
import pytest

STATEMENTS = {
    "add": """insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash)
              select account_id, client_id, 'x', 'application/pdf', 1, sha256('x') from portal.client limit 1 returning document_id""",
    "change": "update portal.document set is_visible = not is_visible returning document_id",
    "remove": "delete from portal.document returning document_id",
    "hide": """insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id)
               select d.account_id, d.document_id, d.client_id, m.membership_id from portal.document d join portal.membership m using (account_id, client_id)
               where not exists (select from portal.document_hidden_from h where h.document_id = d.document_id) limit 1 returning document_id""",
    "show": "delete from portal.document_hidden_from returning document_id",
    "send a logo in": """insert into portal.logo_upload (account_id, content_hash, media_type) values (%(account)s, sha256('x'), 'image/png')
                         on conflict (account_id) do update set content_hash = excluded.content_hash returning account_id""",
    "remove the logo": "update portal.portal set logo_hash = null, logo_media_type = null, logo_width = null, logo_height = null returning account_id",
}


@pytest.mark.parametrize("what", STATEMENTS)
@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_who_changes_is_a_manager_at_least(edge, world, role, what):
    who = world.staff_of(role)
    edge.enter_staff(who)
    try:
        changed = edge.rows(STATEMENTS[what], {"account": who.account_id})
    except psycopg2.errors.InsufficientPrivilege:
        changed = []
    assert bool(changed) == (role != "viewer")


def test_nothing_of_another_account(edge, world):
    edge.enter_staff(world.staff_of("owner"))
    own = world.staff_of("owner").account_id
    other = next(row for row in world.tables["document"] if row["account_id"] != own)
    assert {row["account_id"] for row in edge.rows("select account_id from portal.document")} == {own}
    for statement in ("update portal.document set is_visible = false where account_id = %s returning document_id",
                      "delete from portal.document where account_id = %s returning document_id"):
        assert edge.rows(statement, (other["account_id"],)) == []
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows("""insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash)
                     values (%s, %s, 'x', 'application/pdf', 1, sha256('x'))""", (other["account_id"], other["client_id"]))


def test_the_courier_makes_a_logo_only_where_one_waits(clone, world):
    maintenance, courier = clone("portal_maintenance"), clone("portal_courier")
    account = world.brightwater
    maintenance.rows("update portal.portal set logo_hash = sha256('x'), logo_media_type = 'image/png', logo_width = 1, logo_height = 1")
    assert courier.rows("update portal.portal set logo_width = 7 where account_id = %s returning account_id", (account,)) == []
    maintenance.rows("insert into portal.logo_upload (account_id, content_hash, media_type) values (%s, sha256('y'), 'image/png')", (account,))
    assert courier.rows("update portal.portal set logo_width = 7 returning account_id") == [{"account_id": account}]
    assert courier.rows("update portal.logo_upload set state = 'failed', failure = 'x' returning account_id") == [{"account_id": account}]
    assert courier.rows("delete from portal.logo_upload returning account_id") == [], "what was refused stays for staff to see"
