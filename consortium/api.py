"""What all of the API shares, and the consortium's own part of it."""

import json
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, ProtectedError, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.decorators import api_view
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from .filters.members import MembershipFilter, OrganizationFilter
from .models import Membership, Organization
from .permissions import require
from .serializers import MembershipSerializer, MeSerializer, OrganizationSerializer
from .services import Refused, create, save_changes


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


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """A refused change is 409 with its sentence; a bad value is 400 under its field, with the pages' sentences."""
    if isinstance(error, Refused):
        return Response({"detail": str(error)}, status=status.HTTP_409_CONFLICT)
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


class ScopedViewSet(
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.ListModelMixin,
    viewsets.GenericViewSet,
):
    """Reads what ``visible_to`` shows; writes what the table of permissions has for ``thing``.

    A subclass names ``model``, ``thing`` ("zone"), its serializer and FilterSet, and overrides ``insert`` and
    ``change`` when a service is the door for them.
    """

    model: type[Model]
    thing: str
    parser_classes = [Body]
    pagination_class = Pages
    http_method_names = ["get", "post", "patch", "head", "options"]

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.prepare(self.model._default_manager.visible_to(self.request.user))  # type: ignore[attr-defined]

    def prepare(self, rows: QuerySet) -> QuerySet:
        """Related rows that the serializer reads, so that a list needs a constant number of queries."""
        return rows

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require(request.user, f"{self.thing}.add")
        return super().create(request, *args, **kwargs)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require(request.user, f"{self.thing}.change", self.get_object())
        return super().update(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = self.insert(serializer.validated_data)

    def perform_update(self, serializer: Any) -> None:
        self.change(serializer.instance, serializer.validated_data)

    def insert(self, data: dict[str, Any]) -> Model:
        obj = self.model(**data)
        require(self.request.user, f"{self.thing}.add", obj)
        return create(obj, by=self.request.user)

    def change(self, obj: Model, data: dict[str, Any]) -> None:
        save_changes(obj, by=self.request.user, **data)


class OrganizationViewSet(ScopedViewSet):
    model, thing = Organization, "organization"
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter


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


@extend_schema(responses=MeSerializer)
@api_view(["GET"])
def me(request: Request) -> Response:
    """The person who asks, and the affiliations in force; the acting one is marked."""
    return Response(MeSerializer(request.user).data)


routes = [("organizations", OrganizationViewSet), ("memberships", MembershipViewSet)]
