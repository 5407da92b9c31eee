//! A small grey canvas with a round, soft pen.

/// Distance between two dabs of a line. Further apart the thinnest lines would look like beads.
const SPACING: f32 = 1.1;

/// Grey levels 0 (paper) to 1 (ink), row by row.
pub(super) struct Canvas {
    width: u16,
    height: u16,
    ink: Vec<f32>,
}

impl Canvas {
    /// Blank paper of `width` x `height` pixels; `width` is a multiple of 4, because four pixels share a byte.
    pub(super) fn new(width: u16, height: u16) -> Self {
        debug_assert!(width.is_multiple_of(4));
        Self {
            width,
            height,
            ink: vec![0.0; usize::from(width) * usize::from(height)],
        }
    }

    /// A line of the pen from `from` to `to`, every point of it displaced by `bend`.
    pub(super) fn line(
        &mut self,
        from: (f32, f32),
        to: (f32, f32),
        radius: f32,
        ink: f32,
        bend: impl Fn((f32, f32)) -> (f32, f32),
    ) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = (length(dx, dy) / SPACING).ceil().max(1.0);
        let mut step = 0.0;
        while step <= steps {
            let share = step / steps;
            self.stamp(
                bend((from.0 + dx * share, from.1 + dy * share)),
                radius,
                ink,
            );
            step += 1.0;
        }
    }

    /// One round dab. `ink` above zero darkens what is lighter; zero paints paper over ink.
    pub(super) fn stamp(&mut self, (x, y): (f32, f32), radius: f32, ink: f32) {
        let reach = radius + 1.0;
        for row in span(y - reach, y + reach, self.height) {
            for column in span(x - reach, x + reach, self.width) {
                let distance = length(f32::from(column) - x, f32::from(row) - y);
                let cover = (radius + 0.5 - distance).clamp(0.0, 1.0);
                let at = usize::from(row) * usize::from(self.width) + usize::from(column);
                let pixel = &mut self.ink[at];
                *pixel = if ink > 0.0 {
                    pixel.max(cover * ink)
                } else {
                    pixel.min(1.0 - cover)
                };
            }
        }
    }

    /// The picture as a PNG with 4 grey levels, dark ink on white paper.
    pub(super) fn to_png(&self) -> Vec<u8> {
        let packed: Vec<u8> = self
            .ink
            .chunks_exact(4)
            .map(|four| four.iter().fold(0, |byte, ink| byte << 2 | level(*ink)))
            .collect();
        let mut bytes = Vec::new();
        write(&mut bytes, self.width, self.height, &packed)
            .expect("writing into memory, with sizes that fit, cannot fail");
        bytes
    }
}

fn write(
    into: &mut Vec<u8>,
    width: u16,
    height: u16,
    packed: &[u8],
) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(into, width.into(), height.into());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Two);
    // With two bits a pixel there is little left to compress; it would cost more instructions than the bytes it saves.
    encoder.set_compression(png::Compression::NoCompression);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(packed)?;
    writer.finish()
}

/// 0.0 (paper) to 1.0 (ink) as 3 (white) to 0 (black), rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is within 0.5..=3.5, and cutting it off rounds"
)]
fn level(ink: f32) -> u8 {
    ((1.0 - ink.clamp(0.0, 1.0)) * 3.0 + 0.5) as u8
}

/// Of a vector of a few hundred pixels at most. `hypot` guards against overflows that cannot be here, at ten times the
/// instructions of a square root.
fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// The pixels that lie within `low..=high` and on the canvas.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative and too large values are what the conversion clamps"
)]
fn span(low: f32, high: f32, size: u16) -> std::ops::Range<u16> {
    let start = low.ceil().max(0.0) as u16;
    let end = (high.floor().max(-1.0) + 1.0) as u16;
    start.min(size)..end.min(size)
}
