#!/usr/bin/env python3
"""Makes a second labelled share, in the styles of many desks: unlike `generate.py` in everything but its labels.

    pip install openpyxl python-docx
    python3 corpus/desks.py --seed 1 --out corpus/desks

Handover sheets, care notes with first names only, rotas under a title row, forms as tables of keys and values, exports
with headings nobody would choose (`fname`, `NHSNo`, `natins`, `addr1` to `addr4`), dumps, chats, threads of mail with
quoted replies, minutes with initials, text all in small or all in capital letters. Documents that hold nothing are as
many as those that hold something. Labels as in `generate.py`, written beside the folder.

Everybody in it is invented, and every number is a reserved or documented one. Names are picked from lists that share
little with those of `generate.py`. `--part 2` makes other kinds of documents, kept for measuring; `--names FILE` takes
"forename<TAB>surname" lines instead of the lists.
"""

import argparse, datetime, email.message, email.policy, html, io, json, pathlib, random, re

FORENAMES = """Doreen Gwen Maureen Edna Norman Cyril Gladys Hilda Reginald Beryl Brenda Trevor Nigel Tracey Sharon Wayne
Darren Kelly Gemma Kirsty Lewis Callie Ellis Amelia Oscar Freya Isla Harvey Poppy Logan Tyler Chloe Jasmine Ruby
Anwar Bilal Farzana Shabnam Nasreen Rukhsana Usman Hamza Sanjay Anil Meera Kavita Lakshmi Vikram Balwinder Gurpreet
Manjit Jaswinder Adaeze Emeka Folake Kehinde Abena Kofi Efua Yaw Tendai Rumbidzai Farai Blessing Thandiwe Sipho
Grzegorz Malgorzata Wojciech Magdalena Tomasz Beata Lukasz Dorota Vasile Mihai Gabriela Cristina Florin Dragos
Rodrigo Joana Tiago Rosario Maribel Jun-Ho Siew Kwok Xiuying Hien Thanh Minh Selam Dawit Yonas Abdirahman Hodan Faisal
Layla Omar Mariam Rania Samir Cheryl Winston Delroy Beverley Aoife Padraig Orla Eamon Sinead Geraint Lowri Carys Iolo
Mairi Iain Morag Ruaridh""".split()
SURNAMES = """Barlow Akhtar Tattersall Crowther Metcalfe Sugden Ogden Hollingworth Penhaligon Trescothick Featherstone
Braithwaite Dewhurst Ellison Farrow Goodall Hibbert Ingham Jessop Kershaw Lomax Mistry Nuttall Oldroyd Pickering Quinn
Rowbottom Sykes Threlfall Unsworth Varley Wainwright Yates Malik Qureshi Mirza Bhatti Ahmed Rahman Miah Uddin Desai
Mehta Joshi Reddy Nair Dhillon Sandhu Gill Bains Okonkwo Eze Ogunleye Balogun Boateng Owusu Asante Chikwanha Ncube
Sibanda Zielinska Wojcik Lewandowski Kaminska Dabrowski Munteanu Stoica Dumitru Constantin Pereira Oliveira Carvalho
Bautista Villanueva Cheung Ng Tran Nguyen Kim Park Haile Gebremariam Farah Warsame Haddad Mansour Francis Gordon
Beckford O'Dowd O'Sullivan McGinley McCafferty Fitzgerald Prosser Bevan Pugh Mathias MacLeod Mackenzie Drummond
Ap-Rhys Ellis-Jones van-Dijk St-John""".replace("-Rhys", " Rhys").replace("van-", "van ").replace("St-John", "St John").split("\n")
SURNAMES = [s for line in SURNAMES for s in re.findall(r"(?:Ap |van |St )?[^\s]+", line)]
STREETS = """Alma Terrace|Bankfield Road|Coppice Way|Dunmore Gardens|Eastgate|Fern Bank|Gorsey Lane|Hawthorn Crescent|
Inkerman Street|Jubilee Drive|Knowle Hill|Larch Close|Market Square|Nursery Lane|Old Mill Court|Priory Mews|
Quarry Bank|Ridgeway|Sandringham Road|Tithe Barn Lane|Upper Green|Vicarage Walk|Well Street|Yew Tree Avenue""".replace("\n", "").split("|")
TOWNS = [("Todmorden", "West Yorkshire", "OL14 5AA"), ("Kettering", "Northants", "NN16 8QR"), ("Penzance", "Cornwall", "TR18 2AB"),
         ("Llandudno", "Conwy", "LL30 2AA"), ("Stirling", "", "FK8 1EA"), ("Newry", "Co Down", "BT34 1DN"), ("Luton", "Beds", "LU1 2AA"),
         ("Walsall", "West Midlands", "WS1 1TP"), ("Hove", "East Sussex", "BN3 2BE"), ("Tooting", "London", "SW17 0AA")]
