use super::Blobs;
use crate::server::error::ApiError;
use axum::http::StatusCode;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::Write;

fn gzip(contents: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_id_is_the_hash_of_what_was_uploaded() {
    let blobs = Blobs::default();
    let packed = gzip(b"stable");
    let id = blobs.put(packed[..].into(), true).unwrap();
    assert_eq!(id[..], Sha256::digest(&packed)[..]);
    assert_eq!(blobs.get(&id).unwrap().contents().unwrap(), b"stable");
}

#[test]
fn plain_blobs_are_left_alone() {
    let blobs = Blobs::default();
    let packed = gzip(b"stable");
    let id = blobs.put(packed[..].into(), false).unwrap();
    assert_eq!(blobs.get(&id).unwrap().contents().unwrap(), packed);
}

#[test]
fn an_upload_that_only_claims_to_be_gzip_is_refused_when_used() {
    let blobs = Blobs::default();
    let id = blobs.put(b"stable"[..].into(), true).unwrap();
    let error = blobs.get(&id).unwrap().contents().unwrap_err();
    assert_eq!(error.status, StatusCode::BAD_REQUEST);
    assert!(error.message.contains("gzip"), "{error}");
}

#[test]
fn an_unknown_blob_is_named() {
    let error: ApiError = Blobs::default().get(&[7; 32]).unwrap_err();
    assert_eq!(error.status, StatusCode::NOT_FOUND);
    assert!(error.message.contains(&"07".repeat(32)), "{error}");
}
