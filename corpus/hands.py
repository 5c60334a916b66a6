#!/usr/bin/env python3
"""Makes a labelled share of people in other hands than `people.py`: names of many peoples, odd formats, noise.

    pip install openpyxl python-docx
    python3 corpus/hands.py --seed 1 --out /tmp/hands

Labels as `people.py` writes them (OUT.people.jsonl), scored by `cargo run --release --example people -- OUT INVENTORY`;
beside them `alike`, the ids of those whom the name as written there means as well, where nothing in the document says which.

Two hundred and forty people: twins, fathers and sons of one name, cousins who share an initial, names that changed by
marriage, by deed poll and by another script, Welsh, Polish, Igbo, Yoruba, Arabic, Chinese, Vietnamese, Tamil and Spanish
orders. Written by scanners (letters read wrong), chats, calendars, logs of log-ins, minutes with initials, rotas, cards,
headings nobody expects, records of fields in lines, rows without headings. Everybody is invented; values are those kept
for tests.
"""

import argparse, csv, datetime, io, json, pathlib, random

import people as other

# Forenames and surnames by people, and the other spellings that one bearer is met under.
PEOPLES = {
    "welsh": (["Rhiannon", "Angharad", "Myfanwy", "Cerys"], ["Ieuan", "Gethin", "Rhodri", "Emrys"], ["Llywelyn", "Prydderch", "ap Gwilym", "Cadwaladr"]),
    "polish": (["Małgorzata", "Agnieszka", "Bożena", "Grażyna"], ["Paweł", "Zbigniew", "Stanisław", "Łukasz"], ["Wiśniewski", "Wójcik", "Kamiński", "Lewandowski"]),
    "igbo": (["Ngozi", "Adaeze", "Ifeoma", "Chinwe"], ["Chukwudi", "Emeka", "Obinna", "Ikenna"], ["Nwosu", "Okonkwo", "Eze", "Anyanwu"]),
    "yoruba": (["Folasade", "Titilayo", "Abimbola"], ["Babatunde", "Olumide", "Segun"], ["Adebayo", "Ogunleye", "Akinwande"]),
    "arabic": (["Fatimah", "Khadija", "Zaynab", "Amina"], ["Muhammad", "Abdul Rahman", "Yusuf", "Khalid"], ["al-Hassan", "El Sayed", "bin Saleh", "Mahmoud"]),
    "chinese": (["Xiaoling", "Mei Hua", "Yan"], ["Jianguo", "Wei", "Zhiming"], ["Zhang", "Huang", "Leung", "Ng"]),
    "vietnamese": (["Thi Lan", "Thi Hoa"], ["Van Minh", "Quoc Bao"], ["Nguyen", "Tran"]),
    "tamil": (["Lakshmi", "Kavitha"], ["Senthil", "Arumugam"], ["Ramanathan", "Subramaniam"]),
    "spanish": (["María José", "Inmaculada"], ["Íñigo", "José Luis"], ["García Márquez", "Ruiz Ibáñez"]),
    "british": (["Edith", "Harriet", "Imogen", "Tabitha", "Winifred", "Moira", "Isobel", "Philippa"], ["Alistair", "Rupert", "Desmond", "Clive", "Graham", "Neville", "Hugh", "Barnaby"],
                ["Featherstone", "Cholmondeley", "Blenkinsop", "Smith", "Jones", "Ackroyd", "Pettigrew", "Micklethwaite", "Day", "Rose", "Bishop", "Young", "O'Dowd", "McGillivray"]),
}
SPELT = {"Muhammad": ["Mohammed", "Mohamed", "Mohammad", "Muhammed"], "Fatimah": ["Fatima", "Fathima"], "Yusuf": ["Yousef", "Youssef"], "Khadija": ["Khadijah"],
         "Zaynab": ["Zainab", "Zeinab"], "Khalid": ["Khaled"], "Llywelyn": ["Llewellyn", "Llewelyn"], "Abdul Rahman": ["Abdulrahman", "Abdul-Rahman"],
         "al-Hassan": ["Al Hassan", "Alhassan", "Hassan"], "El Sayed": ["el-Sayed", "Elsayed"], "Zhang": ["Zhang"], "Graham": ["Graeme"], "Isobel": ["Isabel", "Isabelle"],
         "Chukwudi": ["Chudi"], "Chinwe": ["Chinwendu"], "Alistair": ["Alasdair", "Alastair"], "Philippa": ["Pippa", "Phillipa"], "Harriet": ["Hattie"], "Edith": ["Edie"],
         "Winifred": ["Winnie", "Freda"], "Desmond": ["Des"], "Stanisław": ["Staszek", "Stan"], "Małgorzata": ["Gosia"], "Babatunde": ["Tunde"], "Olumide": ["Olu"], "Folasade": ["Sade"]}
