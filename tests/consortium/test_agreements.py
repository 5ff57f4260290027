"""Agreements: the four clauses, the way to the signature, versions, and a year of warnings and duties."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from consortium.models import Agreement, AgreementWarning, Clause, Duty, HistoryEntry, Notice, Ownership
from consortium.services import Refused, agreements, clauses, duties
from consortium.services.agreement_calendar import keep_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 1, 1)
Status = Agreement.Status


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def make(secretariat, college, enterprise):
    def make(title="订单班协议", starts_on=DAY, ends_on=date(2026, 12, 31), works=(), parties=(college, enterprise)):
        row = Agreement(title=title, type="order_class", starts_on=starts_on, ends_on=ends_on)
        agreements.add_agreement(row, parties, works, by=secretariat)
        row.parties.update(signatory="示例签字人")
        return row

    return make


@pytest.fixture
def draft(make):
    return make(works=["admission", "courses"])


@pytest.fixture
def sign(secretariat):
    def sign(agreement, on=DAY):
        agreements.submit_agreement(agreement, by=secretariat, now=noon(on))
        agreements.sign_agreement(agreement, signed_on=on, by=secretariat, today=on)
        return fresh(agreement)

    return sign


@pytest.fixture
def signed(draft, sign):
    return sign(draft)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def fresh(agreement: Agreement) -> Agreement:
    return Agreement.objects.for_list().get(pk=agreement.pk)


def shares(agreement: Agreement, *figures) -> dict:
    return {
        party.pk: figure if figure is None else Decimal(figure)
        for party, figure in zip(agreement.parties.order_by("number"), figures, strict=True)
    }


def say_all(agreement, by):
    for clause in (Clause.COST, Clause.TRANSFER):
        clauses.set_shares(agreement, clause, shares(agreement, "33.33", "66.67"), terms="", excluded="", by=by)
    clauses.set_ownerships(agreement, dict.fromkeys(Ownership.Result.values), terms="", excluded="", by=by)
    clauses.set_secrecy(agreement, months=24, terms="图纸和配方", excluded="", by=by)


# --- the four clauses -------------------------------------------------------------------------------------------------
def test_a_new_agreement_lacks_all_four_clauses(draft):
    assert fresh(draft).missing == [Clause.COST, Clause.IP, Clause.SECRECY, Clause.TRANSFER]


def test_an_agreement_that_says_everything_lacks_nothing(draft, secretariat):
    say_all(draft, secretariat)
    assert fresh(draft).missing == []
    assert list(Agreement.objects.lacking()) == []


@pytest.mark.parametrize("clause", list(Clause))
def test_the_check_names_each_clause_that_is_taken_out_alone(draft, secretariat, clause):
    say_all(draft, secretariat)
    if clause in clauses.SHARES:
        clauses.set_shares(draft, clause, shares(draft, None, None), terms="见附件", excluded="", by=secretariat)
    elif clause == Clause.IP:  # one kind of result without an answer
        owners = dict.fromkeys([Ownership.Result.PATENT, Ownership.Result.SOFTWARE, Ownership.Result.TEACHING])
        clauses.set_ownerships(draft, owners, terms="", excluded="", by=secretariat)
    else:
        clauses.set_secrecy(draft, months=None, terms="图纸和配方", excluded="", by=secretariat)
    assert fresh(draft).missing == [clause]
    assert list(Agreement.objects.lacking()) == [draft]


@pytest.mark.parametrize("clause", list(Clause))
def test_a_clause_that_is_not_needed_says_why_and_is_not_missing(draft, secretariat, clause):
    words = {"terms": "", "excluded": "本协议不产生成果", "by": secretariat}
    if clause in clauses.SHARES:
        clauses.set_shares(draft, clause, shares(draft, None, None), **words)
    elif clause == Clause.IP:
        clauses.set_ownerships(draft, {}, **words)
    else:
        clauses.set_secrecy(draft, months=None, **words)
    assert fresh(draft).missing == [other for other in Clause if other != clause]


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (("50", "49.99"), "The shares sum to 99.99, not to 100."),
        (("50", "50.01"), "The shares sum to 100.01, not to 100."),
        (("100", None), "Give each party its share; 0 where it bears nothing."),
    ],
)
def test_shares_sum_to_exactly_100(draft, secretariat, figures, sentence):
    with pytest.raises(ValidationError) as error:
        clauses.set_shares(draft, Clause.COST, shares(draft, *figures), terms="", excluded="", by=secretariat)
    assert error.value.messages == [sentence]
    assert set(draft.parties.values_list("cost_percent", flat=True)) == {None}


def test_an_answer_and_the_reason_for_none_exclude_each_other(draft, secretariat):
    with pytest.raises(ValidationError):
        clauses.set_secrecy(draft, months=12, terms="图纸", excluded="不涉及", by=secretariat)


# --- the way to the signature -----------------------------------------------------------------------------------------
def test_both_parties_agree_and_the_secretariat_records_the_signature(draft, secretariat, college_admin, partner):
    agreements.submit_agreement(draft, by=secretariat, now=noon(DAY))
    assert sorted(Notice.objects.values_list("user__username", "kind")) == [
        ("college_admin", "agreement_to_agree"),
        ("partner", "agreement_to_agree"),
    ]
    agreements.agree_to(draft, by=college_admin, today=DAY)
    with pytest.raises(Refused, match="This side has agreed already"):
        agreements.agree_to(draft, by=college_admin, today=DAY)
    agreements.agree_to(draft, by=partner, today=DAY)
    agreements.sign_agreement(draft, signed_on=DAY, by=secretariat, today=DAY)
    assert (fresh(draft).status, fresh(draft).signed_on) == (Status.SIGNED, DAY)
    assert list(Notice.objects.filter(is_shown=True)) == []


def test_a_returned_agreement_asks_all_parties_anew(draft, secretariat, college_admin, partner):
    agreements.submit_agreement(draft, by=secretariat, now=noon(DAY))
    agreements.agree_to(draft, by=college_admin, today=DAY)
    agreements.give_back_agreement(draft, reason="比例有误", by=partner, now=noon(DAY))
    assert fresh(draft).status == Status.DRAFT
    assert set(draft.parties.values_list("agreed_on", flat=True)) == {None}


def test_what_is_not_a_draft_does_not_change(signed, secretariat):
    for act in (
        lambda: agreements.change_agreement(signed, [], by=secretariat),
        lambda: clauses.set_secrecy(signed, months=1, terms="x", excluded="", by=secretariat),
        lambda: agreements.remove_party(signed.parties.first(), by=secretariat),
        lambda: agreements.remove_draft(signed, by=secretariat),
    ):
        with pytest.raises(Refused, match="Only a draft can be changed"):
            act()


def test_nobody_signs_for_a_party_without_a_signatory(draft, secretariat):
    draft.parties.filter(number=2).update(signatory="")
    agreements.submit_agreement(draft, by=secretariat, now=noon(DAY))
    with pytest.raises(Refused, match="Nobody is named who signs for: 示例企业一"):
        agreements.sign_agreement(draft, signed_on=DAY, by=secretariat, today=DAY)


def test_a_draft_that_is_thrown_away_stays_in_the_history(draft, secretariat):
    number = draft.pk
    agreements.remove_draft(draft, by=secretariat)
    assert not Agreement.objects.exists()
    assert HistoryEntry.objects.filter(object_id=number, what="deleted").count() == 1


# --- a year -----------------------------------------------------------------------------------------------------------
def test_a_year_of_an_agreement(make, sign, secretariat, college_admin, partner):
    """Every day of the year the job runs, twice: warnings, a duty, a renewal that takes over, and the end."""
    agreement = make()
    duty = Duty(agreement=agreement, party=agreement.parties.get(number=2), text="交付设备两台", due=date(2026, 6, 30))
    duties.save_duty(duty, by=secretariat)
    sign(agreement)
    told: dict[str, list[date]] = {}
    day = DAY
    while day <= date(2027, 1, 1):
        before = set(Notice.objects.values_list("pk", flat=True))
        keep_calendar(noon(day))
        keep_calendar(noon(day) + timedelta(hours=1))
        for notice in Notice.objects.exclude(pk__in=before).filter(kind__in=["agreement_ending", "duty_due"]):
            told.setdefault(f"{notice.user.username} {notice.kind}", []).append(day)
        day += timedelta(days=1)
    ends = [date(2026, 10, 2), date(2026, 12, 1), date(2026, 12, 24)]  # 90, 30 and 7 days before
    assert told == {
        "secretariat agreement_ending": ends,
        "college_admin agreement_ending": ends,
        "partner agreement_ending": ends,
        "partner duty_due": [date(2026, 6, 23)],
    }
    assert (fresh(agreement).status, fresh(agreement).ended_on) == (Status.EXPIRED, date(2026, 12, 31))


def test_a_scheduler_that_was_away_warns_once_for_the_nearest_step(make, sign):
    agreement = sign(make())
    keep_calendar(noon(date(2026, 12, 28)))
    assert list(AgreementWarning.objects.values_list("agreement", "days")) == [(agreement.pk, 7)]


def test_a_signed_renewal_ends_the_warnings_and_begins_the_day_after(signed, sign, secretariat):
    renewal = agreements.follow(signed, "renewal", by=secretariat, today=date(2026, 10, 1))
    assert (renewal.version, renewal.starts_on, renewal.ends_on) == (2, date(2027, 1, 1), date(2027, 12, 31))
    assert [row.work for row in renewal.works.all()] == ["admission", "courses"]
    assert list(renewal.parties.values_list("number", "organization__name")) == [
        (1, "示例职业技术学院"),
        (2, "示例企业一"),
    ]
    with pytest.raises(Refused, match="There is a next version already: version 2"):
        agreements.follow(fresh(signed), "amendment", by=secretariat, today=date(2026, 10, 1))
    sign(renewal, on=date(2026, 10, 20))
    keep_calendar(noon(date(2026, 12, 30)))
    assert not AgreementWarning.objects.exists()
    assert fresh(signed).status == Status.SIGNED
    keep_calendar(noon(date(2027, 1, 1)))
    assert (fresh(signed).status, fresh(renewal).status) == (Status.SUPERSEDED, Status.SIGNED)


def test_a_signed_amendment_takes_the_place_at_once_with_the_open_duties(draft, sign, secretariat, partner):
    party = draft.parties.get(number=2)
    done, open_one = (
        duties.save_duty(Duty(agreement=draft, party=party, text=text, due=date(2026, 6, 30)), by=secretariat)
        for text in ("已办", "未办")
    )
    signed = sign(draft)
    duties.report_duty(done, done_on=date(2026, 3, 1), note="已交付", by=partner, today=date(2026, 3, 2))
    amendment = agreements.follow(signed, "amendment", by=secretariat, today=date(2026, 5, 1))
    assert list(amendment.duties.values_list("text", flat=True)) == ["未办"]
    sign(amendment, on=date(2026, 5, 2))
    assert fresh(signed).status == Status.SUPERSEDED
    assert list(Duty.objects.in_hand().values_list("text", "agreement")) == [("未办", amendment.pk)]
    with pytest.raises(Refused, match="This agreement has ended"):
        duties.report_duty(open_one, done_on=date(2026, 5, 1), note="x", by=partner, today=date(2026, 5, 3))


def test_a_terminated_agreement_says_when_and_why(signed, secretariat):
    agreements.terminate_agreement(
        signed, reason="企业迁出", ended_on=date(2026, 5, 1), by=secretariat, today=date(2026, 5, 2)
    )
    row = fresh(signed)
    assert (row.status, row.ended_on, row.end_reason) == (Status.TERMINATED, date(2026, 5, 1), "企业迁出")
    keep_calendar(noon(date(2027, 2, 1)))
    assert fresh(signed).status == Status.TERMINATED


# --- pages and API ----------------------------------------------------------------------------------------------------
def test_the_secretariat_writes_an_agreement_in_the_browser(client_for, secretariat, college, enterprise):
    client = client_for(secretariat)
    page = client.post(
        reverse("consortium:agreement_create"),
        {
            "title": "学徒制三方协议", "type": "apprenticeship",
            "first": college.name, "second": enterprise.credit_code,
            "starts_on": "2026-01-01", "ends_on": "2026-12-31", "works": ["courses"],
        },
    )  # fmt: skip
    agreement = Agreement.objects.get()
    assert (page.status_code, page.url) == (302, agreement.get_absolute_url())
    assert [party.organization for party in agreement.parties.all()] == [college, enterprise]
    one, two = agreement.parties.all()
    address = reverse("consortium:agreement_clause", args=[agreement.pk, "cost"])
    wrong = client.post(address, {f"share_{one.pk}": "40", f"share_{two.pk}": "50"})
    assert "The shares sum to 90, not to 100." in wrong.content.decode()
    client.post(address, {f"share_{one.pk}": "40", f"share_{two.pk}": "60"})
    address = reverse("consortium:agreement_clause", args=[agreement.pk, "ip"])
    owners = {f"owner_of_{result}": "jointly" for result in Ownership.Result.values}
    client.post(address, owners | {"owner_of_patent": str(one.pk)})
    assert fresh(agreement).missing == [Clause.SECRECY, Clause.TRANSFER]
    shown = client.get(agreement.get_absolute_url()).content.decode()
    assert "Clauses without an answer: Confidentiality、Result transfer." in shown


def test_an_enterprise_sees_only_agreements_to_which_it_is_a_party(client_for, draft, rival_partner, partner):
    listed = [
        [row.title for row in client_for(user).get(reverse("consortium:agreement_list")).context["page"]]
        for user in (partner, rival_partner)
    ]
    assert listed == [["订单班协议"], []]
    assert client_for(rival_partner).get(draft.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_the_page_need_the_same_queries_however_many_there_are(
    client_for, make, secretariat, count, django_assert_num_queries
):
    rows = [make(title=f"协议{number}") for number in range(count)]
    client = client_for(secretariat)
    client.get(rows[0].get_absolute_url())  # what is read once a process
    with django_assert_num_queries(LIST):
        client.get(reverse("consortium:agreement_list"))
    with django_assert_num_queries(DUTIES):
        client.get(reverse("consortium:duty_list"))
    with django_assert_num_queries(PAGE):
        client.get(rows[0].get_absolute_url())


LIST, DUTIES, PAGE = 7, 5, 11


def test_the_api_does_the_same_with_the_same_refusals(api_for, secretariat, partner, college, enterprise):
    api = api_for(secretariat)
    body = {"title": "技术服务协议", "type": "technical_service", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    address = reverse("agreements-list")
    assert api.post(address, body, format="json").json() == {
        "organizations": ["An agreement needs at least two parties."]
    }
    made = api.post(
        address, body | {"organizations": [college.pk, enterprise.pk], "works": ["research"]}, format="json"
    )
    assert (made.status_code, made.json()["works"], made.json()["missing"]) == (
        201, ["research"], ["cost", "ip", "secrecy", "transfer"],
    )  # fmt: skip
    number = made.json()["id"]
    party = made.json()["parties"][0]["id"]

    def act(name, data=None, by=api):
        return by.post(reverse(f"agreements-{name}", args=[number]), data or {}, format="json")

    wrong = act("clause", {"clause": "cost", "shares": {str(party): "100"}})
    assert (wrong.status_code, wrong.json()) == (
        400, {"non_field_errors": ["Give each party its share; 0 where it bears nothing."]},
    )  # fmt: skip
    assert act("clause", {"clause": "secrecy", "months": 24, "terms": "配方"}).json()["missing"] == [
        "cost",
        "ip",
        "transfer",
    ]
    assert act("submit", by=api_for(partner)).status_code == 403
    assert act("submit").json()["status"] == "in_approval"
    assert act("agree", by=api_for(partner)).json()["parties"][1]["agreed_on"]
    refused = act("sign", {"signed_on": "2026-01-05"})
    assert (refused.status_code, refused.json()) == (
        409, {"detail": "Nobody is named who signs for: 示例职业技术学院、示例企业一."},
    )  # fmt: skip
    assert api.patch(reverse("agreements-detail", args=[number]), {"title": "x"}, format="json").status_code == 409
