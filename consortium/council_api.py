"""Meetings, their items, written opinions and resolutions, with the refusals of the pages."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from .api import KeptViewSet, ScopedViewSet
from .council_serializers import (
    AgendaItemSerializer,
    AnswerSerializer,
    ChoiceSerializer,
    CloseSerializer,
    ComingSerializer,
    MeetingSerializer,
    NoteSerializer,
    OpinionSerializer,
    PresentSerializer,
    ReportedSerializer,
    ResolutionSerializer,
    VoteSerializer,
)
from .filters.meetings import AgendaItemFilter, MeetingFilter, OpinionFilter, ResolutionFilter
from .models import Affiliation, AgendaItem, Meeting, Opinion, Resolution
from .permissions import require
from .serializers import ReturnSerializer
from .services import agenda, meetings


class Steps(KeptViewSet):
    """What these four share: asking the table of permissions, reading a body, answering with the record anew."""

    def may(self, act: str) -> Any:
        obj = self.get_object()
        require(self.request.user, f"{self.thing}.{act}", obj)
        return obj

    def read(self, serializer: type[Any]) -> dict[str, Any]:
        given = serializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data

    def answer_with(self, obj: Any) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=obj.pk)).data)


class MeetingViewSet(Steps, ScopedViewSet):
    model, thing = Meeting, "meeting"
    serializer_class = MeetingSerializer
    filterset_class = MeetingFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("council").prefetch_related("called__seat__organization")

    def insert(self, data: dict[str, Any]) -> Meeting:
        return meetings.add_meeting(Meeting(**data), by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        if data.get("council", obj.council) != obj.council:
            raise exceptions.ValidationError({"council": [_("A meeting stays with its council.")]})
        for name, value in data.items():
            setattr(obj, name, value)
        meetings.change_meeting(obj, by=self.request.user, now=timezone.now())

    @extend_schema(request=AgendaItemSerializer, responses={201: AgendaItemSerializer})
    @action(detail=True, methods=["post"])
    def items(self, request: Request, pk: str) -> Response:
        """Add an item to the agenda of a meeting in preparation."""
        meeting = self.may("change")
        given = AgendaItemSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        item = meetings.save_item(AgendaItem(meeting=meeting, **given.validated_data), by=request.user)
        return Response(AgendaItemSerializer(item).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def call(self, request: Request, pk: str) -> Response:
        """Call the seats. 409 names each item on money, IP or a contract that does not say its terms."""
        meeting = self.may("move")
        meetings.call_meeting(meeting, by=request.user, now=timezone.now())
        return self.answer_with(meeting)

    @extend_schema(request=ReturnSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def papers(self, request: Request, pk: str) -> Response:
        """Send the papers that are there; late ones need a reason."""
        meeting, data = self.may("move"), self.read(ReturnSerializer)
        meetings.send_papers(meeting, **data, by=request.user, now=timezone.now())
        return self.answer_with(meeting)

    @extend_schema(request=ReturnSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel, with a reason."""
        meeting, data = self.may("move"), self.read(ReturnSerializer)
        meetings.cancel_meeting(meeting, **data, by=request.user, now=timezone.now())
        return self.answer_with(meeting)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="read", url_name="read-papers")
    def read_papers(self, request: Request, pk: str) -> Response:
        """Confirm for one's seat that the papers have been read."""
        meeting = self.may("read")
        seat = meetings.speaking_seat(meeting, request.user)
        meetings.confirm_papers(meeting, seat, by=request.user, now=timezone.now())
        return self.answer_with(meeting)

    @extend_schema(request=ComingSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def coming(self, request: Request, pk: str) -> Response:
        """Say whether one's seat will come."""
        meeting, data = self.may("read"), self.read(ComingSerializer)
        meetings.answer_call(meeting, meetings.speaking_seat(meeting, request.user), **data, by=request.user)
        return self.answer_with(meeting)

    @extend_schema(request=PresentSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def present(self, request: Request, pk: str) -> Response:
        """Write which of the called seats are present."""
        meeting, data = self.may("change"), self.read(PresentSerializer)
        if set(data["seats"]) - set(meeting.called.values_list("seat", flat=True)):
            raise exceptions.ValidationError({"seats": [_("This seat was not called to the meeting.")]})
        meetings.set_present(meeting, data["seats"], by=request.user)
        return self.answer_with(meeting)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, pk: str) -> Response:
        """Begin, with a quorum."""
        meeting = self.may("move")
        meetings.open_session(meeting, by=request.user, now=timezone.now())
        return self.answer_with(meeting)

    @extend_schema(request=CloseSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End the session and hand in the minutes; ``minutes`` replaces what was written."""
        meeting, data = self.may("move"), self.read(CloseSerializer)
        if data["minutes"]:
            meetings.write_minutes(meeting, data["minutes"], by=request.user)
        meetings.close_session(meeting, by=request.user, now=timezone.now())
        return self.answer_with(meeting)

    @extend_schema(request=ReturnSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Return the minutes, with a reason."""
        meeting, data = self.may("return"), self.read(ReturnSerializer)
        meetings.return_minutes(meeting, **data, by=request.user)
        return self.answer_with(meeting)

    @extend_schema(request=NoteSerializer, responses=MeetingSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve the minutes; who does not speak for the chair says in ``note`` how the chair did."""
        meeting, data = self.may("accept"), self.read(NoteSerializer)
        meetings.approve_minutes(meeting, **data, by=request.user, now=timezone.now())
        return self.answer_with(meeting)


class AgendaItemViewSet(Steps):
    """Items are added at their meeting."""

    model, thing = AgendaItem, "agenda_item"
    serializer_class = AgendaItemSerializer
    filterset_class = AgendaItemFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("meeting__council", "proposed_by__organization")

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        for name, value in data.items():
            setattr(obj, name, value)
        meetings.save_item(obj, by=self.request.user)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="open-vote")
    def open_vote(self, request: Request, pk: str) -> Response:
        """Put a decision to the vote: a quorum, and no objection without an answer."""
        item = self.may("move")
        agenda.open_vote(item, by=request.user)
        return self.answer_with(item)

    @extend_schema(request=ChoiceSerializer, responses=AgendaItemSerializer)
    @action(detail=True, methods=["post"])
    def vote(self, request: Request, pk: str) -> Response:
        """Vote for one's seat."""
        item, data = self.may("vote"), self.read(ChoiceSerializer)
        seat = meetings.speaking_seat(item.meeting, request.user)
        agenda.cast_vote(item, seat, **data, by=request.user, by_hand=False, now=timezone.now())
        return self.answer_with(item)

    @extend_schema(request=VoteSerializer, responses=AgendaItemSerializer)
    @action(detail=True, methods=["post"])
    def votes(self, request: Request, pk: str) -> Response:
        """Record the vote of a seat by hand."""
        item, data = self.may("move"), self.read(VoteSerializer)
        row = item.meeting.called.select_related("seat__organization").filter(seat=data["seat"]).first()
        if row is None:
            raise exceptions.ValidationError({"seat": [_("This seat was not called to the meeting.")]})
        agenda.cast_vote(item, row.seat, data["choice"], by=request.user, by_hand=True, now=timezone.now())
        return self.answer_with(item)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="close-vote")
    def close_vote(self, request: Request, pk: str) -> Response:
        """Count the votes of all seats that are present."""
        item = self.may("move")
        agenda.close_vote(item, by=request.user)
        return self.answer_with(item)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def treat(self, request: Request, pk: str) -> Response:
        """Information was taken note of, a matter was discussed."""
        item = self.may("move")
        agenda.treat_item(item, by=request.user)
        return self.answer_with(item)

    @extend_schema(request=ReturnSerializer, responses=AgendaItemSerializer)
    @action(detail=True, methods=["post"])
    def defer(self, request: Request, pk: str) -> Response:
        """Leave the item for another meeting, with a reason."""
        item, data = self.may("move"), self.read(ReturnSerializer)
        agenda.defer_item(item, **data, by=request.user)
        return self.answer_with(item)


class OpinionViewSet(Steps, ScopedViewSet):
    model, thing = Opinion, "opinion"
    serializer_class = OpinionSerializer
    filterset_class = OpinionFilter
    http_method_names = ["get", "post", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()  # type: ignore[attr-defined]

    def insert(self, data: dict[str, Any]) -> Opinion:
        user, item = self.request.user, data["item"]
        require(user, "opinion.add", item)
        if user.affiliation.role != Affiliation.Role.SECRETARIAT:
            data["seat"] = meetings.speaking_seat(item.meeting, user)
        elif "seat" not in data:
            raise exceptions.ValidationError({"seat": [_("Whose opinion came on paper.")]})
        return agenda.add_opinion(Opinion(**data), by=user, now=timezone.now())

    @extend_schema(request=AnswerSerializer, responses=OpinionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Answer an opinion, and say whether it is taken up."""
        opinion, data = self.may("answer"), self.read(AnswerSerializer)
        agenda.answer_opinion(opinion, **data, by=request.user, now=timezone.now())
        return self.answer_with(opinion)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take an opinion back before it is answered."""
        opinion = self.may("take")
        agenda.withdraw_opinion(opinion, by=request.user, now=timezone.now())
        return self.answer_with(opinion)


class ResolutionViewSet(Steps, ScopedViewSet):
    model, thing = Resolution, "resolution"
    serializer_class = ResolutionSerializer
    filterset_class = ResolutionFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list()  # type: ignore[attr-defined]

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require(request.user, "agenda_item.change")
        return super(ScopedViewSet, self).create(request, *args, **kwargs)

    def insert(self, data: dict[str, Any]) -> Resolution:
        require(self.request.user, "agenda_item.change", data["item"])
        return agenda.save_resolution(Resolution(**data), by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        for name, value in data.items():
            setattr(obj, name, value)
        agenda.save_resolution(obj, by=self.request.user)

    @extend_schema(request=ReportedSerializer, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str) -> Response:
        """Report that it is carried out."""
        resolution, data = self.may("submit"), self.read(ReportedSerializer)
        agenda.report_resolution(resolution, **data, by=request.user, today=timezone.localdate())
        return self.answer_with(resolution)


routes = [
    ("meetings", MeetingViewSet),
    ("agenda-items", AgendaItemViewSet),
    ("opinions", OpinionViewSet),
    ("resolutions", ResolutionViewSet),
]
