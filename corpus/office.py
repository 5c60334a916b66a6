#!/usr/bin/env python3
"""Makes the cases of office formats, `corpus/FORMAT/`, with the programs that people use or with libraries that nobody
here wrote: python-docx, openpyxl, XlsxWriter, xlwt, pyxlsbwriter, python-pptx, odfpy, reportlab, msgforge, numbers-parser, LibreOffice.

Run from the top of the repository: `python3 corpus/office.py [FORMAT...]`, after `pip install python-docx openpyxl
xlsxwriter xlwt pyxlsbwriter python-pptx odfpy reportlab msgforge olefile
msoffcrypto-tool numbers-parser`; LibreOffice must be on the path as `soffice`. Every
place of a document has a value of its own, so that a case says where each of them must be found.
"""

import io, os, subprocess, sys, tempfile, zipfile
from case import HERE, READ, case


def tel(n):
    """A telephone number of those that are never given to anybody, a different one for each place."""
    return f"07700 900{n:03}"


def repacked(data, drop=()):
    """A package with its members packed well, dated alike, and without those that only weigh (thumbnails, themes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for info in old.infolist():
            if not any(word in info.filename for word in drop):
                stored = zipfile.ZIP_STORED if info.filename == "mimetype" else zipfile.ZIP_DEFLATED
                new.writestr(zipfile.ZipInfo(info.filename, (2020, 1, 1, 0, 0, 0)), old.read(info.filename), stored)
    return out.getvalue()


def repacked_compound(data, drop):
    """A compound file without storages, and without those of its streams that only weigh (a picture of the first page)."""
    import olefile
    from msgforge._builder import _OleWriter
    old, new = olefile.OleFileIO(data), _OleWriter()
    for (name,) in old.listdir():
        if name not in drop:
            new.add_stream(new.root, name, old.openstream(name).read())
    return new.build()


def converted(data, from_, to, filter_=""):
    """The document as LibreOffice writes it in another format."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "case." + from_)
        with open(source, "wb") as f:
            f.write(data)
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
                        f"{to}:{filter_}" if filter_ else to, "--outdir", os.path.join(folder, "out"), source],
                       check=True, capture_output=True, timeout=180)
        with open(os.path.join(folder, "out", "case." + to), "rb") as f:
            return f.read()


# ---- words ---------------------------------------------------------------------------------------------------------
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CHANGE = 'w:author="Ola Reviewer" w:date="2020-01-02T03:04:05Z"'


