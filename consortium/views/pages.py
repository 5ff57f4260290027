"""The pages that nouns of every room share: one with a form, and one that asks before an act."""

from collections.abc import Callable, Sequence
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
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
    cancel_url: str = "",
) -> HttpResponse:
    """Show ``form``; when it is sent and right, ``save()`` and go to what that answers, or to the last of ``crumbs``.

    ``crumbs`` are addresses and names from the room down to the page to which Cancel leads without a ``cancel_url``.
    """
    saved: list[Any] = []
    if request.method == "POST" and form.is_valid() and accepted(form, lambda: saved.append(save())):
        return redirect(saved[0] or crumbs[-1][0])
    context = {
        "form": form,
        "heading": heading,
        "crumbs": crumbs,
        "cancel_url": cancel_url or crumbs[-1][0],
        "text": text,
        "label": label or _("Save"),
        "danger": danger,
    }
    return render(request, "consortium/form.html", context)


def confirm_page(
    request: HttpRequest,
    act: Callable[[], Any],
    *,
    heading: Any,
    label: Any,
    back: Any,
    text: Any = "",
    going: Sequence[Any] = (),
    danger: bool = False,
    form: BaseForm | None = None,
    then: Any = None,
) -> HttpResponse:
    """Ask once; then ``act()`` and go to ``then``, to what it answers, or ``back``.

    ``back``, to which Cancel leads too, and ``then`` are records with a page, or addresses. ``going`` is listed below
    ``text``. With a ``form`` it must be right first and shows a refusal; without one a refusal goes through.
    """
    done: list[Any] = []
    if request.method == "POST":
        if form is None:
            done.append(act())
        elif form.is_valid():
            accepted(form, lambda: done.append(act()))
    if done:
        return redirect(then or done[0] or back)
    context = {
        "heading": heading,
        "text": text,
        "going": going,
        "form": form,
        "label": label,
        "danger": danger,
        "cancel_url": resolve_url(back),
    }
    return render(request, "confirm.html", context)
