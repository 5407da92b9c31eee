//! The controller of the canisters: its key, and what it asks of the management canister.

use crate::error::Error;
use candid::utils::ArgumentDecoder;
use candid::{CandidType, Principal};
use client::agent::Network as Reached;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ic_agent::Agent;
use ic_agent::identity::BasicIdentity;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs,
    ProvisionalCreateCanisterWithCyclesArgs, ProvisionalCreateCanisterWithCyclesResult,
};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};
use url::Url;

/// The controller, on a network.
#[derive(Debug)]
pub(crate) struct Operator {
    agent: Agent,
}

/// The operator's key in a folder; made if there is none. Only the owner of the file may read it.
pub(crate) fn key(folder: &Path) -> Result<(PathBuf, BasicIdentity), Error> {
    let path = folder.join("operator.pem");
    if !path.exists() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| Error::Unexpected(format!("no randomness: {error}")))?;
        let pem = SigningKey::from_bytes(&secret).to_pkcs8_pem(LineEnding::LF);
        let pem = pem.expect("a key has an encoding");
        // Such files are readable by their owner alone.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::file(folder))?;
        file.write_all(pem.as_bytes()).map_err(Error::file(&path))?;
        file.persist(&path)
            .map_err(|error| Error::file(&path)(error.error))?;
    }
    let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
    let identity = BasicIdentity::from_pem(bytes).map_err(|error| Error::Content {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    Ok((path, identity))
}

impl Operator {
    pub(crate) fn new(url: &Url, root_key: &[u8], identity: BasicIdentity) -> Result<Self, Error> {
        let network = Reached {
            url: url.to_string(),
            root_key: root_key.to_vec(),
        };
        let agent = network.agent(identity)?;
        Ok(Self { agent })
    }

    /// Creates a canister on the subnet that has `place`, a canister id.
    pub(crate) async fn creates(&self, place: Principal) -> Result<Principal, Error> {
        let argument = ProvisionalCreateCanisterWithCyclesArgs {
            amount: None,
            settings: None,
            specified_id: None,
            sender_canister_version: None,
        };
        let method = "provisional_create_canister_with_cycles";
        let (created,): (ProvisionalCreateCanisterWithCyclesResult,) =
            self.manage(place, method, &argument).await?;
        Ok(created.canister_id)
    }

    /// Installs a module on an empty canister.
    pub(crate) async fn installs(
        &self,
        canister: Principal,
        module: &[u8],
        argument: &impl CandidType,
    ) -> Result<(), Error> {
        let argument = candid::encode_one(argument).expect("plain data");
        let mode = CanisterInstallMode::Install;
        self.install_code(canister, mode, module, argument).await
    }

    /// Upgrades a canister with a Candid argument unless it runs this module; says whether it did.
    pub(crate) async fn upgrades(
        &self,
        canister: Principal,
        module: &[u8],
        argument: Vec<u8>,
    ) -> Result<bool, Error> {
        let running = self.agent.read_state_canister_module_hash(canister).await;
        let running = running.map_err(|error| Error::Call(error.into()))?;
        if running == Sha256::digest(module)[..] {
            return Ok(false);
        }
        let record = CanisterIdRecord {
            canister_id: canister,
        };
        let mode = CanisterInstallMode::Upgrade(None);
        let installed = match self.manage(canister, "stop_canister", &record).await {
            Ok(()) => self.install_code(canister, mode, module, argument).await,
            Err(error) => Err(error),
        };
        // With the old module, if the new one was refused or the canister did not stop in time.
        let started = self.starts(canister).await;
        installed.and(started).map(|()| true)
    }

    /// Starts a canister; nothing happens if it runs.
    pub(crate) async fn starts(&self, canister_id: Principal) -> Result<(), Error> {
        let record = CanisterIdRecord { canister_id };
        self.manage(canister_id, "start_canister", &record).await
    }

    async fn install_code(
        &self,
        canister_id: Principal,
        mode: CanisterInstallMode,
        module: &[u8],
        arg: Vec<u8>,
    ) -> Result<(), Error> {
        let argument = InstallCodeArgs {
            mode,
            canister_id,
            wasm_module: module.to_vec(),
            arg,
            sender_canister_version: None,
        };
        self.manage(canister_id, "install_code", &argument).await
    }

    async fn manage<R: for<'a> ArgumentDecoder<'a>>(
        &self,
        effective: Principal,
        method: &str,
        argument: &impl CandidType,
    ) -> Result<R, Error> {
        let management = Principal::management_canister();
        let call = self.agent.update(&management, method);
        let call = call
            .with_effective_canister_id(effective)
            .with_arg(candid::encode_one(argument).expect("plain data"));
        let answer = call.call_and_wait().await;
        let answer = answer.map_err(|error| Error::Call(error.into()))?;
        candid::decode_args(&answer)
            .map_err(|error| Error::Unexpected(format!("{method}: {error}")))
    }
}

#[cfg(test)]
mod tests;
