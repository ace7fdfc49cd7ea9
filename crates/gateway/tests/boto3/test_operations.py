"""Every operation of the gateway, and rejected operations."""

import base64
import json

import pytest
from cases import TEXTS, fill, nothing_hidden, text_pointers, turn_kind

LLAMA = "meta.llama3-8b-instruct-v1:0"
NOVA = "us.amazon.nova-pro-v1:0"
ASKED = [{"role": "user", "content": [{"text": TEXTS["asked"]}]}]

# Every block that has text. Names of documents have an alphabet of their own, which masks keep to.
CONVERSATION = {
    "system": [{"text": "$TEXT"}, {"guardContent": {"text": {"text": "$TEXT", "qualifiers": ["guard_content"]}}}],
    "messages": [
        {"role": "user", "content": [
            {"text": "$TEXT"},
            {"document": {"name": "report", "format": "txt", "context": "$TEXT", "source": {"text": "$TEXT"}}},
            {"document": {"name": "parts", "format": "txt", "source": {"content": [{"text": "$TEXT"}]}}},
            {"searchResult": {"source": "$TEXT", "title": "$TEXT", "content": [{"text": "$TEXT"}], "citations": {"enabled": True}}},
            {"guardContent": {"text": {"text": "$TEXT", "qualifiers": ["query"]}}},
            {"cachePoint": {"type": "default"}},
        ]},
        {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "$TEXT", "signature": "c2lnbmF0dXJl"}}},
            {"citationsContent": {
                "content": [{"text": "$TEXT"}],
                "citations": [{"title": "$TEXT", "sourceContent": [{"text": "$TEXT"}]}],
            }},
            {"toolUse": {"toolUseId": "tooluse_1", "name": "mail", "input": {"to": "$TEXT", "more": [{"cc": "$TEXT"}]}}},
        ]},
        {"role": "user", "content": [
            {"toolResult": {"toolUseId": "tooluse_1", "content": [{"text": "$TEXT"}, {"json": {"sent": ["$TEXT"]}}]}},
            {"text": "$TEXT"},
        ]},
    ],
    "toolConfig": {"tools": [{"toolSpec": {
        "name": "mail",
        "description": "$TEXT",
        "inputSchema": {"json": {"type": "object", "properties": {"to": {"type": "string", "description": "$TEXT"}}}},
    }}]},
    "inferenceConfig": {"maxTokens": 64, "stopSequences": ["$TEXT"]},
    "additionalModelRequestFields": {"anything": ["$TEXT"]},
    "requestMetadata": {"who": "$TEXT"},
}
PROMPT = {"promptVariables": {"name": {"text": "$TEXT"}}}
PROMPT_ARN = "arn:aws:bedrock:us-east-1:123456789012:prompt/A1B2C3D4E5:1"
CALLED = {
    "conversation": (NOVA, CONVERSATION),
    "prompt": (PROMPT_ARN, PROMPT),
    "profile": ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", CONVERSATION),
    "application": ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6", CONVERSATION),
    "router": ("arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1", CONVERSATION),
    "endpoint": ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/my-endpoint", CONVERSATION),
}


@pytest.mark.parametrize("called", CALLED)
@pytest.mark.parametrize("stream", [False, True])
def test_converse_is_masked_both_ways(client, steer, upstream, called, stream):
    model, template = CALLED[called]
    steer.say(TEXTS["said"])
    request = fill(template, TEXTS["asked"])
    if stream:
        events = list(client.converse_stream(modelId=model, **request)["stream"])
        nothing_hidden(events)
    else:
        answer = client.converse(modelId=model, **request)
        assert answer["output"]["message"]["content"] == [{"text": TEXTS["given"]}]
        assert answer["stopReason"] == "end_turn"
    (received,) = upstream.requests()
    assert received["modelId"] == model
    expected = fill(template, TEXTS["received"])
    if template is CONVERSATION:
        # Signed reasoning that is masked is withheld.
        del expected["messages"][1]["content"][0]
    assert json.loads(received["body"]) == expected


def test_converse_is_blocked_in_the_last_turn(client, steer, upstream):
    for number, pointer in enumerate(text_pointers(CONVERSATION)):
        if turn_kind({"history": ["/messages/0/", "/messages/1/"]}, pointer) != "last turn":
            continue
        answer = client.converse(modelId=NOVA, **fill(CONVERSATION, *["Hello"] * number, TEXTS["denied"], "Hello"))
        assert answer["output"]["message"] == {"role": "assistant", "content": [{"text": TEXTS["blocked_input"]}]}
        assert answer["stopReason"] == "guardrail_intervened"
    assert upstream.requests() == []


def test_names_of_documents_are_masked_in_their_alphabet(client, steer, upstream):
    document = {"name": "for jane.roe@example.com", "format": "txt", "source": {"text": "Hello"}}
    client.converse(modelId=NOVA, messages=[{"role": "user", "content": [{"text": "Hello"}, {"document": document}]}])
    assert upstream.body()["messages"][0]["content"][1]["document"]["name"] == "for [EMAIL]"


def test_documents_in_bytes_are_masked(client, steer, upstream):
    document = {"name": "notes", "format": "md", "source": {"bytes": TEXTS["asked"].encode()}}
    client.converse(modelId=NOVA, messages=[{"role": "user", "content": [{"text": "Hello"}, {"document": document}]}])
    received = upstream.body()["messages"][0]["content"][1]["document"]["source"]["bytes"]
    assert base64.b64decode(received).decode() == TEXTS["received"]