DEPARTMENTS = ["Revenues", "Adult Care", "Estates", "Youth", "Registrars"]
STAFF = ["Helga Strand", "Bola Ajayi", "Victor Quill", "Petra Lindqvist"]


def fold(text):
    text = other.plain(text)
    for a, b in zip("śŚńćżźŁÍíáéóàęą", "sSnczzLIiaeoaea"):
        text = text.replace(a, b)
    return text


class Person:
    def __init__(self, r, n, first, last, sex, born, home, department):
        self.id, self.first, self.last, self.sex, self.born, self.home, self.department = f"h{n}", first, last, sex, born, home, department
        self.middle = r.choice(["Anne", "Rose", "Jean"] if sex == "F" else ["John", "Peter", "Alan"]) if r.random() < 0.3 else ""
        while True:
            nine = "9%08d" % r.randrange(10 ** 8)
            if other.mod11(nine) != 10:
                self.nhs = nine + str(other.mod11(nine))
                break
        self.nino = "QQ%06d%s" % (r.randrange(10 ** 6), r.choice("ABCD"))
        self.payroll = "%06d" % r.randrange(100000, 999999)
        letters = fold(first + last).lower().replace(" ", "").replace("-", "").replace("'", "")
        self.local = r.choice([fold(first).lower().split(" ")[0] + "." + fold(last).lower().replace(" ", "").replace("'", "").replace("-", ""), letters[0] + fold(last).lower().replace(" ", "").replace("'", "").replace("-", "")])
        self.email = f"{self.local}{n}@example.{r.choice(['org', 'com'])}" if r.random() < 0.8 else None
        self.phone = None
        self.before = None

    def female(self):
        return self.sex == "F"


def family_name(last, sex):
    return last[:-3] + "ska" if sex == "F" and last.endswith("ski") else last


