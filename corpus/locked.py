#!/usr/bin/env python3
"""Makes `tests/files/locked/`: documents locked by other programs, for `tests/locked.rs`. The password is in PASSWORD.

Run from the top of the repository: `/usr/bin/python3 corpus/locked.py`. Needs LibreOffice with its python bridge
(python3-uno), qpdf, zip, 7z, and msoffcrypto-tool and reportlab. All values are invented or reserved for examples.
"""

import os, subprocess, sys, tempfile, time

PASSWORD = "Tr0ub4dor zoë"
PLAIN = "letmein"
HERE = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "files", "locked"))
os.makedirs(HERE, exist_ok=True)
TEXT = "Margaret Okafor, NHS number 943 476 5919, was born on 2 March 1951."


def at(name):
    return os.path.join(HERE, name)


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def office():
    import uno
    from com.sun.star.beans import PropertyValue

    def value(name, v):
        p = PropertyValue()
        p.Name, p.Value = name, v
        return p

    folder = tempfile.mkdtemp()
    port = "socket,host=localhost,port=20712;urp;"
    child = subprocess.Popen(["soffice", f"-env:UserInstallation=file://{folder}", "--headless", "--norestore", "--accept=" + port])
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve("uno:" + port + "StarOffice.ComponentContext")
            break
        except Exception:
            time.sleep(0.5)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    settings = context.ServiceManager.createInstanceWithContext("com.sun.star.configuration.ConfigurationProvider", context)

    def odf_version(number):
        access = settings.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationUpdateAccess",
            (value("nodepath", "/org.openoffice.Office.Common/Save/ODF"),))
        access.setPropertyValue("DefaultVersion", number)
        access.commitChanges()

    def save(kind, fill, *targets):
        for name, filter_name, password in targets:
            document = desktop.loadComponentFromURL("private:factory/" + kind, "_blank", 0, (value("Hidden", True),))
            fill(document)
            key = "DocumentOpenPassword" if name.endswith(".pdf") else "Password"
            options = [value("FilterName", filter_name)]
            if name.endswith(".pdf"):
                data = [value("EncryptFile", True), value("DocumentOpenPassword", password)]
                options.append(value("FilterData", uno.Any("[]com.sun.star.beans.PropertyValue", tuple(data))))
            elif password:
                options.append(value(key, password))
            document.storeToURL("file://" + at(name), tuple(options))
            document.close(True)

    def words(document):
        # Long, so that it does not fit the first block of a cipher.
        document.Text.String = "\n".join([f"Paragraph {n} of a letter about nothing." for n in range(60)] + [TEXT])

    def cells(document):
        sheet = document.Sheets.getByIndex(0)
        for row in range(120):
            sheet.getCellByPosition(0, row).String = f"Row {row} of a long list of rows"
            sheet.getCellByPosition(1, row).Value = row
        sheet.getCellByPosition(0, 120).String = TEXT

    def slides(document):
        page = document.DrawPages.getByIndex(0)
        shape = document.createInstance("com.sun.star.drawing.TextShape")
        page.add(shape)
        shape.String = TEXT

    save("swriter", words, ("aes.odt", "writer8", PASSWORD), ("rc4.doc", "MS Word 97", PLAIN),
         ("plain.docx", "MS Word 2007 XML", None),
         ("office.pdf", "writer_pdf_Export", PLAIN))
    save("scalc", cells, ("aes.ods", "calc8", PASSWORD), ("rc4.xls", "MS Excel 97", PLAIN),
         ("plain.xlsx", "Calc MS Excel 2007 XML", None))
    save("simpress", slides, ("aes.odp", "impress8", PASSWORD), ("plain.ppt", "MS PowerPoint 97", None), ("plain.pptx", "Impress MS PowerPoint 2007 XML", None))
    odf_version(2)  # 1.0 and 1.1: Blowfish
    save("swriter", words, ("blowfish.odt", "writer8", PASSWORD))
    try:
        desktop.terminate()
    except Exception:
        pass
    child.wait()


