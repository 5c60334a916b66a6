#!/usr/bin/env python3
"""Makes the labelled synthetic share: documents of an invented care provider, and what is planted in each.

    pip install openpyxl python-docx python-pptx reportlab odfpy xlwt
    python3 corpus/generate.py --seed 1 --out corpus/share

Writes the documents under OUT and the labels to OUT.truth.jsonl, one JSON object a line:
`{"path", "parts", "rule", "value"}` for a planted value, and `{"path", "parts", "category", "document": true}` for a
document that holds special-category, criminal or safeguarding data tied to a person. Half of the documents hold no
personal data and are there to be mistaken: part numbers, ISBNs, policies, recipes, logs, source code.

Everybody in it is invented. Values are those reserved or documented for tests where such exist (NHS numbers of the 9xx
test range, QQ National Insurance numbers, scheme test cards, Ofcom drama telephone ranges, example domains, published
modulus-check examples); the rest are patterned. Seed 1 is the one to look at while working; seed 2 is kept for
measuring and not looked at.
"""

import argparse, csv, datetime, email.message, email.policy, gzip, io, json, os, pathlib, random, re, sqlite3, zipfile

FORENAMES = """Margaret Chidi Agnieszka Siobhan Mohammed Priya Grace Dafydd Oluwaseun Katarzyna Florence Arthur Ifeoma
Thomas Rhys Aisha Nkechi Wei Maria Ioana Declan Doris Kenneth Zofia Harpreet Fatima George Elsie Ravi Beatriz Tunde
Moira Callum Eilidh Bronwen Sunita Abdul Janet Stanley Winifred Joyce Derek Hannah Kwame Amina Pawel Luca Ngozi Ewan
Mark Rose Ivy Will Hope Olivia Gareth Roisin Tariq Yusuf Ana Rosalind Leroy Shanice Denzel Marcia Bogdan Elena Jun
Li Mei Arjun Deepa Imran Zainab Ciaran Niamh Alasdair Fiona Angus Catriona Emyr Nerys Gwyneth Hamish""".split()
SURNAMES = """Okafor Nwosu Kowalska Kowalski O'Brien Shah Khan Patel Smith Jones Williams Taylor Davies Evans Hughes
Osei Mensah Adeyemi Singh Kaur Begum Hussain Chowdhury Murphy Gallagher MacDonald McAllister Campbell Fraser Llewellyn
Nowak Popescu Ionescu Silva Fernandes Chen Wong Lee Reid Thornton Whitfield Ashworth Pemberton Hargreaves Birtwistle
Oyelaran Bankole Afolabi Mukherjee Iyer Reyes Santos dela-Cruz Bailey Marsh Hill Brook Green Black Young King
Abernathy Postlethwaite Ramsbottom Fairclough Entwistle Osborne Grant Blackwood Clarke Dube Moyo Tesfaye""".split()
STREETS = ["Oak Avenue", "Mill Lane", "Station Road", "High Street", "Victoria Road", "The Crescent", "Church Lane",
           "Heol Fawr", "Manse Brae", "Elm Grove", "St Mary's Road", "Castle Street", "Park View", "Orchard Close",
           "Queensway", "Albert Terrace", "Beech Drive", "Harbour Street", "Moorland Rise", "Kingfisher Court"]
TOWNS = [("Leeds", "LS1 4AP"), ("Manchester", "M1 1AE"), ("Croydon", "CR2 6XH"), ("Birmingham", "B33 8TH"),
         ("London", "EC1A 1BB"), ("Cardiff", "CF10 3AT"), ("Edinburgh", "EH1 1YZ"), ("Belfast", "BT1 5GS"),
         ("Bristol", "BS1 4DJ"), ("Glasgow", "G2 1DU"), ("Norwich", "NR1 3JU"), ("Exeter", "EX4 3LS"),
         ("Swansea", "SA1 3SN"), ("Oxford", "OX1 1BX"), ("York", "YO1 7HH"), ("Aberdeen", "AB10 1AB")]
PAIRS = [("08-99-99", "66374958"), ("10-79-99", "88837491"), ("20-29-59", "63748472"), ("11-87-65", "64371389"),
         ("87-14-27", "46238510"), ("82-00-00", "73688637"), ("82-79-99", "73988638"), ("13-40-20", "63849203"),
         ("20-09-15", "41011166"), ("93-86-11", "07806039"), ("93-86-00", "42368003"), ("77-27-98", "99345694"),
         ("30-90-70", "12345668"), ("86-11-27", "12345678"), ("49-92-73", "12345678")]
CARDS = ["4242424242424242", "4111111111111111", "5555555555554444", "2223003122003222", "378282246310005",
         "6011111111111117", "4000056655665556", "3566002020360505"]
PHONE_AREAS = ["0113 496 0", "0114 496 0", "0117 496 0", "0121 496 0", "0131 496 0", "0141 496 0", "0151 496 0",
               "0161 496 0", "020 7946 0", "0191 498 0", "029 2018 0", "01632 960"]
STRONG_HEALTH = ["vascular dementia", "type 2 diabetes", "schizophrenia", "Parkinson's disease", "multiple sclerosis",
                 "chronic obstructive pulmonary disease", "epilepsy", "bipolar disorder", "rheumatoid arthritis",
                 "chronic kidney disease", "Alzheimer's disease", "heart failure", "osteoporosis", "asthma"]
