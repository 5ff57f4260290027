"""A whole consortium against the ministry's standard: answered by its records or in words, finished once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from consortium.models import HistoryEntry, Platform
from evaluation import guard, services
from evaluation.models import GradeBand, Scheme, StandardAnswer, StandardCheck
from evaluation.services import standards
from evaluation.services.results import digest
from evaluation.services.standards import Said

from .conftest import NOW, TODAY, as_owner, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def check(consortium, secretariat):
    return standards.open_check(consortium, 2026, by=secretariat, now=NOW, today=TODAY)


def answers(check) -> dict[int, object]:
    return {row.indicator.number: row for row in check.answers.select_related("indicator")}


def filled(check, **more: Said) -> dict[int, Said]:
    """A score of 50 and a statement for all that people answer."""
    said = {}
    for row in check.answers.select_related("indicator"):
        is_judged = row.indicator.kind == "weighted" and not row.indicator.measure
        said[row.pk] = Said(Decimal(50), "有依据") if is_judged else Said()
        said[row.pk] = more.get(f"n{row.indicator.number}", said[row.pk])
    return said


def test_the_extract_has_five_conditions_four_points_of_service_and_weights_of_100(check):
    rows = list(check.scheme.indicators.all())
    assert list(dict.fromkeys(row.dimension for row in rows if row.kind == "weighted")) == [
        "产教资源集聚", "组织治理机制", "保障条件", "人才培养", "有效服务产业发展",
    ]  # fmt: skip
    assert sum(row.dimension == "有效服务产业发展" for row in rows) == 4
    assert (sum(row.weight for row in rows), check.scheme.name, check.scheme.status) == (
        100, "市域产教联合体建设标准（节选）", "published",
    )  # fmt: skip


def test_points_that_records_answer_carry_the_records_behind(check, consortium, secretariat):
    row = answers(check)[8]
    assert (row.figure, [figure for _label, figure, _url in row.behind]) == (Decimal(0), ["0", "0", "0", "0", "0"])
    Platform.objects.create(consortium=consortium, kind="base", name="基地", since=date(2026, 1, 1))
    standards.count_again(check, by=secretariat, today=TODAY)
    row = answers(check)[8]
    base = [one for one in row.behind if one[1] == "1"][0]
    assert (row.figure, base[2]) == (Decimal(1), f"{reverse('consortium:platform_list')}?kind=base")
    said = HistoryEntry.objects.of(check).filter(what="figure", old__startswith="8 ")
    assert [(one.old, one.new) for one in said] == [("8 平台与基地: 0.00", "8 平台与基地: 1")]


def test_a_check_is_finished_when_every_point_is_answered_and_then_frozen(check, secretariat):
    sentence = refusal(lambda: standards.finish_check(check, by=secretariat, now=NOW))
    assert sentence.startswith("No score yet: 1 园区产值与主导产业, 5 部门协调联动, 6 经费投入 and 3 more.")
    standards.save_answers(check, filled(check), saves=0, by=secretariat)
    standards.finish_check(check, by=secretariat, now=NOW)
    check.refresh_from_db()
    assert check.sha256 == digest(check.result)
    for act in (
        lambda: standards.save_answers(check, filled(check), saves=1, by=secretariat),
        lambda: standards.count_again(check, by=secretariat, today=TODAY),
        lambda: standards.finish_check(check, by=secretariat, now=NOW),
    ):
        assert refusal(act) == "This check is finished and is frozen. Begin a new one for the year."


def test_the_result_is_the_weighted_mean_less_deductions_and_a_veto_sets_the_lowest_grade(check, secretariat):
    rows = answers(check)
    points = {number: standards.score_of(row) for number, row in rows.items() if row.indicator.measure}
    weights = {number: row.indicator.weight for number, row in rows.items()}
    judged = sum(weights[number] for number in weights if number not in points)
    expected = sum(float(weights[number]) * float(value) for number, value in points.items()) / 100 + float(judged) / 2
    said = filled(check, n15=Said(None, "不符", True, Decimal("1.5")), n16=Said(None, "虚假", True))
    standards.save_answers(check, said, saves=0, by=secretariat)
    result = standards.result_of(check.scheme, list(answers(check).values()))
    assert (result["official"], result["deductions"], result["veto"]) == (f"{expected - 1.5:.2f}", "1.50", True)
    assert result["grade"] == check.scheme.bands.order_by("lowest")[0].name


def test_a_negative_item_that_applies_says_why_and_how_much(check, secretariat):
    said = filled(check, n15=Said(None, "", True))
    standards.save_answers(check, said, saves=0, by=secretariat)
    assert standards.open_points(list(answers(check).values())) == [
        "Why does it apply: 15 材料与记录不符?", "How many points are taken off: 15 材料与记录不符?",
    ]  # fmt: skip


def test_of_two_who_save_at_once_the_second_is_told(check, secretariat):
    standards.save_answers(check, filled(check), saves=0, by=secretariat)
    other = StandardCheck.objects.get(pk=check.pk)
    sentence = refusal(lambda: standards.save_answers(other, filled(check, n1=Said()), saves=0, by=secretariat))
    assert sentence == "Somebody else has saved this check meanwhile. Reload before you go on; copy what you typed."
    assert answers(check)[1].score == Decimal(50)


def test_a_year_has_one_open_check_and_a_standard_in_force_beside_the_zones_scheme(
    check, scheme, consortium, secretariat
):
    with pytest.raises(ValidationError, match="filled in already"):
        standards.open_check(consortium, 2026, by=secretariat, now=NOW, today=TODAY)
    standards.open_check(consortium, scheme.year, by=secretariat, now=NOW, today=TODAY)
    in_force = Scheme.objects.filter(year=scheme.year, status="published").values_list("subject", flat=True)
    assert sorted(in_force) == ["consortium", "zone"]
    assert Scheme.objects.in_force(scheme.year) == scheme


def test_a_standard_scores_no_zone_and_a_zones_scheme_counts_no_consortium(check, zone, consortium, secretariat):
    sentence = refusal(lambda: services.open_evaluation(zone, check.scheme, by=secretariat, today=TODAY))
    assert sentence == "This scheme scores the consortium and not its zones."
    file = ContentFile(standards.EXTRACT.read_bytes(), name="s.csv")
    with pytest.raises(ValidationError, match="needs_members"):
        services.import_scheme(file, year=2026, name="x", consortium=consortium, by=secretariat)


def test_a_result_without_a_finished_check_is_refused_by_the_database(check):
    with pytest.raises(IntegrityError), transaction.atomic():
        StandardCheck.objects.filter(pk=check.pk).update(status="done")


def test_the_office_fills_in_the_bureau_reads_and_a_college_knows_nothing(
    client_for, secretariat, bureau, college_admin, check
):
    page, save = (reverse(f"evaluation:standard_check_{name}", args=[check.pk]) for name in ("detail", "save"))
    office = client_for(secretariat)
    form = office.get(page).context["form"]
    names = {name: form[name].value() for name in form.fields if not name.endswith("_applies")}
    data = {name: "" if value is None else value for name, value in names.items()}
    key = answers(check)[1].indicator_id
    wrong = office.post(save, data | {f"indicator_{key}_score": "101", f"indicator_{key}_statement": "x" * 5001})
    assert sorted(wrong.context["form"].errors) == [f"indicator_{key}_score", f"indicator_{key}_statement"]
    assert (
        office.post(save, data | {f"indicator_{key}_score": "88", f"indicator_{key}_statement": "年报"}).status_code
        == 302
    )
    assert (answers(check)[1].score, answers(check)[1].statement) == (Decimal(88), "年报")
    assert client_for(bureau).get(page).status_code == 200
    assert client_for(bureau).post(save, data).status_code == 403
    assert client_for(college_admin).get(page).status_code == 404
    assert client_for(bureau).get(reverse("evaluation:standard_check_list")).context["checks"].count() == 1


def test_a_published_result_of_the_year_does_not_keep_a_standard_from_coming_into_force(stages, zone, secretariat):
    evaluation = stages.published(zone)
    check = standards.open_check(zone.consortium, evaluation.year, by=secretariat, now=NOW, today=TODAY)
    assert (check.scheme.status, evaluation.scheme.status) == ("published", "published")


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


CHANGES = {
    "its day": lambda check: StandardCheck.objects.filter(pk=check.pk).update(counted_on=date(2026, 1, 1)),
    "opened again": lambda check: sql(
        "UPDATE evaluation_standardcheck SET status = 'open', result = NULL, sha256 = '' WHERE id = %s", check.pk
    ),
    "deleted": lambda check: StandardCheck.objects.filter(pk=check.pk).delete(),
    "an answer": lambda check: check.answers.update(statement="改"),
    "an answer deleted": lambda check: sql("DELETE FROM evaluation_standardanswer WHERE check_of_id = %s", check.pk),
    "one answer more": lambda check: StandardAnswer.objects.bulk_create(
        [StandardAnswer(check_of=check, indicator=check.scheme.indicators.first())], ignore_conflicts=True
    ),
    "a weight of its scheme": lambda check: check.scheme.indicators.filter(kind="weighted").update(weight=1),
    "a grade of its scheme": lambda check: GradeBand.objects.filter(scheme=check.scheme, lowest=0).update(name="改"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_finished_check_is_kept_by_the_database(check, secretariat, change):
    with transaction.atomic():
        change(check)  # what is open can be changed
        transaction.set_rollback(True)
    standards.save_answers(check, filled(check), saves=0, by=secretariat)
    standards.finish_check(check, by=secretariat, now=NOW)
    with pytest.raises(DatabaseError, match=guard.SENTENCE), transaction.atomic():
        change(check)
    assert standards.verify_checks() == []


def test_verify_names_a_check_that_its_owner_changed(check, secretariat):
    standards.save_answers(check, filled(check), saves=0, by=secretariat)
    standards.finish_check(check, by=secretariat, now=NOW)
    with as_owner():
        check.answers.filter(indicator__kind="weighted", score=50).update(score=60)
    assert standards.verify_checks() == [f"{check}: the scores give another result."]
    with as_owner():
        StandardCheck.objects.filter(pk=check.pk).update(result={**check.result, "official": "99.00"})
    assert standards.verify_checks()[0] == f"{check}: the hash does not fit the result."
