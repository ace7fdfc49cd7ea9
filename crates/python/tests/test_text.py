import copy
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import banister
from conftest import POLICY


def test_outcomes(guardrail):
    passed = guardrail.assess("Good morning", "input")
    assert (passed.outcome, passed.text, passed.findings, passed.message) == ("passed", "Good morning", [], None)

    masked = guardrail.assess("Mail jane.roe@example.com", "input")
    assert (masked.outcome, masked.text) == ("masked", "Mail {EMAIL}")
    assert masked.masked_text == masked.text and not masked.is_blocked

    for direction, message in [("input", "Not to the model."), ("output", "Not from the model.")]:
        blocked = guardrail.assess("About Project Falcon", direction)
        assert (blocked.outcome, blocked.text, blocked.message) == ("blocked", message, message)
        assert blocked.is_blocked and blocked.masked_text is None and blocked.direction == direction
        assert guardrail.assess("About Project Falcon", direction.upper()).text == message


def test_spans_index_python_strings(guardrail):
    for before in ["", "plain ", "é ü ", "日本語、", "👩‍👩‍👧 ", "a日é👍 "]:
        text = f"{before}jane.roe@example.com 👍 10.20.30.40"
        findings = guardrail.assess(text, "input").findings
        spans = [text[finding.start : finding.end] for finding in findings]
        assert spans == ["jane.roe@example.com", "10.20.30.40"], text
        for finding, span in zip(findings, spans):
            assert text.encode()[finding.byte_start : finding.byte_end].decode() == span


def test_findings_are_typed(guardrail):
    email, address = guardrail.assess("jane.roe@example.com 10.20.30.40", "output").findings
    assert (email.rule, email.kind, email.entity_type, email.action) == ("EMAIL", "pii", "EMAIL", "ANONYMIZED")
    assert (address.entity_type, address.action) == ("IP_ADDRESS", "NONE")
    assert email.matched_text is None and email.fingerprint is None and email.score is None
    assert email == guardrail.assess("jane.roe@example.com", "output").findings[0] and email != address


def test_matches_and_fingerprints_only_on_request(guardrail):
    text = "jane.roe@example.com"
    assessment = guardrail.assess(text, "input")
    assert text not in repr(assessment) + repr(assessment.findings) + json.dumps(assessment.apply_guardrail_response())

    matched = guardrail.dangerous_include_matches().assess(text, "input")
    assert matched.findings[0].matched_text == text
    entities = matched.apply_guardrail_response()["assessments"][0]["sensitiveInformationPolicy"]["piiEntities"]
    assert entities[0]["match"] == text

    prints = [guardrail.with_fingerprints(key).assess(text, "input").findings[0].fingerprint for key in (b"a", b"a", b"b")]
    assert prints[0] == prints[1] != prints[2] and len(prints[0]) == 64


def test_response_of_apply_guardrail(guardrail):
    response = guardrail.assess("Mail jane.roe@example.com", "input").apply_guardrail_response()
    assert response["action"] == "GUARDRAIL_INTERVENED"
    assert response["outputs"] == [{"text": "Mail {EMAIL}"}]
    assert response["guardrailCoverage"] == {"textCharacters": {"guarded": 25, "total": 25}}
    assert guardrail.assess("Hello", "input").apply_guardrail_response()["action"] == "NONE"
    blocked = guardrail.assess("project falcon", "input").apply_guardrail_response()
    assert blocked["outputs"] == [{"text": "Not to the model."}]


def test_topic_scores():
    guardrail = banister.Guardrail.from_yaml(
        "{version: 1, name: t, denied_topics: [{name: weather, definition: The weather., "
        "examples: [Will it rain tomorrow?, What is the weather like today?]}]}"
    )
    assert guardrail.assess("What is the weather like today?", "input").topic_scores == []
    assessment = guardrail.with_topic_scores().assess("What is the weather like today?", "input")
    (score,) = assessment.topic_scores
    assert score.rule == "weather" and score.score >= score.threshold
    assert assessment.is_blocked and assessment.findings[0].score == score.score


def test_sources_of_policies(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    guardrails = [banister.Guardrail.from_yaml(policy) for policy in (POLICY, path, str(path))]
    assert len({guardrail.digest for guardrail in guardrails}) == 1
    assert guardrails[0].name == "tests" and guardrails[0].buffer_limit > 0
    for name in banister.Guardrail.pack_names():
        assert banister.Guardrail.from_pack(name).digest
    assert banister.Guardrail.from_pack().name == banister.Guardrail.from_pack("default").name


def test_numbered_replacements_of_a_conversation():
    policy = "{version: 1, name: n, pii: [{types: [EMAIL], action: mask, replacement: numbered}]}"
    guardrail, conversation = banister.Guardrail.from_yaml(policy), banister.Conversation()

    def masked(text):
        return guardrail.assess(text, "input", conversation=conversation).text

    first, second = masked("ann@example.com"), masked("bob@example.com")
    assert first != second and masked("ann@example.com") == first


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((b"bytes", "input"), TypeError),
        ((None, "input"), TypeError),
        (("text", None), TypeError),
        (("text",), TypeError),
        (("text", "sideways"), ValueError),
        (("text", ""), ValueError),
        (("\ud800", "input"), UnicodeEncodeError),
        (("a\udfff jane.roe@example.com", "input"), UnicodeEncodeError),
    ],
)
def test_bad_arguments(guardrail, arguments, error):
    with pytest.raises(error):
        guardrail.assess(*arguments)


