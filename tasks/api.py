from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from consortium.api import ScopedViewSet
from consortium.permissions import require
from consortium.services import save_changes

from .filters import MilestoneFilter, PlanFilter, ProgressFilter, SupervisionFilter, TargetFilter, TaskFilter
from .models import Milestone, Plan, Progress, Supervision, Target, Task
from .serializers import (
    AskAgainSerializer,
    CommentSerializer,
    CopySerializer,
    MergeSerializer,
    MilestoneSerializer,
    MoveSerializer,
    PlanSerializer,
    ProgressSerializer,
    SplitSerializer,
    SupervisionSerializer,
    TargetSerializer,
    TaskSerializer,
    UrgedAnswerSerializer,
)
from .services import (
    add_targets,
    answer_supervision,
    ask_again,
    close_supervision,
    confirm_progress,
    copy_plan,
    merge_tasks,
    move_task,
    next_title,
    refuse_confirmed,
    refuse_silent_move,
    report_progress,
    return_progress,
    split_task,
    urge,
)
from .words import due_date


class PlanViewSet(ScopedViewSet):
    model, thing = Plan, "plan"
    serializer_class = PlanSerializer
    filterset_class = PlanFilter

    def insert(self, data: dict[str, Any]) -> Any:
        return super().insert({**data, "consortium": self.request.user.affiliation.consortium})

    @extend_schema(request=CopySerializer, responses={201: PlanSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str) -> Response:
        """The next year's plan, with what is not finished."""
        plan = self.get_object()
        require(request.user, "plan.add")
        sent = _sent(CopySerializer, self)
        title = sent.pop("title", "") or next_title(plan, sent["year"])
        new = copy_plan(plan, title=title, by=request.user, **sent)
        return Response(self.get_serializer(new).data, status=status.HTTP_201_CREATED)


class TaskViewSet(ScopedViewSet):
    model, thing = Task, "task"
    serializer_class = TaskSerializer
    filterset_class = TaskFilter

    @extend_schema(request=MoveSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Put the task where the one with the number ``to`` stands."""
        task = self._to_change()
        move_task(task, by=request.user, **_sent(MoveSerializer, self))
        return self._as_it_stands(task)

    @extend_schema(request=SplitSerializer, responses={201: TaskSerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        """Make a second task of what is named; answers the new one."""
        task = self._to_change()
        new = split_task(task, by=request.user, **_sent(SplitSerializer, self))
        return Response(self.get_serializer(new).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MergeSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Take another task of the same plan into this one."""
        task = self._to_change()
        sent = {"goal": task.goal, "explanation": task.explanation} | _sent(MergeSerializer, self)
        merge_tasks(task, sent.pop("task"), texts={}, by=request.user, **sent)
        return self._as_it_stands(task)

    def _to_change(self) -> Task:
        task = self.get_object()
        require(self.request.user, "task.change", task)
        return task

    def _as_it_stands(self, task: Task) -> Response:
        task.refresh_from_db()
        return Response(self.get_serializer(task).data)


def _sent(body: type[Serializer], view: ScopedViewSet) -> dict[str, Any]:
    """What was sent to an action, checked."""
    sent = body(data=view.request.data, context=view.get_serializer_context())
    sent.is_valid(raise_exception=True)
    return sent.validated_data


class MilestoneViewSet(ScopedViewSet):
    model, thing = Milestone, "milestone"
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.with_progress()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Any:
        data.pop("reason", None)
        due = due_date(data["text"], data["task"].plan.year, data["quarter"])
        return super().insert({"due": due, **data})

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        refuse_confirmed(obj)
        reason = data.pop("reason", "")
        refuse_silent_move(obj.due, data.get("due", obj.due), reason)
        save_changes(obj, by=self.request.user, reason=reason, **data)


class TargetViewSet(ScopedViewSet):
    model, thing = Target, "target"
    serializer_class = TargetSerializer
    filterset_class = TargetFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.with_figures()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Target:
        return add_targets(data["task"], [Target(**data)], by=self.request.user)[0]


class ProgressViewSet(ScopedViewSet):
    """Reports are added and answered, never altered."""

    model, thing = Progress, "progress"
    serializer_class = ProgressSerializer
    filterset_class = ProgressFilter
    http_method_names = ["get", "post", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("by", "milestone__task").prefetch_related("figures")

    def insert(self, data: dict[str, Any]) -> Progress:
        require(self.request.user, "progress.add", data["milestone"])
        if month := data.pop("month", None):
            data["month"] = month.replace(day=1)
        data["figures"] = [(one["target"], one["value"]) for one in data.pop("figures", [])]
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


class SupervisionViewSet(ScopedViewSet):
    """The bureau urges a milestone; the unit answers; the bureau closes it or asks again."""

    model, thing = Supervision, "supervision"
    serializer_class = SupervisionSerializer
    filterset_class = SupervisionFilter
    http_method_names = ["get", "post", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Supervision:
        return urge([data.pop("milestone")], by=self.request.user, now=timezone.now(), **data)[0]

    @extend_schema(request=UrgedAnswerSerializer, responses=SupervisionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        return self._act(request, "supervision.answer", UrgedAnswerSerializer, answer_supervision)

    @extend_schema(request=CommentSerializer, responses=SupervisionSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        return self._act(request, "supervision.review", CommentSerializer, close_supervision)

    @extend_schema(request=AskAgainSerializer, responses=SupervisionSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        return self._act(request, "supervision.review", AskAgainSerializer, ask_again)

    def _act(self, request: Request, act: str, body: type[Serializer], service: Any) -> Response:
        supervision = self.get_object()
        require(request.user, act, supervision)
        sent = body(data=request.data)
        sent.is_valid(raise_exception=True)
        service(supervision, by=request.user, now=timezone.now(), **sent.validated_data)
        return Response(self.get_serializer(supervision).data)


routes = [
    ("plans", PlanViewSet),
    ("tasks", TaskViewSet),
    ("milestones", MilestoneViewSet),
    ("targets", TargetViewSet),
    ("progress", ProgressViewSet),
    ("supervisions", SupervisionViewSet),
]