DRUGS = ["ramipril", "atorvastatin", "sertraline", "amlodipine", "metformin", "omeprazole", "donepezil",
         "levothyroxine", "furosemide", "bisoprolol", "apixaban", "risperidone", "lorazepam", "memantine"]
ETHNIC = ["White British", "Black Caribbean", "Black African", "Indian", "Pakistani", "Bangladeshi", "Chinese",
          "White Irish", "Mixed White and Asian", "Any other ethnic group"]
FAITHS = ["Christian", "Muslim", "Hindu", "Sikh", "Jewish", "Buddhist", "Roman Catholic", "No religion"]
OFFENCES = ["convicted of theft in 2014", "received a police caution for common assault",
            "was sentenced to 12 months for fraud", "is on bail for burglary", "has a conviction for drink driving"]
MONTHS = "January February March April May June July August September October November December".split()


def mod11(nine, weights=(10, 9, 8, 7, 6, 5, 4, 3, 2)):
    check = 11 - sum(int(d) * w for d, w in zip(nine, weights)) % 11
    return 0 if check == 11 else check


class Person:
    def __init__(self, r, n):
        self.first, self.last = r.choice(FORENAMES), r.choice(SURNAMES)
        self.middle = r.choice("ABCDEFGHJKLMNPRST")
        self.sex = r.choice("MF")
        self.born = datetime.date(r.randint(1928, 2004), r.randint(1, 12), r.randint(1, 28))
        self.number = r.randint(1, 199)
        self.street = r.choice(STREETS)
        self.town, self.postcode = r.choice(TOWNS)
        while True:
            nine = "9" + "".join(r.choice("0123456789") for _ in range(8))
            if mod11(nine) != 10:
                self.nhs = nine + str(mod11(nine))
                break
        self.nino = "QQ" + "".join(r.choice("0123456789") for _ in range(6)) + r.choice("ABCD")
        self.mobile = "07700900" + "%03d" % r.randint(0, 999)
        area = r.choice(PHONE_AREAS)
        self.landline = area + "%03d" % r.randint(0, 999)
        self.email = "%s.%s%s@%s" % (self.first.lower(), re.sub("[^a-z]", "", self.last.lower()),
                                     r.choice(["", "", str(r.randint(1, 99))]),
                                     r.choice(["example.com", "example.org", "mail.example", "care.test"]))
        self.sort, self.account = r.choice(PAIRS)
        self.card = r.choice(CARDS)
        self.passport = r.choice(["123456789", "999228775", "500%06d" % (n * 111 % 1000000), "12345%04d" % n])
        self.payroll = "E%05d" % (100 + n * 7)
        self.salary = "£%d,%03d" % (r.randint(21, 48), r.choice([0, 250, 500, 750]))
        self.full = self.first + " " + self.last

    def title(self):
        return "Mr" if self.sex == "M" else "Mrs"

    def pronoun(self):
        return ("he", "his", "him") if self.sex == "M" else ("she", "her", "her")


class Style:
    """One document's habits of writing."""

    def __init__(self, r):
        self.r = r
        self.date_style = r.randrange(6)
        self.nino_style = r.randrange(4)
        self.nhs_style = r.randrange(3)
        self.phone_style = r.randrange(4)

    def date(self, d):
        return [d.strftime("%d/%m/%Y"), "%d %s %d" % (d.day, MONTHS[d.month - 1], d.year), d.isoformat(),
                d.strftime("%d.%m.%Y"), "%d-%s-%d" % (d.day, MONTHS[d.month - 1][:3], d.year),
                d.strftime("%d/%m/%y")][self.date_style]

    def nino(self, v):
        return [v, "%s %s %s %s %s" % (v[:2], v[2:4], v[4:6], v[6:8], v[8]),
                "%s-%s-%s-%s-%s" % (v[:2], v[2:4], v[4:6], v[6:8], v[8]), v][self.nino_style]

    def nhs(self, v):
        return ["%s %s %s" % (v[:3], v[3:6], v[6:]), v, "%s-%s-%s" % (v[:3], v[3:6], v[6:])][self.nhs_style]

    def mobile(self, v):
        return [v, v[:5] + " " + v[5:], "+44 " + v[1:5] + " " + v[5:], v[:5] + " " + v[5:8] + " " + v[8:]][self.phone_style]

    def card(self, v):
        return " ".join(v[i:i + 4] for i in range(0, len(v), 4)) if len(v) == 16 else v


LABEL = re.compile(r"\[\[([a-z-]+)\|(.*?)\]\]", re.S)


class Doc:
    """Text with planted values written as [[rule|value]]; tables are lists of rows of such strings."""

    def __init__(self, name, folder):
        self.name, self.folder, self.blocks, self.categories = name, folder, [], set()

    def para(self, text):
        self.blocks.append(("p", text))
        return self

    def head(self, text):
        self.blocks.append(("h", text))
        return self

    def table(self, rows):
        self.blocks.append(("t", rows))
        return self

    def holds(self, *categories):
        self.categories.update(categories)
        return self

    def strings(self):
        for kind, body in self.blocks:
            if kind == "t":
                for row in body:
                    yield from row
            else:
                yield body

    def labels(self):
        return [(m.group(1), m.group(2)) for s in self.strings() for m in LABEL.finditer(s)]


