"""Clients of Bedrock for Python, with only the endpoint changed: LangChain, LiteLLM, Strands, and the AWS CLI."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import litellm
import pytest
from langchain_aws import ChatBedrockConverse
from strands import Agent
from strands.models import BedrockModel

GATEWAY = os.environ["BANISTER_GATEWAY"]
KEY = os.environ["BANISTER_KEY"]
TEXTS = json.loads((Path(__file__).parent.parent / "cases" / "texts.json").read_text(encoding="utf-8"))
NOVA = "us.amazon.nova-pro-v1:0"

# The simulator responds with a script, which repeats what was asked.
ASKED, ANSWERED = TEXTS["asked"], TEXTS["echoed"]
DENIED, BLOCKED = TEXTS["denied"], TEXTS["blocked_input"]

# Clients over botocore refuse to send a bearer token over plain HTTP, so they sign, with any key, and talk to a gateway without client
# keys. Nobody checks the signature.
OPEN = os.environ["BANISTER_OPEN_GATEWAY"]
os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "nobody"
os.environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = OPEN
os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = "us-east-1"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


class TestLangChain:
    @pytest.fixture
    def model(self):
        return ChatBedrockConverse(model=NOVA, base_url=OPEN, region_name="us-east-1")

    def test_whole(self, model):
        assert ANSWERED in model.invoke(ASKED).text

    def test_stream(self, model):
        assert ANSWERED in "".join(chunk.text for chunk in model.stream(ASKED))

    def test_blocked(self, model):
        answer = model.invoke(DENIED)
        assert answer.text == BLOCKED
        assert answer.response_metadata["stopReason"] == "guardrail_intervened"


class TestLiteLlm:
    def ask(self, text, **more):
        return litellm.completion(
            model=f"bedrock/converse/{NOVA}",
            messages=[{"role": "user", "content": text}],
            api_base=GATEWAY,
            api_key=KEY,
            aws_region_name="us-east-1",
            **more,
        )

    def test_whole(self):
        assert ANSWERED in self.ask(ASKED).choices[0].message.content

    def test_stream(self):
        chunks = self.ask(ASKED, stream=True)
        assert ANSWERED in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    def test_blocked(self):
        choice = self.ask(DENIED).choices[0]
        assert (choice.message.content, choice.finish_reason) == (BLOCKED, "content_filter")


class TestStrands:
    @staticmethod
    def agent():
        session = boto3.Session(region_name="us-east-1")
        model = BedrockModel(model_id=NOVA, boto_session=session, endpoint_url=OPEN)
        return Agent(model=model, callback_handler=None)

    def test_stream(self):
        assert ANSWERED in str(self.agent()(ASKED))

    def test_blocked(self):
        result = self.agent()(DENIED)
        assert BLOCKED in str(result)
        assert result.stop_reason == "guardrail_intervened"


class TestAwsCli:
    @staticmethod
    def converse(text):
        messages = json.dumps([{"role": "user", "content": [{"text": text}]}])
        command = ["-m", "awscli", "bedrock-runtime", "converse", "--model-id", NOVA, "--messages", messages]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_whole(self):
        assert ANSWERED in self.converse(ASKED)["output"]["message"]["content"][0]["text"]

    def test_blocked(self):
        answer = self.converse(DENIED)
        assert answer["output"]["message"]["content"][0]["text"] == BLOCKED
        assert answer["stopReason"] == "guardrail_intervened"
