//! A value in a cell of its own, as numbered CBOR fields.

use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use minicbor::{Decode, Encode};
use std::borrow::Cow;

/// Gives `T` the shape that a stable cell asks for. The layout version of the canister covers it; a
/// field added at the end may be absent in what an older module wrote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored<T>(pub T);

impl<T: Encode<()> + for<'b> Decode<'b, ()>> Storable for Stored<T> {
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        let bytes = minicbor::to_vec(&self.0).expect("writing to a vector does not fail");
        Cow::Owned(bytes)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    /// # Panics
    /// If the bytes are not a `T`: the canister must not start over state it cannot read.
    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self(minicbor::decode(&bytes).expect("a stored value of this layout version"))
    }
}
