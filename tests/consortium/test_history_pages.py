"""The history of everything as a page: who sees it, what its filters find, and that none of them reads all of it."""

import datetime
import io
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.filters.history import HistoryFilter
from consortium.lists import PAGE_SIZE
from consortium.models import HistoryEntry, User
from consortium.services import record
from consortium.services.history import address, history_row, record_all
from zones.models import Zone

PAGE = "/consortium/history/"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def zone(consortium, college, department):
    return Zone.objects.create(
        consortium=consortium, college=college, department=department, code="cnc", name="数控特区",
        form=Zone.Form.INDUSTRY_COLLEGE, established_on=datetime.date(2024, 9, 1),
    )  # fmt: skip


@pytest.fixture
def changes(zone, enterprise, secretariat, college_admin, outsider):
    """Five changes of three kinds by two people and the program, and one elsewhere."""
    before = address.set("203.0.113.9")
    found = {
        "renamed": record(enterprise, by=secretariat, what="name", old="旧名", new="新名", reason="更名通知"),
        "created": record(zone, by=college_admin, what="created", new=zone),
        "moved": record(zone, by=college_admin, what="status", old="planned", new="active"),
        "token": record(college_admin, by=None, what="token"),
        "elsewhere": record(enterprise, by=outsider, what="name", old="旧名", new="外地新名"),
    }
    address.reset(before)
    return found


def names(response, changes) -> list[str]:
    by_key = {row.pk: name for name, row in changes.items()}
    return [by_key[row.pk] for row in response.context["page"]]


@pytest.mark.parametrize("who", ["secretariat", "auditor"])
def test_who_answers_for_the_consortium_sees_its_whole_history(request, client_for, changes, who):
    response = client_for(request.getfixturevalue(who)).get(PAGE)
    assert names(response, changes) == ["token", "moved", "created", "renamed"]


@pytest.mark.parametrize("who", ["college_admin", "partner", "mentor", "bureau", "expert"])
def test_others_are_refused_and_see_no_entry(request, client_for, changes, who):
    client = client_for(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}{changes['renamed'].pk}/").status_code == 404
    assert HistoryEntry.objects.visible_to(request.getfixturevalue(who)).count() == 0


def test_an_entry_of_another_consortium_is_as_one_that_does_not_exist(client_for, auditor, changes):
    client = client_for(auditor)
    assert client.get(f"{PAGE}{changes['elsewhere'].pk}/").status_code == 404
    assert client.get(f"{PAGE}{changes['elsewhere'].pk + 999}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=更名", ["renamed"]),
        ("q=新名", ["renamed"]),
        ("q=旧名&kind=zone", []),
        ("who=院校管理员", ["moved", "created"]),
        ("who=college_admin", ["moved", "created"]),
        ("who=nobody", []),
        ("kind=zone", ["moved", "created"]),
        ("kind=user", ["token"]),
        ("what=created", ["created"]),
        ("what=status&kind=zone", ["moved"]),
        ("what=other", ["token", "renamed"]),
        ("what=deleted", []),
        ("date_after=2100-01-01", []),
        ("date_before=2020-01-01", []),
        (f"date_after={datetime.date.today() - datetime.timedelta(2)}", ["token", "moved", "created", "renamed"]),
    ],
)
def test_a_filter_finds_its_rows(client_for, secretariat, changes, query, found):
    response = client_for(secretariat).get(f"{PAGE}?{query}")
    assert response.context["filter"].form.errors == {}
    assert names(response, changes) == found


def test_the_history_of_one_record_is_a_filter_too(client_for, secretariat, changes, zone):
    assert names(client_for(secretariat).get(f"{PAGE}?kind=zone&number={zone.pk}"), changes) == ["moved", "created"]
    assert names(client_for(secretariat).get(f"{PAGE}?kind=zone&number={zone.pk + 1}"), changes) == []


@pytest.mark.parametrize("query", ["kind=nonsense", "kind=session", "what=nonsense", "number=x", "date_after=soon"])
def test_a_filter_that_means_nothing_is_said(client_for, secretariat, changes, query):
    response = client_for(secretariat).get(f"{PAGE}?{query}")
    assert (response.status_code, list(response.context["filter"].form.errors)) == (200, [query.split("=")[0]])


def test_text_is_not_searched_in_more_than_three_months(client_for, secretariat, changes):
    client = client_for(secretariat)
    response = client.get(f"{PAGE}?q=新名&date_after=2020-01-01")
    assert response.context["filter"].form.errors == {
        "q": ["Text is searched in at most three months. Choose the days more narrowly."]
    }
    response = client.get(f"{PAGE}?q=新名&date_before=2020-01-01")
    assert (response.context["filter"].form.errors, names(response, changes)) == ({}, [])


def test_a_name_that_means_too_many_is_asked_for_more_of_it(client_for, secretariat, changes, monkeypatch):
    monkeypatch.setattr("consortium.filters.history.FEW", 1)
    response = client_for(secretariat).get(f"{PAGE}?who=示例")
    assert response.context["filter"].form.errors == {
        "who": ["More than 100 people are named so. Write more of the name."]
    }


def test_the_kinds_are_those_that_have_history_here(client_for, secretariat, changes):
    form = client_for(secretariat).get(PAGE).context["filter"].form
    assert [label for value, label in form.fields["kind"].choices if value] == ["organization", "user", "special zone"]


