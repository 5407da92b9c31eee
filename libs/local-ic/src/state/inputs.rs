//! A canister's input queues.
//!
//! Messages of one sender stay in order. Which sender is next is decided in turns: between the
//! three groups (canisters of the same subnet, users, canisters of other subnets), and within a
//! group between the senders.

use super::{Ingress, Message, Request, Response};
use crate::ids::CanisterId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// What a canister executes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A user's message.
    Ingress(Ingress),
    /// A canister's call.
    Request(Request),
    /// An answer to a call of this canister.
    Response(Response),
}

/// See the module's documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    ingress: VecDeque<Ingress>,
    queues: BTreeMap<CanisterId, VecDeque<Message>>,
    /// Senders of the same subnet that have something queued, in turn.
    local: VecDeque<CanisterId>,
    /// The same for other subnets.
    remote: VecDeque<CanisterId>,
    /// The group whose turn it is: 0 local, 1 ingress, 2 remote.
    turn: u8,
}

impl Inputs {
    /// Adds a user's message.
    pub fn push_ingress(&mut self, ingress: Ingress) {
        self.ingress.push_back(ingress);
    }

    /// Adds a message from a canister of the same (`local`) or another subnet.
    pub fn push(&mut self, message: Message, local: bool) {
        let sender = match &message {
            Message::Request(request) => request.sender,
            Message::Response(response) => response.respondent,
        };
        let queue = self.queues.entry(sender).or_default();
        if queue.is_empty() {
            if local {
                &mut self.local
            } else {
                &mut self.remote
            }
            .push_back(sender);
        }
        queue.push_back(message);
    }

    /// The next message.
    pub fn pop(&mut self) -> Option<Input> {
        for _ in 0..3 {
            let turn = self.turn;
            self.turn = (turn + 1) % 3;
            let input = match turn {
                0 => pop_group(&mut self.queues, &mut self.local),
                1 => self.ingress.pop_front().map(Input::Ingress),
                _ => pop_group(&mut self.queues, &mut self.remote),
            };
            if input.is_some() {
                return input;
            }
        }
        None
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.ingress.is_empty() && self.queues.is_empty()
    }
}

fn pop_group(
    queues: &mut BTreeMap<CanisterId, VecDeque<Message>>,
    senders: &mut VecDeque<CanisterId>,
) -> Option<Input> {
    let sender = senders.pop_front()?;
    let queue = queues.get_mut(&sender)?;
    let message = queue.pop_front();
    if queue.is_empty() {
        queues.remove(&sender);
    } else {
        senders.push_back(sender);
    }
    Some(match message? {
        Message::Request(request) => Input::Request(request),
        Message::Response(response) => Input::Response(response),
    })
}

#[cfg(test)]
mod tests;
