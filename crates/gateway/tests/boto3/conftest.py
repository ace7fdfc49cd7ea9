"""A client of the gateway, and the requests that the simulator received. The Rust test that runs this has started both."""

import json
import os
import urllib.request

import boto3
import pytest
from botocore.config import Config

GATEWAY = os.environ["BANISTER_GATEWAY"]
SIMULATOR = os.environ["BANISTER_SIMULATOR"]
KEY = os.environ["BANISTER_KEY"]

# Nobody checks the signature, but boto3 makes one.
os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "nobody"


def connect(endpoint_url=GATEWAY, **more):
    config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
    return boto3.client("bedrock-runtime", endpoint_url=endpoint_url, region_name="us-east-1", config=config, **more)


def guarded():
    """Returns a client of the simulator that the Python package guards: the tests of `crates/python` are these as well."""
    import banister

    return banister.guard(connect(SIMULATOR), banister.Guardrail.from_yaml(os.environ["BANISTER_GUARD"]), identifier="main")


class Steering(dict):
    """Headers for the simulator, set by name: `reply`, `chunk`, `write_size`, `fault`, `shape`."""

    def __call__(self, **headers):
        self.update({f"x-simulator-{name.replace('_', '-')}": str(value) for name, value in headers.items()})

    def say(self, text):
        # Headers are ASCII.
        self(reply=f"text-json:{json.dumps(text)}")

    def add(self, request, **_):
        for name, value in [("x-banister-key", KEY), *self.items()]:
            request.headers[name] = value


@pytest.fixture(scope="session")
def connected():
    client = guarded() if "BANISTER_GUARD" in os.environ else connect()
    steering = Steering()
    client.meta.events.register("before-sign.bedrock-runtime", steering.add)
    return client, steering


@pytest.fixture
def client(connected):
    return connected[0]


@pytest.fixture
def steer(connected):
    connected[1].clear()
    yield connected[1]
    connected[1].clear()


class Upstream:
    def ask(self, method):
        request = urllib.request.Request(f"{SIMULATOR}/simulator/requests", method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def requests(self):
        requests = self.ask("GET")
        self.ask("DELETE")
        return requests

    def body(self):
        """Returns the body of the only request."""
        (request,) = self.requests()
        return json.loads(request["body"])


@pytest.fixture
def upstream():
    upstream = Upstream()
    upstream.ask("DELETE")
    return upstream