def letter():
    """A Word document with text in every place that python-docx knows or that can be put beside it."""
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE as RT
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml
    d = docx.Document()
    d.add_paragraph("Dear colleague,")
    p = d.add_paragraph(f"Her own number is {tel(101)} since March.")
    d.add_comment(p.runs, text=f"Ring her on {tel(102)} instead.", author="Kim Commenter", initials="KC")
    table = d.add_table(rows=2, cols=3)
    for cell, text in zip([c for r in table.rows for c in r.cells],
                          ["Name", "Telephone", "Born", "Hall", tel(103), "1951-03-02"]):
        cell.text = text
    body = d.element.body
    def raw(xml):
        body.insert(len(body) - 1, parse_xml(f'<w:p {W}>{xml}</w:p>'))
    run = lambda text, tag="t": f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'
    # Tracked: one number taken out, another put in.
    raw(run("Call ") + f'<w:del w:id="90" {CHANGE}>{run(tel(104), "delText")}</w:del>'
        f'<w:ins w:id="91" {CHANGE}>{run(tel(105))}</w:ins>' + run(" now."))
    # A content control with a title, and a form field of the old kind.
    raw(f'<w:sdt><w:sdtPr><w:alias w:val="Emergency contact"/><w:tag w:val="ec"/></w:sdtPr><w:sdtContent>{run(tel(106))}'
        '</w:sdtContent></w:sdt>')
    raw('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="MobileNo"/><w:enabled/><w:textInput/></w:ffData>'
        '</w:fldChar></w:r><w:r><w:instrText xml:space="preserve"> FORMTEXT </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(tel(107))}<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    # A text box of the old kind, which every version writes as fallback.
    raw('<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" id="b" type="#_x0000_t202" '
        'style="width:100pt;height:40pt"><v:textbox><w:txbxContent>'
        f'<w:p>{run("Boxed " + tel(108))}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>')
    raw(run("See the note") + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r>')
    for kind, n, rt in [("footnote", 109, RT.FOOTNOTES), ("endnote", 110, RT.ENDNOTES)]:
        gap = "".join(f'<w:{kind} w:id="{i}" w:type="{t}"><w:p><w:r><w:{t}/></w:r></w:p></w:{kind}>'
                      for i, t in [(0, "separator"), (1, "continuationSeparator")])
        xml = f'<w:{kind}s {W}>{gap}<w:{kind} w:id="2"><w:p>{run("By " + tel(n))}</w:p></w:{kind}></w:{kind}s>'
        content = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"
        d.part.relate_to(Part(PackURI(f"/word/{kind}s.xml"), content, xml.encode(), d.part.package), rt)
    section = d.sections[0]
    section.header.paragraphs[0].text = f"Head {tel(111)}"
    section.footer.paragraphs[0].text = f"Foot {tel(112)}"
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = f"First page {tel(113)}"
    d.core_properties.author = "Ada Author"
    d.core_properties.keywords = f"old number {tel(114)}"
    for id_, relation in list(d.part.rels.items()):
        if relation.reltype.endswith(("theme", "stylesWithEffects", "customXml")):
            del d.part.rels[id_]
    styles = d.styles.element
    for style in list(styles):
        if style.get(f"{{{W[9:-1]}}}styleId") not in ("Normal", "Header", "Footer", "TableNormal", "CommentText"):
            styles.remove(style)
    out = io.BytesIO()
    d.save(out)
    return repacked(out.getvalue(), ("thumbnail",))


def locked(data):
    """A package as Word locks it with a password to open."""
    from msoffcrypto.format.ooxml import OOXMLFile
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt("correct horse", out)
    return out.getvalue()


def words():
    d = letter()
    case("docx/locked.docx", locked(d), ("", "=", "encrypted: password needed"))
    case("docx/letter.docx", d,
         ("", tel(101), "paragraph 2", "-"), ("", tel(102), "comment 0"), ("", "Kim Commenter", "comment 0", "author"),
         ("", tel(103), "table 1!B2", "Telephone"), ("", "1951-03-02", "table 1!C2", "Born"),
         ("", tel(104), "paragraph 3, before tracked changes"), ("", tel(105), "paragraph 3"),
         ("", tel(106), "paragraph 4", "Emergency contact"), ("", tel(107), "paragraph 5", "MobileNo"),
         ("", tel(108), "text box at paragraph 6"), ("", tel(109), "footnote 2"), ("", tel(110), "endnote 2"),
         ("", tel(111), "header"), ("", tel(112), "footer"), ("", tel(113), "header"),
         ("", "Ada Author", "property creator", "creator"), ("", tel(114), "property keywords", "keywords"),
         ("", "Ola Reviewer", "property author of changes", "author"), READ)


# ---- sheets --------------------------------------------------------------------------------------------------------
import datetime
BIRTH = datetime.date(1951, 3, 2)
HEAD = ["Name", "Account number", "Sort code", "Telephone", "Born"]


def openpyxl_book():
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.workbook.defined_name import DefinedName
    b = openpyxl.Workbook()
    b.properties.creator, b.properties.created, b.properties.modified = "Ada Author", *[datetime.datetime(2020, 1, 1)] * 2
    s = b.active
    s.title = "Staff list"
    s["A1"] = "Staff of the north office"
    s.merge_cells("A1:E1")
    for column, text in enumerate(HEAD, 1):
        s.cell(3, column, text)
    for column, value in enumerate(["Hall", 1234567, 90126, tel(201), BIRTH], 1):
        s.cell(4, column, value)
    s["B4"].number_format, s["C4"].number_format, s["E4"].number_format = "00000000", "00-00-00", "dd/mm/yyyy"
    for column, value in enumerate(["Zoë Ray", "00312345", "08-99-99", tel(202), "1960-01-01"], 1):
        s.cell(5, column, value)
    s["D5"].comment = Comment(f"before: {tel(203)}", "Kim Commenter")
    s.oddHeader.center.text = f"Office {tel(204)}"
    s["G6"].hyperlink = "mailto:staff@example.com"
    h = b.create_sheet("Leavers")
    h["B3"] = tel(205)
    h.sheet_state = "hidden"
    v = b.create_sheet("Config")
    v["A1"] = tel(206)
    v.sheet_state = "veryHidden"
    s.row_dimensions[5].hidden = True
    b.defined_names["HelpDesk"] = DefinedName("HelpDesk", attr_text=f'"{tel(207)}"')
    out = io.BytesIO()
    b.save(out)
    return repacked(out.getvalue(), ())


def xlsxwriter_book():
    import xlsxwriter
    out = io.BytesIO()
    b = xlsxwriter.Workbook(out)
    b.set_properties({"author": "Ada Author", "comments": tel(211), "created": datetime.datetime(2020, 1, 1)})
    b.set_custom_property("Case worker", tel(212))
    s = b.add_worksheet("Pay & more")
    s.write_row(0, 0, ["Name", "NI number", "Payment"])
    s.write(1, 0, "Hall")
    s.write_rich_string(1, 1, "QQ 12 ", b.add_format({"bold": True}), "34 56 C")
    s.write_formula(1, 2, '=CONCATENATE("07700 9","00213")', None, tel(213))
    s.write_formula(2, 2, "=DATE(1951,3,2)", b.add_format({"num_format": "d mmmm yyyy"}), 18689)
    s.write_comment(1, 0, f"call {tel(214)}", {"author": "Kim Commenter"})
    s.insert_textbox(5, 5, f"Box {tel(215)}")
    s.data_validation(8, 0, 8, 0, {"validate": "list", "source": [tel(216), "none"], "input_title": "Pick", "input_message": tel(217)})
    c = b.add_chart({"type": "column"})
    c.add_series({"values": "='Pay & more'!$A$1:$A$2"})
    c.set_title({"name": f"Chart {tel(218)}"})
    s.insert_chart(10, 0, c)
    b.close()
    return repacked(out.getvalue(), ())


def xlsxwriter_plain():
    """Strings inside the cells, dates since 1904."""
    import xlsxwriter
    out = io.BytesIO()
    b = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True, "date_1904": True})
    b.set_properties({"created": datetime.datetime(2020, 1, 1)})
    s = b.add_worksheet()
    s.write_row(0, 0, ["Name", "Telephone", "Born"])
    s.write_row(1, 0, ["Hall", tel(221)])
    s.write_datetime(1, 2, datetime.datetime(1951, 3, 2), b.add_format({"num_format": 14}))
    b.close()
    return repacked(out.getvalue(), ())


