#!/usr/bin/env python3
"""Makes the case of Outlook stores, `corpus/pst/mail.pst` and the narrow `corpus/pst/old.pst`: stores put together byte by
byte as [MS-PST] describes them, but for the checksums, because nothing free writes them. Run from the top of the
repository: `python3 corpus/store.py`.
"""

import io, struct, zipfile
from case import MAIL, NINO, NINO2, PHONE, READ, case

TEXT, LONG, OBJECT, BYTES, TIME = 0x1f, 0x03, 0x0d, 0x102, 0x40


def forth():
    """The table of bytes, from the reader's own: what is written must be what it reads back."""
    import os, re
    source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/extract/format/pst/cipher.rs")).read()
    body = source[source.index("static FORTH"):]
    return [int(n) for n in re.findall(r"\d+", body[body.index("= [") :body.index("];")])]


class Store:
    def __init__(self, wide):
        self.wide, self.width = wide, 8 if wide else 4
        self.data, self.blocks, self.nodes, self.next = bytearray(0x4400), [], [], 4
        self.table = bytes(forth())

    def number(self, n):
        return n.to_bytes(self.width, "little")

    def block(self, data, lists=False):
        bid, self.next = self.next | (2 if lists else 0), self.next + 4
        self.blocks.append((bid, len(self.data), len(data)))
        self.data += data if lists else data.translate(self.table)
        self.data += bytes(-len(self.data) % 64)
        return bid

    def long(self, data):
        """Data of several blocks behind one that lists them."""
        parts = [self.block(data[at:at + 8000]) for at in range(0, len(data), 8000)]
        return self.block(struct.pack("<BBHI", 1, 1, len(parts), len(data)) + b"".join(map(self.number, parts)), True)

    def inside(self, nodes):
        """Nodes in a node: (number, data, inside)."""
        if not nodes:
            return 0
        head = struct.pack("<BBH", 2, 0, len(nodes)) + (bytes(4) if self.wide else b"")
        return self.block(head + b"".join(self.number(n) + self.number(d) + self.number(i) for n, d, i in sorted(nodes)), True)

    def heap(self, kind, items):
        out, starts = bytearray(12), []
        for item in items:
            starts.append(len(out))
            out += item
        starts.append(len(out))
        struct.pack_into("<HBBI", out, 0, len(out) + len(out) % 2, 0xec, kind, 1 << 5)
        out += bytes(len(out) % 2) + struct.pack(f"<HH{len(starts)}H", len(items), 0, *starts)
        return bytes(out)

    def value(self, kind, value, items):
        if kind == LONG:
            return value
        if isinstance(value, tuple):  # a node inside
            if kind != OBJECT:
                return value[0]
            value = struct.pack("<II", value[0], 0)
        items.append(value.encode("utf-16-le") if kind == TEXT else struct.pack("<q", value) if kind == TIME else value)
        return len(items) << 5

    def properties(self, *properties):
        items = [struct.pack("<BBBBI", 0xb5, 2, 6, 0, 2 << 5), b""]
        records = [struct.pack("<HHI", i, k, self.value(k, v, items)) for i, k, v in sorted(properties, key=lambda p: p[0])]
        items[1] = b"".join(records)
        return self.block(self.heap(0xbc, items))

    def rows(self, numbers, columns=(), rows=()):
        """A table: the numbers of its rows, and texts in columns."""
        items = [b"", struct.pack("<BBBBI", 0xb5, 4, 4 if self.wide else 2, 0, 3 << 5 if numbers else 0),
                 b"".join(struct.pack("<II" if self.wide else "<IH", n, i) for i, n in enumerate(numbers)), b""]
        size = 4 + 4 * len(columns)
        data = b""
        for number, row in zip(numbers, rows):
            data += struct.pack("<I", number) + b"".join(struct.pack("<I", self.value(TEXT, v, items)) for v in row) + b"\xff"
        items[3] = data
        head = struct.pack("<BBHHHH", 0x7c, len(columns) + 1, size, size, size, size + 1) + struct.pack("<III", 2 << 5, 4 << 5 if data else 0, 0)
        head += struct.pack("<HHHBB", LONG, 0x67f2, 0, 4, 0)
        head += b"".join(struct.pack("<HHHBB", TEXT, tag, 4 + 4 * i, 4, i + 1) for i, tag in enumerate(columns))
        items[0] = head
        return self.block(self.heap(0x7c, items))

    def node(self, number, data, inside=0):
        self.nodes.append((number, data, inside))

    def page(self, at, entries, level):
        page, tail = bytearray(512), 488 if self.wide else 496
        body = b"".join(entries)
        page[:len(body)] = body
        page[tail:tail + 4] = bytes([len(entries), 20, len(entries[0]), level])
        self.data[at:at + 512] = page

    def tree(self, at, entries, most):
        """Leaves behind a page that lists them, from `at` on."""
        leaves = [entries[i:i + most] for i in range(0, len(entries), most)]
        above = []
        for index, leaf in enumerate(leaves):
            place = at + 512 * (index + 1)
            self.page(place, leaf, 0)
            above.append(leaf[0][:self.width] + self.number(index) + self.number(place))
        self.page(at, above, 1)

    def done(self):
        w, n = self.width, self.number
        blocks = [n(b) + n(at) + struct.pack("<HH", size, 2) + (bytes(4) if self.wide else b"") for b, at, size in sorted(self.blocks)]
        nodes = [n(i) + n(d) + n(s) + (struct.pack("<II", 0, 0) if self.wide else bytes(4)) for i, d, s in sorted(self.nodes)]
        self.tree(0x400, nodes, 4)
        self.tree(0x2400, blocks, 8)
        head = bytearray(564)
        head[:4] = b"!BDN"
        struct.pack_into("<2sHH", head, 8, b"SM", 23 if self.wide else 15, 19)
        at = (224, 240, 513) if self.wide else (188, 196, 461)
        head[at[0]:at[0] + w], head[at[1]:at[1] + w], head[at[2]] = n(0x400), n(0x2400), 1
        self.data[:564] = head
        return bytes(self.data)


