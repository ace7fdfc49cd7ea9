"""Makes tests/data/ids.txt: valid and invalid numbers of every type of WORLD_IDS.

Usage: pip install python-stdnum==2.1 && python3 tests/data/ids.py > tests/data/ids.txt

Numbers are drawn at random in the form of each type, and python-stdnum says which are valid. The invalid ones differ from a valid one in one
digit, in two neighboring digits, or in a letter. For the four types that python-stdnum does not know, the check is written here, from the
document that the code of the type names. The numbers belong to nobody in particular.
"""

import random
import string
from importlib import import_module

VALID, INVALID = 20, 20


def stdnum(name):
    module = import_module("stdnum." + name)
    return module.is_valid


def date(form):
    def draw(rng):
        year, month, day = rng.randint(1940, 2009), rng.randint(1, 12), rng.randint(1, 28)
        return form.replace("YYYY", f"{year}").replace("YY", f"{year % 100:02}").replace("MM", f"{month:02}").replace("DD", f"{day:02}")

    return draw


def drawn(form):
    """Draws the digits (`d`) and letters (`A`) of a form, and the characters of sets in brackets."""

    def draw(rng):
        text, rest = "", date(form)(rng)
        while rest:
            sign, rest = rest[0], rest[1:]
            if sign == "[":
                choices, rest = rest.split("]", 1)
                text += rng.choice(choices.split("|") if "|" in choices else list(choices))
            elif sign == "d":
                text += rng.choice(string.digits)
            elif sign == "A":
                text += rng.choice(string.ascii_uppercase)
            else:
                text += sign
        return text

    return draw


def icao(text):
    value = lambda c: 0 if c == "<" else int(c, 36)
    return str(sum(value(c) * w for c, w in zip(text, [7, 3, 1] * 30)) % 10)


def medicare(text):
    digits = [int(c) for c in text if c.isdigit()]
    check = sum(d * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9))) % 10
    return len(digits) in (10, 11) and 2 <= digits[0] <= 6 and digits[8] == check and digits[9] > 0


def nric(text):
    total = sum(int(d) * w for d, w in zip(text[1:8], (2, 7, 6, 5, 4, 3, 2)))
    letters = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT", "M": "TRQPNJLKXWU"}
    return text[0] in letters and text[8] == letters[text[0]][total % 11]


def german_id(text):
    return text[-1] == icao(text[:-1])


def zone(text):
    lines = text.split("\n")
    if len(lines) == 3:
        one, two, _ = lines
        composite = one[5:30] + two[0:7] + two[8:15] + two[18:29]
        return one[14] == icao(one[5:14]) and two[6] == icao(two[:6]) and two[14] == icao(two[8:14]) and two[29] == icao(composite)
    two = lines[1]
    composite = two[:10] + two[13:20] + two[21:-1]
    return two[9] == icao(two[:9]) and two[19] == icao(two[13:19]) and two[27] == icao(two[21:27]) and two[-1] == icao(composite)


def draw_zone(rng):
    letters = lambda n: "".join(rng.choice(string.ascii_uppercase) for _ in range(n))
    number = "".join(rng.choice(string.ascii_uppercase + string.digits) for _ in range(9))
    number += icao(number)
    birth, expiry = date("YYMMDD")(rng), f"{rng.randint(26, 35)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    birth, expiry, sex = birth + icao(birth), expiry + icao(expiry), rng.choice("MF<")
    name, state = f"{letters(6)}<<{letters(5)}<{letters(4)}", rng.choice(["UTO", "DEU", "FRA", "D<<"])
    if rng.random() < 0.5:
        one = f"{rng.choice(['I<', 'ID', 'AC'])}{state}{number}".ljust(30, "<")
        two = (birth + sex + expiry + state).ljust(29, "<")
        return "\n".join([one, two + icao(one[5:30] + two[0:7] + two[8:15] + two[18:29]), name.ljust(30, "<")])
    length = rng.choice([36, 44])
    two = (number + state + birth + sex + expiry).ljust(length - 1, "<")
    two += icao(two[:10] + two[13:20] + two[21:])
    return (("P<" if length == 44 else "I<") + state + name).ljust(length, "<") + "\n" + two


def danish(text):
    try:
        import_module("stdnum.dk.cpr").validate(text)
    except Exception as error:
        # Who is not born yet is a matter of the day on which this runs.
        return "not been born" in str(error)
    return True


