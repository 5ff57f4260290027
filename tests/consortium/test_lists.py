"""The machinery of lists: pages by position, tallies, counts and filters."""

import datetime
import re
from decimal import Decimal

import pytest
from django.core.signing import Signer
from django.db.models import Count, F, Sum
from django.db.models.functions import Lower
from django.urls import reverse

from consortium import lists
from consortium.keyset import page_of
from consortium.models import Membership, Organization
from evaluation.models import Indicator, Scheme
from tasks.models import Plan
from tests.conftest import credit_code

DAY = datetime.date(2026, 1, 1)


@pytest.fixture
def organizations(consortium):
    """Twenty-three members: names that repeat, in two kinds, some of which have left on one of three days."""
    rows = Organization.objects.bulk_create(
        Organization(
            name=f"企业{number % 7}", credit_code=credit_code(500 + number), kind=["park", "enterprise"][number % 2],
            contact_name=["", "a", "B"][number % 3],
        )
        for number in range(1, 24)
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(
            consortium=consortium, organization=row, joined_on=DAY,
            left_on=DAY + datetime.timedelta(number % 3) if number % 4 == 0 else None,
        )
        for number, row in enumerate(rows)
    )  # fmt: skip
    return Organization.objects.annotate(left=F("memberships__left_on"), count=Count("memberships"))


def walk(rows, size: int = 5) -> tuple[list[list[int]], list[list[int]]]:
    """The keys on each page, first from the first page to the last, then back."""
    page, forth, back = page_of(rows, "", size), [], []
    while True:
        forth.append([row.pk for row in page])
        assert len(forth) < 100, "the pages go round in a circle"
        if not page.next:
            break
        page = page_of(rows, page.next, size)
    while True:
        back.append([row.pk for row in page])
        if not page.previous:
            return forth, back
        page = page_of(rows, page.previous, size)


ORDERS = [
    ["pk"],
    ["-pk"],
    ["name"],
    ["-name", "kind"],
    ["left", "-name"],  # an annotation that is often empty
    ["-left", "pk"],
    [F("left").desc(nulls_first=True)],  # what an order says of empty values is overruled
    ["count", "-left", "name"],
    [Lower("contact_name"), "-pk"],
    ["memberships__left_on"],
    ["-memberships__consortium__name", "memberships__joined_on", "-kind"],
]


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("size", [1, 5, 22, 23, 24])
def test_the_pages_of_any_order_hold_every_row_once_forth_and_back(organizations, order, size):
    rows = organizations.order_by(*order)
    whole = [row.pk for row in page_of(rows, "", 100)]
    forth, back = walk(rows, size)
    assert sorted(whole) == sorted(Organization.objects.values_list("pk", flat=True))
    assert [pk for page in forth for pk in page] == whole
    assert [len(page) for page in forth[:-1]] == [size] * (len(forth) - 1)
    if len(forth[-1]) == size:
        assert back[::-1] == forth
    assert back[-1] == forth[0]


@pytest.mark.parametrize("order", ["left", "-left"])
def test_empty_values_stand_last_in_either_direction_on_every_database(organizations, order):
    values = [row.left for row in page_of(organizations.order_by(order), "", 100)]
    found = [value for value in values if value]
    assert values == sorted(found, reverse=order[0] == "-") + [None] * (23 - len(found))


