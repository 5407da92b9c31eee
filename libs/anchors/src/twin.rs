//! The rules about devices said a second time in the fewest words, as lists of devices, and random sequences of
//! operations by random callers. Tests hold the library and whole deployments against it.

use proptest::prelude::*;
use types::{
    CredentialId, DeviceData, DeviceKey, DeviceProtection, KeyType, Metadata, MetadataValue,
    Principal, Purpose, TimestampNs,
};

/// Most devices of an anchor, here.
pub const MAX_DEVICES: u16 = 4;

/// Most bytes in the variable fields of an anchor's devices together.
const VARIABLE_FIELDS: usize = 2_500;

/// Everybody's names; one letter each, which is also the key of their device.
pub const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// What somebody wants; devices that exist are named by their key.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A new anchor with this device, and somebody who may act for it.
    Register(DeviceData, Option<Caller>),
    /// One device more.
    Add(DeviceData),
    /// Other data for the device with this key.
    Update(&'static str, DeviceData),
    /// This one in the place of the device with this key.
    Replace(&'static str, DeviceData),
    /// One device less.
    Remove(&'static str),
}

/// Who wants it, and of which anchor.
#[derive(Clone, Debug)]
pub struct Step {
    /// Counted from the first anchor, for all but registrations.
    pub anchor: usize,
    /// Who.
    pub caller: Caller,
    /// What.
    pub operation: Operation,
}

/// The device of that name, or a temporary key that acts for it.
#[derive(Clone, Copy, Debug)]
pub enum Caller {
    /// The device with this key.
    Device(&'static str),
    /// A temporary key of the device with this key.
    TemporaryKeyOf(&'static str),
}

impl Caller {
    /// Whom the library sees.
    pub fn principal(self) -> Principal {
        match self {
            Self::Device(name) => principal(name),
            Self::TemporaryKeyOf(name) => principal(&format!("temporary key of {name}")),
        }
    }

    /// The device, if this is a temporary key.
    pub fn temporary_for(self) -> Option<DeviceKey> {
        match self {
            Self::Device(_) => None,
            Self::TemporaryKeyOf(name) => Some(DeviceKey::new(name.as_bytes())),
        }
    }

    /// The key of the device.
    pub const fn acts_for(self) -> &'static str {
        match self {
            Self::Device(name) | Self::TemporaryKeyOf(name) => name,
        }
    }
}

/// A device of an anchor.
#[derive(Clone, Debug)]
pub struct Known {
    /// What is known of it.
    pub data: DeviceData,
    /// When it did something last.
    pub last_use: Option<TimestampNs>,
}

impl Known {
    /// Whether it has that key.
    pub fn is(&self, name: &str) -> bool {
        self.data.pubkey.as_slice() == name.as_bytes()
    }
}

/// Nothing but the devices of each anchor.
pub type Twin = Vec<Vec<Known>>;

/// Whether an anchor may have these devices.
fn keeps_the_rules(devices: &[Known]) -> bool {
    let is_phrase = |known: &Known| known.data.key_type == KeyType::SeedPhrase;
    let fine = |known: &Known| {
        let data = &known.data;
        data.alias.len() <= 64
            && (data.protection == DeviceProtection::Unprotected || is_phrase(known))
            && (data.credential_id.is_none() || !is_phrase(known))
    };
    let length = |known: &Known| {
        let data = &known.data;
        let metadata = data.metadata.iter().flat_map(|metadata| &metadata.0);
        let metadata = metadata.map(|(key, value)| match value {
            MetadataValue::String(text) => key.len() + text.len(),
            other => unreachable!("{other:?} is not generated"),
        });
        data.alias.len()
            + data.pubkey.len()
            + data.credential_id.as_ref().map_or(0, CredentialId::len)
            + data.origin.as_ref().map_or(0, String::len)
            + metadata.sum::<usize>()
    };
    let mut keys: Vec<_> = devices.iter().map(|known| &known.data.pubkey).collect();
    keys.sort();
    keys.dedup();
    keys.len() == devices.len()
        && devices.iter().all(fine)
        && devices.len() <= usize::from(MAX_DEVICES)
        && devices.iter().filter(|known| is_phrase(known)).count() <= 1
        && devices.iter().map(length).sum::<usize>() <= VARIABLE_FIELDS
}

/// The devices of a new anchor; `None` if it is refused.
pub fn registered(
    data: &DeviceData,
    temporary_key: Option<Caller>,
    caller: Caller,
    now: TimestampNs,
) -> Option<Vec<Known>> {
    let is_device = |somebody: Caller| somebody.principal() == data.pubkey.principal();
    let is_temporary_key = temporary_key.is_some_and(|key| key.principal() == caller.principal());
    let devices = vec![Known {
        data: data.clone(),
        last_use: Some(now),
    }];
    let is_fine = (is_device(caller) || is_temporary_key)
        && !temporary_key.is_some_and(is_device)
        && keeps_the_rules(&devices);
    is_fine.then_some(devices)
}

/// What the devices are after the operation; `None` if it is refused.
pub fn after(before: &[Known], step: &Step, now: TimestampNs) -> Option<Vec<Known>> {
    let unused = |data: &DeviceData| Known {
        data: data.clone(),
        last_use: None,
    };
    let mut devices = before.to_vec();
    let acting = step.caller.acts_for();
    devices.iter_mut().find(|known| known.is(acting))?.last_use = Some(now);
    let open = |devices: &[Known], name: &str| {
        let at = devices.iter().position(|known| known.is(name))?;
        let is_locked = devices[at].data.protection == DeviceProtection::Protected;
        let is_itself = matches!(step.caller, Caller::Device(caller) if caller == name);
        (!is_locked || is_itself).then_some(at)
    };
    match &step.operation {
        Operation::Register(..) => unreachable!("no anchor to change"),
        Operation::Add(data) => devices.push(unused(data)),
        Operation::Update(name, data) => {
            let at = open(&devices, name)?;
            if !unused(data).is(name) {
                return None;
            }
            devices[at].data = data.clone();
        }
        Operation::Replace(name, data) => {
            let at = open(&devices, name)?;
            devices.remove(at);
            devices.push(unused(data));
        }
        Operation::Remove(name) => {
            let at = open(&devices, name)?;
            devices.remove(at);
            return Some(devices);
        }
    }
    keeps_the_rules(&devices).then_some(devices)
}

/// A name.
pub fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

/// A device, mostly one that the rules allow.
pub fn device() -> impl Strategy<Value = DeviceData> {
    let kind = prop_oneof![
        6 => name().prop_map(passkey),
        2 => name().prop_map(|name| phrase(name, DeviceProtection::Unprotected)),
        3 => name().prop_map(|name| phrase(name, DeviceProtection::Protected)),
        1 => name().prop_map(|name| DeviceData {
            protection: DeviceProtection::Protected,
            ..passkey(name)
        }),
        1 => name().prop_map(|name| DeviceData {
            key_type: KeyType::SeedPhrase,
            ..passkey(name)
        }),
    ];
    let alias = prop::sample::select(vec![0, 8, 8, 8, 64, 65]);
    let padding = prop::sample::select(vec![None, None, Some(10), Some(900)]);
    (kind, alias, padding).prop_map(|(device, alias, padding)| DeviceData {
        alias: "x".repeat(alias),
        metadata: padding.map(|length: usize| {
            let value = MetadataValue::String("v".repeat(length));
            Metadata([("k".to_owned(), value)].into())
        }),
        ..device
    })
}

/// Anybody.
fn caller() -> impl Strategy<Value = Caller> {
    prop_oneof![
        5 => name().prop_map(Caller::Device),
        1 => name().prop_map(Caller::TemporaryKeyOf),
    ]
}

/// A registration and who sends it: the device itself or a temporary key of its own, which is mostly the one that is
/// registered with it, and sometimes anybody.
fn registration() -> impl Strategy<Value = (Caller, Operation)> {
    let is_its_own_key = prop::bool::weighted(0.1);
    let with_key = prop::option::weighted(0.7, is_its_own_key);
    let anybody = prop::option::weighted(0.2, caller());
    (device(), with_key, any::<bool>(), anybody).prop_map(|(data, with_key, by_key, anybody)| {
        let itself = Caller::Device(name_of(&data));
        let key = Caller::TemporaryKeyOf(name_of(&data));
        let temporary_key = with_key.map(|is_its_own| if is_its_own { itself } else { key });
        let caller = anybody.unwrap_or(if by_key { key } else { itself });
        (caller, Operation::Register(data, temporary_key))
    })
}

/// A step, of one of so many anchors.
pub fn step(anchors: usize) -> impl Strategy<Value = Step> {
    // Mostly the key that it is about: another one is refused whatever else is said.
    let update = (name(), device(), prop::bool::weighted(0.9)).prop_map(|(name, data, same)| {
        let pubkey = DeviceKey::new(name.as_bytes());
        let pubkey = if same { pubkey } else { data.pubkey.clone() };
        Operation::Update(name, DeviceData { pubkey, ..data })
    });
    let change = prop_oneof![
        6 => device().prop_map(Operation::Add),
        3 => update,
        3 => (name(), device()).prop_map(|(name, data)| Operation::Replace(name, data)),
        2 => name().prop_map(Operation::Remove),
    ];
    let operation = prop_oneof![
        1 => registration(),
        7 => (caller(), change),
    ];
    (0..anchors, operation).prop_map(|(anchor, (caller, operation))| Step {
        anchor,
        caller,
        operation,
    })
}

/// The name that is the device's key.
pub fn name_of(device: &DeviceData) -> &'static str {
    let mut names = NAMES.into_iter();
    let is_of = |name: &&str| name.as_bytes() == device.pubkey.as_slice();
    names.find(is_of).expect("a device from here")
}

/// A passkey whose key is `name`.
pub fn passkey(name: &str) -> DeviceData {
    DeviceData {
        pubkey: DeviceKey::new(name.as_bytes()),
        alias: format!("{name}'s alias"),
        credential_id: Some(CredentialId::new(format!("id of {name}").into_bytes())),
        aaguid: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::CrossPlatform,
        protection: DeviceProtection::Unprotected,
        origin: Some("https://identity.example".to_owned()),
        metadata: None,
    }
}

/// A recovery phrase whose key is `name`.
pub fn phrase(name: &str, protection: DeviceProtection) -> DeviceData {
    DeviceData {
        credential_id: None,
        purpose: Purpose::Recovery,
        key_type: KeyType::SeedPhrase,
        protection,
        ..passkey(name)
    }
}

/// Whom the library sees when the device with that key calls.
pub fn principal(name: &str) -> Principal {
    Principal::self_authenticating(name)
}
