"""Notices: whom they reach, in which language, how they go by mail, and that none is lost or sent twice."""

import logging
import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.celery import app as celery
from consortium.inbox import KINDS, NoticeKind, notice_kind
from consortium.jobs.notices import announce_notices, send_digests, send_notices
from consortium.models import Affiliation, Notice, NoticeChoice, User
from consortium.services.mails import CLAIM, send_mails
from consortium.services.notices import notify

from .mailserver import mail_server

Mail = Notice.Mail
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LIST, CHOICES = reverse("consortium:notice_list"), reverse("consortium:notice_choices")


@pytest.fixture
def kind():
    """Kinds of notices registered for this test, by how they go by mail."""

    def make(mail: str = Mail.NONE, is_shown: bool = True) -> NoticeKind:
        return notice_kind(f"test_{mail}_{is_shown}", "Test", is_shown=is_shown, mail=mail)

    before = dict(KINDS)
    yield make
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def tell(kind):
    def tell(user: User, text: str, mail: str = Mail.NONE, at: datetime = NOW, **more) -> Notice:
        notify([user.affiliation], kind(mail, **more), lambda: text, "/zones/", at=at)
        return Notice.objects.latest("pk")

    return tell


def texts(client) -> list[str]:
    return [row.text for row in client.get(LIST).context["page"]]


# --- whom and how -----------------------------------------------------------------------------------------------------
def test_each_reads_it_in_the_own_language(kind, partner, rival_partner):
    User.objects.filter(pk=partner.pk).update(language="en")
    readers = Affiliation.objects.filter(user__in=[partner, rival_partner])
    notify(readers, kind(), lambda: _("Special zones"), "/zones/", at=NOW)
    found = dict(Notice.objects.values_list("user__username", "text"))
    assert found == {"partner": "Special zones", "rival_partner": "产教特区"}


def test_one_role_is_told_once_however_often_it_is_named(kind, partner):
    role = partner.affiliation
    notify([role, None, role, Affiliation.objects.get(pk=role.pk)], kind(), lambda: "one", "/zones/", at=NOW)
    assert Notice.objects.count() == 1


def test_what_is_said_again_takes_the_place_of_what_nobody_has_read(tell, partner, rival_partner):
    other = tell(rival_partner, "one")
    tell(partner, "one")
    second = tell(partner, "one", at=NOW + timedelta(hours=1))
    assert list(Notice.objects.order_by("pk")) == [other, second]
    Notice.objects.filter(pk=second.pk).update(read_at=NOW)
    third = tell(partner, "one", at=NOW + timedelta(hours=2))
    assert list(Notice.objects.order_by("pk")) == [other, second, third]


def test_a_long_sentence_is_cut_to_its_room(tell, partner):
    assert tell(partner, "长" * 301).text == "长" * 299 + "…"


@pytest.mark.parametrize("url", ["https://elsewhere.invalid/", "//elsewhere.invalid/", "javascript:alert(1)", ""])
def test_a_notice_leads_nowhere_else(kind, partner, url):
    with pytest.raises(ValueError, match="A notice leads to an address of the program"):
        notify([partner.affiliation], kind(), lambda: "one", url, at=NOW)


def test_a_choice_overrides_the_default_of_its_kind_alone(kind, partner):
    quiet, other = kind(Mail.NOW), kind(Mail.DIGEST)
    NoticeChoice.objects.create(user=partner, kind=quiet.name, is_shown=False, mail=Mail.NONE)
    for one in (quiet, other):
        notify([partner.affiliation], one, lambda: "one", "/zones/", at=NOW)
    assert list(Notice.objects.values_list("kind", "is_shown", "mail")) == [(other.name, True, Mail.DIGEST)]


def test_many_people_cost_a_constant_number_of_queries(
    kind, make_user, enterprise, consortium, django_assert_num_queries
):
    people = [make_user(f"mentor{number}", "mentor", enterprise, consortium).affiliation for number in range(5)]
    with django_assert_num_queries(6):  # savepoint, choices, languages, what was said before, insert, release
        notify(people, kind(), lambda: "one", "/zones/", at=NOW)


