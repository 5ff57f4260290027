"""Making a task from a record of another app."""

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.permissions import require
from consortium.views.pages import confirm_page

from ..forms import TaskFromForm
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
    return confirm_page(
        request,
        lambda: make_task(source, **form.cleaned_data, by=request.user, now=timezone.now()),
        form=form,
        heading=_("Make it a task"),
        text=_("The task stands in the table of that year and leads back here."),
        label=_("Make the task"),
        back=source,
    )
