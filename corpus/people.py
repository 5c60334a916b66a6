#!/usr/bin/env python3
"""Makes a labelled share of people to be found: who is in which document, and in what words.

    pip install openpyxl python-docx
    python3 corpus/people.py --seed 1 --out /tmp/people

Writes the documents under OUT, and beside it OUT.people.jsonl: a line for each person with what a request would tell of
them (`{"id", "person": {"name", "also", "born", "nino", ...}}`), then a line for each mention (`{"path", "id", "by"}`) with
`by` one of `exact` (an identifier of the person stands there as it was told, in any form), `name` (only a name, in some
form) and `beside` (nothing but what is shared: a household's address). Documents that are not labelled for a person
do not hold them. `cargo run --release --example people -- OUT INVENTORY` scores look-ups on it.

Three hundred people: families at one address, namesakes of other families and other services, fathers and sons of one
name, sisters, people who changed their names. Everybody is invented; values are those kept for tests (NHS numbers of the
9xx range, QQ National Insurance numbers, Ofcom's drama telephones, example domains).
"""

import argparse, csv, datetime, io, json, mailbox, email.message, pathlib, random

FEMALE = """Margaret Elizabeth Catherine Susan Dorothy Patricia Eleanor Frances Sarah Victoria Agnieszka Siobhan Priya Fatima
Aisha Ngozi Maria Joanna Rebecca Judith Hannah Grace Deborah Caroline Jennifer Zofia Katarzyna Oluwaseun Harpreet Mei
Gwendoline Josephine Bronwen Niamh Samantha Philippa Christine Theresa Pamela Beatrice""".split()
MALE = """Robert William Richard James Thomas Edward Michael Anthony Joseph Andrew Christopher Stephen Mohammed Ibrahim Patrick
David Daniel Samuel Matthew Nicholas Benjamin Kenneth Ronald Gerald Geoffrey Krzysztof Tomasz Chukwuemeka Rajesh Ciaran
Alexander Frederick Leonard Walter Philip Jonathan Lawrence Gareth Owen Kwame""".split()
SURNAMES = """Okafor Smith Jones Patel Khan Kowalska O'Brien Ashworth Pemberton Hargreaves Thornton Whitfield Entwistle Birtwistle
Fairclough Ramsbottom Mukherjee Oyelaran Bankole Llewellyn Gallagher McAllister MacDonald Nowak Popescu Fernandes Chen Osei
Mensah Adeyemi Hussain Chowdhury Singh Campbell Fraser Murphy Tesfaye Moyo Brennan Carrington Dunmore Eastwood Farrow
Goodchild Holloway Inchbald Jephcott Kingsley Lockwood Merriman Netherton Oakeshott Priestley Quennell Rathbone Stapleton
Trevelyan Underhill Vaughan Wetherby Yardley Zielinski Drummond Szymanski Müller Núñez Björk Skłodowska""".split()
DOUBLE = ["Okafor-Smith", "Hart-Davies", "Lloyd-Jones", "Osei-Bonsu", "Garcia Lopez", "van der Berg", "al-Rashid"]
SHORT = {"Margaret": ["Maggie", "Peggy"], "Elizabeth": ["Liz", "Beth"], "Catherine": ["Kate", "Cathy"], "Susan": ["Sue"],
         "Dorothy": ["Dot"], "Patricia": ["Pat", "Trish"], "Eleanor": ["Ellie"], "Robert": ["Bob", "Rob"], "William": ["Bill"],
         "Richard": ["Dick", "Rick"], "James": ["Jim"], "Thomas": ["Tom"], "Edward": ["Ted", "Eddie"], "Michael": ["Mike"],
         "Anthony": ["Tony"], "Joseph": ["Joe"], "Andrew": ["Andy"], "Christopher": ["Chris"], "Stephen": ["Steve"],
         "Mohammed": ["Muhammad", "Mohamed"], "Patrick": ["Paddy"], "David": ["Dave"], "Samuel": ["Sam"], "Victoria": ["Vicky"],
         "Rebecca": ["Becky"], "Judith": ["Judy"], "Deborah": ["Debbie"], "Jennifer": ["Jenny"], "Katarzyna": ["Kasia"],
         "Agnieszka": ["Aga"], "Alexander": ["Alex", "Sandy"], "Frederick": ["Fred"], "Nicholas": ["Nick"], "Kenneth": ["Ken"],
         "Josephine": ["Jo"], "Samantha": ["Sam"], "Christine": ["Chris", "Tina"], "Oluwaseun": ["Seun"],
         "Chukwuemeka": ["Emeka"], "Benjamin": ["Ben"], "Gerald": ["Gerry"], "Geoffrey": ["Geoff"], "Pamela": ["Pam"]}
