//! Certified data: a certificate of the network, and the tree whose root hash it certifies.

use crate::error::Error;
use ic_agent::Agent;
use ic_cbor::{CertificateToCbor, HashTreeToCbor};
use ic_certification::{Certificate, HashTree, LookupResult};
use types::icrc3::TipCertificate;
use types::{BlockHash, Principal};

/// A tree that a canister certified, as the network's root key confirms.
#[derive(Debug)]
pub(crate) struct Certified {
    what: &'static str,
    canister: Principal,
    tree: HashTree,
    /// When the network certified it, nanoseconds since 1970.
    pub(crate) at_ns: u64,
}

/// The certified end of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CertifiedTip {
    /// Index of the last block.
    pub(crate) index: u64,
    /// Its hash.
    pub(crate) hash: BlockHash,
    /// When the network certified it, nanoseconds since 1970.
    pub(crate) at_ns: u64,
}

impl Certified {
    /// Checks the certificate, that it is fresh, that its subnet may speak for the canister, and that the tree is the
    /// canister's.
    pub(crate) fn new(
        agent: &Agent,
        what: &'static str,
        canister: Principal,
        certificate: &[u8],
        tree: &[u8],
    ) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Uncertified {
            what,
            canister,
            reason,
        };
        let certificate: Certificate = Certificate::from_cbor(certificate)
            .map_err(|error| wrong(format!("the certificate cannot be read: {error}")))?;
        agent
            .verify(&certificate, canister)
            .map_err(|error| wrong(error.to_string()))?;
        let tree: HashTree = HashTree::from_cbor(tree)
            .map_err(|error| wrong(format!("the tree cannot be read: {error}")))?;
        let path = [b"canister", canister.as_slice(), b"certified_data"];
        if certificate.tree.lookup_path(path) != LookupResult::Found(&tree.digest()) {
            return Err(wrong("the tree is not the certified one".to_owned()));
        }
        let at_ns = match certificate.tree.lookup_path([b"time"]) {
            LookupResult::Found(time) => leb128(time),
            _ => None,
        };
        Ok(Self {
            what,
            canister,
            tree,
            at_ns: at_ns.ok_or_else(|| wrong("the certificate has no time".to_owned()))?,
        })
    }

    /// The value below a label.
    pub(crate) fn leaf(&self, label: &str) -> Result<&[u8], Error> {
        match self.tree.lookup_path([label.as_bytes()]) {
            LookupResult::Found(value) => Ok(value),
            _ => Err(self.wrong(format!("the tree shows no {label}"))),
        }
    }

    fn wrong(&self, reason: String) -> Error {
        Error::Uncertified {
            what: self.what,
            canister: self.canister,
            reason,
        }
    }
}

impl CertifiedTip {
    /// Reads the tip of a log (ICRC-3, `icrc3_get_tip_certificate`); `None` if the log is empty.
    pub(crate) fn new(
        agent: &Agent,
        canister: Principal,
        tip: Option<&TipCertificate>,
    ) -> Result<Option<Self>, Error> {
        let Some(tip) = tip else {
            return Ok(None);
        };
        let tree = Certified::new(
            agent,
            "the certified tip",
            canister,
            &tip.certificate,
            &tip.hash_tree,
        )?;
        let index = leb128(tree.leaf("last_block_index")?);
        let hash = BlockHash::try_from(tree.leaf("last_block_hash")?);
        match (index, hash) {
            (Some(index), Ok(hash)) => Ok(Some(Self {
                index,
                hash,
                at_ns: tree.at_ns,
            })),
            _ => Err(tree.wrong("index or hash is malformed".to_owned())),
        }
    }
}

/// An unsigned LEB128 number that is the whole of the bytes and fits.
fn leb128(bytes: &[u8]) -> Option<u64> {
    let mut length = 0;
    let number = leb128fmt::decode_uint_slice::<u64, 64>(bytes, &mut length).ok()?;
    (length == bytes.len()).then_some(number)
}
