"""Excel files of lists: what is in them, who gets them, and what becomes of orders when things go wrong."""

import io
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium import lists
from consortium.jobs.exports import make_waiting_exports
from consortium.lists import addresses, list_page, read_table
from consortium.models import Affiliation, Export, HistoryEntry, Notice, Organization
from consortium.services import Refused, exports, spreadsheets, work
from consortium.services.exports import make_export, open_file, order_export, remove_old_exports
from consortium.services.spreadsheets import Column
from tests.conftest import LONG_AGO

LIST = reverse("consortium:organization_list")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def members(make_organization, consortium):
    """Five enterprises; with the secretariat's college there are six members."""
    return [make_organization(f"企业{number}", "enterprise", consortium) for number in range(5)]


@pytest.fixture
def long_lists(monkeypatch):
    """Three rows are a long list, and two a portion."""
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    monkeypatch.setattr(spreadsheets, "PORTION", 2)


@pytest.fixture
def make_order(secretariat, members):
    def make(query: str = "?kind=enterprise&sort=-credit_code", by=secretariat, **fields) -> Export:
        wanted = {"title": "Members", "address": LIST + query, "reason": "", "language": "en", "by": by}
        return order_export(**wanted | fields, now=timezone.now())

    return make


def names_in(content) -> list:
    return [row[0] for row in load_workbook(io.BytesIO(content)).active.values][1:]


def names_of(order: Export) -> list:
    with open_file(order) as file:
        return names_in(file.read())


