//! Messages as strangers might encode them: types that are nearly the expected ones, values that fit them, and damage.

use candid::types::internal::{TypeId, find_type};
use candid::types::{Type, TypeInner};

/// A type of a sender.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// By its code.
    Primitive(u8),
    Opt(Box<Shape>),
    Vec(Box<Shape>),
    Record(Vec<(u32, Shape)>),
    Variant(Vec<(u32, Shape)>),
    /// The composite type so many levels above: 0 is the one that it stands in.
    Above(usize),
}

/// Decisions, taken from bytes so that a failure can be made smaller; all zero when they are used up.
pub(crate) struct Dice<'a> {
    bytes: &'a [u8],
    /// How many values may still be written.
    values: u8,
}

impl<'a> Dice<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, values: 250 }
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u8) -> u8 {
        self.byte() % sides
    }

    /// True once in so many times; never any more when the bytes are used up.
    fn once_in(&mut self, times: u8) -> bool {
        self.roll(times) == times - 1
    }
}

const PRIMITIVES: [u8; 18] = [
    0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x7a, 0x79, 0x78, 0x77, 0x76, 0x75, 0x74, 0x73, 0x72, 0x71, 0x70,
    0x6f, 0x68,
];

/// The type as we have it.
pub(crate) fn ours(of: &Type) -> Shape {
    shape(of, &mut Vec::new())
}

fn shape(of: &Type, above: &mut Vec<Option<TypeId>>) -> Shape {
    let (named, of) = match of.as_ref() {
        TypeInner::Knot(id) => {
            let levels = above.iter().rev();
            let found = levels.enumerate().find(|(_, one)| one.as_ref() == Some(id));
            if let Some((level, _)) = found {
                return Shape::Above(level);
            }
            (Some(id.clone()), find_type(id).expect("a type of ours"))
        }
        _ => (None, of.clone()),
    };
    above.push(named);
    let mut one = |of: &Type| Box::new(shape(of, above));
    let shape = match of.as_ref() {
        TypeInner::Opt(inner) => Shape::Opt(one(inner)),
        TypeInner::Vec(inner) => Shape::Vec(one(inner)),
        TypeInner::Record(fields) | TypeInner::Variant(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|field| (field.id.get_id(), *one(&field.ty)));
            match of.as_ref() {
                TypeInner::Record(_) => Shape::Record(fields.collect()),
                _ => Shape::Variant(fields.collect()),
            }
        }
        TypeInner::Null => Shape::Primitive(0x7f),
        TypeInner::Bool => Shape::Primitive(0x7e),
        TypeInner::Nat => Shape::Primitive(0x7d),
        TypeInner::Int => Shape::Primitive(0x7c),
        TypeInner::Nat16 => Shape::Primitive(0x7a),
        TypeInner::Nat32 => Shape::Primitive(0x79),
        TypeInner::Nat8 => Shape::Primitive(0x7b),
        TypeInner::Nat64 => Shape::Primitive(0x78),
        TypeInner::Text => Shape::Primitive(0x71),
        TypeInner::Principal => Shape::Primitive(0x68),
        other => panic!("{other:?} is in no argument"),
    };
    above.pop();
    shape
}

/// A type near this one: the same most of the time.
fn near(shape: &Shape, dice: &mut Dice<'_>) -> Shape {
    if dice.once_in(60) {
        return any(dice, 0);
    }
    if dice.once_in(40) {
        return Shape::Opt(Box::new(near(shape, dice)));
    }
    match shape {
        Shape::Primitive(_) | Shape::Above(_) => shape.clone(),
        Shape::Opt(inner) => match dice.roll(16) {
            15 => near(inner, dice),
            14 => Shape::Primitive(0x7f),
            13 => Shape::Primitive(0x70),
            _ => Shape::Opt(Box::new(near(inner, dice))),
        },
        Shape::Vec(inner) => Shape::Vec(Box::new(near(inner, dice))),
        Shape::Record(fields) => Shape::Record(near_fields(fields, dice)),
        Shape::Variant(tags) => Shape::Variant(near_fields(tags, dice)),
    }
}