def old_excel():
    import xlwt
    b = xlwt.Workbook(encoding="utf-8")
    s = b.add_sheet("Staff list")
    s.write_merge(0, 0, 0, 4, "Staff of the north office")
    date = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    code = xlwt.easyxf(num_format_str="00-00-00")
    account = xlwt.easyxf(num_format_str="00000000")
    for column, text in enumerate(HEAD):
        s.write(2, column, text)
    for column, (value, style) in enumerate([("Hall", None), (1234567, account), (90126, code), (tel(231), None), (BIRTH, date)]):
        s.write(3, column, value, *[style] if style else [])
    s.write(4, 0, "Zoë Ray")
    s.write(4, 1, "00312345")
    s.write(4, 4, xlwt.Formula("DATE(1951;3;2)"), date)
    h = b.add_sheet("Leavers")
    h.write(2, 1, tel(232))
    h.visibility = 1
    out = io.BytesIO()
    b.save(out)
    return out.getvalue()


def sheets():
    table = [("", "01234567", "Staff list!B4", "Account number"), ("", "09-01-26", "Staff list!C4", "Sort code"),
             ("", "1951-03-02", "Staff list!E4", "Born")]
    rest = [("", "00312345", "Staff list!B5", "Account number"), ("", "Zoë Ray", "Staff list!A5", "Name")]
    at = [*table, *rest, ("", "08-99-99", "Staff list!C5", "Sort code"), ("", tel(201), "Staff list!D4", "Telephone"),
          ("", tel(202), "Staff list!D5", "Telephone"), ("", tel(205), "Leavers (hidden sheet)!B3", "-"), READ]
    more = [("", tel(203), "Staff list!D5", "comment"), ("", tel(206), "Config (hidden sheet)!A1", "-"),
            ("", "staff@example.com", "link")]
    page = ("", tel(204), "header or footer of Staff list")
    book = openpyxl_book()
    case("xlsx/openpyxl.xlsx", book, *at, *more, page, ("", tel(207), "defined name", "HelpDesk"),
         ("", "Kim Commenter", "Staff list!D5", "author"), ("", "Ada Author", "property creator", "creator"))
    case("xlsx/xlsxwriter.xlsx", xlsxwriter_book(), ("", "QQ 12 34 56 C", "Pay & more!B2", "NI number"),
         ("", tel(213), "Pay & more!C2", "Payment"), ("", "1951-03-02", "Pay & more!C3", "Payment"),
         ("", tel(214), "Pay & more!A2", "comment"), ("", tel(215), "drawing 1"), ("", tel(218), "chart 1"),
         ("", tel(216), "Pay & more!A9"), ("", tel(217), "Pay & more!A9"),
         ("", tel(211), "property description", "description"), ("", tel(212), "property Case worker", "Case worker"), READ)
    case("xlsx/strings-in-cells.xlsx", xlsxwriter_plain(), ("", tel(221), "Sheet1!B2", "Telephone"),
         ("", "1951-03-02", "Sheet1!C2", "Born"), READ)
    case("xls/xlwt.xls", old_excel(), *table, *rest, ("", tel(231), "Staff list!D4", "Telephone"),
         ("", tel(232), "Leavers (hidden sheet)!B3", "-"), READ)
    case("xls/libreoffice.xls", converted(book, "xlsx", "xls"), *at, *more, page, ("", tel(207), "defined name", "HelpDesk"))
    case("ods/libreoffice.ods", repacked(converted(book, "xlsx", "ods"), ("thumbnail",)), *at, *more, ("", tel(204), "header"))
    case("ods/flat.fods", converted(book, "xlsx", "fods"), *at, *more, ("", tel(204), "header"))
    case("xlsb/pyxlsbwriter.xlsb", binary_book(), ("", tel(241), "Staff!B2", "Telephone"), ("", "1951-03-02", "Staff!C2", "Born"),
         ("", "00312345", "Staff!D2", "Account number"), READ)
    case("ods/odfpy.ods", odfpy_sheet(), ("", tel(251), "Staff!B2", "Telephone"), ("", tel(252), "Staff!B5", "Telephone"),
         ("", "1951-03-02", "Staff!C2", "Born"), ("", tel(253), "Staff!A2"), READ)