def test_nul_and_other_odd_characters(guardrail):
    for text in ["\0", "\0jane.roe@example.com\0", "\ufeff", "\U0010ffff", ""]:
        assert guardrail.assess(text, "input").inspected_chars == len(text)


def test_policy_errors(tmp_path):
    with pytest.raises(banister.PolicyError) as caught:
        banister.Guardrail.from_yaml("version: 1\nname: x\npii: [{types: [EMIAL], action: mask}]\nwords: []\n")
    error = caught.value
    assert isinstance(error, banister.BanisterError) and "EMIAL" in str(error)
    assert [problem.line for problem in error.problems] == sorted(problem.line for problem in error.problems)
    assert len(error.problems) == 2 and any("EMAIL" in (problem.help or "") for problem in error.problems)

    for policy in ["", "\t", "[", "- 1", "a: &a [*a]", "{version: 2, name: x}", tmp_path, tmp_path / "none.yaml", "none.yaml"]:
        with pytest.raises(banister.PolicyError) as caught:
            banister.Guardrail.from_yaml(policy)
        assert caught.value.problems and str(caught.value)
    with pytest.raises(banister.PolicyError, match="none"):
        banister.Guardrail.from_pack("none")
    for policy in [None, 1, b"version: 1"]:
        with pytest.raises(TypeError):
            banister.Guardrail.from_yaml(policy)
    with pytest.raises(ValueError, match="key"):
        banister.Guardrail.from_pack().with_fingerprints(b"")


def test_threads_share_a_guardrail(guardrail):
    text, results = "jane.roe@example.com and more text. " * 1000, []
    workers = [threading.Thread(target=lambda: results.append(guardrail.assess(text, "input").text)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert results == [text.replace("jane.roe@example.com", "{EMAIL}")] * 4


def test_the_gil_is_released(guardrail):
    text = "x jane.roe@example.com " * 10_000

    def runs_meanwhile():
        begun, events = threading.Event(), []

        def assess():
            begun.set()
            guardrail.assess(text, "input")
            events.append("assessed")

        worker = threading.Thread(target=assess)
        worker.start()
        begun.wait()
        events.append("meanwhile")
        worker.join()
        return events[0] == "meanwhile"

    # No thread has to give the GIL away: others run only if `assess` does.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        assert any(runs_meanwhile() for _ in range(100))
    finally:
        sys.setswitchinterval(interval)


def test_objects_cannot_be_copied_into_a_broken_state(guardrail):
    with pytest.raises(TypeError):
        copy.deepcopy(guardrail)


def test_everything_public_is_documented():
    for name in banister.__all__:
        item = getattr(banister, name)
        assert name.startswith("__") or item.__doc__, name
        if isinstance(item, type) and not issubclass(item, Exception):
            fields = {"Finding", "TopicScore", "Problem", "UnitFile"}
            for member, value in vars(item).items():
                assert member.startswith("_") or name in fields or value.__doc__, f"{name}.{member}"


def test_the_example_of_the_package():
    import doctest

    assert doctest.testmod(banister).attempted > 0
    assert doctest.testmod(banister).failed == 0
    assert (Path(banister.__file__).parent / "py.typed").exists()


PANIC = """
import sys
import traceback
import banister
try:
    banister._banister._panic(sys.argv[1])
except banister.BanisterError:
    traceback.print_exc()
    print("contained")
"""


def test_the_message_of_a_panic_is_nowhere():
    command = [sys.executable, "-c", PANIC, "canary jane.roe@example.com"]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "RUST_BACKTRACE": "full", "BANISTER_TEST_PANIC": "1"})
    assert ran.stdout == "contained\n", ran.stderr
    assert "internal error" in ran.stderr and "contain.rs" in ran.stderr
    assert "jane" not in ran.stderr and "canary" not in ran.stderr


def test_all_work_on_text_is_contained():
    """A panic in other code would reach Python with its message."""
    sources = Path(__file__).parent.parent / "src"
    with_detach = [source.name for source in sources.glob("*.rs") if ".detach(" in source.read_text()]
    assert with_detach == ["contain.rs"]