ACCOUNTS = [("08-99-99", "66374958"), ("10-79-99", "88837491"), ("20-29-59", "63748472"), ("11-87-65", "64371389"), ("87-14-27", "46238510")]
CARDS = ["4242 4242 4242 4242", "5555 5555 5555 4444", "378282246310005", "4000056655665556"]
MONTHS = "January February March April May June July August September October November December".split()


def L(rule, value):
    return "[[%s|%s]]" % (rule, value)


LABEL = re.compile(r"\[\[([a-z0-9-]+)\|(.*?)\]\]", re.S)


def plain(text):
    return LABEL.sub(lambda m: m.group(2), text)


def nhs_number(r):
    while True:
        nine = "9" + "".join(r.choice("0123456789") for _ in range(8))
        check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1))) % 11
        if check != 10:
            return nine + str(check % 11)


class Person:
    def __init__(self, r, names):
        self.r = r
        self.first, self.last = r.choice(names) if names else (r.choice(FORENAMES), r.choice(SURNAMES))
        self.born = datetime.date(r.randint(1926, 2006), r.randint(1, 12), r.randint(1, 28))
        self.house, self.street = r.randint(1, 180), r.choice(STREETS)
        self.town, self.county, self.code = r.choice(TOWNS)
        self.nhs = nhs_number(r)
        self.nino = "QQ" + "".join(r.choice("0123456789") for _ in range(6)) + r.choice("ABCD")
        self.mobile = "07700 900%03d" % r.randint(0, 999)
        self.home = r.choice(["01632 960%03d", "0161 496 0%03d", "(0131) 496 0%03d", "020 7946 0%03d", "0113-496-0%03d"]) % r.randint(0, 999)
        self.sort, self.account = r.choice(ACCOUNTS)
        self.passport = "5%08d" % r.randint(0, 99999999)
        self.dbs = "0017%08d" % r.randint(0, 99999999)
        self.mail = "%s%s@%s" % (self.first[0].lower(), re.sub("[^a-z]", "", self.last.lower()) or "x", r.choice(["example.org", "example.net", "post.test"]))
        self.title = r.choice(["Mr", "Mrs", "Miss", "Ms"])

    def name(self, text):
        return L("person-name", text)

    full = property(lambda s: s.name(s.first + " " + s.last))
    turned = property(lambda s: s.name(s.last + ", " + s.first))
    shout = property(lambda s: s.name(s.last.upper() + " " + s.first))
    initial = property(lambda s: s.name(s.first[0] + ". " + s.last))
    titled = property(lambda s: s.title + " " + s.name(s.last))
    short = property(lambda s: s.name(s.first))
    nh = property(lambda s: L("nhs-number", " ".join((s.nhs[:3], s.nhs[3:6], s.nhs[6:]))))
    ni = property(lambda s: L("nino", s.r.choice([s.nino, " ".join((s.nino[:2], s.nino[2:4], s.nino[4:6], s.nino[6:8], s.nino[8]))])))
    mob = property(lambda s: L("phone-number", s.mobile))
    tel = property(lambda s: L("phone-number", s.home))
    email = property(lambda s: L("email-address", s.mail))

    def dob(self, style=None):
        d, style = self.born, self.r.randrange(6) if style is None else style
        return L("date-of-birth", [d.strftime("%d/%m/%Y"), "%d %s %d" % (d.day, MONTHS[d.month - 1], d.year), d.isoformat(), d.strftime("%d.%m.%y"),
                                   "%d-%s-%d" % (d.day, MONTHS[d.month - 1][:3], d.year), d.strftime("%d/%m/%y")][style])

    def address(self, joint=", "):
        return L("postal-address", joint.join(p for p in ("%d %s" % (self.house, self.street), self.town, self.county, self.code) if p))

    line1 = property(lambda s: "%d %s" % (s.house, s.street))


# ---- part 1 ----------------------------------------------------------------------------------------------------------

def handover(r, p):
    lines = ["NIGHT HANDOVER  -  Larch unit  -  %02d/%02d" % (r.randint(1, 28), r.randint(1, 12)), ""]
    for n, x in enumerate(p[:6]):
        lines.append(r.choice(["Rm %d  %s (%s)  slept well, catheter draining, paracetamol 1g at 02:10",
                               "%d. %s - DOB %s - up twice to toilet, chesty cough, GP to be called re ?UTI",
                               "Bed %d: %s b. %s. Type 2 diabetic, BM 14.2 at 06:00, refused insulin"]) % (n + 1, r.choice([x.titled, x.full, x.initial]), x.dob()))
    lines += ["", "Staff on: %s, %s, %s" % (p[6].full, p[7].full, p[8].full), "Handed over to %s" % p[9].full]
    return ("txt", "Handover Larch", "\n".join(lines), ["health"])