def binary_book():
    from pyxlsbwriter import XlsbWriter
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.xlsb")
        with XlsbWriter(path) as w:
            w.add_sheet("Staff")
            w.write_sheet([["Name", "Telephone", "Born", "Account number"], ["Zoë Hall", tel(241), BIRTH, "00312345"]])
        with open(path, "rb") as f:
            return repacked(f.read(), ())


def odfpy_sheet():
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableRow, TableCell
    from odf.text import P
    from odf.office import Annotation
    d = OpenDocumentSpreadsheet()
    t = Table(name="Staff")
    def row(*cells, repeated=None):
        r = TableRow(numberrowsrepeated=repeated) if repeated else TableRow()
        for cell in cells:
            r.addElement(cell)
        t.addElement(r)
    def text(value):
        c = TableCell(valuetype="string")
        c.addElement(P(text=value))
        return c
    row(*map(text, ["Name", "Telephone", "Born"]))
    hall = text("Hall")
    note = Annotation()
    note.addElement(P(text=f"before {tel(253)}"))
    hall.addElement(note)
    born = TableCell(valuetype="date", datevalue="1951-03-02")
    born.addElement(P(text="2 March 1951"))
    row(hall, text(tel(251)), born)
    row(TableCell(), repeated=2)
    row(text("Ray"), text(tel(252)))
    row(TableCell(numbercolumnsrepeated=1024), repeated=1048571)
    d.spreadsheet.addElement(t)
    out = io.BytesIO()
    d.save(out)
    return repacked(out.getvalue(), ())


# ---- slides --------------------------------------------------------------------------------------------------------
def talk(chart=True):
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches
    p = pptx.Presentation()
    for layout in list(p.slide_layouts)[:5] + list(p.slide_layouts)[7:]:
        p.slide_layouts.remove(layout)
    only_title, blank = p.slide_layouts
    box = (Inches(1), Inches(2), Inches(4), Inches(1))
    p.slide_masters[0].shapes._spTree.append(p.slides.add_slide(blank).shapes.add_textbox(*box)._element)
    p.slide_masters[0].shapes[-1].text_frame.text = f"On every page {tel(301)}"
    first = p.slides[0]
    first.shapes.add_textbox(*box).text_frame.text = f"First {tel(302)}"
    second = p.slides.add_slide(only_title)
    second.shapes.title.text = f"Contact {tel(303)}"
    group = second.shapes.add_group_shape()
    group.shapes.add_group_shape().shapes.add_textbox(*box).text_frame.text = f"Grouped {tel(304)}"
    table = second.shapes.add_table(2, 2, *box).table
    for cell, text in zip(table.iter_cells(), ["Name", "Telephone", "Hall", tel(305)]):
        cell.text = text
    second.notes_slide.notes_text_frame.text = f"Say {tel(306)}"
    third = p.slides.add_slide(blank)
    third._element.set("show", "0")
    third.shapes.add_textbox(*box).text_frame.text = f"Hidden {tel(307)}"
    if chart:
        data = CategoryChartData()
        data.categories = [f"Line {tel(308)}", "other"]
        data.add_series("Calls", (3, 4))
        third.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data)
    p.core_properties.author = "Ada Author"
    p.core_properties.last_modified_by = ""
    out = io.BytesIO()
    p.save(out)
    return repacked(out.getvalue(), ("thumbnail", "printerSettings"))


def commented(data):
    """A package with a comment put beside its second slide, which python-pptx cannot write."""
    out, old = io.BytesIO(), zipfile.ZipFile(io.BytesIO(data))
    ns = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.presentationml"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        def put(name, text):
            new.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED, 9)
        for name in old.namelist():
            text = old.read(name)
            if name == "ppt/slides/_rels/slide2.xml.rels":
                text = text.replace(b"</Relationships>", f'<Relationship Id="rId99" Type="{rel}/comments" Target="../comments/comment1.xml"/></Relationships>'.encode())
            if name == "ppt/_rels/presentation.xml.rels":
                text = text.replace(b"</Relationships>", f'<Relationship Id="rId99" Type="{rel}/commentAuthors" Target="commentAuthors.xml"/></Relationships>'.encode())
            if name == "[Content_Types].xml":
                text = text.replace(b"</Types>", (f'<Override PartName="/ppt/comments/comment1.xml" ContentType="{kind}.comments+xml"/>'
                                                  f'<Override PartName="/ppt/commentAuthors.xml" ContentType="{kind}.commentAuthors+xml"/></Types>').encode())
            put(name, text)
        put("ppt/commentAuthors.xml", f'<p:cmAuthorLst {ns}><p:cmAuthor id="0" name="Kim Commenter" initials="KC" lastIdx="1" clrIdx="0"/></p:cmAuthorLst>')
        put("ppt/comments/comment1.xml", f'<p:cmLst {ns}><p:cm authorId="0" dt="2020-01-01T00:00:00.000" idx="1"><p:pos x="10" y="10"/>'
            f'<p:text>ask {tel(309)}</p:text></p:cm></p:cmLst>')
    return out.getvalue()


