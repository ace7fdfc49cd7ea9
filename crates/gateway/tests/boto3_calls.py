"""Calls a gateway by boto3 and checks what comes back. The test that runs this starts gateway and simulator.

Usage: boto3_calls.py ENDPOINT KEY
"""

import json
import os
import sys

endpoint, key = sys.argv[1:]
# A client key is shown as a Bedrock API key: the SDKs send it as bearer token.
os.environ["AWS_BEARER_TOKEN_BEDROCK"] = key

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

client = boto3.client(
    "bedrock-runtime",
    endpoint_url=endpoint,
    region_name="us-east-1",
    config=Config(retries={"max_attempts": 1}),
)
MODEL = "meta.llama3-8b-instruct-v1:0"
MASKED = "You said: Mail {EMAIL} at {competitors}"
ASKED = "Mail jane.roe@example.com at Acme"
STOPPED = "I can't help with that."


def messages(text):
    return [{"role": "user", "content": [{"text": text}]}]


def same(found, expected):
    if found != expected:
        raise SystemExit(f"expected {expected!r}, found {found!r}")


def invoke(text):
    answer = client.invoke_model(modelId=MODEL, body=json.dumps({"prompt": text}))
    return json.loads(answer["body"].read())["generation"]


def invoke_stream(text):
    answer = client.invoke_model_with_response_stream(modelId=MODEL, body=json.dumps({"prompt": text}))
    return "".join(json.loads(event["chunk"]["bytes"])["generation"] for event in answer["body"])


def converse(text, **more):
    answer = client.converse(modelId=MODEL, messages=messages(text), **more)
    return answer["output"]["message"]["content"][0]["text"]


def converse_stream(text):
    answer = client.converse_stream(modelId=MODEL, messages=messages(text))
    deltas = (event["contentBlockDelta"]["delta"] for event in answer["stream"] if "contentBlockDelta" in event)
    return "".join(delta.get("text", "") for delta in deltas)


for call in (invoke, invoke_stream, converse, converse_stream):
    same(call(ASKED), MASKED)
    same(call("Give me a stock tip"), STOPPED)

tickets = {"guardrailIdentifier": "tickets", "guardrailVersion": "1"}
same(converse("T-12 at Acme", guardrailConfig=tickets), "You said: {ticket} at Acme")

counted = client.count_tokens(modelId=MODEL, input={"converse": {"messages": messages(ASKED)}})
same(counted["inputTokens"] > 0, True)

applied = client.apply_guardrail(
    guardrailIdentifier="main",
    guardrailVersion="DRAFT",
    source="INPUT",
    content=[{"text": {"text": ASKED}}],
)
same((applied["action"], applied["outputs"][0]["text"]), ("GUARDRAIL_INTERVENED", "Mail {EMAIL} at Acme"))

try:
    client.invoke_model(modelId=MODEL, body=b"not json")
except ClientError as error:
    same(error.response["Error"]["Code"], "ValidationException")
else:
    raise SystemExit("a body that cannot be examined passed")