def plain(s):
    return LABEL.sub(lambda m: m.group(2), s)


# ---- writers: one per format; each returns bytes --------------------------------------------------------------------

def lines_of(doc, separator="\t"):
    for kind, body in doc.blocks:
        if kind == "t":
            for row in body:
                yield separator.join(plain(c) for c in row)
            yield ""
        else:
            yield plain(body)
            yield ""


def write_txt(doc, r):
    text = "\n".join(lines_of(doc, ": " if all(len(row) == 2 for k, b in doc.blocks if k == "t" for row in b) else "\t"))
    encoding = r.choice(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"])
    return text.replace("\n", r.choice(["\n", "\r\n"])).encode(encoding, "replace")


def write_md(doc, r):
    out = []
    for kind, body in doc.blocks:
        if kind == "h":
            out.append("## " + plain(body))
        elif kind == "p":
            out.append(plain(body))
        else:
            rows = [[plain(c) for c in row] for row in body]
            out.append("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
            out[-1] += "".join("\n| " + " | ".join(row) + " |" for row in rows[1:])
        out.append("")
    return "\n".join(out).encode()


def esc(s):
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write_html(doc, r):
    out = ["<!DOCTYPE html><html><head><title>%s</title><style>p{margin:1em}</style></head><body>" % esc(doc.name)]
    for kind, body in doc.blocks:
        if kind == "t":
            out.append("<table>")
            for i, row in enumerate(body):
                tag = "th" if i == 0 and len(row) > 2 else "td"
                out.append("<tr>" + "".join("<%s>%s</%s>" % (tag, esc(plain(c)), tag) for c in row) + "</tr>")
            out.append("</table>")
        else:
            out.append("<%s>%s</%s>" % ("h2" if kind == "h" else "p", esc(plain(body)), "h2" if kind == "h" else "p"))
    return ("\n".join(out) + "</body></html>").encode()


def write_docx(doc, r):
    import docx
    d = docx.Document()
    for kind, body in doc.blocks:
        if kind == "h":
            d.add_heading(plain(body), 1)
        elif kind == "p":
            for line in plain(body).split("\n"):
                d.add_paragraph(line)
        else:
            t = d.add_table(rows=0, cols=len(body[0]))
            for row in body:
                cells = t.add_row().cells
                for cell, text in zip(cells, row):
                    cell.text = plain(text)
    f = io.BytesIO()
    d.save(f)
    return f.getvalue()


def write_odt(doc, r):
    from odf.opendocument import OpenDocumentText
    from odf.text import P, H
    from odf.table import Table, TableRow, TableCell
    d = OpenDocumentText()
    for kind, body in doc.blocks:
        if kind == "h":
            d.text.addElement(H(outlinelevel=1, text=plain(body)))
        elif kind == "p":
            for line in plain(body).split("\n"):
                d.text.addElement(P(text=line))
        else:
            t = Table()
            for row in body:
                tr = TableRow()
                for c in row:
                    tc = TableCell()
                    tc.addElement(P(text=plain(c)))
                    tr.addElement(tc)
                t.addElement(tr)
            d.text.addElement(t)
    f = io.BytesIO()
    d.save(f)
    return f.getvalue()


def write_rtf(doc, r):
    def code(s):
        return "".join(c if ord(c) < 128 and c not in "\\{}" else "\\" + c if c in "\\{}" else "\\u%d?" % ord(c) for c in s)
    out = ["{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}"]
    for kind, body in doc.blocks:
        if kind == "t":
            for row in body:
                out.append("\\trowd" + "".join("\\cellx%d" % (2000 * (i + 1)) for i in range(len(row))))
                out.append("".join("\\intbl " + code(plain(c)) + "\\cell " for c in row) + "\\row")
        else:
            out.append("\\pard " + code(plain(body)).replace("\n", "\\line ") + "\\par")
    return ("\n".join(out) + "}").encode("ascii")


def write_pdf(doc, r):
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table
    f = io.BytesIO()
    styles = getSampleStyleSheet()
    story = []
    for kind, body in doc.blocks:
        if kind == "t":
            wide = len(body[0]) > 5
            rows = [[Paragraph(esc(plain(c)), styles["Normal"]) if not wide else plain(c) for c in row] for row in body]
            table = Table(rows, repeatRows=1)
            if wide:
                table.setStyle([("FONTSIZE", (0, 0), (-1, -1), 5)])
            story += [table, Spacer(1, 12)]
        else:
            style = styles["Heading2"] if kind == "h" else styles["Normal"]
            story.append(Paragraph(esc(plain(body)).replace("\n", "<br/>"), style))
            story.append(Spacer(1, 6))
    SimpleDocTemplate(f, pagesize=A4, invariant=1).build(story)
    return f.getvalue()


def write_pptx(doc, r):
    import pptx
    p = pptx.Presentation()
    slide = None
    for kind, body in doc.blocks:
        if kind == "h" or slide is None:
            slide = p.slides.add_slide(p.slide_layouts[1])
            slide.shapes.title.text = plain(body) if kind == "h" else doc.name
            frame = slide.placeholders[1].text_frame
            if kind == "h":
                continue
        rows = [[plain(body)]] if kind == "p" else [[plain(c) for c in row] for row in body]
        for row in rows:
            frame.add_paragraph().text = ": ".join(row)
    f = io.BytesIO()
    p.save(f)
    return f.getvalue()


def write_eml(doc, r):
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["Subject"] = doc.name
    m["From"] = "Office <office@care.example>"
    m["To"] = "Records <records@care.example>"
    m["Date"] = "Tue, 03 Mar 2026 09:15:00 +0000"
    m["Message-ID"] = "<20260303.%d@care.example>" % r.randint(1000, 9999)
    text = "\n".join(lines_of(doc, ": "))
    m.set_content(text, cte=r.choice(["quoted-printable", "base64", "8bit"]))
    return m.as_bytes()


def only_table(doc):
    return next(body for kind, body in doc.blocks if kind == "t")


def write_csv(doc, r):
    f = io.StringIO()
    w = csv.writer(f, delimiter=r.choice([",", ",", ";", "\t"]), lineterminator=r.choice(["\n", "\r\n"]))
    for row in only_table(doc):
        w.writerow([plain(c) for c in row])
    return f.getvalue().encode(r.choice(["utf-8", "utf-8-sig", "cp1252"]), "replace")


def write_json(doc, r):
    rows = only_table(doc)
    keys = [re.sub("[^a-z0-9]+", r.choice(["_", "_"]), plain(c).lower()).strip("_") for c in rows[0]]
    return json.dumps([dict(zip(keys, (plain(c) for c in row))) for row in rows[1:]], indent=r.choice([None, 2]),
                      ensure_ascii=r.choice([True, False])).encode()


def write_jsonl(doc, r):
    return b"\n".join(json.dumps(o).encode() for o in json.loads(write_json(doc, r)))


def write_xml(doc, r):
    rows = only_table(doc)
    tags = [re.sub("[^A-Za-z0-9]+", "", plain(c).title()) or "Field" for c in rows[0]]
    out = ['<?xml version="1.0" encoding="UTF-8"?>', "<Records>"]
    for row in rows[1:]:
        out.append("  <Record>" + "".join("<%s>%s</%s>" % (t, esc(plain(c)), t) for t, c in zip(tags, row)) + "</Record>")
    return "\n".join(out + ["</Records>"]).encode()


def write_sql(doc, r):
    rows = only_table(doc)
    columns = ", ".join(re.sub("[^a-z0-9]+", "_", plain(c).lower()).strip("_") for c in rows[0])
    quote = lambda s: "'" + s.replace("'", "''") + "'"
    return "\n".join("INSERT INTO records (%s) VALUES (%s);" % (columns, ", ".join(quote(plain(c)) for c in row))
                     for row in rows[1:]).encode()


def write_db(doc, r):
    rows = only_table(doc)
    path = pathlib.Path("/tmp/domesday-generate-%d.db" % os.getpid())
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    columns = ", ".join('"%s" TEXT' % plain(c) for c in rows[0])
    db.execute("CREATE TABLE records (%s)" % columns)
    db.executemany("INSERT INTO records VALUES (%s)" % ", ".join("?" * len(rows[0])), [[plain(c) for c in row] for row in rows[1:]])
    db.commit()
    db.close()
    data = path.read_bytes()
    path.unlink()
    return data


def write_xlsx(doc, r):
    import openpyxl
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = r.choice(["Sheet1", "Staff", "Register", "Data"])
    if r.random() < 0.3:
        ws.append([doc.name])
        ws.append([])
    for row in only_table(doc):
        ws.append([plain(c) for c in row])
    f = io.BytesIO()
    wb.save(f)
    return f.getvalue()


def write_xls(doc, r):
    import xlwt
    wb = xlwt.Workbook()
    ws = wb.add_sheet("Sheet1")
    for y, row in enumerate(only_table(doc)):
        for x, c in enumerate(row):
            ws.write(y, x, plain(c))
    f = io.BytesIO()
    wb.save(f)
    return f.getvalue()


def write_ods(doc, r):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.text import P
    from odf.table import Table, TableRow, TableCell
    d = OpenDocumentSpreadsheet()
    t = Table(name="Sheet1")
    for row in only_table(doc):
        tr = TableRow()
        for c in row:
            tc = TableCell(valuetype="string")
            tc.addElement(P(text=plain(c)))
            tr.addElement(tc)
        t.addElement(tr)
    d.spreadsheet.addElement(t)
    f = io.BytesIO()
    d.save(f)
    return f.getvalue()


PROSE = {"txt": write_txt, "md": write_md, "html": write_html, "docx": write_docx, "odt": write_odt, "rtf": write_rtf,
         "pdf": write_pdf, "eml": write_eml, "pptx": write_pptx}
GRID = {"csv": write_csv, "xlsx": write_xlsx, "xls": write_xls, "ods": write_ods, "json": write_json,
        "jsonl": write_jsonl, "xml": write_xml, "sql": write_sql, "db": write_db, "html": write_html, "docx": write_docx}


# ---- documents that hold personal data ------------------------------------------------------------------------------

def name(p, form="full"):
    written = {"full": p.full, "titled": "%s %s" % (p.title(), p.last), "initials": "%s %s %s %s" % (p.title(), p.first[0], p.middle, p.last),
               "first": p.first, "comma": "%s, %s" % (p.last, p.first), "caps": "%s, %s" % (p.last.upper(), p.first)}[form]
    return "[[person-name|%s]]" % written


def dob(p, s):
    return "[[date-of-birth|%s]]" % s.date(p.born)


def address(p):
    return "[[postal-address|%d %s, %s, %s]]" % (p.number, p.street, p.town, p.postcode)


def starter_form(r, s, people):
    p, kin = r.sample(people, 2)
    d = Doc("New starter form", "HR/Starters").head("New starter details")
    rows = [["Full name", name(p)], ["Date of birth", dob(p, s)],
            [r.choice(["NI number", "National Insurance No", "NINO"]), "[[nino|%s]]" % s.nino(p.nino)],
            ["Home address", address(p)], [r.choice(["Mobile", "Mobile no.", "Phone"]), "[[phone-number|%s]]" % s.mobile(p.mobile)],
            [r.choice(["Email", "E-mail address"]), "[[email-address|%s]]" % p.email],
            ["Sort code", "[[sort-code|%s]]" % p.sort], ["Account number", "[[bank-account|%s]]" % p.account],
            ["Passport number", "[[passport-number|%s]]" % p.passport],
            ["Next of kin", name(kin)], ["Next of kin telephone", "[[phone-number|%s]]" % kin.landline],
            ["Employee number", p.payroll]]
    if r.random() < 0.6:
        rows += [["Ethnic origin", r.choice(ETHNIC)], ["Religion", r.choice(FAITHS)]]
        d.holds("ethnicity", "religion")
    return d.table(rows).para("Signed: " + name(p)).holds("employment")


def payslip(r, s, people):
    p = r.choice(people)
    return (Doc("Payslip %s" % MONTHS[r.randrange(12)], "Payroll/Payslips").head("Payslip")
            .table([["Employee", name(p)], ["Payroll number", p.payroll], ["NI number", "[[nino|%s]]" % s.nino(p.nino)],
                    ["Tax code", "1257L"], ["Gross pay", "£2,%03d.00" % r.randint(0, 999)], ["Net pay", "£1,%03d.55" % r.randint(0, 999)]])
            .para("Paid by BACS to sort code [[sort-code|%s]] account [[bank-account|%s]]." % (p.sort, p.account))
            .holds("employment"))


def care_plan(r, s, people):
    p, gp, carer = r.sample(people, 3)
    he, his, him = p.pronoun()
    d = Doc("Care plan", "Care/Plans").head("Care and support plan")
    d.table([["Service user", name(p)], ["Date of birth", dob(p, s)], ["NHS number", "[[nhs-number|%s]]" % s.nhs(p.nhs)],
             ["Address", address(p)], ["GP", "[[person-name|Dr %s]]" % gp.last]])
    condition, drug = r.choice(STRONG_HEALTH), r.choice(DRUGS)
    d.para("%s has %s and takes %s 5 mg every morning. %s needs two carers to assist with transfers." % (name(p, "titled"), condition, drug, he.capitalize()))
    d.para("%s lives alone at the above address. %s key worker is %s. Review is due on %s." %
           (he.capitalize(), his.capitalize(), name(carer), s.date(datetime.date(2026, r.randint(1, 12), r.randint(1, 28)))))
    return d.holds("health")


def incident(r, s, people):
    p, staff, witness = r.sample(people, 3)
    d = Doc("Incident report", "Quality/Incidents").head("Accident and incident form")
    d.table([["Person affected", name(p)], ["Date of birth", dob(p, s)], ["Reported by", name(staff)], ["Witness", name(witness)]])
    d.para("%s fell in the bathroom at 7.45 am and hit %s head. An ambulance was called and %s was taken to hospital with a suspected fractured neck of femur. %s's daughter was informed on [[phone-number|%s]]." %
           (name(p, "titled"), p.pronoun()[1], p.pronoun()[0], p.title() + " " + p.last, s.mobile(p.mobile)))
    return d.holds("health", "complaint-incident")


def complaint(r, s, people):
    p, writer = r.sample(people, 2)
    d = Doc("Complaint about visits", "Quality/Complaints")
    d.para("Dear Manager,")
    d.para("I am writing to complain about the care of my mother, %s, who was left without her medication on Tuesday. She has %s and cannot be left alone." % (name(p), r.choice(STRONG_HEALTH)))
    d.para("Please ring me on [[phone-number|%s]] or write to %s." % (s.mobile(writer.mobile), address(writer)))
    d.para("Yours faithfully,\n%s\n[[email-address|%s]]" % (name(writer), writer.email))
    return d.holds("health", "complaint-incident")


def gp_letter(r, s, people):
    p, gp = r.sample(people, 2)
    d = Doc("Letter from surgery", "Care/Correspondence")
    d.para("Re: %s, DOB %s, NHS No. [[nhs-number|%s]]" % (name(p, "initials"), dob(p, s), s.nhs(p.nhs)))
    d.para("Thank you for seeing this %d-year-old %s who was diagnosed with %s in 2021. Current medication: %s 20 mg, %s 5 mg. %s is allergic to penicillin." %
           (2026 - p.born.year, "man" if p.sex == "M" else "woman", r.choice(STRONG_HEALTH), r.choice(DRUGS), r.choice(DRUGS), p.pronoun()[0].capitalize()))
    d.para("Kind regards,\n[[person-name|Dr %s %s]]\nGeneral Practitioner" % (gp.first, gp.last))
    return d.holds("health")


def disciplinary(r, s, people):
    p, manager = r.sample(people, 2)
    d = Doc("Disciplinary outcome", "HR/Casework").para("Dear %s," % name(p, "titled"))
    d.para("Following the disciplinary hearing on %s, I confirm that you are issued with a final written warning. The DBS certificate shows that you %s." %
           (s.date(datetime.date(2026, 2, r.randint(1, 28))), r.choice(["were convicted of theft in 2014", "received a police caution for common assault"])))
    d.para("Yours sincerely,\n%s\nRegistered Manager" % name(manager))
    return d.holds("criminal", "employment")


def safeguarding(r, s, people):
    p, worker = r.sample(people, 2)
    d = Doc("Safeguarding referral", "Safeguarding").head("Referral to the local authority")
    d.para("Child: %s, born %s. A section 47 enquiry was opened after %s disclosed physical abuse by a relative. LADO referral made by %s, social worker, [[phone-number|%s]]." %
           (name(p), dob(p, s), p.pronoun()[0], name(worker), worker.landline))
    return d.holds("child-safeguarding")


def bank_change(r, s, people):
    p = r.choice(people)
    return (Doc("Change of bank details", "Payroll").para("Please pay my salary into my new account from next month.")
            .para("Name: %s\nSort code: [[sort-code|%s]]\nAccount no: [[bank-account|%s]]" % (name(p), p.sort, p.account))
            .para("I also paid for the training with card [[payment-card|%s]], please refund." % s.card(p.card)))


def right_to_work(r, s, people):
    p = r.choice(people)
    return (Doc("Right to work check", "HR/Right to work").holds("employment").head("Right to work")
            .table([["Employee", name(p)], ["Date of birth", dob(p, s)], ["Nationality", r.choice(["Polish", "Romanian", "Nigerian", "Filipino", "Indian"])],
                    ["Passport no", "[[passport-number|%s]]" % p.passport], ["Share code", "[[share-code|W%d%s %dX%d K%dQ]]" % (r.randint(1, 9), r.choice("BCDFG"), r.randint(1, 9), r.randint(1, 9), r.randint(1, 9))]]))


def minutes(r, s, people):
    present = r.sample(people, 4)
    d = Doc("Team meeting minutes", "Management/Minutes").head("Minutes of the team meeting")
    d.para("Present: " + ", ".join(name(p) for p in present) + ".")
    d.para("%s reported that the rota for the summer is complete. %s asked about the new gloves." % (name(present[0]), name(present[1])))
    d.para("Action: %s to order the signs by Friday." % name(present[2]))
    return d


def columns(r, s, which, people, count):
    makers = {
        "Surname": lambda p: "[[person-name|%s]]" % p.last, "Forename": lambda p: "[[person-name|%s]]" % p.first,
        "Name": lambda p: name(p), "DOB": lambda p: dob(p, s), "NI Number": lambda p: "[[nino|%s]]" % s.nino(p.nino),
        "NHS No": lambda p: "[[nhs-number|%s]]" % s.nhs(p.nhs), "Mobile": lambda p: "[[phone-number|%s]]" % s.mobile(p.mobile),
        "Email": lambda p: "[[email-address|%s]]" % p.email, "Postcode": lambda p: "[[postcode|%s]]" % p.postcode,
        "Sort Code": lambda p: "[[sort-code|%s]]" % p.sort, "Account Number": lambda p: "[[bank-account|%s]]" % p.account,
        "Employee No": lambda p: p.payroll, "Salary": lambda p: p.salary, "Ethnicity": lambda p: r.choice(ETHNIC),
        "Religion": lambda p: r.choice(FAITHS), "Diagnosis": lambda p: r.choice(STRONG_HEALTH), "Medication": lambda p: r.choice(DRUGS),
        "DBS Number": lambda p: "[[dbs-certificate|0017%08d]]" % (int(p.nhs[:8]) % 10**8), "Next Of Kin": lambda p: name(r.choice(people)),
        "Passport Number": lambda p: "[[passport-number|%s]]" % p.passport, "Gross Pay": lambda p: "%d.00" % r.randint(1500, 3000),
    }
    return [which] + [[makers[c](p) for c in which] for p in r.sample(people, count)]


def staff_list(r, s, people):
    which = ["Employee No", "Surname", "Forename", "DOB", "NI Number"] + r.sample(["Mobile", "Email", "Postcode", "Salary", "Sort Code", "Account Number", "Passport Number"], 4)
    d = Doc("Staff list", "HR/Registers").holds("employment")
    if r.random() < 0.5:
        which += ["Ethnicity", "Religion"]
        d.holds("ethnicity", "religion")
    return d.table(columns(r, s, which, people, r.randint(5, 25)))


def resident_register(r, s, people):
    which = ["Name", "DOB", "NHS No", "Postcode", "Diagnosis", "Medication"] + r.sample(["Next Of Kin", "Mobile", "Religion"], 1)
    d = Doc("Resident register", "Care/Registers").holds("health")
    if "Religion" in which:
        d.holds("religion")
    return d.table(columns(r, s, which, people, r.randint(5, 20)))


def payroll_export(r, s, people):
    return Doc("Payroll export", "Payroll/Exports").holds("employment").table(columns(r, s, ["Employee No", "Surname", "Forename", "NI Number", "Sort Code", "Account Number", "Gross Pay"], people, r.randint(8, 30)))


def dbs_tracker(r, s, people):
    return Doc("DBS tracker", "HR/Registers").holds("criminal").table(columns(r, s, ["Name", "DOB", "DBS Number"], people, r.randint(5, 15)))


def contact_list(r, s, people):
    return Doc("Contacts", "Office").table(columns(r, s, ["Name", "Mobile", "Email", "Postcode"], people, r.randint(5, 20)))


PROSE_DOCS = [starter_form, payslip, care_plan, incident, complaint, gp_letter, disciplinary, safeguarding, bank_change, right_to_work, minutes]
GRID_DOCS = [staff_list, resident_register, payroll_export, dbs_tracker, contact_list]


# ---- documents that hold none, and look as if ------------------------------------------------------------------------

def digits(r, n):
    return "".join(r.choice("0123456789") for _ in range(n))


def parts_list(r, s):
    rows = [["Part No", "Description", "Qty", "Bin", "Supplier ref", "Unit price"]]
    for _ in range(r.randint(8, 30)):
        rows.append(["%s%s%s" % (r.choice(["AB", "KX", "PR", "SC"]), digits(r, 6), r.choice("ABCDEFG")), r.choice(["Hoist sling", "Bed rail clamp", "Castor 75mm", "Filter cartridge", "LED panel"]),
                     str(r.randint(1, 90)), r.choice("ABCDEF") + digits(r, 2), digits(r, 10), "%.2f" % (r.random() * 90)])
    return Doc("Spare parts", "Estates").table(rows)


def isbn10(r):
    nine = digits(r, 9)
    check = mod11(nine)
    return nine + ("X" if check == 10 else str(check))


def library(r, s):
    rows = [["Title", "ISBN", "Edition", "Shelf"]]
    for _ in range(r.randint(8, 25)):
        rows.append([r.choice(["Care standards handbook", "Moving and handling", "Food safety level 2", "Infection control"]), isbn10(r), digits(r, 1), r.choice("ABC") + digits(r, 1)])
    return Doc("Training library", "Training").table(rows)


def orders(r, s):
    rows = [["Order number", "Invoice", "Tracking", "Amount", "Due"]]
    for _ in range(r.randint(8, 30)):
        rows.append([digits(r, 10), "INV" + digits(r, 8), digits(r, 16), "%.2f" % (r.random() * 500), "%02d-%02d-%02d" % (r.randint(1, 28), r.randint(1, 12), r.randint(24, 27))])
    return Doc("Orders", "Finance/Purchasing").table(rows)


def sensors(r, s):
    rows = [["timestamp", "sensor", "temperature", "humidity", "pressure", "counter"]]
    for _ in range(r.randint(20, 60)):
        rows.append(["17%s" % digits(r, 8), "s-%s" % digits(r, 4), "%.3f" % (r.random() * 30), "%.2f" % (r.random() * 90), "%.1f" % (990 + r.random() * 40), digits(r, 8)])
    return Doc("Boiler readings", "Estates/Sensors").table(rows)


def stock(r, s):
    rows = [["SKU", "EAN", "Product name", "Stock", "Model"]]
    for _ in range(r.randint(8, 30)):
        rows.append(["%s-%s-%s" % (digits(r, 2), digits(r, 2), digits(r, 2)), "50" + digits(r, 11), r.choice(["Rose soap", "Daisy mugs", "Grace teapot", "Victoria sponge tin", "Jordan almonds"]), str(r.randint(0, 99)), r.choice("ABC") + digits(r, 3) + " " + digits(r, 1) + "XY"])
    return Doc("Gift shop stock", "Shop").table(rows)


def policy(r, s):
    topic = r.choice(["Sickness absence", "Data protection", "Safeguarding", "Disciplinary", "Equality and diversity", "Infection control", "Whistleblowing", "Medication"])
    return (Doc(topic + " policy", "Policies").head(topic + " policy")
            .para("This policy applies to all employees, workers and volunteers. Managers must follow the procedure in section 4 and keep records for the period in the retention schedule.")
            .para("Staff who are absent because of illness should tell their line manager before the shift starts. A fit note is needed after seven days. Conditions such as diabetes, asthma or depression may count as disabilities under the Equality Act 2010.")
            .para("Training on dementia awareness, DNACPR decisions and safeguarding level 2 is offered every year. Convictions must be declared on the application form. Version 4.3.2.1, review date 01/04/2027, document reference POL-%s." % digits(r, 6)))


def recipe(r, s):
    return (Doc("Recipe " + r.choice(["lamb hotpot", "Christmas turkey", "Victoria sponge", "lentil soup"]), "Kitchen").head("Ingredients")
            .para("250 g plain flour, 3 eggs, 100 ml milk, a pinch of salt. Serves %d. Oven 180 C, gas mark 4, for %d minutes." % (r.randint(4, 40), r.randint(20, 90)))
            .para("Polish the apples, brown the onions, season with black pepper and serve with green beans. May be frozen. Rose water is optional. Mark the portions and chill."))


def flyer(r, s):
    return (Doc("Open day flyer", "Marketing").head("Come to our open day")
            .para("Join us in the Methodist Church Hall on Victoria Road. Tea, cake and carol service from 2 pm. Raffle in aid of Cancer Research UK and Dementia Friends.")
            .para("Tickets £5.00 on the door. Grand prize draw: a week in Georgia or Jordan! Florence Nightingale Ward staff will sing in unison."))


def source_code(r, s):
    d = Doc("scheduler", "IT/Scripts")
    d.para("#!/usr/bin/env python3\nimport sys\nVERSION = '10.4.%s.1'\nMAGIC = 0x%s\nUUID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301'\nTIMEOUT = %s\n\n@dataclass\nclass Job:\n    name: str = 'nightly'\n    retries: int = 3\n\ndef main(argv):\n    password = os.environ['DB_PASS']\n    print('%%08d' %% %s)\n    return std_map[1234567890]\n" % (digits(r, 1), digits(r, 8), digits(r, 6), digits(r, 8)))
    return d


def server_log(r, s):
    d = Doc("application log", "IT/Logs")
    d.para("\n".join("2026-0%d-%02dT%02d:%02d:%02d.%sZ INFO worker-%d request id=%s took=%sms bytes=%s status=200 build 4.%d.%d.%d" %
                     (r.randint(1, 9), r.randint(1, 28), r.randint(0, 23), r.randint(0, 59), r.randint(0, 59), digits(r, 3), r.randint(1, 9), digits(r, 16), digits(r, 3), digits(r, 9), r.randint(0, 9), r.randint(0, 9), r.randint(0, 9)) for _ in range(40)))
    return d


def accounts(r, s):
    return (Doc("Trustees annual report", "Finance").head("Financial review")
            .para("Total income for the year was £%s,%s,000 (2025: £2,104,000). Grants of £20,000 per annum were received from the council and reserves stood at £412,000." % (digits(r, 1), digits(r, 3)))
            .para("The budget for salaries rose by 5 per cent. Shares fell and the Great Depression of the 1930s was recalled by the speaker. Charity number 1%s, company number 0%s, VAT not applicable." % (digits(r, 6), digits(r, 7)))
            .para("See section 2 below, chapter 4 and figures 10-12-13 for the conservative estimate of labour costs."))


def timetable(r, s):
    rows = [["Route", "Stop", "Mon", "Tue", "Sat"]]
    for _ in range(r.randint(8, 20)):
        rows.append(["M%d" % r.randint(1, 62), r.choice(["Church Road", "Hospital", "Castle Street", "Jubilee Park"]), "%02d:%02d" % (r.randint(6, 22), r.randint(0, 59)), "%02d:%02d" % (r.randint(6, 22), r.randint(0, 59)), "no service"])
    return Doc("Bus times", "Office").table(rows)


def news(r, s):
    return (Doc("Newsletter", "Marketing").head("Summer news")
            .para("The garden at Rose Cottage is in bloom and the new fence is painted white. Chinese takeaway night was a hit, and the Black Friday raffle raised £%s for the minibus." % digits(r, 3))
            .para("Charlotte Street will be closed from May to August; buses run from Victoria Road. Our thanks to Marks and Spencer for the hampers and to Chelsea Football Club for the shirts."))


PROSE_NONE = [policy, recipe, flyer, accounts, news, policy]
CODE_NONE = [source_code, server_log]
GRID_NONE = [parts_list, library, orders, sensors, stock, timetable]


def make(seed, out, count):
    r = random.Random(seed)
    people = [Person(r, n) for n in range(120)]
    out = pathlib.Path(out)
    truth = []
    for n in range(count):
        s = Style(r)
        holds = n % 2 == 0
        if holds:
            grid = r.random() < 0.4
            doc = r.choice(GRID_DOCS if grid else PROSE_DOCS)(r, s, people)
        else:
            kind = r.random()
            grid = kind < 0.45
            doc = r.choice(GRID_NONE if grid else CODE_NONE if kind > 0.85 else PROSE_NONE)(r, s)
        writers = GRID if grid else PROSE
        extension = r.choice(sorted(writers))
        if doc.folder.startswith("IT"):
            extension = "txt"
        data = writers[extension](doc, r)
        file = "%s %03d.%s" % (doc.name, n, extension)
        parts, stored = [], file
        wrap = r.random()
        if wrap < 0.04:
            f = io.BytesIO()
            with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
                z.writestr(zipfile.ZipInfo(file, (2026, 1, 2, 3, 4, 6)), data)
            parts, stored, data = [file], "Archive %03d.zip" % n, f.getvalue()
        elif wrap < 0.06 and extension in ("txt", "csv", "xml", "sql"):
            stored, data = file + ".gz", gzip.compress(data, mtime=0)
        path = out / doc.folder / stored
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        relative = path.relative_to(out).as_posix()
        for rule, value in doc.labels():
            truth.append({"path": relative, "parts": parts, "rule": rule, "value": value})
        for category in sorted(doc.categories):
            truth.append({"path": relative, "parts": parts, "category": category, "document": True})
        if not doc.labels() and not doc.categories:
            truth.append({"path": relative, "parts": parts, "none": True})
    lines = "".join(json.dumps(t, ensure_ascii=False) + "\n" for t in truth)
    pathlib.Path(str(out).rstrip("/") + ".truth.jsonl").write_text(lines, encoding="utf-8")
    return len(truth)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="corpus/share")
    parser.add_argument("--count", type=int, default=320)
    options = parser.parse_args()
    print(make(options.seed, options.out, options.count), "labels")
