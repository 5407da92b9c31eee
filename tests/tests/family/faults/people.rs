//! People who are about to do everything that a shard is needed for.

use super::call::{Call, Check, First, hears, is_refused};
use super::{DAPP, FRONT, REGISTRY};
use anchorage_tests::encoded;
use anchorage_tests::family::{Device, Family, Person, ask};
use types::front::{
    AddTentativeDeviceResponse, Challenge, IdentityAnchorInfo, RegisterResponse,
    VerifyTentativeDeviceResponse,
};
use types::{AnchorNumber, Principal, TimestampNs, UserKey};

/// For Alice, Bob and Carol.
pub(super) const TOKENS: u64 = 3;
/// Bob's registration, four changes of Alice's, and the device that Carol's code is for.
const BLOCKS: usize = 6;
/// So often they try while the shard is down.
const TIMES: usize = 3;

pub(super) struct People<'a> {
    family: &'a Family,
    /// Has devices, and has logged in with none of them.
    alice: Person<'a>,
    phone: Device,
    watch: Device,
    key: Device,
    /// Has a challenge.
    bob: Device,
    challenge: Challenge,
    /// Has a device that waits for this code.
    carol: Person<'a>,
    code: String,
    /// The log before all that.
    blocks: usize,
}

impl<'a> People<'a> {
    #[track_caller]
    pub(super) fn of(family: &'a Family) -> Self {
        let alice = family.register("alice");
        let [phone, watch, key] = ["phone", "watch", "key"].map(|name| alice.adds(name));
        let carol = family.register("carol");
        carol.opens_registration().succeeds();
        let code = carol.reads_code_on(&Device::new("carol's phone"));
        Self {
            family,
            alice,
            phone,
            watch,
            key,
            bob: Device::new("bob"),
            challenge: family.challenge(),
            carol,
            code,
            blocks: family.audits(0).blocks.len(),
        }
    }

    /// The number that Bob will get.
    const fn next(&self) -> AnchorNumber {
        self.carol.anchor.saturating_add(1)
    }

