"""Guarded clients in front of the simulator. How each operation and body is guarded is in the gateway's tests with boto3, which `run` runs too."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from botocore.stub import Stubber

import banister

ENDPOINT = os.environ.get("BANISTER_SIMULATOR")
pytestmark = pytest.mark.skipif(ENDPOINT is None, reason="needs the simulator, which tests/run starts")

NOVA = "us.amazon.nova-pro-v1:0"
LLAMA = "meta.llama3-8b-instruct-v1:0"
MAIL = [{"role": "user", "content": [{"text": "Mail jane.roe@example.com"}]}]
FALCON = [{"role": "user", "content": [{"text": "About Project Falcon"}]}]


def connect(service="bedrock-runtime", path="", attempts=1, **more):
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=30, **more)
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"}
    return boto3.client(service, endpoint_url=f"{ENDPOINT}{path}", region_name="us-east-1", config=config, **keys)


def steer(client, **headers):
    def add(request, **_):
        for name, value in headers.items():
            request.headers[f"x-simulator-{name.replace('_', '-')}"] = value

    client.meta.events.register("before-sign.bedrock-runtime", add)


def text(response):
    return response["output"]["message"]["content"][0]["text"]


def test_a_call_is_guarded_both_ways(guardrail):
    client = banister.guard(connect(), guardrail)
    # The simulator echoes what it received.
    assert "Mail {EMAIL}" in text(client.converse(modelId=NOVA, messages=MAIL))
    steer(client, reply="text:Ask ann@example.com")
    assert text(client.converse(modelId=NOVA, messages=MAIL)) == "Ask {EMAIL}"
    blocked = client.converse(modelId=NOVA, messages=FALCON)
    assert (text(blocked), blocked["stopReason"]) == ("Not to the model.", "guardrail_intervened")


def test_what_handlers_and_callers_see_is_guarded(guardrail):
    client, seen = banister.guard(connect(), guardrail), []
    steer(client, reply="text:Ask ann@example.com")
    events = client.meta.events
    events.register("response-received.bedrock-runtime", lambda **kwargs: seen.append(repr(kwargs["response_dict"])))
    events.register("after-call.bedrock-runtime", lambda http_response, **_: seen.append(repr(http_response.content)))
    client.converse(modelId=NOVA, messages=MAIL)
    assert len(seen) == 2
    assert all("{EMAIL}" in shown and "ann@" not in shown for shown in seen)


def test_the_signature_is_that_of_the_guarded_body(guardrail):
    client, sent = banister.guard(connect(), guardrail), []
    client.meta.events.register("before-send.bedrock-runtime.Converse", lambda request, **_: sent.append(request))
    client.converse(modelId=NOVA, messages=MAIL)
    (request,) = sent
    assert b"jane.roe" not in request.body and b"{EMAIL}" in request.body
    assert int(request.headers["Content-Length"]) == len(request.body)

    # Signed again, the request has the same signature.
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    def plain(value):
        return value.decode() if isinstance(value, bytes) else value

    headers = {name: plain(value) for name, value in request.headers.items()}
    signed = headers["Authorization"]
    names = signed.split("SignedHeaders=")[1].split(",")[0].split(";")
    again = AWSRequest(request.method, request.url, {name: headers[name] for name in headers if name.lower() in names}, request.body)
    auth = SigV4Auth(Credentials("nobody", "nobody"), "bedrock", "us-east-1")
    again.context["timestamp"] = headers["X-Amz-Date"]
    canonical = auth.canonical_request(again)
    assert signed.endswith("Signature=" + auth.signature(auth.string_to_sign(again, canonical), again))


def test_a_blocked_call_is_not_sent(guardrail):
    client = banister.guard(connect(), guardrail)
    # Nobody listens there.
    client._endpoint.http_session.send = lambda request: pytest.fail("the request was sent")
    assert text(client.converse(modelId=NOVA, messages=FALCON)) == "Not to the model."
    stream = client.converse_stream(modelId=NOVA, messages=FALCON)["stream"]
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in stream if "contentBlockDelta" in event]
    assert "".join(deltas) == "Not to the model."
    body = client.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "Project Falcon"}))["body"]
    assert json.loads(body.read())["generation"] == "Not to the model."


def test_block_as_an_error(guardrail):
    client = banister.guard(connect(), guardrail, error_on_block=True)
    with pytest.raises(client.exceptions.ValidationException, match="block"):
        client.converse(modelId=NOVA, messages=FALCON)
    steer(client, reply="text:Project Falcon is fine", chunk="bytes:3")
    with pytest.raises(client.exceptions.ValidationException):
        client.converse(modelId=NOVA, messages=MAIL)
    with pytest.raises(EventStreamError):
        list(client.converse_stream(modelId=NOVA, messages=MAIL)["stream"])


def test_streams_are_released_as_they_arrive(guardrail):
    client = banister.guard(connect(), guardrail)
    steer(client, reply="text:" + "One two three. " * 50, chunk="bytes:7", write_size="100")
    stream = client.converse_stream(modelId=NOVA, messages=MAIL)["stream"]
    raw = stream._raw_stream._raw
    iterator = iter(stream)
    for _ in range(3):
        next(iterator)
    assert not raw.closed, "three events of many do not need the whole stream"
    stream.close()
    assert raw.closed


def test_a_stream_of_which_the_caller_reads_a_part_is_recorded(guardrail, tmp_path):
    log = tmp_path / "decisions.jsonl"
    client = banister.guard(connect(), guardrail, decision_log=log, caller="tests")
    steer(client, reply="text:" + "One two three. " * 50, chunk="bytes:7")
    stream = client.converse_stream(modelId=NOVA, messages=MAIL)["stream"]
    next(iter(stream))
    stream.close()
    client.converse(modelId=NOVA, messages=FALCON)
    records = [json.loads(line) for line in log.read_text().splitlines()]
    decisions = [record for record in records if "outcome" in record]
    assert [decision["outcome"] for decision in decisions] == ["masked", "passed", "blocked"]
    assert "jane" not in log.read_text()


def test_metadata_is_tagged(guardrail):
    client, sent = banister.guard(connect(), guardrail, tag_requests=True), []
    client.meta.events.register("before-send", lambda request, **_: sent.append(json.loads(request.body)))
    client.converse(modelId=NOVA, messages=MAIL)
    assert sent[0]["requestMetadata"]["banister-policy"] == guardrail.digest


def test_retries_are_guarded(guardrail):
    client = banister.guard(connect(attempts=3), guardrail)
    steer(client, fault="throttle")
    with pytest.raises(client.exceptions.ThrottlingException) as raised:
        client.converse(modelId=NOVA, messages=MAIL)
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 2


def test_threads_share_a_client(guardrail):
    client = banister.guard(connect(max_pool_connections=8), guardrail)

    def call(number):
        messages = [{"role": "user", "content": [{"text": f"{number} jane.roe@example.com"}]}]
        return text(client.converse(modelId=NOVA, messages=messages))

    with ThreadPoolExecutor(8) as pool:
        for number, answer in enumerate(pool.map(call, range(64))):
            assert f"{number} {{EMAIL}}" in answer


def test_endpoints_with_a_path(guardrail):
    client = banister.guard(connect(path="/proxy"), guardrail)
    sent = []
    client._endpoint.http_session.send = lambda request: sent.append(request.url) or AWSResponse(
        request.url, 500, {"content-type": "application/json"}, banister._guard._Body(b"{}")
    )
    with pytest.raises(ClientError):
        client.converse(modelId=NOVA, messages=MAIL)
    assert sent == [f"{ENDPOINT}/proxy/model/us.amazon.nova-pro-v1%3A0/converse"]


def test_unknown_operations_are_rejected_unless_allowed(guardrail):
    with pytest.raises(ClientError) as raised:
        banister.guard(connect(), guardrail).list_async_invokes()
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    with pytest.raises(ClientError) as raised:
        banister.guard(connect(), guardrail, dangerous_forward_unknown_operations=True).list_async_invokes()
    assert raised.value.response["Error"]["Code"] != "AccessDeniedException", "the simulator answered"


def answer(request):
    return AWSResponse(request.url, 200, {"content-type": "application/json"}, banister._guard._Body(b"{}"))


@pytest.mark.parametrize(
    ("event", "handler"),
    [
        # Comes before the handler of the guard, because it was registered before.
        ("before-send.bedrock-runtime.Converse", lambda request, **_: answer(request)),
        ("before-call.bedrock-runtime.Converse", lambda **_: (answer(type("Request", (), {"url": ""})), {"output": {}})),
    ],
)
def test_answers_of_other_handlers_are_rejected(guardrail, event, handler):
    client = connect()
    client.meta.events.register_first(event, handler)
    banister.guard(client, guardrail)
    with pytest.raises(banister.GuardError, match="another handler"):
        client.converse(modelId=NOVA, messages=MAIL)


def test_stubbed_responses_are_rejected(guardrail):
    client = banister.guard(connect(), guardrail)
    with Stubber(client) as stubber:
        stubber.add_response("count_tokens", {"inputTokens": 1})
        with pytest.raises(banister.GuardError, match="another handler"):
            client.count_tokens(modelId=LLAMA, input={"converse": {"messages": MAIL}})


def test_requests_that_change_after_they_were_inspected_are_rejected(guardrail):
    for change in (
        lambda request: setattr(request, "data", b'{"messages": []}'),
        lambda request: setattr(request, "url", request.url.replace("converse", "invoke")),
        lambda request: request.headers.add_header("X-Amzn-Bedrock-Request-Metadata", '{"who": "jane.roe@example.com"}'),
    ):
        client = banister.guard(connect(), guardrail)
        client.meta.events.register_last("before-sign", lambda request, change=change, **_: change(request))
        with pytest.raises(banister.GuardError, match="changed the request"):
            client.converse(modelId=NOVA, messages=MAIL)


def test_a_nested_call_does_not_disturb_the_outer(guardrail):
    inner, outer = banister.guard(connect(), guardrail), banister.guard(connect(), guardrail)
    nested = []
    outer.meta.events.register_first(
        "before-send.bedrock-runtime.Converse",
        lambda **_: nested.append(text(inner.converse(modelId=NOVA, messages=FALCON))) and None,
    )
    assert "Mail {EMAIL}" in text(outer.converse(modelId=NOVA, messages=MAIL))
    assert nested == ["Not to the model."]


def test_what_is_no_client_is_rejected(guardrail):
    for other in (None, 1, boto3, boto3.client):
        with pytest.raises(TypeError, match="client"):
            banister.guard(other, guardrail)
    with pytest.raises(ValueError, match="bedrock-runtime"):
        banister.guard(connect("s3"), guardrail)
    client = banister.guard(connect(), guardrail)
    with pytest.raises(ValueError, match="guarded already"):
        banister.guard(client, guardrail)
    with pytest.raises(TypeError):
        banister.guard(connect(), "policy.yaml")
    with pytest.raises(OSError):
        banister.guard(connect(), guardrail, decision_log="/nonexistent/decisions.jsonl")


def test_the_default_policy():
    client = banister.guard(connect())
    assert "jane.roe@example.com" not in text(client.converse(modelId=NOVA, messages=MAIL))
