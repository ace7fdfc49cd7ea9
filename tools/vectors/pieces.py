"""Words, and the pieces of words, as the library cuts them."""

import re

# The library never asks for a longer word.
LONGEST_WORD = 64


def words_of(text):
    return [word[:LONGEST_WORD] for word in re.findall(r"[a-z0-9]+", text.lower())]


class Pieces:
    """The pieces of a BERT vocabulary that are made of small letters and digits; `##` marks one that does not begin a word."""

    def __init__(self, vocabulary):
        self.names = [name for name in vocabulary if re.fullmatch(r"(##)?[a-z0-9]+", name)]
        self.numbers = {name: number for number, name in enumerate(self.names)}
        self.longest = max(len(name) for name in self.names)
        self.known = {}

    def __len__(self):
        return len(self.names)

    def of_word(self, word):
        """The longest piece that begins the word, then the longest that begins the rest, and so on. Single letters are pieces."""
        if word not in self.known:
            found, start = [], 0
            while start < len(word):
                for end in range(min(len(word), start + self.longest), start, -1):
                    number = self.numbers.get(("##" if start else "") + word[start:end])
                    if number is not None:
                        found.append(number)
                        start = end
                        break
                else:
                    start += 1
            self.known[word] = found
        return self.known[word]

    def of_text(self, text):
        return [number for word in words_of(text) for number in self.of_word(word)]