def agile():
    import msoffcrypto.format.ooxml
    for name in ("docx", "xlsx", "pptx"):
        with open(at("plain." + name), "rb") as plain, open(at("agile." + name), "wb") as locked:
            msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(PASSWORD, locked)
        os.remove(at("plain." + name))


def pdfs():
    from reportlab.pdfgen import canvas
    plain = os.path.join(tempfile.mkdtemp(), "plain.pdf")
    page = canvas.Canvas(plain, invariant=1)
    page.drawString(72, 720, TEXT)
    page.save()
    for bits, more in ((40, ["--allow-weak-crypto"]), (128, ["--allow-weak-crypto"]), (256, [])):
        options = {40: [], 128: ["--use-aes=n"], 256: []}[bits]
        word = PASSWORD if bits == 256 else PLAIN
        run("qpdf", *more, "--encrypt", word, "owner", str(bits), *options, "--", plain, at(f"rc{bits}.pdf" if bits < 256 else "aes256.pdf"))
    run("qpdf", "--encrypt", PLAIN, "owner", "128", "--use-aes=y", "--", plain, at("aes128.pdf"))
    run("qpdf", "--encrypt", "", "owner", "256", "--", plain, at("open.pdf"))


def archives():
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "letter.txt"), "w") as out:
        out.write(TEXT * 40)
    for name in ("classic.zip", "aes.zip", "aes.7z", "names.7z"):
        if os.path.exists(at(name)):
            os.remove(at(name))
    member = os.path.join(folder, "letter.txt")
    run("zip", "-q", "-j", "-P", PLAIN, at("classic.zip"), member)
    run("7z", "a", "-tzip", "-mem=AES256", "-p" + PLAIN, at("aes.zip"), member)
    run("7z", "a", "-p" + PLAIN, at("aes.7z"), member)
    run("7z", "a", "-mhe=on", "-p" + PLAIN, at("names.7z"), member)


