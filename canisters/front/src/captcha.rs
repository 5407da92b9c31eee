//! The captcha's picture: five characters drawn with a bent pen, under noise, as a PNG.
//!
//! Pure: the same generator state and text give the same bytes. The drawing draws every choice
//! (turn, shear, wave, noise) from the generator it is given, so whoever cannot guess the
//! generator's seed cannot render the candidates and compare.

mod canvas;
mod glyphs;

use self::canvas::Canvas;
use rand_chacha::{ChaCha20Rng, rand_core::Rng};
use std::f32::consts::TAU;

/// Characters in one picture: 22^5 = 5.2 million possible solutions.
pub(crate) const LENGTH: usize = 5;

const WIDTH: u16 = 192;
const HEIGHT: u16 = 64;
/// Distance between the centres of two neighbouring characters, and of the first from the edge.
const STEP: f32 = 36.0;
const MARGIN: f32 = 24.0;

/// Draws a solution: [`LENGTH`] characters of the alphabet, lower case, evenly distributed.
pub(crate) fn solution(rng: &mut ChaCha20Rng) -> String {
    (0..LENGTH)
        .map(|_| char::from(glyphs::ALPHABET[below(rng, glyphs::ALPHABET.len())]))
        .collect()
}

/// Draws `text` and encodes the picture as a PNG (192 x 64, 4 grey levels, 3.2 kB).
/// Characters outside the alphabet leave a gap.
pub(crate) fn draw(rng: &mut ChaCha20Rng, text: &str) -> Vec<u8> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let wave = Wave::draw(rng);
    let mut x = MARGIN;
    for character in text.bytes().take(LENGTH) {
        draw_character(&mut canvas, rng, &wave, character, x);
        x += STEP;
    }
    draw_noise(&mut canvas, rng);
    canvas.to_png()
}

/// A smooth displacement of the whole plane, so that neighbouring characters bend together.
struct Wave {
    amplitude: (f32, f32),
    frequency: (f32, f32),
    phase: (f32, f32),
}

impl Wave {
    fn draw(rng: &mut ChaCha20Rng) -> Self {
        Self {
            amplitude: (between(rng, 1.5, 3.0), between(rng, 2.0, 4.0)),
            frequency: (
                TAU / between(rng, 34.0, 60.0),
                TAU / between(rng, 60.0, 110.0),
            ),
            phase: (between(rng, 0.0, TAU), between(rng, 0.0, TAU)),
        }
    }

    fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (
            x + self.amplitude.0 * (y * self.frequency.0 + self.phase.0).sin(),
            y + self.amplitude.1 * (x * self.frequency.1 + self.phase.1).sin(),
        )
    }
}

/// One character, turned, sheared and scaled around its own centre, then bent by the wave.
fn draw_character(
    canvas: &mut Canvas,
    rng: &mut ChaCha20Rng,
    wave: &Wave,
    character: u8,
    centre_x: f32,
) {
    let centre = (
        centre_x + between(rng, -3.0, 3.0),
        f32::from(HEIGHT) / 2.0 + between(rng, -4.0, 4.0),
    );
    let (sin, cos) = between(rng, -0.3, 0.3).sin_cos();
    let shear = between(rng, -0.22, 0.22);
    let scale = (between(rng, 2.5, 3.1), between(rng, 2.5, 3.1));
    let radius = between(rng, 1.2, 1.9);
    let place = |(column, row): (u8, u8)| {
        let y = (f32::from(row) - glyphs::GRID.1 / 2.0) * scale.1;
        let x = (f32::from(column) - glyphs::GRID.0 / 2.0) * scale.0 + shear * y;
        (centre.0 + x * cos - y * sin, centre.1 + x * sin + y * cos)
    };
    for stroke in glyphs::strokes(character) {
        for ends in stroke.windows(2) {
            let (from, to) = (place(ends[0]), place(ends[1]));
            canvas.line(from, to, radius, 1.0, |point| wave.apply(point));
        }
    }
}

/// Lines that look like strokes, gaps cut through the strokes, and speckles.
fn draw_noise(canvas: &mut Canvas, rng: &mut ChaCha20Rng) {
    for line in 0..5 {
        // Odd lines paint paper over ink: a break in a stroke defeats following its outline.
        let ink = if line % 2 == 0 { 0.85 } else { 0.0 };
        let radius = if line % 2 == 0 {
            between(rng, 0.7, 1.1)
        } else {
            between(rng, 0.5, 0.8)
        };
        let from = (0.0, between(rng, 8.0, f32::from(HEIGHT) - 8.0));
        let to = (f32::from(WIDTH), between(rng, 8.0, f32::from(HEIGHT) - 8.0));
        let wave = Wave::draw(rng);
        canvas.line(from, to, radius, ink, |point| wave.apply(point));
    }
    for _ in 0..90 {
        let point = (
            between(rng, 0.0, f32::from(WIDTH)),
            between(rng, 0.0, f32::from(HEIGHT)),
        );
        let (radius, ink) = (between(rng, 0.4, 1.2), between(rng, 0.3, 0.9));
        canvas.stamp(point, radius, ink);
    }
}

/// A number in `0..bound`, without the bias of a remainder.
fn below(rng: &mut ChaCha20Rng, bound: usize) -> usize {
    // Multiply-shift keeps the bias below bound / 2^32: less than one in a hundred million here.
    let wide = u64::from(rng.next_u32()) * bound as u64;
    usize::try_from(wide >> 32).unwrap_or(0)
}

/// A number in `low..high`, in 65,536 steps.
fn between(rng: &mut ChaCha20Rng, low: f32, high: f32) -> f32 {
    let step = u16::try_from(rng.next_u32() >> 16).unwrap_or(0);
    low + (high - low) * f32::from(step) / 65_536.0
}

#[cfg(test)]
mod tests;
