//! What operators do, and how time goes by.

use super::{Family, ask, operator};
use crate::{Canister, built, encoded, probe};
use candid::utils::ArgumentEncoder;
use ic_management_canister_types::{CanisterIdRecord, CanisterInstallMode, InstallCodeArgs};
use pocket_ic::RejectResponse;
use pocket_ic::common::rest::RawMessageId;
use std::time::Duration;
use types::Principal;
use types::message::Request;
use types::registry::{
    AddTentativeDevice, AnchorInfo, Apply, Authenticate, CreateAnchor, EnterRegistrationMode,
    ExitRegistrationMode, VerifyTentativeDevice,
};

/// How long front waits for a shard's answer, 30 seconds, and one more.
pub const TOO_LATE: Duration = Duration::from_secs(31);

/// Rounds after each step of time: enough for a timer, a call and its answer.
const ROUNDS: usize = 5;

/// A canister of the family, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Front.
    Front,
    /// The registry of a shard.
    Registry(usize),
    /// The archive of a shard.
    Archive(usize),
}

impl Role {
    /// The package its module is built from.
    pub const fn package(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Registry(_) => "registry",
            Self::Archive(_) => "archive",
        }
    }
}

/// A module with another hash and the same code: the time in the header of the gzip format (RFC 1952, bytes 4
/// to 7) is another one.
pub fn same_code_as_another_module(package: &str) -> Vec<u8> {
    let mut module = built(package);
    module[4] ^= 1;
    module
}

/// The registry's methods for front.
pub const METHODS_FOR_FRONT: [&str; 8] = [
    CreateAnchor::METHOD,
    Apply::METHOD,
    Authenticate::METHOD,
    AnchorInfo::METHOD,
    EnterRegistrationMode::METHOD,
    ExitRegistrationMode::METHOD,
    AddTentativeDevice::METHOD,
    VerifyTentativeDevice::METHOD,
];

/// Code in a registry's place whose every method for front traps in the middle: it has written to the stable memory by then.
pub fn trapping_registry() -> Vec<u8> {
    let functions = METHODS_FOR_FRONT.map(|method| {
        format!(
            r#"(func (export "canister_update {method}")
                 (call $stable_write (i64.const 0) (i64.const 0) (i64.const 8))
                 (unreachable))"#
        )
    });
    probe(&functions.concat())
}

impl Family {
    /// The canister with that role.
    pub fn id(&self, role: Role) -> Principal {
        match role {
            Role::Front => self.front,
            Role::Registry(shard) => self.shards[shard].registry,
            Role::Archive(shard) => self.shards[shard].archive,
        }
    }

    /// All canisters.
    pub fn roles(&self) -> Vec<Role> {
        let shards = 0..self.shards.len();
        let of_shard = |shard| [Role::Registry(shard), Role::Archive(shard)];
        [Role::Front]
            .into_iter()
            .chain(shards.flat_map(of_shard))
            .collect()
    }

    /// Upgrades as an operator should: stop, install another module, start.
    #[track_caller]
    pub fn upgrades(&self, role: Role) {
        let before = self.module_hash(role);
        let plain = built(role.package());
        // A canister that was upgraded before goes back to the first module.
        let other = same_code_as_another_module(role.package());
        let is_first = before == module_hash(&plain);
        self.stops(role);
        self.installs(role, if is_first { other } else { plain });
        self.starts(role);
        assert_ne!(self.module_hash(role), before, "the module is another one");
    }

    /// Replaces the code of a canister without a change of its settings.
    #[track_caller]
    pub fn installs(&self, role: Role, module: Vec<u8>) {
        let no_argument = candid::encode_args(()).expect("nothing encodes");
        self.tries_to_install(role, module, &no_argument)
            .unwrap_or_else(|error| panic!("upgrade of {role:?}: {error}"));
    }

    /// Replaces the code of a canister, which is stopped meanwhile, if it starts with this argument.
    pub fn upgrades_with(&self, role: Role, argument: &[u8]) -> Result<(), RejectResponse> {
        self.stops(role);
        let upgraded = self.tries_to_install(role, built(role.package()), argument);
        self.starts(role);
        upgraded
    }

