//! People: somebody who says to be an anchor.

use super::{Attempt, Device, Family, Prepared, ask};
use types::front::IdentityAnchorInfo;
use types::{AnchorNumber, Principal, SessionKey};

/// Somebody who calls as `caller` and says to be `anchor`.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub(super) family: &'a Family,
    /// Who they say to be.
    pub anchor: AnchorNumber,
    /// Whom the canisters see.
    pub caller: Principal,
}

impl Family {
    /// Somebody who says to be that anchor, rightly or not.
    pub fn claim(&self, anchor: AnchorNumber, caller: Principal) -> Person<'_> {
        Person {
            family: self,
            anchor,
            caller,
        }
    }
}

impl<'a> Person<'a> {
    /// The same anchor on another device.
    #[must_use]
    pub fn on(&self, device: &Device) -> Self {
        self.family.claim(self.anchor, device.principal())
    }

    /// Adds a device with that name.
    #[track_caller]
    pub fn adds(&self, name: &str) -> Device {
        let device = Device::new(name);
        self.tries_to_add(&device).succeeds();
        device
    }

    /// Adds a device, if that is allowed.
    pub fn tries_to_add(&self, device: &Device) -> Attempt<()> {
        let front = self.family.front_as(self.caller);
        ask(front.add(self.anchor, &device.data))
    }

    /// Gives the device with this key this data.
    #[track_caller]
    pub fn updates(&self, device: &Device) {
        self.tries_to_update(device, device).succeeds();
    }

    /// Gives a device the data of another one (or other data of its own), if that is allowed.
    pub fn tries_to_update(&self, device: &Device, with: &Device) -> Attempt<()> {
        let front = self.family.front_as(self.caller);
        ask(front.update(self.anchor, &device.data.pubkey, &with.data))
    }

    /// Puts a new device with that name in the place of one.
    #[track_caller]
    pub fn replaces(&self, old: &Device, name: &str) -> Device {
        let device = Device::new(name);
        self.tries_to_replace(old, &device).succeeds();
        device
    }

    /// Puts a device in the place of another one, if that is allowed.
    pub fn tries_to_replace(&self, old: &Device, new: &Device) -> Attempt<()> {
        let front = self.family.front_as(self.caller);
        ask(front.replace(self.anchor, &old.data.pubkey, &new.data))
    }

    /// Removes a device.
    #[track_caller]
    pub fn removes(&self, device: &Device) {
        self.tries_to_remove(device).succeeds();
    }

    /// Removes a device, if that is allowed.
    pub fn tries_to_remove(&self, device: &Device) -> Attempt<()> {
        let front = self.family.front_as(self.caller);
        ask(front.remove(self.anchor, &device.data.pubkey))
    }

    /// Asks for everything about the anchor.
    pub fn asks_for_info(&self) -> Attempt<IdentityAnchorInfo> {
        let front = self.family.front_as(self.caller);
        ask(front.get_anchor_info(self.anchor))
    }

    /// Has a delegation prepared for 30 minutes.
    pub fn prepares(&self, origin: &str) -> Attempt<Prepared<'a>> {
        self.prepares_for(origin, None)
    }

    /// Has a delegation prepared for so many nanoseconds.
    pub fn prepares_for(&self, origin: &str, ttl_ns: Option<u64>) -> Attempt<Prepared<'a>> {
        let session = SessionKey::new(format!("session of {}", self.caller).as_bytes());
        let front = self.family.front_as(self.caller);
        let prepared = ask(front.prepare_delegation(self.anchor, origin, &session, ttl_ns));
        prepared.map(|(user_key, expiration)| Prepared {
            person: *self,
            origin: origin.to_owned(),
            session,
            user_key,
            expiration,
        })
    }

    /// Logs in: prepares, gets, and has the delegation checked. Answers the pseudonym.
    #[track_caller]
    pub fn logs_in_to(&self, origin: &str) -> Principal {
        let prepared = self.prepares(origin).succeeds();
        prepared.is_signed();
        prepared.pseudonym()
    }
}
