"""Streams, split at any position, by events and by writes to the socket."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cases import CUTS, FAMILIES, STREAMING, TEXTS, all_at, at, fill, name, nothing_hidden, sent

ASKED = [{"role": "user", "content": [{"text": TEXTS["asked"]}]}]
NOVA = "us.amazon.nova-pro-v1:0"


@pytest.fixture(params=CUTS, ids=lambda cut: f"cut-{cut}")
def cut(request, steer):
    steer(chunk=f"bytes:{request.param}", write_size=request.param)


def chunks(client, case, text):
    body = json.dumps(fill(case["body"], text))
    answer = client.invoke_model_with_response_stream(modelId=case["model"], body=body)
    assert answer["contentType"] == "application/json"
    return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]


def substreams(case, chunks, pointer="chunk"):
    """Returns the text of each substream, joined."""
    joined = {}
    for chunk in chunks:
        texts = all_at(chunk, case.get(pointer, case["chunk"]))
        numbers = all_at(chunk, case["substream"]) if "substream" in case else [0] * len(texts)
        for number, text in zip(numbers, texts):
            joined[number] = joined.get(number, "") + text
    return joined


def check_message_at_the_end(text, message):
    """Asserts that the released text is the masked text before the phrase, followed by the message."""
    assert text.endswith(message)
    assert TEXTS["given_before"].startswith(text.removesuffix(message))


@pytest.mark.parametrize("case", STREAMING, ids=name)
class TestEveryFamily:
    def test_gives_the_text_that_it_gives_whole(self, client, steer, upstream, cut, case):
        steer.say(TEXTS["said"])
        found = chunks(client, case, TEXTS["asked"])
        assert substreams(case, found) == dict.fromkeys(range(case.get("substreams", 1)), TEXTS["given"])
        assert "amazon-bedrock-invocationMetrics" in found[-1]
        assert all("amazon-bedrock-guardrailAction" not in chunk for chunk in found)
        nothing_hidden(found)
        assert upstream.body() == sent(case, TEXTS["received"])

    def test_ends_with_the_message_where_a_phrase_is_blocked(self, client, steer, upstream, cut, case):
        steer.say(TEXTS["said_denied"])
        found = chunks(client, case, "Hello")
        joined = substreams(case, found, "blocked_chunk")
        # A choice that had not begun has no end either.
        assert set(joined) <= set(range(case.get("substreams", 1))) and 0 in joined
        for text in joined.values():
            check_message_at_the_end(text, TEXTS["blocked_output"])
        check_end(case, found)

    def test_has_the_message_alone_where_the_request_is_blocked(self, client, steer, upstream, case):
        if case.get("blocked") == []:
            with pytest.raises(client.exceptions.ValidationException):
                chunks(client, case, TEXTS["denied"])
        else:
            found = chunks(client, case, TEXTS["denied"])
            assert substreams(case, found, "blocked_chunk") == {0: TEXTS["blocked_input"]}
            check_end(case, found)
        assert upstream.requests() == []


def check_end(case, found):
    """Asserts that the stream ends as the family's streams do."""
    nothing_hidden(found)
    for pointer, value in case["chunk_stop"].items():
        assert value in [at(chunk, pointer) for chunk in found]
    assert found[-1]["amazon-bedrock-guardrailAction"] == "INTERVENED"
    assert "amazon-bedrock-invocationMetrics" in found[-1]


def test_concurrent_streams_do_not_mix(client, steer, upstream):
    steer(reply="echo", chunk="bytes:3", write_size=7)

    def ask(number):
        case = STREAMING[number % len(STREAMING)]
        asked = f"Number {number}: {TEXTS['asked']}."
        return substreams(case, chunks(client, case, asked)).values()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(64)))
    for number, texts in enumerate(answers):
        for text in texts:
            assert f"Number {number}: {TEXTS['echoed']}." in text
            assert text.count("Number") == text.count(f"Number {number}:")


