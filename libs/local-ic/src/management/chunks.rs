//! The chunk store: modules that are too large for one message arrive in pieces.

use super::install::require_cycles_to_keep;
use super::{Answer, Outcome, Request, decode, empty_reply, encode};
use crate::error::{ErrorCode, Reject};
use crate::limits;
use crate::state::Canister;
use candid::{CandidType, Deserialize, Principal};
use ic_management_canister_types::{CanisterIdRecord, ChunkHash};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

/// Instructions charged for storing a chunk.
const UPLOAD_INSTRUCTIONS: u64 = 200_000_000;

#[derive(CandidType, Deserialize)]
struct UploadChunk {
    canister_id: Principal,
    chunk: ByteBuf,
}

impl Request<'_, '_> {
    pub(super) fn upload_chunk(&mut self, payload: &[u8]) -> Answer {
        let (args,): (UploadChunk,) = decode(payload)?;
        self.store(args.canister_id, "upload_chunk")?;
        // Paid for in any case: whether the chunk is there already takes a hash to know.
        self.charge_instructions(args.canister_id, UPLOAD_INSTRUCTIONS)
            .map_err(|reject| {
                refused(&format!(
                    "Error charging for 'upload_chunk': {}",
                    reject.message
                ))
            })?;
        if args.chunk.len() > limits::CHUNK_BYTES {
            return Err(refused(&format!(
                "Wasm chunk size {} exceeds the maximum chunk size of {}.",
                args.chunk.len(),
                limits::CHUNK_BYTES
            )));
        }
        let hash: [u8; 32] = Sha256::digest(&args.chunk).into();
        let fees = self.exec.subnet.fees();
        let canister = self.canister(args.canister_id)?;
        if !canister.chunks.contains_key(&hash) {
            if canister.chunks.len() >= limits::MAX_CHUNKS {
                return Err(refused(&format!(
                    "Wasm chunk store has already reached maximum capacity of {} chunks.",
                    limits::MAX_CHUNKS
                )));
            }
            let bytes = canister.memory_bytes() + limits::CHUNK_BYTES as u64;
            require_cycles_to_keep(canister, fees, 0, bytes)?;
            canister.chunks.insert(hash, args.chunk);
        }
        Ok(Outcome::Reply(encode((ChunkHash {
            hash: hash.to_vec(),
        },))))
    }

    pub(super) fn clear_chunk_store(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CanisterIdRecord,) = decode(payload)?;
        self.store(args.canister_id, "clear_chunk_store")?
            .chunks
            .clear();
        Ok(Outcome::Reply(empty_reply()))
    }

    pub(super) fn stored_chunks(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CanisterIdRecord,) = decode(payload)?;
        let canister = self.store(args.canister_id, "stored_chunks")?;
        let hashes: Vec<ChunkHash> = canister
            .chunks
            .keys()
            .map(|hash| ChunkHash {
                hash: hash.to_vec(),
            })
            .collect();
        Ok(Outcome::Reply(encode((hashes,))))
    }

    /// The module that a list of chunks makes up.
    pub(super) fn assemble(
        &mut self,
        store: Principal,
        hashes: &[ChunkHash],
    ) -> Result<Vec<u8>, Reject> {
        let canister = self.store(store, "install_chunked_code")?;
        let chunks: Vec<&ByteBuf> = hashes
            .iter()
            .map(|ChunkHash { hash }| {
                <[u8; 32]>::try_from(hash.as_slice())
                    .ok()
                    .and_then(|hash| canister.chunks.get(&hash))
                    .ok_or_else(|| {
                        refused(&format!("Chunk hash {} was not found", hex::encode(hash)))
                    })
            })
            .collect::<Result<_, _>>()?;
        // A hash may be named many times: the list says nothing about the size.
        let bytes: u64 = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        if bytes > limits::MAX_MODULE_BYTES {
            return Err(refused(&format!(
                "the chunks make a module of {bytes} bytes, at most {} are allowed",
                limits::MAX_MODULE_BYTES
            )));
        }
        let mut module = Vec::new();
        for chunk in chunks {
            module.extend_from_slice(chunk);
        }
        Ok(module)
    }

    /// The canister whose store it is; the canister itself and its controllers may use it.
    fn store(&mut self, id: Principal, method: &str) -> Result<&mut Canister, Reject> {
        if self.caller == id {
            return self.canister(id);
        }
        self.controlled(id, method)
    }
}

fn refused(reason: &str) -> Reject {
    Reject::new(
        ErrorCode::CanisterContractViolation,
        format!("Error from Wasm chunk store: {reason}"),
    )
}
