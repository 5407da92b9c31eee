//! One flipped bit, and the verifier whose business it is finds it.

use super::{Key, Live, assert_not_accepted};
use anchorage_tests::Verified;
use anchorage_tests::family::Family;
use axum::body::Bytes;
use axum::http::{Method, Uri};
use client::agent::Network;
use client::{ArchiveClient, CallError};
use ic_agent::Identity;
use ic_agent::agent::EnvelopeContent;
use ic_agent::identity::{
    AnonymousIdentity, BasicIdentity, DelegatedIdentity, DelegationError, Signature,
};
use ic_certification::{Certificate, HashTree, LookupResult};
use oplog::{Block, BlockType, ChainVerifier, TxBytes};
use std::sync::Arc;
use types::icrc3::GetBlocksRequest;
use types::{BlockHash, BlockIndex, Principal, SessionKey};

/// CBOR's self-describing tag, which decoders skip without a look.
const TAG: [u8; 3] = [0xd9, 0xd9, 0xf7];
/// How many bits of a certificate are flipped, spread evenly: each costs two pairings.
const FLIPS: usize = 24;

/// The bytes with one bit flipped, at places all over them; not in tags, which mean nothing.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let step = (bytes.len() / FLIPS).max(1);
    let in_tag = |place: usize| {
        let near = place.saturating_sub(2)..(place + 3).min(bytes.len());
        bytes[near].windows(TAG.len()).any(|window| window == TAG)
    };
    (0..bytes.len())
        .step_by(step)
        .filter(move |place| !in_tag(*place))
        .map(|place| {
            let mut flipped = bytes.to_vec();
            flipped[place] ^= 1;
            (place, flipped)
        })
}

#[test]
fn a_flipped_bit_in_a_certificate_is_found() {
    let live = Live::deploy();
    let agent = live.agent(AnonymousIdentity);
    let path = vec!["time".into()];
    let canister = live.family.front;
    let read = agent.read_state_raw(vec![path], canister);
    let certificate = live.answer(read).expect("everybody may read the time");
    let bytes = serde_cbor::to_vec(&certificate).unwrap();
    for (place, flipped) in flips(&bytes) {
        if let Ok(read) = serde_cbor::from_slice::<Certificate>(&flipped) {
            let found = agent.verify(&read, canister);
            assert!(found.is_err(), "byte {place} was flipped");
        }
    }
    let mut signature = certificate.clone();
    signature.signature[20] ^= 1;
    agent.verify(&signature, canister).unwrap_err();
    // And it belongs to this subnet's canisters only.
    let elsewhere = Principal::from_slice(&[1; 10]);
    agent.verify(&certificate, elsewhere).unwrap_err();
    agent.verify(&certificate, canister).unwrap();
}

#[test]
fn a_flipped_bit_in_a_delegation_is_found() {
    let live = Live::deploy();
    let key = Key::ed25519(7);
    let anchor = live.registers(&key);
    let log_in = live.logs_in(&key, anchor, 1, None);
    let family = &live.family;
    family.verifies(&log_in.user_key, &log_in.signed).unwrap();

    for (place, signature) in flips(&log_in.signed.signature) {
        let mut signed = log_in.signed.clone();
        signed.signature = signature;
        let found = family.verifies(&log_in.user_key, &signed);
        assert!(found.is_err(), "byte {place} of the signature was flipped");
    }
    let mut later = log_in.signed.clone();
    let end = later.delegation.expiration.get();
    later.delegation.expiration = (end ^ 1).into();
    family.verifies(&log_in.user_key, &later).unwrap_err();
    let mut session = log_in.session.as_slice().to_vec();
    session[20] ^= 1;
    let mut other = log_in.signed.clone();
    other.delegation.pubkey = SessionKey::new(session);
    family.verifies(&log_in.user_key, &other).unwrap_err();
}

#[test]
fn a_flipped_bit_in_a_delegation_is_found_by_agent_and_network() {
    let live = Live::deploy();
    let key = Key::passkey();
    let anchor = live.registers(&key);
    let log_in = live.logs_in(&key, anchor, 1, None);
    let user_key = log_in.user_key.as_slice().to_vec();
    let (mut link, mut later) = (log_in.link(), log_in.link());
    let last = link.signature.len() - 1;
    link.signature[last] ^= 1;
    later.delegation.expiration ^= 1;
    for tampered in [link, later] {
        let session = || Box::new(BasicIdentity::from_raw_key(&[1; 32]));
        let (chain, root_key) = (vec![tampered.clone()], &live.network.root_key);
        let checked =
            DelegatedIdentity::new_with_root_key(user_key.clone(), session(), chain, root_key);
        let found = checked.err();
        let expected = matches!(found, Some(DelegationError::InvalidCanisterSignature(_)));
        assert!(expected, "{found:?}");
        let blind = DelegatedIdentity::new_unchecked(user_key.clone(), session(), vec![tampered]);
        assert_not_accepted(&live.is_seen_as(&live.agent(blind)));
    }
}

/// Signs wrongly: the last bit of the signature is another one.
struct Flipped(Arc<dyn Identity>);

impl Identity for Flipped {
    fn sender(&self) -> Result<Principal, String> {
        self.0.sender()
    }

    fn public_key(&self) -> Option<Vec<u8>> {
        self.0.public_key()
    }

    fn sign(&self, content: &EnvelopeContent) -> Result<Signature, String> {
        let mut signed = self.0.sign(content)?;
        let last = signed.signature.as_mut().and_then(|bytes| bytes.last_mut());
        *last.expect("the key signs") ^= 1;
        Ok(signed)
    }
}

