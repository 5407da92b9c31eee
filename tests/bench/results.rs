//! What was measured, and the committed file of it: one JSON object a line.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One case at one size.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Measured {
    /// Its name, which never changes.
    pub(crate) case: String,
    /// Anchors in the shard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) anchors: Option<u64>,
    /// Blocks in the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blocks: Option<u64>,
    /// The median of the calls, summed over the canisters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instructions: Option<u64>,
    /// The worst of the calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) worst: Option<u64>,
    /// Bytes, where that is what is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    /// The median by canister.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) canisters: BTreeMap<String, u64>,
}

/// The file.
pub(crate) struct Results(Vec<Measured>);

impl Measured {
    /// The median and the worst of calls, each of which is a list of parts by canister.
    pub(crate) fn calls(case: &str, calls: &[Vec<(&'static str, u64)>]) -> Self {
        let median = |mut numbers: Vec<u64>| {
            numbers.sort_unstable();
            numbers[numbers.len() / 2]
        };
        let sums: Vec<u64> = calls
            .iter()
            .map(|parts| parts.iter().map(|(_, part)| part).sum())
            .collect();
        let part = |place: usize| median(calls.iter().map(|parts| parts[place].1).collect());
        let canisters = calls[0].iter().enumerate();
        Self {
            case: case.to_owned(),
            worst: sums.iter().max().copied(),
            instructions: Some(median(sums)),
            canisters: canisters
                .map(|(place, (name, _))| ((*name).to_owned(), part(place)))
                .collect(),
            ..Self::default()
        }
    }

    /// A size in bytes.
    pub(crate) fn size(case: &str, bytes: u64) -> Self {
        Self {
            case: case.to_owned(),
            bytes: Some(bytes),
            ..Self::default()
        }
    }

    /// In a shard with so many anchors.
    pub(crate) fn anchors(mut self, anchors: u64) -> Self {
        self.anchors = Some(anchors);
        self
    }

    /// In an archive with so many blocks.
    pub(crate) fn blocks(mut self, blocks: u64) -> Self {
        self.blocks = Some(blocks);
        self
    }

    /// The number that is compared.
    pub(crate) fn value(&self) -> u64 {
        let value = self.instructions.or(self.bytes);
        value.expect("something was measured")
    }

    fn is_of(&self, other: &Self) -> bool {
        (&self.case, self.anchors, self.blocks) == (&other.case, other.anchors, other.blocks)
    }
}

impl Results {
    /// Reads the file; none is an empty one.
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let line = |line| serde_json::from_str(line).expect("a line of the file of results");
        Self(text.lines().map(line).collect())
    }

    /// What the file has of the same case and size.
    pub(crate) fn of(&self, measured: &Measured) -> Option<&Measured> {
        self.0.iter().find(|known| known.is_of(measured))
    }

    /// Puts these in the place of the same cases, or behind the others.
    pub(crate) fn replace(&mut self, measured: Vec<Measured>) {
        for new in measured {
            match self.0.iter_mut().find(|known| known.is_of(&new)) {
                Some(known) => *known = new,
                None => self.0.push(new),
            }
        }
        self.0
            .sort_by(|a, b| (&a.case, a.anchors, a.blocks).cmp(&(&b.case, b.anchors, b.blocks)));
    }

    /// Writes the file.
    pub(crate) fn write(&self) {
        let line = |measured| serde_json::to_string(measured).expect("plain data") + "\n";
        let text: String = self.0.iter().map(line).collect();
        std::fs::write(path(), text).expect("the file of results can be written");
    }
}

fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/bench/results.jsonl"))
}
