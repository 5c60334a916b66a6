"""How a case of the conformance suite is written: the document, and beside it `CASE.expect`, one line per expectation,
its fields split by tabs:

    CHAIN   VALUE   ANCHOR   LABEL      the value is found there (label `-`: none; left out: not looked at)
    CHAIN   =       OUTCOME             the document ends so, as a person reads it

CHAIN is the chain of parts, ` › ` between them, empty for the file itself. `\\n` in a value is a line end. All values
are invented or reserved for examples. `cases.py` and `office.py` use this.
"""

import os

HERE = os.path.dirname(os.path.abspath(__file__))
NINO, NINO2 = "QQ123456C", "QQ654321A"
MAIL, PHONE, BORN = "m.okafor@example.com", "07700 900123", "1951-03-02"
READ = ("", "=", "read")


def case(path, data, *expect):
    """Writes a case and what is expected of it."""
    full = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as f:
        f.write(data)
    with open(full + ".expect", "w", encoding="utf-8", newline="\n") as f:
        for line in expect:
            f.write("\t".join(line) + "\n")