def crowd(r):
    people, n = [], 0

    def add(first, last, sex, born, home, department):
        nonlocal n
        people.append(Person(r, n, first, family_name(last, sex), sex, born, home, department))
        n += 1
        return people[-1]

    def home():
        town, sector = r.choice(other.TOWNS)
        return r.choice(["", "Flat 2, ", "Flat 4B, ", ""]) + str(r.randint(1, 250)), r.choice(other.STREETS), town, sector + r.choice("ABDEFGHJ") + r.choice("LNPQRSTUWX")

    def born(low, high):
        return datetime.date(r.randint(low, high), r.randint(1, 12), r.randint(1, 28))

    while len(people) < 180:
        women, men, last = PEOPLES[r.choice(list(PEOPLES) + ["british"] * 5)]
        last, place, department = r.choice(last), home(), r.choice(DEPARTMENTS)
        kind = r.choice(["one", "one", "couple", "twins", "junior"])
        if kind == "one":
            sex = r.choice("FM")
            add(r.choice(women if sex == "F" else men), last, sex, born(1935, 2004), place, department)
        elif kind == "couple":
            add(r.choice(women), last, "F", born(1940, 1990), place, department)
            add(r.choice(men), last, "M", born(1940, 1990), place, department)
        elif kind == "twins":
            day = born(1990, 2012)
            pool = r.choice([women, men])
            for first in r.sample(pool, 2):
                add(first, last, "F" if pool is women else "M", day, place, department)
        else:
            first = r.choice(men)
            add(first, last, "M", born(1938, 1955), place, department)
            add(first, last, "M", born(1970, 1990), place, department)
    for original in r.sample(people, 40):
        add(original.first, original.last, original.sex, born(1935, 2004), home(), r.choice([d for d in DEPARTMENTS if d != original.department]))
    while len(people) < 240:
        women, men, last = PEOPLES["british"]
        sex = r.choice("FM")
        add(r.choice(women if sex == "F" else men), r.choice(last), sex, born(1935, 2004), home(), r.choice(DEPARTMENTS))
    for p, number in zip(people, r.sample(range(1000), len(people))):
        if r.random() < 0.7:
            p.phone = "07700900%03d" % number
        if p.female() and p.born.year < 1992 and r.random() < 0.3:
            p.before, p.last = p.last, (f"{p.last}-{r.choice(['Hartley', 'Booth'])}" if r.random() < 0.5 and " " not in p.last and "-" not in p.last else r.choice(["Hartley", "Booth", "Thackray"]))
        elif r.random() < 0.03:
            p.before, p.last = p.last, "Freeman"
    return people


# ---- forms


def date(r, day):
    suffix = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day.day, "th")
    month = other.MONTHS[day.month - 1]
    return r.choice([f"{day.day}{suffix} {month} {day.year}", f"{month} {day.day}, {day.year}", f"{day.day:02}{month[:3].upper()}{day.year}", f"{day.day}/{day.month}/{day.year}",
                     f"{day.day:02}.{day.month:02}.{day.year}", f"{day.year}/{day.month:02}/{day.day:02}", f"{day.day:02}-{month[:3]}-{day.year}", day.strftime("%Y%m%d")])


def noisy(r, text):
    """As a scanner reads it: now and then a letter for its like."""
    swaps = [("rn", "m"), ("m", "rn"), ("l", "1"), ("i", "l"), ("o", "0"), ("cl", "d"), ("h", "b"), ("e", "c")]
    a, b = r.choice(swaps)
    at = text.find(a, 1)
    return text[:at] + b + text[at + len(a):] if at > 0 else text


def written(r, p, kind=None):
    """The name as somebody writes it, and the kind of writing."""
    first, last = p.first, p.last
    kind = kind or r.choice(["plain", "comma", "capitals", "bare", "initial", "dotted", "spelt", "folded", "noise", "before", "middle", "half", "behind"])
    if kind == "comma":
        return f"{last}, {first}", kind
    if kind == "bare":
        return f"{last.upper()} {first}", kind
    if kind == "capitals":
        return f"{first} {last}".upper(), kind
    if kind == "initial":
        return f"{'Ms' if p.female() else 'Mr'} {first[0]} {last}", kind
    if kind == "dotted":
        return f"{first[0]}.{p.middle[0] + '.' if p.middle else ''} {last}", "initial"
    if kind == "behind":
        return f"{last} {first[0]}{p.middle[0] if p.middle else ''}", "initial"
    if kind == "spelt" and (first in SPELT or last in SPELT):
        return f"{r.choice(SPELT.get(first, [first]))} {r.choice(SPELT.get(last, [last]))}", kind
    if kind == "folded":
        return fold(f"{first} {last}"), kind
    if kind == "noise":
        return (f"{first} {noisy(r, last)}" if r.random() < 0.6 else f"{noisy(r, first)} {last}"), kind
    if kind == "before" and p.before:
        return f"{first} {p.before}", kind
    if kind == "middle" and p.middle:
        return f"{first} {p.middle} {last}", kind
    if kind == "half" and "-" in last and not last.lower().startswith("al"):
        return f"{first} {r.choice(last.split('-'))}", kind
    return f"{first} {last}", "plain"


