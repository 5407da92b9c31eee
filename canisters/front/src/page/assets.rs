//! The files of the login page, as `build.rs` put them into this module: compressed, with their hashes.
//!
//! Without the feature `page` there are none. That is for tests without Node, never for deployment.

use super::headers::of_asset;
use canister_kit::http::{HttpTree, Page};

/// A file below `web/dist`.
struct Asset {
    /// Where it is served, beginning with `/`.
    path: &'static str,
    content_type: &'static str,
    /// Whether its name changes with its contents.
    is_immutable: bool,
    /// gzip.
    body: &'static [u8],
    /// SHA-256 of the body.
    body_hash: [u8; 32],
}

#[cfg(feature = "page")]
include!(concat!(env!("OUT_DIR"), "/assets.rs"));
#[cfg(not(feature = "page"))]
const ASSETS: &[Asset] = &[];

/// The document that is served at these places.
const DOCUMENT: &str = "/index.html";
const PLACES_OF_DOCUMENT: [&str; 2] = ["/", "/authorize"];

/// Puts every file in its place.
pub(super) fn put(tree: &mut HttpTree) {
    for asset in ASSETS {
        let Asset {
            path,
            content_type,
            is_immutable,
            body,
            body_hash,
        } = *asset;
        let page = || Page::built_in(200, of_asset(content_type, is_immutable), body, body_hash);
        if path == DOCUMENT {
            for place in PLACES_OF_DOCUMENT {
                tree.put(place, page());
            }
        } else {
            tree.put(path, page());
        }
    }
}
