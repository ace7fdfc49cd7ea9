"""Writes the lists of names that the tagger reads: `FOLDER/given.tsv`, `FOLDER/surname.tsv` (word, rank from 1 to 3) and `FOLDER/ordinary.txt`.

Usage: pip install names==0.3.0 faker==40.1.0 && python3 tools/tagger/lists.py FOLDER

`names` (MIT) holds the lists of the US Census Bureau of 1990, which are in the public domain. `faker` (MIT) holds lists of many languages.
"""

import collections
import importlib
import pathlib
import pkgutil
import re
import sys

import faker.providers.lorem
import faker.providers.person
import names

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
CENSUS_SURNAMES = 20_000
given, surname = {}, {}


def add(table, word, rank):
    # Only names of one word, in letters that have cases.
    for part in re.split(r"[\s-]+", word.strip()):
        part = part.lower().replace("’", "'")
        if len(part) >= 2 and re.fullmatch(r"[^\W\d_]+(?:'[^\W\d_]+)*", part) and part.upper() != part:
            table[part] = max(table.get(part, 0), rank)


def census(file, table, limits):
    lines = (pathlib.Path(names.__file__).parent / file).read_text().splitlines()
    for index, line in enumerate(lines[: limits[-1]]):
        add(table, line.split()[0], 3 if index < limits[0] else 2 if index < limits[1] else 1)


census("dist.male.first", given, (400, 900, 2000))
census("dist.female.first", given, (600, 1800, 5000))
census("dist.all.last", surname, (2000, 8000, CENSUS_SURNAMES))

for module in sorted(module.name for module in pkgutil.iter_modules(faker.providers.person.__path__)):
    provider = importlib.import_module(f"faker.providers.person.{module}").Provider
    for attribute, table in [("first_name", given), ("last_name", surname)]:
        for name in sorted(name for name in dir(provider) if name.startswith(attribute)):
            values = getattr(provider, name)
            if isinstance(values, (tuple, list, dict)):
                for value in values:
                    if isinstance(value, str):
                        add(table, value, 1)

ordinary = set()
for module in sorted(module.name for module in pkgutil.iter_modules(faker.providers.lorem.__path__)):
    words = importlib.import_module(f"faker.providers.lorem.{module}").Provider.word_list
    ordinary.update(word for word in words if word == word.lower() and word.isalpha() and word.upper() != word)

for name, table in [("given", given), ("surname", surname)]:
    (folder / f"{name}.tsv").write_text("".join(f"{word}\t{rank}\n" for word, rank in sorted(table.items())))
(folder / "ordinary.txt").write_text("".join(word + "\n" for word in sorted(ordinary)))
print(collections.Counter(given.values()), collections.Counter(surname.values()), len(ordinary))
