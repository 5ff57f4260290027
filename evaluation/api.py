from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from consortium.api import ScopedViewSet
from consortium.permissions import require

from . import services
from .evidence import lines_of
from .filters import EvaluationFilter, IndicatorFilter, SchemeFilter
from .models import Evaluation, Indicator, Objection, Reviewer, Scheme, Score, SelfAssessment
from .serializers import (
    AskForMoreSerializer,
    AssessmentDueSerializer,
    EvaluationSerializer,
    EvidenceCheckSerializer,
    FindingSerializer,
    GivenReasonSerializer,
    IndicatorSerializer,
    ObjectionAnswerSerializer,
    ObjectionSerializer,
    OpenSerializer,
    ResultSerializer,
    ReviewerSerializer,
    SchemeSerializer,
    ScoreSerializer,
    SelfAssessmentSerializer,
    StandingSerializer,
    TalkSerializer,
)


class SchemeViewSet(ScopedViewSet):
    model, thing = Scheme, "scheme"
    serializer_class = SchemeSerializer
    filterset_class = SchemeFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.prefetch_related("bands")

    def insert(self, data: dict[str, Any]) -> Scheme:
        scheme = Scheme(**data, consortium=self.request.user.affiliation.consortium)
        return services.create_scheme(scheme, by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        services.change_scheme(obj, by=self.request.user, **data)

    @extend_schema(request=None, responses=SchemeSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Put the draft in force and freeze it."""
        scheme = self.get_object()
        require(request.user, "scheme.change", scheme)
        services.publish_scheme(scheme, by=request.user, now=timezone.now())
        return Response(self.get_serializer(scheme).data)


class IndicatorViewSet(ScopedViewSet):
    model, thing = Indicator, "indicator"
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("scheme")

    def insert(self, data: dict[str, Any]) -> Indicator:
        return services.create_indicator(Indicator(**data), by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        services.change_indicator(obj, by=self.request.user, **data)


class EvaluationViewSet(ScopedViewSet):
    model, thing = Evaluation, "evaluation"
    serializer_class = EvaluationSerializer
    filterset_class = EvaluationFilter
    http_method_names = ["get", "post", "head", "options"]

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("zone", "scheme")

    @extend_schema(request=OpenSerializer, responses={201: EvaluationSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open the evaluation of a zone by the year's scheme in force."""
        require(request.user, "evaluation.add")
        data = self._read(OpenSerializer)
        in_force = Scheme.objects.visible_to(request.user).in_force(data["year"])
        if in_force is None:
            raise ValidationError({"year": _("No scheme of this year is in force.")})
        evaluation = services.open_evaluation(data["zone"], in_force, by=request.user, today=timezone.localdate())
        return Response(self.get_serializer(evaluation).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ResultSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def result(self, request: Request, pk: str) -> Response:
        """The result, from publicity on."""
        evaluation = self.get_object()
        if evaluation.result is None:
            raise Http404
        return Response({**evaluation.result, "sha256": evaluation.sha256})

    @extend_schema(responses=StandingSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def standing(self, request: Request, pk: str) -> Response:
        """Where the result stands among those of its year by the same scheme now, and how firm the rank is."""
        evaluation = self.get_object()
        if evaluation.result is None:
            raise Http404
        return Response(StandingSerializer(services.standing(evaluation)).data)

    @extend_schema(request=AssessmentDueSerializer, responses=EvaluationSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Hand the evaluation to the college for its self-assessment, with a last day or without."""
        evaluation = self._allowed("evaluation.change")
        data = self._read(AssessmentDueSerializer)
        services.start_self_assessment(evaluation, **data, by=request.user, today=timezone.localdate())
        return Response(self.get_serializer(evaluation).data)

    @extend_schema(request=AskForMoreSerializer, responses=EvaluationSerializer)
    @action(detail=True, methods=["post"])
    def ask_for_more(self, request: Request, pk: str) -> Response:
        """Give the self-assessment back to the college during the review; sheets that were submitted are open again."""
        evaluation = self._allowed("evaluation.change")
        data = self._read(AskForMoreSerializer)
        services.ask_for_more(evaluation, **data, by=request.user, today=timezone.localdate())
        return Response(self.get_serializer(evaluation).data)

    @extend_schema(request=SelfAssessmentSerializer(many=True), responses=SelfAssessmentSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def self_assessment(self, request: Request, pk: str) -> Response:
        """The college's own view of every weighted indicator. A college sends any of them, each as a whole: what an
        entry leaves out is emptied. All or nothing; 400 lists the errors of every entry, {} for a sound one."""
        evaluation = self.get_object()
        if request.method == "POST":
            require(request.user, "evaluation.assess", evaluation)
            with self._sheet(evaluation, SelfAssessmentSerializer, chosen="is_chosen", score="self_score") as rows:
                said = [services.Assessed(**row) for row in rows]
                services.save_self_assessment(evaluation, said, by=request.user)
        said = evaluation.self_assessments.select_related("indicator")
        return Response(SelfAssessmentSerializer(said, many=True).data)

    @extend_schema(responses=EvidenceCheckSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def evidence(self, request: Request, pk: str) -> Response:
        """The records and files behind the indicators, and what is doubtful about them; 404 for who may not see it."""
        evaluation = self.get_object()
        if not SelfAssessment.objects.visible_to(request.user).filter(evaluation=evaluation).exists():
            raise Http404
        lines = lines_of(evaluation, by=request.user).values()
        return Response(
            {
                "evidence": [row for line in lines for row in line.as_rows()],
                "flags": [
                    {
                        "number": line.said.indicator.number,
                        "kind": flag.kind.value,
                        "sentence": flag.sentence,
                        "dismissed": flag.dismissed.reason if flag.dismissed else "",
                    }
                    for line in lines
                    for flag in line.flags
                ],
            }
        )

    @extend_schema(request=None, responses=EvaluationSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Submit the self-assessment; the review begins."""
        evaluation = self._allowed("evaluation.assess")
        services.submit_self_assessment(evaluation, by=request.user, today=timezone.localdate())
        return Response(self.get_serializer(evaluation).data)

    @extend_schema(request=ReviewerSerializer, responses=ReviewerSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def reviewers(self, request: Request, pk: str) -> Response:
        """Those reviewers that one may know, and their sides. The secretariat adds experts; who must avoid the zone is
        refused."""
        evaluation = self.get_object()
        if request.method == "POST":
            require(request.user, "evaluation.change", evaluation)
            services.assign_reviewer(evaluation, **self._read(ReviewerSerializer), by=request.user)
        rows = Reviewer.objects.visible_to(request.user).filter(evaluation=evaluation)
        return Response(ReviewerSerializer(rows.select_related("person"), many=True).data)

    @extend_schema(request=ScoreSerializer(many=True), responses=ScoreSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def scores(self, request: Request, pk: str) -> Response:
        """The single scores that one may see. A reviewer sends any of one's own; a score of null takes one back.
        All or nothing; 400 lists the errors of every entry, {} for a sound one."""
        evaluation = self.get_object()
        if request.method == "POST":
            reviewer = self._own_review(evaluation)
            with self._sheet(evaluation, ScoreSerializer) as rows:
                services.save_scores(reviewer, [services.Given(**row) for row in rows], by=request.user)
        rows = Score.objects.visible_to(request.user).filter(reviewer__evaluation=evaluation)
        return Response(ScoreSerializer(rows.select_related("reviewer__person"), many=True).data)

    @extend_schema(request=TalkSerializer, responses=TalkSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def talks(self, request: Request, pk: str) -> Response:
        """What the reviewers said of indicators that they scored far apart. The secretariat records it."""
        evaluation = self._allowed("evaluation.change")
        if request.method == "POST":
            services.record_talk(evaluation, **self._read(TalkSerializer), by=request.user)
        return Response(TalkSerializer(evaluation.talks.all(), many=True).data)

    @extend_schema(request=None, responses=ReviewerSerializer)
    @action(detail=True, methods=["post"])
    def submit_scores(self, request: Request, pk: str) -> Response:
        """Hand in one's sheet, once."""
        reviewer = self._own_review(self.get_object())
        services.submit_scores(reviewer, by=request.user, now=timezone.now())
        return Response(ReviewerSerializer(reviewer).data)

    @extend_schema(request=FindingSerializer, responses=FindingSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def findings(self, request: Request, pk: str) -> Response:
        """Deductions and vetoes that apply."""
        evaluation = self.get_object()
        if request.method == "POST":
            require(request.user, "evaluation.change", evaluation)
            services.add_finding(evaluation, **self._read(FindingSerializer), by=request.user)
        return Response(FindingSerializer(evaluation.findings.all(), many=True).data)

    @extend_schema(request=None, responses=EvaluationSerializer)
    @action(detail=True, methods=["post"])
    def publicity(self, request: Request, pk: str) -> Response:
        """Close the review and show the result."""
        evaluation = self._allowed("evaluation.change")
        services.start_publicity(evaluation, by=request.user, today=timezone.localdate())
        return Response(self.get_serializer(evaluation).data)

    @extend_schema(request=GivenReasonSerializer, responses=EvaluationSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Take the result out of publicity and back to the review."""
        evaluation = self._allowed("evaluation.change")
        services.return_to_review(evaluation, by=request.user, **self._read(GivenReasonSerializer))
        return Response(self.get_serializer(evaluation).data)

    @extend_schema(request=ObjectionSerializer, responses=ObjectionSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def objections(self, request: Request, pk: str) -> Response:
        """Objections and their answers; who sees the result in publicity may object."""
        evaluation = self.get_object()
        if request.method == "POST":
            require(request.user, "evaluation.object", evaluation)
            services.object_to(evaluation, **self._read(ObjectionSerializer), by=request.user, now=timezone.now())
        return Response(ObjectionSerializer(evaluation.objections.all(), many=True).data)

    @extend_schema(request=ObjectionAnswerSerializer, responses=ObjectionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Answer an objection, once."""
        evaluation = self._allowed("evaluation.change")
        data = self._read(ObjectionAnswerSerializer)
        rows = Objection.objects.visible_to(request.user).filter(evaluation=evaluation)
        objection = get_object_or_404(rows, pk=data["objection"])
        services.answer_objection(objection, data["answer"], by=request.user, now=timezone.now())
        objection.refresh_from_db()
        return Response(ObjectionSerializer(objection).data)

    @extend_schema(request=None, responses=EvaluationSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Publish the result for good."""
        evaluation = self._allowed("evaluation.change")
        services.publish(evaluation, by=request.user, now=timezone.now())
        return Response(self.get_serializer(evaluation).data)

    @extend_schema(request=GivenReasonSerializer, responses={201: EvaluationSerializer})
    @action(detail=True, methods=["post"])
    def supersede(self, request: Request, pk: str) -> Response:
        """Open the correction of a published result; answers the new evaluation."""
        evaluation = self._allowed("evaluation.change")
        reason = self._read(GivenReasonSerializer)["reason"]
        correction = services.supersede(evaluation, by=request.user, reason=reason, today=timezone.localdate())
        return Response(self.get_serializer(correction).data, status=status.HTTP_201_CREATED)

    def _allowed(self, act: str) -> Evaluation:
        evaluation = self.get_object()
        require(self.request.user, act, evaluation)
        return evaluation

    def _own_review(self, evaluation: Evaluation) -> Reviewer:
        require(self.request.user, "evaluation.score", evaluation)
        return get_object_or_404(evaluation.reviewers, person=self.request.user.pk)

    @contextmanager
    def _sheet(self, evaluation: Evaluation, serializer_class: Any, **names: str) -> Iterator[list[dict[str, Any]]]:
        """The entries that were sent, each with its indicator. Errors inside go to the entry of their indicator.

        A sheet's errors are named "score_3" for indicator number 3; ``names`` are the API's names for such fields.
        """
        if not isinstance(self.request.data, list):
            raise ValidationError(_("Send a list of entries."))
        known = evaluation.scheme.indicators.in_bulk()
        read = [serializer_class(data=entry) for entry in self.request.data]
        errors: list[dict[str, Any]] = [{} if entry.is_valid() else dict(entry.errors) for entry in read]
        rows: dict[int, dict[str, Any]] = {}
        for entry, found in zip(read, errors, strict=True):
            if found:
                continue
            row = dict(entry.validated_data)
            indicator = known.get(row.pop("indicator_id"))
            if indicator is None:
                found["indicator"] = [_("This indicator is not in the evaluation's scheme.")]
            elif indicator.number in rows:
                found["indicator"] = [_("This indicator stands there twice.")]
            else:
                rows[indicator.number] = {**row, "indicator": indicator}
        if not any(errors):
            try:
                yield list(rows.values())
            except ValidationError as error:
                for key, sentences in error.message_dict.items():
                    name, number = key.rsplit("_", 1)
                    errors[list(rows).index(int(number))][names.get(name, name)] = sentences
        if any(errors):
            raise exceptions.ValidationError(errors)

    def _read(self, serializer_class: Any) -> Any:
        asked = serializer_class(data=self.request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return asked.validated_data


routes = [("schemes", SchemeViewSet), ("indicators", IndicatorViewSet), ("evaluations", EvaluationViewSet)]
