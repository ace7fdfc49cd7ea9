import pytest

import banister

POLICY = """
version: 1
name: tests
messages: {blocked_input: Not to the model., blocked_output: Not from the model.}
word_filters:
  - {name: secrets, words: [project falcon], action: block}
pii:
  - {types: [EMAIL, PHONE], action: mask}
  - {types: [IP_ADDRESS], action: detect}
"""


@pytest.fixture(scope="session")
def guardrail() -> banister.Guardrail:
    return banister.Guardrail.from_yaml(POLICY)
