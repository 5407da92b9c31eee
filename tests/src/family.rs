//! A whole family on a network: one front, shards with one archive each, people with software devices, and
//! flows that read as sentences.
//!
//! ```text
//! let family = Family::deploy();
//! let alice = family.register("alice");
//! let phone = alice.adds("phone");
//! let pseudonym = alice.on(&phone).logs_in_to("https://dapp.example");
//! ```
//!
//! The canisters are called through `client` and nothing else. When a test fails, the logs and the state of all
//! canisters are printed.

mod attempt;
mod audit;
mod contract;
mod days;
mod device;
mod discovery;
mod dump;
mod log_in;
mod operations;
mod person;
mod registration;
mod remote;
mod repair;
mod report;
mod resources;
mod scrape;
mod setup;

pub use attempt::{Attempt, ask};
pub use audit::Audited;
pub use device::{Device, principal_of};
pub use discovery::{TARGETS_PATH, Target};
pub use dump::{Dump, Holds};
pub use log_in::Prepared;
pub use operations::{
    METHODS_FOR_FRONT, Role, TOO_LATE, same_code_as_another_module, trapping_registry,
};
pub use person::Person;
pub use registration::Registration;
pub use resources::Usage;
pub use scrape::{Counted, Scraped, Served};
pub use setup::Setup;

use client::pocket_ic::Impersonated;
use client::{ArchiveClient, FrontClient, RegistryClient};
use pocket_ic::PocketIc;
use types::registry::RegistryStatus;
use types::{AnchorRange, Principal};

/// The canisters, and the network they live on.
pub struct Family {
    /// The network.
    pub network: PocketIc,
    /// Front's canister.
    pub front: Principal,
    /// The shards, lowest range first.
    pub shards: Vec<Shard>,
    /// Where canisters are created.
    subnet: Principal,
}

/// A shard and its archive.
#[derive(Clone, Copy, Debug)]
pub struct Shard {
    /// The anchors it owns.
    pub range: AnchorRange,
    /// The registry's canister.
    pub registry: Principal,
    /// The archive's canister.
    pub archive: Principal,
}

/// A client of a canister of the family.
pub type Client<'a> = Impersonated<'a, PocketIc>;

/// The controller of all canisters; nobody else is one.
pub fn operator() -> Principal {
    principal_of("operator")
}

/// Somebody with a key who has nothing to do with the family.
pub fn stranger() -> Principal {
    principal_of("stranger")
}

impl Family {
    /// One front without captcha, two shards, one archive each.
    pub fn deploy() -> Self {
        Setup::default().deploy()
    }

    /// Front, called anonymously.
    pub fn front(&self) -> FrontClient<Client<'_>> {
        self.front_as(Principal::anonymous())
    }

    /// Front, called by somebody.
    pub fn front_as(&self, sender: Principal) -> FrontClient<Client<'_>> {
        FrontClient::new(self.sender(sender), self.front)
    }

    /// A shard, called anonymously.
    pub fn registry(&self, shard: usize) -> RegistryClient<Client<'_>> {
        self.registry_as(shard, Principal::anonymous())
    }

    /// A shard, called by somebody.
    pub fn registry_as(&self, shard: usize, sender: Principal) -> RegistryClient<Client<'_>> {
        RegistryClient::new(self.sender(sender), self.shards[shard].registry)
    }

    /// A shard's archive, called anonymously.
    pub fn archive(&self, shard: usize) -> ArchiveClient<Client<'_>> {
        ArchiveClient::new(
            self.sender(Principal::anonymous()),
            self.shards[shard].archive,
        )
    }

    /// The status of a shard.
    #[track_caller]
    pub fn status(&self, shard: usize) -> RegistryStatus {
        ask(self.registry(shard).status()).succeeds()
    }

    /// Calls as that sender.
    pub fn sender(&self, sender: Principal) -> Client<'_> {
        Impersonated::new(&self.network, sender)
    }
}
