#!/usr/bin/env python3
"""Makes the cases of the conformance suite, `corpus/FORMAT/`, with other programs than the ones that read them.

Run from the top of the repository: `python3 corpus/cases.py`. Text, data, mail and archives; `office.py` makes those of
office programs. Needs the standard library, and the programs `zstd` and `gcab` for three cases.
"""

import bz2, gzip, io, json, lzma, mailbox, os, sqlite3, struct, subprocess, tarfile, tempfile, zipfile
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.generator import BytesGenerator
from email import policy
from case import BORN, HERE, MAIL, NINO, NINO2, PHONE, READ, case

# ---- text ----------------------------------------------------------------------------------------------------------
letter = f"Dear Zoë,\n\nMargaret Okafor was born on {BORN}.\nHer number is {NINO} – “please” pay £40.\n"
at = [("", BORN, "line 3", "-"), ("", NINO, "line 4", "-"), ("", "£40", "line 4"), READ]
case("text/utf8.txt", letter.encode(), *at)
case("text/utf8-bom.txt", b"\xef\xbb\xbf" + letter.encode(), *at)
case("text/cp1252.txt", letter.encode("cp1252"), *at)
case("text/utf16.txt", letter.encode("utf-16"), *at)
case("text/utf16be-no-mark.txt", letter.encode("utf-16-be"), *at)
case("text/utf32.txt", letter.encode("utf-32"), *at)
case("text/crlf.md", letter.replace("\n", "\r\n").encode(), *at)
case("text/mainframe.txt", ("PAYROLL OF THE COUNTY\n" * 4 + f"OKAFOR {NINO}\n").encode("cp500"), ("", NINO, "line 5"), READ)
case("text/holes.log", b"12:00 started\n" * 9 + bytes(9000) + f"12:09 {NINO}\n".encode(), ("", NINO, "line 10"), READ)
case("text/empty.txt", b"", READ)
case("text/noise.bin", bytes((i * 2654435761 >> 13) & 255 for i in range(4096)), ("", "=", "unsupported format: not text, and of no known format"))

# ---- rows ----------------------------------------------------------------------------------------------------------
import csv
def rows(table, **how):
    out = io.StringIO(newline="")
    csv.writer(out, **how).writerows(table)
    return out.getvalue()
staff = [["Name", "Date of birth", "NI number", "Note"],
         ["Okafor, Margaret", BORN, NINO, 'said "two\nlines"'],
         ["Hall, Peter", "1960-01-01", NINO2, ""]]
found = [("", BORN, "B2", "Date of birth"), ("", NINO, "C2", "NI number"), ("", NINO2, "C3", "NI number"), READ]
case("csv/comma.csv", rows(staff).encode(), *found)
case("csv/semicolon.csv", rows(staff, delimiter=";").encode("cp1252"), *found)
case("csv/tab.txt", rows(staff, delimiter="\t").encode("utf-16"), *found)
case("csv/bar.dat", rows(staff, delimiter="|").encode(), *found)
case("csv/all-quoted.csv", rows(staff, quoting=csv.QUOTE_ALL).encode(), *found)
case("csv/titles.csv", rows([["Staff of the depot", "", ""], ["", "", ""]] + staff[:1] + staff[2:]).encode(),
     ("", NINO2, "C4", "NI number"), READ)
case("csv/form.csv", rows([["Name:", "Margaret Okafor"], ["Date of birth:", BORN], ["NI number:", NINO], ["Phone:", PHONE]]).encode(),
     ("", BORN, "B2", "Date of birth"), ("", NINO, "B3", "NI number"), READ)
case("csv/no-headings.csv", rows(staff[1:] * 3).encode(), ("", NINO2, "C2", "-"), READ)

# ---- JSON ----------------------------------------------------------------------------------------------------------
people = {"people": [{"name": "Zoë Okafor", "born": BORN, "ids": {"nino": NINO}, "mails": ["x@example.org", MAIL]}, {"name": "Hall", "ids": {"nino": NINO2}}], "count": 2}
want = [("", BORN, "$.people[0].born", "born"), ("", NINO, "$.people[0].ids.nino", "nino"),
        ("", MAIL, "$.people[0].mails[1]", "mails"), ("", NINO2, "$.people[1].ids.nino", "nino"), ("", "Zoë", "$.people[0].name", "name"), READ]
case("json/pretty.json", json.dumps(people, indent=2, ensure_ascii=False).encode(), *want)
case("json/escaped.txt", json.dumps(people).encode(), *want)
case("json/lines.jsonl", "".join(json.dumps(p) + "\n" for p in people["people"]).encode(),
     ("", NINO2, "line 2 $.ids.nino", "nino"), READ)
