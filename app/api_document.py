"""The one description of all of `/api/v1` (OpenAPI 3.1), at `/api/v1/openapi.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins import OpenAPISchemaPlugin

if TYPE_CHECKING:
    from litestar.openapi.spec import Schema
    from litestar.typing import FieldDefinition

_ABOUT = (
    "Every token is of one brand, and opens that brand alone. Lists come a page at a time: "
    "`cursor` is what to go on `after`. What went wrong is said as problem details (RFC 9457). "
    "What is left of an allowance is told with every answer (draft-ietf-httpapi-ratelimit-"
    "headers-10). Whoever looks at a customer is in that customer's read log before the answer "
    "leaves."
)
#: How other systems say who they are.
_TOKEN = SecurityScheme(type="http", scheme="bearer", description="Made by `consent token add`.")
OPENAPI = OpenAPIConfig(
    title="Consent store",
    version="1",
    description=_ABOUT,
    path="/api/v1",
    render_plugins=[JsonRenderPlugin()],
    components=Components(security_schemes={"token": _TOKEN}),
    security=[{"token": []}],
)


class StrictBodies(OpenAPISchemaPlugin):
    """Says of bodies in which no field may be unknown that it is so."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Say whether this is such a body."""
        kind = field_definition.annotation
        is_body = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        return is_body and kind.__struct_config__.forbid_unknown_fields

    def to_openapi_schema(
        self,
        field_definition: FieldDefinition,
        schema_creator: Any,  # noqa: ANN401 - Litestar does not publish its type
    ) -> Schema:
        """Return what Litestar says of it, and that there is nothing else."""
        usual = next(
            plugin
            for plugin in schema_creator.plugins
            if plugin is not self
            and schema_creator.plugin_supports_field(plugin, field_definition)
        )
        schema: Schema = usual.to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema
