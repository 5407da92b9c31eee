//! Creating canisters and giving them cycles.

use super::settings::{afford, apply};
use super::{Answer, Outcome, Request, decode, empty_reply, encode};
use crate::error::{ErrorCode, Reject};
use crate::ids::{CanisterId, Cycles};
use crate::state::{Canister, ChangeRecord, Settings};
use candid::{Nat, Principal};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterSettings, CreateCanisterArgs,
    ProvisionalCreateCanisterWithCyclesArgs, ProvisionalTopUpCanisterArgs,
};

/// What a canister gets that is created out of nothing.
const PROVISIONAL_CYCLES: Cycles = 100_000_000_000_000;

impl Request<'_, '_> {
    pub(super) fn create_canister(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CreateCanisterArgs,) = decode(payload)?;
        let fee = self.exec.subnet.fees().creation();
        if self.cycles < fee {
            return Reject::err(
                ErrorCode::InsufficientCyclesForCreateCanister,
                format!(
                    "Creating a canister requires a fee of {fee} that is deducted from the canister's initial balance but only {} cycles were received with the create_canister request.",
                    self.cycles
                ),
            );
        }
        let id = self.create(
            None,
            args.settings,
            self.cycles - fee,
            args.sender_canister_version,
        )?;
        self.cycles = 0;
        Ok(Outcome::Reply(encode((CanisterIdRecord {
            canister_id: id.0,
        },))))
    }

    pub(super) fn provisional_create(&mut self, payload: &[u8]) -> Answer {
        let (args,): (ProvisionalCreateCanisterWithCyclesArgs,) = decode(payload)?;
        let cycles = match args.amount {
            None => PROVISIONAL_CYCLES,
            Some(amount) => cycles(&amount)?,
        };
        let id = self.create(
            args.specified_id,
            args.settings,
            cycles,
            args.sender_canister_version,
        )?;
        Ok(Outcome::Reply(encode((CanisterIdRecord {
            canister_id: id.0,
        },))))
    }

    fn create(
        &mut self,
        specified: Option<Principal>,
        settings: Option<CanisterSettings>,
        cycles: Cycles,
        version: Option<u64>,
    ) -> Result<CanisterId, Reject> {
        let mut own = Settings::new([self.caller]);
        apply(&mut own, settings.unwrap_or_default())?;
        let canister = Canister::new(CanisterId::MANAGEMENT, own, cycles, self.exec.now);
        let needed = canister.freezing_threshold(&self.exec.subnet.fees());
        afford(&Settings::new([]), &canister.settings, cycles, needed)?;
        let subnet = &mut *self.exec.subnet;
        let id = match specified.map(CanisterId) {
            None => subnet.next_canister_id().ok_or_else(|| {
                Reject::new(
                    ErrorCode::SubnetOversubscribed,
                    format!("Subnet {} has no canister ids left", subnet.id),
                )
            })?,
            Some(id) if !id.index().is_some_and(|index| subnet.owns(index)) => {
                return Reject::err(
                    ErrorCode::CanisterNotHostedBySubnet,
                    format!(
                        "Specified CanisterId {id} is not hosted by subnet {}.",
                        subnet.id
                    ),
                );
            }
            Some(id) if subnet.canisters.contains_key(&id) => {
                return Reject::err(
                    ErrorCode::CanisterIdAlreadyExists,
                    format!("Canister {id} is already installed."),
                );
            }
            Some(id) => id,
        };
        let controllers = canister.settings.controllers.iter().copied().collect();
        subnet.canisters.insert(id, Canister { id, ..canister });
        let origin = self.change_origin(version);
        self.record(id.0, origin, ChangeRecord::Creation { controllers });
        Ok(id)
    }

    pub(super) fn provisional_top_up(&mut self, payload: &[u8]) -> Answer {
        let (args,): (ProvisionalTopUpCanisterArgs,) = decode(payload)?;
        let amount = cycles(&args.amount)?;
        let canister = self.canister(args.canister_id)?;
        canister.credit(amount);
        Ok(Outcome::Reply(empty_reply()))
    }

    pub(super) fn deposit_cycles(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CanisterIdRecord,) = decode(payload)?;
        let amount = self.cycles;
        let canister = self.canister(args.canister_id)?;
        canister.credit(amount);
        self.cycles = 0;
        Ok(Outcome::Reply(empty_reply()))
    }
}

fn cycles(amount: &Nat) -> Result<Cycles, Reject> {
    Cycles::try_from(&amount.0).map_err(|_| {
        Reject::new(
            ErrorCode::InvalidManagementPayload,
            format!("{amount} cycles do not fit 128 bits"),
        )
    })
}
