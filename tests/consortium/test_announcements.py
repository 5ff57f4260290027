"""Announcements: whom they reach, who has read them, reminding and taking back."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from consortium.models import Affiliation, Announcement, AnnouncementReceipt, HistoryEntry, Notice, Organization
from consortium.services import Refused
from consortium.services.announcements import announce, confirm_reading, remind, withdraw
from consortium.services.mails import send_mails

Kind = Organization.Kind
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LIST = reverse("consortium:announcement_list")


@pytest.fixture
def make(secretariat, enterprise, partner, rival_partner, college_admin):
    """An announcement to enterprises, unless told otherwise; there are two of them and a college with people."""

    def make(*kinds: str, title: str = "开学通知") -> Announcement:
        row = Announcement(title=title, text="九月一日开学。\n<b>请读</b>")
        return announce(row, kinds or [Kind.ENTERPRISE], by=secretariat, now=NOW)

    return make


def page(name: str, announcement: Announcement) -> str:
    return reverse(f"consortium:announcement_{name}", args=[announcement.pk])


def told() -> list[str]:
    return sorted(Notice.objects.filter(is_shown=True).values_list("user__username", flat=True))


def refusal(act) -> str:
    with pytest.raises(Refused) as caught, translation.override("en"):
        act()
    return str(caught.value)


# --- to whom ----------------------------------------------------------------------------------------------------------
def test_people_of_the_chosen_kinds_are_told_and_see_it(
    make, partner, rival_partner, college_admin, outsider, client_for
):
    row = make()
    assert told() == ["partner", "rival_partner"]
    readers = (partner, rival_partner, college_admin, outsider)
    assert [client_for(user).get(page("detail", row)).status_code for user in readers] == [200, 200, 404, 404]


def test_whoever_announces_is_not_told_and_need_not_read_it(make, secretariat):
    make(*Kind)
    assert told() == ["college_admin", "partner", "rival_partner"]
    assert list(Announcement.objects.to_read(secretariat)) == []


def test_a_role_that_begins_later_sees_it_and_need_not_read_it(make, make_user, enterprise, consortium):
    row = make()
    new = make_user("new", "partner", enterprise, consortium)
    new.affiliations.update(started_on=row.day + timedelta(days=1))
    new = type(new).objects.get(pk=new.pk)
    assert list(Announcement.objects.visible_to(new)) == [row]
    assert list(Announcement.objects.to_read(new)) == []
    assert new not in [role.user for role in row.addressees()]


def test_it_needs_a_kind_and_somebody_to_read_it(make, secretariat):
    row = Announcement(title="通知", text="…")
    with pytest.raises(ValidationError) as caught:
        announce(row, [], by=secretariat, now=NOW)
    assert list(caught.value.message_dict) == ["kinds"]
    sentence = "Nobody of these members signs in yet, so nobody would read this."
    assert refusal(lambda: announce(row, [Kind.PARK], by=secretariat, now=NOW)) == sentence
    assert (Announcement.objects.count(), Notice.objects.count()) == (0, 0)


def test_a_form_that_was_refused_keeps_what_was_typed(client_for, secretariat):
    data = {"title": "通知", "text": "长" * 50, "kinds": [Kind.PARK]}
    answer = client_for(secretariat).post(reverse("consortium:announcement_create"), data)
    form = answer.context["form"]
    assert (form["title"].value(), form["text"].value(), form["kinds"].value()) == ("通知", "长" * 50, [Kind.PARK])
    assert len(form.non_field_errors()) == 1


def test_markup_in_the_text_stays_text(make, partner, client_for):
    html = client_for(partner).get(page("detail", make())).content.decode()
    assert (html.count("&lt;b&gt;请读&lt;/b&gt;"), html.count("<b>请读</b>")) == (1, 0)


@pytest.mark.parametrize("who", ["college_admin", "partner", "mentor", "bureau", "expert", "auditor"])
def test_only_the_secretariat_announces_reminds_and_withdraws(request, make, who, client_for):
    row = make(*Kind)
    client = client_for(request.getfixturevalue(who))
    pages = [reverse("consortium:announcement_create"), page("remind", row), page("withdraw", row)]
    assert [client.post(url, {"title": "t", "text": "t", "reason": "r"}).status_code for url in pages] == [403] * 3
    assert (Announcement.objects.count(), Announcement.objects.filter(withdrawn_at=None).count()) == (1, 1)


# --- reading ----------------------------------------------------------------------------------------------------------
def test_reading_is_confirmed_by_a_button_and_once(make, partner, client_for):
    row = make()
    client = client_for(partner)
    client.get(page("detail", row))
    assert (AnnouncementReceipt.objects.count(), client.get(page("read", row)).status_code) == (0, 405)
    for _time in range(2):
        assert client.post(page("read", row)).status_code == 302
    receipt = AnnouncementReceipt.objects.get()
    assert (receipt.user, receipt.acting_as) == (partner, partner.affiliation)
    first = receipt.at
    confirm_reading(row, by=partner, now=first + timedelta(days=1))
    assert AnnouncementReceipt.objects.get().at == first


def test_whoever_is_not_addressed_confirms_nothing(make, college_admin, auditor, client_for):
    row = make()
    codes = [client_for(user).post(page("read", row)).status_code for user in (college_admin, auditor)]
    assert (codes, AnnouncementReceipt.objects.count()) == ([404, 403], 0)


def test_the_secretariat_sees_who_has_read_it_and_who_has_not(make, secretariat, partner, client_for):
    row = make()
    confirm_reading(row, by=partner, now=NOW)
    client = client_for(secretariat)

    def names(query: str) -> list[tuple[str, bool]]:
        rows = client.get(page("receipts", row) + query).context["page"]
        return [(role.user.username, role.read_at is not None) for role in rows]

    assert names("") == [("partner", True), ("rival_partner", False)]
    assert names("?unread=true") == [("rival_partner", False)]
    assert names("?kind=institute") == []
    context = client.get(page("detail", row)).context
    assert (context["read"], context["asked"]) == (1, 2)


def test_the_export_has_who_has_read_it(make, secretariat, partner, client_for):
    row = make()
    confirm_reading(row, by=partner, now=NOW)
    answer = client_for(secretariat).get(page("receipts", row) + "?export=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    found = [(cells[0], cells[2], cells[4]) for cells in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == [
        ("示例企业一", partner.name, datetime(2026, 3, 2, 9)),
        ("示例企业二", "示例他企人员", None),
    ]


def test_whoever_read_it_and_left_stays_on_the_list(make, partner, rival_partner):
    row = make()
    confirm_reading(row, by=partner, now=NOW)
    Affiliation.objects.filter(user__in=[partner, rival_partner]).update(ended_on="2026-03-02")
    assert [role.user for role in row.addressees()] == [partner]


def test_the_receipts_are_for_the_office_alone(make, partner, auditor, client_for):
    row = make()
    assert [client_for(user).get(page("receipts", row)).status_code for user in (partner, auditor)] == [403, 200]


# --- reminding, withdrawing -------------------------------------------------------------------------------------------
def test_a_reminder_goes_to_those_who_have_not_read_it_and_once_a_day(make, secretariat, partner, rival_partner):
    row = make()
    confirm_reading(row, by=partner, now=NOW)
    Notice.objects.all().delete()
    assert remind(row, by=secretariat, now=NOW + timedelta(hours=1)) == 1
    assert told() == ["rival_partner"]
    sentence = "They were reminded less than a day ago, or the announcement was withdrawn."
    assert refusal(lambda: remind(row, by=secretariat, now=NOW + timedelta(hours=25))) == sentence
    assert remind(row, by=secretariat, now=NOW + timedelta(hours=26)) == 1
    confirm_reading(row, by=rival_partner, now=NOW)
    assert refusal(lambda: remind(row, by=secretariat, now=NOW + timedelta(days=9))) == "Everybody has read this."
    assert told() == ["rival_partner"]  # the second reminder in the place of the first


def test_a_withdrawn_one_is_gone_for_its_readers_with_its_notices(make, secretariat, partner, auditor, client_for):
    row, other = make(), make(title="另一条")
    with pytest.raises(ValidationError):
        withdraw(row, reason=" ", by=secretariat, now=NOW)
    answer = client_for(secretariat).post(page("withdraw", row), {"reason": "日期写错"})
    assert answer.status_code == 302
    assert [client_for(user).get(page("detail", row)).status_code for user in (partner, auditor)] == [404, 200]
    assert list(Announcement.objects.to_read(partner)) == [other]
    assert set(Notice.objects.visible_to(partner).values_list("url", flat=True)) == {other.get_absolute_url()}
    assert send_mails(Notice.Mail.NOW, now=NOW) == 2  # of the other one
    row.refresh_from_db()
    assert refusal(lambda: withdraw(row, reason="r", by=secretariat, now=NOW)) == "This announcement was withdrawn."
    assert refusal(lambda: confirm_reading(row, by=partner, now=NOW)) == "This announcement was withdrawn."
    acts = list(HistoryEntry.objects.of(row).values_list("what", "reason"))
    assert acts == [("Withdrawn", "日期写错"), ("Addressed to", ""), ("created", "")]


# --- lists ------------------------------------------------------------------------------------------------------------
def test_the_list_says_to_each_what_is_theirs(make, secretariat, partner, client_for):
    row, _other = make(), make(Kind.HIGHER_VOCATIONAL, title="给院校")
    confirm_reading(row, by=partner, now=NOW)
    mine = [(one.title, one.own_read_at) for one in client_for(partner).get(LIST).context["page"]]
    assert mine == [("开学通知", NOW)]
    theirs = [(one.title, one.receipt_count) for one in client_for(secretariat).get(LIST).context["page"]]
    assert theirs == [("给院校", 0), ("开学通知", 1)]
    found = client_for(secretariat).get(LIST + "?kind=enterprise&q=开学").context["page"]
    assert [one.title for one in found] == ["开学通知"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "queries"), [("secretariat", 6), ("partner", 6)])
def test_the_list_needs_the_same_queries_however_long_it_is(
    request, make, who, queries, rows, client_for, django_assert_num_queries
):
    for number in range(rows):
        make(title=f"通知{number}")
    client = client_for(request.getfixturevalue(who))
    with django_assert_num_queries(queries):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_receipts_need_the_same_queries_however_many_they_are(
    make, make_user, enterprise, consortium, secretariat, rows, client_for, django_assert_num_queries
):
    for number in range(rows):
        make_user(f"mentor{number}", "mentor", enterprise, consortium)
    row, client = make(), client_for(secretariat)
    with django_assert_num_queries(8):
        client.get(page("receipts", row))