EU = {
    "AT": ["Udddddddd"], "BE": ["0ddddddddd", "1ddddddddd"], "BG": ["ddddddddd", "dddddddddd"], "CY": ["ddddddddA"], "CZ": ["dddddddd", "6dddddddd", "YYMMDDdddd"],
    "DE": ["ddddddddd"], "DK": ["dddddddd"], "EE": ["ddddddddd"], "EL": ["ddddddddd"], "ES": ["[ABCDEFGHJ]ddddddd*", "dddddddA".replace("dA", "ddA"), "[XYZ]dddddddA", "[KLM]dddddddA"],
    "FI": ["dddddddd"], "FR": ["ddddddddddd", "Adddddddddd"], "HR": ["ddddddddddd"], "HU": ["dddddddd"], "IE": ["dddddddA", "dddddddAA", "dAdddddA"],
    "IT": ["ddddddd0ddd"], "LT": ["ddddddd1d", "dddddddddd1d"], "LU": ["dddddddd"], "LV": ["4dddddddddd", "DDMMYY1dddd"], "MT": ["dddddddd"], "NL": ["dddddddddB0d"],
    "PL": ["dddddddddd"], "PT": ["ddddddddd"], "RO": ["dddddd", "dddddddd", "dddddddddd"], "SE": ["dddddddddd01"], "SI": ["dddddddd"], "SK": ["dddddddddd"],
}


def draw_vat(rng):
    state = rng.choice(sorted(EU))
    return state + drawn(rng.choice(EU[state]).replace("*", rng.choice("dA")))(rng)


# The type, a context word, the check, the form, and how a number may be written.
TYPES = [
    ("DE_TAX_ID", "Steuer-ID", stdnum("de.idnr"), drawn("ddddddddddd"), ["2,3,3,3"]),
    ("DE_ID_CARD_NUMBER", "Ausweisnummer", german_id, drawn("[CFGHJKLMNPRTVWXYZ]" + "[0123456789CFGHJKLMNPRTVWXYZ]" * 8 + "d"), []),
    ("AT_SOCIAL_SECURITY_NUMBER", "SVNR", stdnum("at.vnr"), drawn("ddddDDMMYY"), ["4,6"]),
    ("CH_SOCIAL_SECURITY_NUMBER", "AHV", stdnum("ch.ssn"), drawn("756dddddddddd"), ["3.4.4.2"]),
    ("FR_SOCIAL_SECURITY_NUMBER", "NIR", stdnum("fr.nir"), drawn("[12]YYMM[01|13|2A|2B|59|75]dddddddd"), ["1,2,2,2,3,3,2"]),
    ("BE_NATIONAL_REGISTER_NUMBER", "rijksregisternummer", stdnum("be.nn"), drawn("YYMMDDddddd"), ["2.2.2-3.2"]),
    ("NL_CITIZEN_SERVICE_NUMBER", "BSN", stdnum("nl.bsn"), drawn("ddddddddd"), ["4.2.3"]),
    ("IE_PPS_NUMBER", "PPS", stdnum("ie.pps"), drawn("dddddddA[A|B|H||]"), []),
    ("ES_DNI", "DNI", stdnum("es.dni"), drawn("ddddddddA"), ["8-1", "2.3.3-1"]),
    ("ES_NIE", "NIE", stdnum("es.nie"), drawn("[XYZ]dddddddA"), ["1-7-1"]),
    ("IT_FISCAL_CODE", "codice fiscale", stdnum("it.codicefiscale"), drawn("AAAAAAYY[ABCDEHLMPRST][1|2|4|5|6]dAdddA"), []),
    ("PT_TAX_NUMBER", "NIF", stdnum("pt.nif"), drawn("ddddddddd"), ["3,3,3"]),
    ("PL_PESEL", "PESEL", stdnum("pl.pesel"), drawn("YYMMDDddddd"), []),
    ("SE_PERSONAL_IDENTITY_NUMBER", "personnummer", stdnum("se.personnummer"), drawn("[YYYY|YY]MMDDdddd"), ["-4"]),
    ("FI_PERSONAL_IDENTITY_CODE", "henkilötunnus", stdnum("fi.hetu"), drawn("DDMMYY[-ABYX]ddd[0123456789ABCDEFHJKLMNPRSTUVWXY]"), []),
    ("DK_CPR_NUMBER", "CPR", danish, drawn("DDMMYYdddd"), ["6-4"]),
    ("NO_NATIONAL_IDENTITY_NUMBER", "fødselsnummer", stdnum("no.fodselsnummer"), drawn("DDMMYYddddd"), ["6,5"]),
    ("BR_CPF", "CPF", stdnum("br.cpf"), drawn("ddddddddddd"), ["3.3.3-2"]),
    ("BR_CNPJ", "CNPJ", stdnum("br.cnpj"), drawn("dddddddd0001dd"), ["2.3.3/4-2"]),
    ("MX_CURP", "CURP", stdnum("mx.curp"), drawn("AAAAYYMMDD[HM][AS|DF|NL|ZS|YN]AAAdd"), []),
    ("AR_CUIT", "CUIT", stdnum("ar.cuit"), drawn("[20|23|24|27|30|33|34]ddddddddd"), ["2-8-1"]),
    ("CL_RUT", "RUT", stdnum("cl.rut"), drawn("[|1|2]ddddddd[0123456789K]"), ["-1"]),
    ("IN_AADHAAR", "Aadhaar", stdnum("in_.aadhaar"), drawn("dddddddddddd"), ["4,4,4"]),
    ("IN_PAN", "PAN", stdnum("in_.pan"), drawn("AAAAAddddA"), []),
    ("JP_MY_NUMBER", "マイナンバー", stdnum("jp.in_"), drawn("dddddddddddd"), ["4,4,4", "4-4-4"]),
    ("KR_RESIDENT_REGISTRATION_NUMBER", "주민등록번호", stdnum("kr.rrn"), drawn("YYMMDD[12]dddddd"), ["6-7"]),
    ("CN_RESIDENT_ID_NUMBER", "身份证号", stdnum("cn.ric"), drawn("[110101|310104|440106|510104]YYYYMMDDddd[0123456789X]"), []),
    ("SG_NRIC", "NRIC", nric, drawn("[STFGM]dddddddA"), []),
    ("TR_ID_NUMBER", "TC kimlik no", stdnum("tr.tckimlik"), drawn("ddddddddddd"), []),
    ("IL_ID_NUMBER", "teudat zehut", stdnum("il.idnr"), drawn("ddddddddd"), ["8-1"]),
    ("ZA_ID_NUMBER", "ID number", stdnum("za.idnr"), drawn("YYMMDDdddd[01]8d"), ["6,4,3"]),
    ("AU_TAX_FILE_NUMBER", "TFN", stdnum("au.tfn"), drawn("ddddddddd"), ["3,3,3"]),
    ("AU_MEDICARE_NUMBER", "Medicare", medicare, drawn("[23456]ddddddddd"), ["4,5,1"]),
    ("NZ_IRD_NUMBER", "IRD", stdnum("nz.ird"), drawn("[|1]dddddddd"), []),
    ("EU_VAT_NUMBER", "VAT", stdnum("eu.vat"), draw_vat, []),
    ("PASSPORT_MRZ", "zone", zone, draw_zone, []),
    ("IMEI", "IMEI", stdnum("imei"), drawn("ddddddddddddddd"), ["2-6-6-1"]),
]


