"""History: complete, only of real changes, and nobody can bend it. What it looks like is in test_history_pages."""

import importlib
import re
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.forms import ModelForm
from django.urls import get_resolver, reverse

from consortium.models import HistoryEntry, HistoryLink, Membership
from consortium.services import record, save_changes, save_form
from consortium.services.history import history_row, record_all, verify_history
from evaluation.models import Indicator, Scheme
from tests.test_house import LAYERS, ROOT

ENTRY, LINK = "consortium_historyentry", "consortium_historylink"


def forms_of(base: type) -> list[type]:
    return [form for child in base.__subclasses__() for form in [child, *forms_of(child)] if form._meta.model]


def execute(sql: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@contextmanager
def as_owner():
    """The owner of the database takes the guards away, and puts them back."""
    if connection.vendor == "postgresql":
        for table in (ENTRY, LINK):
            execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in (ENTRY, LINK):
            execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            execute(f"ALTER TABLE {table} DISABLE TRIGGER history_keep_all")  # as the tests have it, see conftest
        return
    with connection.cursor() as cursor:
        triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


@pytest.fixture
def entries(enterprise, secretariat):
    return [record(enterprise, by=secretariat, what="name", old=number, new=number + 1) for number in range(5)]


def faults(noted: str = "") -> list[str]:
    connection.check_constraints()  # PostgreSQL chains at the commit
    return list(verify_history(noted))


def test_a_page_remembers_who_acted_as_what_and_from_where(client_for, secretariat, enterprise, consortium):
    page = reverse("consortium:organization_update", args=[enterprise.pk])
    data = {"name": "新名", "credit_code": enterprise.credit_code, "kind": "enterprise", "joined_on": "2019-04-01"}
    client_for(secretariat).post(page, data, REMOTE_ADDR="::ffff:203.0.113.9")
    row = HistoryEntry.objects.of(enterprise).get()
    assert (row.actor, row.acting_as, row.consortium, row.what, row.old, row.new, row.address, row.digest) == (
        secretariat, secretariat.affiliation, consortium, "name", "示例企业一", "新名", "203.0.113.9",
        row.content_digest(),
    )  # fmt: skip


def test_the_api_remembers_the_address_too(api_for, secretariat, enterprise):
    answer = api_for(secretariat).patch(
        f"/api/v1/organizations/{enterprise.pk}/", {"name": "新名"}, REMOTE_ADDR="2001:db8::7"
    )
    assert (answer.status_code, HistoryEntry.objects.of(enterprise).get().address) == (200, "2001:db8::7")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [(0, "198.51.100.4", "127.0.0.1"), (1, "198.51.100.4, 203.0.113.9", "203.0.113.9"), (1, "", "127.0.0.1")],
)
def test_only_as_many_proxies_as_are_ours_are_believed(
    client_for, secretariat, enterprise, settings, proxies, forwarded, address
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    page = reverse("consortium:organization_update", args=[enterprise.pk])
    data = {"name": "新名", "credit_code": enterprise.credit_code, "kind": "enterprise", "joined_on": "2019-04-01"}
    client_for(secretariat).post(page, data, headers={"X-Forwarded-For": forwarded})
    assert HistoryEntry.objects.of(enterprise).get().address == address


def test_a_request_without_an_address_is_answered(client, db):
    assert client.get("/healthz", REMOTE_ADDR="").status_code == 200


def test_what_the_program_does_has_no_address_and_the_records_own_consortium(secretariat, consortium):
    row = record(secretariat, by=None, what="token")
    assert (row.actor, row.address, row.consortium) == (None, None, consortium)


def test_many_rows_written_at_once_are_as_complete_as_one(enterprise, secretariat, consortium):
    record_all(history_row(enterprise, by=secretariat, what="name", new=number) for number in range(3))
    rows = HistoryEntry.objects.of(enterprise)
    assert [(row.new, row.consortium, row.digest == row.content_digest()) for row in rows] == [
        ("2", consortium, True), ("1", consortium, True), ("0", consortium, True),
    ]  # fmt: skip
    assert faults() == []


@pytest.mark.parametrize("table", [ENTRY, LINK])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_raw_sql_neither_changes_nor_removes_a_row(entries, table, statement):
    connection.check_constraints()
    key = "id" if table == ENTRY else "number"
    with pytest.raises(DatabaseError, match="History is only added to"), transaction.atomic():
        execute(statement.format(table, key, key))
    assert (HistoryEntry.objects.count(), HistoryLink.objects.count()) == (5, 5)


def test_no_row_takes_the_place_of_another(entries):
    connection.check_constraints()
    columns = "id, content_type_id, object_id, at, what, old, new, reason, digest"
    source = f"SELECT id, content_type_id, object_id, at, 'forged', old, new, reason, digest FROM {ENTRY}"
    statement = {
        "sqlite": f"INSERT OR REPLACE INTO {ENTRY} ({columns}) {source}",
        "postgresql": f"INSERT INTO {ENTRY} ({columns}) {source} ON CONFLICT (id) DO UPDATE SET what = 'forged'",
    }[connection.vendor]
    with pytest.raises(DatabaseError, match="History is only added to"), transaction.atomic():
        execute(statement)
    assert set(HistoryEntry.objects.values_list("what", flat=True)) == {"name"}


@pytest.mark.parametrize("taken", ["number", "entry_id"])
def test_no_link_takes_the_place_of_another(entries, taken):
    connection.check_constraints()
    other = {"number": "number, -entry_id", "entry_id": "-number, entry_id"}[taken]
    replace = "OR REPLACE" if connection.vendor == "sqlite" else ""
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(f"INSERT {replace} INTO {LINK} (number, entry_id, hash) SELECT {other}, 'forged' FROM {LINK}")
    assert HistoryLink.objects.filter(hash="forged").count() == 0


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_tables_are_not_emptied_in_one_stroke(entries):
    connection.check_constraints()
    for table in (ENTRY, LINK):
        execute(f"ALTER TABLE {table} ENABLE TRIGGER history_keep_all")
        with pytest.raises(DatabaseError, match="History is only added to"), transaction.atomic():
            execute(f"TRUNCATE {table} CASCADE")
        execute(f"ALTER TABLE {table} DISABLE TRIGGER history_keep_all")


def test_a_row_without_a_digest_is_refused(enterprise):
    row = history_row(enterprise, by=None, what="name")
    row.digest = ""
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_chain_has_every_row_once_in_order(entries):
    connection.check_constraints()
    links = list(HistoryLink.objects.values_list("number", "entry", "hash"))
    before, expected = "", []
    for number, entry in enumerate(entries, start=1):
        before = HistoryLink.hash_after(before, entry.pk, entry.digest)
        expected.append((number, entry.pk, before))
    assert links == expected


def test_what_is_rolled_back_leaves_no_gap(enterprise, secretariat):
    record(enterprise, by=secretariat, what="name", new=1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(enterprise, by=secretariat, what="name", new=2)
        raise ZeroDivisionError
    record(enterprise, by=secretariat, what="name", new=3)
    assert faults() == []
    assert list(HistoryLink.objects.values_list("number", "entry__new")) == [(1, "1"), (2, "3")]


CHANGES = {
    "old = 'forged'": "was changed after it was written.",
    "object_id = object_id + 1": "was changed after it was written.",
    "reason = 'forged'": "was changed after it was written.",
    "actor_id = NULL": "was changed after it was written.",
    "address = '192.0.2.1'": "was changed after it was written.",
    "at = '2020-01-01 00:00:00+00:00'": "was changed after it was written.",
    "consortium_id = NULL": "was changed after it was written.",
    "digest = 'forged'": "was changed after it was written.",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", CHANGES)
def test_a_row_changed_by_the_owner_is_named(entries, settings, change):
    settings.LANGUAGE_CODE = "en"
    assert faults() == []
    with as_owner():
        execute(f"UPDATE {ENTRY} SET {change} WHERE id >= %s", entries[2].pk)
    row = HistoryEntry.objects.get(pk=entries[2].pk)
    found = faults()
    assert [sentence.startswith(f"History entry {row.pk} (organization {row.object_id}, ") for sentence in found] == [
        True
    ]
    assert [sentence.endswith(CHANGES[change]) for sentence in found] == [True]


@pytest.mark.django_db(transaction=True)
def test_a_row_changed_together_with_its_digest_is_named(entries, settings):
    settings.LANGUAGE_CODE = "en"
    row = HistoryEntry.objects.get(pk=entries[2].pk)
    row.old = "forged"
    with as_owner():
        execute(f"UPDATE {ENTRY} SET old = 'forged', digest = %s WHERE id = %s", row.content_digest(), row.pk)
    (sentence,) = faults()
    assert sentence.startswith(f"History entry {row.pk} (") and sentence.endswith(
        "does not follow from the entry before it."
    )


@pytest.mark.django_db(transaction=True)
def test_rows_taken_out_or_put_in_are_named(entries, enterprise, settings):
    settings.LANGUAGE_CODE = "en"
    with as_owner():
        execute(f"DELETE FROM {LINK} WHERE number = 3")
    unlinked, name = entries[2].pk, f"(organization {enterprise.pk}, "
    missing, outside = faults()
    assert missing == "Link 3 of the history is missing."
    assert outside.startswith(f"History entry {unlinked} {name}") and outside.endswith("stands outside the chain.")
    with as_owner():
        execute(f"DELETE FROM {ENTRY} WHERE id = %s", unlinked)
    assert faults() == ["Link 3 of the history is missing."]


@pytest.mark.django_db(transaction=True)
def test_a_cut_off_end_is_seen_against_a_noted_head(entries, settings):
    settings.LANGUAGE_CODE = "en"
    noted = str(HistoryLink.objects.last())
    assert faults(noted) == []
    with as_owner():
        execute(f"DELETE FROM {LINK} WHERE number >= 4")
        execute(f"DELETE FROM {ENTRY} WHERE id >= %s", entries[3].pk)
    assert faults() == []
    sentence = f"The history has no link {noted}: what was noted has been cut off or written anew."
    assert faults(noted) == [sentence]
    assert faults("nonsense") == [sentence.replace(noted, "nonsense")]


@pytest.mark.django_db(transaction=True)
def test_a_database_without_its_guards_is_named(entries, settings):
    settings.LANGUAGE_CODE = "en"
    with as_owner():
        assert faults() == [
            "The database does not protect “history entries” from changes.",
            "The database does not protect “links of the history's chain” from changes.",
        ]
    assert faults() == []


def test_verify_prints_the_head_and_compares_one_that_was_noted(entries, capsys):
    connection.check_constraints()
    call_command("verify")
    head = str(HistoryLink.objects.last())
    assert capsys.readouterr().out.count(head) == 1
    call_command("verify", head=head)
    with pytest.raises(CommandError):
        call_command("verify", head=f"5:{'0' * 64}")


def test_an_empty_history_is_in_order(db):
    assert faults() == []


def test_the_chain_is_checked_beyond_one_part(entries, monkeypatch):
    monkeypatch.setattr("consortium.services.history.AT_ONCE", 2)
    assert faults() == []


def test_the_migration_computes_as_the_program_does(entries):
    fill = importlib.import_module("consortium.migrations.0008_history_chain_fill")
    assert [fill.content_digest(row) for row in entries] == [row.digest for row in entries]
    assert fill.hash_after("a", 1, "b") == HistoryLink.hash_after("a", 1, "b")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time")
def test_many_writers_make_one_chain(enterprise, secretariat):
    barrier, faulty = Barrier(6), []

    def write(thread: int) -> None:
        barrier.wait()
        try:
            for number in range(15):
                with transaction.atomic():
                    record(enterprise, by=secretariat, what="name", new=f"{thread}.{number}")
                    record(enterprise, by=secretariat, what="kind", new=f"{thread}.{number}")
        except DatabaseError as error:
            faulty.append(error)
        finally:
            connection.close()

    threads = [Thread(target=write, args=[thread]) for thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faulty, faults(), HistoryLink.objects.count()) == ([], [], 180)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time")
def test_who_reads_an_old_state_cannot_fork_the_chain(enterprise, secretariat):
    def write() -> None:
        record(enterprise, by=secretariat, what="name", new="meanwhile")
        connection.close()

    with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        record(enterprise, by=secretariat, what="name", new="late")
        other = Thread(target=write)
        other.start()
        other.join()
    assert (faults(), list(HistoryEntry.objects.values_list("new", flat=True))) == ([], ["meanwhile"])


class IndicatorForm(ModelForm):
    class Meta:
        model = Indicator
        fields = ["name", "weight", "rubric"]


def test_the_same_figure_and_the_same_text_are_no_change(secretariat, consortium):
    scheme = Scheme.objects.create(consortium=consortium, year=2026, name="体系")
    indicator = Indicator.objects.create(
        scheme=scheme,
        number=1,
        group="组",
        dimension="面",
        name="指标",
        weight=Decimal("1.50"),
        is_required=True,
        rubric="一\n二",
    )
    save_changes(indicator, by=secretariat, weight=Decimal("1.5"), rubric="一\r\n二")
    form = IndicatorForm({"name": " 指标 ", "weight": "01.5", "rubric": "一\r\n二"}, instance=indicator)
    save_form(form, by=secretariat)
    assert HistoryEntry.objects.of(indicator).count() == 0


def test_no_form_changes_what_its_history_would_not_see():
    """``save_form`` compares the columns of one row; several choices at once are written by a service of their own."""
    assert get_resolver().url_patterns  # now every view has imported its forms
    several = [
        form.__name__
        for form in forms_of(ModelForm)
        if form.__module__.split(".")[0] in LAYERS
        and any(
            field.many_to_many and field.name in (form._meta.fields or ())
            for field in form._meta.model._meta.get_fields()
        )
    ]
    assert several == []


def test_only_the_field_that_differs_is_remembered(enterprise, secretariat, consortium):
    membership = Membership.objects.get(organization=enterprise, consortium=consortium)
    save_changes(membership, by=secretariat, joined_on=membership.joined_on, left_on=date(2026, 3, 1))
    row = HistoryEntry.objects.of(membership).get()
    assert (row.what, row.old, row.new) == ("left_on", "", "2026-03-01")


def test_values_are_shown_as_the_pages_write_them(enterprise, secretariat, settings):
    settings.LANGUAGE_CODE = "en"
    membership = enterprise.memberships.get()
    rows = [
        record(enterprise, by=secretariat, what="kind", old="enterprise", new="institute"),
        record(membership, by=secretariat, what="is_lead", old=False, new=True),
        record(membership, by=secretariat, what="left_on", new="2026-03-01"),
        record(membership, by=secretariat, what="left_on", new="some day"),
        record(enterprise, by=secretariat, what="created", new=enterprise),
    ]
    assert [(row.what_label, row.old_label, row.new_label) for row in rows] == [
        ("kind", "Enterprise", "Research institute"),
        ("lead", "No", "Yes"),
        ("left on", "", "March 1, 2026"),
        ("left on", "", "some day"),
        ("Created", "", "示例企业一"),
    ]


def test_the_history_of_a_removed_kind_of_record_is_still_read(enterprise, secretariat, settings):
    settings.LANGUAGE_CODE = "en"
    row = record(enterprise, by=secretariat, what="name", new="x")
    row.content_type = ContentType(app_label="consortium", model="gone")
    assert (row.what_label, row.new_label) == ("name", "x")


def test_who_locks_a_row_leaves_its_key_free():
    """Every change names its person and consortium at the commit, and would wait for whoever holds their keys."""
    sources = [path for name in LAYERS for path in sorted((ROOT / name).rglob("*.py"))]
    holding = [
        path.name
        for path in sources
        for arguments in re.findall(r"select_for_update\(([^)]*\)?[^)]*)\)", path.read_text(encoding="utf-8"))
        if "no_key=True" not in arguments
    ]
    assert holding == []