def notes(r, p):
    x, k = p[0], p[1]
    body = ["Resident: %s      NHS: %s      Room 12" % (x.full, x.nh), ""]
    for t, s in (("07:15", "Assisted %s with wash and dress. Skin intact. Cream applied to sacrum." % x.short),
                 ("09:40", "%s refused breakfast, says she feels low. Memantine given." % x.short),
                 ("11:00", "Visit from daughter %s, mob %s. Concerned about the pressure sore on left heel." % (k.full, k.mob)),
                 ("14:25", "Dr %s reviewed, chest infection, amoxicillin 500mg TDS 5/7." % p[2].name(p[2].last)),
                 ("21:05", "Settled. Pad changed. Repositioned every two hours.")):
        body.append("%s  %s  (%s)" % (t, s, p[3].first[0] + p[3].last[0]))
    return ("docx", "Daily notes", "\n".join(body), ["health"])


def rota(r, p):
    rows = [["STAFF ROTA - WEEK COMMENCING 04/05/2026", "", "", "", ""], ["Draft 2. Changes to the office by Friday noon", "", "", "", ""], ["Name", "Mon", "Tue", "Wed", "Mobile"]]
    for x in p[:9]:
        rows.append([r.choice([x.full, x.turned]), r.choice(["E", "L", "N", "OFF"]), r.choice(["E", "L", "A/L"]), r.choice(["E", "SICK", "7-3"]), x.mob])
    return ("xlsx", "Rota", rows, [])


def incident_table(r, p):
    x, w = p[0], p[1]
    rows = [["INCIDENT REPORT FORM", ""], ["Person affected", x.full], ["D.O.B.", x.dob()], ["Home address", x.address()], ["Time and place", "14:10, main corridor"],
            ["What happened", "Slipped on wet floor and hit head. Small laceration above right eyebrow, conscious throughout, paramedics called."],
            ["Witness", w.full], ["Witness tel.", w.tel], ["Reported by", p[2].full], ["Form no.", "IR-%04d" % r.randint(1, 9999)]]
    return ("docx-table", "IR form", rows, ["health"])


def hr_letter(r, p):
    x = p[0]
    return ("docx", "Letter", "Private and confidential\n\n%s %s\n%s\n\n14 March 2026\n\nDear %s %s,\n\nRe: outcome of absence review\n\nYou have been absent since 9 January with work-related stress. Occupational health advise a phased return. Your pay of £24,310 will be made up to full pay until 30 April, paid to account %s, sort code %s as before.\n\nIf anything is unclear, ring %s on %s.\n\nYours sincerely\n\n\n%s\nHead of People" % (
        x.title, x.full, x.address("\n"), x.title, x.name(x.last), L("bank-account", x.account), L("sort-code", x.sort), p[1].full, p[1].tel, p[2].full), ["health"])


def minutes(r, p):
    return ("txt", "Minutes", "Minutes of the Friends of the Library committee\n\nPresent: %s (chair), %s (treasurer), %s, %s\nApologies: %s; %s\n\n1. Matters arising. %s reported that the boiler was mended.\n2. Accounts. %s presented the figures. Proposed %s, seconded %s.\n3. AOB. Keys to be held by %s (%s).\n" % (
        p[0].full, p[1].full, p[2].initial, p[3].full, p[4].full, p[5].initial, p[0].short, p[1].titled, p[2].initial, p[3].full, p[6].full, p[6].tel), [])


def odd_csv(r, p):
    rows = [["rec_id", "sname", "fname", "dob_dt", "NHSNo", "natins", "addr1", "addr2", "addr3", "addr4", "pcode", "tel_h", "tel_m", "eml", "eth_cat", "relig"]]
    for n, x in enumerate(p[:12]):
        rows.append([str(4000 + n), x.name(x.last), x.name(x.first), L("date-of-birth", x.born.strftime("%Y%m%d") if n % 13 == 40 else x.born.isoformat()), L("nhs-number", x.nhs), L("nino", x.nino), L("postal-address", x.line1), x.town,
                     x.county, "", L("postcode", x.code), x.tel, x.mob, x.email, r.choice(["White British", "Pakistani", "Black African", "Not stated"]), r.choice(["Muslim", "C of E", "None", "Sikh"])])
    return ("csv", "ext_%d" % r.randint(1, 99), rows, ["ethnicity", "religion"])


