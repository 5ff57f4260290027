"""The pages of all registers: one list, one form, one page of a record. What differs stands in ``COLUMNS``."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from consortium import personal
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry, User
from consortium.permissions import may, require

from .. import services
from ..facts import register_cards
from ..filters.registers import FILTERS, RegisterFilter
from ..forms.registers import FORMS, WhyForm
from ..models import REGISTERS, TARGET_DAYS, Outcome, Verified
from .pages import form_page

Model = type[Verified]
MODELS: dict[str, Model] = {model.THING: model for model in REGISTERS} | {Outcome.THING: Outcome}
# a register's own columns, of which the first is the link to the record: names of fields, or whole columns
COLUMNS: dict[str, list[str | Column]] = {
    "teaching_resource": ["title", "kind", "quantity", "date", "enterprise"],
    "technical_service": ["title", "enterprise", "date", "contract_amount", "amount_received", "value_created"],
    "research_project": ["title", "kind", "level", "enterprise", "date", "ends_on", "funding"],
    "staff_training": [
        "title",
        "enterprise",
        "date",
        "people",
        "hours",
        Column(gettext_lazy("People × hours"), "person_hours", numeric=True),
    ],
    "teacher_placement": ["teacher", "post", "enterprise", "date", "ends_on", "days"],
    "part_time_teacher": ["teacher", "course", "enterprise", "date", "ends_on", "hours"],
    "fund": ["title", "purpose", "source", "date", "budget", "spent"],
    "contribution": ["title", "kind", "enterprise", "date", "amount", "quantity", "qualifies"],
    "hire": [
        "post",
        Column(gettext_lazy("Student"), lambda row: personal.masked(row.student, "name")),
        "enterprise",
        "date",
    ],
}
NUMBERS = {"DecimalField", "PositiveIntegerField", "PositiveSmallIntegerField"}


def columns_of(model: Model) -> list[Column]:
    """The register's own columns, then those of all: zone, who recorded it, state."""
    return [
        *(name if isinstance(name, Column) else column_of(model, name) for name in COLUMNS[model.THING]),
        Column(gettext_lazy("Zone"), "zone.name", sort="zone__name"),
        Column(gettext_lazy("Recorded by"), "recorded_by.name", sort="recorded_by__name"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
    ]


def column_of(model: Model, name: str) -> Column:
    """A column of the field ``name``, called and sorted as the field."""
    field: Any = model._meta.get_field(name)
    label = capfirst(field.verbose_name)
    if field.is_relation:
        return Column(label, f"{name}.name", sort=f"{name}__name")
    if field.get_internal_type() == "BooleanField":
        return Column(label, lambda row: yes_or_no(getattr(row, name)), sort=name)
    value = f"get_{name}_display" if field.choices else name
    return Column(label, value, sort=name, numeric=field.get_internal_type() in NUMBERS)


def register_index(request: HttpRequest) -> HttpResponse:
    """This year's figures of all registers over the zones that one sees, each a link to its rows."""
    require(request.user, "zone.see")
    year = timezone.localdate().year
    return render(request, "zones/register_index.html", {"cards": register_cards(request.user, year), "year": year})


def register_list(request: HttpRequest, thing: str) -> HttpResponse:
    model = MODELS[thing]
    rows = model.objects.visible_to(request.user).for_list()
    if thing in ("teacher_placement", "part_time_teacher"):
        rows = rows.select_related("teacher")
    if thing == "hire":
        rows = rows.select_related("student")
    columns = columns_of(model)
    filterset = FILTERS.get(thing, RegisterFilter)
    found = filterset(request.GET, queryset=rows, request=request).qs
    sums = found.sums() if model.SUMS else {}
    of_a_year = "days" in sums and bool(request.GET.get("year"))
    context = {
        "add": f"{thing}.add",
        "title": capfirst(model._meta.verbose_name_plural),
        "sums": sums,
        "sum_row": [(column.label, sums.get(str(column.value))) for column in columns[1:]] if model.SUMS else [],
        "per_head": per_head(sums["days"], sums["teachers"]) if of_a_year else None,
        "reached": found.teachers_with(TARGET_DAYS) if of_a_year else None,
        "target_days": TARGET_DAYS,
        "share_spent": share(sums.get("spent"), sums.get("budget")),
        "create_url": reverse(f"zones:{thing}_create"),
        **verify_many_context(request, thing),
    }
    return list_page(
        request,
        filterset=filterset,
        queryset=rows,
        columns=columns,
        template="zones/register_list.html",
        context=context,
        tally="status",
    )


def verify_many_context(request: HttpRequest, thing: str) -> dict[str, Any]:
    """Where the rows of a list are verified together; no address for whoever may not."""
    can = may(request.user, f"{thing}.verify")
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return {"thing": thing, "verify_url": reverse(f"zones:{thing}_verify_many") + query if can else ""}


def per_head(days: int | None, teachers: int | None) -> Decimal | None:
    """Days a teacher, to one decimal; None without teachers."""
    return (Decimal(days) / teachers).quantize(Decimal("0.1")) if days and teachers else None


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """The part of the whole in per cent, to one decimal; None when there is nothing."""
    return (100 * (part or 0) / whole).quantize(Decimal("0.1")) if whole else None


def register_detail(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    record = get_record(request, thing, pk)
    names = FORMS[thing]._meta.fields
    facts = [
        (label_of(record, name), shown(record, name, request.user)) for name in names if name not in ("zone", "note")
    ]
    context = {"facts": facts, "history": HistoryEntry.objects.of(record), **acts_on(request, record)}
    return render(request, "zones/register_detail.html", context)


def get_record(request: HttpRequest, thing: str, pk: int) -> Any:
    """The record as the person who asks sees it, or 404."""
    rows = MODELS[thing].objects.visible_to(request.user).for_list()
    return get_object_or_404(rows.select_related("zone__college", "organization", "decided_by"), pk=pk)


def acts_on(request: HttpRequest, record: Any) -> dict[str, Any]:
    """The record with what the person who looks may do to it now, and where."""
    thing, status, Status = record.THING, record.status, Verified.Status
    can_verify = may(request.user, f"{thing}.verify", record)
    can_return = may(request.user, f"{thing}.return", record)
    acts = ("update", "verify", "reject", "reopen")
    return {
        "record": record,
        "thing": thing,
        "title": capfirst(record._meta.verbose_name_plural),
        "list_url": reverse(f"zones:{thing}_list"),
        "url": {act: reverse(f"zones:{thing}_{act}", args=[record.pk]) for act in acts},
        "can_change": status != Status.VERIFIED and may(request.user, f"{thing}.change", record),
        "can_verify": status == Status.RECORDED and can_verify,
        "can_reject": status == Status.RECORDED and can_return,
        "can_reopen": status == Status.VERIFIED and can_return,
        "needs_another": status == Status.RECORDED and can_return and not can_verify,
    }


def label_of(record: Any, name: str) -> str:
    return capfirst(record._meta.get_field(name).verbose_name)


def yes_or_no(value: bool) -> str:
    return _("Yes") if value else _("No")


def shown(record: Any, name: str, user: User) -> Any:
    """A field's value as ``user`` reads it: names of students are masked for whoever must not know them."""
    if name == "student":
        return personal.shown(record.student, "name", user)
    display, value = getattr(record, f"get_{name}_display", None), getattr(record, name)
    return display() if display else yes_or_no(value) if isinstance(value, bool) else value


def register_create(request: HttpRequest, thing: str) -> HttpResponse:
    require(request.user, f"{thing}.add")
    record = MODELS[thing]()
    initial = {"zone": request.GET.get("zone"), "date": timezone.localdate()}
    form = FORMS[thing](request.POST or None, instance=record, user=request.user, initial=initial)

    def save() -> Any:
        require(request.user, f"{thing}.add", record)
        return services.save_record(record, by=request.user, now=timezone.now())

    heading = _("Record: %(name)s") % {"name": record._meta.verbose_name}
    return form_page(request, form, save, heading=heading, cancel_url=reverse(f"zones:{thing}_list"))


def register_update(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    record = get_record(request, thing, pk)
    require(request.user, f"{thing}.change", record)
    form = FORMS[thing](request.POST or None, instance=record, user=request.user)
    return form_page(
        request,
        form,
        lambda: services.save_record(record, by=request.user, now=timezone.now()),
        heading=_("Change: %(name)s") % {"name": record._meta.verbose_name},
        back=record,
    )


@require_POST
def record_verify(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    record = get_record(request, thing, pk)
    require(request.user, f"{thing}.verify", record)
    services.verify(record, by=request.user, now=timezone.now(), stamp=request.POST.get("stamp", ""))
    messages.success(request, _("Verified."))
    return redirect(record)


@require_POST
def records_verify(request: HttpRequest, thing: str) -> HttpResponse:
    """Verify the rows that were ticked, or all that were shown, and go back to the same list."""
    require(request.user, f"{thing}.verify")
    shown = {name.removeprefix(f"{thing}-"): value for name, value in request.POST.items()}
    chosen = shown if "all" in request.POST else request.POST.getlist(thing)
    seen = {int(pk): shown.get(pk, "") for pk in chosen if pk.isdecimal() and len(pk) < 19}
    done, changed, own = services.verify_many(MODELS[thing], seen, by=request.user, now=timezone.now())
    if done:
        said = ngettext("%(n)d record verified.", "%(n)d records verified.", len(done))
        messages.success(request, said % {"n": len(done)})
    if changed:
        names = "；".join(str(record) for record in changed)
        messages.warning(request, _("Left out, because changed since you read it: %(names)s") % {"names": names})
    if own:
        names = "；".join(str(record) for record in own)
        messages.warning(request, _("Left out, because you recorded them yourself: %(names)s") % {"names": names})
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse(f"zones:{thing}_list") + query)


def record_reject(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    record = get_record(request, thing, pk)
    require(request.user, f"{thing}.return", record)
    form = WhyForm(request.POST or None, label=_("Why is it rejected?"))
    return form_page(
        request,
        form,
        lambda: services.reject(record, **form.cleaned_data, by=request.user, now=timezone.now()),
        heading=_("Reject “%(record)s”") % {"record": record},
        back=record,
        label=_("Reject"),
    )


def record_reopen(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    record = get_record(request, thing, pk)
    require(request.user, f"{thing}.return", record)
    form = WhyForm(request.POST or None, label=_("Why is it opened again?"))
    return form_page(
        request,
        form,
        lambda: services.reopen(record, **form.cleaned_data, by=request.user),
        heading=_("Open “%(record)s” again") % {"record": record},
        back=record,
        label=_("Open again"),
    )
