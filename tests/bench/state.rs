//! A family whose shard has so many anchors with three devices each.

use crate::meter;
use crate::results::Measured;
use anchorage_tests::family::{Device, Family, Role, Setup, ask, operator};
use candid::CandidType;
use client::passkey::Passkey;
use sha2::{Digest, Sha256};
use types::archive::ArchiveSettings;
use types::{AnchorNumber, DeviceData, TimestampNs};

/// The only shard.
pub(crate) const SHARD: Role = Role::Registry(0);
/// Its archive.
pub(crate) const ARCHIVE: Role = Role::Archive(0);

/// The first number.
const LO: u64 = 10_000;
/// Devices of an anchor.
const DEVICES: u64 = 3;
/// Anchors that one message creates.
const PER_MESSAGE: u64 = 5_000;
/// Anchors between two visits of the archive; their blocks fit the shard's log.
const PER_VISIT: u64 = 20_000;
/// How long before now the first anchor was created: at most 200 orders a second, so that the shard's book of orders
/// holds them.
const AGE_NS: u64 = 10 * 3_600 * 1_000_000_000;

/// See the module's documentation.
pub(crate) struct Filled {
    /// The family.
    pub(crate) family: Family,
    /// Anchors at the beginning.
    pub(crate) anchors: u64,
    empty_bytes: [u64; 2],
    full_bytes: [u64; 2],
}

/// `bench_fill` of the registry.
#[derive(CandidType)]
struct Fill {
    anchors: u64,
    devices: Vec<DeviceData>,
    at: TimestampNs,
    archived: bool,
}

impl Filled {
    /// Fills a new family.
    pub(crate) fn with(anchors: u64) -> Self {
        let family = Setup::default()
            .ranges(&[(LO, LO + 2 * anchors + 100_000)])
            .backlog_limit(100_000)
            .operations_per_day(10_000)
            .retention(1_000)
            .rate_limit(10_000, 1)
            .deploy();
        let bytes = |family: &Family| [SHARD, ARCHIVE].map(|role| stable_bytes(family, role));
        let mut filled = Self {
            empty_bytes: bytes(&family),
            full_bytes: [0; 2],
            anchors,
            family,
        };
        filled.fetches(2_000);
        let mut at = filled.now().get() - AGE_NS;
        let mut left = anchors;
        while left > 0 {
            let visit = left.min(PER_VISIT);
            for begin in (0..visit).step_by(usize::try_from(PER_MESSAGE).expect("small")) {
                at = filled.creates((visit - begin).min(PER_MESSAGE), DEVICES, at);
            }
            filled.family.waits_until_archived(0);
            left -= visit;
            eprintln!("    {} of {anchors} anchors", anchors - left);
        }
        filled.full_bytes = bytes(&filled.family);
        filled
    }

    /// Stable bytes per anchor and per archived block. Memory is taken 8 MiB at a time, so small states say nothing.
    pub(crate) fn bytes(&self) -> Vec<Measured> {
        if self.anchors < 50_000 {
            return Vec::new();
        }
        let [shard, archive] = [0, 1].map(|at| self.full_bytes[at] - self.empty_bytes[at]);
        let blocks = self.anchors * DEVICES;
        vec![
            Measured::size("stable_bytes_per_anchor_3_devices", shard / self.anchors)
                .anchors(self.anchors),
            Measured::size("bytes_per_archived_operation", archive / blocks).blocks(blocks),
        ]
    }

    /// Has anchors created as front's orders would; answers when the next order would be.
    pub(crate) fn creates(&self, anchors: u64, devices: u64, at: u64) -> u64 {
        let fill = Fill {
            anchors,
            devices: (0..devices).map(passkey).collect(),
            at: TimestampNs::new(at),
            archived: false,
        };
        let ((next,), _): ((TimestampNs,), u64) =
            meter::call(&self.family, SHARD, operator(), "bench_fill", (fill,));
        next.get()
    }

    /// The archive asks for so many blocks at once from now on.
    pub(crate) fn fetches(&self, blocks: u32) {
        let settings = ArchiveSettings {
            fetch_limit: Some(blocks),
            ..ArchiveSettings::default()
        };
        let argument = candid::encode_one(Some(settings)).expect("plain data");
        self.family
            .upgrades_with(ARCHIVE, &argument)
            .expect("the archive starts");
    }

    /// An anchor of the filled ones.
    pub(crate) fn anchor(&self, place: usize) -> AnchorNumber {
        // A prime, so that the anchors are far from one another.
        AnchorNumber::new(LO + place as u64 * 7_919 % self.anchors)
    }

    /// Its devices, without what is private.
    pub(crate) fn devices(&self, anchor: AnchorNumber) -> Vec<DeviceData> {
        ask(self.family.registry(0).lookup(anchor)).succeeds()
    }

    /// The network's time.
    pub(crate) fn now(&self) -> TimestampNs {
        now(&self.family)
    }

    /// Blocks of the archive.
    pub(crate) fn archived(&self) -> u64 {
        ask(self.family.archive(0).status())
            .succeeds()
            .next_index
            .get()
    }
}

/// The network's time.
pub(crate) fn now(family: &Family) -> TimestampNs {
    TimestampNs::new(family.network.get_time().as_nanos_since_unix_epoch())
}

/// A passkey as browsers make them; another number, another key.
pub(crate) fn passkey(number: u64) -> DeviceData {
    let secret = Sha256::digest(number.to_le_bytes()).into();
    Passkey::es256(&secret, "identity.ic0.app")
        .expect("a hash is a secret")
        .device("iPhone in the kitchen")
}

/// The same as a device of the harness.
pub(crate) fn device(number: u64) -> Device {
    Device::new("").but(|data| *data = passkey(number))
}

fn stable_bytes(family: &Family, role: Role) -> u64 {
    let text = family.gets(role, "/metrics").text("text/plain");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("anchorage_stable_memory_bytes "));
    let value = line.and_then(|line| line.split(' ').next());
    value
        .expect("the gauge is there")
        .parse()
        .expect("a whole number")
}
