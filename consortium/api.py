"""What all of the API shares, and the consortium's own part of it."""

import json
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, ProtectedError, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from .filters.agreements import AgreementFilter
from .filters.members import MembershipFilter, OrganizationFilter
from .idempotency import HEADER, WRITES, once
from .limits import refuse_large, refuse_stranger
from .models import Agreement, Clause, Membership, Organization, Ownership
from .permissions import require
from .serializers import (
    AgreementSerializer,
    ClauseSerializer,
    MembershipSerializer,
    MeSerializer,
    NextVersionSerializer,
    OrganizationSerializer,
    ReturnSerializer,
    SignatureSerializer,
    TerminationSerializer,
)
from .services import Refused, agreements, clauses, create, members, save_changes


class Body(JSONParser):
    """JSON that could be answered as it came. Python reads more: 1e400, half a character, endless brackets."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        except (exceptions.ParseError, ValueError, RecursionError):
            raise exceptions.ParseError(_("This is not JSON that can be read.")) from None
        return data


class Pages(CursorPagination):
    """``{next, previous, results}``, 50 a page, up to 500 by ``page_size``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"


class KnownFilters(DjangoFilterBackend):
    """The filters of a list, as on its page. A parameter that the list does not have is 400: a word that is spelt
    wrongly would answer everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        if not view.detail:
            filterset_class = self.get_filterset_class(view, queryset)
            known = {*(filterset_class.base_filters if filterset_class else ()), *_of_pages(view)}
            if unknown := sorted(set(request.query_params) - known):
                raise exceptions.ValidationError({name: [_("This list has no such filter.")] for name in unknown})
        return super().filter_queryset(request, queryset, view)


def _of_pages(view: Any) -> set[str]:
    pages = view.paginator
    return {pages.page_size_query_param, pages.cursor_query_param} if pages else set()


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """A refused change is 409 with its sentence; a bad value is 400 under its field, with the pages' sentences."""
    if isinstance(error, Refused):
        return Response({"detail": str(error)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        error = refuse_stranger(error)
    if isinstance(error, Http404):  # its own text names the model, in English
        error = exceptions.NotFound()
    if isinstance(error, ProtectedError):
        return Response({"detail": _("Other records hang on this one.")}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ValidationError):
        found: dict[str, list[str]] = (
            dict(error.message_dict) if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        )
        found["non_field_errors"] = found.pop(NON_FIELD_ERRORS, [])
        error = exceptions.ValidationError({name: sentences for name, sentences in found.items() if sentences})
    return exception_handler(error, context)


class KeptViewSet(
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.ListModelMixin,
    viewsets.GenericViewSet,
):
    """Reads what ``visible_to`` shows; changes what the table of permissions has for ``thing``; makes nothing new.

    A subclass names ``model``, ``thing`` ("zone"), its serializer and FilterSet, and overrides ``change`` when a
    service is the door for it.
    """

    model: type[Model]
    thing: str
    parser_classes = [Body]
    pagination_class = Pages
    filter_backends = [KnownFilters]
    http_method_names = ["get", "post", "patch", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        refuse_large(request)
        _read = request.body  # whole, so that it can be read again
        super().initial(request, *args, **kwargs)
        if request.method in WRITES:
            _parsed = request.data  # an action that takes no body refuses what is no JSON, too
            if HEADER in request.headers:
                name = request.method.lower()
                setattr(self, name, once(self, getattr(self, name, self.http_method_not_allowed)))

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.prepare(self.model._default_manager.visible_to(self.request.user))  # type: ignore[attr-defined]

    def prepare(self, rows: QuerySet) -> QuerySet:
        """Related rows that the serializer reads, so that a list needs a constant number of queries."""
        return rows

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require(request.user, f"{self.thing}.change", self.get_object())
        return super().update(request, *args, **kwargs)

    def perform_update(self, serializer: Any) -> None:
        self.change(serializer.instance, serializer.validated_data)

    def change(self, obj: Model, data: dict[str, Any]) -> None:
        save_changes(obj, by=self.request.user, **data)


class ScopedViewSet(mixins.CreateModelMixin, KeptViewSet):
    """Creates too; a subclass overrides ``insert`` when a service is the door for it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require(request.user, f"{self.thing}.add")
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = self.insert(serializer.validated_data)

    def insert(self, data: dict[str, Any]) -> Model:
        obj = self.model(**data)
        require(self.request.user, f"{self.thing}.add", obj)
        return create(obj, by=self.request.user)


class OrganizationViewSet(ScopedViewSet):
    model, thing = Organization, "organization"
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter

    def insert(self, data: dict[str, Any]) -> Organization:
        return members.create_organization(Organization(**data), by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        members.change_organization(obj, by=self.request.user, **data)


class MembershipViewSet(ScopedViewSet):
    model, thing = Membership, "membership"
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("organization", "consortium")

    def insert(self, data: dict[str, Any]) -> Membership:
        membership = Membership(**data, consortium=self.request.user.affiliation.consortium)
        return create(membership, by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        if data.get("organization", obj.organization) != obj.organization:
            raise Refused(_("A membership stays with its organization."))
        super().change(obj, data)


class AgreementViewSet(ScopedViewSet):
    model, thing = Agreement, "agreement"
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter

    def prepare(self, rows: QuerySet) -> QuerySet:
        return rows.for_list().prefetch_related("ownerships")  # type: ignore[attr-defined]

    def perform_create(self, serializer: Any) -> None:
        super().perform_create(serializer)
        serializer.instance = self.get_queryset().get(pk=serializer.instance.pk)

    def perform_update(self, serializer: Any) -> None:
        super().perform_update(serializer)
        serializer.instance = self.get_queryset().get(pk=serializer.instance.pk)

    def insert(self, data: dict[str, Any]) -> Agreement:
        members, works = data.pop("organizations"), data.pop("works", [])
        return agreements.add_agreement(Agreement(**data), members, works, by=self.request.user)

    def change(self, obj: Any, data: dict[str, Any]) -> None:
        works = data.pop("works", None)
        for name, value in data.items():
            setattr(obj, name, value)
        agreements.change_agreement(obj, works, by=self.request.user)

    @extend_schema(request=ClauseSerializer, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def clause(self, request: Request, pk: str) -> Response:
        """Answer one of the four clauses of a draft: its figures and words, or why it is not needed."""
        agreement = self._may("change")
        data = self._read(ClauseSerializer)
        clause, words = Clause(data["clause"]), {name: data[name] for name in ("terms", "excluded")}
        if clause in clauses.SHARES:
            shares = {int(number): share for number, share in data["shares"].items() if number.isdecimal()}
            clauses.set_shares(agreement, clause, shares, by=request.user, **words)
        elif clause == Clause.IP:
            parties = {None: None} | {party.pk: party for party in agreement.parties.all()}
            unknown = set(data["owners"].values()) - set(parties)
            if unknown or set(data["owners"]) - set(Ownership.Result.values):
                raise exceptions.ValidationError({"owners": [_("This is no party to the agreement.")]})
            owners = {result: parties[number] for result, number in data["owners"].items()}
            clauses.set_ownerships(agreement, owners, by=request.user, **words)
        else:
            clauses.set_secrecy(agreement, months=data["months"], by=request.user, **words)
        return self._answer(agreement)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Send a draft to its parties for their approval."""
        agreement = self._may("move")
        agreements.submit_agreement(agreement, by=request.user, now=timezone.now())
        return self._answer(agreement)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """Agree for the party for which one acts."""
        agreement = self._may("agree")
        agreements.agree_to(agreement, by=request.user, today=timezone.localdate())
        return self._answer(agreement)

    @extend_schema(request=ReturnSerializer, responses=AgreementSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Return what is in approval to the draft, with a reason."""
        agreement, data = self._may("return"), self._read(ReturnSerializer)
        agreements.give_back_agreement(agreement, reason=data["reason"], by=request.user, now=timezone.now())
        return self._answer(agreement)

    @extend_schema(request=SignatureSerializer, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Record that all parties have signed."""
        agreement, data = self._may("move"), self._read(SignatureSerializer)
        agreements.sign_agreement(agreement, **data, by=request.user, today=timezone.localdate())
        return self._answer(agreement)

    @extend_schema(request=TerminationSerializer, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def terminate(self, request: Request, pk: str) -> Response:
        """End a signed agreement before its time."""
        agreement, data = self._may("move"), self._read(TerminationSerializer)
        agreements.terminate_agreement(agreement, **data, by=request.user, today=timezone.localdate())
        return self._answer(agreement)

    @extend_schema(request=NextVersionSerializer, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def follow(self, request: Request, pk: str) -> Response:
        """Make a draft of the next version, a renewal or an amendment, and answer that."""
        agreement, data = self._may("move"), self._read(NextVersionSerializer)
        after = agreements.follow(agreement, data["change"], by=request.user, today=timezone.localdate())
        return self._answer(after)

    def _may(self, act: str) -> Any:
        agreement = self.get_object()
        require(self.request.user, f"agreement.{act}", agreement)
        return agreement

    def _read(self, serializer: type[Any]) -> dict[str, Any]:
        given = serializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data

    def _answer(self, agreement: Any) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=agreement.pk)).data)


@extend_schema(responses=MeSerializer)
@api_view(["GET"])
def me(request: Request) -> Response:
    """The person who asks, and the affiliations in force; the acting one is marked."""
    return Response(MeSerializer(request.user).data)


routes = [("organizations", OrganizationViewSet), ("memberships", MembershipViewSet), ("agreements", AgreementViewSet)]
