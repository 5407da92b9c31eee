//! Ids: one type per role, so that no two of them can be mixed up.

number! {
    /// The number that stands for one identity. Allocated by a shard, never reused.
    AnchorNumber
}

number! {
    /// Position of a block in the log of its shard, from 0.
    BlockIndex
}

number! {
    /// Nanoseconds since 1970-01-01 UTC, as the Internet Computer tells time.
    TimestampNs
}

byte_array! {
    /// The ICRC-3 hash of a block; the parent hash of the block after it.
    BlockHash
}

byte_array! {
    /// Identifies an order of front's to a shard. A repeated id gets the first answer again.
    OrderId
}

byte_string! {
    /// Public key of a device, in DER. Not parsed by the service; at most
    /// [`DeviceKey::MAX_LENGTH`] bytes, which the device rules check, not this type.
    DeviceKey
}

impl DeviceKey {
    /// Longest device key that the device rules accept, in bytes.
    pub const MAX_LENGTH: usize = 300;

    /// The principal that signs with this key: its self-authenticating id.
    pub fn principal(&self) -> candid::Principal {
        candid::Principal::self_authenticating(self)
    }
}

byte_string! {
    /// `WebAuthn` credential id, at most [`CredentialId::MAX_LENGTH`] bytes (checked by the device rules).
    CredentialId
}

impl CredentialId {
    /// Longest credential id that the device rules accept, in bytes.
    pub const MAX_LENGTH: usize = 350;
}

byte_string! {
    /// Authenticator attestation id: names an authenticator's model.
    Aaguid
}

byte_string! {
    /// Public key of a dapp's session, in DER, at most 1 KiB (checked where it is used).
    SessionKey
}

byte_string! {
    /// Public key that stands for (anchor, origin): a canister-signature key in DER.
    UserKey
}

byte_string! {
    /// One block as its shard encoded it; `oplog` reads it.
    EncodedBlock
}