case("json/broken.json", (json.dumps(people, indent=2)[:-3] + f'\n oops, {{ "{MAIL.upper()}" ,,\n').encode(),
     ("", NINO, "$.people[0].ids.nino", "nino"), ("", MAIL.upper(), "line 22"),
     ("", "=", "read: not valid JSON to its end: the rest was read as text"))

# ---- XML and HTML --------------------------------------------------------------------------------------------------
import xml.etree.ElementTree as ET
root = ET.Element("staff", site="Leeds")
for name, born, nino in [("Zoë & Co", BORN, NINO), ("Hall", "1960-01-01", NINO2)]:
    p = ET.SubElement(root, "person", nino=nino)
    ET.SubElement(p, "name").text = name
    ET.SubElement(p, "dateOfBirth").text = born
want = [("", BORN, "/staff/person/dateOfBirth", "dateOfBirth"), ("", NINO2, "/staff/person[2]", "nino"), ("", "Zoë & Co", "/staff/person/name", "name"), READ]
case("xml/utf8.xml", ET.tostring(root, "utf-8"), *want)
case("xml/latin1.xml", ET.tostring(root, "iso-8859-1"), *want)
case("xml/utf16.xml", ET.tostring(root, "utf-16"), *want)
case("xml/entities.xml", f"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY b "&x;&x;">]>
<a><!-- born {BORN} --><b>&b;</b><c><![CDATA[{NINO} <&]]></c></a>""".encode(),
     ("", BORN, "comment"), ("", NINO + " <&", "/a/c", "c"), READ)
page = f"""<!DOCTYPE html>
<html><head><meta charset="windows-1252"><title>Staff – list</title><meta name="author" content="Margaret Okafor">
<style>p {{ color: red }}</style><script>var id = "{NINO2}";</script></head>
<body><!-- old: {PHONE} --><p>Write to <a href="mailto:{MAIL}">her</a>, &pound;40,<br>born&nbsp;<b>{BORN[:4]}</b>{BORN[4:]}</p>
<table><tr><th>Name</th><th>NI number</th></tr>
<tr><td>Okafor</td><td>{NINO}</td></tr></table>
<form><input type="hidden" name="dob" value="02/03/1951"></form>
<p hidden>07700 900456</p></body></html>
"""
want = [("", MAIL, "line 4", "href"), ("", "£40", "line 4"), ("", BORN, "line 4"), ("", NINO, "line 6", "NI number"), ("", NINO2, "script"),
        ("", PHONE, "comment"), ("", "02/03/1951", "line 7", "dob"), ("", "07700 900456", "line 8"), ("", "Margaret Okafor", "line 2", "author"), ("", "list", "line 2"), READ]
case("html/page.html", page.encode("cp1252"), *want)
case("html/page.txt", page.encode("cp1252"), *want)

# ---- mail ----------------------------------------------------------------------------------------------------------
def message():
    m = EmailMessage()
    m["From"] = "Margaret Okafor <%s>" % MAIL
    m["To"] = "Zoë Hall <z.hall@example.org>"
    m["Subject"] = "Sick note of Zoë, born %s" % BORN
    m["Date"] = "Mon, 02 Mar 2020 10:00:00 +0000"
    m.set_content("Hello,\nher number is %s and she owes £40.\n" % NINO)
    m.add_alternative("<p>call <b>%s</b></p>" % PHONE, subtype="html")
    m.add_attachment(rows(staff).encode(), maintype="text", subtype="csv", filename="staff list.csv")
    return m
inner = message()
outer = EmailMessage()
outer["From"], outer["To"], outer["Subject"] = "a@example.com", "b@example.com", "FW: note"
outer.set_content("See below, %s\n" % NINO2)
outer.add_attachment(inner)
def flat(m):
    return m.as_bytes(policy=policy.SMTP)
want = [("", MAIL, "header From", "From"), ("", BORN, "header Subject", "Subject"), ("", NINO, "line 2"), ("", PHONE, "line 1"), ("", "z.hall@example.org", "header To", "To"),
        ("staff list.csv", NINO2, "C3", "NI number"), READ, ("staff list.csv", "=", "read")]
case("eml/note.eml", flat(inner), *want)
case("eml/note.txt", flat(inner), *want)
case("eml/forward.eml", flat(outer), ("", NINO2, "line 1"), ("attachment 1", NINO, "line 2"), ("attachment 1 › staff list.csv", NINO, "C2", "NI number"), READ)
box = mailbox.mbox(os.path.join(HERE, "tmp.mbox"))
for m in (inner, outer):
    box.add(mailbox.mboxMessage(m))
box.close()
data = open(os.path.join(HERE, "tmp.mbox"), "rb").read()
os.remove(os.path.join(HERE, "tmp.mbox"))
case("mbox/two.mbox", data, ("1", NINO, "line 2"), ("1 › staff list.csv", NINO2, "C3"), ("2", NINO2, "line 1"), ("2 › attachment 1", BORN, "header Subject"), READ)
arch = MIMEMultipart("related", type="text/html")
arch["From"], arch["Subject"] = "<Saved by Example>", "Page"
arch.attach(MIMEText("<html><body><p>%s</p></body></html>" % NINO, "html", "utf-8"))
arch.attach(MIMEText("p{}", "css"))
case("mht/page.mht", arch.as_bytes(), ("", NINO, "line 1"), READ)

# ---- archives ------------------------------------------------------------------------------------------------------
def zipped(*members, method=zipfile.ZIP_DEFLATED, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)
        z.comment = comment
    return out.getvalue()
table = rows(staff).encode()
case("zip/plain.zip", zipped(("hr/staff.csv", table), ("empty.txt", b""), comment=b"for " + MAIL.encode()),
     ("hr/staff.csv", NINO, "C2", "NI number"), ("", MAIL, "property comment"), ("empty.txt", "=", "read"), READ)
case("zip/stored.zip", zipped(("staff.csv", table), method=zipfile.ZIP_STORED), ("staff.csv", NINO, "C2"), READ)
case("zip/bzip2.zip", zipped(("staff.csv", table), method=zipfile.ZIP_BZIP2), ("staff.csv", NINO, "C2"), READ)
case("zip/lzma.zip", zipped(("staff.csv", table), method=zipfile.ZIP_LZMA), ("staff.csv", NINO, "C2"), READ)
case("zip/nested.zip", zipped(("inner.zip", zipped(("note.eml", flat(inner)),))), ("inner.zip › note.eml › staff list.csv", NINO, "C2"), ("inner.zip › note.eml", PHONE, "line 1"), READ)
case("zip/named-otherwise.txt", zipped(("staff.csv", table)), ("staff.csv", NINO, "C2"), READ)
case("zip/outside.zip", zipped(("../../etc/staff.csv", table), ("C:\\x\\pay.csv", table)), ("../../etc/staff.csv", NINO, "C2"), ("C:/x/pay.csv", NINO, "C2"), READ)
import warnings; warnings.simplefilter("ignore")
case("zip/same-name.zip", zipped(("a.txt", NINO.encode()), ("a.txt", NINO2.encode())), ("a.txt", NINO, "line 1"), ("a.txt", NINO2, "line 1"), READ)
cut = zipped(("staff.csv", table), ("b.txt", b"b" * 999))
case("zip/no-directory.zip", cut[:cut.rfind(b"PK\x01\x02", 0, cut.rfind(b"PK\x01\x02"))], ("staff.csv", NINO, "C2"),
     ("", "=", "read in part: corrupt: zip central directory missing"))
for name, how in [("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("ustar", tarfile.USTAR_FORMAT)]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=how) as t:
        long = "d" * 70 + "/" + "e" * 70 + "/staff.csv"
        for n in ("staff.csv", long):
            info = tarfile.TarInfo(n)
            info.size, info.mtime = len(table), 0
            t.addfile(info, io.BytesIO(table))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        t.addfile(link)
    case(f"tar/{name}.tar", out.getvalue(), ("staff.csv", NINO, "C2", "NI number"), (long, NINO2, "C3"), READ)
tar = out.getvalue()
case("gz/staff.csv.gz", gzip.compress(table, mtime=0), ("gz", NINO, "C2", "NI number"), READ)
case("gz/two-members.gz", gzip.compress(b"one " + NINO.encode(), mtime=0) + gzip.compress(b" two\n" + NINO2.encode(), mtime=0), ("gz", NINO, "line 1"), ("gz", NINO2, "line 2"), READ)
case("gz/backup.tgz", gzip.compress(tar, mtime=0), ("gz › staff.csv", NINO, "C2"), READ)
case("bz2/staff.csv.bz2", bz2.compress(table), ("bz2", NINO, "C2"), READ)
case("xz/staff.csv.xz", lzma.compress(table), ("xz", NINO, "C2"), READ)
with tempfile.TemporaryDirectory() as folder:
    for name, data in ("staff.csv", table), ("note.txt", NINO2.encode()):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
        os.utime(os.path.join(folder, name), (1577836800, 1577836800))
    for name, how in ("plain", []), ("packed", ["-z"]):
        subprocess.run(["gcab", *how, "-c", f"{name}.cab", "staff.csv", "note.txt"], cwd=folder, check=True)
        with open(os.path.join(folder, f"{name}.cab"), "rb") as f:
            case(f"cab/{name}.cab", f.read(), ("staff.csv", NINO, "C2", "NI number"), ("note.txt", NINO2, "line 1"), READ)
zst = subprocess.run(["zstd", "-q", "-c"], input=table, capture_output=True, check=True).stdout
case("zst/staff.csv.zst", zst, ("zst", NINO, "C2"), READ)

# ---- PDF by hand: what the usual writers cannot do ------------------------------------------------------------------
def pdf(*objects):
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, at = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(at) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{o:010} 00000 n \n".encode() for o in at)
    return out + f"trailer << /Size {len(at) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()

def stream(data):
    return f"<< /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"

PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
def page(resources):
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << " + resources + b" >> >>"
case("pdf/hidden-layer.pdf", pdf(
    b"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >> >>", PAGES,
    page(b"/Font << /F 5 0 R >> /Properties << /L 6 0 R >>"),
    stream(f"BT /F 12 Tf 72 700 Td (Shown to all: {MAIL}) Tj ET /OC /L BDC BT /F 12 Tf 72 600 Td (Switched off: {NINO}) Tj ET EMC".encode()),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", b"<< /Type /OCG /Name (Draft) >>"),
    ("", MAIL, "page 1"), ("", NINO, "page 1, hidden layer"), READ)
shapes = lambda text: "".join(f"{ord(c) - 29:04x}" for c in text)
case("pdf/no-key-to-letters.pdf", pdf(
    b"<< /Type /Catalog /Pages 2 0 R >>", PAGES, page(b"/Font << /F 5 0 R >>"),
    stream(f"BT /F 12 Tf 72 700 Td <{shapes('The pension of the late member is paid to her husband')}> Tj 0 -20 Td <{shapes('National Insurance number ' + NINO)}> Tj ET".encode()),
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Arial /Encoding /Identity-H /DescendantFonts [6 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Arial /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 /FontDescriptor 7 0 R >>",
    b"<< /Type /FontDescriptor /FontName /Arial /Flags 32 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>"),
    ("", NINO, "page 1"), ("", "=", "read: letters told by the order of their shapes: its fonts do not name them"))

def attachment_locked():
    """A PDF of which only the embedded file is locked, with a key that nobody gave; the file's bytes are noise then."""
    body = pdf(
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(pay.csv) 6 0 R] >> >> >>", PAGES, page(b"/Font << /F 5 0 R >>"),
        stream(f"BT /F 12 Tf 72 700 Td (Covering letter: {NINO}) Tj ET".encode()), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Filespec /F (pay.csv) /EF << /F 7 0 R >> >>",
        b"<< /Type /EmbeddedFile /Length 32 >>\nstream\n" + bytes(range(128, 160)) + b"\nendstream",
        b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /EncryptMetadata false /EFF /StdCF /StmF /Identity /StrF /Identity "
        b"/CF << /StdCF << /AuthEvent /EFOpen /CFM /AESV3 /Length 32 >> >> "
        + b" ".join(b"/" + key + b" <" + b"5a" * size + b">" for key, size in ((b"O", 48), (b"U", 48), (b"OE", 32), (b"UE", 32), (b"Perms", 16))) + b" >>")
    return body.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 8 0 R /ID [<00><00>]")