# --- in the program ---------------------------------------------------------------------------------------------------
def test_one_sees_only_ones_own_and_opening_marks_it_read(tell, partner, rival_partner, client_for):
    mine, theirs = tell(partner, "mine"), tell(rival_partner, "theirs")
    client = client_for(partner)
    assert texts(client) == ["mine"]
    assert client.get(reverse("consortium:notice_open", args=[mine.pk])).status_code == 405
    assert client.post(reverse("consortium:notice_open", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("consortium:notice_read", args=[theirs.pk])).status_code == 404
    answer = client.post(reverse("consortium:notice_open", args=[mine.pk]))
    assert (answer.status_code, answer.url) == (302, "/zones/")
    assert [row.text for row in Notice.objects.unread()] == ["theirs"]


def test_what_came_to_another_role_is_at_that_roles_desk(tell, partner, college, consortium, client_for):
    tell(partner, "for the enterprise")
    second = Affiliation.objects.create(
        user=partner, organization=college, consortium=consortium, role="college_admin", started_on="2026-01-01"
    )
    User.objects.filter(pk=partner.pk).update(acting=second)
    assert texts(client_for(User.objects.get(pk=partner.pk))) == []


def test_a_role_that_ended_takes_its_notices_along(tell, partner, client_for):
    tell(partner, "one")
    partner.affiliations.update(ended_on="2026-01-01")
    client = client_for(partner)
    assert texts(client) == []
    assert client.get(reverse("consortium:inbox_count")).context["desk"]["unread"] == 0


def test_all_that_stood_on_the_page_is_marked_and_not_what_came_since(tell, partner, rival_partner, client_for):
    tell(rival_partner, "theirs")
    newest = [tell(partner, f"old {number}") for number in range(2)][-1]
    client = client_for(partner)
    assert client.get(LIST).context["newest_unread"] == newest.pk
    tell(partner, "new")
    client.post(reverse("consortium:notice_read_all"), {"newest": newest.pk})
    unread = set(Notice.objects.unread().values_list("text", flat=True))
    assert unread == {"theirs", "new"}
    assert client.get(reverse("consortium:inbox_count")).context["desk"]["unread"] == 1


@pytest.mark.parametrize("newest", ["", "x", "9" * 40, "-1", "²"])
def test_a_forged_number_marks_nothing(tell, partner, client_for, newest):
    tell(partner, "one")
    answer = client_for(partner).post(reverse("consortium:notice_read_all"), {"newest": newest})
    assert (answer.status_code, Notice.objects.unread().count()) == (302, 1)


def test_a_notice_by_mail_only_is_not_listed(tell, partner, client_for):
    tell(partner, "one", Mail.DIGEST, is_shown=False)
    assert texts(client_for(partner)) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_needs_the_same_queries_however_long_it_is(tell, partner, client_for, rows, django_assert_num_queries):
    for number in range(rows):
        tell(partner, f"notice {number}")
    client = client_for(partner)
    with django_assert_num_queries(6):  # session, user, affiliation, newest unread, rows, count
        client.get(LIST)


# --- choices ----------------------------------------------------------------------------------------------------------
def test_one_is_asked_only_about_what_can_concern_the_role(client_for, expert, bureau):
    def names(user) -> list[str]:
        return [row.name for row in client_for(user).get(CHOICES).context["notice_form"].kinds]

    everybody = ["announcement", "role_given", "role_ended", "file_infected", "export"]
    of_council = ["meeting_called", "meeting_changed", "papers_sent", "opinion_answered", "minutes_to_approve"]
    assert sorted(names(expert)) == sorted(
        [*everybody, *of_council, "review_assigned", "review_due", "more_asked", "result_published"]
    )
    of_tasks = ["milestone_to_confirm", "milestone_overdue", "supervision_answered", "supervision_climbed"]
    assert sorted(names(bureau)) == sorted([*everybody, *of_council, *of_tasks])


def test_a_choice_is_kept_and_shown_and_can_be_taken_back(client_for, expert):
    client = client_for(expert)
    form = client.get(CHOICES).context["notice_form"]
    data = {
        name: value
        for name in form.fields
        if (value := form.get_initial_for_field(form.fields[name], name)) is not False
    }
    wanted = {**data, "mail_review_assigned": Mail.DIGEST}
    del wanted["shown_review_assigned"]
    assert client.post(CHOICES, wanted).status_code == 302
    rows = NoticeChoice.objects.values_list("kind", "is_shown", "mail")
    assert list(rows) == [("review_assigned", False, Mail.DIGEST)]
    form = client.get(CHOICES).context["notice_form"]
    assert (form["shown_review_assigned"].value(), form["mail_review_assigned"].value()) == (False, Mail.DIGEST)
    client.post(CHOICES, data)
    assert list(rows.all()) == [("review_assigned", True, Mail.NOW)]


def test_a_way_that_does_not_exist_is_refused(client_for, expert):
    answer = client_for(expert).post(CHOICES, {"mail_announcement": "pigeon"})
    assert (answer.status_code, NoticeChoice.objects.count()) == (200, 0)


# --- by mail ----------------------------------------------------------------------------------------------------------
def test_what_is_wanted_at_once_goes_in_one_mail_a_person(tell, partner, rival_partner, settings):
    settings.SITE_URL = "https://cjlht.example.cn"
    User.objects.filter(pk=partner.pk).update(language="en")
    for text in ("一", "二"):
        tell(partner, text, Mail.NOW)
    tell(rival_partner, "三", Mail.NOW)
    tell(partner, "to be gathered", Mail.DIGEST)
    assert send_mails(Mail.NOW, now=NOW) == 2
    first, second = mail.outbox
    assert (first.to, first.subject) == ([partner.email], "[邢台市域产教联合体] 2 notices")
    assert (second.to, second.subject) == ([rival_partner.email], "[邢台市域产教联合体] 三")
    assert re.findall(r"^\d\. (.*)\n +(.*)$", first.body, re.M) == [
        ("一", "https://cjlht.example.cn/zones/"),
        ("二", "https://cjlht.example.cn/zones/"),
    ]
    assert Notice.objects.filter(mailed_at=None).get().text == "to be gathered"


def test_nothing_is_sent_twice(tell, partner):
    tell(partner, "one", Mail.NOW)
    assert [send_mails(Mail.NOW, now=NOW) for _time in range(3)] == [1, 0, 0]


def test_the_digest_says_what_waits_beside_what_happened(tell, college_admin, announced):
    tell(college_admin, "one", Mail.DIGEST)
    assert send_mails(Mail.DIGEST, now=NOW) == 1
    [message] = mail.outbox
    assert [line for line in message.body.splitlines() if line.startswith("- ")] == ["- 开学通知"]


@pytest.fixture
def announced(consortium, secretariat, college_admin):
    """An announcement that the college has not read."""
    from consortium.models import Announcement, AnnouncementAudience

    row = Announcement.objects.create(consortium=consortium, title="开学通知", text="…", by=secretariat, at=NOW)
    AnnouncementAudience.objects.create(announcement=row, kind=college_admin.affiliation.organization.kind)
    return row


def test_whoever_has_left_or_has_no_address_gets_none(tell, partner, rival_partner, mentor, college_mentor, enterprise):
    for user in (partner, rival_partner, mentor, college_mentor):
        tell(user, "one", Mail.NOW)
    User.objects.filter(pk=partner.pk).update(is_active=False)
    rival_partner.affiliations.update(ended_on="2026-01-01")
    enterprise.memberships.update(left_on="2026-01-01")  # the mentor's
    User.objects.filter(pk=college_mentor.pk).update(email="")
    assert (send_mails(Mail.NOW, now=NOW), mail.outbox) == (0, [])


def test_a_mail_server_that_is_away_loses_nothing(tell, partner, rival_partner, settings, caplog):
    tell(partner, "一", Mail.NOW)
    tell(rival_partner, "二", Mail.NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send_mails(Mail.NOW, now=NOW) == 0
    assert [(row.levelname, row.getMessage()) for row in caplog.records] == [
        ("ERROR", "The mail server does not answer (ConnectionRefusedError); the notices wait for the next run.")
    ]
    with mail_server(settings) as taken:
        assert send_mails(Mail.NOW, now=NOW + timedelta(minutes=1)) == 2
    assert [message["To"] for message in taken] == [partner.email, rival_partner.email]
    assert [message.get_content().count("一") for message in taken] == [1, 0]


def test_an_address_that_is_refused_holds_nobody_else_up(tell, partner, rival_partner, settings, caplog):
    tell(partner, "一", Mail.NOW)
    tell(rival_partner, "二", Mail.NOW)
    with mail_server(settings, refused=[partner.email]) as taken:
        assert send_mails(Mail.NOW, now=NOW) == 1
    assert [message["To"] for message in taken] == [rival_partner.email]
    assert [row.getMessage() for row in caplog.records if row.levelno >= logging.ERROR] == [
        f"The mail to user {partner.pk} was refused (SMTPRecipientsRefused)."
    ]
    with mail_server(settings) as taken:
        assert send_mails(Mail.NOW, now=NOW + timedelta(minutes=1)) == 1
    assert [message["To"] for message in taken] == [partner.email]


def test_what_a_dead_worker_had_in_hand_another_sends_when_its_time_is_over(tell, partner):
    tell(partner, "one", Mail.NOW)
    Notice.objects.update(claimed_until=NOW + CLAIM)
    assert send_mails(Mail.NOW, now=NOW + CLAIM - timedelta(seconds=1)) == 0
    assert send_mails(Mail.NOW, now=NOW + CLAIM + timedelta(seconds=1)) == 1


def test_what_is_a_week_old_is_news_no_more(tell, partner):
    tell(partner, "old", Mail.NOW, at=NOW - timedelta(days=7))
    tell(partner, "new", Mail.NOW, at=NOW - timedelta(days=7) + timedelta(seconds=1))
    send_mails(Mail.NOW, now=NOW)
    assert [message.subject for message in mail.outbox] == ["[邢台市域产教联合体] new"]


def test_the_jobs_send_each_its_own(tell, partner):
    for way in (Mail.NOW, Mail.DIGEST):
        tell(partner, way, way, at=timezone.now())
    send_notices()
    assert [message.subject for message in mail.outbox] == ["[邢台市域产教联合体] now"]
    send_digests()
    assert [message.subject for message in mail.outbox[1:]] == ["[邢台市域产教联合体] digest"]


@pytest.fixture
def worker_at_once():
    """A job runs where it is announced."""
    celery.conf.task_always_eager = True
    yield
    celery.conf.task_always_eager = False


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker_at_once")
def test_a_worker_hears_of_it_with_the_end_of_the_request(client_for, secretariat, partner):
    page = reverse("consortium:announcement_create")
    data = {"title": "开学通知", "text": "…", "kinds": ["enterprise"]}
    client = client_for(secretariat)
    assert client.post(page, {**data, "title": ""}).status_code == 200
    assert mail.outbox == []
    assert client.post(page, data).status_code == 302
    assert [message.to for message in mail.outbox] == [[partner.email]]


def test_without_a_broker_nothing_breaks(lost_broker, caplog):
    announce_notices()
    assert [row.getMessage().partition("(")[0] for row in caplog.records if row.name == "consortium.jobs.notices"] == [
        "The broker does not answer "
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time needs no row locks")
def test_two_workers_at_once_send_each_mail_once(kind, make_user, enterprise, consortium):
    people = [make_user(f"mentor{number}", "mentor", enterprise, consortium).affiliation for number in range(20)]
    for text in ("一", "二"):
        notify(people, kind(Mail.NOW), lambda text=text: text, "/zones/", at=NOW)
    barrier, sent = Barrier(3), []

    def work() -> None:
        try:
            barrier.wait()
            sent.append(send_mails(Mail.NOW, now=NOW))
        finally:
            connection.close()

    threads = [Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 20
    assert sorted(message.to[0] for message in mail.outbox) == sorted(person.user.email for person in people)