class Share(other.Share):
    people = ()

    def named(self, path, p, text, kind, by="name"):
        """Labels a mention by name; everybody else whom the text means as well is told with it."""
        def keys(q):
            return {(first, fold(last).lower()) for first in (fold(q.first).lower(), fold(q.first)[0].lower()) for last in filter(None, (q.last, q.before))}
        mine = fold(p.first)[0].lower() if kind == "initial" else fold(p.first).lower()
        lasts = {fold(last).lower() for last in (p.last, p.before) if last and fold(last).lower() in fold(text).lower()} or {fold(p.last).lower()}
        alike = [q.id for q in self.people if q is not p and any((mine, last) in keys(q) for last in lasts)]
        if kind == "initial":
            alike = [i for i in alike if next(q for q in self.people if q.id == i).sex == p.sex or not text.startswith("M")]
        self.labels.append({"path": path, "id": p.id, "by": by, **({"alike": alike} if alike and by == "name" else {})})


# ---- documents


def chat(r, share, n, p):
    who, kind = written(r, p, r.choice(["plain", "spelt", "folded"]))
    at = f"{r.randint(1, 28):02}/{r.randint(1, 12):02}/2025"
    lines = [f"[{at}, 10:{m:02}] {speaker}: {text}" for m, speaker, text in
             [(2, who, "morning all, running late"), (3, r.choice(STAFF), "no problem"), (9, who, r.choice(["bus is stuck", "see you at ten"]))]]
    path = f"{p.department}/Chats/export {n}.txt"
    by = "name"
    if p.phone and r.random() < 0.4:
        lines.append(f"[{at}, 10:15] {who}: my new number is {other.mobile(r, p.phone)}")
        by = "exact"
    share.write(path, "\n".join(lines))
    share.named(path, p, who, kind, by)


def minutes(r, share, n, group):
    path = f"{group[0].department}/Minutes/minutes {n}.docx"
    from docx import Document
    document = Document()
    document.add_heading("Minutes of the meeting", 1)
    told = [(p, *written(r, p, r.choice(["initial", "plain", "middle", "spelt", "comma"]))) for p in group]
    document.add_paragraph("Present: " + "; ".join(w for _, w, _ in told) + "; " + r.choice(STAFF))
    document.add_paragraph("Apologies: none. The minutes of the last meeting were agreed. Next meeting in a month.")
    data = io.BytesIO()
    document.save(data)
    share.write(path, data.getvalue())
    for p, who, kind in told:
        share.named(path, p, who, kind)


