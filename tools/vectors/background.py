"""Writes the ordinary questions with which thresholds are set: background.py > ../../src/detect/topic/background.txt"""

import random

from frames import subject_sentences

COUNT = 400


def main():
    rng = random.Random(11)
    questions = set()
    for sentence in subject_sentences(20 * COUNT, rng):
        if 16 <= len(sentence) <= 72:
            questions.add(sentence)
        if len(questions) == COUNT:
            break
    print("\n".join(sorted(questions)))


if __name__ == "__main__":
    main()