def sql_dump(r, p):
    t = "-- dump 10.4\nSET NAMES utf8;\nCREATE TABLE `tblClients` (`id` int(11), `strSurname` varchar(60), `strForename` varchar(60), `dteBirth` date, `strNINO` char(9), `strPcode` varchar(8), `strTel` varchar(20));\nINSERT INTO `tblClients` VALUES\n"
    t += ",\n".join("(%d,'%s','%s','%s','%s','%s','%s')" % (100 + n, x.name(x.last).replace("'", "''"), x.name(x.first), L("date-of-birth", x.born.isoformat()), L("nino", x.nino), L("postcode", x.code), x.mob) for n, x in enumerate(p[:8]))
    return ("sql", "backup", t + ";\n", [])


def json_export(r, p):
    def one(x):
        return {"ref": "T-%05d" % r.randint(1, 99999), "tenant": {"forename": x.name(x.first), "surname": x.name(x.last), "birthDate": L("date-of-birth", x.born.isoformat())},
                "contact": {"mobilePhone": x.mob, "emailAddr": x.email}, "property": {"line1": L("postal-address", x.line1), "town": x.town, "postCode": L("postcode", x.code)},
                "notes": r.choice(["Ground floor needed, uses a wheelchair after a stroke", "Arrears plan agreed", "Has a dog"])}
    return ("json", "tenancies", json.dumps({"exported": "2026-02-01T03:00:00Z", "records": [one(x) for x in p[:6]]}, indent=1, ensure_ascii=False), [])


def xml_export(r, p):
    t = "<?xml version=\"1.0\"?>\n<Learners>\n" + "".join(" <Learner><GivenNames>%s</GivenNames><FamilyName>%s</FamilyName><DateOfBirth>%s</DateOfBirth><NINumber>%s</NINumber><PriorAttain>3</PriorAttain><TelNo>%s</TelNo></Learner>\n" %
                (x.name(x.first), html.escape(x.name(x.last), quote=False), L("date-of-birth", x.born.isoformat()), L("nino", x.nino), x.mob) for x in p[:7])
    return ("xml", "ILR", t + "</Learners>\n", [])


def chat(r, p):
    a, b, x = p[0], p[1], p[2]
    return ("txt", "chat", "[21:04] %s: is %s ok?\n[21:05] %s: no she rang from a&e, her mum %s had a fall\n[21:05] %s: oh no. give her my number %s\n[21:06] %s: will do. can you do her shift fri\n" % (
        a.short, x.short, b.short, p[3].name((p[3].first + " " + p[3].last).lower()), a.short, a.mob, b.short), [])


def thread(r, p):
    a, b, x = p[0], p[1], p[2]
    return ("eml", "RE: placement", (a, b, "Hi %s\n\nThat is fine, I have told %s's brother. His ESA stops in June and he is on clozapine so bloods matter.\n\nThanks\n%s\n-- \n%s | Placements Officer\nT: %s  M: %s\n\nOn Tue, 3 Feb 2026 at 10:12, %s <%s> wrote:\n> Hi %s\n> can %s (dob %s) move on the 9th? NHS no %s.\n> Kind regards\n> %s\n" % (
        b.short, x.full, a.short, a.full, a.tel, a.mob, b.full, b.email, a.short, x.titled, x.dob(0), x.nh, b.full)), ["health"])


def capitals(r, p):
    x = p[0]
    return ("txt", "MEMBERSHIP", "MEMBERSHIP FORM\n\nSURNAME: %s\nFORENAMES: %s\nDATE OF BIRTH: %s\nADDRESS: %s\nTEL NO: %s\nEMERGENCY CONTACT: %s (SISTER)\nMEDICAL CONDITIONS: EPILEPSY\n" % (
        x.name(x.last.upper()), x.name(x.first.upper()), x.dob(0), L("postal-address", ("%s, %s, %s" % (x.line1, x.town, x.code)).upper()), x.tel, p[1].name((p[1].first + " " + p[1].last).upper())), ["health"])


def tabbed(r, p):
    x = p[0]
    return ("txt", "Applicant", "Surname\t%s\nForenames\t%s\nBorn\t%s\nNI No\t%s\nPassport\t%s\nDBS\t%s\nE-mail\t%s\nHome\t%s\n" % (
        x.name(x.last), x.name(x.first), x.dob(), x.ni, L("passport-number", x.passport), L("dbs-certificate", x.dbs), x.email, x.tel), ["criminal"])


def bracket_letter(r, p):
    x = p[0]
    return ("txt", "Clinic letter", "Dept of Neurology\nClinic date 3rd February\n\nRe: %s %s (%s), %s\nHosp no %s\n\nDear Dr %s\n\nDiagnosis: focal epilepsy\nMedication: levetiracetam 500 mg bd, lamotrigine\n\nI reviewed this gentleman, who works as a joiner. He has had two seizures since August. He must not drive.\n\n%s\nConsultant Neurologist" % (
        x.title, x.full, x.dob(0), x.address(), "H%06d" % r.randint(1, 999999), p[1].name(p[1].last), "Dr " + p[2].full), ["health"])