def calendar(r, share, n, p):
    who, kind = written(r, p, r.choice(["plain", "comma", "folded"]))
    mail = f";CN=\"{who}\":mailto:{p.email}" if p.email else f";CN=\"{who}\":invalid:nomail"
    path = f"{p.department}/Calendar/visit {n}.ics"
    share.write(path, f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{n}@example.org\r\nDTSTART:20250310T100000Z\r\nSUMMARY:Visit {who}\r\nATTENDEE{mail}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    share.named(path, p, who, kind, "exact" if p.email else "name")


def card(r, share, n, p):
    path = f"{p.department}/Contacts/card {n}.vcf"
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{p.last};{p.first};{p.middle};;", f"FN:{p.first} {p.last}"]
    if p.phone:
        lines.append(f"TEL;TYPE=CELL:{other.mobile(r, p.phone)}")
    if p.email:
        lines.append(f"EMAIL:{p.email}")
    if r.random() < 0.4:
        lines.append(f"BDAY:{p.born.isoformat()}")
    exact = len(lines) > 4
    share.write(path, "\r\n".join(lines + ["END:VCARD", ""]))
    share.named(path, p, p.first + p.last, "plain", "exact" if exact else "name")


def scan(r, share, n, p):
    """A letter read from paper."""
    who, kind = written(r, p, r.choice(["noise", "plain", "initial", "capitals"]))
    facts, by = [], "name"
    if r.random() < 0.5:
        facts, by = [f"D.O.B. {date(r, p.born)}"], "exact"
    if r.random() < 0.4:
        facts, by = facts + [f"N.H.S. No. {other.nhs(r, p.nhs)}"], "exact"
    home = [f"{p.home[0]} {p.home[1]}", p.home[2], r.choice([p.home[3], p.home[3].lower(), p.home[3].replace(" ", "")])] if r.random() < 0.4 else []
    if home:
        by = "exact"
    path = f"{p.department}/Scans/scan{n:04}.txt"
    share.write(path, "\n".join([who] + home + ["", "Dear Sir or Madarn,", "", "Thank you for your letter of the 3rd. " + "  ".join(facts), "", "Yours faithfully", "", r.choice(STAFF)]))
    share.named(path, p, who, kind, by)


def sheet(r, share, n, group):
    """Rows under headings nobody expects, or none."""
    from openpyxl import Workbook
    style = r.choice(["title initials", "known as", "one cell", "bare", "reversed"])
    facts = r.sample(["born", "nino", "nhs", "phone", "payroll", "email"], r.randint(1, 3))
    heads = {"title initials": ["Title", "Inits", "Family name"], "known as": ["Legal forename", "Known as", "Last"], "one cell": ["Service user"], "bare": [], "reversed": ["NAME (surname first)"]}[style]
    labels = {"born": r.choice(["D.O.B", "Birth dt", "dob"]), "nino": r.choice(["NI no", "Nat Ins"]), "nhs": "NHS #", "phone": "Mob", "payroll": "Payroll no", "email": "E-mail addr"}
    rows, told = [], []
    for p in group:
        values = {"born": date(r, p.born), "nino": other.nino(r, p.nino), "nhs": other.nhs(r, p.nhs), "phone": other.mobile(r, p.phone) if p.phone else "", "payroll": p.payroll, "email": p.email or ""}
        row = [values[f] for f in facts]
        kind = "plain"
        if style == "title initials":
            who, kind = [("Ms" if p.female() else "Mr"), p.first[0] + (p.middle[0] if p.middle else ""), p.last], "initial"
        elif style == "known as":
            who = [p.first, r.choice(SPELT.get(p.first, [p.first])), p.last]
        elif style == "reversed":
            who = [f"{p.last.upper()} {p.first}"]
        else:
            who = [written(r, p, r.choice(["plain", "comma"]))[0]]
        rows.append(who + row)
        exact = any(values[f] for f in facts if f != "payroll")
        told.append((p, " ".join(who), kind, "exact" if exact else "name"))
    header = [heads + [labels[f] for f in facts]] if style != "bare" else []
    if r.random() < 0.5:
        text = io.StringIO()
        csv.writer(text, delimiter=r.choice(",;\t|")).writerows(header + rows)
        path = f"{group[0].department}/Lists/list {n}.csv"
        share.write(path, text.getvalue())
    else:
        book = Workbook()
        for row in [["Printed by the system"], []] * r.choice([0, 1]) + header + rows:
            book.active.append(row)
        data = io.BytesIO()
        book.save(data)
        path = f"{group[0].department}/Lists/list {n}.xlsx"
        share.write(path, data.getvalue())
    for p, text, kind, by in told:
        share.named(path, p, text, kind, by)


def fields(r, share, n, group):
    """Records of fields in lines, of XML, or of a table in a page."""
    style = r.choice(["lines", "xml", "html"])
    records, told = [], []
    for p in group:
        values = {"surname": p.last, "forename": p.first, "dob": date(r, p.born), "ref": str(r.randint(1000, 9999))}
        if r.random() < 0.6:
            values["nino"] = other.nino(r, p.nino)
        if p.email and r.random() < 0.5:
            values["email"] = p.email
        records.append(values)
        told.append(p)
    if style == "lines":
        text = "\n\n".join("\n".join(f"{k.upper()}={v}" for k, v in record.items()) for record in records)
        path = f"{group[0].department}/Extracts/extract {n}.dat"
    elif style == "xml":
        text = "<?xml version=\"1.0\"?>\n<clients>\n" + "\n".join("<client>" + "".join(f"<{k}>{v}</{k}>" for k, v in record.items()) + "</client>" for record in records) + "\n</clients>"
        path = f"{group[0].department}/Extracts/extract {n}.xml"
    else:
        heads = ["surname", "forename", "dob", "nino", "email"]
        text = "<html><body><table><tr>" + "".join(f"<th>{h}</th>" for h in heads) + "</tr>" + "".join("<tr>" + "".join(f"<td>{record.get(h, '')}</td>" for h in heads) + "</tr>" for record in records) + "</table></body></html>"
        path = f"{group[0].department}/Extracts/extract {n}.html"
    share.write(path, text)
    for p in told:
        share.named(path, p, p.first + p.last, "plain", "exact")


def logins(r, share, n, group):
    """A log of log-ins: nothing but accounts. Mail between others that copies somebody in."""
    path = f"IT/Logs/log {n}.txt"
    told = [p for p in group if p.email]
    share.write(path, "\n".join(f"2025-03-{r.randint(1, 28):02} 08:{r.randint(0, 59):02} session opened for {p.email} from 192.0.2.{r.randint(1, 200)}" for p in told))
    for p in told:
        share.named(path, p, "", "plain", "exact")


def mail(r, share, n, p, q):
    who, kind = written(r, p, r.choice(["plain", "initial", "spelt", "comma", "before"]))
    sender = f"\"{q.last}, {q.first}\" <{q.email}>" if q.email else f"{q.first} {q.last} <team@example.org>"
    path = f"{q.department}/Mail/mail {n}.eml"
    share.write(path, f"From: {sender}\r\nTo: team@example.org\r\nSubject: visit\r\nDate: Mon, 10 Mar 2025 10:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHi,\r\n\r\nI saw {who} on Tuesday. All well.\r\n\r\nThanks\r\n{q.first}\r\n")
    share.named(path, p, who, kind)
    share.named(path, q, q.first + q.last, "plain", "exact" if q.email else "name")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    options = arguments.parse_args()
    r = random.Random(options.seed)
    share = Share(options.out)
    share.people = people = crowd(r)
    n = 0
    for p in people:
        for make in r.choices([chat, calendar, card, scan, scan], k=r.randint(1, 4)):
            make(r, share, n, p)
            n += 1
        q = r.choice(people)
        if q is not p:
            mail(r, share, n, p, q)
            n += 1
    for department in DEPARTMENTS:
        clients = [p for p in people if p.department == department]
        for make, times, size in ((minutes, 6, 5), (sheet, 8, 15), (fields, 5, 12), (logins, 2, 8)):
            for _ in range(times):
                make(r, share, n, r.sample(clients, min(len(clients), size)))
                n += 1
    with open(f"{options.out}.people.jsonl", "w") as out:
        for p in people:
            told = {"name": f"{p.first} {p.middle} {p.last}".replace("  ", " "), "born": p.born.isoformat(), "nino": p.nino, "nhs": p.nhs,
                    "address": f"{p.home[0]} {p.home[1]}, {p.home[3]}", "sex": "female" if p.female() else "male"}
            for key in ("phone", "email"):
                if getattr(p, key):
                    told[key] = getattr(p, key)
            if p.before:
                told["also"] = [f"{p.first} {p.before}"]
            out.write(json.dumps({"id": p.id, "person": told}, ensure_ascii=False) + "\n")
        for label in share.labels:
            out.write(json.dumps(label) + "\n")


if __name__ == "__main__":
    main()
