"""Making a task from a record of another app."""

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.forms import accepted
from consortium.permissions import require

from ..forms import TaskFromForm
from ..models import Task
from ..services.origins import make_task


def task_from(request: HttpRequest, model: str, pk: int) -> HttpResponse:
    """Ask for the table, the text and the day, which begin as the record has them."""
    try:
        source_model = apps.get_model(model)
    except (LookupError, ValueError):
        raise Http404 from None
    if not hasattr(source_model, "task_due"):
        raise Http404
    source = get_object_or_404(source_model._default_manager.visible_to(request.user), pk=pk)
    require(request.user, "task.add")
    form = TaskFromForm(request.POST or None, source=source, user=request.user)
    made: list[Task] = []
    if form.is_valid() and accepted(
        form,
        lambda: made.append(make_task(source, **form.cleaned_data, by=request.user, now=timezone.now())),
    ):
        return redirect(made[0])
    context = {
        "form": form,
        "heading": _("Make it a task"),
        "text": _("The task stands in the table of that year and leads back here."),
        "label": _("Make the task"),
        "cancel_url": source.get_absolute_url(),
    }
    return render(request, "confirm.html", context)