def bank_sheet(r, p):
    rows = [["BACS submission", "", "", "", ""], ["", "", "", "", ""], ["Payee", "S/code", "A/c no.", "Amount", "Ref"]]
    for n, x in enumerate(p[:8]):
        rows.append([r.choice([x.full, x.initial, x.turned]), L("sort-code", x.sort), L("bank-account", x.account), "%d.%02d" % (r.randint(50, 2000), r.randint(0, 99)), "WK%02d" % n])
    return ("xlsx", "BACS", rows, [])


# ---- part 2: other kinds, for measuring ------------------------------------------------------------------------------

def discharge(r, p):
    x = p[0]
    return ("docx-table", "Discharge summary", [["Patient name", x.full, "Sex", "F"], ["NHS Number", x.nh, "Born", x.dob()], ["GP", "Dr " + p[1].full, "Ward", "7B"], ["Next of kin", p[2].full + " (son)", "NOK phone", p[2].tel],
                                                ["Presenting complaint", "Community acquired pneumonia, on a background of COPD", "", ""], ["Drugs", "doxycycline 100 mg od, salbutamol prn", "", ""]], ["health"])


def referral(r, p):
    c, m = p[0], p[1]
    return ("txt", "MASH referral", "REFERRAL TO CHILDREN'S SERVICES\n\nChild's name .......... %s\nDate of birth ......... %s\nSchool year ........... 4\nMother ................ %s, %s\nReferrer .............. %s (%s)\n\nReasons: %s came in with bruising to both arms and said that mum's boyfriend had hit him. Strategy meeting requested; child protection plan was closed last year.\n" % (
        c.full, c.dob(), m.full, m.mob, p[2].full, p[2].email, c.short), ["child-safeguarding"])


def consent_list(r, p):
    rows = [["Y5 residential - consent and medical", "", "", "", ""], ["Pupil", "", "Parent/carer", "", "Medical"], ["Legal surname", "Known as", "Name", "Contact no.", "needs"]]
    for x, k in zip(p[:8], p[8:16]):
        rows.append([x.name(x.last), x.name(x.first), k.full, k.mob, r.choice(["asthma - blue inhaler", "none", "nut allergy, epipen", "coeliac"])])
    return ("xlsx", "Consent", rows, ["health"])


def complaint_log(r, p):
    rows = [["Log", "Rec'd", "Complainant", "Re", "Summary", "Handler"]]
    for n, x in enumerate(p[:6]):
        rows.append(["C%03d" % n, "0%d/03/26" % (n + 1), x.titled, p[6 + n % 3].initial, r.choice(["Carer late three days running", "Rude on the phone", "Medication missed"]), p[9].full])
    return ("csv", "Complaints", rows, [])


def supervision(r, p):
    x, s = p[0], p[1]
    return ("docx", "Supervision", "1:1 supervision\n\nSupervisee: %s\nSupervisor: %s\n\n%s said the late shifts are hard with her fibromyalgia. We agreed reasonable adjustments. %s has been off sick for eleven days since April; a stage 1 meeting will follow. Her partner %s is job hunting.\n\nSigned: %s" % (x.full, s.full, x.short, x.short, p[2].short, s.initial), ["health"])


def slip(r, p):
    x = p[0]
    return ("txt", "Payslip", "PAY ADVICE                      Tax period 09\n%s                     Emp no 00%d\nNI NUMBER  %s   NI CAT A   TAX CODE 1257L\nBasic       1,912.50      Tax     173.00\nUNISON subs    14.70      NI       68.77\nNET PAY     1,590.20      by BACS to %s %s\n" % (
        x.name((x.first[0] + " " + x.last).upper()), r.randint(1000, 9999), L("nino", x.nino), L("sort-code", x.sort), L("bank-account", x.account)), ["trade-union"])


def pad(r, p):
    return ("txt", "messages", "\n".join("%s - %s rang for %s, pls call back on %s re %s" % (r.choice(["9.20", "10.05", "3pm"]), x.full, k.short, x.tel, r.choice(["the invoice", "mum's care", "Thursday"])) for x, k in zip(p[:5], p[5:10])), [])


def visitors(r, p):
    return ("csv", "visitors", [["In", "Out", "Visitor", "Of", "Seeing", "Car reg"]] + [["09:%02d" % n, "10:%02d" % n, x.full, "self", k.short, L("vehicle-registration", r.choice(["AB51 ABC", "LN14 HGT", "BD62 XYZ"]))] for n, (x, k) in enumerate(zip(p[:7], p[7:14]))], [])


