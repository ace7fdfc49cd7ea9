"""Guardrails for Amazon Bedrock: denied topics, word filters and PII masking, in process, streams included.

>>> from banister import Guardrail
>>> guardrail = Guardrail.from_yaml("{version: 1, name: mail, pii: [{types: [EMAIL], action: mask}]}")
>>> guardrail.assess("Write to jane.roe@example.com", "input").text
'Write to {EMAIL}'

`StreamGuard` evaluates text that arrives in chunks, with the same result. `guard` guards the calls of a boto3 client.
"""

from . import audit
from ._banister import (
    Assessment,
    AuditError,
    BanisterError,
    Conversation,
    Finding,
    GuardError,
    Guardrail,
    PolicyError,
    Problem,
    StreamGuard,
    TopicScore,
    __version__,
)
from ._guard import guard

__all__ = [
    "Assessment",
    "AuditError",
    "BanisterError",
    "Conversation",
    "Finding",
    "GuardError",
    "Guardrail",
    "PolicyError",
    "Problem",
    "StreamGuard",
    "TopicScore",
    "__version__",
    "audit",
    "guard",
]
