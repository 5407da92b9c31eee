//! How much one answer holds.

#[cfg(test)]
mod tests;

/// Bytes of stored records or blocks in one answer; what Candid adds stays below the rest of the 2 MiB that a reply may have.
pub const PAGE_BYTES: usize = 1_000_000;

/// Takes what is stored until an answer is full: by number and by bytes.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    places_left: usize,
    bytes_left: usize,
}

impl Page {
    /// A page with so many places and [`PAGE_BYTES`].
    pub fn with_places(places: usize) -> Self {
        Self {
            places_left: places,
            bytes_left: PAGE_BYTES,
        }
    }

    /// How many more would have a place, if they were small.
    pub fn places_left(&self) -> usize {
        self.places_left
    }

    /// Whether something of this size still belongs to the page. The first one always does, if there is a place: a reader must get on.
    pub fn takes(&mut self, bytes: usize) -> bool {
        if self.places_left == 0 || self.bytes_left == 0 {
            return false;
        }
        self.places_left -= 1;
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        true
    }
}
