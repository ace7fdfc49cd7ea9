"""Every family by InvokeModel or StartAsyncInvoke: masked in both directions, and blocked in its own format."""

import base64
import json

import pytest
from cases import FAMILIES, TEXTS, at, fill, name, nothing_hidden, sent, text_pointers, turn_kind

INVOKED = [case for case in FAMILIES if "operation" not in case]
WORDLESS = [case for case in INVOKED if "answer" not in case]


def call(client, case, model, body):
    if case.get("operation") == "StartAsyncInvoke":
        output = {"s3OutputDataConfig": {"s3Uri": "s3://bucket/answers"}}
        return client.start_async_invoke(modelId=model, modelInput=body, outputDataConfig=output)
    answer = client.invoke_model(modelId=model, body=json.dumps(body), contentType="application/json")
    assert answer["contentType"] == "application/json"
    return json.loads(answer["body"].read())


def calls():
    for case in FAMILIES:
        for model in [case["model"], *case.get("also", [])]:
            yield pytest.param(case, model, id=f"{name(case)}-{model}")


@pytest.mark.parametrize(("case", "model"), list(calls()))
def test_texts_are_masked_both_ways(client, steer, upstream, case, model):
    steer.say(TEXTS["said"])
    if "body_format" in case:
        steer(shape=case["body_format"])
    answer = call(client, case, model, fill(case["body"], TEXTS["asked"]))
    (request,) = upstream.requests()
    assert request["modelId"] == model
    body = json.loads(request["body"])
    received = body["modelInput"] if case.get("operation") == "StartAsyncInvoke" else body
    assert received == sent(case, TEXTS["received"])
    for pointer in case.get("answer", []):
        assert at(answer, pointer) == TEXTS["given"]
    for pointer in case.get("echo", []):
        assert at(answer, pointer) == TEXTS["echoed"]
    for pointer, value in case.get("stop", {}).items():
        assert at(answer, pointer) == value
    nothing_hidden(answer)


@pytest.mark.parametrize("case", [case for case in FAMILIES if "answer" in case], ids=name)
def test_a_model_that_repeats_what_it_was_told_is_masked(client, steer, upstream, case):
    steer(reply="echo")
    answer = call(client, case, case["model"], fill(case["body"], TEXTS["asked"]))
    for pointer in case["answer"]:
        assert TEXTS["echoed"] in at(answer, pointer)
    nothing_hidden(answer)


def check_blocked(client, case, body, message, pointers):
    """Asserts that the response is a blocked response of the family, or an error if the family has none."""
    if not pointers:
        with pytest.raises(client.exceptions.ValidationException) as raised:
            call(client, case, case["model"], body)
        assert raised.value.response["Error"]["Message"].endswith(f": {message}")
        return
    answer = call(client, case, case["model"], body)
    assert [at(answer, pointer) for pointer in pointers] == [message] * len(pointers)
    assert answer["amazon-bedrock-guardrailAction"] == "INTERVENED"
    for pointer, value in case.get("refused", case["stop"]).items():
        assert at(answer, pointer) == value
    nothing_hidden(answer)


@pytest.mark.parametrize("case", FAMILIES, ids=name)
def test_a_denied_topic_blocks_in_the_last_turn(client, steer, upstream, case):
    for number, pointer in enumerate(text_pointers(case["body"])):
        if turn_kind(case, pointer) != "last turn":
            continue
        body = fill(case["body"], *["Hello"] * number, TEXTS["denied"], "Hello")
        message_pointers = case.get("blocked", case.get("answer", []))
        check_blocked(client, case, body, TEXTS["blocked_input"], message_pointers)
    assert upstream.requests() == [], "nothing was sent on"


@pytest.mark.parametrize("case", FAMILIES, ids=name)
def test_a_denied_topic_is_replaced_in_history(client, steer, upstream, case):
    steer.say("Hello")
    if "body_format" in case:
        steer(shape=case["body_format"])
    for number, pointer in enumerate(text_pointers(case["body"])):
        if turn_kind(case, pointer) == "last turn":
            continue
        call(client, case, case["model"], fill(case["body"], *["Hello"] * number, TEXTS["denied"], "Hello"))
        request = upstream.requests()[-1]["body"]
        assert (TEXTS["denied"] in request) == (turn_kind(case, pointer) == "operator")


@pytest.mark.parametrize("case", [case for case in FAMILIES if "answer" in case], ids=name)
def test_a_denied_answer_is_blocked(client, steer, upstream, case):
    steer.say(TEXTS["said_denied"])
    # An answer tells its family where the request did not.
    message_pointers = case.get("blocked") or case["answer"]
    check_blocked(client, case, fill(case["body"], "Hello"), TEXTS["blocked_output"], message_pointers)
    assert len(upstream.requests()) == 1


@pytest.mark.parametrize("case", WORDLESS, ids=name)
def test_an_answer_without_words_comes_as_one_chunk(client, steer, upstream, case):
    body = json.dumps(fill(case["body"], TEXTS["asked"]))
    answer = client.invoke_model_with_response_stream(modelId=case["model"], body=body)
    (event,) = answer["body"]
    chunk = json.loads(event["chunk"]["bytes"])
    for pointer in case.get("echo", []):
        assert at(chunk, pointer) == TEXTS["echoed"]
    nothing_hidden(chunk)
    assert upstream.body() == sent(case, TEXTS["received"])


@pytest.mark.parametrize("case", INVOKED, ids=name)
def test_what_is_counted_is_masked(client, steer, upstream, case):
    body = json.dumps(fill(case["body"], TEXTS["asked"]))
    counted = client.count_tokens(modelId=case["model"], input={"invokeModel": {"body": body}})
    assert counted["inputTokens"] > 0
    received = upstream.body()["input"]["invokeModel"]["body"]
    assert json.loads(base64.b64decode(received)) == sent(case, TEXTS["received"])