def test_a_short_list_is_a_file_at_once(client_for, secretariat, members):
    asked = {"export": "xlsx", "kind": "enterprise", "sort": "-credit_code", "page": "x"}
    answer = client_for(secretariat).get(LIST, asked)
    assert names_in(answer.content) == ["企业4", "企业3", "企业2", "企业1", "企业0"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Export.objects.count() == 0


def test_a_long_list_is_ordered_by_a_click_and_never_by_opening_an_address(
    client_for, secretariat, members, long_lists
):
    client = client_for(secretariat)
    page = client.get(LIST, {"kind": "enterprise", "sort": "-credit_code"})
    asked = client.get(LIST, {"kind": "enterprise", "sort": "-credit_code", "export": "xlsx"})
    assert (asked.status_code, asked.templates[0].name, Export.objects.count()) == (
        200, "consortium/export_create.html", 0,
    )  # fmt: skip
    assert page.context["export_order"] == asked.context["order"]
    answer = client.post(reverse("consortium:export_create"), {"order": asked.context["order"]})
    order = Export.objects.get()
    assert answer.url == reverse("consortium:export_detail", args=[order.pk])
    assert (order.user, order.acting_as, order.address, order.status, order.title) == (
        secretariat, secretariat.affiliation, LIST + "?kind=enterprise&sort=-credit_code", "queued", "organizations",
    )  # fmt: skip
    assert client.get(answer.url).context["export"] == order


def test_the_worker_writes_exactly_what_is_filtered_in_its_order(make_order, long_lists):
    order = make_order()
    assert make_export(order, read_table)
    order.refresh_from_db()
    assert names_of(order) == ["企业4", "企业3", "企业2", "企业1", "企业0"]
    assert (order.status, order.attempt, order.rows_total, order.rows_done, order.percent) == ("done", 1, 5, 5, 100)
    assert order.size == Path(exports.default_storage.path(order.file)).stat().st_size
    moves = HistoryEntry.objects.of(order).filter(what="status").order_by("pk").values_list("old", "new")
    assert list(moves) == [("queued", "running"), ("running", "done")]


def test_the_file_is_in_the_language_of_who_ordered_it(make_order):
    order = make_order(language="zh-hans")
    make_export(order, read_table)
    with open_file(order) as file:
        assert next(load_workbook(file).active.values)[:2] == ("单位", "类别")


def test_the_worker_sees_what_the_person_sees(make_order, partner, enterprise, rival_enterprise, college):
    order = make_order("", by=partner)
    make_export(order, read_table)
    assert sorted(names_of(order)) == sorted([enterprise.name, college.name])


def test_a_filter_by_what_one_does_not_see_ends_in_a_sentence(make_order, partner, rival_enterprise):
    order = make_order(f"?zone={10**9}", by=partner, address=reverse("zones:hours_list") + f"?zone={10**9}")
    assert not make_export(order, read_table)
    assert (order.status, order.error) == (
        "failed", "You may not see this list, or what it is filtered by, any more.",
    )  # fmt: skip


@pytest.mark.parametrize("address", ["/healthz", "/nothing/here/", "/", LIST + "new/"])
def test_an_address_without_a_list_ends_in_a_sentence(make_order, address):
    order = make_order(address=address)
    assert not make_export(order, read_table)
    assert (order.status, order.file) == ("failed", "")


def test_who_no_longer_has_the_role_gets_no_file(make_order, secretariat):
    order = make_order()
    Affiliation.objects.filter(user=secretariat).update(ended_on=timezone.localdate())
    assert not make_export(order, read_table)
    assert (order.status, order.error, order.file) == ("failed", "The role in which this was ordered has ended.", "")


def test_a_role_that_ends_while_the_file_is_written_ends_without_a_file(make_order, secretariat, tmp_path, settings):
    order = make_order()

    def read(address, user):
        Affiliation.objects.filter(user=secretariat).update(ended_on=timezone.localdate())
        return read_table(address, user)

    assert not make_export(order, read)
    assert (order.status, order.error) == ("failed", "The role in which this was ordered has ended.")
    assert list((settings.MEDIA_ROOT / "exports").iterdir()) == []


def test_the_order_counts_for_the_role_in_which_it_was_made(
    make_order, client_for, secretariat, bureau_organization, consortium
):
    """Acting as something else, one sees neither the order nor its file; acting as then, both are there."""
    order = make_order()
    make_export(order, read_table)
    pages = [reverse(f"consortium:export_{name}", args=[order.pk]) for name in ("detail", "download")]
    client = client_for(secretariat)
    assert client.get(pages[0]).status_code == 200
    assert names_in(client.get(pages[1]).getvalue()) == ["企业4", "企业3", "企业2", "企业1", "企业0"]
    other = Affiliation.objects.create(
        user=secretariat, organization=bureau_organization, consortium=consortium, role="bureau", started_on=LONG_AGO
    )
    type(secretariat).objects.filter(pk=secretariat.pk).update(acting=other)
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert list(client.get(reverse("consortium:export_list")).context["page"]) == []


def test_nobody_else_sees_or_takes_the_file(make_order, client_for, auditor, outsider, partner):
    order = make_order()
    make_export(order, read_table)
    for stranger in (auditor, outsider, partner):
        client = client_for(stranger)
        assert client.get(reverse("consortium:export_detail", args=[order.pk])).status_code == 404
        assert client.get(reverse("consortium:export_download", args=[order.pk])).status_code == 404
        assert list(client.get(reverse("consortium:export_list")).context["page"]) == []


@pytest.mark.parametrize("order", ["", "/accounts/logout/", "/consortium/:forged", addresses.sign("/x/")[:-1]])
def test_an_order_that_no_page_gave_is_not_found(client_for, secretariat, order):
    assert client_for(secretariat).post(reverse("consortium:export_create"), {"order": order}).status_code == 404
    assert Export.objects.count() == 0


def test_an_order_taken_from_somebody_elses_page_gives_ones_own_rows(
    client_for, partner, secretariat, enterprise, college, members
):
    taken = addresses.sign(LIST + "?")
    answer = client_for(partner).post(reverse("consortium:export_create"), {"order": taken})
    assert sorted(names_in(answer.content)) == sorted([enterprise.name, college.name])


def test_two_clicks_make_one_order_until_it_is_done(make_order):
    first = make_order()
    assert make_order() == first
    make_export(first, read_table)
    assert make_order() != first


def test_a_masked_and_a_clear_file_of_one_list_are_two_orders(make_order):
    assert make_order() != make_order(reason="年度核查")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_order(make_order):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one connection")
    made, begin = [], threading.Barrier(4)

    def click():
        begin.wait()
        made.append(make_order().pk)
        connections["default"].close()

    threads = [threading.Thread(target=click) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(made) == set(Export.objects.values_list("pk", flat=True))
    assert Export.objects.count() == 1


def test_an_order_is_made_once_however_often_it_is_taken(make_order):
    order = make_order()
    again = Export.objects.get()
    assert (make_export(order, read_table), make_export(again, read_table)) == (True, False)
    make_waiting_exports()
    assert Export.objects.get().attempt == 1


def test_a_dead_workers_order_is_taken_over_and_the_slow_one_throws_its_file_away(make_order, settings):
    order = make_order()

    def read(address, user):
        Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert make_export(Export.objects.get(), read_table)  # another worker, while this one sleeps
        return read_table(address, user)

    assert not make_export(order, read)
    done = Export.objects.get()
    assert (done.status, done.attempt, names_of(done)[0]) == ("done", 2, "企业4")
    assert [path.name for path in (settings.MEDIA_ROOT / "exports").iterdir()] == [Path(done.file).name]


def test_an_order_that_kills_its_worker_again_and_again_fails(make_order):
    order = make_order()
    Export.objects.update(
        status="running", attempt=work.MOST_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1)
    )
    make_waiting_exports()
    order.refresh_from_db()
    assert (order.status, order.error) == ("failed", "Making this has stopped the worker again and again.")


def test_a_lost_file_or_disk_is_said_in_a_sentence(make_order, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    order = make_order()
    assert not make_export(order, read_table)
    assert order.error == "The file could not be stored. The reason stands in the program's log."


def test_a_file_is_removed_after_seven_days_and_the_order_stays(make_order, client_for, secretariat, settings):
    order = make_order()
    make_export(order, read_table)
    stray = settings.MEDIA_ROOT / "exports" / "half.part"
    stray.touch()
    assert remove_old_exports(order.finished_at + timedelta(days=7)) == 0
    assert remove_old_exports(order.finished_at + timedelta(days=7, seconds=60)) == 1
    assert remove_old_exports(order.finished_at + timedelta(days=8)) == 0
    assert list((settings.MEDIA_ROOT / "exports").iterdir()) == []
    order.refresh_from_db()
    with pytest.raises(Refused, match="This file was removed after seven days. Export the list again."):
        open_file(order)
    page = client_for(secretariat).get(reverse("consortium:export_detail", args=[order.pk]))
    assert (page.status_code, b"/download/" in page.content) == (200, False)


def test_who_ordered_it_is_told_when_it_is_done_and_when_it_failed(make_order, secretariat):
    first = make_order()
    make_export(first, read_table)
    second = make_order("?kind=park", address="/nothing/")
    make_export(second, read_table)
    told = Notice.objects.order_by("pk").values_list("user", "kind", "text", "url")
    assert list(told) == [
        (secretariat.pk, "export", "The file of “Members” is ready.", f"/consortium/exports/{first.pk}/"),
        (secretariat.pk, "export", "The file of “Members” could not be written.", f"/consortium/exports/{second.pk}/"),
    ]


def test_filters_that_are_too_long_to_remember_are_refused(make_order):
    with pytest.raises(Refused, match="These filters are too long to be remembered"):
        make_order("?q=" + "x" * 2000)


def test_more_rows_than_a_sheet_holds_are_refused(make_order, monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 4)
    order = make_order()
    assert not make_export(order, read_table)
    assert order.error == "An Excel sheet holds 1,048,575 rows. Set more filters and export in parts."


# --- personal data ----------------------------------------------------------------------------------------------------
@pytest.fixture
def remembered():
    return []


@pytest.fixture
def people_list(remembered, rf):
    """A list of members whose names count as personal; a function of user and query that answers it."""
    from consortium.filters.members import OrganizationFilter

    def remember(rows, *, by, reason):
        remembered.append((sorted(row.name for row in rows), by, reason))

    def view(request):
        return list_page(
            request,
            filterset=OrganizationFilter,
            queryset=Organization.objects.visible_to(request.user).with_membership(request.user),
            columns=[Column("Name", "name", sort="name", masked=lambda row: row.name[0] + "*"), Column("Kind", "kind")],
            template="consortium/organization_list.html",
            personal=remember,
        )

    return view


@pytest.fixture
def people_address(people_list, settings):
    from django.urls import path

    from config.urls import urlpatterns

    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("people/", people_list), *urlpatterns]})
    return "/people/?kind=enterprise&sort=name"


