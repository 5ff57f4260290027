"""The tree of a draft is changed on one page, all at once: names, weights, order, declared subtotals."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consortium.models import HistoryEntry
from evaluation import services
from evaluation.models import Indicator, Scheme, Subtotal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def draft(consortium, secretariat):
    """甲 (甲一: a 30, b 20; 甲二: c 10) and 乙 (d 40), with a deduction below 乙; the text says 甲 weighs 55."""
    scheme = services.create_scheme(Scheme(consortium=consortium, year=2026, name="绩效"), by=secretariat)
    rows = [
        ("a", "甲", "甲一", 30, "weighted"), ("b", "甲", "甲一", 20, "weighted"), ("c", "甲", "甲二", 10, "weighted"),
        ("d", "乙", "乙", 40, "weighted"), ("e", "乙", "乙", 0, "deduction"),
    ]  # fmt: skip
    for number, (name, group, dimension, weight, kind) in enumerate(rows, start=1):
        place = {"group": group, "dimension": dimension, "number": number * 2}
        Indicator.objects.create(scheme=scheme, name=name, weight=weight, kind=kind, **place)
    Subtotal.objects.create(scheme=scheme, group="甲", weight=55)
    return scheme


def filled(client, scheme) -> dict[str, str]:
    """What the page's form sends when nothing is touched."""
    form = client.get(reverse("evaluation:scheme_detail", args=[scheme.pk])).context["tree"]
    values = {name: form[name].value() for name in form.fields}
    return {"stamp": form.now, **{name: "" if value is None else str(value) for name, value in values.items()}}


def send(client, scheme, data):
    return client.post(reverse("evaluation:scheme_tree", args=[scheme.pk]), data)


def tree(scheme) -> list[tuple[int, str, str, str, str]]:
    rows = scheme.indicators.order_by("number").values_list("number", "name", "group", "dimension", "weight")
    return [(number, name, group, dimension, str(weight)) for number, name, group, dimension, weight in rows]


def remembered(scheme) -> list[tuple[str, str, str]]:
    rows = HistoryEntry.objects.of(scheme, *scheme.indicators.all()).exclude(what="created")
    return sorted(rows.values_list("what", "old", "new"))


def test_a_form_in_which_nothing_is_touched_changes_and_remembers_nothing(client_for, secretariat, draft):
    client, before = client_for(secretariat), tree(draft)
    assert send(client, draft, filled(client, draft)).status_code == 302
    assert (tree(draft), remembered(draft)) == (before, [])


def test_weights_names_and_subtotals_are_saved_together_each_with_a_row_of_history(client_for, secretariat, draft):
    client = client_for(secretariat)
    a, b = draft.indicators.filter(name__in="ab").order_by("number")
    data = filled(client, draft) | {
        f"indicator_{a.pk}_weight": "25.5", f"indicator_{b.pk}_weight": "24.50", "group_0": "丙", "dimension_1": "丙二",
        "subtotal_0": "60", "dimension_0_subtotal": "50", "group_1": "丁",
    }  # fmt: skip
    assert send(client, draft, data).status_code == 302
    assert tree(draft) == [
        (2, "a", "丙", "甲一", "25.50"), (4, "b", "丙", "甲一", "24.50"), (6, "c", "丙", "丙二", "10.00"),
        (8, "d", "丁", "丁", "40.00"), (10, "e", "丁", "丁", "0.00"),
    ]  # fmt: skip
    assert remembered(draft) == [
        ("Declared subtotal", "", "丙 · 甲一 50"), ("Declared subtotal", "丙 55", "丙 60"),
        ("Dimension renamed", "甲二", "丙二"), ("Group renamed", "乙", "丁"), ("Group renamed", "甲", "丙"),
        ("weight", "20.00", "24.50"), ("weight", "30.00", "25.5"),
    ]  # fmt: skip
    assert services.scheme_doubts(draft) == []