case("pdf/attachment-locked.pdf", attachment_locked(), ("", NINO, "page 1"), ("pay.csv", "=", "encrypted: password needed"), READ)

# ---- settings, cards, calendars, directories -----------------------------------------------------------------------
case("settings/app.yaml", f"owner:\n  name: Margaret Okafor\n  nino: {NINO}\nlist:\n  - mail: {MAIL}\n".encode(),
     ("", NINO, "line 3", "nino"), ("", MAIL, "line 5", "mail"), READ)
case("settings/app.ini", f"[smtp]\n; contact {PHONE}\npassword = hunter2\nuser={MAIL}\n".encode(),
     ("", "hunter2", "line 3", "password"), ("", MAIL, "line 4", "user"), ("", PHONE, "line 2", "-"), READ)
case("vcf/card.vcf", ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Okafor\r\nBDAY:1951-03-02\r\nTEL;TYPE=home:07700\r\n  900123\r\n"
     f"item1.EMAIL;TYPE=work:{MAIL}\r\nEND:VCARD\r\n").encode(),
     ("", BORN, "line 4", "date of birth"), ("", PHONE, "line 5", "telephone"), ("", MAIL, "line 7", "EMAIL"), ("", "Zoë Okafor", "line 3", "name"), READ)
case("vcf/old.vcf", b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Okafor;Zo=C3=AB\nEND:VCARD\n", ("", "Zoë", "line 3", "name"), READ)
case("ics/visit.ics", (f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Visit {PHONE}\\, at home\r\nATTENDEE;CN=\"Margaret: Okafor\":mailto:{MAIL}\r\n"
     "END:VEVENT\r\nEND:VCALENDAR\r\n").encode(), ("", PHONE, "line 3", "SUMMARY"), ("", MAIL, "line 4", "ATTENDEE"), ("", "Margaret: Okafor", "line 4", "name"), READ)
case("ldif/people.ldif", f"version: 1\ndn: cn=Okafor\ntelephoneNumber: {PHONE}\n".encode(), ("", PHONE, "line 3", "telephoneNumber"), READ)

# ---- databases -----------------------------------------------------------------------------------------------------
path = os.path.join(HERE, "tmp.db")
db = sqlite3.connect(path)
db.execute('create table staff (name text, "date of birth" text, nino text, photo blob, age integer)')
db.execute("insert into staff values (?,?,?,?,?)", ("Zoë Okafor", BORN, NINO, zipped(("x.txt", b"see " + PHONE.encode() + b" " * 60)), 51))
db.execute("insert into staff values (?,?,?,?,?)", ("Hall\nPeter", "1960-01-01", NINO2, MAIL.encode(), None))
db.execute("create view v as select * from staff")
db.execute("create table notes (id integer primary key, body text)")
db.execute("insert into notes values (7, ?)", ("call " + PHONE,))
db.commit(); dump = "\n".join(db.iterdump()); db.close()
data = open(path, "rb").read(); os.remove(path)
case("sqlite/staff.db", data, ("", BORN, "staff!B1", "date of birth"), ("", NINO2, "staff!C2", "nino"), ("", MAIL, "staff!D2", "photo"), ("", "Hall Peter", "staff!A2", "name"),
     ("", PHONE, "notes!B1", "body"), ("staff.photo row 1 › x.txt", PHONE, "line 1"), READ)
case("sql/sqlite.sql", dump.encode(), ("", BORN, "staff!B1", "date of birth"), ("", NINO2, "staff!C2", "nino"), ("", PHONE, "notes!B1", "body"), READ)
case("sql/mysql.sql", f"""-- MySQL dump 10.13
-- by {MAIL}
CREATE TABLE `staff` (
  `name` varchar(50) NOT NULL,
  `ni number` char(9),
  PRIMARY KEY (`name`)
) ENGINE=InnoDB;
INSERT INTO `staff` VALUES ('O\\'Brien, (Mags)','{NINO}'),('Hall; Peter','{NINO2}');
INSERT INTO `other` (`tel`) VALUES ('{PHONE}');
""".encode(), ("", MAIL, "line 2"), ("", NINO, "staff!B1", "ni number"), ("", NINO2, "staff!B2", "ni number"), ("", "O'Brien, (Mags)", "staff!A1", "name"), ("", PHONE, "other!A1", "tel"), READ)
case("sql/postgres.sql", f"""-- PostgreSQL database dump
COPY public.staff (name, nino) FROM stdin;
Okafor\t{NINO}
Hall\t\\N
\\.
SELECT 1; -- {NINO2}
""".encode(), ("", NINO, "staff!B1", "nino"), ("", NINO2, "line 6"), READ)
def dbf(fields, records):
    out = struct.pack("<BBBBIHH17xBxx", 3, 120, 3, 2, len(records), 33 + 32 * len(fields), 1 + sum(n for _, _, n in fields), 3)
    for name, kind, n in fields:
        out += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), n, 0)
    out += b"\r"
    for deleted, *cells in records:
        out += (b"*" if deleted else b" ") + b"".join(str(c).encode("cp1252").ljust(n) for c, (_, _, n) in zip(cells, fields))
    return out + b"\x1a"
case("dbf/staff.dbf", dbf([("NAME", "C", 20), ("BORN", "D", 8), ("NINO", "C", 9)], [(False, "Zoë Okafor", "19510302", NINO), (True, "Hall", "19600101", NINO2)]),
     ("", BORN, "staff!B1", "BORN"), ("", NINO2, "staff!C2", "NINO"), ("", "Zoë Okafor", "staff!A1", "NAME"), READ)
book = [("mimetype", b"application/epub+zip"), ("OEBPS/one.xhtml", f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>{NINO}</p></body></html>".encode())]
case("zip/book.epub", zipped(*book), ("OEBPS/one.xhtml", NINO, "line 1"), READ)
