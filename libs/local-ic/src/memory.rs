//! Memory contents as plain owned data: a sparse, persistent map of 4 KiB pages.
//!
//! A [`PageMap`] is cheap to clone (one reference count per 2 MiB) and copies on write, so an
//! execution works on a clone and a commit is an assignment. What was never written reads as zero.
//!
//! ```text
//! PageMap ── chunk 0 ── page 0..511      a chunk covers 512 pages = 2 MiB
//!         ├─ (none)                      absent: 2 MiB of zeroes
//!         └─ chunk 2 ── page 1024..1535
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::sync::Arc;

/// Bytes in a page of this map; the unit of dirty tracking, as on the Internet Computer.
pub const PAGE_BYTES: usize = 4096;
/// Bytes in a WebAssembly page.
pub const WASM_PAGE_BYTES: u64 = 65536;
const CHUNK_PAGES: usize = 512;

type Page = [u8; PAGE_BYTES];
type Chunk = [Option<Arc<Page>>; CHUNK_PAGES];

/// Sparse memory contents; see the module's documentation.
#[derive(Clone, Default)]
pub struct PageMap {
    chunks: Vec<Option<Arc<Chunk>>>,
}

impl PageMap {
    /// The page's bytes; `None` if the page is all zero because nobody wrote it.
    pub fn page(&self, page: u64) -> Option<&Page> {
        let (chunk, slot) = locate(page);
        self.chunks.get(chunk)?.as_ref()?[slot].as_deref()
    }

    /// Replaces one page.
    pub fn set_page(&mut self, page: u64, bytes: &Page) {
        *self.slot(page) = Some(Arc::new(*bytes));
    }

    /// The page's bytes for writing; zeroes if it was absent.
    pub fn page_mut(&mut self, page: u64) -> &mut Page {
        let slot = self
            .slot(page)
            .get_or_insert_with(|| Arc::new([0; PAGE_BYTES]));
        Arc::make_mut(slot)
    }

    /// Copies `out.len()` bytes from `offset` on.
    pub fn read(&self, offset: u64, out: &mut [u8]) {
        for_each_page(offset, out.len(), |page, within, span| {
            match self.page(page) {
                Some(bytes) => {
                    out[span.clone()].copy_from_slice(&bytes[within..within + span.len()]);
                }
                None => out[span].fill(0),
            }
        });
    }

    /// Writes `bytes` at `offset`.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        for_each_page(offset, bytes.len(), |page, within, span| {
            self.page_mut(page)[within..within + span.len()].copy_from_slice(&bytes[span]);
        });
    }

    /// Pages in which `self` and `other` may differ, found by comparing references, not contents.
    pub fn differing_pages(&self, other: &Self) -> Vec<u64> {
        let mut pages = Vec::new();
        for chunk in 0..self.chunks.len().max(other.chunks.len()) {
            let a = self.chunks.get(chunk).and_then(Option::as_ref);
            let b = other.chunks.get(chunk).and_then(Option::as_ref);
            let (a, b) = match (a, b) {
                (None, None) => continue,
                (Some(a), Some(b)) if Arc::ptr_eq(a, b) => continue,
                pair => pair,
            };
            for slot in 0..CHUNK_PAGES {
                let a = a.and_then(|chunk| chunk[slot].as_ref());
                let b = b.and_then(|chunk| chunk[slot].as_ref());
                let same = match (a, b) {
                    (None, None) => true,
                    (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                    _ => false,
                };
                if !same {
                    pages.push((chunk * CHUNK_PAGES + slot) as u64);
                }
            }
        }
        pages
    }

    /// The pages that hold something, in order.
    pub fn pages(&self) -> impl Iterator<Item = (u64, &Page)> {
        self.chunks.iter().enumerate().flat_map(|(index, chunk)| {
            chunk.iter().flat_map(move |chunk| {
                chunk.iter().enumerate().filter_map(move |(slot, page)| {
                    Some(((index * CHUNK_PAGES + slot) as u64, &**page.as_ref()?))
                })
            })
        })
    }

    fn slot(&mut self, page: u64) -> &mut Option<Arc<Page>> {
        let (chunk, slot) = locate(page);
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, None);
        }
        let chunk =
            self.chunks[chunk].get_or_insert_with(|| Arc::new([const { None }; CHUNK_PAGES]));
        &mut Arc::make_mut(chunk)[slot]
    }
}

fn locate(page: u64) -> (usize, usize) {
    let page = usize::try_from(page).expect("page numbers fit the address space");
    (page / CHUNK_PAGES, page % CHUNK_PAGES)
}

/// Calls `visit(page, offset within it, range of the buffer)` for each page that the run touches.
fn for_each_page(
    offset: u64,
    len: usize,
    mut visit: impl FnMut(u64, usize, std::ops::Range<usize>),
) {
    let mut done = 0;
    while done < len {
        let at = offset + done as u64;
        let within = usize::try_from(at % PAGE_BYTES as u64).expect("below a page's size");
        let span = (PAGE_BYTES - within).min(len - done);
        visit(at / PAGE_BYTES as u64, within, done..done + span);
        done += span;
    }
}

/// Contents are equal, however they are shared; an absent page equals one of zeroes.
impl PartialEq for PageMap {
    fn eq(&self, other: &Self) -> bool {
        const ZERO: Page = [0; PAGE_BYTES];
        self.differing_pages(other)
            .into_iter()
            .all(|page| self.page(page).unwrap_or(&ZERO) == other.page(page).unwrap_or(&ZERO))
    }
}

impl std::fmt::Debug for PageMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PageMap({} pages)", self.pages().count())
    }
}

/// Stored as the list of pages that are not all zero.
impl Serialize for PageMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.pages()
                .filter(|(_, bytes)| bytes.iter().any(|byte| *byte != 0))
                .map(|(page, bytes)| (page, serde_bytes::Bytes::new(bytes))),
        )
    }
}

impl<'de> Deserialize<'de> for PageMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = PageMap::default();
        for (page, bytes) in Vec::<(u64, serde_bytes::ByteBuf)>::deserialize(deserializer)? {
            let bytes: &Page = bytes[..]
                .try_into()
                .map_err(|_| D::Error::custom("a stored page must hold 4096 bytes"))?;
            map.set_page(page, bytes);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests;
