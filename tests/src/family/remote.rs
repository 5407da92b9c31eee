//! Registering devices from other machines.

use super::{Attempt, Device, Person, ask};
use types::front::{
    AddTentativeDeviceResponse, DeviceRegistrationInfo, VerifyTentativeDeviceResponse,
};
use types::{Principal, TimestampNs};

impl Person<'_> {
    /// Opens the registration; answers when it ends.
    pub fn opens_registration(&self) -> Attempt<TimestampNs> {
        let front = self.family.front_as(self.caller);
        ask(front.enter_device_registration_mode(self.anchor))
    }

    /// Closes it.
    pub fn closes_registration(&self) -> Attempt<()> {
        let front = self.family.front_as(self.caller);
        ask(front.exit_device_registration_mode(self.anchor))
    }

    /// A device that nobody knows yet asks to belong to the anchor, anonymously.
    pub fn is_asked_by(&self, device: &Device) -> Attempt<AddTentativeDeviceResponse> {
        let front = self.family.front_as(Principal::anonymous());
        ask(front.add_tentative_device(self.anchor, &device.data))
    }

    /// The same, and the device shows a code.
    #[track_caller]
    pub fn reads_code_on(&self, device: &Device) -> String {
        match self.is_asked_by(device).succeeds() {
            AddTentativeDeviceResponse::AddedTentatively {
                verification_code, ..
            } => verification_code,
            other => panic!("expected a code: {other:?}"),
        }
    }

    /// Types a code.
    pub fn types_code(&self, code: &str) -> Attempt<VerifyTentativeDeviceResponse> {
        let front = self.family.front_as(self.caller);
        ask(front.verify_tentative_device(self.anchor, code))
    }

    /// The open registration, as this device of the anchor sees it.
    #[track_caller]
    pub fn sees_registration(&self) -> Option<DeviceRegistrationInfo> {
        self.asks_for_info().succeeds().device_registration
    }
}
