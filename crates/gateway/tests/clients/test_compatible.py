"""The SDKs of OpenAI and Anthropic, with only their base URL and key changed."""

import json
import os
from pathlib import Path

import anthropic
import openai
import pytest

GATEWAY = os.environ["BANISTER_GATEWAY"]
KEY = os.environ["BANISTER_KEY"]
TEXTS = json.loads((Path(__file__).parent.parent / "cases" / "texts.json").read_text(encoding="utf-8"))
GPT, CLAUDE = "openai.gpt-oss-20b-1:0", "anthropic.claude-sonnet-4-20250514-v1:0"


def steering(reply, cut=4000):
    return {"x-simulator-reply": reply, "x-simulator-chunk": f"bytes:{cut}", "x-simulator-write-size": str(cut)}


def say(text, cut=4000):
    return steering(f"text-json:{json.dumps(text)}", cut)


class OpenAi:
    def __init__(self):
        self.client = openai.OpenAI(base_url=f"{GATEWAY}/openai/v1", api_key=KEY, max_retries=0)


class Chat(OpenAi):
    refusal = "content_filter"

    def ask(self, text, headers):
        return self.client.chat.completions.create(
            model=GPT, messages=[{"role": "user", "content": text}], extra_headers=headers
        )

    def whole(self, text, headers):
        choice = self.ask(text, headers).choices[0]
        return choice.message.content, choice.finish_reason

    def stream(self, text, headers):
        messages = [{"role": "user", "content": text}]
        with self.client.chat.completions.stream(model=GPT, messages=messages, extra_headers=headers) as stream:
            deltas = [event.delta for event in stream if event.type == "content.delta"]
        return "".join(deltas), None

    def raw_stream(self, text, headers):
        chunks = self.client.chat.completions.create(
            model=GPT, messages=[{"role": "user", "content": text}], extra_headers=headers, stream=True
        )
        deltas, reason = [], None
        for chunk in chunks:
            for choice in chunk.choices:
                deltas.append(choice.delta.content or "")
                reason = choice.finish_reason or reason
        return "".join(deltas), reason


class Responses(OpenAi):
    refusal = "content_filter"

    @staticmethod
    def reason(response):
        return response.incomplete_details.reason if response.incomplete_details else None

    def whole(self, text, headers):
        response = self.client.responses.create(model=GPT, input=text, extra_headers=headers)
        return response.output_text, self.reason(response)

    def raw_stream(self, text, headers):
        deltas, reason = [], None
        for event in self.client.responses.create(model=GPT, input=text, extra_headers=headers, stream=True):
            if event.type == "response.output_text.delta":
                deltas.append(event.delta)
            if event.type in ("response.completed", "response.incomplete"):
                reason = self.reason(event.response)
        return "".join(deltas), reason

    def stream(self, text, headers):
        with self.client.responses.stream(model=GPT, input=text, extra_headers=headers) as stream:
            deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
            final = stream.get_final_response()
        assert final.output_text == "".join(deltas)
        return final.output_text, self.reason(final)


class Messages:
    refusal = "refusal"

    def __init__(self):
        self.client = anthropic.Anthropic(base_url=f"{GATEWAY}/anthropic", auth_token=KEY, max_retries=0)

    def arguments(self, text, headers):
        messages = [{"role": "user", "content": text}]
        return {"model": CLAUDE, "max_tokens": 99, "messages": messages, "extra_headers": headers}

    def whole(self, text, headers):
        message = self.client.messages.create(**self.arguments(text, headers))
        return message.content[0].text, message.stop_reason

    def stream(self, text, headers):
        with self.client.messages.stream(**self.arguments(text, headers)) as stream:
            deltas = list(stream.text_stream)
            final = stream.get_final_message()
        assert final.content[-1].text == "".join(deltas)
        return "".join(deltas), final.stop_reason

    raw_stream = stream


@pytest.fixture(params=[Chat, Responses, Messages], ids=lambda api: api.__name__)
def api(request):
    return request.param()


def test_text_is_masked(api):
    assert api.whole(TEXTS["asked"], say(TEXTS["said"]))[0] == TEXTS["given"]


@pytest.mark.parametrize("cut", [1, 7, 4000])
def test_streamed_text_is_masked(api, cut):
    assert api.stream(TEXTS["asked"], say(TEXTS["said"], cut))[0] == TEXTS["given"]


def test_what_is_sent_is_masked(api):
    text, _ = api.whole(TEXTS["asked"], steering("echo"))
    assert TEXTS["echoed"] in text


def test_a_blocked_request_is_a_refusal(api):
    for ask in (api.whole, api.raw_stream):
        assert ask(TEXTS["denied"], say("Fine.")) == (TEXTS["blocked_input"], api.refusal)


def test_a_blocked_response_is_a_refusal(api):
    text, reason = api.whole("Hello", say(TEXTS["said_denied"]))
    assert (text, reason) == (TEXTS["blocked_output"], api.refusal)


def test_a_blocked_stream_is_a_refusal(api):
    if isinstance(api, Messages):
        with api.client.messages.stream(**api.arguments("Hello", say(TEXTS["said_denied"], 7))) as stream:
            text, reason = "".join(stream.text_stream), stream.get_final_message().stop_reason
    else:
        text, reason = api.raw_stream("Hello", say(TEXTS["said_denied"], 7))
    assert reason == api.refusal
    assert text.endswith(TEXTS["blocked_output"])
    assert TEXTS["given_before"].startswith(text.removesuffix(TEXTS["blocked_output"]))


def test_tool_arguments_are_masked():
    reply = "tool:" + json.dumps({"name": "send", "input": {"to": "jane.roe@example.com"}})
    chat = Chat().ask("Hello", steering(reply)).choices[0].message.tool_calls[0].function
    assert json.loads(chat.arguments) == {"to": "{EMAIL}"}
    block = Messages()
    message = block.client.messages.create(**block.arguments("Hello", steering(reply)))
    assert message.content[0].input == {"to": "{EMAIL}"}


def test_an_error_has_a_message():
    with pytest.raises(openai.BadRequestError, match="could not be inspected"):
        Responses().client.responses.create(model=GPT, input=[{"type": "hologram"}])
    with pytest.raises(anthropic.BadRequestError, match="could not be inspected"):
        block = Messages()
        arguments = block.arguments("Hello", {})
        arguments["messages"][0]["content"] = [{"type": "hologram"}]
        block.client.messages.create(**arguments)
