"""What the pages of plans, tasks and milestones share."""

from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from consortium.forms import accepted
from consortium.services import save_form


def number(text: str) -> int:
    """A number out of an address or a form; 0, which is nobody's, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def saved(request: HttpRequest, form: ModelForm, route: str) -> HttpResponse | None:
    """Save a sent, valid form and go to the record's page; None when there is still something to fill in."""
    if form.is_valid() and accepted(
        form, lambda: save_form(form, by=request.user, reason=form.cleaned_data.get("reason", ""))
    ):
        return redirect(route, form.instance.pk)
    return None
