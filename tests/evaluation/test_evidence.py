"""Evidence of a self-assessment: who names what when, what is doubtful about it, and how a doubt is set aside."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from consortium import filestore
from consortium.models import Attachment, HistoryEntry
from consortium.services.files import attach
from evaluation import services
from evaluation.evidence import is_vacuous, lines_of, open_flags
from evaluation.models import Dismissal, Evidence, SelfAssessment
from evaluation.services import Assessed
from tests.consortium import files
from zones.models import Outcome, TeachingResource, TechnicalService

from .conftest import AFTER_PUBLICITY, NOW, TODAY, refusal

SOUND = "本年度与示例企业共同开发教学案例十二个，均已用于课堂教学。"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def make_resource(college_admin, secretariat):
    def make(zone, title="阀体加工案例", status="verified", date=datetime.date(2025, 6, 1)) -> TeachingResource:
        decided = {} if status == "recorded" else {"decided_by": secretariat, "decided_at": NOW}
        if status == "rejected":
            decided["reject_reason"] = "日期有误"
        return TeachingResource.objects.create(
            zone=zone, kind="case", title=title, date=date, status=status, recorded_by=college_admin,
            organization=zone.college, recorded_at=NOW, **decided,
        )  # fmt: skip

    return make


@pytest.fixture
def assessing(stages, college_admin):
    """An evaluation in self-assessment whose explanations say something."""

    def make(zone):
        evaluation = stages.self_assessment(zone)
        rows = [Assessed(row, True, Decimal(90), SOUND) for row in evaluation.scheme.indicators.weighted()]
        services.save_self_assessment(evaluation, rows, by=college_admin)
        return evaluation

    return make


def said(evaluation, number=1) -> SelfAssessment:
    return evaluation.self_assessments.select_related("evaluation__zone", "indicator").get(indicator__number=number)


def hand_in(line, by, data=None, name="佐证.pdf"):
    return attach(line, SimpleUploadedFile(name, data or files.pdf()), by=by, now=NOW)


def flags(evaluation, by, number=1) -> list[tuple[str, str]]:
    line = lines_of(evaluation, by=by)[said(evaluation, number).indicator_id]
    return [(flag.kind.value, flag.sentence) for flag in line.open]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("已完成", True),
        ("见附件。", True),
        ("相关材料详见附件。", True),
        ("七个字的说明呀", True),
        ("八个字的说明文字", False),
        ("…… —— ！！！！！！！", True),
        (SOUND, False),
    ],
)
def test_an_explanation_says_something_or_not(text, expected):
    assert is_vacuous(text) is expected


def test_the_college_names_a_record_of_its_zone_once_while_it_assesses_itself(
    assessing, zone, other_zone, make_resource, college_admin
):
    evaluation, row = assessing(zone), make_resource(zone)
    line = said(evaluation)
    evidence = services.add_evidence(line, row, by=college_admin, now=NOW)
    assert (evidence.record, evidence.added_by) == (row, college_admin)
    history = HistoryEntry.objects.of(evaluation)[0]
    assert (history.what, history.new) == ("Evidence added", "1 指标1 · teaching resource “阀体加工案例”")
    add = lambda row: services.add_evidence(line, row, by=college_admin, now=NOW)  # noqa: E731
    assert refusal(lambda: add(row)) == "This record is evidence of this indicator already."
    assert refusal(lambda: add(make_resource(other_zone))) == "Only records of this zone are its evidence."
    services.remove_evidence(evidence, by=college_admin)
    assert not Evidence.objects.exists()
    services.add_evidence(line, row, by=college_admin, now=NOW)
    services.submit_self_assessment(evaluation, by=college_admin, today=TODAY)
    for late in (lambda: add(make_resource(zone, "另一个案例")), lambda: services.remove_evidence(
        Evidence.objects.get(), by=college_admin
    )):  # fmt: skip
        assert "Expert review" in refusal(late)
    assert refusal(lambda: hand_in(said(evaluation), college_admin)) == "Evidence stays as it was handed in."


def test_sound_evidence_has_no_flag_and_each_doubt_one(assessing, zone, make_resource, college_admin):
    evaluation = assessing(zone)
    line = said(evaluation)
    for row in (
        make_resource(zone),
        make_resource(zone, "首日", date=datetime.date(2025, 1, 1)),
        make_resource(zone, "末日", date=datetime.date(2025, 12, 31)),
    ):
        services.add_evidence(line, row, by=college_admin, now=NOW)
    hand_in(line, college_admin)
    assert flags(evaluation, college_admin) == []
    late = make_resource(zone, "次年", date=datetime.date(2026, 1, 1))
    early = make_resource(zone, "上年", date=datetime.date(2024, 12, 31))
    waiting, returned = make_resource(zone, "待核实", "recorded"), make_resource(zone, "未通过", "rejected")
    for row in (late, early, waiting, returned):
        services.add_evidence(line, row, by=college_admin, now=NOW)
    assert [kind for kind, _sentence in flags(evaluation, college_admin)] == [
        "other_year", "other_year", "pending", "pending",
    ]  # fmt: skip
    services.save_self_assessment(evaluation, [Assessed(line.indicator, True, Decimal(90), "见附件")], by=college_admin)
    assert flags(evaluation, college_admin)[0] == (
        "vacuous", "The explanation says nothing that could be checked.",
    )  # fmt: skip


def test_what_is_not_chosen_is_not_checked(assessing, zone, college_admin):
    evaluation = assessing(zone)
    row = said(evaluation, 2).indicator
    for number in (1, 2):
        hand_in(said(evaluation, number), college_admin)
    services.save_self_assessment(evaluation, [Assessed(row, True, Decimal(90), "")], by=college_admin)
    assert [len(flags(evaluation, college_admin, number)) for number in (1, 2)] == [1, 2]
    services.save_self_assessment(evaluation, [Assessed(row, False, None, "")], by=college_admin)
    assert [len(flags(evaluation, college_admin, number)) for number in (1, 2)] == [0, 0]


def test_the_same_file_under_two_indicators_and_in_two_zones(
    assessing, zone, other_zone, college_admin, other_college_admin, secretariat
):
    mine, theirs = assessing(zone), assessing(other_zone)
    hand_in(said(mine), college_admin)
    assert flags(mine, college_admin) == []
    hand_in(said(mine, 2), college_admin, name="同一文件.pdf")
    assert flags(mine, college_admin) == [("same_file", "The file “佐证.pdf” is also at: indicator 2.")]
    copy = hand_in(said(theirs), other_college_admin)
    assert flags(mine, college_admin, 2) == [
        ("same_file", "The file “同一文件.pdf” is also at: indicator 1, an evaluation of another zone.")
    ]
    assert flags(theirs, secretariat) == [("same_file", "The file “佐证.pdf” is also at: 示例产教特区cnc 2025.")]
    Attachment.objects.filter(pk=copy.pk).update(removed_by=other_college_admin, removed_at=NOW)
    assert flags(mine, college_admin, 2) == [("same_file", "The file “同一文件.pdf” is also at: indicator 1.")]


def test_one_achievement_is_counted_once_whichever_of_its_rounds_is_named(
    assessing, zone, college_admin, secretariat, make_resource
):
    evaluation = assessing(zone)
    common = {
        "zone": zone, "kind": "contest_award", "date": datetime.date(2025, 5, 1), "recorded_by": college_admin,
        "organization": zone.college, "recorded_at": NOW, "status": "verified", "decided_by": secretariat,
        "decided_at": NOW,
    }  # fmt: skip
    final = Outcome.objects.create(title="国赛", level="national", rank="first", **common)
    first = Outcome.objects.create(title="省赛", level="provincial", rank="first", same_as=final, **common)
    other = Outcome.objects.create(title="另一项", level="municipal", rank="first", **common)
    for number, row in ((1, final), (2, first), (3, other)):
        services.add_evidence(said(evaluation, number), row, by=college_admin, now=NOW)
    assert flags(evaluation, college_admin, 1) == [("same_record", "“国赛” is counted also at: indicator 2.")]
    assert flags(evaluation, college_admin, 2) == [("same_record", "“省赛” is counted also at: indicator 1.")]
    assert flags(evaluation, college_admin, 3) == []
    same_number = make_resource(zone)
    TeachingResource.objects.filter(pk=same_number.pk).update(id=other.pk)  # another kind with the same number
    same_number.pk = other.pk
    services.add_evidence(said(evaluation, 1), same_number, by=college_admin, now=NOW)
    assert flags(evaluation, college_admin, 3) == []


def test_one_contract_recorded_in_two_zones_is_counted_twice(
    assessing, zone, other_zone, enterprise, college_admin, other_college_admin, secretariat
):
    mine, theirs = assessing(zone), assessing(other_zone)
    for evaluation, by in ((mine, college_admin), (theirs, other_college_admin)):
        for number, contract in ((1, "JS-2025-01"), (2, "")):
            service = TechnicalService.objects.create(
                zone=evaluation.zone, title="工艺改进", contract_number=contract, enterprise=enterprise,
                date=datetime.date(2025, 3, 1), contract_amount=10, status="verified", recorded_by=by,
                organization=evaluation.zone.college, recorded_at=NOW, decided_by=secretariat, decided_at=NOW,
            )  # fmt: skip
            services.add_evidence(said(evaluation, number), service, by=by, now=NOW)
    assert flags(mine, college_admin) == [
        ("same_record", "“工艺改进” is counted also at: an evaluation of another zone.")
    ]
    assert flags(theirs, secretariat) == [("same_record", "“工艺改进” is counted also at: 示例产教特区cnc 2025.")]
    assert flags(mine, college_admin, 2) == []  # without a number nobody can say


def test_a_file_that_is_gone_or_damaged_is_said(assessing, zone, college_admin):
    evaluation = assessing(zone)
    whole, gone = hand_in(said(evaluation), college_admin), hand_in(said(evaluation, 2), college_admin, files.pdf(2))
    hand_in(said(evaluation, 3), college_admin, b"%PDF-1.4\n" + b"no page in here " * 40 + b"\n%%EOF\n")
    filestore.path_of(gone.sha256).unlink()
    found = {number: [kind for kind, _ in flags(evaluation, college_admin, number)] for number in (1, 2, 3)}
    assert (whole.pk, found) == (whole.pk, {1: [], 2: ["unreadable"], 3: ["unreadable"]})


def test_a_dismissed_flag_stands_again_when_what_it_was_about_changes(
    assessing, zone, make_resource, college_admin, secretariat
):
    evaluation, row = assessing(zone), make_resource(zone, status="recorded")
    services.add_evidence(said(evaluation), row, by=college_admin, now=NOW)
    flag = lines_of(evaluation, by=secretariat)[said(evaluation).indicator_id].open[0]
    dismiss = lambda reason: services.dismiss_flag(  # noqa: E731
        said(evaluation), flag, reason=reason, by=secretariat, now=NOW
    )
    assert "Self-assessment" in refusal(lambda: dismiss("已电话核实"))
    services.submit_self_assessment(evaluation, by=college_admin, today=TODAY)
    with pytest.raises(ValidationError):
        dismiss("  ")
    dismiss("已电话核实")
    with pytest.raises(ValidationError):
        dismiss("再一次")
    assert (flags(evaluation, college_admin), open_flags(evaluation, by=secretariat)) == ([], 0)
    line = lines_of(evaluation, by=college_admin)[said(evaluation).indicator_id]
    assert [flag.dismissed.reason for flag in line.flags] == ["已电话核实"]
    assert HistoryEntry.objects.of(evaluation)[0].reason == "已电话核实"
    TeachingResource.objects.update(status="rejected", decided_by=secretariat, decided_at=NOW, reject_reason="日期有误")
    assert [kind for kind, _sentence in flags(evaluation, college_admin)] == ["pending"]


def test_a_correction_begins_with_the_evidence_and_is_not_its_own_double(
    assessing, zone, make_resource, stages, college_admin, secretariat
):
    evaluation = assessing(zone)
    services.add_evidence(said(evaluation), make_resource(zone), by=college_admin, now=NOW)
    for number in (1, 2):
        hand_in(said(evaluation, number), college_admin)
    services.submit_self_assessment(evaluation, by=college_admin, today=TODAY)
    for number in (1, 2):
        flag = lines_of(evaluation, by=secretariat)[said(evaluation, number).indicator_id].open[0]
        services.dismiss_flag(said(evaluation, number), flag, reason="两项均适用", by=secretariat, now=NOW)
    for side, person in stages.experts.items():
        services.assign_reviewer(evaluation, person, side, by=secretariat)
    for reviewer in evaluation.reviewers.all():
        given = [services.Given(row.indicator, Decimal(90)) for row in evaluation.self_assessments.all()]
        services.save_scores(reviewer, given, by=reviewer.person)
        services.submit_scores(reviewer, by=reviewer.person, now=NOW)
    services.start_publicity(evaluation, by=secretariat, today=TODAY)
    services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY)
    correction = services.supersede(evaluation, by=secretariat, reason="漏记一项", today=TODAY)
    line = lines_of(correction, by=secretariat)[said(correction).indicator_id]
    assert (len(line.evidences), len(line.files), [flag.dismissed.reason for flag in line.flags]) == (
        1, 1, ["两项均适用"],
    )  # fmt: skip
    assert (open_flags(correction, by=secretariat), flags(evaluation, secretariat)) == (0, [])
    assert {row.evaluation for row in SelfAssessment.objects.filter(evidences__isnull=False)} == {
        evaluation, correction,
    }  # fmt: skip


def test_who_sees_evidence_and_files(assessing, zone, other_zone, make_resource, stages, client_for, request):
    evaluation = assessing(zone)
    college_admin = request.getfixturevalue("college_admin")
    services.add_evidence(said(evaluation), make_resource(zone), by=college_admin, now=NOW)
    file = hand_in(said(evaluation), college_admin)
    services.submit_self_assessment(evaluation, by=college_admin, today=TODAY)
    services.assign_reviewer(
        evaluation, request.getfixturevalue("expert"), "college", by=request.getfixturevalue("secretariat")
    )
    download = reverse("consortium:attachment_download", args=[file.pk])
    names = ["secretariat", "bureau", "auditor", "college_admin", "expert", "expert2", "other_college_admin", "partner"]
    seen = {}
    for name in names:
        response = client_for(request.getfixturevalue(name)).get(download)
        seen[name] = response.status_code
        if response.streaming:
            b"".join(response.streaming_content)
    assert seen == dict.fromkeys(names[:5], 200) | dict.fromkeys(names[5:], 404)
    counts = {name: Evidence.objects.visible_to(request.getfixturevalue(name)).count() for name in names}
    assert counts == dict.fromkeys(names[:5], 1) | dict.fromkeys(names[5:], 0)


def test_choosing_a_record_in_the_browser(assessing, zone, make_resource, college_admin, client_for):
    evaluation = assessing(zone)
    row = make_resource(zone)
    make_resource(zone, "上一年的案例", date=datetime.date(2024, 5, 1))
    client, line = client_for(college_admin), said(evaluation)
    add = reverse("evaluation:evidence_add", args=[evaluation.pk, 1])
    titles = lambda **asked: [row.title for row, _named in client.get(add, asked).context["rows"]]  # noqa: E731
    assert titles() == ["阀体加工案例"]
    assert titles(year="any") == ["阀体加工案例", "上一年的案例"]
    assert titles(year="any", q="上一年") == ["上一年的案例"]
    assert titles(kind="fund") == []
    answer = client.post(add, {"record": f"teaching_resource:{row.pk}"})
    assert (answer.status_code, answer.url) == (302, line.get_absolute_url())
    assert client.post(add, {"record": f"teaching_resource:{row.pk}"}).status_code in (302, 409)
    assert (
        "请选择一条记录"
        in client.post(add, headers={"referer": f"http://testserver{add}"}, follow=True).content.decode()
    )
    for nothing in ("teaching_resource:", "fund:1", "user:1", "teaching_resource:999999"):
        assert client.post(add, {"record": nothing}).status_code == 404
    page = client.get(line.get_absolute_url()).content.decode()
    assert "阀体加工案例" in page
    remove = reverse("evaluation:evidence_remove", args=[evaluation.pk, Evidence.objects.get().pk])
    assert client.post(remove).status_code == 302
    assert not Evidence.objects.exists()


def test_the_secretariat_sets_a_flag_aside_and_is_told_of_open_ones_before_it_publishes(
    assessing, zone, stages, college_admin, secretariat, client_for
):
    evaluation = assessing(zone)
    row = said(evaluation).indicator
    services.save_self_assessment(evaluation, [Assessed(row, True, Decimal(90), "见附件")], by=college_admin)
    services.submit_self_assessment(evaluation, by=college_admin, today=TODAY)
    client = client_for(secretariat)
    publicity = client.get(reverse("evaluation:evaluation_publicity", args=[evaluation.pk]))
    assert any("说明过于空泛" in sentence for sentence in publicity.context["going"])
    about = lines_of(evaluation, by=secretariat)[row.pk].open[0].about
    address = reverse("evaluation:flag_dismiss", args=[evaluation.pk, 1, about])
    assert client_for(college_admin).get(address).status_code == 403
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "佐证记录已说明"}).status_code == 302
    assert Dismissal.objects.get().by == secretariat
    assert "这个疑点已不存在" in client.get(address, follow=True).content.decode()


def test_the_api_lists_evidence_and_doubts_for_who_may_see_them(
    assessing, zone, make_resource, college_admin, other_college_admin, api_for
):
    evaluation = assessing(zone)
    row = make_resource(zone, status="recorded")
    services.add_evidence(said(evaluation), row, by=college_admin, now=NOW)
    file = hand_in(said(evaluation, 2), college_admin)
    address = reverse("evaluations-evidence", args=[evaluation.pk])
    answer = api_for(college_admin).get(address).json()
    assert answer["evidence"] == [
        {
            "number": 1, "record": f"teaching_resource:{row.pk}", "name": "阀体加工案例", "date": "2025-06-01",
            "status": "recorded", "sha256": "",
        },
        {"number": 2, "record": "", "name": "佐证.pdf", "date": None, "status": "", "sha256": file.sha256},
    ]  # fmt: skip
    assert [(flag["number"], flag["kind"], flag["dismissed"]) for flag in answer["flags"]] == [(1, "pending", "")]
    assert api_for(other_college_admin).get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 4])
def test_the_sheets_ask_as_much_for_many_as_for_one(
    assessing, zone, make_resource, college_admin, secretariat, client_for, count, settings
):
    evaluation = assessing(zone)
    for number in range(count):
        services.add_evidence(said(evaluation), make_resource(zone, f"案例{number}"), by=college_admin, now=NOW)
        hand_in(said(evaluation), college_admin, files.pdf(1, str(number)))
    client = client_for(college_admin)
    address = reverse("evaluation:evaluation_assess", args=[evaluation.pk])
    client.get(address)
    figures = []
    for page in (address, said(evaluation).get_absolute_url()):
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        figures.append(len(queries))
    assert figures == QUERIES


QUERIES = [14, 15]