def slides():
    d = commented(talk())
    at = [("", tel(302), "slide 1", "-"), ("", tel(303), "slide 2", "-"), ("", tel(304), "slide 2"), ("", tel(305), "slide 2", "Telephone"),
          ("", tel(306), "notes of slide 2", "-"), READ]
    case("pptx/talk.pptx", d, *at, ("", tel(301), "slide 2, from its master"), ("", tel(307), "slide 3 (hidden)"), ("", tel(308), "chart 1"), ("", tel(309), "comment on slide 2"),
         ("", "Kim Commenter", "comment on slide 2", "author"), ("", "Ada Author", "property creator", "creator"))
    case("ppt/libreoffice.ppt", repacked_compound(converted(commented(talk(False)), "pptx", "ppt"), ["\x05SummaryInformation"]), *at[:3], ("", tel(305), "slide 2"), *at[4:], ("", tel(301), "slide 2, from its master"), ("", tel(307), "slide 3 (hidden)"),
         ("", tel(309), "comment on slide 2", "comment"))
    odp = converted(d, "pptx", "odp")
    case("odp/libreoffice.odp", repacked(odp, ("thumbnail", "Thumbnail")), *at, ("", tel(301), "master"), ("", tel(307), "slide 3 (hidden)"),
         ("", tel(308), "embedded Object 1"), ("", tel(309), "comment on slide 2"))
    case("odp/odfpy.odp", odfpy_slides(), ("", tel(321), "slide 2"), ("", tel(322), "notes of slide 2"), READ)


def odfpy_slides():
    from odf.draw import Frame, Page, TextBox
    from odf.opendocument import OpenDocumentPresentation
    from odf.presentation import Notes
    from odf.style import MasterPage, PageLayout
    from odf.text import P
    d = OpenDocumentPresentation()
    layout = PageLayout(name="L")
    d.automaticstyles.addElement(layout)
    d.masterstyles.addElement(MasterPage(name="M", pagelayoutname=layout))
    for number, text in enumerate(["Welcome", f"Ring {tel(321)}"], 1):
        page = Page(masterpagename="M", name=f"p{number}")
        frame, box = Frame(width="5cm", height="2cm", x="1cm", y="1cm"), TextBox()
        box.addElement(P(text=text))
        frame.addElement(box)
        page.addElement(frame)
        if number == 2:
            notes, frame, box = Notes(), Frame(width="5cm", height="2cm", x="1cm", y="1cm"), TextBox()
            box.addElement(P(text=f"or {tel(322)}"))
            frame.addElement(box)
            notes.addElement(frame)
            page.addElement(notes)
        d.presentation.addElement(page)
    out = io.BytesIO()
    d.save(out)
    return repacked(out.getvalue(), ())


