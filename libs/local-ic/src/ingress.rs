//! Users' messages: what is refused at the door, what it costs, what is known of them.

use crate::cbor::self_described;
use crate::error::{ErrorCode, Reject};
use crate::exec::{self, Machine, Queries, QueryCall};
use crate::ids::{CanisterId, Cycles, MessageId, SubnetId};
use crate::management;
use crate::state::{Ingress, IngressEntry, IngressState, Network, Subnet, not_found};
use candid::Principal;
use ic_transport_types::{Envelope, EnvelopeContent};
use std::borrow::Cow;

/// A message is larger than its subnet takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Request {id} is too large. Message byte size {size} is larger than the max allowed {max}."
)]
pub struct TooLarge {
    id: MessageId,
    size: usize,
    max: usize,
}

/// Bytes of the envelope, not signed, that would bring the message over HTTP: it is measured where
/// there is none.
pub fn envelope_bytes(ingress: &Ingress) -> usize {
    let envelope = Envelope {
        content: Cow::Owned(EnvelopeContent::Call {
            nonce: Some(vec![0; 8]),
            ingress_expiry: ingress.expiry,
            sender: ingress.sender,
            canister_id: ingress.receiver.0,
            method_name: ingress.method.clone(),
            arg: Vec::new(),
            sender_info: None,
        }),
        sender_pubkey: None,
        sender_sig: None,
        sender_delegation: None,
    };
    // The head of a long argument takes four bytes more than that of an empty one.
    self_described(&envelope).len() + 4 + ingress.payload.len()
}

/// Checks the size of a message before anything else is looked at.
pub fn check_size(subnet: &Subnet, id: MessageId, size: usize) -> Result<(), TooLarge> {
    let max = if subnet.kind == crate::topology::SubnetKind::NNS {
        crate::limits::MAX_NNS_INGRESS
    } else {
        crate::limits::MAX_REMOTE_REQUEST
    };
    if size > max {
        return Err(TooLarge { id, size, max });
    }
    Ok(())
}

/// Checks a message as a replica does before it accepts it, in the replica's order: the canister
/// exists, somebody can pay, the method may be called, the canister takes calls, has code and
/// wants the message.
pub fn filter(
    network: &Network,
    machine: &mut Machine,
    subnet: SubnetId,
    ingress: &Ingress,
) -> Result<(), Reject> {
    let subnet = network
        .subnet(subnet)
        .expect("routed to an existing subnet");
    if let Some((payer, fee)) = payment(subnet, ingress)? {
        let canister = subnet
            .canisters
            .get(&payer)
            .ok_or_else(|| not_found(payer))?;
        let needed = fee + canister.freezing_threshold(&subnet.fees());
        if canister.cycles < needed {
            return Err(exec::out_of_cycles(canister, needed - canister.cycles));
        }
    }
    if ingress.receiver == CanisterId::MANAGEMENT {
        return management::check_ingress(subnet, ingress);
    }
    let canister = subnet
        .canisters
        .get(&ingress.receiver)
        .ok_or_else(|| not_found(ingress.receiver))?;
    exec::require_running(canister)?;
    let code = canister
        .code
        .as_ref()
        .ok_or_else(|| exec::no_module(canister))?;
    let module = machine.module(&network.modules, code.module);
    if module.info.composite_queries.contains(&ingress.method) {
        return Reject::err(
            ErrorCode::CompositeQueryCalledInReplicatedMode,
            "Composite query cannot be called in replicated mode",
        );
    }
    let call = QueryCall {
        caller: ingress.sender,
        caller_info: ingress.sender_info.clone(),
        method: ingress.method.clone(),
        payload: ingress.payload.clone(),
    };
    Queries {
        machine,
        subnet,
        modules: &network.modules,
        now: network.last_round,
        certificate: None,
    }
    .inspect(ingress.receiver, call)
}

/// Puts an accepted message into the pool.
pub fn accept(network: &mut Network, subnet: SubnetId, effective: Principal, ingress: Ingress) {
    let subnet = network
        .subnet_mut(subnet)
        .expect("routed to an existing subnet");
    subnet.ingress_history.insert(
        ingress.id,
        IngressEntry {
            sender: ingress.sender,
            receiver: ingress.receiver,
            effective,
            expiry: ingress.expiry,
            state: IngressState::Received,
        },
    );
    subnet.ingress_pool.push_back(ingress);
}

/// Takes the fee for receiving a message.
pub(crate) fn charge(subnet: &mut Subnet, ingress: &Ingress) -> Result<(), Reject> {
    let Some((payer, fee)) = payment(subnet, ingress)? else {
        return Ok(());
    };
    let fees = subnet.fees();
    let canister = subnet
        .canisters
        .get_mut(&payer)
        .ok_or_else(|| not_found(payer))?;
    if let Err(missing) = canister.withdraw(&fees, fee) {
        return Err(exec::out_of_cycles(canister, missing));
    }
    canister.note_consumed(fee);
    Ok(())
}

/// Who pays for a message, and how much; nobody for some calls to the management canister.
fn payment(subnet: &Subnet, ingress: &Ingress) -> Result<Option<(CanisterId, Cycles)>, Reject> {
    let fee = subnet
        .fees()
        .ingress(ingress.method.len() + ingress.payload.len());
    if ingress.receiver != CanisterId::MANAGEMENT {
        return Ok(Some((ingress.receiver, fee)));
    }
    let payer = management::ingress_payer(&ingress.method, &ingress.payload)?;
    Ok(payer.map(|payer| (payer, fee)))
}
