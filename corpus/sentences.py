#!/usr/bin/env python3
"""Makes a labelled set of names in running text: the texts of `corpus/sentences/one.txt` and `two.txt`, with people in them.

    python3 corpus/sentences.py

Care notes, mail, minutes, complaints, statements, chats, news, reviews, wills, and texts that name nobody but are full of
capitals. Each text begins with a line `@kind`. `{a}` stands for the given name of somebody, `{A}` for the family name,
`{aA}` for both; another letter is another person, `{bA}` the given name of b with the family name of a. Part one was
looked at when the weights of `rules/weights/person-name.toml` were set, part two was not.

Everybody in it is invented: names are picked at random from the lists of `desks.py` and from names below that the
program's own lists mostly lack. Labels as in `generate.py`, written beside the folders.
"""

import json, pathlib, random, re

from desks import FORENAMES, SURNAMES

FEW = """Thandolwethu Xiomara Umaarah Iretioluwa Akatay Vinka Irenka Sunniva Dzhambek Kealan Mosinmileoluwa Bojka Esat
Gyala Nokulunga Pinabel Yevheniia Oleksii Tigist Chikondi Zanele Mbali Nomvula Aurelio Ximena Ioana-Maria
Krzesimir Jadwiga Bronagh Sorcha Ailbhe Gwenhwyfar Taliesin Anwyn Keerthana Tharushi Nethmi Dilhara Jagvinder
Harsimran Zubaydah Yusra Nusaybah Xiulan Guiying Ngoc Huyen Siosaia Mele Tevita""".split()
RARE = """Mkhabela Quispe Fagunwa Akinsanmi Camurcuoglu Zetticci Turcotte Szollossy Karataev Mnyoni Mseleku Povilonis
Jankauskas Stankevicius Radziwill Wisniewska Hrytsenko Bondarenko Tesfamariam Gebrehiwot Nkomazana Phiri Mwansa
Kapoor-Lind Vaithilingam Jeyaratnam Wickramaratne Dissanayake Ghorbani Rahimzadeh Tahmasebi Oyelaran
Ekwueme Nwachukwu Penrhos Trevelyan Phongsavanh Tuilagi Fonoti Arnalds""".split()
HERE = pathlib.Path(__file__).parent / "sentences"
SLOT = re.compile(r"\{(\w\w?)\}")


def pair(r):
    given = r.choice(FEW if r.random() < 0.3 else FORENAMES)
    family = r.choice(RARE if r.random() < 0.3 else SURNAMES)
    return given, family


def fill(slot, people):
    if len(slot) == 2:
        return people[slot[0]][0] + " " + people[slot[1].lower()][1]
    return people[slot.lower()][slot.isupper()]


def make(part, seed, rounds):
    r = random.Random(seed)
    texts = re.split(r"^@(\w+)\n", (HERE / (part + ".txt")).read_text(encoding="utf-8"), flags=re.M)[1:]
    out, truth, number = HERE / part, [], 0
    out.mkdir(exist_ok=True)
    for turn in range(rounds):
        for kind, text in zip(texts[::2], texts[1::2]):
            people = {letter: pair(r) for letter in "abcdefghij"}
            path = "%03d %s.txt" % (number, kind)
            values = dict.fromkeys(fill(slot, people) for slot in SLOT.findall(text))
            if not values and turn:
                continue
            (out / path).write_text(SLOT.sub(lambda m: fill(m.group(1), people), text), encoding="utf-8")
            truth += [{"path": path, "rule": "person-name", "value": value} for value in values]
            if not values:
                truth.append({"path": path, "none": True})
            number += 1
    (HERE / (part + ".truth.jsonl")).write_text("".join(json.dumps(t, ensure_ascii=False) + "\n" for t in truth), encoding="utf-8")
    return len(truth)


if __name__ == "__main__":
    print(make("one", 1, 2), make("two", 2, 2), "labels")
