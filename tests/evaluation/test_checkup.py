"""The check-up of a scheme: each doubt is said as what it is, nothing is altered; files in the layout of colleges."""

import io
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook

from consortium.models import HistoryEntry
from evaluation import services
from evaluation.models import GradeBand, Indicator, Scheme, Subtotal

from .conftest import NOW, refusal, wrong


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def draft(consortium, secretariat):
    """A draft with these (weight, name, group) as indicators."""

    def make(*rows, subtotals=(), **fields):
        scheme = services.create_scheme(Scheme(consortium=consortium, year=2026, name="绩效", **fields), by=secretariat)
        for number, (weight, name, group) in enumerate(rows, start=1):
            Indicator.objects.create(
                scheme=scheme, number=number, group=group, dimension=group, name=name, weight=Decimal(weight)
            )
        for group, weight in subtotals:
            Subtotal.objects.create(scheme=scheme, group=group, weight=Decimal(weight))
        return scheme

    return make


def weights(scheme):
    return [str(row.weight) for row in scheme.indicators.all()]


def said(scheme):
    return [(doubt.sentence, doubt.is_warning) for doubt in services.scheme_doubts(scheme)]


def test_a_sum_of_101_is_a_mistake_and_nothing_is_altered(draft, secretariat):
    scheme = draft(("60", "a", "甲"), ("41", "b", "乙"))
    assert said(scheme) == [("The weights add up to 101%, not 100%.", False)]
    assert refusal(lambda: services.publish_scheme(scheme, by=secretariat, now=NOW)) == said(scheme)[0][0]
    assert weights(scheme) == ["60.00", "41.00"]


def test_a_subtotal_that_its_leaves_do_not_match_is_said(draft):
    scheme = draft(("60", "a", "甲"), ("40", "b", "乙"), subtotals=[("甲", "55"), ("乙", "40")])
    assert said(scheme) == [("“甲” is said to weigh 55%, its indicators add up to 60%.", False)]
    assert (weights(scheme), [str(row.weight) for row in scheme.subtotals.all()]) == (
        ["60.00", "40.00"], ["55.00", "40.00"],
    )  # fmt: skip


def test_a_sum_of_0_999_is_accepted_by_a_person_and_stays(draft, secretariat):
    scheme = draft(*[("33.3", name, name) for name in "abc"], weights_as="fraction")
    [(sentence, is_warning)] = said(scheme)
    assert sentence.startswith("The weights add up to 0.999, not 1. That may come from rounding")
    assert is_warning
    assert refusal(lambda: services.publish_scheme(scheme, by=secretariat, now=NOW)) == sentence
    [doubt] = services.scheme_doubts(scheme)
    services.accept_doubt(scheme, doubt.code, by=secretariat, reason="原文三项等分")
    entry = HistoryEntry.objects.of(scheme).get(what="Accepted in the check-up")
    assert (entry.new, entry.reason) == (sentence, "原文三项等分")
    services.publish_scheme(scheme, by=secretariat, now=NOW)
    assert (scheme.status, weights(scheme)) == ("published", ["33.30", "33.30", "33.30"])


def test_what_was_accepted_is_asked_again_when_its_figure_changes(draft, secretariat):
    scheme = draft(*[("33.3", name, name) for name in "abc"], weights_as="fraction")
    [doubt] = services.scheme_doubts(scheme)
    services.accept_doubt(scheme, doubt.code, by=secretariat, reason="…")
    services.change_indicator(scheme.indicators.first(), by=secretariat, weight=Decimal("33.2"))
    assert len(services.scheme_problems(scheme)) == 1
    assert "does not say this any more" in refusal(
        lambda: services.accept_doubt(scheme, doubt.code, by=secretariat, reason="…")
    )


def test_shares_further_off_than_rounding_and_per_cent_off_at_all_are_mistakes(draft):
    assert [warning for _said, warning in said(draft(("99.4", "a", "甲"), weights_as="fraction"))] == [False]
    assert [warning for _said, warning in said(draft(("99.99", "a", "甲")))] == [False]


def test_points_in_the_text_that_differ_from_the_field_are_said(draft):
    scheme = draft(("60", "运行机制（6分）", "甲"), ("40", "满分40分的项目", "乙"))
    sentence = "1 运行机制（6分）: its text says “6分”, its weight is 60."
    assert said(scheme) == [(sentence, False)]
    assert weights(scheme) == ["60.00", "40.00"]