fn near_fields(fields: &[(u32, Shape)], dice: &mut Dice<'_>) -> Vec<(u32, Shape)> {
    let mut near_ones = Vec::new();
    for (id, of) in fields {
        let is_optional = matches!(of, Shape::Opt(_));
        if !dice.once_in(if is_optional { 4 } else { 80 }) {
            near_ones.push((*id, near(of, dice)));
        }
    }
    while dice.once_in(5) {
        let id = u32::from_le_bytes([(); 4].map(|()| dice.byte()));
        near_ones.push((id, any(dice, 0)));
    }
    // Out of order once in a while.
    if !dice.once_in(100) {
        near_ones.sort_by_key(|(id, _)| *id);
        near_ones.dedup_by_key(|(id, _)| *id);
    }
    near_ones
}

fn any(dice: &mut Dice<'_>, depth: u8) -> Shape {
    let inner = |dice: &mut Dice<'_>| Box::new(any(dice, depth + 1));
    match dice.roll(12) {
        8 if depth < 4 => Shape::Opt(inner(dice)),
        9 if depth < 4 => Shape::Vec(inner(dice)),
        composite @ (10 | 11) if depth < 4 => {
            let first = u32::from(dice.byte());
            let count = u32::from(dice.roll(4));
            let fields = (0..count).map(|at| (first + at, any(dice, depth + 1)));
            let fields = fields.collect();
            match composite {
                10 => Shape::Record(fields),
                _ => Shape::Variant(fields),
            }
        }
        7 => Shape::Above(usize::from(dice.roll(3))),
        _ => Shape::Primitive(PRIMITIVES[usize::from(dice.roll(18))]),
    }
}

/// A message with arguments of nearly these types, not damaged.
pub(crate) fn message(arguments: &[Shape], dice: &mut Dice<'_>) -> Vec<u8> {
    let mut sent: Vec<Shape> = arguments.iter().map(|shape| near(shape, dice)).collect();
    match dice.roll(30) {
        29 => sent.push(any(dice, 0)),
        28 => {
            sent.pop();
        }
        _ => {}
    }
    encoded(&sent, dice)
}

/// A message with arguments of exactly these types.
pub(crate) fn encoded(sent: &[Shape], dice: &mut Dice<'_>) -> Vec<u8> {
    let mut table = Vec::new();
    let mut of = Vec::new();
    for shape in sent {
        place(shape, &mut Vec::new(), &mut table, &mut of, dice);
    }
    let mut message = b"DIDL".to_vec();
    leb128(table.len() as u64, &mut message, dice);
    message.extend(table.concat());
    leb128(sent.len() as u64, &mut message, dice);
    message.extend(of);
    for shape in sent {
        value(shape, &[], &mut message, dice);
    }
    message
}

/// Writes the type's code or place to `to`, and a composite one into the table.
fn place(
    shape: &Shape,
    above: &mut Vec<usize>,
    table: &mut Vec<Vec<u8>>,
    to: &mut Vec<u8>,
    dice: &mut Dice<'_>,
) {
    let (code, fields): (u8, &[(u32, Shape)]) = match shape {
        Shape::Primitive(code) => return to.push(*code),
        Shape::Above(level) => {
            // Beyond the outermost one there is nothing: a place that is not in the table, or null.
            let at = above.iter().rev().nth(*level);
            return signed_leb128(at.copied().unwrap_or(table.len()), to);
        }
        Shape::Opt(_) => (0x6e, &[]),
        Shape::Vec(_) => (0x6d, &[]),
        Shape::Record(fields) => (0x6c, fields),
        Shape::Variant(tags) => (0x6b, tags),
    };
    let at = table.len();
    table.push(Vec::new());
    above.push(at);
    let mut entry = vec![code];
    match shape {
        Shape::Opt(inner) | Shape::Vec(inner) => place(inner, above, table, &mut entry, dice),
        _ => {
            leb128(fields.len() as u64, &mut entry, dice);
            for (id, of) in fields {
                leb128(u64::from(*id), &mut entry, dice);
                place(of, above, table, &mut entry, dice);
            }
        }
    }
    above.pop();
    table[at] = entry;
    signed_leb128(at, to);
}

