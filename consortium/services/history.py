"""The one door into history, and the check that it still says what was written."""

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Consortium, HistoryEntry, HistoryLink, User
from ..personal import remembered
from .bulk import insert_many

AT_ONCE = 2000  # links that are checked with one read

# where the web request that is being answered comes from; a middleware sets it, jobs and commands have none
address: ContextVar[str | None] = ContextVar("address", default=None)


def record(
    obj: models.Model, *, by: User | None, what: str, old: object = "", new: object = "", reason: str = ""
) -> HistoryEntry:
    """Add one row to the history of ``obj``: ``what`` is a field's name or an act such as "created"."""
    row = history_row(obj, by=by, what=what, old=old, new=new, reason=reason)
    row.save(force_insert=True)
    return row


def record_all(rows: Iterable[HistoryEntry]) -> None:
    """Add many rows that ``history_row`` made, in their order."""
    insert_many(list(rows))


def history_row(
    obj: models.Model,
    *,
    by: User | None,
    what: str,
    old: object = "",
    new: object = "",
    reason: str = "",
    at: datetime | None = None,
) -> HistoryEntry:
    """A row that is complete but not written yet, for those who write many at once. Every row is made here.

    Personal values are kept masked, because history outlives the right to have them. ``at`` is now by default.
    """
    acting_as = by.affiliation if by else None
    row = HistoryEntry(  # type: ignore[misc]  # in the order of its fields: half the time that their names take
        None,
        ContentType.objects.get_for_model(obj).pk,
        obj.pk,
        at or timezone.now(),
        by.pk if by else None,
        acting_as.pk if acting_as else None,
        acting_as.consortium_id if acting_as else _consortium_of(obj),
        address.get(),
        str(what),
        remembered(obj, what, old),
        remembered(obj, what, new),
        str(reason),
    )
    row.digest = row.content_digest()
    return row


def newest_link() -> HistoryLink | None:
    """The newest link. Who notes it elsewhere can later show that nothing before it was cut off or written anew."""
    return HistoryLink.objects.last()


def verify_history(noted: str = "") -> Iterator[str]:
    """A sentence for the first row of history that is not what was written, if any, and for a missing guard.

    ``noted`` is a head as an earlier run printed it, "number:hash". Reads the whole chain once, a part at a time.
    """
    yield from _first_that_does_not_fit()
    without = HistoryEntry.objects.filter(link=None).order_by("pk").first()
    if without:
        yield _("%(entry)s stands outside the chain.") % {"entry": _name(without)}
    number, _colon, known = noted.partition(":")
    if noted and not (number.isdecimal() and HistoryLink.objects.filter(number=number, hash=known).exists()):
        yield _("The history has no link %(noted)s: what was noted has been cut off or written anew.") % {
            "noted": noted
        }
    for table in (HistoryEntry, HistoryLink):
        if table._default_manager.exists() and not _refuses_changes(table):
            yield _("The database does not protect “%(table)s” from changes.") % {
                "table": table._meta.verbose_name_plural
            }


def _first_that_does_not_fit() -> Iterator[str]:
    number, before = 0, ""
    while links := list(HistoryLink.objects.filter(number__gt=number).order_by("number")[:AT_ONCE]):
        rows = HistoryEntry.objects.in_bulk([link.entry_id for link in links])
        for link in links:
            number += 1
            row = rows.get(link.entry_id)
            if link.number != number:
                yield _("Link %(number)s of the history is missing.") % {"number": number}
            elif row is None:
                yield _("History entry %(id)s, link %(number)s, is missing.") % {"id": link.entry_id, "number": number}
            elif row.content_digest() != row.digest:
                yield _("%(entry)s was changed after it was written.") % {"entry": _name(row)}
            elif link.hash != HistoryLink.hash_after(before, row.pk, row.digest):
                yield _("%(entry)s does not follow from the entry before it.") % {"entry": _name(row)}
            else:
                before = link.hash
                continue
            return


def _refuses_changes(table: type[models.Model]) -> bool:
    """Whether the database stops an UPDATE and a DELETE of the newest row. Nothing is changed either way."""
    name, key = table._meta.db_table, table._meta.pk.column
    newest = f"WHERE {key} = (SELECT max({key}) FROM {name})"  # nosec B608  # names of our own tables
    for statement in (f"UPDATE {name} SET {key} = {key} {newest}", f"DELETE FROM {name} {newest}"):  # nosec B608  # the same
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                transaction.set_rollback(True)
        except DatabaseError:
            continue
        return False
    return True


def _name(row: HistoryEntry) -> str:
    return _("History entry %(id)s (%(kind)s %(number)s, %(at)s)") % {
        "id": row.pk,
        "kind": row.content_type.name,
        "number": row.object_id,
        "at": f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}",
    }


def _consortium_of(obj: object) -> int | None:
    """Of what the program or an operator does: the record's own, its zone's, or the one for which the person acts."""
    if isinstance(obj, Consortium):
        return obj.pk
    for owner in (obj, getattr(obj, "zone", None), getattr(obj, "affiliation", None)):
        if found := getattr(owner, "consortium_id", None):
            return found
    return None
