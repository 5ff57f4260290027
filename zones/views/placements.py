"""Posts, staff figures and students at work."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from consortium import personal
from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import may, require

from .. import services
from ..compliance import breaches, look
from ..filters.placements import PlacementFilter, PostFilter, StaffCountFilter
from ..forms import EndForm
from ..forms.placements import AttendanceForm, PlacementForm, PostForm, StaffCountForm
from ..models import Attendance, Placement, Post, StaffCount
from .pages import form_page


def post_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        filterset=PostFilter,
        queryset=Post.objects.visible_to(request.user)
        .select_related("enterprise")
        .order_by("enterprise__name", "name"),
        columns=[
            Column(gettext_lazy("Post"), "name", sort="name"),
            Column(gettext_lazy("Enterprise"), "enterprise.name", sort="enterprise__name"),
            Column(gettext_lazy("Staff in this post"), "headcount", sort="headcount", numeric=True),
            Column(gettext_lazy("Monthly pay (yuan)"), "monthly_pay", sort="monthly_pay", numeric=True),
        ],
        template="zones/post_list.html",
    )


def post_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "post.add")
    return _create(request, Post(), PostForm, services.save_post, act="post.add", back="zones:post_list")


def post_update(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(request.user), pk=pk)
    require(request.user, "post.change", post)
    return _update(request, post, PostForm, services.save_post, back="zones:post_list")


def staff_count_list(request: HttpRequest) -> HttpResponse:
    rows = StaffCount.objects.visible_to(request.user).select_related("enterprise")
    return list_page(
        request,
        filterset=StaffCountFilter,
        queryset=rows.order_by("enterprise__name", "-year"),
        columns=[
            Column(gettext_lazy("Enterprise"), "enterprise.name", sort="enterprise__name"),
            Column(gettext_lazy("Year"), "year", sort="year", numeric=True),
            Column(gettext_lazy("Staff"), "people", sort="people", numeric=True),
        ],
        template="zones/staff_count_list.html",
    )


def staff_count_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "staff_count.add")
    count = StaffCount(year=timezone.localdate().year)
    return _create(
        request,
        count,
        StaffCountForm,
        services.save_staff_count,
        act="staff_count.add",
        back="zones:staff_count_list",
    )


def staff_count_update(request: HttpRequest, pk: int) -> HttpResponse:
    count = get_object_or_404(StaffCount.objects.visible_to(request.user), pk=pk)
    require(request.user, "staff_count.change", count)
    return _update(request, count, StaffCountForm, services.save_staff_count, back="zones:staff_count_list")


def _create(request: HttpRequest, obj: Any, form_class: Any, save: Any, *, act: str, back: str) -> HttpResponse:
    form = form_class(request.POST or None, instance=obj, user=request.user)

    def keep() -> Any:
        require(request.user, act, obj)
        return save(obj, by=request.user)

    heading = _("Record: %(name)s") % {"name": obj._meta.verbose_name}
    return form_page(request, form, keep, heading=heading, cancel_url=reverse(back))


def _update(request: HttpRequest, obj: Any, form_class: Any, save: Any, *, back: str) -> HttpResponse:
    form = form_class(request.POST or None, instance=obj, user=request.user)
    heading = _("Change: %(name)s") % {"name": obj._meta.verbose_name}
    return form_page(request, form, lambda: save(obj, by=request.user), heading=heading, cancel_url=reverse(back))


def placement_list(request: HttpRequest) -> HttpResponse:
    """On the page students as one may read them, in the file always masked."""
    return list_page(
        request,
        filterset=PlacementFilter,
        queryset=Placement.objects.visible_to(request.user).for_list(request.user),
        columns=[
            Column(gettext_lazy("Student"), partial(_masked_student)),
            Column(gettext_lazy("Enterprise"), "enterprise.name", sort="post__enterprise__name"),
            Column(gettext_lazy("Post"), "post.name", sort="post__name"),
            Column(gettext_lazy("Zone"), "zone.name", sort="zone__name"),
            Column(gettext_lazy("First day"), "starts_on", sort="starts_on"),
            Column(gettext_lazy("Last day"), "ends_on", sort="ends_on"),
            Column(gettext_lazy("Pay (yuan)"), "monthly_pay", sort="monthly_pay", numeric=True),
        ],
        template="zones/placement_list.html",
    )


def _masked_student(placement: Placement) -> str:
    return f"{personal.masked(placement.student, 'name')}（{personal.masked(placement.student, 'number')}）"


def get_placement(request: HttpRequest, pk: int) -> Placement:
    """The placement as the person who asks sees it, or 404."""
    return get_object_or_404(Placement.objects.visible_to(request.user).for_list(request.user), pk=pk)


def placement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    placement = get_placement(request, pk)
    today = timezone.localdate()
    form = AttendanceForm(request.POST or None, initial={"date": today})
    if request.method == "POST":
        require(request.user, "attendance.add", placement)

        def save() -> None:
            services.save_attendance(placement, **form.cleaned_data, by=request.user, today=today)

        if form.is_valid() and accepted(form, save):
            messages.success(request, _("Recorded."))
            return redirect(placement)
    context = {
        "placement": placement,
        "days": placement.attendance.select_related("recorded_by")[:62],
        "breaches": look(breaches(request.user, pk=placement.pk), request.user),
        "form": form,
        "can_add": may(request.user, "attendance.add", placement),
        "history": HistoryEntry.objects.of(placement),
    }
    return render(request, "zones/placement_detail.html", context)


def placement_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "placement.add")
    placement = Placement()
    form = PlacementForm(request.POST or None, instance=placement, user=request.user, initial=request.GET.dict())

    def save() -> Placement:
        require(request.user, "placement.add", placement)
        return services.save_placement(placement, by=request.user)

    back = reverse("zones:placement_list")
    return form_page(request, form, save, heading=_("Place a student in a post"), cancel_url=back)


def placement_update(request: HttpRequest, pk: int) -> HttpResponse:
    placement = get_placement(request, pk)
    require(request.user, "placement.change", placement)
    form = PlacementForm(request.POST or None, instance=placement, user=request.user)
    return form_page(
        request,
        form,
        lambda: services.save_placement(placement, by=request.user),
        heading=_("Change: %(name)s") % {"name": placement},
        back=placement,
    )


def placement_end(request: HttpRequest, pk: int) -> HttpResponse:
    placement = get_placement(request, pk)
    require(request.user, "placement.change", placement)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: services.end_placement(placement, on=form.cleaned_data["on"], by=request.user),
        heading=_("End the placement"),
        back=placement,
        label=_("End the placement"),
    )


@require_POST
def attendance_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Attendance.objects.visible_to(request.user).select_related("placement__zone"), pk=pk)
    require(request.user, "attendance.change", row)
    services.remove_attendance(row, by=request.user)
    return redirect(row.placement)
