"""Our readers of spreadsheets beside calamine, in numbers: recall against a reference text, how they end, memory, time.

    cargo build --release --example spreadsheets
    python3 tests/spreadsheets.py target/release/examples/spreadsheets FOLDER... [--reference FOLDER] [--mutants N]

Every file is read in a process of its own with 2 GiB of address space and 20 s. A reference is a folder of NAME.txt with
the text as another program reads it; mutants are copies with flipped bytes, a cut end or a poisoned number (zip members
unpacked, damaged and packed again), from a fixed seed. Nothing is written but to a temporary folder.
"""

import argparse, collections, json, os, pathlib, random, re, resource, statistics, subprocess, tempfile, time, zipfile


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def run(program, reader, path):
    started = time.monotonic()
    child = subprocess.Popen(
        [program, reader, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limits
    )
    try:
        out, err = child.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return {"end": "hang", "wall": 20.0}
    wall = time.monotonic() - started
    if child.returncode == 0:
        said = json.loads(out)
        return {"end": said["outcome"], "words": collections.Counter(said["words"]), "seconds": said["seconds"], "wall": wall}
    if child.returncode == 101:
        return {"end": "panic", "wall": wall}
    return {"end": "abort", "wall": wall}


def bag(text):
    return collections.Counter(w.lower() for w in re.findall(r"[^\W_]{2,}", text))


def mutate(data, rng):
    data = bytearray(data)
    if not data:
        return bytes(data)
    kind = rng.randrange(4)
    if kind == 0:
        for _ in range(rng.randrange(1, 30)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[rng.randrange(len(data)) :]
    elif kind == 2:
        at = rng.randrange(len(data))
        data[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"])
    else:
        numbers = list(re.finditer(rb"\d+", bytes(data)))
        if numbers:
            number = rng.choice(numbers)
            data[number.start() : number.end()] = rng.choice([b"99999999999999", b"-1", b"0", b"4294967295"])
    return bytes(data)


def damaged(path, into, rng):
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as old:
                members = [(m.filename, old.read(m)) for m in old.infolist()]
        except Exception:
            members = []
        members = [m for m in members if not m[0].endswith("/")]
        if members:
            at = rng.randrange(len(members))
            members[at] = (members[at][0], mutate(members[at][1], rng))
            with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
                for name, data in members:
                    new.writestr(name, data)
            return
    into.write_bytes(mutate(path.read_bytes(), rng))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--reference")
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--most", type=int, default=10**9)
    options = parser.parse_args()
    files = sorted(
        p
        for folder in options.folders
        for p in pathlib.Path(folder).rglob("*")
        if p.is_file() and p.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods")
    )
    random.Random(1).shuffle(files)
    files = files[: options.most]
    kinds = {".xlsm": ".xlsx"}
    total = collections.defaultdict(lambda: collections.defaultdict(list))
    for path in files:
        kind = kinds.get(path.suffix.lower(), path.suffix.lower())
        results = {reader: run(options.program, reader, path) for reader in ("ours", "calamine")}
        reference = options.reference and pathlib.Path(options.reference) / (path.name + ".txt")
        want = bag(reference.read_text(errors="replace")) if reference and reference.exists() else None
        for reader, result in results.items():
            row = total[kind, reader]
            row["end"].append(result["end"])
            if "seconds" in result:
                row["seconds"].append(result["seconds"])
            if want and sum(want.values()) >= 5:
                got = result.get("words", collections.Counter())
                row["recall"].append(sum((got & want).values()) / sum(want.values()))
        both = [r.get("words") for r in results.values()]
        if all(b is not None for b in both):
            ours, theirs = both
            if sum(theirs.values()):
                total[kind, "ours"]["of calamine's"].append(sum((ours & theirs).values()) / sum(theirs.values()))
            if sum(ours.values()):
                total[kind, "calamine"]["of ours"].append(sum((ours & theirs).values()) / sum(ours.values()))
    for (kind, reader), row in sorted(total.items()):
        print(kind, reader, dict(collections.Counter(row["end"]).most_common()))
        for name in ("recall", "of calamine's", "of ours"):
            if row[name]:
                print(f"    {name}: mean {statistics.mean(row[name]):.3f}, median {statistics.median(row[name]):.3f} ({len(row[name])} files)")
        if row["seconds"]:
            print(f"    seconds in all {sum(row['seconds']):.2f}, longest {max(row['seconds']):.2f}")
    if options.mutants:
        rng = random.Random(2)
        ends = collections.defaultdict(collections.Counter)
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(options.mutants):
                path = rng.choice(files)
                into = pathlib.Path(folder) / ("mutant" + path.suffix)
                damaged(path, into, rng)
                for reader in ("ours", "calamine"):
                    ends[reader][run(options.program, reader, into)["end"]] += 1
        for reader, counts in ends.items():
            print("mutants", reader, dict(counts.most_common()))


main()
