//! Certificates, checked as the interface specification says, with a published library.

use candid::Principal;
use ic_certification::{Certificate, Label, LookupResult};

/// Bytes of a DER-encoded BLS key before the key itself.
const DER_PREFIX_BYTES: usize = 37;
/// The self-describing tag of CBOR, 55799.
const CBOR_TAG: &[u8] = &[0xd9, 0xd9, 0xf7];

/// A certificate whose signatures hold.
pub struct Verified {
    /// The certificate.
    pub certificate: Certificate,
    /// The root's word for the subnet that signed, if that is another one.
    pub delegation: Option<Certificate>,
}

impl Verified {
    /// Checks a certificate against the root key (DER).
    #[track_caller]
    pub fn new(bytes: &[u8], root_key: &[u8]) -> Self {
        let certificate = parse(bytes);
        let mut key = root_key.to_vec();
        let mut signed_by = None;
        if let Some(delegation) = &certificate.delegation {
            let outer = parse(&delegation.certificate);
            assert!(outer.delegation.is_none(), "delegations are not nested");
            check(&outer, root_key);
            let path = [b"subnet", &delegation.subnet_id[..], b"public_key"];
            key = leaf(&outer, &path).expect("the delegation has the subnet's key");
            signed_by = Some(outer);
        }
        check(&certificate, &key);
        Self {
            certificate,
            delegation: signed_by,
        }
    }

    /// The value at a path: `None` if the certificate proves that there is none.
    #[track_caller]
    pub fn value(&self, path: &[&[u8]]) -> Option<Vec<u8>> {
        leaf(&self.certificate, path)
    }

    /// The value at `canister/<id>/<name>`.
    #[track_caller]
    pub fn of_canister(&self, id: Principal, name: &str) -> Option<Vec<u8>> {
        self.value(&[b"canister", id.as_slice(), name.as_bytes()])
    }

    /// When the state was certified, nanoseconds.
    #[track_caller]
    pub fn time(&self) -> u64 {
        let time = self.value(&[b"time"]).expect("the time is always revealed");
        let (value, len) = decode(&time);
        assert_eq!(len, time.len(), "the time is one LEB128 number");
        value
    }
}

/// An unsigned LEB128 number and its length.
fn decode(bytes: &[u8]) -> (u64, usize) {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (value, index + 1);
        }
    }
    panic!("{bytes:?} is not an LEB128 number");
}

#[track_caller]
fn parse(bytes: &[u8]) -> Certificate {
    assert!(
        bytes.starts_with(CBOR_TAG),
        "a certificate begins with the self-describing tag"
    );
    serde_cbor::from_slice(bytes).expect("a certificate is a CBOR map")
}

/// Checks the signature over the tree's root hash.
#[track_caller]
fn check(certificate: &Certificate, key: &[u8]) {
    let mut message = b"\x0dic-state-root".to_vec();
    message.extend_from_slice(&certificate.tree.digest());
    let key = &key[DER_PREFIX_BYTES..];
    ic_verify_bls_signature::verify_bls_signature(&certificate.signature, &message, key)
        .expect("the signature is the signer's");
}

#[track_caller]
fn leaf(certificate: &Certificate, path: &[&[u8]]) -> Option<Vec<u8>> {
    let labels = path.iter().map(|label| Label::from_bytes(label));
    match certificate.tree.lookup_path(labels) {
        LookupResult::Found(value) => Some(value.to_vec()),
        LookupResult::Absent => None,
        other => panic!("{path:?} is neither shown nor proven absent: {other:?}"),
    }
}
