"""Checked by mypy: the types that users see."""

from typing import List, Optional

import banister
from banister import Assessment, Finding, Guardrail, StreamGuard


def mask(guardrail: Guardrail, text: str) -> Optional[str]:
    assessment: Assessment = guardrail.assess(text, "input")
    findings: List[Finding] = assessment.findings
    if assessment.outcome == "blocked" and findings:
        return assessment.message
    return assessment.text


def stream(guardrail: Guardrail, chunks: List[str]) -> str:
    guard = StreamGuard(guardrail, direction="output")
    return "".join([guard.push(chunk) for chunk in chunks] + [guard.finish()])


def client_stays_itself(client: List[int]) -> List[int]:
    return banister.guard(client, Guardrail.from_pack(), error_on_block=True)
