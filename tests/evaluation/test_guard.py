"""What is published, the database itself keeps: every way to change it that the web's own connection has."""

from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import translation

from consortium.models import Attachment
from evaluation import guard, services
from evaluation.models import (
    Dismissal,
    Evaluation,
    Evidence,
    Finding,
    Reviewer,
    Scheme,
    Score,
    SelfAssessment,
    StandardCheck,
)

from .conftest import AFTER_PUBLICITY, as_owner
from .conftest import NOW as DURING


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def sql(statement: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def bulk_scores(evaluation):
    rows = list(Score.objects.filter(reviewer__evaluation=evaluation))
    for row in rows:
        row.score = Decimal(1)
    Score.objects.bulk_update(rows, ["score"])


def upsert_scores(evaluation):
    reviewer = evaluation.reviewers.first()
    rows = [Score(reviewer=reviewer, indicator=evaluation.scheme.indicators.first(), score=Decimal(1))]
    Score.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["reviewer", "indicator"], update_fields=["score"]
    )


def move_a_score_in(evaluation):
    other = Reviewer.objects.exclude(evaluation=evaluation).first()
    extra = evaluation.scheme.indicators.get(kind="deduction")
    row = Score.objects.create(reviewer=other, indicator=extra, score=Decimal(1))
    Score.objects.filter(pk=row.pk).update(reviewer=evaluation.reviewers.first())


def save_result(evaluation):
    evaluation.result = {**evaluation.result, "official": "99.00"}
    evaluation.save()


def scores_of(evaluation):
    return Score.objects.filter(reviewer__evaluation=evaluation)


def step_back(evaluation):
    Evaluation.objects.filter(pk=evaluation.pk).update(status="review")


def supersede_and_more(evaluation):
    Evaluation.objects.filter(pk=evaluation.pk).update(status="superseded", sha256="0" * 64, result={})


def deduction_of(evaluation):
    return evaluation.scheme.indicators.get(kind="deduction")


def said_of(evaluation, number=1):
    return evaluation.self_assessments.get(indicator__number=number)


def evidence_of(evaluation, said):
    """Any record of the system will do: the link to it is what is kept."""
    return Evidence.objects.create(assessment=said, record=evaluation.zone, added_at=DURING)


def file_of(said):
    person = said.evaluation.reviewers.first().person
    return Attachment.objects.create(
        record=said, name="佐证.pdf", sha256="0" * 64, size=1, media_type="application/pdf",
        attached_by=person, attached_at=DURING,
    )  # fmt: skip


def files_of(evaluation):
    kind = ContentType.objects.get_for_model(SelfAssessment)
    return Attachment.objects.filter(content_type=kind, object_id__in=evaluation.self_assessments.values("pk"))


WAYS = {
    "the result, saved": save_result,
    "the result, by raw SQL": lambda e: sql("UPDATE evaluation_evaluation SET sha256 = '' WHERE id = %s", e.pk),
    "back to the review": step_back,
    "superseded, and another hash": supersede_and_more,
    "a score, updated": lambda e: scores_of(e).update(score=Decimal(1)),
    "scores, in bulk": bulk_scores,
    "a score, upserted": upsert_scores,
    "a score of another moved in": move_a_score_in,
    "scores, deleted": lambda e: scores_of(e).delete(),
    "scores, deleted by raw SQL": lambda e: sql(
        "DELETE FROM evaluation_score WHERE reviewer_id IN (SELECT id FROM evaluation_reviewer WHERE evaluation_id=%s)",
        e.pk,
    ),
    "a reviewer, deleted": lambda e: e.reviewers.first().delete(),
    "a reviewer, to another side": lambda e: e.reviewers.update(side="third_party"),
    "a reviewer, given to another": lambda e: e.reviewers.update(evaluation=Evaluation.objects.get(status="preparing")),
    "what the college said": lambda e: e.self_assessments.update(note="改"),
    "a deduction, added": lambda e: Finding.objects.create(
        evaluation=e, indicator=deduction_of(e), points=Decimal(1), reason="x"
    ),
    "a record, named": lambda e: evidence_of(e, said_of(e, 2)),
    "a record, taken off": lambda e: Evidence.objects.filter(assessment__evaluation=e).delete(),
    "a record, moved": lambda e: Evidence.objects.filter(assessment__evaluation=e).update(assessment=said_of(e, 2)),
    "a file, handed in": lambda e: file_of(said_of(e, 2)),
    "a file, removed": lambda e: files_of(e).update(removed_at=DURING),
    "a file, with other bytes": lambda e: files_of(e).update(sha256="1" * 64),
    "a file, deleted": lambda e: files_of(e).delete(),
    "a flag, set aside": lambda e: Dismissal.objects.create(
        assessment=said_of(e), kind="vacuous", about="0" * 64, reason="x", by=e.reviewers.first().person, at=DURING
    ),
    "an answer": lambda e: e.objections.update(answer="改"),
    "the whole evaluation, deleted": lambda e: Evaluation.objects.filter(pk=e.pk).delete(),
    "the whole evaluation, deleted by raw SQL": lambda e: sql("DELETE FROM evaluation_evaluation WHERE id = %s", e.pk),
    "a weight": lambda e: e.scheme.indicators.filter(number=1).update(weight=Decimal(59)),
    "a grade": lambda e: e.scheme.bands.update(name="改"),
    "the scheme's rule": lambda e: Scheme.objects.filter(pk=e.scheme_id).update(unchosen_rule="absolute"),
}


