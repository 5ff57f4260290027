"""The files of a record, on its page."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.formats import number_format

from consortium.content import ENDINGS
from consortium.models import Attachment
from consortium.permissions import may
from consortium.services.files import FILE_BYTES, files_closed
from consortium.uploads import FILES_AT_ONCE

ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)

register = template.Library()


@register.inclusion_tag("_attachments.html", takes_context=True)
def attachments(context: Context, owner: Any) -> dict[str, Any]:
    """``{% attachments zone %}``: the record's files, and the form for those who may hand in some. One query.

    The record's model says by ``files_act`` who that is; ``back`` of the context is the page that shows this.
    """
    request = context["request"]
    rows = list(Attachment.objects.about(owner).for_list())
    may_add = may(request.user, "attachment.add", owner)
    closed = files_closed(owner)
    return {
        "request": request,
        "owner": owner,
        "model": owner._meta.label_lower,
        "files": [row for row in rows if not row.removed_at],
        "removed": [row for row in rows if row.removed_at] if may_add else [],
        "can_change": may_add and not closed,
        "closed": closed if may_add else "",
        "sees_removed": may(request.user, "history.see"),
        "back": context.get("back") or request.get_full_path(),
        "count": context.get("count", 0),
        "refused": context.get("refused", []),
        "limit": FILE_BYTES,
        "limit_at_once": FILES_AT_ONCE * FILE_BYTES,
        "accept": ACCEPT,
    }


@register.filter
def bytes_size(value: int) -> str:
    """A size as people read it: 182 KB, 1.2 MB; at least 1 KB."""
    if value < 1_000_000:
        return f"{max(1, round(value / 1024))} KB"
    return f"{number_format(value / 1024 / 1024, decimal_pos=1)} MB"
