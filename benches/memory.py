"""The most memory a scan takes on files that are large, empty or without lines, and how fast it goes.

    cargo build --release
    python3 benches/memory.py [FOLDER] [--text FILE] [--memory BYTES] [--small]

Three files are made in a temporary folder below FOLDER (15 GB of addresses, 5 GiB of blocks) and removed again: 10 GB of
nothing (sparse), 3 GB of text (FILE over and over, or made-up sentences with an identifier in each), and 2 GiB without a
line's end. Each is scanned alone into a new inventory; the figure is the largest resident size of any process of the
scan. `--small` makes them a hundred times smaller, to see that it runs.
"""

import argparse, os, pathlib, re, resource, subprocess, sys, tempfile, time

PROGRAM = pathlib.Path(__file__).parent.parent / "target/release/domesday"


def sentences(ends):
    text = "".join(
        "The visit went well, was written up the same day and nothing more was said of it afterwards. " * 8
        + f"Visit {n}: NI number QQ{n % 1000000:06}C, call 07700 900{n % 1000:03}.{ends}"
        for n in range(2000)
    )
    return text.encode()


def repeat(path, block, size):
    with open(path, "wb") as out:
        left = size
        while left > 0:
            left -= out.write(block[:left])


def scan(folder, memory):
    """In a process of its own, so that the largest size is this scan's."""
    code = (
        "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True);"
        "print(r.stdout); print('rss', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r.returncode)"
    )
    with tempfile.TemporaryDirectory() as out:
        started = time.monotonic()
        run = subprocess.run(
            [sys.executable, "-c", code, PROGRAM, "scan", folder, "--inventory", f"{out}/d.db", "--memory", memory],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        seconds = time.monotonic() - started
    walked = re.search(r"^Walked .*$", run.stdout, re.M)
    peak = int(re.search(r"rss (\d+)", run.stdout)[1]) / 1024
    return peak, seconds, walked[0] if walked else f"status {run.returncode}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default=tempfile.gettempdir())
    parser.add_argument("--text")
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    part = 100 if options.small else 1
    text = pathlib.Path(options.text).read_bytes() if options.text else sentences("\n")
    cases = [
        ("10 GB sparse", 10**10, None),
        ("3 GB of text", 3 * 10**9, text),
        ("2 GiB in one line", 2 << 30, text.replace(b"\n", b" ")),
    ]
    print(f"--memory {options.memory}, sizes divided by {part}")
    for name, size, block in cases:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = pathlib.Path(folder) / "file.txt"
            if block is None:
                with open(path, "wb") as out:
                    out.truncate(size // part)
            else:
                repeat(path, block, size // part)
            peak, seconds, walked = scan(folder, options.memory)
            print(f"{name:20} {peak:7.0f} MiB at most, {seconds:6.1f} s, {size / part / seconds / 1e6:7.1f} MB/s: {walked}", flush=True)


main()