def written(number, form):
    """Writes a number in groups: `3.3-2` are groups of three, three and two characters, a comma is a space, `-4` are the last four."""
    text, at, size = "", 0, ""
    if form[0] == "-":
        return number[: -int(form[1:])] + "-" + number[-int(form[1:]) :]
    for sign in form + "\0":
        if sign.isdigit():
            size += sign
        else:
            text += number[at : at + int(size)] + {",": " ", "\0": ""}.get(sign, sign)
            at, size = at + int(size), ""
    return text


def near(rng, number):
    """Changes one digit or letter, or exchanges two neighbors."""
    at = rng.choice([i for i, c in enumerate(number) if c.isalnum()])
    c = number[at]
    if rng.random() < 0.3 and at + 1 < len(number) and number[at + 1] != c and number[at + 1].isdigit() == c.isdigit():
        return number[:at] + number[at + 1] + c + number[at + 2 :]
    others = string.digits if c.isdigit() else string.ascii_uppercase
    return number[:at] + rng.choice([o for o in others if o != c]) + number[at + 1 :]


def main():
    print("# Made by tests/data/ids.py with python-stdnum 2.1: type, context word, `valid` or `invalid`, number. `\\n` is a line end.")
    for name, word, is_valid, draw, forms in TYPES:
        rng = random.Random(name)
        valid, invalid = [], []
        while len(valid) < VALID * (3 if name == "EU_VAT_NUMBER" else 1):
            number = draw(rng)
            if is_valid(number) and len(set(number)) > 2 and number not in valid:
                valid.append(number)
        while len(invalid) < INVALID * (3 if name == "EU_VAT_NUMBER" else 1):
            number = near(rng, rng.choice(valid))
            if not is_valid(number) and number not in invalid:
                invalid.append(number)
        for kind, numbers in (("valid", valid), ("invalid", invalid)):
            for index, number in enumerate(numbers):
                form = forms[index % (len(forms) + 1) - 1] if index % (len(forms) + 1) else None
                number = written(number, form) if form else number
                print(name, word, kind, number.replace("\n", "\\n"), sep="\t")


main()