def test_an_indicator_moves_within_and_between_dimensions_and_numbers_follow(client_for, secretariat, draft):
    client = client_for(secretariat)
    a, d = draft.indicators.filter(name__in="ad").order_by("number")
    send(client, draft, filled(client, draft) | {f"indicator_{a.pk}_place": "2"})
    assert [row[:2] for row in tree(draft)] == [(2, "b"), (4, "a"), (6, "c"), (8, "d"), (10, "e")]
    data = filled(client, draft) | {f"indicator_{d.pk}_under": "0", f"indicator_{d.pk}_place": "1"}
    send(client, draft, data)
    assert [row[:4] for row in tree(draft)] == [
        (2, "d", "甲", "甲一"), (4, "b", "甲", "甲一"), (6, "a", "甲", "甲一"), (8, "c", "甲", "甲二"),
        (10, "e", "乙", "乙"),
    ]  # fmt: skip
    assert [row[0] for row in remembered(draft)] == ["Order", "Order", "dimension"]


def test_every_fault_is_said_beside_its_field_and_nothing_is_written(client_for, secretariat, draft):
    client, before = client_for(secretariat), tree(draft)
    a = draft.indicators.get(name="a")
    data = filled(client, draft) | {
        f"indicator_{a.pk}_weight": "0", "group_1": "甲", "dimension_1": "", "subtotal_0": "x", "subtotal_1": "999999",
    }  # fmt: skip
    answer = send(client, draft, data)
    assert sorted(answer.context["tree"].errors) == [
        "dimension_1", "group_1", f"indicator_{a.pk}_weight", "subtotal_0", "subtotal_1",
    ]  # fmt: skip
    assert (tree(draft), remembered(draft)) == (before, [])
    assert 'value="999999"' in answer.content.decode()


def test_who_comes_second_is_told_and_loses_nothing(client_for, secretariat, draft):
    client, c = client_for(secretariat), draft.indicators.get(name="c")
    first, second = filled(client, draft), filled(client, draft)
    send(client, draft, first | {f"indicator_{c.pk}_weight": "9"})
    mine = second | {f"indicator_{c.pk}_weight": "8"}
    answer = send(client, draft, mine)
    assert answer.context["tree"].non_field_errors() == ["Somebody else has saved this scheme meanwhile."]
    html = answer.content.decode()
    assert ("Saved meanwhile: 9%" in html, 'value="8"' in html) == (True, True)
    assert str(draft.indicators.get(name="c").weight) == "9.00"
    send(client, draft, mine | {"stamp": answer.context["tree"].now})  # the page that came back carries it
    assert str(draft.indicators.get(name="c").weight) == "8.00"


def test_an_indicator_that_somebody_added_meanwhile_stays(client_for, secretariat, draft):
    client = client_for(secretariat)
    data = filled(client, draft)
    new = Indicator.objects.create(scheme=draft, number=20, name="f", group="戊", dimension="戊", weight=1)
    answer = send(client, draft, data)
    assert [line.indicator.name for line in answer.context["tree"].lines() if line.indicator] == list("abcdef")
    assert draft.indicators.filter(pk=new.pk).exists()


def test_a_subtotal_whose_indicators_are_gone_is_shown_and_can_be_taken_away(client_for, secretariat, draft):
    client = client_for(secretariat)
    Subtotal.objects.create(scheme=draft, group="己", weight=5)
    data = filled(client, draft)
    assert (data["group_2"], data["subtotal_2"]) == ("己", "5.00")
    send(client, draft, data | {"subtotal_2": ""})
    assert list(draft.subtotals.values_list("group", "weight")) == [("甲", Decimal("55.00"))]


def test_a_published_scheme_has_no_tree_to_change(client_for, secretariat, draft, bureau):
    Scheme.objects.filter(pk=draft.pk).update(status="published")
    page = client_for(secretariat).get(reverse("evaluation:scheme_detail", args=[draft.pk]))
    assert page.context["tree"] is None
    answer = client_for(secretariat).post(reverse("evaluation:scheme_tree", args=[draft.pk]), {}, follow=True)
    assert answer.status_code in (200, 409)
    assert client_for(bureau).post(reverse("evaluation:scheme_tree", args=[draft.pk]), {}).status_code == 403


def test_the_page_asks_the_same_number_of_times_however_many_indicators(
    client_for, secretariat, draft, django_assert_num_queries
):
    client, address = client_for(secretariat), reverse("evaluation:scheme_detail", args=[draft.pk])
    client.get(address)

    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(30, 50):
        Indicator.objects.create(scheme=draft, number=number, name=f"x{number}", group="甲", dimension="甲一", weight=1)
    with django_assert_num_queries(len(few)):
        client.get(address)
