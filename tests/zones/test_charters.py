"""Versions of a zone's charter: written by the college, agreed on by both sides, then frozen."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation

from consortium.inbox import waiting_for
from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.models import ZoneCharter, ZonePartner
from zones.services import agree, compare, save_charter

TEXT = "一、共同管理。\n二、按月会签。"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def charter(zone, college_admin, now):
    return save_charter(ZoneCharter(zone=zone, text=TEXT), by=college_admin, now=now)


@pytest.fixture
def agreed(charter, college_admin, partner, now):
    for person in (college_admin, partner):
        agree(charter, stamp=charter.stamp, by=person, now=now)
    charter.refresh_from_db()
    return charter


def test_a_version_is_agreed_on_by_whom_for_each_side_and_is_then_frozen(agreed, college_admin, partner, today, now):
    assert (agreed.college_by, agreed.college_on) == (college_admin, today)
    assert (agreed.enterprise, agreed.enterprise_by) == (partner.affiliation.organization, partner)
    assert agreed.agreed_on == agreed.enterprise_on == today
    agreed.text = "改"
    with pytest.raises(Refused) as caught:
        save_charter(agreed, by=college_admin, now=now)
    assert str(caught.value) == "Both sides have agreed on this version, and it stays as it is. Write a new one."
    agreed.refresh_from_db()
    assert (agreed.text, agreed.files_closed) == (
        TEXT, "Both sides have agreed on this version, and it stays as it is.",
    )  # fmt: skip


def test_versions_are_numbered_and_one_is_written_at_a_time(agreed, zone, college_admin, now):
    second = save_charter(ZoneCharter(zone=zone, text="二"), by=college_admin, now=now)
    with pytest.raises(Refused) as caught:
        save_charter(ZoneCharter(zone=zone, text="三"), by=college_admin, now=now)
    assert second.number == 2
    assert str(caught.value) == "Version 2 is not agreed on by both sides yet. Change that one."


def test_a_change_asks_again_and_what_was_read_before_is_not_agreed_on(charter, college_admin, partner, now):
    read = charter.stamp
    agree(charter, stamp=read, by=college_admin, now=now)
    charter.refresh_from_db()
    charter.text = TEXT + "\n三、新增。"
    later = timezone.now()
    save_charter(charter, by=college_admin, now=later)
    charter.refresh_from_db()
    assert (charter.college_on, charter.college_by, charter.changed_at) == (None, None, later)
    with pytest.raises(Refused) as caught:
        agree(charter, stamp=read, by=partner, now=now)
    assert str(caught.value) == "This has been changed since you read it. Reload and read it again."
    rows = HistoryEntry.objects.of(charter).order_by("pk").values_list("what", flat=True)
    assert list(rows) == ["created", "college_on", "text", "college_on"]


def test_a_side_agrees_once_and_only_a_partner_of_today(
    charter, zone, college_admin, partner, rival_partner, today, now
):
    agree(charter, stamp=charter.stamp, by=partner, now=now)
    with pytest.raises(Refused) as caught:
        agree(charter, stamp=charter.stamp, by=rival_partner, now=now)
    assert str(caught.value) == "This side has agreed already."
    ZoneCharter.objects.update(enterprise=None, enterprise_by=None, enterprise_on=None)
    ZonePartner.objects.filter(enterprise=rival_partner.affiliation.organization).update(
        until=today - timedelta(days=1)
    )
    with pytest.raises(Refused) as caught:
        agree(charter, stamp=charter.stamp, by=rival_partner, now=now)
    assert str(caught.value) == "Your enterprise is not a partner of this zone today."


@pytest.mark.parametrize("who", ["mentor", "secretariat", "bureau", "other_college_admin"])
def test_others_do_not_agree(charter, who, now, request):
    with pytest.raises(PermissionDenied):
        agree(charter, stamp=charter.stamp, by=request.getfixturevalue(who), now=now)


def test_each_side_finds_what_it_has_to_agree_on(charter, college_admin, partner, mentor, today, now):
    def waits(user):
        return [item.title for item in waiting_for(user, today) if item.source == "charters"]

    title = "Charter of 数控加工产教特区, version 1"
    assert [waits(user) for user in (college_admin, partner, mentor)] == [[title], [title], []]
    agree(charter, stamp=charter.stamp, by=college_admin, now=now)
    assert [waits(user) for user in (college_admin, partner)] == [[], [title]]


def test_two_texts_are_compared_by_paragraph():
    lines = compare("一、甲。\n\n二、乙。\n三、丙。", "一、甲。\n二、乙改。\n三、丙。\n四、丁。")
    assert [line for line in lines if line[0] != "same"] == [
        ("out", "二、乙。"), ("in", "二、乙改。"), ("in", "四、丁。"),
    ]  # fmt: skip


def test_a_charter_goes_its_way_in_the_browser(zone, college_admin, partner, client_for):
    college, enterprise = client_for(college_admin), client_for(partner)
    create = reverse("zones:charter_create", args=[zone.pk])
    empty = college.post(create, {"text": ""})
    assert empty.context["form"].errors == {"text": ["This field is required."]}
    college.post(create, {"text": TEXT, "summary": "设立时制定"})
    charter = ZoneCharter.objects.get()
    assert enterprise.get(create).status_code == 403
    page, act = charter.get_absolute_url(), reverse("zones:charter_agree", args=[charter.pk])
    for client in (college, enterprise):
        assert f'action="{act}"' in client.get(page).content.decode()
        client.post(act, {"stamp": charter.stamp})
        assert f'action="{act}"' not in client.get(page).content.decode()
    second = college.get(create)
    assert second.context["form"].initial["text"] == TEXT
    college.post(create, {"text": "一、共同管理。\n二、按周会签。"})
    context = enterprise.get(reverse("zones:charter_list", args=[zone.pk])).context
    assert ([version.number for version in context["versions"]], context["in_force"]) == ([2, 1], charter)
    assert context["lines"] == [("same", "一、共同管理。"), ("out", "二、按月会签。"), ("in", "二、按周会签。")]
    assert "按周会签" in enterprise.get(zone.get_absolute_url()).content.decode()


def test_an_enterprise_does_not_read_who_signed_for_its_rival(agreed, rival_partner, client_for):
    page = client_for(rival_partner).get(agreed.get_absolute_url()).content.decode()
    assert ("示例企业一" in page, agreed.enterprise_by.name in page) == (False, False)
