"""The cases, which the tests with the Rust SDK also read."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "cases"


def read(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


TEXTS = read("texts")
ERRORS = read("errors")
FAMILIES = read("chat") + read("prompt") + read("wordless")
STREAMING = [case for case in FAMILIES if "chunk" in case]
CUTS = (1, 3, 7, 4000)


def name(case):
    return case["name"].replace(" ", "-").replace(",", "")


def fill(value, *texts):
    """Returns the template with each `$TEXT` replaced by the next string; the last string fills all remaining fields."""
    left = list(texts)

    def walk(value):
        if isinstance(value, str):
            while "$TEXT" in value:
                value = value.replace("$TEXT", left.pop(0) if len(left) > 1 else left[0], 1)
            return value
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        return value

    return walk(value)


OPERATOR = ("/system", "/tools/", "/toolConfig/", "/response_format/", "/responseFormat/", "/preamble")


def text_pointers(value, pointer=""):
    """Returns the pointers of the text fields of the template, in order."""
    if isinstance(value, str):
        return [pointer] * value.count("$TEXT")
    if isinstance(value, list):
        return [found for at, item in enumerate(value) for found in text_pointers(item, f"{pointer}/{at}")]
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in text_pointers(item, f"{pointer}/{key}")]
    return []


def turn_kind(case, pointer):
    """Returns the kind of turn at a pointer: a blocking rule blocks in the last turn, masks in history, and reports in the operator's text."""
    if pointer.startswith((*OPERATOR, *case.get("operator", []))):
        return "operator"
    if pointer.startswith(("/chat_history/", *case.get("history", []))):
        return "history"
    return "last turn"


def sent(case, text):
    """Returns the request as it is forwarded if all its text becomes this: signed reasoning that is masked is withheld."""
    body = fill(case["body"], text)
    if "signed" in case:
        content, block = case["signed"].rsplit("/", 1)
        del at(body, content)[int(block)]
    return body


def all_at(value, pointer):
    """Returns the values at a JSON pointer, in which `*` is every item of a list."""
    found = [value]
    for step in pointer.split("/")[1:]:
        found = [inner for outer in found for inner in inside(outer, step)]
    return found


def inside(value, step):
    if isinstance(value, list):
        return value if step == "*" else value[int(step) : int(step) + 1]
    return [value[step]] if isinstance(value, dict) and step in value else []


def at(value, pointer):
    """Returns the value at a JSON pointer, or None."""
    found = all_at(value, pointer)
    return found[0] if found else None


def strings(value):
    """Returns all text of a value, joined, as a reader who joins tokens would see it."""
    if isinstance(value, str):
        return value.replace("\u2581", " ")
    if isinstance(value, dict):
        value = list(value.values())
    return "".join(map(strings, value)) if isinstance(value, list) else ""


def nothing_hidden(value):
    shown = strings(value)
    for hidden in TEXTS["hidden"]:
        assert hidden not in shown
