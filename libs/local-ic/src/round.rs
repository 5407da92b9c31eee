//! One round: what happens between two moments of the network's time.

use crate::error::{ErrorCode, Reject};
use crate::exec::{Call, Exec, Machine};
use crate::ids::{CanisterId, SubnetId};
use crate::limits;
use crate::management;
use crate::state::{
    Canister, Input, Management, Message, Network, Origin, Request, Response, Status, StopWaiter,
    Subnet, not_found,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Nanoseconds between two charges for storage and allocations.
const CHARGE_INTERVAL_NS: u64 = 10_000_000_000;

/// Runs one round on every subnet.
pub fn run(network: &mut Network, machine: &mut Machine) {
    network.time = network.time.max(network.last_round + 1);
    network.last_round = network.time;
    network.rounds += 1;
    let routes = Routes::new(network);
    let mut arriving: BTreeMap<SubnetId, Vec<Message>> = BTreeMap::new();
    for message in std::mem::take(&mut network.in_transit) {
        if let Some(destination) = routes.subnet(&message) {
            arriving.entry(destination).or_default().push(message);
        }
    }
    let root_key: Arc<[u8]> = network.subnets[0].public_key.as_slice().into();
    for subnet in &mut network.subnets {
        let arriving = arriving.remove(&subnet.id).unwrap_or_default();
        let mut exec = Exec {
            machine: &mut *machine,
            subnet,
            modules: &mut network.modules,
            now: network.time,
            round: network.rounds,
            root_key: root_key.clone(),
            used: 0,
        };
        run_subnet(&mut exec, &routes, arriving, &mut network.in_transit);
    }
    network.collect_modules();
}

/// Which subnet a message goes to, as it was at the start of the round.
struct Routes(BTreeMap<SubnetId, Vec<(u64, u64)>>);

impl Routes {
    fn new(network: &Network) -> Self {
        Self(
            network
                .subnets
                .iter()
                .map(|subnet| (subnet.id, subnet.ranges.clone()))
                .collect(),
        )
    }

    fn canister(&self, id: CanisterId) -> Option<SubnetId> {
        let index = id.index()?;
        self.0
            .iter()
            .find(|(_, ranges)| {
                ranges
                    .iter()
                    .any(|(start, end)| (*start..=*end).contains(&index))
            })
            .map(|(subnet, _)| *subnet)
    }

    /// A call to the management canister goes to the subnet of the canister it is about.
    fn subnet(&self, message: &Message) -> Option<SubnetId> {
        match message {
            Message::Request(request) if request.receiver == CanisterId::MANAGEMENT => {
                let about = management::effective_canister(&request.method, &request.payload);
                self.canister(about.unwrap_or(request.sender))
                    .or_else(|| self.canister(request.sender))
            }
            Message::Request(Request { receiver, .. })
                if self.0.contains_key(&SubnetId(receiver.0)) =>
            {
                Some(SubnetId(receiver.0))
            }
            message => self.canister(message.destination()),
        }
    }
}

fn run_subnet(
    exec: &mut Exec<'_>,
    routes: &Routes,
    arriving: Vec<Message>,
    in_transit: &mut Vec<Message>,
) {
    management::answer_deferred(exec);
    // Before other subnets' messages are taken in: an answer that was still on its way at the deadline comes too late.
    expire(exec);
    for message in arriving {
        deliver(exec.subnet, message, false);
    }
    charge(exec);
    induct(exec);
    let mut first = true;
    loop {
        let mut idle = true;
        while exec.used < limits::ROUND_INSTRUCTIONS {
            let Some(call) = exec.subnet.management.pop_front() else {
                break;
            };
            management::execute(exec, call);
            idle = false;
        }
        route(exec, routes, in_transit);
        let ids = turns(exec);
        for id in ids {
            if first && exec.used < limits::ROUND_INSTRUCTIONS {
                exec.tasks(id);
            }
            while exec.used < limits::ROUND_INSTRUCTIONS {
                let Some(input) = exec
                    .subnet
                    .canisters
                    .get_mut(&id)
                    .and_then(|canister| canister.inputs.pop())
                else {
                    break;
                };
                execute(exec, id, input);
                idle = false;
            }
        }
        idle &= exec.subnet.outbox.is_empty();
        route(exec, routes, in_transit);
        stop_finished(exec);
        if idle || exec.used >= limits::ROUND_INSTRUCTIONS {
            route(exec, routes, in_transit);
            return;
        }
        first = false;
    }
}

/// The canisters in the order in which this round serves them: each round begins with another one,
/// so that a busy canister does not keep the others from their turn.
fn turns(exec: &Exec<'_>) -> Vec<CanisterId> {
    let mut ids: Vec<CanisterId> = exec.subnet.canisters.keys().copied().collect();
    if !ids.is_empty() {
        let first = exec.round % ids.len() as u64;
        ids.rotate_left(usize::try_from(first).expect("less than the number of canisters"));
    }
    ids
}

fn execute(exec: &mut Exec<'_>, id: CanisterId, input: Input) {
    match input {
        Input::Ingress(ingress) => exec.call(id, Call::from(ingress)),
        Input::Request(request) if request.expired(exec.now) => {}
        Input::Request(request) => exec.call(id, Call::from(request)),
        Input::Response(response) => exec.response(id, response),
    }
}

/// Hands out what executions sent: within the subnet at once, to others in the next round.
fn route(exec: &mut Exec<'_>, routes: &Routes, in_transit: &mut Vec<Message>) {
    for message in std::mem::take(&mut exec.subnet.outbox) {
        match (routes.subnet(&message), message) {
            (Some(subnet), message) if subnet == exec.subnet.id => {
                deliver(exec.subnet, message, true);
            }
            (Some(_), Message::Request(request))
                if request.method.len() + request.payload.len() > limits::MAX_REMOTE_REQUEST =>
            {
                let reject = Reject::new(
                    ErrorCode::CanisterContractViolation,
                    format!(
                        "Canister {} violated contract: attempted to send a message of size {} exceeding the limit {}",
                        request.sender,
                        request.method.len() + request.payload.len(),
                        limits::MAX_REMOTE_REQUEST
                    ),
                );
                refuse(exec.subnet, &request, reject);
            }
            (Some(_), message) => in_transit.push(message),
            (None, Message::Request(request)) => {
                let reject = not_found(request.receiver);
                refuse(exec.subnet, &request, reject);
            }
            (None, Message::Response(_)) => {}
        }
    }
}

/// Puts a message into the queue of its receiver on this subnet.
fn deliver(subnet: &mut Subnet, message: Message, local: bool) {
    match message {
        Message::Request(request)
            if request.receiver == CanisterId::MANAGEMENT || request.receiver.0 == subnet.id.0 =>
        {
            subnet.management.push_back(Management::Request(request));
        }
        message => match (subnet.canisters.get_mut(&message.destination()), message) {
            (Some(canister), message) => canister.inputs.push(message, local),
            (None, Message::Request(request)) => {
                let reject = not_found(request.receiver);
                subnet.outbox.push(rejection(&request, reject));
            }
            // The caller was deleted: its cycles are gone with it.
            (None, Message::Response(_)) => {}
        },
    }
}

fn refuse(subnet: &mut Subnet, request: &Request, reject: Reject) {
    deliver(subnet, rejection(request, reject), true);
}

fn rejection(request: &Request, reject: Reject) -> Message {
    Message::Response(Response {
        originator: request.sender,
        callback: request.callback,
        respondent: request.receiver,
        refund: request.cycles,
        result: Err(reject),
    })
}

/// Accepts the users' messages of the pool.
fn induct(exec: &mut Exec<'_>) {
    for ingress in std::mem::take(&mut exec.subnet.ingress_pool) {
        if ingress.expiry <= exec.now {
            let reject = Reject::new(
                ErrorCode::IngressMessageTimeout,
                format!(
                    "Ingress message {} timed out waiting to start executing.",
                    ingress.id
                ),
            );
            exec.subnet
                .finish_ingress(ingress.id, exec.now, Err(reject));
            continue;
        }
        if let Err(reject) = crate::ingress::charge(exec.subnet, &ingress) {
            exec.subnet
                .finish_ingress(ingress.id, exec.now, Err(reject));
            continue;
        }
        if let Some(entry) = exec.subnet.ingress_history.get_mut(&ingress.id) {
            entry.state = crate::state::IngressState::Processing;
        }
        if ingress.receiver == CanisterId::MANAGEMENT {
            exec.subnet
                .management
                .push_back(Management::Ingress(ingress));
        } else if let Some(canister) = exec.subnet.canisters.get_mut(&ingress.receiver) {
            canister.inputs.push_ingress(ingress);
        } else {
            let reject = not_found(ingress.receiver);
            exec.subnet
                .finish_ingress(ingress.id, exec.now, Err(reject));
        }
    }
}

/// Ends what waited too long: best-effort calls, stop calls, answered users' messages.
fn expire(exec: &mut Exec<'_>) {
    let now = exec.now;
    exec.subnet.ingress_history.retain(|_, entry| {
        entry.expiry > now || !matches!(entry.state, crate::state::IngressState::Done(..))
    });
    let mut late = Vec::new();
    for canister in exec.subnet.canisters.values_mut() {
        expire_callbacks(canister, now);
        if let Status::Stopping(waiters) = &mut canister.status {
            let id = canister.id;
            late.extend(
                waiters
                    .extract_if(.., |waiter| since(waiter) + limits::STOP_TIMEOUT_NS <= now)
                    .map(|waiter| (id, waiter)),
            );
        }
    }
    for (id, waiter) in late {
        let reject = Reject::new(
            ErrorCode::StopCanisterRequestTimeout,
            format!("Stop canister request timed out for canister {id}"),
        );
        answer_stop(exec, waiter, Err(reject));
    }
}

fn expire_callbacks(canister: &mut Canister, now: u64) {
    let mut responses = Vec::new();
    for (id, callback) in &mut canister.callbacks {
        if callback.deadline.is_some_and(|deadline| deadline <= now) {
            callback.deadline = None;
            responses.push(Message::Response(Response {
                originator: canister.id,
                callback: *id,
                respondent: callback.callee,
                refund: 0,
                result: Reject::err(ErrorCode::DeadlineExpired, "Call deadline has expired."),
            }));
        }
    }
    for response in responses {
        canister.inputs.push(response, true);
    }
}

/// Charges for storage and allocations; a canister that cannot pay is emptied.
fn charge(exec: &mut Exec<'_>) {
    let fees = exec.subnet.fees();
    let mut empty = Vec::new();
    for canister in exec.subnet.canisters.values_mut() {
        let elapsed = exec.now.saturating_sub(canister.paid_until);
        if elapsed < CHARGE_INTERVAL_NS {
            continue;
        }
        canister.paid_until = exec.now;
        let cost = canister.idle_cost(&fees, elapsed);
        canister.note_consumed(cost.min(canister.cycles));
        if let Some(rest) = canister.cycles.checked_sub(cost) {
            canister.cycles = rest;
        } else {
            canister.cycles = 0;
            canister.settings.compute_allocation = 0;
            canister.settings.memory_allocation = 0;
            empty.push(canister.id);
        }
    }
    for id in empty {
        management::uninstall(exec, id, "Canister has been uninstalled.");
        // Nothing is left that would cost anything.
        if let Some(canister) = exec.subnet.canisters.get_mut(&id) {
            canister.history.changes.clear();
            canister.snapshots.clear();
        }
    }
}

/// Canisters that wait for their open calls become stopped when there are none.
fn stop_finished(exec: &mut Exec<'_>) {
    let mut stopped = Vec::new();
    for canister in exec.subnet.canisters.values_mut() {
        if matches!(canister.status, Status::Stopping(_)) && !canister.has_open_contexts() {
            canister.version += 1;
            if let Status::Stopping(waiters) =
                std::mem::replace(&mut canister.status, Status::Stopped)
            {
                stopped.extend(waiters);
            }
        }
    }
    for waiter in stopped {
        answer_stop(exec, waiter, Ok(()));
    }
}

fn since(waiter: &StopWaiter) -> u64 {
    match waiter {
        StopWaiter::Ingress { since, .. } | StopWaiter::Canister { since, .. } => *since,
    }
}

/// Answers a call that waited for a canister to stop.
pub(crate) fn answer_stop(exec: &mut Exec<'_>, waiter: StopWaiter, result: Result<(), Reject>) {
    let result = result.map(|()| management::empty_reply());
    let (origin, cycles) = match waiter {
        StopWaiter::Ingress { id, .. } => (Origin::Ingress(id), 0),
        StopWaiter::Canister { request, .. } => {
            let call = Call::from(request);
            (call.origin, call.cycles)
        }
    };
    exec.answer(CanisterId::MANAGEMENT, &origin, cycles, result);
}