def mar(r, p):
    x = p[0]
    return ("xlsx", "MAR", [["Medication administration record", "", "", ""], ["Name", x.full, "D.O.B", x.dob(0)], ["Allergies", "penicillin", "GP", "Dr " + p[1].name(p[1].last)], ["", "", "", ""],
                            ["Medicine", "Dose", "Time", "Given by"], ["warfarin", "3 mg", "18:00", p[2].first[0] + p[2].last[0]], ["bisoprolol", "2.5 mg", "08:00", p[3].first[0] + p[3].last[0]]], ["health"])


def whatsapp(r, p):
    a, b = p[0], p[1]
    return ("txt", "WhatsApp Chat with Team", "\n".join(["12/03/2026, 07:58 - %s: morning all, running late" % a.full, "12/03/2026, 08:01 - %s: ok. %s is covering" % (b.full, p[2].short),
            "12/03/2026, 08:02 - %s: %s tested positive for covid so isolate room 4" % (b.full, p[3].titled), "12/03/2026, 08:10 - %s: my new number is %s" % (a.full, a.mob)]), ["health"])


def fixed(r, p):
    out = ["RUN 0412  ELECTORAL SERVICES                                 PAGE 1", "NAME                          D.O.B.      ADDRESS                                   ", "-" * 80]
    for x in p[:10]:
        out.append("%s  %s  %s" % (L("person-name", (x.last + ", " + x.first).upper()) + " " * max(0, 28 - len(x.last + ", " + x.first)), L("date-of-birth", x.born.strftime("%d/%m/%Y")), L("postal-address", ("%s, %s %s" % (x.line1, x.town, x.code)).upper())))
    return ("txt", "ELREG", "\n".join(out), [])


def pipes(r, p):
    return ("txt", "feed", "EMPNO|TTL|INITS|SNAME|NINUM|DOB|GRADE|PCODE\n" + "\n".join("%05d|%s|%s|%s|%s|%s|%s|%s" % (700 + n, x.title, x.first[0], x.name(x.last), L("nino", x.nino), L("date-of-birth", x.born.strftime("%d-%m-%Y")), r.choice("ABCD"), L("postcode", x.code)) for n, x in enumerate(p[:9])), [])


def court(r, p):
    x = p[0]
    return ("docx", "Court result", "IN THE MAGISTRATES' COURT\n\nDefendant: %s\nAddress: %s\nBorn: %s\n\nPleaded guilty to driving with excess alcohol. Disqualified for 20 months, fined £340 and a community order of 80 hours. Previous: one caution for criminal damage (2019).\n" % (x.full, x.address(), x.dob(1)), ["criminal"])


def reference(r, p):
    x = p[0]
    return ("docx", "Reference", "To whom it may concern\n\n%s worked for us as a support worker from 2019 to 2025. %s was punctual and well liked. There were no live warnings on file when she left. Her DBS (no %s) was clear.\n\n%s\nRegistered Manager\n%s" % (x.full, x.short, L("dbs-certificate", x.dbs), p[1].full, p[1].email), ["criminal"])


def equality(r, p):
    rows = [["Staff equality return", "", "", "", ""], ["Employee", "Ethnic Origin", "Faith/belief", "Orientation", "Disabled?"]]
    for x in p[:8]:
        rows.append([x.full, r.choice(["Asian or Asian British - Indian", "White - British", "Black Caribbean"]), r.choice(["Hindu", "No religion", "Christian"]), r.choice(["Heterosexual", "Gay man", "Prefer not to say"]), r.choice(["Y", "N"])])
    return ("xlsx", "Equality", rows, ["ethnicity", "religion"])


# ---- documents that hold nothing -------------------------------------------------------------------------------------

def digits(r, n):
    return "".join(r.choice("0123456789") for _ in range(n))


def n_manual(r):
    return ("txt", "Boiler manual", "Worcester Greenstar 30i - installation\n\nConnect flow to terminal 4 and return to terminal 5. Torque 12-15-18 Nm. Part 8 716 106 %s 0. Tel order code 0%s. Serial %s.\nDo not exceed 3 bar. Mark the wall, drill 10 mm, hang the frame. Old boilers should be retired by a Gas Safe engineer. Diagnosis: fault code E9 means overheating; treat scale with inhibitor.\n" % (digits(r, 3), digits(r, 5), digits(r, 10)))


