//! Values in stable cells and maps, as CBOR.

use ic_stable_structures::storable::{Bound, Storable};
use minicbor::{Decode, Encode};
use std::borrow::Cow;

/// A value that is stored as one CBOR item. Fields carry explicit numbers that are never reused, so a
/// newer module may add fields at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored<T>(pub(crate) T);

impl<T> Storable for Stored<T>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        minicbor::to_vec(&self.0)
            .expect("writing into memory cannot fail")
            .into()
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        // The layout version promises that these bytes are ours: anything else must stop the canister.
        Self(minicbor::decode(&bytes).expect("a stored value of this layout"))
    }
}
