"""What is due, as a calendar that programs subscribe to (iCalendar, RFC 5545)."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consortium.models import User

from .lights import light
from .models import Milestone

EVERY = timedelta(hours=6)  # how often a program should read it again


def calendar_feed(reader: User, now: datetime) -> bytes:
    """The milestones that ``reader`` has to mind and that are not confirmed, each a whole day."""
    from icalendar import Calendar, Event  # here, because reading the library takes half a second of every start

    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    today = timezone.localdate(now)
    assert reader.affiliation
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        name = f"{_('Quarterly tasks')} · {reader.affiliation.consortium}"
        feed = Calendar()
        feed.add("prodid", f"-//{host}//tasks//")
        feed.add("version", "2.0")
        feed.add("method", "PUBLISH")
        feed.add("x-wr-calname", name)
        feed.add("x-wr-timezone", settings.TIME_ZONE)
        feed.add("refresh-interval", EVERY, parameters={"value": "DURATION"})
        feed.add("x-published-ttl", "PT6H")
        for milestone in Milestone.objects.for_calendar(reader, today):
            task, url = milestone.task, f"{settings.SITE_URL}{milestone.get_absolute_url()}"
            event = Event()
            event.add("uid", f"milestone-{milestone.pk}@{host}")
            event.add("dtstamp", now)
            event.add("dtstart", milestone.due)
            event.add("dtend", milestone.due + timedelta(days=1))
            event.add("summary", f"{task} · {milestone.get_quarter_display()}")
            state = f"{milestone.get_status_display()} · {light(milestone, today).word}"
            event.add("description", "\n".join(filter(None, [milestone.text, task.responsible, state, url])))
            event.add("url", url)
            event.add("transp", "TRANSPARENT")  # a day on which something is due is not a day on which one is busy
            feed.add_component(event)
    return feed.to_ical()