def n_menu(r):
    return ("docx", "Menu", "Week 2 menu\n\nMonday: Chicken Kiev, Lyonnaise potatoes, Victoria plums\nTuesday: Lancashire hotpot, Savoy cabbage, Bakewell tart\nWednesday: Turkey escalope, Jersey Royals, Eve's pudding\nThursday: Cumberland sausage, Mash, Peach Melba\nFriday: Cod Mornay, Charlotte Russe\n\nAllergens: see folder. Halal and kosher on request.")


def n_stock(r):
    return ("xlsx", "Stock", [["Stationery stock at 31/03/2026", "", "", ""], ["Code", "Item", "Qty", "EAN"]] + [[digits(r, 2) + "-" + digits(r, 2) + "-" + digits(r, 2), r.choice(["Basildon Bond pad", "Parker pen", "Kensington lock", "Black Prince ink", "Stanley knife"]), digits(r, 2), "50" + digits(r, 11)] for _ in range(20)])


def n_log(r):
    return ("txt", "syslog", "\n".join("Mar %2d %02d:%02d:%02d host kernel: [%s.%s] usb 1-%s: new device, idVendor=%s, SerialNumber=%s" % (r.randint(1, 28), r.randint(0, 23), r.randint(0, 59), r.randint(0, 59), digits(r, 5), digits(r, 6), digits(r, 1), digits(r, 4), digits(r, 10)) for _ in range(30)))


def n_training(r):
    return ("docx", "Course outline", "Level 3 Award: Mental Health First Aid\n\nLearners will be able to define depression, psychosis and self-harm; list the rights of a person detained under the Mental Health Act; know when to share information.\nAssessment: workbook. Trainer to be confirmed. Price £%s per delegate plus VAT. Ref MH-%s." % (digits(r, 3), digits(r, 4)))


def n_tender(r):
    return ("txt", "Tender", "Invitation to tender %s/%s\n\nLot 1: Hampton Court Road resurfacing. Lot 2: Nelson Mandela House lifts. Lot 3: Queen Elizabeth Hospital link bridge.\nBids by noon on 12/06/2026 to the Procurement Hub. Contract value £1,240,000. NUTS code UKD3. CPV 45233142-6. Insurance of £10m. Clause 14.2.1.3 applies. Account code 4410-%s.\n" % (digits(r, 4), digits(r, 2), digits(r, 4)))


def n_csv(r):
    return ("csv", "meter", [["mpr", "read_dt", "reading", "units", "tariff", "site"]] + [["SITE%s" % digits(r, 3), "2026-0%d-01" % r.randint(1, 9), digits(r, 8), digits(r, 4), r.choice(["E7", "STD"]), r.choice(["Alma House", "Jubilee Centre", "St Hilda Hall"])] for _ in range(25)])


def n_code(r):
    return ("txt", "deploy", "#!/bin/sh\nset -e\nVERSION=4.12.%s.1\nHASH=%s\nfor host in alma beryl cyril; do\n  scp build.tgz deploy@$host:/srv/app\ndone\ncurl -s https://api.example.com/v1/health | jq .status\n# 0%s 1234567890 11-22-33\n" % (digits(r, 1), "".join(r.choice("0123456789abcdef") for _ in range(40)), digits(r, 9)))


def n_faq(r):
    return ("txt", "FAQ", "How do I book?\nRing reception between nine and five.\n\nWho can apply?\nAnyone over 18 who lives in the borough, whatever their religion, ethnic origin, sexual orientation or disability.\n\nWhat do I bring?\nYour passport or driving licence, a bank statement and your National Insurance number.\n\nWill a caution matter?\nNot always. A conviction is looked at case by case.\n")


def n_agenda(r):
    return ("docx", "Agenda", "Parish Council - Agenda\n\n1 Welcome\n2 Declarations of interest\n3 Planning: 26/0%s/FUL, Rose Cottage, Church Lane: single storey extension\n4 Grants: Scouts, Age UK, St John Ambulance\n5 Duke of Edinburgh award\n6 Date of next meeting: 14/07/2026, Wesley Hall" % digits(r, 4))


def n_jsonconf(r):
    return ("json", "package", json.dumps({"name": "christian-calendar", "version": "1.2.%s" % digits(r, 1), "author": "Widgets Ltd", "port": 8080, "timeout": int(digits(r, 6)), "id": "9f1c%s" % digits(r, 8), "dependencies": {"jordan-css": "^2.0.0", "ruby-parser": "~3.1"}}, indent=1))


def n_results(r):
    return ("csv", "league", [["Pos", "Team", "P", "W", "D", "L", "Pts"]] + [[str(n + 1), t, digits(r, 2), digits(r, 1), digits(r, 1), digits(r, 1), digits(r, 2)] for n, t in enumerate(["Stanley Rangers", "Aston Villa", "Preston North End", "Harrogate Town", "Ashton Gate", "Lewis Lions", "Nelson Athletic"])])


