"""Serializes what schemathesis makes for media types that it does not know: the bodies of POST /api/v1/imports."""
import schemathesis


@schemathesis.serializer("application/zip")
def as_bytes(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
