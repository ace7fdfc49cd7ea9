"""Guards the calls of boto3 clients, through the event hooks of botocore.

The layer of the library works on the bytes of HTTP messages. It receives the request before it is signed, and returns what is to be signed
and sent. It receives the response before botocore parses it, and botocore parses what the layer returns. So botocore's retries, its history,
other handlers and the caller see guarded responses only.
"""

import inspect
import io
import os
import threading
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Tuple, TypeVar, Union
from urllib.parse import urlsplit

from ._banister import Call, Conversation, GuardError, Guardrail, Layer

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse

_Client = TypeVar("_Client")
_CHUNK_BYTES = 1 << 16
_RESPONSE = "banister-response"
_GUARDED = "_banister_guarded"
# Headers with text and settings of a call.
_BEDROCK = "x-amzn-bedrock-"


def guard(
    client: _Client,
    guardrail: Optional[Guardrail] = None,
    *,
    error_on_block: bool = False,
    traces: bool = True,
    tag_requests: bool = False,
    identifier: Optional[str] = None,
    caller: Optional[str] = None,
    max_body_bytes: Optional[int] = None,
    conversation: Optional[Conversation] = None,
    decision_log: Optional[Union[str, "os.PathLike[str]"]] = None,
    dangerous_inspect_unknown_content: bool = False,
    dangerous_forward_unknown_operations: bool = False,
) -> _Client:
    """Guards all calls of a boto3 client for `bedrock-runtime`, and returns the client.

    Requests are evaluated and rewritten before they are signed, responses and event streams before botocore parses them. A blocked
    call returns a response with the blocked message, or raises a `ClientError` with `error_on_block`. What cannot be inspected raises a `ClientError`
    with the code `ValidationException`, and operations that the guardrail does not know one with `AccessDeniedException`.

    `guardrail` is the policy pack `default` if it is omitted. `decision_log` is a file to which a record of each decision is
    appended. The other settings are those of `GuardrailLayer` in the library.

    Raises `TypeError` for an object that is no boto3 client, or an asynchronous one, and `ValueError` for a client of another service or
    one that is guarded already.
    """
    try:
        from botocore.client import BaseClient
    except ImportError as error:
        raise ImportError("banister.guard needs boto3; install it with `pip install boto3`") from error
    if not isinstance(client, BaseClient):
        raise TypeError(f"client: {type(client).__name__} is not a boto3 client")
    session = getattr(getattr(client, "_endpoint", None), "http_session", None)
    if inspect.iscoroutinefunction(client._make_api_call) or not callable(getattr(session, "send", None)):
        raise TypeError("client: an asynchronous client cannot be guarded; use a client of boto3")
    service = client.meta.service_model
    if service.service_name != "bedrock-runtime":
        raise ValueError(f"client: is for {service.service_name}; only bedrock-runtime is guarded")
    if hasattr(client, _GUARDED):
        raise ValueError("client: is guarded already; create another client")
    layer = Layer(
        guardrail if guardrail is not None else Guardrail.from_pack(),
        error_on_block=error_on_block,
        traces=traces,
        tag_requests=tag_requests,
        identifier=identifier,
        caller=caller,
        max_body_bytes=max_body_bytes,
        conversation=conversation,
        decision_log=decision_log,
        dangerous_inspect_unknown_content=dangerous_inspect_unknown_content,
        dangerous_forward_unknown_operations=dangerous_forward_unknown_operations,
    )
    guarded = _Guarded(layer, session, urlsplit(client.meta.endpoint_url).path.rstrip("/"))
    events, prefix = client.meta.events, service.service_id.hyphenize()
    # Handlers of longer names come first: this is the last before the signature, and the others are the first.
    events.register_last("before-sign", guarded.before_sign)
    for operation in service.operation_names:
        events.register_first(f"before-send.{prefix}.{operation}", guarded.before_send)
        events.register_first(f"after-call.{prefix}.{operation}", guarded.after_call)
    setattr(client, _GUARDED, guarded)
    return client


class _Attempt(threading.local):
    """The attempt that this thread makes. botocore signs and sends a request on one thread, without other requests of the client between."""

    call: Optional[Call] = None
    path: str = ""
    headers: Dict[str, bytes] = {}
    body: bytes = b""
    context: Dict[str, Any] = {}