def binary():
    """Locks that no program at hand writes: put on what LibreOffice wrote, with the key derivations of msoffcrypto-tool."""
    import hashlib, olefile, struct
    from msoffcrypto.format.xls97 import Xls97File
    from msoffcrypto.method.rc4_cryptoapi import _makekey
    from msoffcrypto.method.xor_obfuscation import DocumentXOR

    def rc4(key, data):
        s, j, out = list(range(256)), 0, bytearray()
        for i in range(256):
            j = (j + s[i] + key[i % len(key)]) & 255
            s[i], s[j] = s[j], s[i]
        i = j = 0
        for byte in data:
            i = (i + 1) & 255
            j = (j + s[i]) & 255
            s[i], s[j] = s[j], s[i]
            out.append(byte ^ s[(s[i] + s[j]) & 255])
        return bytes(out)

    def header(password):
        salt, verifier = bytes(range(16)), bytes(range(50, 66))
        check = rc4(_makekey(password, salt, 128, 0), verifier + hashlib.sha1(verifier).digest())
        name = "Microsoft Enhanced Cryptographic Provider v1.0\0".encode("utf-16-le")
        inner = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + name
        outer = struct.pack("<HHII", 4, 2, 4, len(inner)) + inner
        return salt, outer + struct.pack("<I", 16) + salt + check[:16] + struct.pack("<I", 20) + check[16:]

    def replaced(source, target, stream, data):
        """Writes a stream of the same length into a copy of a compound file."""
        with open(source, "rb") as old, open(target, "wb") as new:
            new.write(old.read())
        file = olefile.OleFileIO(target, write_mode=True)
        file.write_stream(stream, data)
        file.close()

    # A workbook in the clear that has room for the lock: that of LibreOffice, its own lock taken off by msoffcrypto.
    plain = os.path.join(tempfile.mkdtemp(), "plain.xls")
    with open(at("rc4.xls"), "rb") as locked, open(plain, "wb") as clear:
        file = Xls97File(locked)
        file.load_key(password=PLAIN)
        file.decrypt(clear)
    book = olefile.OleFileIO(plain).openstream("Workbook").read()
    old = olefile.OleFileIO(at("rc4.xls")).openstream("Workbook").read()
    # msoffcrypto blanks the record of the lock; its length stays.
    spot = old.index(struct.pack("<HH", 0x2F, 54))

    def records(data):
        place = 0
        while place + 4 <= len(data):
            kind, length = struct.unpack_from("<HH", data, place)
            yield place, kind, length
            place += 4 + length

    mask = DocumentXOR.create_xor_array_method1(PLAIN)
    key = DocumentXOR.create_xor_key_method1(PLAIN)
    check = next(n for n in range(65536) if DocumentXOR.verifypw(PLAIN, n))
    rol = lambda b, n: (b << n | b >> (8 - n)) & 255

    def xor(clear):
        data = bytearray(clear)
        for place, kind, length in records(clear):
            if kind in (0x809, 0x2F, 0xE1, 0x138, 0x194, 0x195, 0x196):
                continue
            for n in range(4 if kind == 0x85 else 0, length):
                data[place + 4 + n] = rol(clear[place + 4 + n], 5) ^ mask[(place + 4 + length + n) % 16]
        return bytes(data)

    def with_lock(pass_record):
        room = 54 - len(pass_record)
        lock = struct.pack("<HH", 0x2F, len(pass_record)) + pass_record
        if room:
            lock += struct.pack("<HH", 0x00FE, room - 4) + bytes(room - 4)
        return book[:spot] + lock + book[spot + 58:]

    replaced(plain, at("xor.xls"), "Workbook", xor(with_lock(struct.pack("<HHH", 0, key, check))))

    # A presentation: every object locked with its number, and an edit that says so.
    show = olefile.OleFileIO(at("plain.ppt"))
    stream, user = show.openstream("PowerPoint Document").read(), show.openstream("Current User").read()
    edit = struct.unpack_from("<I", user, 16)[0]
    fields = list(struct.unpack_from("<IHBBIIIIHH", stream, edit + 8))
    directory, objects = fields[5], {}
    length = struct.unpack_from("<I", stream, directory + 4)[0]
    words = list(struct.unpack_from(f"<{length // 4}I", stream, directory + 8))
    while words:
        run = words.pop(0)
        for n in range(run >> 20):
            objects[(run & 0xFFFFF) + n] = words.pop(0)
    salt, head = header(PLAIN)
    session = max(objects) + 1
    data = bytearray(stream)
    for number, place in objects.items():
        size = 8 + struct.unpack_from("<I", stream, place + 4)[0]
        data[place:place + size] = rc4(_makekey(PLAIN, salt, 128, number), stream[place:place + size])
    objects[session] = len(data)
    data += struct.pack("<HHI", 0x0F, 0x2F14, len(head)) + head
    listed = len(data)
    body = b"".join(struct.pack("<II", 1 << 20 | number, place) for number, place in objects.items())
    data += struct.pack("<HHI", 0, 6002, len(body)) + body
    last = len(data)
    fields[4], fields[5], fields[7] = 0, listed, session
    data += struct.pack("<HHI", 0, 4085, 32) + struct.pack("<IHBBIIIIHH", *fields) + struct.pack("<I", session)
    user = bytearray(user)
    struct.pack_into("<II", user, 12, 0xF3D1C4DF, last)
    compound(at("cryptoapi.ppt"), {"PowerPoint Document": bytes(data), "Current User": bytes(user)})
    os.remove(at("plain.ppt"))
    # The same header before a workbook needs more room than LibreOffice left: a stream of its own.
    salt, head = header(PLAIN)
    record = struct.pack("<H", 1) + head
    clear = book[:spot] + struct.pack("<HH", 0x2F, len(record)) + record + book[spot + 58:]
    grown = len(record) - 54
    clear = bytearray(clear)
    for place, kind, length in records(bytes(clear)):
        if kind == 0x85:  # where each sheet begins
            struct.pack_into("<I", clear, place + 4, struct.unpack_from("<I", clear, place + 4)[0] + grown)
    locked = bytearray()
    for number in range(0, len(clear), 1024):
        locked += rc4(_makekey(PLAIN, salt, 128, number // 1024), clear[number:number + 1024])
    for place, kind, length in records(bytes(clear)):
        kept = {0x85: 8}.get(kind, 4)
        if kind in (0x809, 0x2F, 0xE1, 0x138, 0x194, 0x195, 0x196):
            kept = 4 + length
        locked[place:place + kept] = clear[place:place + kept]
    compound(at("cryptoapi.xls"), {"Workbook": bytes(locked)})


def compound(path, streams):
    """A compound file of large streams: [MS-CFB], version 3."""
    import struct
    sectors, fat, entries = [], [], []

    def add(data, size=512):
        first = len(sectors)
        parts = [data[n:n + size].ljust(size, b"\0") for n in range(0, len(data), size)]
        for n, part in enumerate(parts):
            sectors.append(part)
            fat.append(first + n + 1 if n + 1 < len(parts) else 0xFFFFFFFE)
        return first

    def entry(name, kind, child, first, size, right=0xFFFFFFFF):
        wide = name.encode("utf-16-le") + b"\0\0"
        return (wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, 0xFFFFFFFF, right, child)
                + bytes(36) + struct.pack("<IQ", first, size))

    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    for n, name in enumerate(names):
        data = streams[name].ljust(4096, b"\0")  # nothing in the small stream
        right = n + 2 if n + 1 < len(names) else 0xFFFFFFFF
        entries.append(entry(name, 2, 0xFFFFFFFF, add(data), len(data), right))
    directory = add(b"".join([entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)] + entries))
    fat_sectors = (len(fat) + 1 + 127) // 128
    fat_sectors = (len(fat) + fat_sectors + 127) // 128
    first = len(sectors)
    table = fat + [0xFFFFFFFD] * fat_sectors
    raw = struct.pack(f"<{len(table)}I", *table).ljust(512 * fat_sectors, b"\xff")
    head = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
            + struct.pack("<IIIIIIIII", 0, fat_sectors, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
            + struct.pack("<109I", *(list(range(first, first + fat_sectors)) + [0xFFFFFFFF] * (109 - fat_sectors))))
    with open(path, "wb") as out:
        out.write(head + b"".join(sectors) + raw)


