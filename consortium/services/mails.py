"""Notices by mail: at once, or together once a day. A mail server that is away loses none of them.

A row is claimed before its mail is sent and marked when it is sent, so two workers never send it twice; one whose
worker died or whose server did not answer is sent by the next run, as long as it is news.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import ngettext

from ..inbox import grouped, waiting_for
from ..models import Affiliation, Notice, User

CLAIM = timedelta(minutes=10)  # longer than any server is waited for
MOST_WAITING = 10  # in a digest; the list in the program holds everything
log = logging.getLogger(__name__)


def send_mails(mail: Notice.Mail, *, now: datetime) -> int:
    """Send the notices that wait to go this way, one mail a person; the number of mails that went.

    Whoever has no address or no role in force gets none. A server that does not answer ends the run, an address that
    it refuses only that mail; both are tried again by the next run.
    """
    pending = _pending(mail, now)
    readers = User.objects.filter(Exists(pending.filter(user=OuterRef("pk")))).exclude(email="").order_by("pk")
    if not readers:
        return 0
    sent = 0
    try:
        with get_connection() as server:
            for reader in readers:
                sent += _send_to(reader, mail, now, server)
    except OSError as error:
        log.error("The mail server does not answer (%s); the notices wait for the next run.", type(error).__name__)
    return sent


def _pending(mail: Notice.Mail, now: datetime):
    return Notice.objects.to_mail(mail, now).filter(acting_as__in=Affiliation.objects.in_force())


def _send_to(reader: User, mail: Notice.Mail, now: datetime, server: BaseEmailBackend) -> bool:
    """Whether a mail went. Raises OSError when the server is away."""
    rows = _claim(_pending(mail, now).filter(user=reader), now)
    if not rows:
        return False
    claimed = Notice.objects.filter(pk__in=[row.pk for row in rows])
    try:
        _message(reader, rows, mail, now, server).send()
    except (SMTPRecipientsRefused, SMTPDataError, ValueError) as error:
        # the address stays out of the log
        log.error("The mail to user %s was refused (%s).", reader.pk, type(error).__name__)
        claimed.update(claimed_until=None)
        return False
    except OSError:
        claimed.update(claimed_until=None)
        raise
    claimed.update(mailed_at=now, claimed_until=None)
    return True


@transaction.atomic
def _claim(pending, now: datetime) -> list[Notice]:
    """The rows that nobody else has in hand, now in ours: whoever comes meanwhile waits for the lock and finds none."""
    pending = pending.select_for_update(of=("self",), no_key=True)
    rows = list(pending.select_related("acting_as__consortium").order_by("pk"))
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=now + CLAIM)
    return rows


def _message(
    reader: User, rows: list[Notice], mail: Notice.Mail, now: datetime, server: BaseEmailBackend
) -> EmailMessage:
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        told = {(row.text, row.url): row for row in rows}.values()  # a person of two roles reads it once
        today = timezone.localdate(now)
        waiting = waiting_for(reader, today) if mail == Notice.Mail.DIGEST else []
        context = {
            "reader": reader,
            "notices": told,
            "waiting": grouped(waiting[:MOST_WAITING], today),
            "waiting_count": len(waiting),
            "site": settings.SITE_URL,
            "inbox_url": reverse("consortium:inbox"),
            "choices_url": reverse("consortium:notice_choices"),
        }
        consortium = rows[0].acting_as.consortium.name
        subject = f"[{consortium}] {_subject([row.text for row in told])}"
        text = render_to_string("consortium/notice_mail.txt", context)
    return EmailMessage(subject, text, to=[reader.email], connection=server)


def _subject(texts: Iterable[str]) -> str:
    texts = list(texts)
    if len(texts) == 1:
        return Truncator(" ".join(texts[0].split())).chars(60)
    return ngettext("%(count)s notice", "%(count)s notices", len(texts)) % {"count": len(texts)}
