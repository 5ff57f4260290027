"""Telling people what happened: in the program, and by mail where they want it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import translation

from ..inbox import KINDS, NoticeKind
from ..models import Affiliation, Notice, NoticeChoice, User

Mail = Notice.Mail
AT_ONCE = 500  # people of one statement
LONGEST = 300  # the room for a sentence

# whether this request has told somebody who wants a mail at once: with its end a worker hears of it
mail_waits: ContextVar[bool] = ContextVar("mail_waits", default=False)


@transaction.atomic
def notify(
    to: Iterable[Affiliation | None], kind: NoticeKind, text: Callable[[], str], url: str, *, at: datetime
) -> None:
    """Tell people, each once a role, as each has chosen for this kind of notices.

    What is said again before somebody has read it takes the place of what was said before.

    ``to`` says whom, as what; None is skipped. ``text`` is called in each reader's language, one sentence. ``url`` is
    an address of the program, beginning with "/".
    """
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError(f"A notice leads to an address of the program, not to {url!r}.")
    readers = iter({row.pk: row for row in to if row is not None}.values())
    sentences: dict[str, str] = {}
    while part := list(islice(readers, AT_ONCE)):
        rows = list(_rows(part, kind, text, url, at, sentences))
        said = Notice.objects.filter(acting_as__in=part, kind=kind.name, url=url, text__in=sentences.values())
        said.unread().delete()
        Notice.objects.bulk_create(rows)
        if any(row.mail == Mail.NOW for row in rows):
            transaction.on_commit(lambda: mail_waits.set(True))


def _rows(
    readers: list[Affiliation],
    kind: NoticeKind,
    text: Callable[[], str],
    url: str,
    at: datetime,
    sentences: dict[str, str],
) -> Iterator[Notice]:
    people = {row.user_id for row in readers}
    choices = {row.user_id: row for row in NoticeChoice.objects.filter(kind=kind.name, user__in=people)}
    languages = dict(User.objects.filter(pk__in=people).values_list("pk", "language"))
    for reader in readers:
        choice: NoticeChoice | NoticeKind = choices.get(reader.user_id, kind)
        if not choice.is_shown and choice.mail == Mail.NONE:
            continue
        language = languages[reader.user_id] or settings.LANGUAGE_CODE
        if language not in sentences:
            with translation.override(language):
                sentence = str(text())
            sentences[language] = sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1] + "…"
        yield Notice(
            user_id=reader.user_id,
            acting_as=reader,
            kind=kind.name,
            text=sentences[language],
            url=url,
            at=at,
            is_shown=choice.is_shown,
            mail=choice.mail,
        )


def mark_read(notices: Iterable[Notice], *, by: User, now: datetime) -> None:
    """Take the mark "unread" from these notices, as far as they are the reader's own."""
    own = Notice.objects.visible_to(by).unread()
    own.filter(pk__in=[notice.pk for notice in notices]).update(read_at=now)


def mark_all_read(newest: int, *, by: User, now: datetime) -> int:
    """Mark the reader's notices up to the id ``newest``, the newest one on the page, read; how many there were."""
    return Notice.objects.visible_to(by).unread().filter(pk__lte=newest).update(read_at=now)


def take_back(kind: NoticeKind, url: str) -> None:
    """What the notices of this kind about ``url`` say holds no more: nobody is shown or sent them again."""
    Notice.objects.filter(kind=kind.name, url=url).update(is_shown=False, mail=Mail.NONE)


@transaction.atomic
def choose(choices: Mapping[str, tuple[bool, str]], *, by: User) -> None:
    """Keep how a person wants notices: by the kind's name, whether in the program and which way by mail.

    Only what differs from the kind's own default, or did before, needs a row.
    """
    stored = set(NoticeChoice.objects.filter(user=by).values_list("kind", flat=True))
    for name, (is_shown, mail) in choices.items():
        kind = KINDS[name]
        if name in stored or (is_shown, mail) != (kind.is_shown, kind.mail):
            NoticeChoice.objects.update_or_create(user=by, kind=name, defaults={"is_shown": is_shown, "mail": mail})
