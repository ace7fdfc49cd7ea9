"""The gateway's client key, as Bedrock API key of boto3 and in its own header."""

import json

import pytest
from cases import TEXTS
from conftest import GATEWAY, KEY, connect
from terminator import Terminator

LLAMA = "meta.llama3-8b-instruct-v1:0"
BODY = json.dumps({"prompt": TEXTS["asked"]})
ASKED = [{"role": "user", "content": [{"text": TEXTS["asked"]}]}]


@pytest.fixture(scope="module")
def terminator(tmp_path_factory):
    terminator = Terminator(GATEWAY, tmp_path_factory.mktemp("certificates"))
    yield terminator
    terminator.close()


@pytest.fixture
def bearer(monkeypatch, terminator):
    """Returns a client with this key, and no other credentials."""

    def connected(key):
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", key)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        return connect(endpoint_url=terminator.url, verify=terminator.certificates)

    return connected


def calls(client):
    return [
        lambda: client.invoke_model(modelId=LLAMA, body=BODY)["body"].read(),
        lambda: list(client.invoke_model_with_response_stream(modelId=LLAMA, body=BODY)["body"]),
        lambda: client.converse(modelId=LLAMA, messages=ASKED),
        lambda: list(client.converse_stream(modelId=LLAMA, messages=ASKED)["stream"]),
        lambda: client.count_tokens(modelId=LLAMA, input={"converse": {"messages": ASKED}}),
    ]


def test_the_key_lets_a_client_in_and_goes_no_further(bearer, upstream):
    for call in calls(bearer(KEY)):
        call()
    requests = upstream.requests()
    assert len(requests) == 5
    for request in requests:
        assert TEXTS["received"] in request["body"]
        assert KEY not in json.dumps(request)
        assert "authorization" not in {name for name, _ in request["headers"]}


@pytest.mark.parametrize("key", ["a-wrong-key", KEY.upper(), KEY[:-1], f"{KEY}-more"])
def test_a_wrong_key_is_rejected(bearer, upstream, key):
    client = bearer(key)
    for call in calls(client):
        with pytest.raises(client.exceptions.AccessDeniedException) as raised:
            call()
        assert key not in str(raised.value)
    assert upstream.requests() == []


def test_a_missing_key_is_rejected(upstream):
    client = connect()
    for call in calls(client):
        with pytest.raises(client.exceptions.AccessDeniedException):
            call()
    assert upstream.requests() == []


def test_the_header_lets_a_signed_client_in(client, steer, upstream):
    client.invoke_model(modelId=LLAMA, body=BODY)
    (request,) = upstream.requests()
    assert "x-banister-key" not in dict(request["headers"])
