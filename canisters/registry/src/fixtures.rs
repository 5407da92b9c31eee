//! A shard in memories of the test's own, and words for what front and archives do to it.

use crate::fetch_blocks::fetch_blocks;
use crate::memory::Memories;
use crate::shard::Shard;
use crate::{apply, authenticate, create_anchor, remote_devices};
use canister_kit::guards::{Caller, Peer};
use ic_stable_structures::VectorMemory;
use oplog::{Block, Operation, Replay, Tx};
use types::registry::{
    AddTentativeDevice, AnchorDetails, AnchorInfo, Apply, ArchiveLink, Authenticate, Authenticated,
    CreateAnchor, DeviceOperation, EnterRegistrationMode, ExitRegistrationMode, FetchAnswer,
    FetchBlocks, RegistryError, RegistryInit, RegistrySettings, ShardTip, TentativeAnswer,
    VerificationAnswer, VerificationCode, VerifyTentativeDevice,
};
use types::{
    AnchorNumber, AnchorRange, BlockHash, BlockIndex, CredentialId, DeviceData, DeviceKey,
    DeviceProtection, EncodedBlock, KeyType, Metadata, MetadataValue, OrderId, Principal,
    PublicDevice, Purpose, TimestampNs,
};

pub(crate) const LO: u64 = 10_000;
pub(crate) const HI: u64 = 10_005;
pub(crate) const FRONT: Principal = Principal::from_slice(&[1, 1]);
pub(crate) const ARCHIVE: Principal = Principal::from_slice(&[2, 1]);
pub(crate) const OTHER_ARCHIVE: Principal = Principal::from_slice(&[3, 1]);
pub(crate) const SECOND: u64 = 1_000_000_000;
/// When every world begins.
pub(crate) const START: TimestampNs = TimestampNs::new(1_700_000_000 * SECOND);

pub(crate) struct World {
    memories: Memories<VectorMemory>,
    pub(crate) shard: Shard<VectorMemory>,
    pub(crate) now: TimestampNs,
    orders: u64,
}

pub(crate) fn anchor(offset: u64) -> AnchorNumber {
    AnchorNumber::new(LO + offset)
}

pub(crate) fn principal(name: &str) -> Principal {
    Principal::self_authenticating(name)
}

/// A passkey whose key is `name`, with private parts.
pub(crate) fn passkey(name: &str) -> DeviceData {
    let secret = MetadataValue::String("secret value".to_owned());
    DeviceData {
        pubkey: DeviceKey::new(name.as_bytes()),
        alias: format!("secret alias of {name}"),
        credential_id: Some(CredentialId::new(*b"credential")),
        aaguid: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Platform,
        protection: DeviceProtection::Unprotected,
        origin: Some("https://identity.example".to_owned()),
        metadata: Some(Metadata([("os".to_owned(), secret)].into())),
    }
}

pub(crate) fn caller(principal: Principal) -> Caller {
    Caller {
        principal,
        is_controller: false,
    }
}

pub(crate) fn front() -> Peer {
    caller(FRONT).peer(FRONT).expect("it is front")
}

pub(crate) fn links(links: &[(Principal, bool)]) -> Vec<ArchiveLink> {
    let links = links.iter();
    links
        .map(|(canister, in_service)| ArchiveLink {
            canister: *canister,
            in_service: *in_service,
        })
        .collect()
}

/// The memories of a canister that was just created.
pub(crate) fn no_memories() -> Memories<VectorMemory> {
    Memories {
        settings: VectorMemory::default(),
        archives: VectorMemory::default(),
        counters: VectorMemory::default(),
        anchors: VectorMemory::default(),
        anchor_tails: VectorMemory::default(),
        blocks: VectorMemory::default(),
        block_tails: VectorMemory::default(),
        orders: VectorMemory::default(),
        order_tails: VectorMemory::default(),
        registration_modes: VectorMemory::default(),
        registration_mode_ends: VectorMemory::default(),
        activity: VectorMemory::default(),
        passkeys: VectorMemory::default(),
    }
}

impl World {
    /// A new shard with one archive in service.
    pub(crate) fn new() -> Self {
        Self::with(RegistrySettings {
            archives: Some(links(&[(ARCHIVE, true)])),
            ..RegistrySettings::default()
        })
    }