/// A value of this type; of types without a value, as much of one as there is.
fn value<'a>(shape: &'a Shape, above: &[&'a Shape], to: &mut Vec<u8>, dice: &mut Dice<'_>) {
    let Some(left) = dice.values.checked_sub(1) else {
        return;
    };
    dice.values = left;
    if let Shape::Above(level) = shape {
        if let Some(at) = above.len().checked_sub(level + 1) {
            value(above[at], &above[..at], to, dice);
        }
        return;
    }
    let inside = &[above, &[shape]].concat();
    match shape {
        Shape::Primitive(code) => primitive(*code, to, dice),
        Shape::Opt(inner) => {
            let is_some = dice.roll(3) > 0;
            to.push(u8::from(is_some));
            if is_some {
                value(inner, inside, to, dice);
            }
        }
        Shape::Vec(inner) => {
            let is_blob = matches!(**inner, Shape::Primitive(0x7b));
            let count = match (is_blob, dice.roll(3)) {
                (true, 2) => 32,
                (true, _) => dice.roll(200),
                (false, _) => dice.roll(4),
            };
            leb128(u64::from(count), to, dice);
            for _ in 0..count {
                value(inner, inside, to, dice);
            }
        }
        Shape::Record(fields) => {
            for (_, field) in fields {
                value(field, inside, to, dice);
            }
        }
        Shape::Variant(tags) => {
            let Some(last) = u8::try_from(tags.len()).expect("few").checked_sub(1) else {
                return;
            };
            let tag = dice.roll(last + 1);
            leb128(u64::from(tag), to, dice);
            value(&tags[usize::from(tag)].1, inside, to, dice);
        }
        Shape::Above(_) => {}
    }
}

fn primitive(code: u8, to: &mut Vec<u8>, dice: &mut Dice<'_>) {
    let fixed = match code {
        0x7e => return to.push(dice.roll(2)),
        0x7d | 0x7c => return leb128(u64::from(dice.byte()) << dice.roll(40), to, dice),
        0x7b | 0x77 => 1,
        0x7a | 0x76 => 2,
        0x79 | 0x75 | 0x73 => 4,
        0x78 | 0x74 | 0x72 => 8,
        0x71 => {
            const TEXTS: [&str; 4] = ["", "text", "größer", "https://identity.example"];
            let text = TEXTS[usize::from(dice.roll(4))];
            leb128(text.len() as u64, to, dice);
            return to.extend(text.bytes());
        }
        0x68 => {
            let length = dice.roll(30);
            to.push(1);
            leb128(u64::from(length), to, dice);
            usize::from(length)
        }
        _ => 0,
    };
    to.extend((0..fixed).map(|_| dice.byte()));
}

/// LEB128, longer than necessary once in a while.
fn leb128(number: u64, to: &mut Vec<u8>, dice: &mut Dice<'_>) {
    let mut rest = number;
    while rest > 0x7f {
        to.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    let last = rest.to_le_bytes()[0];
    match dice.roll(200) {
        199 => to.extend([last | 0x80, 0]),
        198 => to.extend([last | 0x80, 0x80, 0x80, 0x80, 0]),
        _ => to.push(last),
    }
}

fn signed_leb128(place: usize, to: &mut Vec<u8>) {
    let mut rest = place;
    while rest > 0x3f {
        to.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    to.push(rest.to_le_bytes()[0]);
}

/// Four billion, the largest length of 32 bits.
pub(crate) const HUGE: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x0f];

/// Something happens to the message on its way.
pub(crate) fn damage(message: &mut Vec<u8>, dice: &mut Dice<'_>) {
    if message.is_empty() {
        return;
    }
    let place = u16::from_le_bytes([dice.byte(), dice.byte()]);
    let place = usize::from(place) % message.len();
    match dice.roll(8) {
        1 => message.truncate(place),
        2 => message[place] ^= 1 << dice.roll(8),
        3 => message.insert(place, dice.byte()),
        4 => message[place] = [0xff, 0x80, 0x7f, 0, 1, 0x40][usize::from(dice.roll(6))],
        5 => message.push(dice.byte()),
        6 => {
            message.remove(place);
        }
        7 => {
            message.splice(place..=place, HUGE);
        }
        _ => {}
    }
}