def counter():
    """The lock of LibreOffice 24.2 and later, by the ciphers of `cryptography` and `argon2-cffi`."""
    import base64, hashlib, io, zipfile, zlib
    from argon2.low_level import Type, hash_secret_raw
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    inner = io.BytesIO()
    body = f"""<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.4"><office:body><office:text>
<text:p>{TEXT}</text:p></office:text></office:body></office:document-content>"""
    kind = "application/vnd.oasis.opendocument.text"
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("content.xml", body)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = raw.compress(inner.getvalue()) + raw.flush()
    salt, start = bytes(range(16)), bytes(range(100, 112))
    first = hashlib.sha256(PASSWORD.encode()).digest()
    key = hash_secret_raw(first, salt, 3, 65536, 4, 32, Type.ID)
    locked = start + AESGCM(key).encrypt(start, packed, None)
    word = lambda data: base64.b64encode(data).decode()
    manifest = f"""<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.4"
 xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0">
<manifest:file-entry manifest:full-path="encrypted-package" manifest:media-type="{kind}" manifest:size="{len(inner.getvalue())}">
<manifest:encryption-data><manifest:algorithm manifest:algorithm-name="http://www.w3.org/2009/xmlenc11#aes256-gcm"
 manifest:initialisation-vector="{word(start)}"/><manifest:start-key-generation
 manifest:start-key-generation-name="http://www.w3.org/2001/04/xmlenc#sha256" manifest:key-size="32"/><manifest:key-derivation
 manifest:key-derivation-name="urn:org:documentfoundation:names:experimental:office:manifest:argon2id" manifest:key-size="32"
 manifest:salt="{word(salt)}" loext:argon2-iterations="3" loext:argon2-memory="65536" loext:argon2-lanes="4"/>
</manifest:encryption-data></manifest:file-entry></manifest:manifest>"""
    with zipfile.ZipFile(at("counter.odt"), "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr("encrypted-package", locked)


for make in (office, agile, pdfs, archives, binary, counter):
    if len(sys.argv) < 2 or make.__name__ in sys.argv[1:]:
        make()
with open(at("passwords.txt"), "w") as out:
    out.write("wrong\n" + PASSWORD + "\n" + PLAIN + "\n")
