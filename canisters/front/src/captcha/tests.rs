use super::*;
use rand_chacha::rand_core::SeedableRng;
use std::collections::HashSet;

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// Decodes a picture into one grey value (0 black, 3 white) per pixel.
fn pixels(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .expect("a valid PNG");
    assert_eq!((reader.info().width, reader.info().height), (192, 64));
    let mut packed = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut packed).expect("one frame");
    packed
        .iter()
        .flat_map(|byte| [byte >> 6, byte >> 4 & 3, byte >> 2 & 3, byte & 3])
        .collect()
}

#[test]
fn the_same_generator_and_text_draw_the_same_picture() {
    assert_eq!(draw(&mut rng(1), "haxuf"), draw(&mut rng(1), "haxuf"));
    assert_ne!(draw(&mut rng(1), "haxuf"), draw(&mut rng(2), "haxuf"));
    assert_ne!(draw(&mut rng(1), "haxuf"), draw(&mut rng(1), "haxue"));
}

#[test]
fn a_picture_is_a_small_png_with_ink_on_paper() {
    for seed in 0..20 {
        let mut rng = rng(seed);
        let text = solution(&mut rng);
        let png = draw(&mut rng, &text);
        assert!(png.len() < 3_300, "{} bytes", png.len());
        let pixels = pixels(&png);
        let dark = pixels.iter().filter(|grey| **grey < 2).count();
        assert!(
            (800..6_000).contains(&dark),
            "{dark} dark pixels for {text}"
        );
    }
}

/// Each character leaves more ink in its own part of the picture than a gap does.
#[test]
fn every_character_of_the_alphabet_is_drawn() {
    let ink = |text: &str| -> usize {
        let grey = pixels(&draw(&mut rng(7), text));
        grey.iter().filter(|grey| **grey < 2).count()
    };
    let noise_alone = ink("     ");
    for character in glyphs::ALPHABET {
        let text = String::from_utf8(vec![*character; 1]).expect("ASCII");
        let ink = ink(&text) - noise_alone;
        assert!(ink > 50, "{ink} pixels of {text} are visible");
    }
}

#[test]
fn no_two_characters_share_a_shape() {
    let shapes: HashSet<_> = glyphs::ALPHABET
        .iter()
        .map(|c| glyphs::strokes(*c))
        .collect();
    assert_eq!(shapes.len(), glyphs::ALPHABET.len());
}

#[test]
fn solutions_use_the_whole_alphabet_and_nothing_else() {
    let mut rng = rng(3);
    let mut seen = HashSet::new();
    for _ in 0..400 {
        let solution = solution(&mut rng);
        assert_eq!(solution.len(), LENGTH);
        seen.extend(solution.bytes());
    }
    let alphabet: HashSet<u8> = glyphs::ALPHABET.iter().copied().collect();
    assert_eq!(seen, alphabet);
}
