//! The table that a run prints.

use crate::results::{Measured, Results};
use crate::targets;

/// A rise above so many percent is reported.
const TOLERATED_PERCENT: u64 = 2;

/// Prints the table; answers whether something got worse.
pub(crate) fn print(measured: &[Measured], committed: &Results) -> bool {
    println!(
        "{:<36}{:>10}{:>13}{:>13}{:>9}{:>15}{:>13}{:>13}  by canister",
        "case", "size", "median", "worst", "change", "original", "sound", "aim"
    );
    let mut worse = false;
    for row in measured {
        let before = committed.of(row).map(Measured::value);
        let is_worse =
            before.is_some_and(|before| row.value() * 100 > before * (100 + TOLERATED_PERCENT));
        worse |= is_worse;
        let target = targets::of(&row.case);
        let parts: Vec<String> = row
            .canisters
            .iter()
            .map(|(name, part)| format!("{name} {}", grouped(*part)))
            .collect();
        println!(
            "{:<36}{:>10}{:>13}{:>13}{:>9}{:>15}{:>13}{:>13}  {}",
            row.case,
            optional(row.anchors.or(row.blocks)),
            grouped(row.value()),
            optional(row.worst),
            change(before, row.value()) + if is_worse { " !" } else { "" },
            optional(target.and_then(|target| target.original)),
            optional(target.map(|target| target.sound)),
            optional(target.map(|target| target.aim)),
            parts.join(", ")
        );
    }
    worse
}

/// The change in tenths of a percent, in words.
fn change(before: Option<u64>, now: u64) -> String {
    let Some(before) = before.filter(|before| *before > 0) else {
        return "new".to_owned();
    };
    let tenths = (i128::from(now) - i128::from(before)) * 1_000 / i128::from(before);
    let sign = if tenths < 0 { '-' } else { '+' };
    let tenths = tenths.abs();
    format!("{sign}{}.{}%", tenths / 10, tenths % 10)
}

fn optional(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), grouped)
}

/// A number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
