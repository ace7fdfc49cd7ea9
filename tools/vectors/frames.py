"""Own sentences: frames filled with the words of `subjects.txt`, or with single words of the vocabulary."""

import pathlib
import random

HERE = pathlib.Path(__file__).parent

NOUN = [
    "what is {n}", "tell me about {n}", "how does {n} work", "i need help with {n}", "what do you think of {n}", "do you know anything about {n}",
    "i have a question about {n}", "is {n} {a}", "why is {n} {a}", "are you sure that {n} is {a}", "my friend says {n} is {a}",
    "which is better, {n} or {n2}", "what is the difference between {n} and {n2}", "can i use {n} for {n2}", "i am worried about {n}",
    "give me some advice on {n}", "explain {n} in simple words", "where can i find {n}", "how much does {n} cost", "i lost {n}",
    "what happens with {n} if it is {a}", "who is responsible for {n}", "write a short text about {n}", "i would like to know more about {n} and {n2}",
    "how do i choose {n}", "should i worry about {n}", "can you recommend {n}", "{n} and {n2}", "{n}", "what are the risks of {n}", "is it a good idea to get {n} now",
    "will {n} go up this year", "how long does {n} take", "what should i know before getting {n}", "do i need {n}", "there is a problem with {n}",
    "i was told that {n} is {a}, is that true", "please check {n} for me", "show me {n}", "when will {n} be {a}", "thanks for the help with {n}",
    "the article explains {n} and why it is {a}", "we have talked about {n} before", "our company offers {n}", "it depends on {n}",
]
VERB = [
    "how do i {v}", "how can i {v}", "can you help me {v}", "i want to {v}", "should i {v}", "is it legal to {v}", "what is the best way to {v}", "is now a good time to {v}",
    "please {v}", "i tried to {v} but it failed", "when can i {v}", "why would anyone {v}", "what do i need to {v}", "where can i {v}", "is it possible to {v} online",
    "my brother wants to {v}", "could you {v} for me", "how long does it take to {v}", "do i have to {v}", "tell me how to {v} step by step", "am i allowed to {v}",
    "what happens if i {v}", "how much does it cost to {v}", "i forgot to {v}", "is it safe to {v}", "would you {v} or {v2}", "i plan to {v} next month and then {v2}",
    "give me tips to {v}", "would it be smart to {v}", "how do people {v} without getting caught", "i refuse to {v}", "can i {v} with {n}", "how do i {v} if {n} is {a}",
    "i would like to {v} because of {n}", "do you think i should {v} or wait", "what's the easiest way to {v} with {n}", "{v}", "explain how to {v} with {n}",
    "you can {v} in the app", "we cannot {v} for you", "i heard one can {v}", "who can {v} for me",
]
WORDS = [
    "what does {w} mean", "tell me about {w} and {w2}", "the {w} of the {w2}", "a {w} {w2}", "i saw a {w} with a {w2}", "how do you spell {w}", "{w} {w2} {w3}", "is {w} a kind of {w2}",
    "they talked about {w}, {w2} and {w3}", "the {w} was very {w2}", "can i {w} the {w2}", "he wanted to {w} her {w2}", "where is the {w} {w2}", "my {w} is {w2}", "why did the {w} {w2}",
    "{w}", "{w} and {w2}", "we need more {w} for the {w2}", "it is about {w} in the {w2}", "do you like {w} or {w2}", "please {w} my {w2}", "no {w} without {w2}", "{w} for {w2} and {w3}",
]


def subjects():
    blocks, block = [], None
    for line in (HERE / "subjects.txt").read_text().splitlines():
        if line.startswith("= "):
            block = {}
            blocks.append(block)
        elif line[:2] in ("n ", "v ", "a "):
            block[line[0]] = [word.strip() for word in line[2:].split(",")]
    return blocks


def subject_sentences(count, rng):
    blocks = subjects()
    for _ in range(count):
        block = rng.choice(blocks)
        # Now and then a word of another subject: sentences between subjects show the table what sets them apart.
        other = rng.choice(blocks) if rng.random() < 0.15 else block
        frame = rng.choice(NOUN if rng.random() < 0.5 else VERB)
        n, n2 = rng.choice(block["n"]), rng.choice(other["n"])
        v, v2 = rng.choice(block["v"]), rng.choice(other["v"])
        yield frame.format(n=n, n2=n2, v=v, v2=v2, a=rng.choice(block["a"]))


def word_sentences(count, words, rng):
    for _ in range(count):
        w, w2, w3 = (rng.choice(words) for _ in range(3))
        yield rng.choice(WORDS).format(w=w, w2=w2, w3=w3)


if __name__ == "__main__":
    for sentence in subject_sentences(20, random.Random(1)):
        print(sentence)
