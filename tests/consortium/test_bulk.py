"""Many rows at once say the same as rows one by one, whatever stands in their texts."""

import gc
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from consortium.models import HistoryEntry, HistoryLink
from consortium.services import bulk
from consortium.services.bulk import insert_many, no_collecting
from consortium.services.history import history_row, record, record_all, verify_history

TEXTS = [
    "",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "a\n\\.\nb",
    "\\",
    "\\N",
    "\\.",
    "\\t",
    "“示例”",
    "\u2028",
    "\x07",
    'a"b',
    "x" * 5000,
]


@pytest.fixture
def few(monkeypatch):
    """One row is few, so that all of these take the way of many."""
    monkeypatch.setattr(bulk, "FEW", 1)


def test_every_text_comes_back_as_it_was_and_the_chain_holds(few, college, secretariat):
    record(college, by=secretariat, what="name", old="", new="before")
    rows = [history_row(college, by=secretariat, what="name", old=text, new=text) for text in TEXTS]
    record_all(rows)
    stored = HistoryEntry.objects.order_by("pk").filter(pk__in=[row.pk for row in rows])
    assert [(row.old, row.at, row.digest) for row in stored] == [(row.old, row.at, row.digest) for row in rows]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert HistoryLink.objects.count() == HistoryEntry.objects.count()
    assert list(verify_history()) == []
    assert record(college, by=secretariat, what="name", old="", new="after").pk > max(row.pk for row in rows)


def test_a_constraint_holds_for_many_as_for_one(few, college, secretariat):
    rows = [history_row(college, by=secretariat, what="name", new=str(number)) for number in range(3)]
    rows[1].digest = ""
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(rows)
    assert HistoryEntry.objects.filter(new="0").count() == 0


def test_nothing_is_inserted_for_nothing(db):
    insert_many([])


def test_one_moment_of_an_action_stands_in_all_its_rows(few, college, secretariat):
    at = datetime(2026, 3, 31, 8, 30, 0, 5, tzinfo=UTC)
    rows = [history_row(college, by=secretariat, what="name", new=text, reason="r", at=at) for text in "ab"]
    record_all(rows)
    stored = HistoryEntry.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    acting = secretariat.affiliation
    assert [(row.at, row.record, row.actor, row.acting_as, row.consortium, row.address) for row in stored] == [
        (at, college, secretariat, acting, acting.consortium, None)
    ] * 2
    assert [(row.what, row.old, row.new, row.reason) for row in stored] == [
        ("name", "", "a", "r"),
        ("name", "", "b", "r"),
    ]


def test_cycles_are_looked_for_again_after_a_failure_too():
    with pytest.raises(KeyError), no_collecting():
        assert not gc.isenabled()
        with no_collecting():
            pass
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
