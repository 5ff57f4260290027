from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from consortium.api import ScopedViewSet
from consortium.permissions import require

from . import services
from .filters import ClassFilter, EnrollmentFilter, HourFilter, ModuleFilter, ProjectFilter, ZoneFilter
from .filters.outcomes import OutcomeFilter
from .models import Enrollment, HourEntry, InnovationClass, Outcome, Project, ProjectModule, Zone
from .serializers import (
    CorrectionSerializer,
    EnrollmentSerializer,
    HourEntrySerializer,
    InnovationClassSerializer,
    OutcomeSerializer,
    ProjectModuleSerializer,
    ProjectSerializer,
    ReasonSerializer,
    ZoneSerializer,
)


class ZoneViewSet(ScopedViewSet):
    model, thing = Zone, "zone"
    serializer_class = ZoneSerializer
    filterset_class = ZoneFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list(self.request.user).with_charter()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Zone:
        affiliation = self.request.user.affiliation
        zone = Zone(**data, consortium=affiliation.consortium, college=affiliation.organization)
        return services.save_zone(zone, by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        services.save_zone(_with(obj, data), by=self.request.user)


class InnovationClassViewSet(ScopedViewSet):
    model, thing = InnovationClass, "class"
    serializer_class = InnovationClassSerializer
    filterset_class = ClassFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> InnovationClass:
        innovation_class = InnovationClass(**data)
        require(self.request.user, "class.add", innovation_class)
        return services.save_class(innovation_class, by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        services.save_class(_with(obj, data), by=self.request.user)


class EnrollmentViewSet(ScopedViewSet):
    model, thing = Enrollment, "enrollment"
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list(self.request.user)  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Enrollment:
        require(self.request.user, "enrollment.add", data["innovation_class"])
        return services.place(data["student"], data["innovation_class"], on=data["enrolled_on"], by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        """Only the day of leaving can be set; who was placed where and when is history."""
        if not data.get("left_on"):
            raise ValidationError({"left_on": [_("Give the day on which the student leaves.")]})
        services.leave(obj, on=data["left_on"], today=timezone.localdate(), by=self.request.user)


class DeliveredViewSet(ScopedViewSet):
    """What the college delivers and the enterprise accepts or returns."""

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> Response:
        """Hand it over to the enterprise, for the first time or again."""
        work: Any = self.get_object()
        services.deliver(work, by=request.user, now=timezone.now())
        return Response(self.get_serializer(work).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept for the enterprise what was delivered."""
        work: Any = self.get_object()
        services.accept(work, by=request.user, now=timezone.now())
        return Response(self.get_serializer(work).data)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Return for the enterprise what was delivered, with a reason."""
        work: Any = self.get_object()
        require(request.user, f"{self.thing}.return", work)
        services.give_back(work, reason=_reason(request), by=request.user, now=timezone.now())
        return Response(self.get_serializer(work).data)


class ProjectViewSet(DeliveredViewSet):
    model, thing = Project, "project"
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Project:
        project = Project(**data)
        require(self.request.user, "project.add", project)
        return services.save_project(project, by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        services.save_project(_with(obj, data), by=self.request.user)


class ProjectModuleViewSet(DeliveredViewSet):
    model, thing = ProjectModule, "module"
    serializer_class = ProjectModuleSerializer
    filterset_class = ModuleFilter
    http_method_names = ["get", "post", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("project__zone")

    def insert(self, data: dict[str, Any]) -> ProjectModule:
        module = ProjectModule(**data)
        require(self.request.user, "module.add", module)
        return services.add_module(module, by=self.request.user)


class HourEntryViewSet(ScopedViewSet):
    model, thing = HourEntry, "hours"
    serializer_class = HourEntrySerializer
    filterset_class = HourFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> HourEntry:
        return services.log_hours(HourEntry(**data), by=self.request.user, today=timezone.localdate())

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        services.log_hours(_with(obj, data), by=self.request.user, today=timezone.localdate())

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        services.delete_hours([self.get_object()], by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=HourEntrySerializer(many=True), responses={201: HourEntrySerializer(many=True)})
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def bulk(self, request: Request) -> Response:
        """Log a list of entries, all or nothing; 400 lists the errors of every row, {} for a sound one."""
        require(request.user, "hours.add")
        if not isinstance(request.data, list):
            raise ValidationError({"non_field_errors": [_("Send a list of entries.")]})
        today = timezone.localdate()
        serializer = self.get_serializer()
        entries: dict[int, HourEntry] = {}
        errors: list[dict[str, Any]] = [{} for _row in request.data]
        for index, row in enumerate(request.data):
            try:
                entries[index] = HourEntry(**serializer.run_validation(row))
            except ValidationError as error:
                errors[index] = as_serializer_error(error)
        try:
            if any(errors):
                raise services.BadRows(services.hour_errors(list(entries.values()), today=today))
            saved = services.save_hours(list(entries.values()), by=request.user, today=today)
        except services.BadRows as bad:
            for index, found in zip(entries, bad.as_lists(), strict=True):
                errors[index] = found
            return Response(errors, status=status.HTTP_400_BAD_REQUEST)
        return Response(self.get_serializer(saved, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=HourEntrySerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Hand the entry to the other side."""
        entry = self.get_object()
        services.submit_many([entry], by=request.user)
        return Response(self.get_serializer(entry).data)

    @extend_schema(request=None, responses=HourEntrySerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Countersign the other side's entry; from then on it is locked."""
        entry = self.get_object()
        services.approve_many([entry], by=request.user)
        return Response(self.get_serializer(entry).data)

    @extend_schema(request=ReasonSerializer, responses=HourEntrySerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Return the other side's entry with a reason."""
        entry = self.get_object()
        require(request.user, "hours.return", entry)
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.return_many([entry], reason=asked.validated_data["reason"], by=request.user)
        return Response(self.get_serializer(entry).data)

    @extend_schema(request=CorrectionSerializer, responses={201: HourEntrySerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """File a correction of an approved entry: the right figure and why. Answers the new entry, which waits."""
        entry = self.get_object()
        require(request.user, "hours.correct", entry)
        asked = CorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        correction = services.correct_hours(entry, **asked.validated_data, by=request.user, today=timezone.localdate())
        return Response(self.get_serializer(correction).data, status=status.HTTP_201_CREATED)


class OutcomeViewSet(ScopedViewSet):
    model, thing = Outcome, "outcome"
    serializer_class = OutcomeSerializer
    filterset_class = OutcomeFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("zone__college").prefetch_related("students", "teachers")

    def insert(self, data: dict[str, Any]) -> Outcome:
        people = {name: data.pop(name, []) for name in ("students", "teachers")}
        outcome = Outcome(**data)
        require(self.request.user, "outcome.add", outcome)
        return services.save_outcome(outcome, **people, by=self.request.user, now=timezone.now())

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        people = {name: data.pop(name, list(getattr(obj, name).all())) for name in ("students", "teachers")}
        services.save_outcome(_with(obj, data), **people, by=self.request.user, now=timezone.now())
        obj.refresh_from_db()

    @extend_schema(request=None, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Confirm somebody else's record."""
        outcome = self.get_object()
        require(request.user, "outcome.verify", outcome)
        services.verify(outcome, by=request.user, now=timezone.now())
        return Response(self.get_serializer(outcome).data)

    @extend_schema(request=ReasonSerializer, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Turn a record down with a reason."""
        outcome = self.get_object()
        require(request.user, "outcome.return", outcome)
        services.reject(outcome, reason=_reason(request), by=request.user, now=timezone.now())
        return Response(self.get_serializer(outcome).data)

    @extend_schema(request=ReasonSerializer, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a verification back, with a reason."""
        outcome = self.get_object()
        require(request.user, "outcome.return", outcome)
        services.reopen(outcome, reason=_reason(request), by=request.user)
        return Response(self.get_serializer(outcome).data)


def _reason(request: Request) -> str:
    asked = ReasonSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data["reason"]


def _with(obj: Any, data: dict[str, Any]) -> Any:
    for name, value in data.items():
        setattr(obj, name, value)
    return obj


routes = [
    ("zones", ZoneViewSet),
    ("classes", InnovationClassViewSet),
    ("enrollments", EnrollmentViewSet),
    ("projects", ProjectViewSet),
    ("modules", ProjectModuleViewSet),
    ("hours", HourEntryViewSet),
    ("outcomes", OutcomeViewSet),
]