STREETS = ["Oak Avenue", "Mill Lane", "Station Road", "Victoria Road", "Church Lane", "Elm Grove", "Castle Street", "Park View",
           "Orchard Close", "Albert Terrace", "Beech Drive", "Moorland Rise", "Kingfisher Court", "St Mary's Road"]
TOWNS = [("Leeds", "LS1 4"), ("Manchester", "M1 1"), ("Croydon", "CR2 6"), ("Birmingham", "B33 8"), ("Cardiff", "CF10 3"),
         ("Edinburgh", "EH1 1"), ("Bristol", "BS1 4"), ("Norwich", "NR1 3"), ("Exeter", "EX4 3"), ("York", "YO1 7")]
SERVICES = ["Care", "Housing", "Payroll", "Library", "Schools", "Parking"]
MONTHS = "January February March April May June July August September October November December".split()
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def mod11(nine):
    check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1))) % 11
    return 0 if check == 11 else check


class Person:
    def __init__(self, r, n, first, middle, last, sex, born, home, service):
        self.id, self.first, self.middle, self.last, self.sex = f"p{n}", first, middle, last, sex
        self.born, self.home, self.service = born, home, service
        while True:
            nine = "9%08d" % r.randrange(10 ** 8)
            if mod11(nine) != 10:
                self.nhs = nine + str(mod11(nine))
                break
        self.nino = "QQ%06d%s" % (r.randrange(10 ** 6), r.choice("ABCD"))
        self.mobile = None
        self.email = None
        self.maiden = None

    def title(self):
        return "Mrs" if self.sex == "F" else "Mr"


def families(r):
    people, houses, n = [], set(), 0

    def home():
        while True:
            town, sector = r.choice(TOWNS)
            postcode = sector + r.choice(LETTERS) + r.choice(LETTERS)
            number, street = str(r.randint(1, 180)) + r.choice(["", "", "", "a", "b"]), r.choice(STREETS)
            if (number, postcode) not in houses:
                houses.add((number, postcode))
                return number, street, town, postcode

    def born(low=1930, high=2002):
        return datetime.date(r.randint(low, high), r.randint(1, 12), r.randint(1, 28))

    def add(first, last, sex, date, place, service):
        nonlocal n
        pool = FEMALE if sex == "F" else MALE
        middle = r.choice([m for m in pool if m != first]) if r.random() < 0.6 else ""
        people.append(Person(r, n, first, middle, last, sex, date, place, service))
        n += 1
        return people[-1]

    while len(people) < 210:
        last = r.choice(SURNAMES if r.random() < 0.9 else DOUBLE)
        place, service = home(), r.choice(SERVICES)
        size = r.choice([1, 1, 2, 3, 4])
        used = set()
        for k in range(size):
            sex = "FM"[k % 2] if size > 1 else r.choice("FM")
            first = r.choice([f for f in (FEMALE if sex == "F" else MALE) if f not in used])
            used.add(first)
            add(first, last, sex, born(1930, 1965) if k < 2 else born(1970, 2002), place, service)
    # Fathers and sons of one name at one address.
    for parent in r.sample([p for p in people if p.born.year < 1960], 12):
        add(parent.first, parent.last, parent.sex, born(1975, 2002), parent.home, parent.service)
    # Namesakes elsewhere, in another service.
    for original in r.sample(people[:210], 60):
        other = r.choice([s for s in SERVICES if s != original.service])
        add(original.first, original.last, original.sex, born(), home(), other)
    while len(people) < 300:
        sex = r.choice("FM")
        add(r.choice(FEMALE if sex == "F" else MALE), r.choice(SURNAMES), sex, born(), home(), r.choice(SERVICES))
    mobiles = r.sample(range(1000), len(people))
    for person, mobile in zip(people, mobiles):
        if r.random() < 0.8:
            person.mobile = "07700900%03d" % mobile
        if r.random() < 0.7:
            local = "".join(c for c in (person.first + "." + person.last).lower() if c.isascii() and (c.isalpha() or c == "."))
            person.email = f"{local}{r.randint(1, 999)}@example.{r.choice(['org', 'net', 'com'])}"
        if person.sex == "F" and person.born.year < 1985 and r.random() < 0.25:
            person.maiden = r.choice([s for s in SURNAMES if s != person.last])
    return people