def test_sums_of_decimals_find_their_place_again(consortium):
    """0.1 + 0.2 is not 0.3 where decimals are kept as floats."""
    for number in range(1, 9):
        scheme = Scheme.objects.create(consortium=consortium, name=f"办法{number}", year=2020 + number, version=1)
        for part, weight in enumerate([Decimal("0.1"), Decimal("0.2"), Decimal(number // 3)], start=1):
            Indicator.objects.create(
                scheme=scheme, number=part, group="g", dimension="d", name=f"n{part}", weight=weight or Decimal("0.01")
            )
    rows = Scheme.objects.annotate(sum=Sum("indicators__weight"))
    for order in (["sum"], ["-sum", "year"]):
        forth, back = walk(rows.order_by(*order), 2)
        assert sorted(pk for page in forth for pk in page) == sorted(rows.values_list("pk", flat=True))
        assert back[::-1] == forth


def test_rows_that_come_and_go_neither_repeat_nor_hide_others(organizations, consortium):
    rows = Membership.objects.order_by("-pk")
    keys = list(rows.values_list("pk", flat=True))
    first = page_of(rows, "", 5)
    new = Organization.objects.create(name="新成员", credit_code=credit_code(900), kind="park")
    Membership.objects.create(consortium=consortium, organization=new, joined_on=DAY)
    Membership.objects.get(pk=keys[4]).delete()  # the very row after which the next page begins
    second = page_of(rows, first.next, 5)
    assert [row.pk for row in second] == keys[5:10]
    assert (second.start, second.end) == (6, 10)


def test_going_back_to_a_beginning_that_has_changed_shows_a_whole_first_page(organizations):
    rows = Membership.objects.order_by("pk")
    second = page_of(rows, page_of(rows, "", 5).next, 5)
    rows.first().delete()
    page = page_of(rows, second.previous, 5)
    assert [row.pk for row in page] == list(rows.values_list("pk", flat=True)[:5])
    assert (page.start, page.previous, bool(page.next)) == (1, "", True)


def test_pages_are_numbered_by_their_rows(organizations):
    rows = Organization.objects.order_by("name")
    page, seen = page_of(rows, "", 10), []
    while page.next:
        seen.append((page.start, page.end))
        page = page_of(rows, page.next, 10)
    assert [*seen, (page.start, page.end)] == [(1, 10), (11, 20), (21, 23)]
    back = page_of(rows, page.previous, 10)
    assert (back.start, back.end) == (11, 20)


def test_an_empty_list_is_one_empty_page(db):
    page = page_of(Organization.objects.order_by("name"), "", 5)
    assert ([*page], page.has_other_pages) == ([], False)


def test_a_position_that_nobody_gave_is_the_first_page(organizations):
    rows = Organization.objects.order_by("name")
    first = page_of(rows, "", 5)
    of_another_order = page_of(Organization.objects.order_by("-name"), "", 5).next
    signed_for_something_else = Signer(salt="x").sign_object(["after", 6, ["企业1", "1"]])
    positions = [
        "2",
        "-1",
        "企业",
        "%00",
        first.next[:-1],
        first.next + "A",
        of_another_order,
        signed_for_something_else,
    ]
    for position in [*positions, "a" * 5000, ":", ".:x"]:
        assert page_of(rows, position, 5) == first, position


@pytest.mark.parametrize("page", ["2", "x:y", "\x00", "a" * 3000])
def test_a_forged_page_of_a_list_answers_the_first(client_for, secretariat, organizations, page):
    answer = client_for(secretariat).get(reverse("consortium:organization_list"), {"page": page})
    assert (answer.status_code, answer.context["page"].start) == (200, 1)


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 10)


def hrefs(html: str, rel: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(rf'rel="{rel}" href="([^"]+)"', html)]


def test_next_and_previous_keep_filter_and_order(client_for, secretariat, organizations, short_pages):
    client, address = client_for(secretariat), reverse("consortium:organization_list")
    html = client.get(address, {"q": "企业", "sort": "-left_on"}).content.decode()
    (following,) = hrefs(html, "next")
    second = client.get(address + following)
    assert (second.context["page"].start, second.wsgi_request.GET["q"], second.wsgi_request.GET["sort"]) == (
        11, "企业", "-left_on",
    )  # fmt: skip
    (back,) = hrefs(second.content.decode(), "prev")
    first = client.get(address, {"q": "企业", "sort": "-left_on"}).context["page"]
    assert list(client.get(address + back).context["page"]) == list(first)


def test_the_tally_counts_the_filtered_rows_without_its_own_filter(client_for, secretariat, organizations):
    client, address = client_for(secretariat), reverse("consortium:organization_list")

    def tally(**filters):
        found = client.get(address, filters).context["tally"]
        return [(found.total, not found.is_chosen)] + [
            (link.value, link.count, link.is_current) for link in found.links
        ]

    kinds = Organization.objects.filter(memberships__isnull=False)
    parks, enterprises = (kinds.filter(kind=kind) for kind in ("park", "enterprise"))
    assert tally(q="企业3") == [
        (kinds.filter(name="企业3").count(), True),
        ("park", parks.filter(name="企业3").count(), False),
        ("enterprise", enterprises.filter(name="企业3").count(), False),
    ]
    assert tally(q="企业3", kind="enterprise") == [
        (kinds.filter(name="企业3").count(), False),
        ("park", parks.filter(name="企业3").count(), False),
        ("enterprise", enterprises.filter(name="企业3").count(), True),
    ]


def test_a_chip_of_the_tally_leads_to_its_rows_and_counts_them(client_for, secretariat, organizations):
    client, address = client_for(secretariat), reverse("consortium:organization_list")
    found = client.get(address, {"q": "企业"}).context["tally"]
    for link in found.links:
        answer = client.get(address + link.url)
        assert (answer.context["count"], {row.kind for row in answer.context["page"]}) == (link.count, {link.value})
    assert client.get(address + found.all_url).context["count"] == found.total


def test_the_tally_shows_nobody_elses_rows(client_for, partner, rival_enterprise, college):
    """The rival enterprise is there, and not among the partner's."""
    found = client_for(partner).get(reverse("consortium:organization_list")).context["tally"]
    assert [(link.value, link.count) for link in found.links] == [("enterprise", 1), ("higher_vocational", 1)]


def test_a_chosen_filter_is_named_and_can_be_taken_out_alone(client_for, secretariat, organizations, settings):
    settings.LANGUAGE_CODE = "en"
    client, address = client_for(secretariat), reverse("consortium:organization_list")
    chosen = client.get(address, {"q": "企业", "is_lead": "false", "kind": "park", "sort": "name"}).context["chosen"]
    assert [(link.label, link.url) for link in chosen] == [
        ("Name or credit code: 企业", "?is_lead=false&kind=park&sort=name"),
        ("Kind: Park", "?q=%E4%BC%81%E4%B8%9A&is_lead=false&sort=name"),
        ("Lead: No", "?q=%E4%BC%81%E4%B8%9A&kind=park&sort=name"),
    ]


def test_a_long_list_is_counted_only_so_far(client_for, bureau, bureau_organization, consortium, monkeypatch, settings):
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(lists, "COUNTED", 2)
    for year in (2021, 2022, 2023):
        Plan.objects.create(
            consortium=consortium, issuer=bureau_organization, title=f"{year}年任务", year=year, unit="教育局"
        )
        html = client_for(bureau).get(reverse("tasks:plan_list")).content.decode()
        said = re.search(r'<span class="sub">([^<]*rows?)</span>', html).group(1)
        assert said == {2021: "1 row", 2022: "2 rows", 2023: "more than 2 rows"}[year]


def test_who_has_no_role_may_sort_and_filter_the_nothing_that_is_seen(client_for, secretariat, organizations):
    secretariat.affiliations.update(ended_on=DAY)
    client, address = client_for(secretariat), reverse("consortium:organization_list")
    for asked in ({"sort": "-joined_on"}, {"is_lead": "true"}, {"kind": "park"}, {"export": "xlsx"}):
        assert client.get(address, asked).status_code == 200, asked
    assert list(client.get(address).context["page"]) == []
