//! The shapes of the captcha's characters: strokes on a grid 8 wide and 12 high, y downwards.
//!
//! Strokes instead of bitmaps, because a stroke can be turned, sheared and bent without becoming
//! a staircase, and a few dozen numbers per character are all there is to store.

/// One continuous line of the pen: grid points (x, y), x in 0..=8, y in 0..=12.
pub(super) type Stroke = &'static [(u8, u8)];

/// Grid width and height of every shape.
pub(super) const GRID: (f32, f32) = (8.0, 12.0);

/// The characters in use. People cannot tell 0 from O, 1 from I, 2 from Z, 5 from S, 8 from B or
/// Q and D from O once they are bent, so none of those is here.
pub(super) const ALPHABET: &[u8; 22] = b"acefhjklmnprtuvwxy3479";

/// The strokes of a character of [`ALPHABET`]; of any other character: none.
pub(super) fn strokes(character: u8) -> &'static [Stroke] {
    match character.to_ascii_lowercase() {
        b'a' => &[&[(0, 12), (4, 0), (8, 12)], &[(2, 8), (6, 8)]],
        b'c' => &[&[
            (8, 2),
            (6, 0),
            (3, 0),
            (1, 2),
            (0, 5),
            (0, 7),
            (1, 10),
            (3, 12),
            (6, 12),
            (8, 10),
        ]],
        b'e' => &[&[(8, 0), (0, 0), (0, 12), (8, 12)], &[(0, 6), (6, 6)]],
        b'f' => &[&[(8, 0), (0, 0), (0, 12)], &[(0, 6), (6, 6)]],
        b'h' => &[&[(0, 0), (0, 12)], &[(8, 0), (8, 12)], &[(0, 6), (8, 6)]],
        b'j' => &[
            &[(7, 0), (7, 9), (6, 11), (4, 12), (2, 11), (1, 9)],
            &[(4, 0), (8, 0)],
        ],
        b'k' => &[&[(0, 0), (0, 12)], &[(8, 0), (0, 7)], &[(3, 5), (8, 12)]],
        b'l' => &[&[(1, 0), (1, 12), (8, 12)]],
        b'm' => &[&[(0, 12), (0, 0), (4, 7), (8, 0), (8, 12)]],
        b'n' => &[&[(0, 12), (0, 0), (8, 12), (8, 0)]],
        b'p' => &[&[
            (0, 12),
            (0, 0),
            (5, 0),
            (7, 1),
            (8, 3),
            (7, 5),
            (5, 6),
            (0, 6),
        ]],
        b'r' => &[
            &[
                (0, 12),
                (0, 0),
                (5, 0),
                (7, 1),
                (8, 3),
                (7, 5),
                (5, 6),
                (0, 6),
            ],
            &[(4, 6), (8, 12)],
        ],
        b't' => &[&[(0, 0), (8, 0)], &[(4, 0), (4, 12)]],
        b'u' => &[&[
            (0, 0),
            (0, 8),
            (1, 11),
            (3, 12),
            (5, 12),
            (7, 11),
            (8, 8),
            (8, 0),
        ]],
        b'v' => &[&[(0, 0), (4, 12), (8, 0)]],
        b'w' => &[&[(0, 0), (2, 12), (4, 4), (6, 12), (8, 0)]],
        b'x' => &[&[(0, 0), (8, 12)], &[(8, 0), (0, 12)]],
        b'y' => &[&[(0, 0), (4, 6), (8, 0)], &[(4, 6), (4, 12)]],
        b'3' => &[&[
            (0, 1),
            (2, 0),
            (6, 0),
            (8, 2),
            (7, 5),
            (4, 6),
            (7, 7),
            (8, 10),
            (6, 12),
            (2, 12),
            (0, 11),
        ]],
        b'4' => &[&[(6, 12), (6, 0), (0, 8), (8, 8)]],
        b'7' => &[&[(0, 0), (8, 0), (3, 12)]],
        b'9' => &[&[
            (8, 3),
            (7, 6),
            (4, 7),
            (1, 6),
            (0, 3),
            (1, 1),
            (4, 0),
            (7, 1),
            (8, 3),
            (8, 7),
            (6, 11),
            (2, 12),
        ]],
        _ => &[],
    }
}