# ---- forms


def date(r, day):
    return r.choice([day.isoformat(), day.strftime("%d/%m/%Y"), f"{day.day}.{day.month}.{day.year}", day.strftime("%d-%m-%Y"),
                     f"{day.day} {MONTHS[day.month - 1]} {day.year}", f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}",
                     day.strftime("%d/%m/%y") if day.year >= 1930 else day.strftime("%d/%m/%Y")])


def nino(r, value):
    spaced = f"{value[:2]} {value[2:4]} {value[4:6]} {value[6:8]} {value[8]}"
    return r.choice([value, spaced, spaced, value.lower(), spaced.replace(" ", "-")])


def nhs(r, value):
    return r.choice([f"{value[:3]} {value[3:6]} {value[6:]}", value, f"{value[:3]}-{value[3:6]}-{value[6:]}"])


def mobile(r, value):
    return r.choice([value, f"{value[:5]} {value[5:]}", "+44 " + value[1:5] + " " + value[5:], "0044" + value[1:],
                     f"{value[:5]} {value[5:8]} {value[8:]}", f"+44 (0){value[1:5]} {value[5:]}"])


def plain(text):
    return (text.replace("ü", "u").replace("ú", "u").replace("ñ", "n").replace("ö", "o").replace("ł", "l"))


def slip(r, word):
    at = r.randrange(1, len(word) - 1)
    kind = r.choice(["swap", "drop", "double", "other"])
    if kind == "swap" and word[at] != word[at - 1] and at > 1:
        return word[:at - 1] + word[at] + word[at - 1] + word[at + 1:]
    if kind == "drop":
        return word[:at] + word[at + 1:]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    return word[:at] + r.choice([c for c in "aeiourstn" if c != word[at]]) + word[at + 1:]


def name(r, p, kind=None):
    kind = kind or r.choice(["plain", "plain", "title", "comma", "capitals", "initial", "initials", "nickname", "middle", "folded",
                             "slip", "maiden", "half"])
    first, last = p.first, p.last
    if kind == "title":
        return f"{p.title()} {first} {last}"
    if kind == "comma":
        return r.choice([f"{last}, {first}", f"{last.upper()}, {first}", f"{last}, {p.title()} {first}"])
    if kind == "capitals":
        return f"{first} {last}".upper()
    if kind == "initial":
        return f"{p.title()} {first[0]} {last}"
    if kind == "initials" and p.middle:
        return f"{p.title()} {first[0]}{r.choice([' ', '. '])}{p.middle[0]} {last}"
    if kind == "nickname" and first in SHORT:
        return f"{r.choice(SHORT[first])} {last}"
    if kind == "middle" and p.middle:
        return f"{first} {p.middle} {last}"
    if kind == "folded":
        return plain(f"{first} {last}")
    if kind == "slip" and len(first) > 5 and len(last) > 5 and last.isalpha() and last.isascii():
        return f"{slip(r, first)} {last}" if r.random() < 0.4 else f"{first} {slip(r, last)}"
    if kind == "maiden" and p.maiden:
        return f"{first} {p.maiden}"
    if kind == "half" and "-" in last:
        return f"{first} {last.split('-')[0]}"
    return f"{first} {last}"


# ---- documents


class Share:
    def __init__(self, out):
        self.out, self.labels = out, []

    def write(self, path, data):
        full = self.out / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data if isinstance(data, bytes) else data.encode())

    def label(self, path, person, by):
        self.labels.append({"path": path, "id": person.id, "by": by})


STAFF = ["Dr Helena Strand", "Nurse Bola Ajayi", "Mr Victor Quill", "Ms Petra Lindqvist", "Dr Omar Farouk", "Mrs Una Treadwell"]


