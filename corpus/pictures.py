#!/usr/bin/env python3
"""Makes `tests/files/ocr/`: pictures of text and PDF pages that are pictures, for `tests/ocr.rs`.

Run from the top of the repository: `python3 corpus/pictures.py`. Needs Pillow, reportlab and the font DejaVu Sans. All
values are invented or reserved for examples.
"""

import io, os, random
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "files", "ocr")
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 28)
os.makedirs(HERE, exist_ok=True)


def page(*rows):
    """A page at 150 to the inch; a row is a text, or a name and a value far apart."""
    image = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(image)
    for n, row in enumerate(rows):
        for x, text in zip((110, 620), row if isinstance(row, tuple) else (row,)):
            pen.text((x, 120 + 64 * n), text, font=FONT, fill=0)
    return image


def at(name):
    return os.path.join(HERE, name)


form = page(
    "NEW STARTER FORM",
    ("Surname:", "Okafor"),
    ("Forenames:", "Margaret Ann"),
    ("Date of birth:", "02/03/1951"),
    ("NHS number:", "943 476 5919"),
    "",
    "Mrs Okafor was told that she would be called on 07700 900123.",
)
letter = page("Dear Sir or Madam,", "", "The NHS number of my brother Nigel Purvis", "is 999 012 3458, and he lives in York.")
small = dict(optimize=True, dpi=(150, 150))
form.convert("1").save(at("form.png"), **small)
# A scan that lies on its side, grey, grainy and a little askew.
random.seed(7)
askew = form.rotate(1.2, fillcolor=255).filter(ImageFilter.GaussianBlur(0.6))
grain = Image.effect_noise(askew.size, 24)
Image.blend(askew, grain, 0.12).rotate(90, expand=True).save(at("sideways.jpg"), quality=55, dpi=(150, 150))
form.convert("1").save(at("two.tif"), save_all=True, append_images=[letter.convert("1")], compression="group4")
form.convert("1").save(at("form.gif"))
form.convert("1").resize((620, 877)).save(at("form.bmp"))
form.save(at("form.webp"), lossless=True)
# Nothing to read: a picture of noise.
Image.effect_noise((250, 200), 90).resize((500, 400)).save(at("noise.jpg"), quality=40)


def pdf(name, *draws):
    out = canvas.Canvas(at(name), pagesize=A4, invariant=1)
    for draw in draws:
        draw(out)
        out.showPage()
    out.save()


def picture(image, x=0, y=0, w=A4[0], h=A4[1]):
    data = io.BytesIO()
    image.convert("1").save(data, "PNG")
    return lambda out: out.drawImage(ImageReader(data), x, y, w, h)


def text(*lines, hidden=False):
    def draw(out):
        box = out.beginText(60, 790)
        box.setTextRenderMode(3 if hidden else 0)
        for line in lines:
            box.textLine(line)
        out.drawText(box)
    return draw


def both(*draws):
    return lambda out: [draw(out) for draw in draws]


prose = text("Minutes of the meeting of the allotment committee, with the letter that it was about.")
pdf("scan.pdf", picture(form), picture(letter))
pdf("mixed.pdf", prose, both(prose, picture(letter, 80, 60, 430, 610)))
# A scan that was made searchable: its text lies under the picture, invisible.
pdf("searchable.pdf", both(picture(form), text("NEW STARTER FORM", "Surname: Okafor", "Forenames: Margaret Ann", hidden=True)))
