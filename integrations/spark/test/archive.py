"""Writes an archive in the layout of Bedrock's invocation log: records, streams, a body in a side object, a marker, and what cannot be read."""

import gzip
import json
import random

WORDS = "the order was late and nobody could say why it had been sent to another town".split()
VALUES = ["jane.roe@example.com", "4111 1111 1111 1111", "+49 30 901820", "project falcon"]
LOG = "AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/2026/11/02"


def write(root, objects, records):
    rng = random.Random(13)
    folder = root / LOG
    (folder / "00" / "data").mkdir(parents=True)
    (folder / "amazon-bedrock-logs-permission-check").touch()
    for number in range(objects):
        # Of different sizes.
        lines = [json.dumps(record(rng, f"{number}-{line}")) for line in range(records // 2 + rng.randrange(records))]
        if number == 0:
            lines.append(side_object(folder / "00" / "data"))
        if number == 1:
            lines.insert(3, '{"torn": ')
        content = gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
        if number == 2:
            content = content[: len(content) // 2]
        (folder / "00" / f"20261102T0000{number:02}Z_{number:016x}.json.gz").write_bytes(content)


def text(rng):
    words = rng.choices(WORDS, k=60)
    if rng.random() < 0.2:
        words.insert(rng.randrange(60), rng.choice(VALUES))
    return " ".join(words)


def record(rng, name):
    asked = {"messages": [{"role": "user", "content": [{"text": text(rng)}]}]}
    said, cut = text(rng), rng.randrange(100)
    if rng.random() < 0.5:
        operation = "Converse"
        body = {"output": {"message": {"role": "assistant", "content": [{"text": said}]}}, "stopReason": "end_turn"}
    else:
        operation = "ConverseStream"
        body = [
            {"messageStart": {"role": "assistant"}},
            *({"contentBlockDelta": {"delta": {"text": part}, "contentBlockIndex": 0}} for part in (said[:cut], said[cut:])),
            {"contentBlockStop": {"contentBlockIndex": 0}},
            {"messageStop": {"stopReason": "end_turn"}},
        ]
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": "2026-11-02T00:00:00Z",
        "accountId": "123456789012",
        "region": "us-east-1",
        "requestId": f"request-{name}",
        "operation": operation,
        "modelId": "us.amazon.nova-pro-v1:0",
        "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/app/session"},
        "input": {"inputContentType": "application/json", "inputBodyJson": asked},
        "output": {"outputContentType": "application/json", "outputBodyJson": body},
    }


def side_object(folder):
    """Writes the body of a request beside the log, and returns the record that refers to it."""
    whole = record(random.Random(1), "side")
    body = {"messages": [{"role": "user", "content": [{"text": "Mail jane.roe@example.com"}]}]}
    name = "20261102T000000Z_side_input.json.gz"
    (folder / name).write_bytes(gzip.compress(json.dumps(body).encode(), mtime=0))
    whole["input"] = {"inputContentType": "application/json", "inputBodyS3Path": f"s3://bucket/{LOG}/00/data/{name}"}
    return json.dumps(whole)