def packed(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(zipfile.ZipInfo("note.txt", (2020, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def store(wide):
    s = Store(wide)
    # The innermost message has an attachment of its own.
    deep = s.properties((0x3705, LONG, 1), (0x3707, TEXT, "deep.txt"), (0x3701, BYTES, b"deep " + NINO2.encode()))
    inner = s.properties((0x37, TEXT, "\1\1Fwd: inner"), (0x1000, TEXT, "Inner: call 07700 900124"), (0xe04, TEXT, "Hall"))
    inner_nodes = s.inside([(0x8025, deep, 0), (0x692, s.rows([0], [0x3001, 0x39fe], [("Ann Hall", "a.hall@example.com")]), 0)])
    forwarded = s.properties((0x3705, LONG, 5), (0x3001, TEXT, "inner message"), (0x3701, OBJECT, (0x200024,)))
    long = s.long(b"a long letter. " * 1200 + b"call 07700 900125")
    letter = s.properties((0x3705, LONG, 1), (0x3707, TEXT, "letter.txt"), (0x3701, BYTES, (0x101f,)))
    archive = s.properties((0x3705, LONG, 1), (0x3704, TEXT, "old.zip"), (0x3701, BYTES, packed("call 07700 900126")))
    elsewhere = s.properties((0x3705, LONG, 2), (0x3707, TEXT, "shared.doc"))
    message = s.properties((0x37, TEXT, "Sickness of M. Okafor"), (0x1000, TEXT, f"Her number is {NINO}, telephone {PHONE}."), (0xc1a, TEXT, "Peter Hall"))
    recipients = s.rows([0, 1], [0x3001, 0x39fe], [("Okafor", MAIL), ("Reid", "j.reid@example.com")])
    parts = s.inside([
        (0x692, recipients, 0), (0x8025, letter, s.inside([(0x101f, long, 0)])), (0x8045, archive, 0),
        (0x8065, forwarded, s.inside([(0x200024, inner, inner_nodes)])), (0x8085, elsewhere, 0),
    ])
    s.node(0x122, s.properties((0x3001, TEXT, "")))
    s.node(0x12d, s.rows([0x8022, 0x8042]))
    s.node(0x8022, s.properties((0x3001, TEXT, "Inbox")))
    s.node(0x802e, s.rows([0x200024, 0x200044]))
    s.node(0x8042, s.properties((0x3001, TEXT, "Contacts")))
    s.node(0x804e, s.rows([0x200064]))
    s.node(0x200024, message, parts)
    # A message that the list names and that is not there.
    s.node(0x200064, s.properties((0x3001, TEXT, "Sarah Reid"), (0x3a1c, TEXT, "07700 900127"), (0x3a42, TIME, 132223104000000000)))
    return s.done()


for name, wide in [("mail", True), ("old", False)]:
    first, inner = "Inbox/1", "Inbox/1 › inner message"
    case(f"pst/{name}.pst", store(wide),
         (first, NINO, "line 1"), (first, PHONE, "line 1"), (first, "Sickness of M. Okafor", "header Subject", "Subject"),
         (first, MAIL, "header Recipient", "Recipient"), (first, "j.reid@example.com", "header Recipient", "Recipient"),
         (first + " › letter.txt", "07700 900125", "line 1"), (first + " › old.zip › note.txt", "07700 900126", "line 1"),
         (inner, "07700 900124", "line 1"), (inner, "a.hall@example.com", "header Recipient", "Recipient"),
         (inner, "Fwd: inner", "header Subject", "Subject"), (inner + " › deep.txt", NINO2, "line 1"),
         (first + " › shared.doc", "=", "unsupported format: kept elsewhere: the message only points to it"),
         ("Inbox/2", "=", "corrupt: its store is damaged"),
         ("Contacts/1", "07700 900127", "header Mobile telephone", "Mobile telephone"),
         ("Contacts/1", "2020-01-01", "header Date of birth", "Date of birth"), READ)