    pub(crate) fn with(settings: RegistrySettings) -> Self {
        let memories = no_memories();
        let range = AnchorRange::new(AnchorNumber::new(LO), AnchorNumber::new(HI));
        let init = RegistryInit {
            range: range.expect("not empty"),
            front: FRONT,
            settings,
        };
        Self {
            shard: Shard::create(memories.clone(), &init).expect("a new shard starts"),
            memories,
            now: START,
            orders: 0,
        }
    }

    /// What an upgrade leaves: the stable memory.
    pub(crate) fn upgrade(&mut self) {
        self.shard = Shard::open(self.memories.clone(), None).expect("the shard starts again");
    }

    /// What an upgrade from a layout without an index of passkeys leaves.
    pub(crate) fn upgrade_from_layout_1(&mut self) {
        self.memories.passkeys = VectorMemory::default();
        self.upgrade();
    }

    pub(crate) fn configure(&mut self, settings: &RegistrySettings) {
        self.shard.configure(settings).expect("valid settings");
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.saturating_add(seconds * SECOND);
    }

    pub(crate) fn next_order(&mut self) -> OrderId {
        self.orders += 1;
        let mut id = [0; 32];
        id[..8].copy_from_slice(&self.orders.to_le_bytes());
        OrderId::new(id)
    }

    /// The order to register passkey `name`, by itself.
    pub(crate) fn creation(&mut self, name: &str) -> CreateAnchor {
        CreateAnchor {
            order: self.next_order(),
            expected: None,
            caller: principal(name),
            temporary_key: None,
            device: passkey(name),
            below: None,
        }
    }

    /// The order of `name` to add passkey `device` to an anchor.
    pub(crate) fn addition(&mut self, anchor: AnchorNumber, name: &str, device: &str) -> Apply {
        let device = passkey(device);
        self.change(anchor, name, DeviceOperation::Add { device })
    }

    /// The order of `name` to remove device `device` of an anchor.
    pub(crate) fn removal(&mut self, anchor: AnchorNumber, name: &str, device: &str) -> Apply {
        let key = DeviceKey::new(device.as_bytes());
        self.change(anchor, name, DeviceOperation::Remove { key })
    }

    /// The order of `name` to change an anchor.
    pub(crate) fn change(
        &mut self,
        anchor: AnchorNumber,
        name: &str,
        operation: DeviceOperation,
    ) -> Apply {
        Apply {
            order: self.next_order(),
            expected: None,
            anchor,
            caller: principal(name),
            operation,
        }
    }

    pub(crate) fn create(&mut self, order: &CreateAnchor) -> Result<AnchorNumber, RegistryError> {
        create_anchor::create_anchor(&mut self.shard, front(), order.clone(), self.now)
    }

    pub(crate) fn apply(&mut self, order: &Apply) -> Result<(), RegistryError> {
        apply::apply(&mut self.shard, front(), order.clone(), self.now)
    }

    pub(crate) fn register(&mut self, name: &str) -> AnchorNumber {
        let order = self.creation(name);
        self.create(&order).expect("registered")
    }

    /// Blocks of so many bytes each, whatever the rules say, about no anchor that exists.
    pub(crate) fn append_large(&mut self, count: usize, bytes: usize) {
        let device = PublicDevice {
            pubkey: DeviceKey::new(vec![7; bytes]),
            ..PublicDevice::from(&passkey("a"))
        };
        let tx = Tx {
            anchor: anchor(0),
            caller: principal("a"),
            operation: Operation::Add { device },
        };
        for _ in 0..count {
            self.shard.log.append(&tx, self.now).expect("room");
        }
    }

    pub(crate) fn add(&mut self, anchor: AnchorNumber, name: &str, device: &str) {
        let order = self.addition(anchor, name, device);
        self.apply(&order).expect("added");
    }

    pub(crate) fn ask(
        &mut self,
        anchor: AnchorNumber,
        caller: Principal,
        expected: Option<ShardTip>,
    ) -> Result<Authenticated, RegistryError> {
        let request = Authenticate {
            expected,
            anchor,
            caller,
        };
        authenticate::authenticate(&mut self.shard, front(), request, self.now)
    }

    pub(crate) fn info(
        &mut self,
        anchor: AnchorNumber,
        name: &str,
    ) -> Result<AnchorDetails, RegistryError> {
        let request = AnchorInfo {
            expected: None,
            anchor,
            caller: principal(name),
        };
        authenticate::anchor_info(&mut self.shard, front(), request, self.now)
    }

