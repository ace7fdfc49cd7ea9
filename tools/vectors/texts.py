"""Collects the sentences to train on, one a line: the sets of a folder (see README.md), and own frames.

Usage: texts.py DATA OUT
"""

import gzip
import json
import pathlib
import random
import re
import sys

from frames import subject_sentences, word_sentences
from teacher import vocabulary

# File, field, most sentences.
SETS = [
    ("names/nlu.jsonl", "text", 12_500),
    ("text/hh-chat.jsonl", "text", 9_500),
    ("moderation/openai-moderation.jsonl.gz", "prompt", 3_000),
    ("pii/piianon_sample.jsonl", "text", 5_000),
    ("names/btc.jsonl", "text", 2_500),
    ("names/wnut17_train_dev.jsonl", "text", 1_500),
    ("names/litbank.jsonl", "text", 3_000),
    ("text/fastchat__llm_judge__data__mt_bench__question.jsonl", "turns", 400),
    ("text/fastchat__llm_judge__data__vicuna_bench__question.jsonl", "turns", 400),
]
SUBJECT_FRAMES = 90_000
WORD_FRAMES = 60_000


def sentences_of(path, field):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        for line in lines:
            value = json.loads(line)[field]
            for text in value if isinstance(value, list) else [value]:
                for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
                    sentence = " ".join(sentence.split())
                    if 8 <= len(sentence) <= 170 and sentence.isascii():
                        yield sentence


def main():
    data, out = map(pathlib.Path, sys.argv[1:])
    rng = random.Random(20)
    kept = set()
    for name, field, most in SETS:
        found = sorted(set(sentences_of(data / name, field)))
        rng.shuffle(found)
        kept.update(found[:most])
        print(f"{name}: {min(most, len(found))} of {len(found)}")
    words = [word for word in vocabulary() if re.fullmatch(r"[a-z]{3,}", word)]
    kept.update(subject_sentences(SUBJECT_FRAMES, rng))
    kept.update(word_sentences(WORD_FRAMES, words, rng))
    kept = sorted(sentence for sentence in kept if len(sentence) >= 3)
    rng.shuffle(kept)
    out.write_text("\n".join(kept) + "\n")
    print(f"{len(kept)} sentences")


if __name__ == "__main__":
    main()
