"""What waits for whom: one list from all apps, computed when it is asked for."""

import datetime

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from consortium.inbox import SOURCES, Waiting, grouped, waiting_for, waits
from consortium.models import Affiliation, Announcement, AnnouncementAudience, User
from consortium.services.announcements import confirm_reading

TODAY = datetime.date(2026, 3, 2)
INBOX, COUNT = reverse("consortium:inbox"), reverse("consortium:inbox_count")


@pytest.fixture
def source():
    """Something that waits for everybody, registered for this test: ``source.found`` is what it finds."""

    class Found(list):
        name = "of the test"

    found = Found()
    waits(found.name, "Test things")(lambda user, today: iter(found))
    yield found
    del SOURCES[found.name]


@pytest.fixture
def announcements(consortium, secretariat):
    """Announcements of the secretariat to all enterprises."""

    def make(count: int) -> list[Announcement]:
        rows = [
            Announcement.objects.create(
                consortium=consortium, title=f"通知{number}", text="正文", by=secretariat, at=timezone.now()
            )
            for number in range(count)
        ]
        for row in rows:
            AnnouncementAudience.objects.create(announcement=row, kind="enterprise")
        return rows

    return make


def thing(title: str, due: datetime.date | None = None) -> Waiting:
    return Waiting(title, "", "/", "Do", due)


def in_days(days: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=days)


def test_overdue_comes_first_then_by_day_and_last_what_has_no_day(source, partner):
    source += [thing("undated"), thing("later", in_days(8)), thing("this week", in_days(7)), thing("late", in_days(-1))]
    assert [item.title for item in waiting_for(partner, TODAY)] == ["late", "this week", "later", "undated"]


@pytest.mark.parametrize(
    ("days", "heading", "light", "word"),
    [
        (-3, "Overdue", "late", "Overdue by 3 d"),
        (0, "Today and this week", "soon", "Today"),
        (7, "Today and this week", "soon", "March 9, 2026"),
        (8, "Later", "soon", "March 10, 2026"),
        (14, "Later", "soon", "March 16, 2026"),
        (15, "Later", "plan", "March 17, 2026"),
    ],
)
def test_a_day_is_said_by_a_heading_a_light_and_a_word(days, heading, light, word):
    with override("en"):
        [(label, [(due, _item)])] = grouped([thing("one", in_days(days))], TODAY)
    assert (label, due.light, due.word) == (heading, light, word)


def test_whoever_has_no_role_has_nothing_to_do(source, partner):
    source.append(thing("one"))
    partner.affiliations.update(ended_on=TODAY)
    assert waiting_for(User.objects.get(pk=partner.pk), TODAY) == []


def test_the_page_shows_all_of_them_or_those_of_one_kind(source, partner, announcements, client_for):
    source += [thing(f"thing {number}") for number in range(25)]
    announcements(1)
    client = client_for(partner)
    found = {
        query: [item.title for _label, rows in client.get(INBOX + query).context["groups"] for _due, item in rows]
        for query in ("", "?kind=announcements", "?kind=nothing")
    }
    everything = ["通知0", *(f"thing {number}" for number in range(25))]
    assert found == {"": everything, "?kind=announcements": ["通知0"], "?kind=nothing": everything}
    kinds = client.get(INBOX, headers={"Accept-Language": "en"}).context["kinds"]
    assert kinds == [("announcements", "Announcements", 1), (source.name, "Test things", 25)]


def test_home_shows_the_first_twenty_and_the_number_of_all(source, secretariat, client_for):
    source += [thing(f"thing {number}") for number in range(25)]
    context = client_for(secretariat).get(reverse("home")).context
    assert (context["count"], sum(len(rows) for _label, rows in context["groups"])) == (25, 20)


def test_the_number_in_the_head_is_right_after_every_act(partner, announcements, client_for):
    client = client_for(partner)
    first, second = announcements(2)
    assert client.get(COUNT).context["desk"]["waiting"] == 2
    client.post(reverse("consortium:announcement_read", args=[first.pk]))
    answer = client.get(COUNT)
    assert answer.context["desk"]["waiting"] == 1
    assert "no-store" in answer.headers["Cache-Control"].split(", ")
    confirm_reading(second, by=partner, now=timezone.now())
    assert client.get(COUNT).context["desk"]["waiting"] == 0


def test_a_page_has_the_links_before_the_numbers_come(partner, client_for):
    page = client_for(partner).get(reverse("consortium:organization_list")).content.decode()
    desk = page.partition('<div class="desk"')[2].partition("</div>")[0]
    assert desk.count('class="desk-link" href=') == 2
    assert desk.count('class="count"') == 0
    assert f'hx-get="{COUNT}"' in desk


def test_the_head_takes_no_word_of_a_page_for_its_counts():
    """A page of a meeting says that papers are unread, one of a project how many hours wait."""
    assert "count" not in render_to_string("consortium/_desk.html", {"waiting": 5, "unread": True})


def test_what_waits_belongs_to_the_role_that_acts(partner, college, consortium, announcements, client_for):
    announcements(1)
    second = Affiliation.objects.create(
        user=partner, organization=college, consortium=consortium, role="college_admin", started_on=TODAY
    )
    assert len(waiting_for(partner, TODAY)) == 1
    User.objects.filter(pk=partner.pk).update(acting=second)
    assert waiting_for(User.objects.get(pk=partner.pk), TODAY) == []


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("who", "queries"),
    [("college_admin", 18), ("bureau", 7), ("secretariat", 10), ("auditor", 4), ("expert", 7), ("partner", 16)],
)
def test_the_list_needs_the_same_queries_however_long_it_is(
    request, who, queries, rows, announcements, client_for, django_assert_num_queries
):
    announcements(rows)
    client = client_for(request.getfixturevalue(who))
    with django_assert_num_queries(queries):
        client.get(INBOX)
    with django_assert_num_queries(queries + 1):  # and the unread notices
        client.get(COUNT)