PARTS = {1: [handover, notes, rota, incident_table, hr_letter, minutes, odd_csv, sql_dump, json_export, xml_export, chat, thread, capitals, tabbed, bracket_letter, bank_sheet],
         2: [discharge, referral, consent_list, complaint_log, supervision, slip, pad, visitors, mar, whatsapp, fixed, pipes, court, reference, equality]}
NOTHING = {1: [n_manual, n_menu, n_stock, n_log, n_training, n_tender], 2: [n_csv, n_code, n_faq, n_agenda, n_jsonconf, n_results]}


# ---- writers ---------------------------------------------------------------------------------------------------------

def still(data):
    """Zip packages without the time of day, so that the same seed makes the same bytes."""
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-02T03:04:06Z", data)
            new.writestr(zipfile.ZipInfo(item.filename, (2026, 1, 2, 3, 4, 6)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def fixed_time(properties):
    properties.created = properties.modified = datetime.datetime(2026, 1, 2, 3, 4, 6)
    if hasattr(properties, "author"):
        properties.author = ""
    if hasattr(properties, "creator"):
        properties.creator = None


def write(kind, body):
    """Bytes and the extension of a document."""
    if kind == "csv":
        return "".join(",".join('"%s"' % c.replace('"', '""') if re.search('[,"\n]', c) else c for c in map(plain, row)) + "\r\n" for row in body).encode(), "csv"
    if kind == "xlsx":
        import openpyxl
        book = openpyxl.Workbook()
        sheet = book.active
        for row in body:
            sheet.append([plain(c) for c in row])
        for n, row in enumerate(body):
            if len(row) > 2 and row[0] and not any(row[1:]):
                sheet.merge_cells(start_row=n + 1, start_column=1, end_row=n + 1, end_column=len(row))
        fixed_time(book.properties)
        f = io.BytesIO()
        book.save(f)
        return still(f.getvalue()), "xlsx"
    if kind in ("docx", "docx-table"):
        import docx
        d = docx.Document()
        fixed_time(d.core_properties)
        if kind == "docx":
            for line in plain(body).split("\n"):
                d.add_paragraph(line)
        else:
            t = d.add_table(rows=0, cols=max(map(len, body)))
            for row in body:
                for cell, text in zip(t.add_row().cells, row):
                    cell.text = plain(text)
        f = io.BytesIO()
        d.save(f)
        return still(f.getvalue()), "docx"
    if kind == "eml":
        a, b, text = body
        m = email.message.EmailMessage(policy=email.policy.SMTP)
        m["From"], m["To"], m["Subject"], m["Date"] = "%s %s <%s>" % (a.first, a.last, a.mail), "%s <%s>" % (b.first, b.mail), "Re: placement", "Tue, 3 Feb 2026 11:20:00 +0000"
        m.set_content(plain(text), cte="quoted-printable")
        return m.as_bytes(), "eml"
    return plain(body).encode(), kind


def flat(kind, body):
    """All text of a document with its labels."""
    if kind == "eml":
        a, b, text = body
        return "\n".join([a.full, a.email, b.short, b.email, text])
    return body if isinstance(body, str) else "\n".join("\n".join(row) for row in body)


def make(seed, out, part, rounds, names=None):
    r = random.Random(seed * 1000 + part)
    out, truth, n = pathlib.Path(out), [], 0
    for turn in range(rounds):
        kinds = [(k, True) for k in PARTS[part]] + [(k, False) for k in (NOTHING[part] * 3)[:len(PARTS[part])]]
        for maker, holds in kinds:
            people = [Person(r, names) for _ in range(16)]
            made = maker(r, people) if holds else maker(r) + ([],)
            kind, name, body, categories = made
            data, extension = write(kind, body)
            path = "%s %03d.%s" % (name, n, extension)
            n += 1
            out.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(data)
            seen = dict.fromkeys(LABEL.findall(flat(kind, body)))
            truth += [{"path": path, "rule": rule, "value": value} for rule, value in seen]
            truth += [{"path": path, "category": c, "document": True} for c in categories]
            if not holds:
                truth.append({"path": path, "none": True})
    pathlib.Path(str(out).rstrip("/") + ".truth.jsonl").write_text("".join(json.dumps(t, ensure_ascii=False) + "\n" for t in truth), encoding="utf-8")
    return len(truth)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=int, default=1, choices=[1, 2])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", default="corpus/desks")
    parser.add_argument("--names", help="lines of forename, tab, surname")
    options = parser.parse_args()
    names = [tuple(line.split("\t")) for line in open(options.names, encoding="utf-8").read().splitlines()] if options.names else None
    print(make(options.seed, options.out, options.part, options.rounds, names), "labels")
