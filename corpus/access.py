#!/usr/bin/env python3
"""Makes the case of Access, `corpus/access/staff.mdb`: a database of Access 2000 put together byte by byte as the notes of
mdbtools (HACKING.md) describe it, because nothing that runs here writes them. Run from the top of the repository:
`python3 corpus/access.py`.
"""

import datetime, io, struct, zipfile
from case import BORN, MAIL, NINO, NINO2, PHONE, READ, case

PAGE = 4096
BOOL, LONG, INT, MONEY, DATE, TEXT, OLE, MEMO = 1, 4, 3, 5, 8, 10, 11, 12
WIDE = {LONG: 4, INT: 2, MONEY: 8, DATE: 8, BOOL: 1}


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def header():
    page = bytearray(PAGE)
    page[:4], page[4:20], page[20] = b"\0\1\0\0", b"Standard Jet DB\0", 1
    page[0x18:0x98] = rc4(b"\xc7\xda\x39\x6b", bytes(128))
    return bytes(page)


def rows_page(owner, rows):
    """A page of rows, which fill it from its end."""
    page, end, starts = bytearray(PAGE), PAGE, []
    for row in rows:
        end -= len(row)
        page[end:end + len(row)] = row
        starts.append(end)
    page[:14] = struct.pack("<BBHIIH", 1, 1, end - 14 - 2 * len(rows), owner, 0, len(rows))
    struct.pack_into(f"<{len(rows)}H", page, 14, *starts)
    return bytes(page)


def definition(columns, rows, map_row, system):
    page = bytearray(PAGE)
    page[:4] = b"\2\1\0\0"
    variable = sum(kind in (TEXT, OLE, MEMO) for _, kind in columns)
    struct.pack_into("<I", page, 16, rows)
    page[40] = 0x53 if system else 0x4e
    struct.pack_into("<HHHIIII", page, 41, len(columns), variable, len(columns), 0, 0, 1 << 8 | map_row, 0)
    at, fixed, var = 63, 0, 0
    for number, (_, kind) in enumerate(columns):
        is_var = kind in (TEXT, OLE, MEMO)
        entry = bytearray(25)
        entry[0] = kind
        struct.pack_into("<HHH", entry, 5, number, var, number)
        entry[15] = 2 if is_var else 3
        struct.pack_into("<HH", entry, 21, 0 if is_var else fixed, 510 if kind == TEXT else WIDE.get(kind, 0))
        var += is_var
        fixed += 0 if is_var or kind == BOOL else WIDE[kind]
        page[at:at + 25] = entry
        at += 25
    for name, _ in columns:
        raw = name.encode("utf-16-le")
        page[at:at + 2 + len(raw)] = struct.pack("<H", len(raw)) + raw
        at += 2 + len(raw)
    struct.pack_into("<I", page, 8, at)
    return bytes(page)


def long_value(data):
    return struct.pack("<III", 0x8000_0000 | len(data), 0, 0) + data


def row(columns, values):
    fixed, var, mask = b"", [], 0
    for number, ((_, kind), value) in enumerate(zip(columns, values)):
        mask |= (value is not None and value is not False) << number
        if kind == LONG: fixed += struct.pack("<i", value or 0)
        elif kind == INT: fixed += struct.pack("<h", value or 0)
        elif kind == MONEY: fixed += struct.pack("<q", round((value or 0) * 10000))
        elif kind == DATE: fixed += struct.pack("<d", (value - datetime.date(1899, 12, 30)).days if value else 0)
        elif kind == TEXT: var.append((value or "").encode("utf-16-le"))
        elif kind == MEMO: var.append(long_value(value.encode("utf-16-le")) if value else b"")
        elif kind == OLE: var.append(long_value(value) if value else b"")
    out, starts = struct.pack("<H", len(columns)) + fixed, []
    for data in var:
        starts.append(len(out))
        out += data
    tail = struct.pack("<H", len(out)) + b"".join(struct.pack("<H", s) for s in reversed(starts))
    return out + tail + struct.pack("<H", len(var)) + mask.to_bytes((len(columns) + 7) // 8, "little")


def used(pages):
    """A usage map that names pages."""
    return b"\0" + struct.pack("<I", 0) + sum(1 << p for p in pages).to_bytes(64, "little")


def document(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(zipfile.ZipInfo("note.txt", (2020, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def wrapped(data):
    """An object as Access keeps one: its own head, then OLE 1: version, kind, three names, the package behind its length."""
    package = struct.pack("<H", 2) + b"note.zip\0C:\\note.zip\0" + struct.pack("<HHI", 0, 3, 8) + b"note.zi\0" + struct.pack("<I", len(data)) + data
    names = b"".join(struct.pack("<I", len(n)) + n for n in (b"Package\0", b"", b""))
    head = b"Package\0"
    return b"\x15\x1c" + struct.pack("<H", 20 + len(head)) + bytes(16) + head + struct.pack("<II", 0x501, 2) + names + struct.pack("<I", len(package)) + package


objects = [("Id", LONG), ("Name", TEXT), ("Type", INT), ("Flags", LONG)]
staff = [("Staff no", LONG), ("Surname", TEXT), ("Born", DATE), ("NI number", TEXT), ("Notes", MEMO), ("Photo", OLE), ("Pay", MONEY), ("Leaver", BOOL)]
born = datetime.date.fromisoformat(BORN)
people = [
    (66374958, "Okafor", born, NINO, f"Telephone {PHONE}", document(f"mail {MAIL}"), 31415.92, False),
    (7, "Hall", datetime.date(1899, 1, 2), NINO2, None, wrapped(document("call 07700 900124")), None, True),
]
catalogue = [row(objects, (2, "MSysObjects", 1, -0x8000_0000)), row(objects, (4, "Staff", 1, 0))]
data = b"".join([
    header(), rows_page(1, [used([3]), used([5])]),
    definition(objects, 2, 0, True), rows_page(2, catalogue),
    definition(staff, 2, 1, False), rows_page(4, [row(staff, p) for p in people]),
])
case("access/staff.mdb", data,
     ("", "66374958", "Staff!A1", "Staff no"), ("", "Okafor", "Staff!B1", "Surname"), ("", BORN, "Staff!C1", "Born"),
     ("", NINO, "Staff!D1", "NI number"), ("", NINO2, "Staff!D2", "NI number"), ("", PHONE, "Staff!E1", "Notes"),
     ("Staff.Photo row 1 › note.txt", MAIL, "line 1"), ("note.zip › note.txt", "07700 900124", "line 1"),
     ("", "31415.92", "Staff!G1", "Pay"), ("", "1899-01-02", "Staff!C2", "Born"), ("", "Yes", "Staff!H2", "Leaver"), READ)