# ---- pages ---------------------------------------------------------------------------------------------------------
def reportlab_pages(password=None):
    """Two columns, a table, a form, an annotation, an attachment-free outline; three pages."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas
    from reportlab.platypus import Table
    out = io.BytesIO()
    c = canvas.Canvas(out, pagesize=A4, invariant=1, encrypt=password)
    c.setAuthor("Ada Author")
    c.setSubject(f"about {tel(401)}")
    left = [f"{line} and so it was agreed that" for line in ["Minutes of the meeting", "of the board in March", "about the new office", "and its opening hours"]]
    left += ["anyone who cannot come should ring 07700", "900402 before Monday, or else write to the"] + left[1:]
    right = [f"{line} which nobody had foreseen" for line in ["The second column goes", "on with the long list", "of matters arising then"]]
    right += ["and all of it ends with the name of Margaret", f"Okafor, on {tel(403)} as ever since the"] + right
    c.setFont("Helvetica", 9)
    for x, lines in [(72, left), (310, right)]:
        for i, line in enumerate(lines):
            c.drawString(x, 700 - 14 * i, line)
    c.showPage()
    table = Table([["Name", "Telephone", "Born"], ["Hall", tel(404), "1951-03-02"], ["Ray", tel(405), "1960-01-01"]],
                  style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    table.wrapOn(c, 400, 400)
    table.drawOn(c, 72, 600)
    c.saveState()
    c.translate(540, 100)
    c.rotate(90)
    c.drawString(0, 0, f"Turned {tel(406)}")
    c.restoreState()
    c.showPage()
    c.drawString(72, 700, "Mobile:")
    c.acroForm.textfield(name="mobile", tooltip="Mobile number", value=tel(407), x=150, y=690, width=200, height=20)
    c.acroForm.checkbox(name="agrees", tooltip="Agrees", checked=True, x=150, y=650)
    c.textAnnotation(f"Kim says {tel(408)}", (72, 500, 90, 520))
    c.linkURL("mailto:staff@example.com", (72, 400, 200, 420))
    c.bookmarkPage("end")
    c.addOutlineEntry(f"Ask {tel(409)}", "end")
    c.save()
    return out.getvalue()


def pdf():
    case("pdf/reportlab.pdf", reportlab_pages(), ("", tel(402), "page 1"), ("", "Margaret Okafor, on " + tel(403), "page 1"), ("", tel(404), "page 2"),
         ("", tel(405), "page 2"), ("", tel(406), "page 2"), ("", tel(407), "form field mobile", "Mobile number"),
         ("", tel(408), "page 3", "annotation"), ("", tel(409), "bookmark"), ("", "staff@example.com", "page 3", "link"),
         ("", "Ada Author", "property Author", "Author"), ("", tel(401), "property Subject", "Subject"), READ)
    case("pdf/locked.pdf", reportlab_pages("correct horse"), ("", "=", "encrypted: password needed"))
    case("pdf/libreoffice.pdf", converted(letter(), "docx", "pdf"), ("", tel(101), "page 1"), ("", tel(103), "page 1"), ("", tel(109), "page 1"),
         ("", tel(110), "page 2"), ("", tel(113), "page 1"), ("", "Ada Author", "property Author", "Author"), READ)
    # Letters of a page stand from the left; these are read from the right.
    leftwards = """<html><head><meta charset="utf-8"></head><body style="font-family: DejaVu Sans"><p>Staff abroad.</p>
        <p dir="rtl">השם של העובדת: מרגרט אוקפור, טלפון %s</p><p dir="rtl">اسم الموظف: أحمد حسن، هاتف %s</p>
        <p>Her name is written מרגרט (Margaret) here.</p></body></html>""" % (tel(410), tel(411))
    case("pdf/right-to-left.pdf", converted(leftwards.encode(), "html", "pdf", "writer_web_pdf_Export"), ("", "מרגרט אוקפור", "page 2"), ("", tel(410), "page 2"),
         ("", "أحمد حسن", "page 2"), ("", tel(411), "page 2"), ("", "written מרגרט (Margaret) here", "page 2"), READ)


# ---- rich text, books, Outlook -------------------------------------------------------------------------------------
def rtf():
    """By hand, as Word and old word processors of several countries write it."""
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times;}{\f1\fcharset204 Times Cyr;}{\f2\fcharset238 Times CE;}{\f3\fcharset128 MS Mincho;}}"
    body = (r"{\info{\author Ada Author}{\keywords " + tel(501) + r"}}{\*\userprops{\propname Case worker}\proptype30{\staticval " + tel(502) + r"}}"
            r"{\*\generator Msftedit;}{\header\pard Head " + tel(503) + r"\par}"
            r"\pard Zo\'eb Ray, \'a340 {\f1 \'cc\'e8\'f0\'e0} {\f2 Dvo\'f8\'e1k} {\f3 \'93\'fa\'96\'7b} \u321?\u243?d\u378? \uc2\u-10179??\u-8704??\uc1\par "
            r"split {\b 07}{\i 700 900}{\ul 504}\par "
            r"Call {\deleted\revauthdel1 " + tel(505) + r"}{\revised\revauth1 " + tel(506) + r"} now\par "
            r"{\field{\*\fldinst FORMTEXT {\*\formfield{\fftype0{\*\ffname MobileNo}{\*\ffdeftext none}}}}{\fldrslt " + tel(507) + r"}}\par "
            r"{\v hidden " + tel(508) + r"}\par "
            r"\trowd\cellx100\cellx200\intbl Name\cell Telephone\cell\row\trowd\cellx100\cellx200\intbl Hall\cell " + tel(509) + r"\cell\row\pard"
            r" Noted{\super\chftn}{\footnote\pard\plain by " + tel(510) + r"}\par "
            r"{\shp{\*\shpinst\shpleft1{\sp{\sn shapeType}{\sv 202}}{\shptxt\pard boxed " + tel(511) + r"\par}}{\shprslt{\do{\dptxbx{\dptxbxtext\pard boxed again\par}}}}}\par "
            r"{\*\atnid KC}{\*\atnauthor Kim Commenter}\chatn{\*\annotation\pard\plain ask " + tel(512) + r"}\par}")
    at = [("", "Zoë Ray, £40 Мира Dvořák 日本 Łódź 😀", "paragraph 1"), ("", "07700 900504", "paragraph 2"), ("", tel(506), "paragraph 3"),
          ("", tel(505), "paragraph 3, before tracked changes"), ("", tel(507), "paragraph 4", "MobileNo"), ("", tel(508), "paragraph 5"),
          ("", tel(509), "table 1!B2", "Telephone"), ("", tel(510), "note at paragraph 6"), ("", tel(511), "text box at paragraph 7"),
          ("", tel(512), "comment at paragraph 8"), ("", tel(503), "header"), ("", "Ada Author", "property author", "author"),
          ("", tel(501), "property keywords", "keywords"), ("", tel(502), "property Case worker", "Case worker"), READ]
    case("rtf/by-hand.rtf", (head + body).encode("ascii"), *at)
    case("rtf/named-otherwise.doc", (head + body).encode("ascii"), *at)
    case("rtf/libreoffice.rtf", converted(letter(), "docx", "rtf"), ("", tel(101), "paragraph 2"), ("", tel(102), "comment at paragraph 2"),
         ("", tel(103), "table 1!B2", "Telephone"), ("", tel(105), "paragraph 3"), ("", tel(104), "paragraph 3, before tracked changes"),
         ("", tel(107), "paragraph 5"), ("", tel(109), "note at paragraph 7"), ("", tel(111), "header"), ("", tel(112), "footer"), READ)


def msg():
    from msgforge import Message
    m = Message(subject=f"Sick note, born 1951-03-02", html_body=f"<p>Dear all,</p><p>her number is <b>{tel(521)}</b></p>",
                text_body=f"Dear all,\nher number is {tel(521)}\n", to=[("m.okafor@example.com", "Margaret Okafor")],
                cc=[("z.hall@example.org", "Zoë Hall")], sender=("h.ray@example.com", "Hal Ray"), sent=datetime.datetime(2020, 1, 1, 9, 0))
    m.attach_bytes("staff list.csv", f"Name,Telephone\r\nHall,{tel(522)}\r\nRay,{tel(523)}\r\n".encode())
    case("msg/msgforge.msg", m.as_bytes(), ("", "1951-03-02", "header Subject", "Subject"), ("", tel(521), "line 2"),
         ("", "m.okafor@example.com", "header Recipient", "Recipient"), ("", "Zoë Hall", "header Cc", "Cc"),
         ("", "h.ray@example.com", "header From address", "From address"),
         ("staff list.csv", tel(523), "B3", "Telephone"), READ, ("staff list.csv", "=", "read"))


def words_of_others():
    d = letter()
    both = [("", tel(101), "paragraph 2"), ("", tel(103), "table 1!B2", "Telephone"), ("", tel(105), "paragraph 3"),
            ("", tel(104), "paragraph 3, before tracked changes"), ("", tel(107), "paragraph 5", "MobileNo")]
    # LibreOffice leaves out the name of the form field.
    case("doc/libreoffice.doc", converted(d, "docx", "doc"), *both[:-1], ("", tel(107), "paragraph 5"), ("", tel(102), "comments"), ("", tel(106), "paragraph 4"),
         ("", tel(108), "text boxes"), ("", tel(109), "footnotes"), ("", tel(110), "endnotes"), ("", tel(113), "headers and footers"),
         ("", "Ada Author", "property author", "author"), READ)
    open_ = [*both, ("", tel(102), "comment at paragraph 2"), ("", tel(106), "paragraph 4"), ("", tel(108), "text box at paragraph 6"),
             ("", tel(109), "note at paragraph 7"), ("", tel(110), "note at paragraph 7"), ("", tel(111), "header"), ("", tel(112), "footer"),
             ("", "Kim Commenter", "comment", "author"), ("", "Ada Author", "property initial-creator", "initial-creator"), READ]
    case("odt/libreoffice.odt", repacked(converted(d, "docx", "odt"), ("Thumbnail",)), *open_)
    case("odt/flat.fodt", converted(d, "docx", "fodt"), *open_)
    case("odt/odfpy.odt", odfpy_text(), ("", tel(531), "paragraph 2"), ("", tel(532), "note at paragraph 2"), ("", tel(533), "table 1!B2", "Telephone"),
         ("", tel(534), "form field mobile", "Mobile number"), ("", tel(535), "property Case worker", "Case worker"), ("", tel(536), "footer"), READ)
    written = converted(d, "docx", "docx")
    case("docx/libreoffice.docx", repacked(written), ("", tel(101), "paragraph 2"), ("", tel(105), "paragraph 3"), ("", tel(104), "paragraph 3, before tracked changes"),
         ("", tel(107), "paragraph 5", "MobileNo"), ("", tel(108), "text box at paragraph 6"), ("", tel(109), "footnote 2"), ("", tel(102), "comment 0"), READ)
    case("epub/by-hand.epub", book(), ("OEBPS/one.xhtml", tel(541), "line 1"), READ)


def odfpy_text():
    from odf import form
    from odf.meta import UserDefined
    from odf.office import Forms
    from odf.opendocument import OpenDocumentText
    from odf.style import Footer, MasterPage, PageLayout
    from odf.table import Table, TableCell, TableRow
    from odf.text import H, Note, NoteBody, NoteCitation, P
    d = OpenDocumentText()
    d.text.addElement(H(outlinelevel=1, text="A letter"))
    p = P(text=f"Ring {tel(531)}")
    note, body = Note(noteclass="footnote", id="n1"), NoteBody()
    note.addElement(NoteCitation(text="1"))
    body.addElement(P(text=f"or {tel(532)}"))
    note.addElement(body)
    p.addElement(note)
    d.text.addElement(p)
    table = Table(name="T")
    for cells in (["Name", "Telephone"], ["Hall", tel(533)]):
        row = TableRow()
        for text in cells:
            cell = TableCell()
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    d.text.addElement(table)
    forms, f = Forms(), form.Form(name="f")
    f.addElement(form.Text(name="mobile", title="Mobile number", currentvalue=tel(534), id="control1"))
    forms.addElement(f)
    d.text.insertBefore(forms, d.text.firstChild)
    d.meta.addElement(UserDefined(name="Case worker", text=tel(535)))
    layout = PageLayout(name="L")
    d.automaticstyles.addElement(layout)
    master, footer = MasterPage(name="Standard", pagelayoutname=layout), Footer()
    footer.addElement(P(text=f"Foot {tel(536)}"))
    master.addElement(footer)
    d.masterstyles.addElement(master)
    out = io.BytesIO()
    d.save(out)
    return repacked(out.getvalue(), ())


def book():
    out = io.BytesIO()
    page = f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>One</title></head><body><p>Ring {tel(541)}</p></body></html>"
    with zipfile.ZipFile(out, "w") as z:
        for name, text, how in [("mimetype", "application/epub+zip", 0), ("META-INF/container.xml", "<?xml version='1.0'?><container/>", 8), ("OEBPS/one.xhtml", page, 8)]:
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text, how)
    return out.getvalue()


def numbers():
    """A Numbers document with two sheets of rows, by numbers-parser."""
    from case import BORN, MAIL, NINO, NINO2, PHONE
    from datetime import datetime
    from numbers_parser import Document
    document = Document(sheet_name="Starters", table_name="Staff", num_rows=3, num_cols=5)
    table = document.sheets[0].tables[0]
    rows = [["Name", "NI number", "Date of birth", "Account", "Hours"],
            ["Margaret Okafor", NINO, datetime(1951, 3, 2), 12345678, 37.5],
            ["Peter Hall", NINO2, datetime(1960, 1, 1), 31926819, 20]]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            table.write(r, c, value)
    document.add_sheet("Contacts", "Phones", num_rows=2, num_cols=2)
    other = document.sheets[1].tables[0]
    for c, (head, value) in enumerate([("Mail", MAIL), ("Phone", PHONE)]):
        other.write(0, c, head)
        other.write(1, c, value)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.numbers")
        document.save(path)
        with open(path, "rb") as f:
            data = repacked(f.read(), ["preview"])
    staff = "Starters, Staff!"
    case("iwork/numbers-parser.numbers", data, ("", NINO, staff + "B2", "NI number"), ("", NINO2, staff + "B3", "NI number"),
         ("", BORN, staff + "C2", "Date of birth"), ("", "12345678", staff + "D2", "Account"), ("", "37.5", staff + "E2", "Hours"),
         ("", MAIL, "Contacts, Phones!A2", "Mail"), ("", PHONE, "Contacts, Phones!B2", "Phone"), READ)


def metafiles():
    """A drawing with words as a Windows metafile of both kinds, by LibreOffice."""
    lines = "".join(f"<text:p>{text}</text:p>" for text in (f"Telephone {tel(401)}", f"Mobile {tel(402)}"))
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for n, v in
                     [("office", "office"), ("draw", "drawing"), ("text", "text"), ("style", "style")])
    drawing = f"""<?xml version="1.0" encoding="UTF-8"?><office:document {names} office:version="1.2"
        xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:mimetype="application/vnd.oasis.opendocument.graphics">
        <office:body><office:drawing><draw:page draw:name="p1"><draw:frame svg:width="12cm" svg:height="3cm" svg:x="2cm" svg:y="2cm">
        <draw:text-box>{lines}</draw:text-box></draw:frame></draw:page></office:drawing></office:body></office:document>"""
    for kind in "emf", "wmf":
        case(f"metafile/libreoffice.{kind}", converted(drawing.encode(), "fodg", kind),
             ("", tel(401), "drawing"), ("", tel(402), "drawing"), READ)


MAKERS = [numbers, metafiles, words, words_of_others, sheets, slides, pdf, rtf, msg]
if __name__ == "__main__":
    for make in MAKERS:
        if not sys.argv[1:] or make.__name__ in sys.argv[1:]:
            make()