#[test]
fn a_flipped_bit_in_the_signature_of_a_request_is_found() {
    let live = Live::deploy();
    for (name, key) in [("Ed25519", Key::ed25519(7)), ("passkey", Key::passkey())] {
        let honest = live.agent(key.identity.clone());
        assert_eq!(live.is_seen_as(&honest), Ok(key.principal()), "{name}");
        let agent = live.agent(Flipped(key.identity));
        assert_not_accepted(&live.is_seen_as(&agent));
    }
}

/// Passes requests on to `server`, and flips a bit of the answers wherever these bytes stand in them.
async fn somebody_on_the_way(server: String, target: Vec<u8>) -> String {
    let client = reqwest::Client::new();
    let pass_on = move |method: Method, uri: Uri, body: Bytes| async move {
        let request = client
            .request(method, format!("{server}{uri}"))
            .header("content-type", "application/cbor")
            .body(body);
        let answer = request.send().await.expect("the server answers");
        let status = answer.status();
        let mut body = answer.bytes().await.expect("a body").to_vec();
        let found = body
            .windows(target.len())
            .position(|window| window == target);
        if let Some(place) = found {
            body[place] ^= 1;
        }
        (status, [("content-type", "application/cbor")], body)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move {
        let router = axum::Router::new().fallback(pass_on);
        axum::serve(listener, router).await.expect("it serves");
    });
    format!("http://{address}")
}

#[test]
fn a_bit_that_is_flipped_on_the_way_is_found() {
    let live = Live::deploy();
    let key = Key::ed25519(7);
    let caller = key.principal();
    for (target, is_found) in [
        (caller.as_slice(), true),
        (&b"not in any answer"[..], false),
    ] {
        let url = live.runtime.block_on(somebody_on_the_way(
            live.network.url.clone(),
            target.to_vec(),
        ));
        let network = Network {
            url,
            ..live.network.clone()
        };
        let agent = network.agent(key.identity.clone()).unwrap();
        let query = agent.query(&live.whoami, "whoami").with_arg([]);
        let query = live.answer(query.call()).map_err(CallError::from);
        let update = agent.update(&live.whoami, "whoami").with_arg([]);
        let update = live.answer(update.call_and_wait()).map_err(CallError::from);
        for answer in [query, update] {
            if is_found {
                assert!(
                    matches!(answer, Err(CallError::Unverified { .. })),
                    "{answer:?}"
                );
            } else {
                assert_eq!(answer, Ok(caller.as_slice().to_vec()));
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_the_root_key_is_found() {
    let live = Live::deploy();
    let mut network = live.network.clone();
    *network.root_key.last_mut().expect("133 bytes") ^= 1;
    let agent = network.agent(AnonymousIdentity).unwrap();
    let answer = live.is_seen_as(&agent);
    assert!(
        matches!(answer, Err(CallError::Unverified { .. })),
        "{answer:?}"
    );
}

/// Whether the blocks are a chain that ends with this block.
fn leads_to(blocks: &[Block], tip: BlockHash) -> bool {
    let mut chain = ChainVerifier::from_genesis();
    let whole = (0..)
        .zip(blocks)
        .all(|(index, block)| chain.push(BlockIndex::new(index), block).is_ok());
    whole && chain.last_hash() == Some(tip)
}

/// All ways to flip a bit of a block, a few in the transaction.
fn tampered(block: &Block) -> Vec<Block> {
    let btype = match block.btype {
        BlockType::Register => BlockType::Add,
        _ => BlockType::Register,
    };
    let phash = block.phash.map(|hash| {
        let mut bytes = *hash.as_bytes();
        bytes[31] ^= 1;
        BlockHash::new(bytes)
    });
    let mut all = vec![
        Block {
            btype,
            ..block.clone()
        },
        Block {
            ts: (block.ts.get() ^ 1).into(),
            ..block.clone()
        },
    ];
    if phash.is_some() {
        all.push(Block {
            phash,
            ..block.clone()
        });
    }
    all.extend(flips(block.tx.as_slice()).map(|(_, tx)| Block {
        tx: TxBytes::new(tx),
        ..block.clone()
    }));
    all
}

#[test]
fn a_flipped_bit_in_a_block_is_found_by_the_certified_tip() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.adds("phone");
    family.register("bob");
    family.waits_until_archived(0);
    let live = Live::of(family);
    let canister = live.family.shards[0].archive;
    let agent = live.agent(AnonymousIdentity);
    let archive = ArchiveClient::new(agent, canister);

    let tip = live.answer(archive.log().get_tip_certificate());
    let tip = tip.expect("everybody may ask").expect("there are blocks");
    let certified = Verified::new(&tip.certificate, &live.network.root_key);
    let tree: HashTree = serde_cbor::from_slice(&tip.hash_tree).unwrap();
    let root = certified.of_canister(canister, "certified_data");
    assert_eq!(root, Some(tree.digest().to_vec()));
    let LookupResult::Found(hash) = tree.lookup_path(["last_block_hash"]) else {
        panic!("the tree shows the tip");
    };
    let hash = BlockHash::try_from(hash).expect("32 bytes");

    let run = GetBlocksRequest {
        start: 0_u8.into(),
        length: 10_u8.into(),
    };
    let answer = live
        .answer(archive.log().get_blocks(&[run]))
        .expect("everybody may ask");
    let blocks: Vec<Block> = answer
        .blocks
        .iter()
        .map(|found| Block::from_value(&found.block).expect("a block of ours"))
        .collect();
    assert_eq!(blocks.len(), 3);
    assert!(leads_to(&blocks, hash));
    for (index, block) in blocks.iter().enumerate() {
        for other in tampered(block) {
            let mut changed = blocks.clone();
            changed[index] = other.clone();
            assert!(!leads_to(&changed, hash), "block {index} became {other:?}");
        }
    }
    assert!(!leads_to(&blocks[..2], hash), "the last block is missing");
}