def export(client, address, **data):
    return client.post(reverse("consortium:export_create"), {"order": addresses.sign(address), **data})


def test_an_export_of_personal_data_asks_first_whatever_its_length(
    client_for, secretariat, members, people_address, remembered
):
    answer = client_for(secretariat).get(people_address + "&export=xlsx")
    assert (answer.templates[0].name, list(answer.context["form"].fields)) == (
        "consortium/export_create.html", ["reason"],
    )  # fmt: skip
    assert remembered == []


def test_without_a_reason_personal_data_are_masked_and_nothing_is_remembered(
    client_for, secretariat, members, people_address, remembered
):
    answer = export(client_for(secretariat), people_address, masked="1")
    assert (names_in(answer.content), remembered) == (["企*"] * 5, [])


@pytest.mark.parametrize("reason", ["", "    ", "核查"])
def test_a_reason_that_says_nothing_is_refused_beside_its_field(
    client_for, secretariat, members, people_address, remembered, reason
):
    answer = export(client_for(secretariat), people_address, reason=reason)
    assert (answer.status_code, list(answer.context["form"].errors), remembered) == (200, ["reason"], [])


def test_with_a_reason_they_are_in_the_clear_and_each_row_is_remembered(
    client_for, secretariat, members, people_address, remembered
):
    answer = export(client_for(secretariat), people_address, reason="年度学籍核查")
    names = [f"企业{number}" for number in range(5)]
    assert (names_in(answer.content), remembered) == (names, [(names, secretariat, "年度学籍核查")])


