//! Dumps of stable memory that are kept as test data, so that every later module proves that it can start on them.
//!
//! A dump is the memory of front, of the first shard and of its archive, and a note of what they held. The family
//! lives on a new network, with the same canister ids.

use super::{Device, Family, Role, Setup, principal_of};
use ic_canister_sig_creation::CanisterSigPublicKey;
use pocket_ic::Time;
use pocket_ic::common::rest::BlobCompression;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use types::registry::{PublicAnchor, ShardTip};
use types::{AnchorNumber, PublicDevice, UserKey};

/// The relying party of the story.
const DAPP: &str = "https://dapp.example";
const ROLES: [Role; 3] = [Role::Front, Role::Registry(0), Role::Archive(0)];
const NOTE: &str = "holds.json";

/// The memories, compressed, and what they hold.
pub struct Dump {
    /// What the canisters answered when it was made.
    pub holds: Holds,
    memories: [Vec<u8>; ROLES.len()],
}

/// What a dump holds, besides what [`Dump::tell_the_story`] says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Versions of the layouts of front, registry, archive.
    pub layouts: [u32; ROLES.len()],
    /// Canister ids of front, registry, archive.
    pub canisters: [String; ROLES.len()],
    /// The network's time, nanoseconds since 1970.
    pub time: u64,
    /// Blocks in the shard's log.
    pub log_length: u64,
    /// Hash of the last one, in hex.
    pub last_hash: String,
    /// The number that the next anchor gets.
    pub next_anchor: u64,
    /// The seed of Alice's pseudonym, in hex: it follows from the salt, which nobody is shown.
    pub seed: String,
}

impl Dump {
    /// The family that the dump is of, before anything happened.
    pub fn family() -> Family {
        Setup::default().deploy()
    }

    /// What happens before the dump: two anchors, five devices, and one block that the archive does not have.
    #[track_caller]
    pub fn tell_the_story(family: &Family) {
        let alice = family.register("alice");
        alice.adds("phone");
        alice.tries_to_add(&Device::phrase("paper")).succeeds();
        family.register("bob");
        alice.logs_in_to(DAPP);
        family.waits_until_archived(0);
        family.stops(Role::Archive(0));
        alice.adds("tablet");
    }

    /// The public state after the story.
    pub fn public_state() -> Vec<PublicAnchor> {
        let anchor = |number, devices: &[Device]| PublicAnchor {
            anchor: AnchorNumber::new(number),
            devices: devices
                .iter()
                .map(|device| PublicDevice::from(&device.data))
                .collect(),
        };
        let [alice, phone, tablet, bob] = ["alice", "phone", "tablet", "bob"].map(Device::new);
        let paper = Device::phrase("paper");
        vec![
            anchor(10_000, &[alice, phone, paper, tablet]),
            anchor(10_001, &[bob]),
        ]
    }

    /// The memories of a family as they are, whole: what the library that shares a memory out has allocated and not
    /// yet used is zeros, and must be there.
    #[track_caller]
    pub fn of(family: &Family) -> Self {
        let memory = |role| crate::gzipped(&family.network.get_stable_memory(family.id(role)));
        let holds = Holds::of(family);
        Self {
            holds,
            memories: ROLES.map(memory),
        }
    }

    /// The stored dump with a number, see [`Holds::number`].
    #[track_caller]
    pub fn stored(number: u32) -> Self {
        let folder = folder(number);
        let read = |name: &str| {
            let file = folder.join(name);
            std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        };
        Self {
            holds: serde_json::from_slice(&read(NOTE)).expect("the note is readable"),
            memories: ROLES.map(|role| read(&file_name(role))),
        }
    }

    /// Stores it; answers the files and their sizes in bytes.
    pub fn write(&self) -> Vec<(PathBuf, usize)> {
        let folder = folder(self.holds.number());
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let mut note = serde_json::to_vec_pretty(&self.holds).expect("plain data");
        note.push(b'\n');
        let names = ROLES.map(file_name);
        let files = names.into_iter().zip(self.memories.iter().cloned());
        files
            .chain([(NOTE.to_owned(), note)])
            .map(|(name, bytes)| {
                let file = folder.join(name);
                std::fs::write(&file, &bytes).expect("the file can be written");
                (file, bytes.len())
            })
            .collect()
    }

    /// Puts the memories under the modules that are built now, and starts these.
    #[track_caller]
    pub fn put_under(&self, family: &Family) {
        self.put_under_some(family, &ROLES);
    }

    /// Puts the memories of some canisters under their modules, and starts these.
    #[track_caller]
    pub fn put_under_some(&self, family: &Family, roles: &[Role]) {
        assert_eq!(
            ids(family),
            self.holds.canisters,
            "the ids are those of the dump"
        );
        let then = Time::from_nanos_since_unix_epoch(self.holds.time);
        if family.network.get_time() < then {
            family.network.set_time(then + Duration::from_hours(1));
        }
        // All are stopped at once, so that none sees another without its memory.
        for role in roles {
            family.stops(*role);
        }
        for (role, memory) in ROLES.into_iter().zip(&self.memories) {
            if roles.contains(&role) {
                let (id, memory) = (family.id(role), memory.clone());
                family
                    .network
                    .set_stable_memory(id, memory, BlobCompression::Gzip);
                family.installs(role, crate::built(role.package()));
            }
        }
        for role in roles {
            family.starts(*role);
        }
    }
}

impl Holds {
    /// What the canisters of a family answer now.
    #[track_caller]
    pub fn of(family: &Family) -> Self {
        let status = family.status(0);
        let ShardTip {
            log_length,
            last_hash,
            next_anchor,
        } = status.tip;
        let alice = family.claim(AnchorNumber::new(10_000), principal_of("alice"));
        let user_key = alice.prepares(DAPP).succeeds().user_key;
        Self {
            layouts: ROLES.map(|role| layout_of(family, role)),
            canisters: ids(family),
            time: family.network.get_time().as_nanos_since_unix_epoch(),
            log_length,
            last_hash: last_hash.map_or_else(String::new, |hash| hash.to_string()),
            next_anchor: next_anchor.get(),
            seed: seed_of(&user_key),
        }
    }
}

impl Holds {
    /// The number of its folder: the highest version in it.
    pub fn number(&self) -> u32 {
        self.layouts.into_iter().max().expect("three of them")
    }
}

/// The version in the header of the stable memory, which a stopped canister has, too.
#[track_caller]
fn layout_of(family: &Family, role: Role) -> u32 {
    let magic = match role {
        Role::Front => b"ANCHFRNT",
        Role::Registry(_) => b"ANCHREGS",
        Role::Archive(_) => b"ANCHARCH",
    };
    let memory = family.network.get_stable_memory(family.id(role));
    let at = memory.windows(magic.len()).position(|bytes| bytes == magic);
    let version = &memory[at.expect("a layout header") + magic.len()..];
    u32::from_le_bytes(*version.first_chunk().expect("a version"))
}

fn ids(family: &Family) -> [String; ROLES.len()] {
    ROLES.map(|role| family.id(role).to_text())
}

fn folder(number: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/layout-{number}"))
}

fn file_name(role: Role) -> String {
    format!("{}.bin.gz", role.package())
}

fn seed_of(user_key: &UserKey) -> String {
    let key = CanisterSigPublicKey::try_from(user_key.as_slice());
    hex::encode(key.expect("a user key is a canister-signature key").seed)
}
