import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import banister
from conftest import POLICY

GUARDRAIL = banister.Guardrail.from_yaml(POLICY)

PIECES = st.sampled_from(
    ["jane.roe@example.com", "+49 30 1234567", "project falcon", "Project  Falcon", "10.20.30.40", " ", "\n", "é", "日本", "👍", "a", "@", "."]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=12).map("".join)


def encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def stream(chunks, direction):
    guard = banister.StreamGuard(GUARDRAIL, direction)
    released = [guard.push(chunk) for chunk in chunks] + [guard.finish()]
    return "".join(released), guard


def cut(text, cuts):
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[start:end] for start, end in zip(edges, edges[1:])]


@settings(max_examples=300, deadline=None)
@given(text=TEXT.filter(encodable), cuts=st.lists(st.integers(0, 1000), max_size=30), direction=st.sampled_from(["input", "output"]))
def test_results_do_not_depend_on_chunks(text, cuts, direction):
    whole = GUARDRAIL.assess(text, direction)
    once, guard = stream([text], direction)
    pieces, other = stream(cut(text, cuts), direction)
    chars, third = stream(list(text), direction)
    assert once == pieces == chars
    for assessment in (guard.assessment, other.assessment, third.assessment):
        assert assessment.findings == whole.findings
        assert (assessment.outcome, assessment.message) == (whole.outcome, whole.message)
        assert assessment.inspected_chars == len(text)
        assert assessment.apply_guardrail_response()["assessments"] == whole.apply_guardrail_response()["assessments"]
    if not whole.is_blocked:
        assert once == whole.text


def test_text_is_released_as_soon_as_it_is_safe():
    guard = banister.StreamGuard(GUARDRAIL, "output")
    assert guard.push("Write to jane.roe@exam") == "Write to "
    assert guard.buffered_bytes > 0
    assert guard.push("ple.com now, please. Thank you.").startswith("{EMAIL} now")
    guard.finish()
    assert guard.buffered_bytes == 0 and guard.is_finished and not guard.is_blocked
    assert guard.assessment.outcome == "masked" and guard.assessment.text is None


def test_block():
    guard = banister.StreamGuard(GUARDRAIL, "output")
    released = guard.push("About project") + guard.push(" falcon and more")
    assert guard.is_blocked and released.strip() == "About"
    assert guard.push("more") == "" and guard.finish() == ""
    assert guard.assessment.message == "Not from the model."


def test_a_finished_stream_is_closed():
    guard = banister.StreamGuard(GUARDRAIL, "input")
    guard.finish()
    for call in (lambda: guard.push("x"), lambda: guard.push(""), guard.finish):
        with pytest.raises(ValueError, match="finished"):
            call()


def test_bad_chunks_leave_the_stream_usable():
    guard = banister.StreamGuard(GUARDRAIL, "input")
    guard.push("jane.roe@")
    for chunk, error in [(b"x", TypeError), (None, TypeError), ("\udc80", UnicodeEncodeError)]:
        with pytest.raises(error):
            guard.push(chunk)
    assert guard.push("example.com") + guard.finish() == "{EMAIL}"


def test_bad_arguments():
    with pytest.raises(ValueError, match="direction"):
        banister.StreamGuard(GUARDRAIL, "both")
    with pytest.raises(TypeError):
        banister.StreamGuard("policy.yaml", "input")
    with pytest.raises(TypeError):
        banister.StreamGuard()


def test_threads_that_share_a_stream_wait_for_each_other():
    guard = banister.StreamGuard(GUARDRAIL, "output")
    threads = [threading.Thread(target=lambda: [guard.push("x ") for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    guard.finish()
    assert guard.assessment.inspected_chars == 4 * 500 * 2
