"""List pages: a whole answer, with sign-in, scope, filters, count and frame, against fetching and writing the rows."""

from django.template import Context, Engine
from django.test import Client
from django.urls import reverse

from bench.frame import Row
from consortium.lists import PAGE_SIZE
from consortium.models import User
from zones.models import HourEntry

BARE = Engine().from_string(
    "<table>{% for row in rows %}<tr><td>{{ row.date }}</td><td>{{ row.person }}</td><td>{{ row.project }}</td>"
    "<td>{{ row.project.zone }}</td><td>{{ row.organization }}</td><td>{{ row.get_activity_display }}</td>"
    "<td>{{ row.hours }}</td><td>{{ row.get_status_display }}</td></tr>{% endfor %}</table>"
)


def page_rows() -> list[Row]:
    """The list of project hours, as the secretariat sees it."""
    client = Client()
    client.force_login(User.objects.get(username="secretariat"))
    address = reverse("zones:hours_list")

    def ours() -> None:
        assert client.get(address).status_code == 200

    def floor() -> None:
        BARE.render(Context({"rows": HourEntry.objects.for_list()[:PAGE_SIZE]}))

    return [Row("list of project hours, 50 rows", "bare rendering of the same rows", floor, ours, goal=6)]
