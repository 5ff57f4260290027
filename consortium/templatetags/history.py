"""The records that history is about, as the person who looks may see them."""

from collections import Counter
from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from consortium.models import HistoryEntry, User
from consortium.personal import name_of
from consortium.services.refusals import REFUSED

register = template.Library()

KINDS_NAMED = 5  # a query each; records of the kinds that are rarer on a page stand with their number alone


@register.filter
def with_records(rows: Iterable[HistoryEntry], user: User) -> list[HistoryEntry]:
    """The rows, each with ``record_name`` and ``record_url`` of its record, "" where the user does not see one."""
    shown = list(rows)
    for row in shown:
        row.record_name = row.record_url = ""
    for kind, _count in Counter(row.content_type for row in shown).most_common(KINDS_NAMED):
        model = kind.model_class()
        if model is None or not hasattr(model._default_manager, "visible_to"):
            continue
        keys = [field.name for field in model._meta.concrete_fields if field.many_to_one]
        of_kind = [row for row in shown if row.content_type_id == kind.pk]
        records = model._default_manager.visible_to(user).select_related(*keys).order_by()
        found = {record.pk: record for record in records.filter(pk__in={row.object_id for row in of_kind})}
        for row in of_kind:
            if record := found.get(row.object_id):
                row.record_name = name_of(record)
                row.record_url = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
    return shown


@register.filter
def change(row: HistoryEntry, most: int | None = None) -> SafeString:
    """What changed, from what to what: each at most so many characters, or whole."""
    old, new = row.old_label, row.new_label
    if most:
        old, new = Truncator(old).chars(most), Truncator(new).chars(most)
    if row.what == REFUSED:  # an address, which is in no language
        return format_html('<span class="sub">{}</span> <span class="hash">{}</span>', row.what_label, new)
    if old:
        new = f"{old} → {new}" if new else old + " → " + _("empty")
    return format_html('<span class="sub">{}</span> {}', row.what_label, new)
