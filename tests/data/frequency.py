"""Makes src/detect/topic/frequencies.txt: how rare English words are.

Usage: python3 tests/data/frequency.py TEXT_FOLDER > src/detect/topic/frequencies.txt
TEXT_FOLDER holds oasst-chat.jsonl (OpenAssistant oasst1, Apache-2.0) and sherlock.txt (public domain).
"""

import collections
import json
import math
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
texts = [json.loads(line)["text"] for line in (folder / "oasst-chat.jsonl").open()]
texts.append((folder / "sherlock.txt").read_text())

sentences = 0
counts = collections.Counter()
for text in texts:
    for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
        words = set(re.findall(r"[a-z0-9]+", sentence.lower()))
        if len(words) >= 2:
            sentences += 1
            counts.update(words)

by_weight = collections.defaultdict(list)
for word, count in counts.items():
    if count >= 6 and len(word) < 20:
        by_weight[round(math.log(sentences / count) * 4) / 4].append(word)

print("# How rare English words are: ln(sentences / sentences with the word), to a quarter; words not listed are rarer than all of these.")
print("# Counted over the English messages of OpenAssistant (oasst1, Apache-2.0) and The Adventures of Sherlock Holmes (public domain):")
print(f"# {sentences} sentences, words in at least 6 of them. Made by: tests/data/frequency.py")
for weight in sorted(by_weight):
    print(f"{weight}: " + " ".join(sorted(by_weight[weight])))
