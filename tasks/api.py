from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from consortium.api import ScopedViewSet
from consortium.permissions import require

from .filters import MilestoneFilter, PlanFilter, ProgressFilter, TaskFilter
from .models import Milestone, Plan, Progress, Task
from .serializers import CommentSerializer, MilestoneSerializer, PlanSerializer, ProgressSerializer, TaskSerializer
from .services import confirm_progress, refuse_confirmed, report_progress, return_progress
from .words import due_date


class PlanViewSet(ScopedViewSet):
    model, thing = Plan, "plan"
    serializer_class = PlanSerializer
    filterset_class = PlanFilter

    def insert(self, data: dict[str, Any]) -> Any:
        return super().insert({**data, "consortium": self.request.user.affiliation.consortium})


class TaskViewSet(ScopedViewSet):
    model, thing = Task, "task"
    serializer_class = TaskSerializer
    filterset_class = TaskFilter


class MilestoneViewSet(ScopedViewSet):
    model, thing = Milestone, "milestone"
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.with_progress()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Any:
        due = due_date(data["text"], data["task"].plan.year, data["quarter"])
        return super().insert({"due": due, **data})

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        refuse_confirmed(obj)
        super().change(obj, data)


class ProgressViewSet(ScopedViewSet):
    """Reports are added and answered, never altered."""

    model, thing = Progress, "progress"
    serializer_class = ProgressSerializer
    filterset_class = ProgressFilter
    http_method_names = ["get", "post", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("by", "milestone__task")

    def insert(self, data: dict[str, Any]) -> Progress:
        require(self.request.user, "progress.add", data["milestone"])
        if month := data.pop("month", None):
            data["month"] = month.replace(day=1)
        return report_progress(data.pop("milestone"), by=self.request.user, now=timezone.now(), **data)

    @extend_schema(request=CommentSerializer, responses=ProgressSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        return self._answer(request, confirm_progress)

    @extend_schema(request=CommentSerializer, responses=ProgressSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        return self._answer(request, return_progress)

    def _answer(self, request: Request, act: Any) -> Response:
        progress = self.get_object()
        require(request.user, "progress.review", progress.milestone)
        comment = CommentSerializer(data=request.data)
        comment.is_valid(raise_exception=True)
        act(progress, by=request.user, now=timezone.now(), **comment.validated_data)
        return Response(self.get_serializer(progress).data, status=status.HTTP_200_OK)


routes = [
    ("plans", PlanViewSet),
    ("tasks", TaskViewSet),
    ("milestones", MilestoneViewSet),
    ("progress", ProgressViewSet),
]