def test_names_that_repeat_grades_with_a_gap_and_a_required_veto_are_said(draft):
    scheme = draft(("30", "a", "甲"), ("30", "a", "甲"), ("20", "b", "甲"), ("20", "b", "乙"))
    Indicator.objects.create(
        scheme=scheme, number=5, group="甲", dimension="甲", name="c", kind="veto", is_required=True
    )
    GradeBand.objects.filter(scheme=scheme, lowest=0).delete()
    assert said(scheme) == [
        ("The name “a” stands there twice.", False),
        ("The name “b” stands there twice.", True),
        ("5 c is required but has no weight.", False),
        ("The lowest grade must begin at 0.", False),
        ("Scores from 0 up to 60 have no grade.", False),
    ]


def tree(*rows, merged=()):
    """An Excel sheet as a college writes it."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    data = io.BytesIO()
    book.save(data)
    return ContentFile(data.getvalue(), name="scheme.xlsx")


HEAD = ("序号", "一级指标", "二级指标", "三级指标", "权重/％", "评分标准")


def test_a_tree_in_merged_cells_is_read_with_its_subtotals():
    read = services.read_indicators(
        tree(
            HEAD,
            (1, "产教特区（60分）", "机制", "＊运行机制", 35, "好"),
            (2, None, None, "校企合作", 25, None),
            (None, None, None, "小计", 60, None),
            (3, "工程创新班", "资源", "教材", 40, None),
            (None, "合计", None, None, 100, None),
            merged=["B2:B3", "C2:C3"],
        )
    )
    found = [(row.number, row.group, row.dimension, row.name, row.weight, row.is_required) for row in read.indicators]
    assert found == [
        (1, "产教特区", "机制", "运行机制", 35, True),
        (2, "产教特区", "机制", "校企合作", 25, False),
        (3, "工程创新班", "资源", "教材", 40, False),
    ]
    assert [(str(row), row.weight) for row in read.subtotals] == [("产教特区", 60), ("产教特区 · 机制", 60)]
    assert read.weights_as == "percent"


@pytest.mark.parametrize(
    ("title", "rows", "form"),
    [
        ("权重", ("0.35", "0.25", "0.4"), "fraction"),
        ("权重", ("35%", "25%", "40%"), "percent"),
        ("分值", (35, 25, 40), "points"),
    ],
)
def test_weights_are_read_as_shares_per_cent_or_points(title, rows, form):
    read = services.read_indicators(
        tree(("一级指标", "指标名称", title), *[("甲", f"指标{weight}", weight) for weight in rows])
    )
    assert ([row.weight for row in read.indicators], read.weights_as) == ([35, 25, 40], form)


def test_what_a_tree_does_not_say_well_is_said_by_row_and_nothing_is_written(consortium, secretariat):
    file = tree(
        HEAD, (1, "甲（50分）", None, "a", 60, None), (2, "乙", None, "b", "很多", None), (3, "丙", None, None, 41, "…")
    )
    sentences = wrong(lambda: services.import_scheme(file, year=2026, name="x", consortium=consortium, by=secretariat))[
        "file"
    ]
    assert sentences == [
        "Row 3: The weight “很多” is not a number.",
        "Row 4: “name” is empty.",
        "The weights add up to 101%, not 100%.",
        "“甲” is said to weigh 50%, its indicators add up to 60%.",
    ]
    assert not Scheme.objects.exists()


def test_a_copy_is_a_draft_with_everything(client_for_office, scheme):
    client = client_for_office
    client.post(f"/evaluation/schemes/{scheme.pk}/copy/", {"year": 2027})
    copy = Scheme.objects.get(year=2027)
    rows = list(copy.indicators.values_list("number", "name", "weight"))
    assert (copy.status, rows) == ("draft", list(scheme.indicators.values_list("number", "name", "weight")))
    assert list(copy.bands.values_list("name", "lowest")) == list(scheme.bands.values_list("name", "lowest"))


def test_a_warning_is_accepted_on_its_page(client_for_office, draft):
    scheme = draft(*[("33.3", name, name) for name in "abc"], weights_as="fraction")
    page = client_for_office.get(f"/evaluation/schemes/{scheme.pk}/").content.decode()
    assert f"/evaluation/schemes/{scheme.pk}/accept/?code=sum%3A99.9" in page
    client_for_office.post(f"/evaluation/schemes/{scheme.pk}/accept/?code=sum:99.9", {"reason": "四舍五入"})
    scheme.refresh_from_db()
    assert scheme.accepted == ["sum:99.9"]


@pytest.fixture
def client_for_office(client, secretariat):
    client.force_login(secretariat)
    return client
