"""What of the history is shown. Each filter finds its rows by an index, or reads no more than three months."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from ..forms.fields import DayInput
from ..models import HistoryEntry, User

TEXT_DAYS = 92  # so many days are read for a word; no index helps there
FEW = 100  # people of one name
OTHER = "other"
ACTS = {
    "created": _("Created"), "status": _("State"), "imported": _("Imported"), "deleted": _("Removed"),
    "refused": _("Request refused"),
}  # fmt: skip


def kinds(request: HttpRequest) -> QuerySet:
    """The kinds of records of which the user sees history."""
    rows = HistoryEntry.objects.visible_to(request.user).filter(content_type=OuterRef("pk"))
    return ContentType.objects.filter(Exists(rows)).order_by("app_label", "model")


class KindField(ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return obj.name


class KindFilter(django_filters.ModelChoiceFilter):
    field_class = KindField


def day(label: object, **more: Any) -> django_filters.DateFilter:
    return django_filters.DateFilter(label=label, widget=DayInput(), **more)


class HistoryForm(forms.Form):
    user: User
    named: list[int]  # whom the name means

    def clean(self) -> dict[str, Any]:
        """A word is looked for in at most three months: those before the last day when no first one is given."""
        data = super().clean() or self.cleaned_data
        if name := data.get("who", "").strip():
            people = User.objects.visible_to(self.user).filter(Q(name__icontains=name) | Q(username__iexact=name))
            self.named = list(people.values_list("pk", flat=True)[: FEW + 1])
            if len(self.named) > FEW:
                self.add_error("who", _("More than 100 people are named so. Write more of the name."))
        if data.get("q"):
            last = data.get("date_before") or timezone.localdate()
            first = data.get("date_after") or last - timedelta(days=TEXT_DAYS)
            if (last - first).days > TEXT_DAYS:
                self.add_error("q", _("Text is searched in at most three months. Choose the days more narrowly."))
        return data


class HistoryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Text (of three months)"), method="by_text")
    who = django_filters.CharFilter(label=_("Who (name)"), method="by_person")
    kind = KindFilter(label=_("Kind of record"), field_name="content_type", queryset=kinds, to_field_name="model")
    number = django_filters.NumberFilter(
        label=_("Number of the record"), field_name="object_id", widget=forms.HiddenInput
    )
    what = django_filters.ChoiceFilter(
        label=_("What"), choices=[*ACTS.items(), (OTHER, _("Something else"))], method="by_act"
    )
    date_after = day(_("From day"), method="since")
    date_before = day(_("To day"), method="until")

    class Meta:
        model = HistoryEntry
        form = HistoryForm
        fields: list[str] = []

    @property
    def form(self) -> HistoryForm:
        form = super().form
        form.user = self.request.user
        return form

    def by_text(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        if not self.form.cleaned_data.get("date_after"):
            last = self.form.cleaned_data.get("date_before") or timezone.localdate()
            rows = self.since(rows, name, last - timedelta(days=TEXT_DAYS))
        return rows.filter(Q(old__icontains=text) | Q(new__icontains=text) | Q(reason__icontains=text))

    def by_person(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(actor__in=self.form.named)  # known numbers find the index

    def by_act(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.exclude(what__in=ACTS) if value == OTHER else rows.filter(what=value)

    def since(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(at__gte=_midnight(value))

    def until(self, rows: QuerySet, name: str, value: date) -> QuerySet:
        return rows.filter(at__lt=_midnight(value + timedelta(days=1)))


def _midnight(value: date) -> datetime:
    return timezone.make_aware(datetime.combine(value, time.min))
