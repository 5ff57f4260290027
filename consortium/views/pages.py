"""The page with one form that nouns of this room share."""

from collections.abc import Callable, Sequence
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ..forms import accepted


def form_page(
    request: HttpRequest,
    form: BaseForm,
    save: Callable[[], Any],
    *,
    heading: Any,
    crumbs: Sequence[tuple[str, Any]],
    text: Any = "",
    label: Any = None,
    danger: bool = False,
) -> HttpResponse:
    """Show ``form``; when it is sent and right, ``save()`` and go to what that answers, or to the last of ``crumbs``.

    ``crumbs`` are addresses and names from the room down to the page to which Cancel leads.
    """
    saved: list[Any] = []
    if request.method == "POST" and form.is_valid() and accepted(form, lambda: saved.append(save())):
        return redirect(saved[0] or crumbs[-1][0])
    context = {
        "form": form,
        "heading": heading,
        "crumbs": crumbs,
        "cancel_url": crumbs[-1][0],
        "text": text,
        "label": label or _("Save"),
        "danger": danger,
    }
    return render(request, "consortium/form.html", context)
