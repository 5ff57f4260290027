"""Many records of a register verified at once, from its list."""

import re
from datetime import date

import pytest
from django.urls import reverse

from consortium.models import HistoryEntry, Notice
from consortium.services import Refused
from zones.models import Fund, Outcome, Verified
from zones.services import save_outcome, save_record, verify, verify_many

LIST, MANY = reverse("zones:fund_list"), reverse("zones:fund_verify_many")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def states() -> list[str]:
    return list(Fund.objects.order_by("pk").values_list("status", flat=True))


def read(*records: Verified) -> dict[int, str]:
    return {record.pk: record.stamp for record in records}


def posted(page: str) -> dict[str, str]:
    """The hidden stamps of the list's form."""
    return dict(re.findall(r'<input type="hidden" form="verify-many" name="([^"]*)" value="([^"]*)">', page))


def ticks(page: str) -> list[str]:
    return re.findall(r'type="checkbox" form="verify-many" name="fund" value="(\d+)"', page)


def test_many_are_verified_with_one_history_row_each(make_record, second_admin, now):
    funds = [make_record(Fund) for _ in range(3)]
    done, changed, own = verify_many(Fund, read(*funds[:2]), by=second_admin, now=now)
    assert ([row.pk for row in done], changed, own) == ([funds[0].pk, funds[1].pk], [], [])
    assert states() == ["verified", "verified", "recorded"]
    steps = [HistoryEntry.objects.of(fund).filter(new="verified", actor=second_admin).count() for fund in funds]
    assert steps == [1, 1, 0]
    stored = Fund.objects.get(pk=funds[0].pk)
    assert (stored.decided_by, stored.decided_at) == (second_admin, now)
    assert [row.text for row in Notice.objects.filter(kind="record_verified")] == ["2 entries were verified: funds"]


def test_what_has_changed_is_decided_or_is_ones_own_is_left_out(make_record, college_admin, second_admin, now):
    recorders = [college_admin, college_admin, second_admin, college_admin]
    changed, decided, own, sound = (make_record(Fund, by=by) for by in recorders)
    seen = read(changed, decided, own, sound)
    changed.note = "改了"
    save_record(changed, by=college_admin, now=now.replace(year=now.year + 1))
    verify(decided, by=second_admin, now=now)
    found = verify_many(Fund, seen, by=second_admin, now=now)
    assert [[row.pk for row in rows] for rows in found] == [[sound.pk], [changed.pk, decided.pk], [own.pk]]
    assert states() == ["recorded", "verified", "recorded", "verified"]


def test_nothing_chosen_is_refused(second_admin, now):
    with pytest.raises(Refused, match="Nothing is chosen"):
        verify_many(Fund, {}, by=second_admin, now=now)


def test_another_colleges_records_are_not_there(make_record, other_college_admin, now):
    fund = make_record(Fund)
    assert verify_many(Fund, read(fund), by=other_college_admin, now=now) == ([], [], [])
    assert states() == ["recorded"]


def test_all_that_the_page_shows_are_verified_and_ones_own_are_named(make_record, second_admin, client_for):
    make_record(Fund)
    make_record(Fund, by=second_admin, title="自记经费")
    client = client_for(second_admin)
    page = client.get(LIST + "?status=recorded").content.decode()
    assert (len(ticks(page)), len(posted(page))) == (1, 2)
    answer = client.post(MANY + "?status=recorded", posted(page) | {"all": "1"}, follow=True)
    assert answer.redirect_chain == [(LIST + "?status=recorded", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "1 record verified.",
        "Left out, because you recorded them yourself: 自记经费",
    ]
    assert states() == ["verified", "recorded"]


def test_only_what_is_ticked_is_verified(make_record, second_admin, client_for):
    first, _second = make_record(Fund), make_record(Fund)
    client = client_for(second_admin)
    page = client.get(LIST).content.decode()
    assert sorted(ticks(page)) == sorted(str(fund.pk) for fund in Fund.objects.all())
    client.post(MANY, posted(page) | {"fund": str(first.pk)})
    assert states() == ["verified", "recorded"]


def test_whoever_may_not_verify_is_shown_no_ticks(make_record, partner, college_mentor, secretariat, client_for):
    make_record(Fund)
    pages = [client_for(user).get(LIST).content.decode() for user in (partner, college_mentor, secretariat)]
    assert [page.count("verify-many") for page in pages] == [0, 0, 0]
    assert [client_for(user).post(MANY).status_code for user in (partner, college_mentor, secretariat)] == [403] * 3


@pytest.mark.parametrize("rows", [1, 3])
def test_many_need_a_constant_number_of_queries(make_record, second_admin, now, django_assert_num_queries, rows):
    funds = [make_record(Fund) for _ in range(rows)]
    assert second_admin.affiliation
    with django_assert_num_queries(12):
        verify_many(Fund, read(*funds), by=second_admin, now=now)


def test_outcomes_are_verified_from_their_list_too(zone, student, college_admin, second_admin, client_for, now):
    outcome = Outcome(zone=zone, kind="patent", title="夹具专利", rank="invention", date=date(2026, 3, 2))
    outcome = save_outcome(outcome, students=[student], teachers=[], by=college_admin, now=now)
    client = client_for(second_admin)
    page = client.get(reverse("zones:outcome_list")).content.decode()
    client.post(reverse("zones:outcome_verify_many"), posted(page) | {"outcome": str(outcome.pk)})
    assert Outcome.objects.get().status == "verified"
