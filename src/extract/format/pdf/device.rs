//! A drawing device that keeps the glyphs of a page: what they say, where they stand, how large they are.
//!
//! Hayro's interpreter draws on it. Invisible text (the text layer of a scan) counts like any other; text that is filled
//! and then stroked is kept once. Pictures are only measured. When the deadline passes, the device unwinds out of the
//! interpreter: hostile files nest forms so that they never end.

use std::panic::resume_unwind;

use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask,
    font::{Glyph, GlyphRun},
    hayro_cmap::{BfString, WritingMode},
    kurbo::{Affine, BezPath, Point, Rect, Vec2},
};

/// Most glyphs of one page.
const GLYPHS: usize = 2_000_000;

/// Most drawing calls of one page, of any kind.
const CALLS: u64 = 20_000_000;

/// Smallest side, in pixels, of a picture between text that may hold text; and the least share of the page it covers.
const SIDE: f64 = 300.0;
const SHARE: f64 = 0.04;

/// Pictures of a page that are looked at.
const PICTURES: usize = 64;

/// Glyphs over a picture that are its text.
const LAYER: usize = 12;

/// Thrown through the interpreter to end it.
pub struct Enough;

/// One glyph, in the space of the page: points, y upwards.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// Its text in [`Collector::text`].
    pub at: u32,
    /// End of its text.
    pub end: u32,
    /// The origin.
    pub origin: Point,
    /// Direction of writing, of length 1.
    pub along: Vec2,
    /// How far the pen moves, in points.
    pub advance: f64,
    /// Height of the font, in points.
    pub size: f64,
    /// Number of the run it was drawn in.
    pub run: u32,
    /// Its code in the font, when nobody knows what it means.
    pub code: Option<u32>,
}

/// What a page holds.
pub struct Collector<'t> {
    /// Text of the glyphs in drawing order.
    pub text: String,
    /// The glyphs in drawing order.
    pub glyphs: Vec<Placed>,
    /// Glyphs of which nobody knows what they mean.
    pub unknown: u32,
    /// The largest share of the page that a single picture covers, and of all together.
    pub pictured: (f64, f64),
    /// Whether something was left out.
    pub cut: bool,
    /// Where pictures stand that may hold text.
    pictures: Vec<Rect>,
    runs: u32,
    last: Option<(Affine, usize)>,
    area: f64,
    /// Drawing calls so far.
    pub calls: u64,
    late: &'t dyn Fn() -> bool,
}

impl<'t> Collector<'t> {
    /// For a page of this area; `late` tells when to stop.
    pub fn new(area: f64, late: &'t dyn Fn() -> bool) -> Self {
        Collector {
            text: String::new(),
            glyphs: Vec::new(),
            unknown: 0,
            pictured: (0.0, 0.0),
            cut: false,
            pictures: Vec::new(),
            runs: 0,
            last: None,
            area: area.max(1.0),
            calls: 0,
            late,
        }
    }

    /// Whether a picture may hold text that no glyph stands for: the text layer of a scan lies over its picture.
    pub fn illustrated(&self) -> bool {
        self.pictures.iter().any(|frame| {
            let over = self.glyphs.iter().filter(|g| frame.contains(g.origin));
            over.take(LAYER).count() < LAYER
        })
    }

    fn tick(&mut self) {
        self.calls += 1;
        if (self.calls.is_multiple_of(256) && (self.late)()) || self.calls > CALLS {
            self.cut = true;
            resume_unwind(Box::new(Enough));
        }
    }

    fn put(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\u{fb00}' => self.text.push_str("ff"),
                '\u{fb01}' => self.text.push_str("fi"),
                '\u{fb02}' => self.text.push_str("fl"),
                '\u{fb03}' => self.text.push_str("ffi"),
                '\u{fb04}' => self.text.push_str("ffl"),
                '\u{fb05}' | '\u{fb06}' => self.text.push_str("st"),
                '\u{a0}' | '\t' | '\n' | '\r' => self.text.push(' '),
                c if c.is_control() => {}
                // Private characters mean something in their font only.
                '\u{e000}'..='\u{f8ff}' | '\u{fffd}' => {
                    self.unknown += 1;
                    self.text.push('\u{fffd}');
                }
                c => self.text.push(c),
            }
        }
    }
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.tick();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.tick();
    }

    fn push_clip_rect(&mut self, _: &Rect) {
        self.tick();
    }

    fn draw_rect(&mut self, _: &Rect, _: DrawProps<'a>, _: &DrawMode) {
        self.tick();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.tick();
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.tick();
        let Some(first) = run.glyphs().first() else {
            return;
        };
        let key = (props.transform * first.transform(), run.glyphs().len());
        if matches!(mode, DrawMode::Stroke(_)) && self.last == Some(key) {
            return;
        }
        self.last = Some(key);
        self.runs += 1;
        let vertical = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            if self.glyphs.len() >= GLYPHS {
                self.cut = true;
                return;
            }
            let transform = props.transform * glyph.transform();
            let [a, b, c, d, x, y] = transform.as_coeffs();
            if !(a + b + c + d + x + y).is_finite() {
                continue;
            }
            let (width, height) = (
                Vec2::new(a, b).hypot() * 1000.0,
                Vec2::new(c, d).hypot() * 1000.0,
            );
            let along = if vertical {
                Vec2::new(-c, -d)
            } else {
                Vec2::new(a, b)
            };
            let length = along.hypot();
            if length == 0.0 {
                continue;
            }
            let advance = if vertical {
                height
            } else {
                let units = match &**glyph {
                    Glyph::Outline(outline) => outline.advance_width(),
                    Glyph::Type3(shape) => shape.advance_width(),
                };
                f64::from(units.unwrap_or(500.0)) / 1000.0 * width
            };
            let at = self.text.len() as u32;
            let mut code = None;
            match glyph.as_unicode() {
                Some(BfString::Char(c)) => self.put(c.encode_utf8(&mut [0; 4])),
                Some(BfString::String(s)) => self.put(&s),
                None => {
                    self.unknown += 1;
                    self.text.push('\u{fffd}');
                    code = Some(glyph.char_code());
                }
            }
            self.glyphs.push(Placed {
                at,
                end: self.text.len() as u32,
                origin: Point::new(x, y),
                along: along / length,
                advance,
                size: height.clamp(0.1, 2000.0),
                run: self.runs,
                code,
            });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.tick();
        // A picture is drawn in a unit square; hayro scales by its pixels.
        let [a, b, c, d, ..] = props.transform.as_coeffs();
        let pixels = f64::from(image.width()) * f64::from(image.height());
        let area = (a * d - b * c).abs() * pixels;
        let share = (area / self.area).min(1.0);
        self.pictured.0 = self.pictured.0.max(share);
        self.pictured.1 += share;
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        if width >= SIDE && height >= SIDE && share >= SHARE && self.pictures.len() < PICTURES {
            let frame = Rect::new(0.0, 0.0, width, height);
            self.pictures
                .push(props.transform.transform_rect_bbox(frame));
        }
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