@pytest.mark.parametrize("part", ["reasoning", "tool", "citations"])
def test_converse_answers_are_masked_in_every_part(client, steer, upstream, part):
    said, given = TEXTS["said"], TEXTS["given"]
    replies = {
        "reasoning": {"reasoning": said, "text": said},
        "tool": {"name": "mail", "input": {"to": [said]}},
        "citations": {"text": said, "title": said, "citedText": said},
    }
    steer(reply=f"{part}:{json.dumps(replies[part])}")
    content = client.converse(modelId=NOVA, messages=ASKED)["output"]["message"]["content"]
    nothing_hidden(content)
    if part == "reasoning":
        assert content[0]["reasoningContent"]["reasoningText"]["text"] == content[1]["text"] == given
    elif part == "tool":
        assert content[0]["toolUse"]["input"] == {"to": [given]}
    else:
        (citation,) = content[0]["citationsContent"]["citations"]
        assert citation["title"] == citation["sourceContent"][0]["text"] == given
        assert content[0]["citationsContent"]["content"] == [{"text": given}]


@pytest.mark.parametrize("stream", [False, True])
def test_policies_are_chosen_as_guardrails(client, steer, upstream, stream):
    config = {"guardrailIdentifier": "tickets", "guardrailVersion": "1"}
    messages = [{"role": "user", "content": [{"text": "T-12 at Acme"}]}]
    call = client.converse_stream if stream else client.converse
    answer = call(modelId=NOVA, messages=messages, guardrailConfig=config)
    if stream:
        list(answer["stream"])
    client.invoke_model(
        modelId=LLAMA, body=json.dumps({"prompt": "T-12"}), guardrailIdentifier="tickets", guardrailVersion="1"
    )
    conversed, invoked = upstream.requests()
    assert json.loads(conversed["body"])["messages"][0]["content"][0]["text"] == "{ticket} at Acme"
    assert "guardrailConfig" not in json.loads(conversed["body"])
    assert json.loads(invoked["body"]) == {"prompt": "{ticket}"}


def test_request_metadata_are_masked(client, steer, upstream):
    client.invoke_model(
        modelId=LLAMA, body=json.dumps({"prompt": "Hello"}), requestMetadata=json.dumps({"who": TEXTS["asked"]})
    )
    (request,) = upstream.requests()
    headers = dict(request["headers"])
    assert json.loads(headers["x-amzn-bedrock-request-metadata"]) == {"who": TEXTS["received"]}


def test_count_tokens(client, steer, upstream):
    def asked(text):
        return {"converse": {"messages": [{"role": "user", "content": [{"text": text}]}]}}

    assert client.count_tokens(modelId=LLAMA, input=asked(TEXTS["asked"]))["inputTokens"] > 0
    assert upstream.body()["input"] == asked(TEXTS["received"])
    # The response of CountTokens cannot contain a message.
    with pytest.raises(client.exceptions.ValidationException):
        client.count_tokens(modelId=LLAMA, input=asked(TEXTS["denied"]))
    assert upstream.requests() == []


def test_headers_pass_both_ways(client, steer, upstream):
    answer = client.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "Hello"}), serviceTier="flex", accept="*/*")
    assert answer["serviceTier"] == "flex"
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert int(headers["x-amzn-bedrock-output-token-count"]) > 0
    assert answer["ResponseMetadata"]["RequestId"].startswith("00000000-0000-4000-8000-")
    (request,) = upstream.requests()
    assert dict(request["headers"])["x-amzn-bedrock-service-tier"] == "flex"


def test_apply_guardrail_is_answered_by_the_gateway(client, steer, upstream):
    def apply(name, source, *texts):
        content = [{"text": {"text": text}} for text in texts]
        answer = client.apply_guardrail(guardrailIdentifier=name, guardrailVersion="DRAFT", source=source, content=content)
        return answer["action"], [output["text"] for output in answer["outputs"]], answer["assessments"]

    action, outputs, (assessment,) = apply("main", "OUTPUT", TEXTS["said"], "Fine.")
    assert (action, outputs) == ("GUARDRAIL_INTERVENED", [TEXTS["given"], "Fine."])
    entity = assessment["sensitiveInformationPolicy"]["piiEntities"][0]
    assert (entity["type"], entity["action"], entity["match"]) == ("EMAIL", "ANONYMIZED", "")
    action, outputs, (assessment,) = apply("main", "INPUT", TEXTS["denied"])
    assert (action, outputs) == ("GUARDRAIL_INTERVENED", [TEXTS["blocked_input"]])
    assert assessment["topicPolicy"]["topics"][0]["name"] == "investment"
    assert apply("tickets", "INPUT", TEXTS["denied"]) == ("NONE", [], [{}])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        apply("nobodys", "INPUT", "Hello")
    assert upstream.requests() == []


REFUSED = {
    "list_async_invokes": {},
    "get_async_invoke": {"invocationArn": "arn:aws:bedrock:us-east-1:123456789012:async-invoke/a1b2c3d4e5f6"},
    "invoke_guardrail_checks": {
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "checks": {"sensitiveInformation": {"entities": [{"type": "EMAIL"}]}},
    },
}


@pytest.mark.parametrize("method", REFUSED)
def test_unsupported_operations_are_rejected(client, steer, upstream, method):
    with pytest.raises(client.exceptions.AccessDeniedException) as raised:
        getattr(client, method)(**REFUSED[method])
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert upstream.requests() == []


def test_every_operation_of_the_service_is_known_here(client):
    """Fails if a new version of boto3 has another operation."""
    tested = {
        "ApplyGuardrail", "Converse", "ConverseStream", "CountTokens", "InvokeModel", "InvokeModelWithResponseStream",
        "StartAsyncInvoke", "GetAsyncInvoke", "ListAsyncInvokes", "InvokeGuardrailChecks",
    }
    # boto3 has no HTTP/2, so it has no method for this one.
    assert set(client.meta.service_model.operation_names) - {"InvokeModelWithBidirectionalStream"} == tested
