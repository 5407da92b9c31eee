//! Sorting what is short, with little code.
//!
//! The standard library's `sort` adapts to long lists of any shape, with 10 to 50 kB of Wasm for each type that is sorted,
//! and `collect` into a `BTreeMap` sorts, too. The lists of a canister that are worth sorting have a dozen entries.

#[cfg(test)]
mod tests;

/// The items, in the order of their keys; those with equal keys as they came. For short lists: its time grows with the
/// square of their length, at worst.
pub fn sorted_by_key<T, K: Ord>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut sorted: Vec<T> = Vec::new();
    for item in items {
        let own = key(&item);
        let place = sorted.partition_point(|other| key(other) <= own);
        sorted.insert(place, item);
    }
    sorted
}