    /// Replaces the code of a canister, if it starts with this argument. One that calls others must be stopped: what it
    /// left on the heap for the answers to its open calls is gone, and the new code would take other things for it.
    pub fn tries_to_install(
        &self,
        role: Role,
        module: Vec<u8>,
        argument: &[u8],
    ) -> Result<(), RejectResponse> {
        let (canister, argument) = (self.id(role), argument.to_vec());
        self.network
            .upgrade_canister(canister, module, argument, Some(operator()))
    }

    /// Asks the network to stop a canister, without a round.
    #[track_caller]
    pub fn begins_to_stop(&self, role: Role) -> RawMessageId {
        let canister_id = self.id(role);
        self.begins(role, "stop_canister", (CanisterIdRecord { canister_id },))
    }

    /// Asks the network to replace the code of a canister, without a round.
    #[track_caller]
    pub fn begins_to_install(&self, role: Role, module: Vec<u8>) -> RawMessageId {
        let install = InstallCodeArgs {
            mode: CanisterInstallMode::Upgrade(None),
            canister_id: self.id(role),
            wasm_module: module,
            arg: encoded(()),
            sender_canister_version: None,
        };
        self.begins(role, "install_code", (install,))
    }

    #[track_caller]
    fn begins(&self, role: Role, method: &str, arguments: impl ArgumentEncoder) -> RawMessageId {
        let canister = Canister {
            network: &self.network,
            id: self.id(role),
        };
        let begun = canister.submit_management(operator(), method, arguments);
        begun.expect("a controller may")
    }

    /// Stops a canister, which waits for its open calls.
    #[track_caller]
    pub fn stops(&self, role: Role) {
        self.network
            .stop_canister(self.id(role), Some(operator()))
            .unwrap_or_else(|error| panic!("stop of {role:?}: {error}"));
    }

    /// Starts a canister.
    #[track_caller]
    pub fn starts(&self, role: Role) {
        self.network
            .start_canister(self.id(role), Some(operator()))
            .unwrap_or_else(|error| panic!("start of {role:?}: {error}"));
    }

    /// Takes a snapshot of a stopped canister.
    #[track_caller]
    pub fn takes_snapshot(&self, role: Role) -> Vec<u8> {
        self.stops(role);
        let snapshot = self
            .network
            .take_canister_snapshot(self.id(role), Some(operator()), None)
            .unwrap_or_else(|error| panic!("snapshot of {role:?}: {error}"));
        self.starts(role);
        snapshot.id
    }

    /// Puts a canister back to a snapshot.
    #[track_caller]
    pub fn restores(&self, role: Role, snapshot: Vec<u8>) {
        self.stops(role);
        self.network
            .load_canister_snapshot(self.id(role), Some(operator()), snapshot)
            .unwrap_or_else(|error| panic!("restoring {role:?}: {error}"));
        self.starts(role);
    }

    /// Lets time go by at once, with a few rounds afterwards.
    pub fn waits(&self, time: Duration) {
        self.network.advance_time(time);
        for _ in 0..ROUNDS {
            self.network.tick();
        }
    }

    /// Lets time go by in steps of 10 seconds until something is so; it must be within `limit`.
    #[track_caller]
    pub fn waits_until(&self, what: &str, limit: Duration, is_so: impl Fn(&Self) -> bool) {
        const STEP: Duration = Duration::from_secs(10);
        let mut waited = Duration::ZERO;
        while !is_so(self) {
            assert!(waited < limit, "not within {limit:?}: {what}");
            self.waits(STEP);
            waited += STEP;
        }
    }

    /// Waits until the archive of a shard has all its blocks and the shard knows.
    #[track_caller]
    pub fn waits_until_archived(&self, shard: usize) {
        let limit = Duration::from_mins(15);
        self.waits_until("everything is archived", limit, |family| {
            let status = family.status(shard);
            let archive = ask(family.archive(shard).status()).succeeds();
            let length = status.tip.log_length;
            let acknowledged = status.archives[0].acknowledged.get();
            archive.next_index.get() == length && acknowledged == length
        });
    }

    fn module_hash(&self, role: Role) -> Vec<u8> {
        let status = self
            .network
            .canister_status(self.id(role), Some(operator()));
        let status = status.unwrap_or_else(|error| panic!("status of {role:?}: {error}"));
        status.module_hash.expect("the canister has code")
    }
}

fn module_hash(module: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(module).to_vec()
}