def letter(r, share, n, p):
    """A letter to one person, from another."""
    number, street, town, postcode = p.home
    facts, by = [], "name"
    if r.random() < 0.55:
        facts.append(f"Date of birth: {date(r, p.born)}")
        by = "exact"
    if r.random() < 0.4:
        facts.append(f"NHS No: {nhs(r, p.nhs)}")
        by = "exact"
    if r.random() < 0.3:
        facts.append(f"National Insurance number: {nino(r, p.nino)}")
        by = "exact"
    address = r.random() < 0.5
    who = name(r, p)
    lines = [who]
    if address:
        lines += [f"{number} {street}", town, postcode]
        by = "exact"
    lines += ["", f"{r.randint(1, 28)} {r.choice(MONTHS)} 2025", "", f"Dear {p.title()} {p.last},", ""]
    lines += [f"Re: your appointment. {'; '.join(facts)}" if facts and r.random() < 0.5 else "\n".join(facts)]
    lines += ["", r.choice(["We write to confirm what was agreed at the meeting.", "Please bring this letter with you.",
                            "Your case has been passed to a colleague.", "The parcel room will be closed next week."]),
              "", "Yours sincerely", "", r.choice(STAFF)]
    path = f"{p.service}/Letters/letter {n}.txt"
    share.write(path, "\n".join(lines))
    share.label(path, p, by)


def note(r, share, n, p):
    """A short note that names somebody and no more."""
    who = name(r, p)
    text = r.choice([f"Spoke with {who} this morning about the visit. No further action.",
                     f"{who} called to change the appointment. Rang back, left a message.",
                     f"Meeting notes\n\nPresent: {r.choice(STAFF)}, {who}\n\nIt was agreed to review in a month.",
                     f"Client: {who}\nOutcome: advice given"])
    path = f"{p.service}/Notes/note {n}.{r.choice(['txt', 'md'])}"
    share.write(path, text)
    share.label(path, p, "name")


def register(r, share, n, service, people):
    """A register in rows: columns and their order differ from one to the next."""
    from openpyxl import Workbook
    columns = r.sample(["born", "nino", "nhs", "phone", "postcode", "email"], r.randint(1, 4))
    split = r.random() < 0.5
    heads = (["Surname", "Forename"] if r.random() < 0.5 else ["First name", "Last name"]) if split else ["Name"]
    titles = {"born": "DOB", "nino": "NI Number", "nhs": "NHS Number", "phone": "Telephone", "postcode": "Postcode", "email": "Email"}
    rows, told = [], []
    for p in people:
        row, by = [], "name"
        for column in columns:
            value = {"born": date(r, p.born), "nino": nino(r, p.nino), "nhs": nhs(r, p.nhs), "postcode": p.home[3],
                     "phone": mobile(r, p.mobile) if p.mobile else "", "email": p.email or ""}[column]
            if value and column != "postcode":
                by = "exact"
            row.append(value)
        if split:
            who = [p.last, p.first] if heads[0] == "Surname" else [p.first, p.last]
        else:
            who = [name(r, p, r.choice(["plain", "comma", "middle"]))]
        rows.append(who + row)
        told.append((p, by))
    header = heads + [titles[c] for c in columns]
    if r.random() < 0.5:
        text = io.StringIO()
        csv.writer(text).writerows([header] + rows)
        path = f"{service}/Registers/register {n}.csv"
        share.write(path, text.getvalue())
    else:
        book = Workbook()
        sheet = book.active
        sheet.title = "List"
        for row in [header] + rows:
            sheet.append(row)
        data = io.BytesIO()
        book.save(data)
        path = f"{service}/Registers/register {n}.xlsx"
        share.write(path, data.getvalue())
    for p, by in told:
        share.label(path, p, by)


def export(r, share, n, service, people):
    """The same as objects."""
    objects = []
    for p in people:
        objects.append({"id": r.randint(1000, 9999), "name": {"given": p.first, "family": p.last} if r.random() < 0.5
                        else f"{p.first} {p.last}", "dateOfBirth": p.born.isoformat(), "nhsNumber": p.nhs,
                        "phones": [mobile(r, p.mobile)] if p.mobile else []})
    path = f"{service}/Exports/export {n}.json"
    share.write(path, json.dumps({"people": objects}, indent=1))
    for p in people:
        share.label(path, p, "exact")


