//! What users are answered, as [`lean`](super) writes it: types as Candid's library writes them (the tests compare), and values.

use super::{Lean, NOTHING, blob};
use crate::front::{GetDelegationResponse, IdentityAnchorInfo, RegisterResponse};
use crate::{TimestampNs, UserKey};

#[cfg(test)]
mod tests;

/// All values of an answer.
pub trait Answer {
    /// The whole message.
    fn message(&self) -> Vec<u8>;
}

const TIMESTAMP: &[u8] = b"DIDL\0\x01\x78";
const PREPARED: &[u8] = b"DIDL\x01m{\x02\x00x";
const REGISTERED: &[u8] = b"\
    DIDL\x02k\x03\xa9\xd4\x83\x91\x08\x7f\xe7\xeb\x84\x8f\x0c\x7f\x82\xbb\x82\xa5\x0f\x01l\x01\xfd\
    \xea\x86Fx\x01\x00\
";
const DELEGATION: &[u8] = b"\
    DIDL\x06k\x02\xa2\xdc\xe4\xb5\x03\x7f\xeb\xda\xcf\xcb\x05\x01l\x02\xf8\xc5\xae\xab\x01\x02\xa8\
    \xf9\xc9\xa9\x03\x03m{l\x03\x82\xf6\xca\xb7\x06\x02\x82\xe8\x9f\xc3\x08\x04\xaf\xb6\xd1\xf3\
    \x08xn\x05mh\x01\x00\
";
const ANCHOR_INFO: &[u8] = b"\
    DIDL\x12l\x03\xaa\xac\xd9\xd0\x06\x01\x9d\xce\xa4\xbb\r\x02\x82\x8d\xcb\xf5\r\x0enxm\x03l\n\
    \x90\xa3\xc5\x8c\x02q\xb8\xa6\xf4\xe2\x03\x01\xef\xce\xe7\x80\x04\x04\xe6\xb3\x84\xd8\x04\t\
    \x99\xd8\x88\xa3\x06\n\x82\xf6\xca\xb7\x06\x08\x9a\x89\xd9\x8a\x0b\x0b\xe9\xc4\xa9\xb7\x0e\x0c\
    \x9e\xa3\xbf\xb9\x0e\r\x83\xd1\xb9\xb9\x0f\x0cn\x05m\x06l\x02\x00q\x01\x07k\x03\x9c\x95\xcc\
    \x02\x05\xd1\xd1\xc0\x89\x01q\xeb\x90\xe0\xec\x0b\x08m{nqk\x02\xb5\xeb\xc2\xd1\x01\x7f\xae\xde\
    \xa8\xa4\t\x7fk\x05\xb3\xe5\xe6\xbf\x06\x7f\xc7\xb8\xfa\xaf\x0b\x7f\x92\xb5\xb5\xfd\x0c\x7f\
    \x8a\xc7\xec\x8b\x0e\x7f\x84\xda\xbb\xdc\x0f\x7fn\x08k\x02\xf8\xa2\xd3\x01\x7f\xd5\xfa\xa7\xec\
    \n\x7fn\x0fl\x02\x87\x85\x90\x9e\x02\x10\xaf\xb6\xd1\xf3\x08xn\x11l\t\x90\xa3\xc5\x8c\x02q\xef\
    \xce\xe7\x80\x04\x04\xe6\xb3\x84\xd8\x04\t\x99\xd8\x88\xa3\x06\n\x82\xf6\xca\xb7\x06\x08\x9a\
    \x89\xd9\x8a\x0b\x0b\xe9\xc4\xa9\xb7\x0e\x0c\x9e\xa3\xbf\xb9\x0e\r\x83\xd1\xb9\xb9\x0f\x0c\x01\
    \x00\
";

impl Answer for () {
    fn message(&self) -> Vec<u8> {
        NOTHING.to_vec()
    }
}

impl Answer for TimestampNs {
    fn message(&self) -> Vec<u8> {
        [TIMESTAMP, &self.get().to_le_bytes()].concat()
    }
}

/// Of `prepare_delegation`.
impl Answer for (UserKey, TimestampNs) {
    fn message(&self) -> Vec<u8> {
        let (key, expiration) = self;
        let mut message = room(PREPARED, key.len() + 16);
        blob(key, &mut message);
        expiration.write(&mut message);
        message
    }
}

/// Of `register`.
impl Answer for RegisterResponse {
    fn message(&self) -> Vec<u8> {
        written(REGISTERED, self, 16)
    }
}

/// Of `get_delegation`.
impl Answer for GetDelegationResponse {
    fn message(&self) -> Vec<u8> {
        written(DELEGATION, self, 4_096)
    }
}

/// Of `get_anchor_info`.
impl Answer for IdentityAnchorInfo {
    fn message(&self) -> Vec<u8> {
        written(ANCHOR_INFO, self, 64 + 300 * self.devices.len())
    }
}

fn written(types: &[u8], value: &impl Lean, bytes: usize) -> Vec<u8> {
    let mut message = room(types, bytes);
    value.write(&mut message);
    message
}

/// The types, and room for so many bytes of values.
fn room(types: &[u8], values: usize) -> Vec<u8> {
    let mut message = Vec::with_capacity(types.len() + values);
    message.extend_from_slice(types);
    message
}