@pytest.mark.parametrize("case", [case for case in FAMILIES if case["name"] == "Jurassic-2"], ids=name)
def test_what_cannot_stream_says_so(client, steer, upstream, case):
    with pytest.raises(client.exceptions.ValidationException):
        chunks(client, case, "Hello")


def converse(client, **more):
    answer = client.converse_stream(modelId=NOVA, messages=ASKED, **more)
    return list(answer["stream"])


def joined(events, *path):
    """Returns the text at a path in the deltas, and its content blocks."""
    texts, blocks = [], set()
    for event in events:
        text = event.get("contentBlockDelta", {}).get("delta", {})
        for step in path:
            text = text.get(step) if text else None
        if text is not None:
            texts.append(text)
            blocks.add(event["contentBlockDelta"]["contentBlockIndex"])
    return "".join(texts), blocks


def kinds(events):
    return [next(iter(event)) for event in events]


class TestConverse:
    def test_text(self, client, steer, upstream, cut):
        steer.say(TEXTS["said"])
        events = converse(client)
        assert joined(events, "text") == (TEXTS["given"], {0})
        assert kinds(events)[0] == "messageStart"
        assert kinds(events)[-3:] == ["contentBlockStop", "messageStop", "metadata"]
        assert upstream.body()["messages"][0]["content"][0]["text"] == TEXTS["received"]

    def test_reasoning(self, client, steer, upstream, cut):
        reply = {"reasoning": TEXTS["said"], "text": TEXTS["said"]}
        steer(reply=f"reasoning:{json.dumps(reply)}")
        events = converse(client)
        assert joined(events, "reasoningContent", "text") == (TEXTS["given"], {0})
        assert joined(events, "text") == (TEXTS["given"], {1})
        assert joined(events, "reasoningContent", "signature")[0] == "", "it does not fit what was masked"

    def test_tool_arguments(self, client, steer, upstream, cut):
        arguments = {"to": TEXTS["said"], "list": ["jane.roe@example.com", {"n": 1.5}], "quoted": "\"jane.roe@example.com\"\n"}
        steer(reply=f"tool:{json.dumps({'name': 'mail', 'input': arguments, 'text': TEXTS['said']})}")
        events = converse(client)
        found, blocks = joined(events, "toolUse", "input")
        masked = {"to": TEXTS["given"], "list": ["{EMAIL}", {"n": 1.5}], "quoted": "\"{EMAIL}\"\n"}
        assert (json.loads(found), blocks) == (masked, {1})
        assert joined(events, "text") == (TEXTS["given"], {0})
        (stop,) = [event["messageStop"] for event in events if "messageStop" in event]
        assert stop["stopReason"] == "tool_use"

    @pytest.mark.parametrize("part", ["text", "reasoning", "tool"])
    def test_blocked(self, client, steer, upstream, cut, part):
        denied = TEXTS["said_denied"]
        reply = {
            "text": f"text-json:{json.dumps(denied)}",
            "reasoning": f"reasoning:{json.dumps({'reasoning': denied, 'text': 'Fine.'})}",
            "tool": f"tool:{json.dumps({'name': 'mail', 'input': {'to': denied}})}",
        }
        steer(reply=reply[part])
        events = converse(client)
        check_message_at_the_end(joined(events, "text")[0], TEXTS["blocked_output"])
        (stop,) = [event["messageStop"] for event in events if "messageStop" in event]
        assert stop["stopReason"] == "guardrail_intervened"
        assert kinds(events)[-1] == "metadata"
        nothing_hidden(events)

    def test_blocked_request(self, client, steer, upstream):
        answer = client.converse_stream(modelId=NOVA, messages=[{"role": "user", "content": [{"text": TEXTS["denied"]}]}])
        events = list(answer["stream"])
        assert kinds(events)[0] == "messageStart"
        assert joined(events, "text") == (TEXTS["blocked_input"], {0})
        assert upstream.requests() == []
