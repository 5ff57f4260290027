"""People sent by both sides: who names them, who sees them, how it ends."""

from datetime import timedelta

import pytest

from consortium.models import HistoryEntry
from zones.models import SecondedPerson
from zones.services import end_seconded, save_seconded

from .answers import errors, refusal, url


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def second(zone, college_admin, today):
    def make(name: str, organization, **fields) -> SecondedPerson:
        values = {"post": "实训现场主管", "since": today - timedelta(days=20), **fields}
        person = SecondedPerson(zone=zone, name=name, organization=organization, **values)
        return save_seconded(person, by=college_admin)

    return make


def test_an_enterprise_sees_the_colleges_people_and_its_own(
    second, zone, college, enterprise, rival_enterprise, partner, college_admin, client_for
):
    people = [second("学院甲", college), second("企业乙", enterprise), second("对手丙", rival_enterprise)]
    address = url("zone_detail", zone.pk)
    pages = {user: client_for(user).get(address).context["seconded"] for user in (college_admin, partner)}
    assert {user.username: [row.name for row in rows] for user, rows in pages.items()} == {
        college_admin.username: ["学院甲", "企业乙", "对手丙"],
        partner.username: ["学院甲", "企业乙"],
    }
    assert [str(row.side.value) for row in pages[partner]] == ["college", "enterprise"]
    client = client_for(partner)
    assert [client.get(url("seconded_detail", person.pk)).status_code for person in people] == [200, 200, 404]
    assert client.get(url("seconded_add", zone.pk)).status_code == 403


def test_only_the_college_and_partners_of_that_day_send_people(second, zone, make_organization, consortium, enterprise):
    stranger = make_organization("示例外来企业", "enterprise", consortium)
    assert list(errors(lambda: second("某人", stranger))) == ["organization"]
    before = zone.partnerships.get(enterprise=enterprise).since - timedelta(days=1)
    assert list(errors(lambda: second("某人", enterprise, since=before))) == ["organization"]


def test_it_ends_once_with_a_reason_and_the_row_stays(second, college, zone, college_admin, client_for, today):
    person = second("学院甲", college)
    assert errors(lambda: second("学院甲", college)) == {"name": ["This person is at work in the zone already."]}
    client = client_for(college_admin)
    sent = {"on": today, "reason": ""}
    assert client.post(url("seconded_end", person.pk), sent).context["form"].errors["reason"]
    assert client.post(url("seconded_end", person.pk), sent | {"reason": "任期届满"}).status_code == 302
    person.refresh_from_db()
    assert (person.until, person.end_reason) == (today, "任期届满")
    assert refusal(lambda: end_seconded(person, on=today, reason="又", by=college_admin)) == "This has ended already."
    assert HistoryEntry.objects.about(person).filter(what="end_reason", new="任期届满").count() == 1
    second("学院甲", college, since=today)
    assert zone.seconded.on(today).count() == 2