def test_the_worker_remembers_each_row_once_however_often_it_begins(
    client_for, secretariat, members, people_address, remembered, long_lists
):
    export(client_for(secretariat), people_address, reason="年度学籍核查")
    order = Export.objects.get()
    assert (order.reason, remembered) == ("年度学籍核查", [])
    Export.objects.update(status="running", attempt=1, lease_until=timezone.now() - timedelta(seconds=1))
    make_waiting_exports()
    order.refresh_from_db()
    assert names_of(order) == [f"企业{number}" for number in range(5)]
    assert [(names, by.affiliation, reason) for names, by, reason in remembered] == [
        (["企业0", "企业1"], secretariat.affiliation, "年度学籍核查"),
        (["企业2", "企业3"], secretariat.affiliation, "年度学籍核查"),
        (["企业4"], secretariat.affiliation, "年度学籍核查"),
    ]


def test_the_worker_masks_what_was_ordered_masked(
    client_for, secretariat, members, people_address, remembered, long_lists
):
    export(client_for(secretariat), people_address, masked="1", reason="年度学籍核查")
    make_waiting_exports()
    assert (names_of(Export.objects.get()), remembered) == (["企*"] * 5, [])


def test_a_reason_unmasks_nothing_where_nobody_remembers_it(make_order, secretariat, members):
    columns = [Column("Name", "name", masked=lambda row: row.name[0] + "*")]
    rows = Organization.objects.filter(kind="enterprise").order_by("name")
    order = make_order(reason="年度学籍核查")
    assert make_export(order, lambda address, user: spreadsheets.Table("单位", columns, rows))
    assert names_of(order) == ["企*"] * 5


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_my_exports_needs_a_constant_number_of_queries(
    make_order, client_for, secretariat, django_assert_num_queries, rows
):
    for number in range(rows):
        make_order(f"?q={number}")
    client = client_for(secretariat)
    with django_assert_num_queries(5):  # session, user, affiliation, rows, tally
        assert len(client.get(reverse("consortium:export_list")).context["page"]) == rows
