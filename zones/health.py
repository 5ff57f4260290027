"""What zones contribute to a consortium's health: industry colleges of schools and enterprises (001)."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.health import PLATFORMS, Need, needs
from consortium.models import User

from .models import Zone


@needs
def industry_colleges(user: User) -> Iterator[Need]:
    rows = Zone.objects.visible_to(user).filter(form=Zone.Form.INDUSTRY_COLLEGE, status=Zone.Status.ACTIVE)
    spans = [(day, None) for day in rows.order_by().values_list("established_on", flat=True)]
    url = f"{reverse('zones:zone_list')}?form={Zone.Form.INDUSTRY_COLLEGE.value}&status=active"
    todo = _("A college opens a special zone of the form “industry college” with an enterprise.")
    yield Need(PLATFORMS, Zone.Form.INDUSTRY_COLLEGE.label, spans, url, todo)
