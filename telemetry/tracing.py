"""Traces for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says who collects them; otherwise nothing is imported.

Spans hold ids and figures. Of an error they hold its kind: its words may quote what people wrote.
"""

import functools
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .notes import current_notes
from .stages import current_clock

NOTHING: AbstractContextManager[Any] = nullcontext()


@functools.cache
def tracer() -> Any:
    """Ours alone: a provider for the whole process would let libraries send what they know, such as what tools say."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as missing:
        raise ImproperlyConfigured("OTEL_EXPORTER_OTLP_ENDPOINT needs requirements-tracing.txt.") from missing
    provider = TracerProvider(resource=Resource.create({"service.name": settings.OTEL_SERVICE_NAME}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("todo-chat")


def span(name: str, **attributes: Any) -> AbstractContextManager[Any]:
    """`with` this: the block is a span below the present one. What it gives is the span, or None without traces."""
    return open_span(name, attributes) if settings.OTEL_EXPORTER_OTLP_ENDPOINT else NOTHING


def request_span(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """The same for a request, below the span of the caller where its `traceparent` names one."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return NOTHING
    from opentelemetry.trace import SpanKind  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    parent = TraceContextTextMapPropagator().extract(headers)
    return open_span(name, {}, context=parent, kind=SpanKind.SERVER)


@contextmanager
def open_span(name: str, attributes: Mapping[str, Any], **options: Any) -> Iterator[Any]:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    started = tracer().start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False, **options
    )
    with started as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def begin_span(name: str, **attributes: Any) -> Any:
    """For a generator, in which no block may span a `yield`: a span to make current around each wait, and to end."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return None
    return tracer().start_span(name, attributes=attributes)


def within(opened: Any) -> AbstractContextManager[Any]:
    """What is done in the block is done in this span, of which it is not the end."""
    if opened is None:
        return NOTHING
    from opentelemetry.trace import use_span  # noqa: PLC0415

    return use_span(opened, record_exception=False, set_status_on_exception=False)


def stand_alone() -> None:
    """What this task does from now on belongs to no request or turn, though one began it."""
    current_notes.set(None)
    current_clock.set(None)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from opentelemetry.context import Context, attach  # noqa: PLC0415

        attach(Context())


def annotate(opened: Any, **attributes: Any) -> None:
    if opened is not None:
        opened.set_attributes(attributes)


def trace_headers() -> dict[str, str]:
    """The header that lets whoever is asked go on with this trace."""
    headers: dict[str, str] = {}
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        TraceContextTextMapPropagator().inject(headers)
    return headers


def trace_ids() -> dict[str, str]:
    """Of the present span, for log lines."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return {}
    from opentelemetry.trace import format_span_id, format_trace_id, get_current_span  # noqa: PLC0415

    found = get_current_span().get_span_context()
    if not found.is_valid:
        return {}
    return {"trace_id": format_trace_id(found.trace_id), "span_id": format_span_id(found.span_id)}
