"""How the API describes itself: beside what each address answers, the refusals that all of them share."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ChoiceField, ModelSerializer

from .idempotency import HEADER, REPLAYED, WRITES

SENTENCE = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
# under each field its sentences; of a list an object for each row, {} for a sound one
FAULTS = {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": ("A bad value: the sentences under each field.", FAULTS),
    "401": ("Nobody has signed in, or the token is not valid.", SENTENCE),
    "403": ("Visible, but not allowed.", SENTENCE),
    "404": ("Not there, or not visible.", SENTENCE),
    "409": ("Refused as things stand, with the sentence.", SENTENCE),
    "429": ("Too many requests in this minute; `Retry-After` says how long to wait.", SENTENCE),
    "503": ("The database is away; `Retry-After` says when to come again.", SENTENCE),
}
REFUSED_WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "413": ("A body of more than 1 MB.", SENTENCE),
    "415": ("The body is no JSON.", SENTENCE),
    "422": ("The Idempotency-Key belongs to another request.", SENTENCE),
}


class Described(AutoSchema):
    """The header wherever it counts, and the refusals of every address."""

    def get_override_parameters(self) -> list[Any]:
        given = list(super().get_override_parameters())
        if self.method not in WRITES:
            return given
        said = (
            "Send the same key when you send the same request again: within 24 hours it is answered as before, with "
            f"`{REPLAYED}: true`, and nothing is done twice. With another request the key is refused (422)."
        )
        schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"}
        return [*given, OpenApiParameter(HEADER, schema, OpenApiParameter.HEADER, description=said)]

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """A choice that is only read forgets in the library that its column may be empty."""
        if isinstance(field, ChoiceField) and field.read_only and _may_be_empty(field):
            field.allow_blank = True
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answers = super()._get_response_bodies(direction)
        refusals = {**REFUSALS, **(REFUSED_WRITES if self.method in WRITES else {})}
        for code, (said, schema) in refusals.items():
            answers.setdefault(code, {"description": said, "content": {"application/json": {"schema": schema}}})
        return answers


def _may_be_empty(field: ChoiceField) -> bool:
    if not isinstance(field.parent, ModelSerializer):
        return False
    model: Any = field.parent.Meta.model
    columns = {column.name: column for column in model._meta.fields}
    return field.source in columns and columns[field.source].blank