    pub(crate) fn enter(
        &mut self,
        anchor: AnchorNumber,
        name: &str,
    ) -> Result<TimestampNs, RegistryError> {
        let request = EnterRegistrationMode {
            expected: None,
            anchor,
            caller: principal(name),
        };
        remote_devices::enter(&mut self.shard, front(), request, self.now)
    }

    pub(crate) fn exit(&mut self, anchor: AnchorNumber, name: &str) -> Result<(), RegistryError> {
        let request = ExitRegistrationMode {
            expected: None,
            anchor,
            caller: principal(name),
        };
        remote_devices::exit(&mut self.shard, front(), request, self.now)
    }

    /// The order to let passkey `device` wait for `code`.
    pub(crate) fn tentative(
        &mut self,
        anchor: AnchorNumber,
        device: &str,
        code: u64,
    ) -> AddTentativeDevice {
        AddTentativeDevice {
            order: self.next_order(),
            expected: None,
            anchor,
            device: passkey(device),
            code: VerificationCode::from_random(code),
        }
    }

    pub(crate) fn add_tentative(
        &mut self,
        order: &AddTentativeDevice,
    ) -> Result<TentativeAnswer, RegistryError> {
        remote_devices::add_tentative(&mut self.shard, front(), order.clone(), self.now)
    }

    /// The order of `name` to verify the device that waits.
    pub(crate) fn verification(
        &mut self,
        anchor: AnchorNumber,
        name: &str,
        code: u64,
    ) -> VerifyTentativeDevice {
        VerifyTentativeDevice {
            order: self.next_order(),
            expected: None,
            anchor,
            caller: principal(name),
            code: Some(VerificationCode::from_random(code)),
        }
    }

    pub(crate) fn verify(
        &mut self,
        order: &VerifyTentativeDevice,
    ) -> Result<VerificationAnswer, RegistryError> {
        remote_devices::verify(&mut self.shard, front(), order.clone(), self.now)
    }

    /// An archive of the log's beginning asks.
    pub(crate) fn fetch(
        &mut self,
        archive: Principal,
        next_index: u64,
        last_hash: Option<BlockHash>,
        limit: u32,
    ) -> FetchAnswer {
        let request = FetchBlocks {
            next_index: BlockIndex::new(next_index),
            last_hash,
            limit,
            first_index: Some(BlockIndex::new(0)),
        };
        fetch_blocks(&mut self.shard, archive, &request, self.now)
    }

    /// An archive that begins at `first_index` asks for what follows block `next_index - 1` of this very shard.
    pub(crate) fn fetch_from(
        &mut self,
        archive: Principal,
        first_index: impl Into<Option<u64>>,
        next_index: u64,
    ) -> FetchAnswer {
        let request = FetchBlocks {
            next_index: BlockIndex::new(next_index),
            last_hash: self.shard.log.hash_before(next_index),
            limit: 9,
            first_index: first_index.into().map(BlockIndex::new),
        };
        fetch_blocks(&mut self.shard, archive, &request, self.now)
    }

    /// `archive` asks for what follows block `next_index - 1` of this very shard.
    pub(crate) fn acknowledge(&mut self, archive: Principal, next_index: u64) -> FetchAnswer {
        let hash = self.shard.log.hash_before(next_index);
        self.fetch(archive, next_index, hash, 0)
    }

    /// The blocks that are still held.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let held = self.shard.log.first_kept()..self.shard.log.length();
        held.map(|index| self.shard.log.block(BlockIndex::new(index)))
            .map(|held| decode(&held.expect("held").block))
            .collect()
    }

    /// Invariant 2 for a log of which nothing is forgotten: replaying it gives the public state.
    pub(crate) fn assert_replay_matches(&self) {
        let mut replay = Replay::new(self.shard.anchors.range());
        for block in self.blocks() {
            replay.push(&block).expect("the log replays");
        }
        let page = crate::reads::public_state(&self.shard, AnchorNumber::new(0), usize::MAX);
        assert_eq!(page.next, None);
        let served: Vec<_> = page
            .anchors
            .into_iter()
            .map(|anchor| (anchor.anchor, anchor.devices))
            .collect();
        let replayed: Vec<_> = replay
            .anchors()
            .map(|(anchor, devices)| (anchor, devices.to_vec()))
            .collect();
        assert_eq!(served, replayed);
    }
}

pub(crate) fn decode(block: &EncodedBlock) -> Block {
    Block::decode(block.as_slice()).expect("a block")
}
