"""Pages of hours: a list, a whole answer, against fetching and writing its rows; a year's sums against adding it up."""

from django.db.models import Sum
from django.db.models.functions import ExtractMonth
from django.template import Context, Engine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.frame import Row
from consortium.lists import PAGE_SIZE
from consortium.models import User
from zones.models import HourEntry, HourMonth

BARE = Engine().from_string(
    "<table>{% for row in rows %}<tr><td>{{ row.date }}</td><td>{{ row.person }}</td><td>{{ row.project }}</td>"
    "<td>{{ row.project.zone }}</td><td>{{ row.organization }}</td><td>{{ row.get_activity_display }}</td>"
    "<td>{{ row.hours }}</td><td>{{ row.get_status_display }}</td></tr>{% endfor %}</table>"
)


def page_rows() -> list[Row]:
    """The list of project hours, as the secretariat sees it, and last year's hours by enterprise and month."""
    client, secretariat = Client(), User.objects.get(username="secretariat")
    client.force_login(secretariat)
    address = reverse("zones:hours_list")

    def ours() -> None:
        assert client.get(address).status_code == 200

    def floor() -> None:
        BARE.render(Context({"rows": HourEntry.objects.for_list()[:PAGE_SIZE]}))

    year = timezone.localdate().year - 1
    entries = HourEntry.objects.approved().filter(date__range=(f"{year}-01-01", f"{year}-12-31")).order_by()
    grouped = entries.values_list("project__enterprise__name", ExtractMonth("date")).annotate(Sum("hours"))

    return [
        Row("list of project hours, 50 rows", "bare rendering of the same rows", floor, ours, goal=6),
        Row(
            "a year's hours by enterprise and month, and the year before",
            "GROUP BY over the entries of the one year",
            lambda: list(grouped),
            lambda: HourMonth.objects.visible_to(secretariat).by_enterprise(year),
            goal=1,
        ),
    ]