@pytest.fixture
def published(stages, zone, other_zone, make_zone, partner, secretariat):
    """A published result with an answered objection, beside another in review and one that is only opened."""
    stages.review(other_zone)
    stages.opened(make_zone("mould"))
    evaluation = stages.publicity(zone)
    evidence_of(evaluation, said_of(evaluation))
    file_of(said_of(evaluation))
    objection = services.object_to(evaluation, "日期不符", by=partner, now=DURING)
    services.answer_objection(objection, "已核实", by=secretariat, now=DURING)
    services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY)
    return Evaluation.objects.select_related("scheme").get(pk=evaluation.pk)


def outcome(act) -> str:
    """What the database says to ``act``, which is taken back in any case."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return ""


def test_a_published_result_is_kept_and_a_draft_is_not(published, stages, make_scheme, zone):
    """The draft: the zone's evaluation of another year and scheme, with every sheet handed in."""
    of_2024 = make_scheme("1,60,yes,weighted", "2,40,no,weighted", "4,,no,deduction", year=2024)
    draft = stages.scored(zone, scheme=of_2024)
    evidence_of(draft, said_of(draft))
    file_of(said_of(draft))
    draft.result = {"official": "1"}
    assert {way: outcome(lambda act=act: act(published)) for way, act in WAYS.items()} == dict.fromkeys(
        WAYS, guard.SENTENCE
    )
    assert {way: outcome(lambda act=act: act(draft)) for way, act in WAYS.items()} == dict.fromkeys(WAYS, "")


def test_what_is_published_is_not_replaced(published):
    """SQLite's REPLACE removes what is in its way without asking for DELETE; PostgreSQL has TRUNCATE."""
    connection.check_constraints()  # PostgreSQL does not empty a table of which a check is due
    tables = {"evaluation_evaluation": published, "evaluation_score": scores_of(published).first()}
    for table, row in tables.items():
        statement = (
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = {row.pk}"
            if connection.vendor == "sqlite"
            else f"TRUNCATE {table} CASCADE"
        )
        with pytest.raises(DatabaseError, match=guard.SENTENCE), transaction.atomic():
            sql(statement)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no REPLACE")
def test_another_published_result_does_not_take_the_place_of_one(published):
    """It has another key, but the same zone and year."""
    names = [row.column for row in Evaluation._meta.concrete_fields if row.column != "id"]
    columns = ", ".join(f'"{name}"' for name in names)
    table = "evaluation_evaluation"
    with pytest.raises(DatabaseError, match=guard.SENTENCE), transaction.atomic():
        sql(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = {published.pk}")
    other = Score.objects.create(
        reviewer=Reviewer.objects.exclude(evaluation=published).first(),
        indicator=deduction_of(published),
        score=Decimal(1),
    )
    with pytest.raises(DatabaseError, match=guard.SENTENCE), transaction.atomic():
        sql(f"UPDATE OR REPLACE evaluation_score SET id = {scores_of(published).first().pk} WHERE id = {other.pk}")


def test_a_zone_with_a_result_is_not_deleted(published):
    with pytest.raises(ProtectedError):
        published.zone.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM zones_zonepartner WHERE zone_id = %s", published.zone_id)
        sql("DELETE FROM zones_zone WHERE id = %s", published.zone_id)
        connection.check_constraints()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no roles")
def test_a_role_that_does_not_own_the_tables_cannot_lift_the_guard(published):
    sql("CREATE ROLE guard_test_web")
    sql("GRANT guard_test_web TO CURRENT_USER")
    sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guard_test_web")
    sql("SET LOCAL ROLE guard_test_web")
    lifting = [
        "ALTER TABLE evaluation_score DISABLE TRIGGER published_keep",
        "DROP TRIGGER published_keep ON evaluation_score",
        "SET session_replication_role = replica",
        "TRUNCATE evaluation_score",
    ]
    for statement in lifting:
        with pytest.raises(DatabaseError, match="permission denied|must be owner"), transaction.atomic():
            sql(statement)
    with pytest.raises(DatabaseError, match=guard.SENTENCE), transaction.atomic():
        scores_of(published).update(score=Decimal(1))
    sql("RESET ROLE")


def test_every_part_of_an_evaluation_is_guarded():
    """Whatever goes with an evaluation, its scheme or a check when it is deleted; a new part needs a line in the
    guard."""
    parts = [Evaluation, Scheme, StandardCheck]
    found = {model._meta.db_table for model in parts}
    found.add(Attachment._meta.db_table)  # the files of a self-assessment, which no key ties to it
    while parts:
        of = parts.pop()
        for relation in of._meta.related_objects:
            if relation.on_delete is models.CASCADE:
                parts.append(relation.related_model)
                found.add(relation.related_model._meta.db_table)
    assert found == set(guard.TABLES)


def test_verify_says_when_the_guard_is_missing(db):
    assert services.verify_results() == []
    with as_owner():
        assert services.verify_results() == [
            "The database does not keep what is published, a trigger is missing: "
            f"{', '.join(sorted(guard.TABLES))}. Run manage.py migrate."
        ]
    assert guard.missing() == []


def test_verify_names_a_result_that_was_put_away(published):
    """The one step that the guard allows, without the correction that is its reason."""
    Evaluation.objects.filter(pk=published.pk).update(status="superseded")
    name = f"示例产教特区cnc, evaluation 2025 (id {published.pk})"
    assert services.verify_results() == [f"{name}: superseded, but no correction is published."]