    /// Every method of front's that needs a shard, in an order in which each of them succeeds once. What waits for something
    /// that ends comes first.
    pub(super) fn calls(&self) -> Vec<Call<'a>> {
        let mut calls = vec![self.registration()];
        calls.extend(self.with_a_new_device());
        calls.extend(self.with_devices());
        calls
    }

    fn registration(&self) -> Call<'a> {
        let registration = self.family.registration(&self.bob).with(&self.challenge);
        let registered = RegisterResponse::Registered {
            user_number: self.next(),
        };
        self.call(
            self.bob.principal(),
            "register",
            registration.arguments(),
            hears(move |(answer,): (RegisterResponse,)| answer == registered),
        )
    }

    fn with_a_new_device(&self) -> [Call<'a>; 5] {
        use AddTentativeDeviceResponse::{AddedTentatively, AnotherDeviceTentativelyAdded};
        use VerifyTentativeDeviceResponse::{DeviceRegistrationModeOff, Verified, WrongCode};
        let Person { anchor, caller, .. } = self.carol;
        let types = |code: &str, right, again| {
            let method = "verify_tentative_device";
            let hears =
                |answer| hears(move |(heard,): (VerifyTentativeDeviceResponse,)| heard == answer);
            let call = self.call(caller, method, encoded((anchor, code)), hears(right));
            call.if_repeated(hears(again))
        };
        let code = &self.code;
        let other_code = if code == "000000" { "000001" } else { "000000" };
        // No try was counted before.
        let [first, second] = [2, 1].map(|retries_left| WrongCode { retries_left });
        let waits = hears(|(answer,)| matches!(answer, AddedTentatively { .. }));
        let waited = hears(|(answer,)| matches!(answer, AnotherDeviceTentativelyAdded));
        let new = encoded((anchor, &Device::new("new phone").data));
        [
            types(other_code, first, second),
            types(code, Verified, DeviceRegistrationModeOff),
            self.call(
                caller,
                "enter_device_registration_mode",
                encoded((anchor,)),
                hears(|_: (TimestampNs,)| true),
            ),
            self.call(Principal::anonymous(), "add_tentative_device", new, waits)
                .if_repeated(waited),
            self.call(
                caller,
                "exit_device_registration_mode",
                encoded((anchor,)),
                is_done(),
            ),
        ]
    }

    fn with_devices(&self) -> [Call<'a>; 6] {
        let Person { anchor, caller, .. } = self.alice;
        let change = |method, argument| self.call(caller, method, argument, is_done());
        let [phone, watch, key] =
            [&self.phone, &self.watch, &self.key].map(|device| &device.data.pubkey);
        let renamed = self.phone.clone().but(|device| device.alias.push('!')).data;
        let [tablet, new_watch] = ["tablet", "new watch"].map(|name| Device::new(name).data);
        [
            change("add", encoded((anchor, tablet))).if_repeated(is_refused("already exists")),
            // Carried out again: every order has its block.
            change("update", encoded((anchor, phone, renamed))),
            change("replace", encoded((anchor, watch, new_watch)))
                .if_repeated(is_refused("not found")),
            change("remove", encoded((anchor, key))).if_repeated(is_refused("not found")),
            self.call(
                caller,
                "get_anchor_info",
                encoded((anchor,)),
                hears(|_: (IdentityAnchorInfo,)| true),
            ),
            self.call(
                caller,
                "prepare_delegation",
                super::log_in(&self.alice),
                hears(|_: (UserKey, TimestampNs)| true),
            ),
        ]
    }

    fn call(
        &self,
        caller: Principal,
        method: &'static str,
        argument: Vec<u8>,
        right: Check,
    ) -> Call<'a> {
        Call {
            family: self.family,
            method,
            caller,
            argument,
            right,
            again: None,
        }
    }

    /// Everything is refused, worth a retry, and changes nothing.
    #[track_caller]
    pub(super) fn are_told_to_retry(&self) {
        for _ in 0..TIMES {
            for call in self.calls() {
                call.is_told_to_retry(&call.is_made());
            }
        }
        // Composite queries do not get through either, and say whom to ask.
        let shard = self.family.id(REGISTRY).to_text();
        ask(self.family.front().lookup(self.alice.anchor)).is_refused_saying(&shard);
    }

    /// The challenge, the tokens and the code of before are good, and each thing happens once.
    #[track_caller]
    pub(super) fn go_on(&self) {
        for call in self.calls() {
            call.is_right(&call.is_made());
        }
        self.have_done_everything_once(0);
    }

    /// Everybody makes each call while something happens, and once more.
    #[track_caller]
    pub(super) fn make_each_call_twice(&self, meanwhile: impl Fn(usize)) -> Vec<First> {
        let calls = self.calls().into_iter();
        let firsts: Vec<First> = calls.map(|call| call.is_made_twice(&meanwhile)).collect();
        let updates = firsts
            .iter()
            .filter(|first| first.method == "update" && first.was_done);
        self.have_done_everything_once(updates.count());
        firsts
    }

    #[track_caller]
    fn have_done_everything_once(&self, updates_more: usize) {
        let names_of = |person: &Person<'_>| -> Vec<String> {
            let devices = person.asks_for_info().succeeds().devices;
            devices.into_iter().map(|device| device.alias).collect()
        };
        let alias = "private alias of";
        assert_eq!(
            names_of(&self.alice),
            ["alice", "phone!", "tablet", "new watch"].map(|name| format!("{alias} {name}"))
        );
        assert_eq!(
            names_of(&self.carol),
            ["carol", "carol's phone"].map(|name| format!("{alias} {name}"))
        );
        self.alice.logs_in_to(DAPP);
        let of_dave = self.family.registration(&Device::new("dave"));
        of_dave.is_sent().is_refused_saying("rate limit reached");
        // No call to the shard is open: front can be stopped at once.
        self.family.upgrades(FRONT);
        let audited = self.family.audits(0);
        assert_eq!(audited.blocks.len(), self.blocks + BLOCKS + updates_more);
        assert_eq!(audited.tip.next_anchor, self.next().saturating_add(1));
    }
}

/// The answer of a method that only says that it was done.
fn is_done() -> Check {
    hears(|(): ()| true)
}
