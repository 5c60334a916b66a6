#!/usr/bin/env python3
"""Labelled documents made of what other projects publish as examples of their numbers.

    python3 -m pip install --target=OTHERS phonenumbers 'python-stdnum'
    python3 corpus/others.py OTHERS OUT 0       # the half to look at; 1 is the half to keep unseen
    domesday evaluate --list OUT/truth.jsonl OUT/share

Telephone numbers: example numbers of libphonenumber's metadata (Apache-2.0) for the United Kingdom, the Crown
dependencies and, written internationally, every other region, in each of its formats. Other numbers: the examples in
python-stdnum's documentation (LGPL-2.1-or-later) that it calls valid itself, each behind its usual label; of kinds that
are nobody's (ISBN, EAN, SEDOL, LEI ...) the documents say that they hold nothing. Nothing of either project is kept here.
"""

import importlib
import json
import pathlib
import re
import sys

LABELLED = {
    "gb.nhs": ("nhs-number", "NHS Number: "),
    "gb.utr": ("utr", "UTR: "),
    "gb.upn": ("upn", "UPN: "),
    "gb.vat": ("vat-number", "VAT number "),
    "iban": ("iban", "IBAN "),
    "bic": ("bic", "BIC: "),
    "imei": ("device-imei", "IMEI "),
    "mac": ("mac-address", "MAC "),
}
NOBODYS = ["isbn", "ean", "gb.sedol", "issn", "isin", "lei", "imo", "cusip", "isrc", "grid", "figi", "ismn"]
SENTENCES = [
    "Please ring {} before noon.", "Tel: {}", "Her number is {} and she prefers the evening.", "Contact Ann on {}",
    "{}", "Mob. {} (daughter)", "phone={};", "Home telephone {}",
]


def telephones():
    import phonenumbers as p

    kinds = p.PhoneNumberType
    forms = p.PhoneNumberFormat
    home = ["GB", "GG", "JE", "IM"]
    out = []
    for region in home:
        # What an organisation answers (03, 08, 09) is of low confidence by design.
        for kind in (kinds.FIXED_LINE, kinds.MOBILE, kinds.PERSONAL_NUMBER, kinds.VOIP):
            number = p.example_number_for_type(region, kind)
            if number:
                for form in (forms.E164, forms.INTERNATIONAL, forms.NATIONAL):
                    out.append(p.format_number(number, form))
    for region in sorted(p.SUPPORTED_REGIONS):
        number = p.example_number_for_type(region, kinds.MOBILE)
        if number and region not in home:
            out.append(p.format_number(number, forms.INTERNATIONAL))
            out.append(p.format_number(number, forms.E164))
    return list(dict.fromkeys(out))


def examples(name):
    """The values that a module's own documentation validates, if the module still calls them valid."""
    module = importlib.import_module("stdnum." + name)
    text = pathlib.Path(module.__file__).read_text(encoding="utf-8")
    values = re.findall(r">>> (?:validate|is_valid|format|compact)\('([^']+)'\)", text)
    return list(dict.fromkeys(v for v in values if module.is_valid(v)))


def main():
    packages, out, half = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    sys.path.insert(0, packages)
    (out / "share").mkdir(parents=True, exist_ok=True)
    truth = []

    def document(name, lines, rule):
        (out / "share" / name).write_text("".join(line + "\n" for line, _ in lines), encoding="utf-8")
        if rule is None:
            truth.append({"path": name, "none": True})
        else:
            truth.extend({"path": name, "rule": rule, "value": value} for _, value in lines)

    numbers = telephones()[half::2]
    for at in range(0, len(numbers), 12):
        lines = [(SENTENCES[n % len(SENTENCES)].format(v), v) for n, v in enumerate(numbers[at:at + 12])]
        document(f"telephones-{at // 12:02}.txt", lines, "phone-number")
    for name, (rule, label) in LABELLED.items():
        values = examples(name)[half::2]
        if values:
            document(f"{name}.txt", [(label + v, v) for v in values], rule)
    for name in NOBODYS:
        values = examples(name)[half::2]
        if values:
            label = name.rsplit(".", 1)[-1].upper() + " "
            document(f"{name}.txt", [(label + v, v) for v in values], None)
    with open(out / "truth.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(label, ensure_ascii=False) + "\n" for label in truth)


if __name__ == "__main__":
    main()