def test_a_row_shows_names_and_leads_to_its_record(client_for, secretariat, changes, zone):
    html = client_for(secretariat).get(PAGE).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert html.count(f'<a href="{zone.get_absolute_url()}">数控特区</a>') == 2
    for part in (
        f"state {Zone.Status.PLANNED.label} → In operation",
        "name 旧名 → 新名",
        "更名通知",
        "203.0.113.9",
        "organization 示例企业一",
    ):
        assert (part, text.count(part)) == (part, 1 if part != "203.0.113.9" else 4)
    assert text.count("外地新名") == 0


def test_the_address_stands_on_a_records_page_for_those_two_only(client_for, secretariat, college_admin, changes, zone):
    counts = [
        client_for(user).get(reverse("zones:zone_records", args=[zone.pk])).content.decode().count("203.0.113.9")
        for user in (secretariat, college_admin)
    ]
    assert counts == [2, 0]


def test_one_entry_is_shown_whole_with_its_place_in_the_chain(client_for, auditor, changes):
    connection.check_constraints()  # PostgreSQL chains at the commit
    row = changes["renamed"]
    html = client_for(auditor).get(reverse("consortium:history_detail", args=[row.pk])).content.decode()
    row.refresh_from_db()
    for part in (row.digest, row.link.hash, "更名通知", "203.0.113.9"):
        assert html.count(part) == 1


def test_the_excel_file_holds_what_is_filtered(client_for, secretariat, changes, zone):
    response = client_for(secretariat).get(f"{PAGE}?kind=zone&export=xlsx")
    rows = list(load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))
    assert [row[1:] for row in rows[1:]] == [
        (
            "示例院校管理员",
            "示例职业技术学院 · College administrator",
            "special zone",
            zone.pk,
            what,
            old,
            new,
            None,
            "203.0.113.9",
        )
        for what, old, new in [("state", Zone.Status.PLANNED.label, "In operation"), ("Created", None, "数控特区")]
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_one_row_as_for_three(client_for, secretariat, zone, rows, django_assert_num_queries):
    for number in range(rows):
        record(zone, by=secretariat, what="goal", new=number)
    client = client_for(secretariat)
    client.get(PAGE)
    with django_assert_num_queries(7):
        client.get(PAGE)


def test_a_page_of_many_kinds_stays_within_twelve_queries(client_for, secretariat, zone, django_assert_max_num_queries):
    kinds = ContentType.objects.filter(app_label__in=["consortium", "zones", "tasks", "evaluation"])
    for kind in kinds:
        row = history_row(zone, by=secretariat, what="created")
        row.content_type = kind
        row.digest = row.content_digest()
        row.save()
    assert kinds.count() > 20
    client = client_for(secretariat)
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        assert len(client.get(PAGE).context["page"]) == min(kinds.count(), PAGE_SIZE)


@pytest.fixture
def long_history(zone, enterprise, secretariat, college_admin, partner, outsider):
    """Some thousands of rows over two years, most of one kind, in two consortia."""
    now, rows = timezone.now(), []
    for number in range(6000):
        by = (secretariat, partner, outsider)[number % 3] if number % 100 else college_admin
        row = history_row(zone if number % 50 == 0 else enterprise, by=by, what="name", old=number, new=number + 1)
        row.at = now - datetime.timedelta(hours=3 * (6000 - number))
        row.digest = row.content_digest()
        rows.append(row)
    record_all(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize(
    "query",
    ["", "who=院校管理员", "kind=zone", "kind=zone&number=1", "what=deleted", "what=created", "what=other",
     "q=1234", "q=nothing&date_before=2026-01-01", "date_after=2026-05-01&date_before=2026-05-02",
     "who=院校管理员&kind=zone&what=name"],
)  # fmt: skip
def test_no_filter_scans_the_history(long_history, secretariat, query):
    request = RequestFactory().get(PAGE, dict(part.split("=") for part in query.split("&") if part))
    request.user = User.objects.get(pk=secretariat.pk)
    rows = HistoryFilter(request.GET, HistoryEntry.objects.visible_to(request.user).for_list(), request=request).qs
    plan = rows[: PAGE_SIZE + 1].explain()
    scan = {"sqlite": r"SCAN consortium_historyentry(?! USING INDEX)", "postgresql": r"Seq Scan on consortium_historye"}
    assert re.findall(scan[connection.vendor], plan) == [], plan
    assert re.findall(r"(?:USING|using|on) (?:COVERING )?(?:INDEX )?\w*history\w*", plan) != [], plan


def test_the_next_page_does_not_scan_the_history_either(long_history, client_for, secretariat):
    client = client_for(secretariat)
    page = client.get(PAGE).context["page"]
    with connection.execute_wrapper(plans := Plans()):
        page = client.get(PAGE, {"page": page.next}).context["page"]
    assert (page.start, len(page)) == (51, 50)
    assert [line for line in plans.found if re.search(r"Seq Scan|SCAN consortium_historyentry(?! USING)", line)] == []
    assert plans.found != []


class Plans:
    """The plans of all queries that read history; a count stops at its limit, however it reads."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        if (
            sql.startswith("SELECT ")
            and not sql.startswith("SELECT COUNT(")
            and 'FROM "consortium_historyentry"' in sql
        ):
            prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
            with connection.connection.cursor() if connection.vendor == "postgresql" else connection.cursor() as cursor:
                cursor.execute(prefix + sql, params)
                lines = [str(row) for row in cursor.fetchall()]
                self.found += [line for line in lines if "consortium_historyentry" in line]
        return execute(sql, params, many, context)
