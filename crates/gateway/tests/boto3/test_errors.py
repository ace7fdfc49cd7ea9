"""Errors of the model, as the client's own exceptions."""

import json

import pytest
from botocore.exceptions import ClientError, EventStreamError, HTTPClientError
from cases import ERRORS, TEXTS, at

LLAMA = "meta.llama3-8b-instruct-v1:0"
MESSAGES = [{"role": "user", "content": [{"text": "Hello"}]}]
BODY = json.dumps({"prompt": "Hello", "max_gen_len": 64})
# Long enough for text to be let go before the exception comes.
LONG = "One, two, three and four. " * 20


def read_chunks(answer, seen):
    for event in answer["body"]:
        chunk = json.loads(event["chunk"]["bytes"])
        seen.append(chunk["generation"])
        assert chunk["stop_reason"] is None, "a stream that fails has no end"


def read_events(answer, seen):
    for event in answer["stream"]:
        assert "messageStop" not in event, "a stream that fails has no end"
        if "contentBlockDelta" in event:
            seen.append(event["contentBlockDelta"]["delta"]["text"])


CALLS = {
    "InvokeModel": lambda client: client.invoke_model(modelId=LLAMA, body=BODY),
    "InvokeModelWithResponseStream": lambda client: client.invoke_model_with_response_stream(modelId=LLAMA, body=BODY),
    "Converse": lambda client: client.converse(modelId=LLAMA, messages=MESSAGES),
    "ConverseStream": lambda client: client.converse_stream(modelId=LLAMA, messages=MESSAGES),
    "CountTokens": lambda client: client.count_tokens(modelId=LLAMA, input={"converse": {"messages": MESSAGES}}),
    "StartAsyncInvoke": lambda client: client.start_async_invoke(
        modelId="luma.ray-v2:0",
        modelInput={"prompt": "Hello"},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://bucket/answers"}},
    ),
}
STREAMS = {"InvokeModelWithResponseStream": read_chunks, "ConverseStream": read_events}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("error", ERRORS["answers"], ids=lambda error: error["exception"])
def test_errors_are_the_clients_own(client, steer, upstream, operation, error):
    steer(fault=f"status:{error['status']}:{error['exception']}:Ask jane.roe@example.com: later")
    with pytest.raises(getattr(client.exceptions, error["exception"])) as raised:
        CALLS[operation](client)
    response = raised.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == error["status"]
    assert response["ResponseMetadata"]["RequestId"].startswith("00000000-0000-4000-8000-")
    assert response["Error"]["Message"] == "Ask {EMAIL}: later"


@pytest.mark.parametrize("operation", CALLS)
def test_throttling(client, steer, upstream, operation):
    steer(fault="throttle")
    with pytest.raises(client.exceptions.ThrottlingException) as raised:
        CALLS[operation](client)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_an_error_that_nobody_modelled(client, steer, upstream):
    steer(fault="status:418:TeapotException:short and stout")
    with pytest.raises(ClientError) as raised:
        CALLS["Converse"](client)
    assert raised.value.response["Error"] == {"Code": "TeapotException", "Message": "short and stout"}


@pytest.mark.parametrize("operation", STREAMS)
@pytest.mark.parametrize("frame", ERRORS["frames"])
@pytest.mark.parametrize("write_size", [1, 7, 4000])
def test_exceptions_within_a_stream(client, steer, upstream, operation, frame, write_size):
    steer.say(LONG)
    steer(chunk="bytes:7", write_size=write_size, fault=f"exception-frame:60:{frame}:Ask jane.roe@example.com")
    seen = []
    with pytest.raises(EventStreamError) as raised:
        STREAMS[operation](CALLS[operation](client), seen)
    assert raised.value.response["Error"] == {"Code": frame, "Message": "Ask {EMAIL}"}
    # ConverseStream has an event before the first text.
    before = LONG[: 7 * (60 if operation == "InvokeModelWithResponseStream" else 59)]
    # All but the word that is cut: it could be the beginning of what is to be hidden.
    assert "".join(seen) == before.rstrip("abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize("operation", STREAMS)
@pytest.mark.parametrize("frame", ERRORS["frames"])
def test_an_exception_that_comes_first(client, steer, upstream, operation, frame):
    steer(fault=f"exception-frame:0:{frame}:No.")
    seen = []
    with pytest.raises(EventStreamError) as raised:
        STREAMS[operation](CALLS[operation](client), seen)
    assert raised.value.response["Error"]["Code"] == frame
    assert seen == []


@pytest.mark.parametrize("operation", STREAMS)
@pytest.mark.parametrize("fault", ["cut:3000", "cut:5", "cut:0", "corrupt:20", "corrupt:0"])
@pytest.mark.parametrize("write_size", [1, 7, 4000])
def test_a_stream_that_breaks_is_no_answer(client, steer, upstream, operation, fault, write_size):
    steer.say(LONG)
    steer(chunk="bytes:7", write_size=write_size, fault=fault)
    seen = []
    # Which of urllib3's and botocore's exceptions it is depends on where the bytes end.
    with pytest.raises(Exception) as raised:
        STREAMS[operation](CALLS[operation](client), seen)
    assert not isinstance(raised.value, AssertionError)
    assert LONG.startswith("".join(seen))


@pytest.mark.parametrize("operation", ["InvokeModel", "Converse"])
def test_an_answer_that_breaks_off_is_no_answer(client, steer, upstream, operation):
    steer.say(TEXTS["said"])
    steer(fault="cut:40")
    # The gateway answers with an error; a client that the Python package guards sees the connection break.
    with pytest.raises((ClientError, HTTPClientError)):
        CALLS[operation](client)


@pytest.mark.parametrize("body", [b"not json", b"", b"[]", b"{}", b'{"prompt": "Hello"} {', b'{"prompt": "\xff"}'])
def test_uninspectable_requests_are_rejected(client, steer, upstream, body):
    with pytest.raises(client.exceptions.ValidationException):
        client.invoke_model(modelId=LLAMA, body=body)
    assert upstream.requests() == []


@pytest.mark.parametrize("answer", ['"words"', "[1]", '{"nobody": "knows jane.roe@example.com"}'])
def test_uninspectable_responses_are_rejected(client, steer, upstream, answer):
    steer(reply=f"json:{answer}")
    with pytest.raises(client.exceptions.ValidationException) as raised:
        CALLS["InvokeModel"](client)
    assert "jane" not in at(raised.value.response, "/Error/Message")
