"""What the files of an account take together is counted along, whoever brings or takes them away."""

import json

import pytest
from named import MODULE, World, call, sha256

KEY = sha256("a key of storage")


@pytest.fixture
def counted(clone, world: World):
    """Compares what was counted with what there is, and says how much that is."""
    maintenance = clone("portal_maintenance")

    def counted() -> int:
        rows = maintenance.rows("""
            select s.account_id, s.bytes, coalesce(sum(f.size_bytes), 0)::bigint as there from portal.account_storage s
            left join (select account_id, size_bytes from portal.document union all select account_id, size_bytes from portal.job_file
              union all select account_id, size_bytes from portal.invoice union all select account_id, size_bytes from portal.quote) f using (account_id)
            group by s.account_id""")
        assert [row for row in rows if row["bytes"] != row["there"]] == []
        assert len(rows) == maintenance.value("select count(*) from portal.account")
        return sum(row["bytes"] for row in rows)

    counted.maintenance = maintenance
    return counted


def test_what_staff_file_replace_and_remove(counted, clone, world):
    edge, who, before = clone("portal_edge"), world.staff_of("manager"), counted()
    client_id = next(row["client_id"] for row in world.tables["client"] if row["account_id"] == who.account_id)

    def written(statement: str, **values) -> int:
        edge.begin()
        edge.enter_staff(who)
        edge.run("lock_files_for_row", account_id=who.account_id)
        # Not by edge.run(): statements have a parameter of its parameter's name.
        (row,) = edge.rows(call(edge.connection, MODULE[statement]), {"account_id": who.account_id, **values})
        edge.commit()
        return next(iter(row.values()))

    content = {"media_type": "application/pdf", "content_hash": sha256("content"), "is_active_content": False}
    document_id = written("add_staff_document", client_id=client_id, name="A.pdf", size_bytes=70, is_visible=True, **content)
    assert counted() == before + 70
    written("replace_staff_document", document_id=document_id, size_bytes=30, **content)
    assert counted() == before + 30
    written("change_staff_document", document_id=document_id, name="B.pdf", is_visible=False)
    assert counted() == before + 30
    written("remove_staff_document", document_id=document_id)
    assert counted() == before


def test_what_another_system_sends_and_takes_back(counted, clone, world):
    edge, before = clone("portal_edge"), counted()
    account_id, job = world.brightwater, next(row for row in world.tables["job"] if row["account_id"] == world.brightwater and row["external_id"])
    counted.maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{import}')", (account_id, KEY))
    field = next(row for row in world.tables["job_field"] if row["account_id"] == account_id and row["type"] == "file")
    client = counted.maintenance.value("update portal.client set external_id = 'C-storage' where account_id = %s and client_id = %s returning client_id",
                                       (account_id, job["client_id"]))

    def sent(statement: str, **values) -> None:
        edge.begin()
        edge.run("enter_key", account_id=account_id, key_hash=KEY, scope="import")
        edge.run("begin_import", account_id=account_id, rest_milliseconds=0)
        assert edge.run(statement, account_id=account_id, **values)
        edge.commit()

    def lines(**line) -> dict:
        return {"rows": json.dumps([{"line": 1, "external_id": "D-storage", **line}]), "apply": "all"}

    sent("import_documents", **lines(client="C-storage", name="A.pdf", visible=True))
    assert counted() == before
    sent("fill_document", external_id="D-storage", client_id=client, document_name="A.pdf", media_type="application/pdf", size_bytes=50, content_hash=sha256("a"),
         is_active_content=False)
    assert counted() == before + 50
    sent("import_documents", **lines(deleted=True))
    assert counted() == before
    place = {"external_id": job["external_id"], "field_group": field["field_group"], "field_key": field["key"], "position": 9}
    for size in (20, 8):
        sent("fill_job_file", **place, client_id=client, file_name="a.pdf", media_type="application/pdf", size_bytes=size, content_hash=sha256(str(size)))
        assert counted() == before + size
    sent("remove_job_file", **place)
    assert counted() == before
    bill = {"client": "C-storage", "number": "A", "issued_on": "2026-11-16", "currency": "EUR", "total": 100, "paid": 0, "void": False}
    sent("import_invoices", rows=json.dumps([{"line": 1, "external_id": "I-storage", **bill}]), apply="all")
    for size in (40, 7):
        sent("fill_invoice", external_id="I-storage", client_id=client, media_type="application/pdf", size_bytes=size, content_hash=sha256(str(size)), is_active_content=False)
        assert counted() == before + size
    sent("import_invoices", rows=json.dumps([{"line": 1, "external_id": "I-storage", "deleted": True}]), apply="all")
    assert counted() == before
    offer = {"client": "C-storage", "number": "A", "issued_on": "2026-11-16", "currency": "EUR", "total": 100, "superseded": False}
    sent("import_quotes", rows=json.dumps([{"line": 1, "external_id": "Q-storage", **offer}]), apply="all")
    for size in (40, 7):
        sent("fill_quote", external_id="Q-storage", client_id=client, media_type="application/pdf", size_bytes=size, content_hash=sha256(str(size)), is_active_content=False)
        assert counted() == before + size
    sent("import_quotes", rows=json.dumps([{"line": 1, "external_id": "Q-storage", "deleted": True}]), apply="all")
    assert counted() == before


def test_accounts_that_come_and_go(counted, world):
    counted.maintenance.rows("insert into portal.account (slug, name, time_zone) values ('new', 'New', 'UTC')")
    assert counted() > 0
    for account_id in counted.maintenance.rows("select account_id from portal.account"):
        counted.maintenance.rows("select portal.delete_account(%s)", (account_id["account_id"],))
    assert counted() == 0


def test_others_do_not_count(edge, world):
    edge.enter_staff(world.staff_of("viewer"))
    assert len(edge.rows("select bytes from portal.account_storage")) == 1
    assert edge.rows("update portal.account_storage set bytes = 0 returning account_id") == []
