//! The contexts of the System API.

/// The kind of entry point that runs; the letters are those of the interface specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Mode {
    /// `canister_init` and `canister_post_upgrade` (I).
    Init = 1 << 0,
    /// `canister_pre_upgrade` (G).
    PreUpgrade = 1 << 1,
    /// An update method (U).
    Update = 1 << 2,
    /// A query method run by consensus (RQ).
    ReplicatedQuery = 1 << 3,
    /// A query method run by one replica (NRQ).
    Query = 1 << 4,
    /// The transform function of an HTTP outcall (TQ).
    Transform = 1 << 5,
    /// A composite query method (CQ).
    CompositeQuery = 1 << 6,
    /// A reply callback (Ry).
    Reply = 1 << 7,
    /// A reject callback (Rt).
    Reject = 1 << 8,
    /// A reply callback in a composite query (`CRy`).
    CompositeReply = 1 << 9,
    /// A reject callback in a composite query (`CRt`).
    CompositeReject = 1 << 10,
    /// A cleanup callback (C).
    Cleanup = 1 << 11,
    /// A cleanup callback in a composite query (CC).
    CompositeCleanup = 1 << 12,
    /// Heartbeat, global timer, low memory hook (T).
    SystemTask = 1 << 13,
    /// `canister_inspect_message` (F).
    InspectMessage = 1 << 14,
    /// The module's start function (s).
    Start = 1 << 15,
}

impl Mode {
    /// The name in the error text of a call outside its context.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Init => "init",
            Mode::PreUpgrade => "pre upgrade",
            Mode::Update => "update",
            Mode::ReplicatedQuery => "replicated query",
            Mode::Query => "non replicated query",
            Mode::Transform => "transform",
            Mode::CompositeQuery => "composite query",
            Mode::Reply => "reply callback",
            Mode::Reject => "reject callback",
            Mode::CompositeReply => "composite reply callback",
            Mode::CompositeReject => "composite reject callback",
            Mode::Cleanup => "cleanup",
            Mode::CompositeCleanup => "composite cleanup",
            Mode::SystemTask => "system task",
            Mode::InspectMessage => "inspect message",
            Mode::Start => "start",
        }
    }

    /// Whether what the execution writes may be kept.
    pub const fn keeps_changes(self) -> bool {
        matches!(
            self,
            Mode::Init
                | Mode::PreUpgrade
                | Mode::Update
                | Mode::Reply
                | Mode::Reject
                | Mode::Cleanup
                | Mode::SystemTask
        )
    }
}

/// A set of contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes(u16);

impl Modes {
    /// `* s`: every context.
    pub const ALL: Modes = Modes(u16::MAX);
    /// `*`: every context but the start function.
    pub const NOT_START: Modes = Modes(!(Mode::Start as u16));

    /// The set of these contexts.
    pub const fn of(modes: &[Mode]) -> Modes {
        let mut bits = 0;
        let mut i = 0;
        while i < modes.len() {
            bits |= modes[i] as u16;
            i += 1;
        }
        Modes(bits)
    }

    /// Whether the context is in the set.
    pub const fn contains(self, mode: Mode) -> bool {
        self.0 & mode as u16 != 0
    }
}