def blocks(r, share, n, service, people):
    """A report in which people follow one another in blocks of lines."""
    leads = r.random() < 0.4
    parts, told = [f"Case list {n}\n"], []
    for p in people:
        who = f"Name: {name(r, p, r.choice(['plain', 'comma', 'title', 'middle']))}"
        facts = [f"DOB: {date(r, p.born)}", f"NHS number: {nhs(r, p.nhs)}"]
        if p.mobile and r.random() < 0.5:
            facts.append(f"Tel: {mobile(r, p.mobile)}")
        parts.append("\n".join(facts + [who] if leads else [who] + facts) + "\n")
        told.append(p)
    path = f"{service}/Reports/cases {n}.txt"
    share.write(path, "\n".join(parts))
    for p in told:
        share.label(path, p, "exact")


def thread(r, share, n, service, people):
    """A mailbox: people write, and about others."""
    path = f"{service}/Mail/thread {n}.mbox"
    full = share.out / path
    full.parent.mkdir(parents=True, exist_ok=True)
    box = mailbox.mbox(full)
    told = {}
    for k in range(r.randint(2, 5)):
        p, other = r.choice(people), r.choice(people)
        message = email.message.EmailMessage()
        message["From"] = f"{p.first} {p.last} <{p.email}>" if p.email else f"{p.first} {p.last} <post@example.org>"
        message["To"] = "Enquiries <enquiries@example.org>"
        message["Subject"] = r.choice(["Appointment", "Question", "Change of address"])
        body = [f"Hello,", "", r.choice(["Could you ring me back?", "Thank you for your help."])]
        told[p.id] = (p, "exact" if p.email or told.get(p.id, ("", ""))[1] == "exact" else "name")
        if r.random() < 0.5 and other is not p:
            body.insert(2, f"It is about {name(r, other, r.choice(['plain', 'title', 'nickname']))}.")
            told.setdefault(other.id, (other, "name"))
        if p.mobile and r.random() < 0.5:
            body += ["", f"{p.first} {p.last}", f"Mobile {mobile(r, p.mobile)}"]
            told[p.id] = (p, "exact")
        message.set_content("\n".join(body))
        box.add(message)
    box.flush()
    box.close()
    for p, by in told.values():
        share.label(path, p, by)


def form(r, share, n, p):
    """A form in a Word document, as a table of labels."""
    from docx import Document
    document = Document()
    document.add_heading("Registration form", 1)
    rows = [("Surname", p.last), ("Forenames", p.first + (" " + p.middle if p.middle else "")), ("Date of birth", date(r, p.born)),
            ("Address", f"{p.home[0]} {p.home[1]}, {p.home[2]}, {p.home[3]}")]
    if r.random() < 0.5:
        rows.append(("NI number", nino(r, p.nino)))
    table = document.add_table(rows=0, cols=2)
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
    data = io.BytesIO()
    document.save(data)
    path = f"{p.service}/Forms/form {n}.docx"
    share.write(path, data.getvalue())
    share.label(path, p, "exact")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    options = arguments.parse_args()
    r = random.Random(options.seed)
    share = Share(options.out)
    people = families(r)
    n = 0
    for p in people:
        for _ in range(r.randint(0, 2)):
            letter(r, share, n, p)
            n += 1
        for _ in range(r.choice([0, 0, 1, 2])):
            note(r, share, n, p)
            n += 1
        if r.random() < 0.25:
            form(r, share, n, p)
            n += 1
    for service in SERVICES:
        clients = [p for p in people if p.service == service]
        for make, times in ((register, 6), (export, 2), (blocks, 3), (thread, 6)):
            for _ in range(times):
                size = min(len(clients), r.choice([8, 20, 40]) if make is not thread else 6)
                make(r, share, n, service, r.sample(clients, size))
                n += 1
    with open(f"{options.out}.people.jsonl", "w") as out:
        for p in people:
            told = {"name": f"{p.first} {p.middle} {p.last}".replace("  ", " "), "born": p.born.isoformat(), "nino": p.nino,
                    "nhs": p.nhs, "address": f"{p.home[0]} {p.home[1]}, {p.home[3]}", "sex": "female" if p.sex == "F" else "male"}
            if p.mobile:
                told["phone"] = p.mobile
            if p.email:
                told["email"] = p.email
            if p.maiden:
                told["also"] = [f"{p.first} {p.maiden}"]
            out.write(json.dumps({"id": p.id, "person": told}, ensure_ascii=False) + "\n")
        for label in share.labels:
            out.write(json.dumps(label) + "\n")


if __name__ == "__main__":
    main()
