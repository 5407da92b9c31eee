//! The rules about anchors and devices, and where anchors are kept.
pub mod slots;