class _Guarded:
    """The handlers of a client's events."""

    def __init__(self, layer: Layer, session: Any, path_prefix: str) -> None:
        self._layer = layer
        self._session = session
        self._path_prefix = path_prefix
        self._attempt = _Attempt()

    def before_sign(self, request: "AWSRequest", **_: Any) -> None:
        """Evaluates a request, and rewrites it."""
        body, headers = _to_bytes(request.data), _lower(request.headers)
        call = Call(self._layer, request.method, self._path(request.url), list(headers.items()), body)
        forwarded = call.request()
        attempt = self._attempt
        attempt.call, attempt.path, attempt.context = call, urlsplit(request.url).path, request.context
        if forwarded is None:
            # Signed and not sent: `before_send` responds.
            return
        attempt.headers, attempt.body = dict(forwarded[0]), forwarded[1]
        # botocore counts the bytes itself.
        attempt.headers.pop("content-length", None)
        for name in headers.keys() | attempt.headers.keys():
            value = attempt.headers.get(name)
            if value != headers.get(name):
                del request.headers[name]
                if value is not None:
                    request.headers[name] = value.decode("utf-8")
        request.data = attempt.body

    def before_send(self, request: "AWSPreparedRequest", **_: Any) -> "AWSResponse":
        """Sends a request, and returns its guarded response."""
        attempt = self._attempt
        call, attempt.call = attempt.call, None
        if call is None:
            raise GuardError("the request was sent without being signed, so that it was not inspected")
        if call.response is None:
            sent = _lower(request.headers)
            bedrock = {name for name in sent.keys() | attempt.headers.keys() if name.startswith(_BEDROCK)}
            is_changed = any(sent.get(name) != attempt.headers.get(name) for name in bedrock)
            is_changed |= urlsplit(request.url).path != attempt.path
            if is_changed or _to_bytes(request.body) != attempt.body:
                raise GuardError("another handler changed the request after it was inspected")
            response = self._respond(call, self._session.send(request), request)
        else:
            response = _whole(request.url, call, call.finish())
        attempt.context[_RESPONSE] = response
        return response

    def _respond(self, call: Call, response: "AWSResponse", request: "AWSPreparedRequest") -> "AWSResponse":
        from botocore.awsrequest import AWSResponse
        from botocore.response import StreamingBody

        call.respond(response.status_code, list(_lower(response.headers).items()))
        if call.response is not None and not call.is_over:
            # A stream: its head is known before its body.
            status, headers = _head(call)
            return AWSResponse(request.url, status, headers, _Events(call, response.raw))
        out = []
        if request.stream_output:
            # With botocore's exceptions, and the check of the length.
            body = StreamingBody(response.raw, response.headers.get("content-length"))
            try:
                while not call.is_over and (chunk := body.read(_CHUNK_BYTES)):
                    out.append(call.push(chunk))
            finally:
                body.close()
        elif not call.is_over:
            out.append(call.push(response.content))
        out.append(call.finish())
        return _whole(request.url, call, b"".join(out))

    def after_call(self, http_response: Any, context: Dict[str, Any], **_: Any) -> None:
        """Checks that the response is the one that the guardrail returned."""
        if context.get(_RESPONSE) is not http_response:
            raise GuardError("another handler answered the call, so that the response was not inspected")

    def _path(self, url: str) -> str:
        parts = urlsplit(url)
        path = parts.path[len(self._path_prefix) :] if parts.path.startswith(self._path_prefix) else parts.path
        return f"{path}?{parts.query}" if parts.query else path


class _Body(io.BytesIO):
    """A whole body, with the method of urllib3 that botocore reads bodies by."""

    def stream(self, amount: int = _CHUNK_BYTES, decode_content: Optional[bool] = None) -> Iterator[bytes]:
        return iter(lambda: self.read(amount), b"")


class _Events:
    """The body of a guarded event stream. Nothing is read ahead of the caller."""

    def __init__(self, call: Call, raw: Any) -> None:
        self._call = call
        self._raw = raw

    def stream(self, *arguments: Any, **options: Any) -> Iterator[bytes]:
        """Yields the guarded bytes."""
        chunks = self._raw.stream(*arguments, **options)
        try:
            while not self._call.is_over:
                chunk = next(chunks, None)
                out = self._call.finish() if chunk is None else self._call.push(chunk)
                if out:
                    yield out
        finally:
            # After an error, the rest was not evaluated, and is not released.
            self.close()

    def close(self) -> None:
        self._call.close()
        self._raw.close()


def _to_bytes(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise GuardError(f"a body of the type {type(value).__name__} cannot be inspected")


def _lower(headers: Any) -> Dict[str, bytes]:
    """Returns headers by their names in lower case. Of several with one name, botocore sends the last."""
    return {name.lower(): _to_bytes(value) for name, value in headers.items()}


def _head(call: Call) -> Tuple[int, Dict[str, str]]:
    assert call.response is not None, "the body has ended"
    status, headers = call.response
    values: Dict[str, List[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value.decode("latin-1"))
    return status, {name: ", ".join(value) for name, value in values.items()}


def _whole(url: str, call: Call, body: bytes) -> "AWSResponse":
    from botocore.awsrequest import AWSResponse

    status, headers = _head(call)
    return AWSResponse(url, status, headers, _Body(body))
