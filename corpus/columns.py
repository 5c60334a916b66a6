#!/usr/bin/env python3
"""Makes the cases of Parquet, `corpus/parquet/`, with the programs that write it: pyarrow (Apache Arrow's C++ writer)
and fastparquet. Run from the top of the repository: `python3 corpus/columns.py`, after `pip install pyarrow fastparquet pandas`.
"""

import datetime, decimal, io, os, tempfile, uuid, zipfile
import pandas, pyarrow as pa, pyarrow.parquet as pq
from case import BORN, MAIL, NINO, NINO2, PHONE, READ, case


def tel(n):
    """A telephone number of those that are never given to anybody, a different one for each place."""
    return f"07700 900{n:03}"


def written(table, **how):
    out = io.BytesIO()
    pq.write_table(table, out, **how)
    return out.getvalue()


def document(text):
    """A zip of one text, to lie in a cell."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(zipfile.ZipInfo("note.txt", (2020, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


born = datetime.date.fromisoformat(BORN)
staff = pa.table({
    "name": ["Okafor", None, "Hall"],
    "date of birth": pa.array([born, None, datetime.date(1960, 1, 1)]),
    "nino": [NINO, None, NINO2],
    "seen": pa.array([datetime.datetime(2024, 5, 6), None, datetime.datetime(2024, 5, 7, 13, 5, 9)], pa.timestamp("us")),
    "stamp": pa.array([1_700_000_000_123_456_789, None, 0], pa.timestamp("ns", "UTC")),
    "pay": pa.array([decimal.Decimal("31415.92"), None, decimal.Decimal("-0.05")], pa.decimal128(12, 2)),
    "account": pa.array([66374958, None, 7806039], pa.int64()),
    "small": pa.array([200, None, 3], pa.uint8()),
    "rate": pa.array([7012345678.0, None, 0.5]),
    "works": pa.array([True, None, False]),
    "starts": pa.array([datetime.time(9, 30), None, datetime.time(17, 0)], pa.time64("us")),
    "photo": pa.array([document(f"call {tel(1)}"), None, b"plain " + tel(2).encode()], pa.binary()),
    "grade": pa.array(["night", None, "day"]).dictionary_encode(),
    "token": pa.array([uuid.UUID(int=5).bytes, None, uuid.UUID(int=6).bytes], pa.binary(16)),
})
places = [
    ("", BORN, "staff-snappy!B1", "date of birth"), ("", NINO, "staff-snappy!C1", "nino"), ("", NINO2, "staff-snappy!C3", "nino"),
    ("", "2024-05-06", "staff-snappy!D1", "seen"), ("", "2024-05-07 13:05:09", "staff-snappy!D3", "seen"),
    ("", "2023-11-14 22:13:20", "staff-snappy!E1", "stamp"), ("", "31415.92", "staff-snappy!F1", "pay"),
    ("", "-0.05", "staff-snappy!F3", "pay"), ("", "66374958", "staff-snappy!G1", "account"),
    ("", "200", "staff-snappy!H1", "small"), ("", "7012345678", "staff-snappy!I1", "rate"), ("", "true", "staff-snappy!J1", "works"),
    ("", "09:30:00", "staff-snappy!K1", "starts"), ("photo row 1 › note.txt", tel(1), "line 1"),
    ("", tel(2), "staff-snappy!L3", "photo"), ("", "night", "staff-snappy!M1", "grade"), READ,
]
case("parquet/staff-snappy.parquet", written(staff, compression="snappy"), *places)
for how in [dict(compression="zstd"), dict(compression="gzip", data_page_version="2.0"), dict(compression="lz4"), dict(compression="none", use_dictionary=False)]:
    name = "staff-" + how["compression"]
    case(f"parquet/{name}.parquet", written(staff, **how), *[(c, v, *(p.replace("staff-snappy", name) for p in rest)) for c, v, *rest in places])

# Groups inside one another, lists and maps, by the row they belong to.
kin = pa.struct([("name", pa.string()), ("phone", pa.string())])
nested = pa.table({
    "id": pa.array([1, 2, 3]),
    "patient": pa.array([{"name": "Okafor", "born": born}, None, {"name": "Hall", "born": None}], pa.struct([("name", pa.string()), ("born", pa.date32())])),
    "kin": pa.array([[{"name": "A", "phone": tel(11)}, {"name": "B", "phone": tel(12)}], [], [{"name": "C", "phone": tel(13)}]], pa.list_(kin)),
    "mails": pa.array([[MAIL], None, ["h.hall@example.com", None, "p.hall@example.com"]], pa.list_(pa.string())),
    "extra": pa.array([[("nino", NINO)], [], [("phone", PHONE), ("nino", NINO2)]], pa.map_(pa.string(), pa.string())),
    "deep": pa.array([[[tel(21), tel(22)], [tel(23)]], None, [[], [tel(24)]]], pa.list_(pa.list_(pa.string()))),
}).replace_schema_metadata({"steward": "s.steward@example.com"})
case("parquet/nested.parquet", written(nested),
     ("", BORN, "nested!C1", "patient.born"), ("", "Hall", "nested!B3", "patient.name"),
     ("", tel(11), "nested!E1", "kin.phone"), ("", tel(12), "nested!E1", "kin.phone"), ("", tel(13), "nested!E3", "kin.phone"),
     ("", MAIL, "nested!F1", "mails"), ("", "p.hall@example.com", "nested!F3", "mails"),
     ("", NINO, "nested!H1", "extra.value"), ("", PHONE, "nested!H3", "extra.value"),
     ("", tel(23), "nested!I1", "deep"), ("", tel(24), "nested!I3", "deep"), ("", "s.steward@example.com", "property steward", "steward"), READ)

# Row groups one after another, numbers that are kept as differences, texts that share their beginnings.
many = pa.table({"no": pa.array(range(1000)), "mail": [f"user{n:04}@example.com" for n in range(1000)], "filler": ["x"] * 1000})
case("parquet/groups.parquet", written(many, row_group_size=300, use_dictionary=False, compression="zstd", data_page_size=1000,
                                       column_encoding={"no": "DELTA_BINARY_PACKED", "mail": "DELTA_BYTE_ARRAY", "filler": "DELTA_LENGTH_BYTE_ARRAY"}),
     ("", "user0000@example.com", "groups!B1", "mail"), ("", "user0299@example.com", "groups!B300", "mail"),
     ("", "user0300@example.com", "groups!B301", "mail"), ("", "user0999@example.com", "groups!B1000", "mail"), READ)

# Another writer.
frame = pandas.DataFrame({"name": ["Okafor", "Hall"], "dob": pandas.to_datetime([BORN, "1960-01-01"]).astype("datetime64[ns]"), "nino": [NINO, NINO2], "phone": [PHONE, None]})
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "frame.parquet")
    frame.to_parquet(path, engine="fastparquet", compression="GZIP", times="int96")
    case("parquet/fastparquet.parquet", open(path, "rb").read(),
         ("", BORN, "fastparquet!B1", "dob"), ("", NINO2, "fastparquet!C2", "nino"), ("", PHONE, "fastparquet!D1", "phone"), READ)

# With a key that nobody gave: the file says that it is locked.
data = written(pa.table({"nino": [NINO]}))
case("parquet/locked.parquet", data[:-4] + b"PARE", ("", "=", "encrypted: key needed"))

# A method that is not read leaves the other columns standing.
case("parquet/brotli.parquet", written(pa.table({"nino": [NINO] * 20, "phone": [PHONE] * 20}), compression={"nino": "brotli", "phone": "snappy"}),
     ("", PHONE, "brotli!B1", "phone"), ("", "=", "read in part: columns compressed with Brotli, which is not read"))
