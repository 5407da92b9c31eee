use super::*;
use crate::ids::{CallbackId, MessageId};
use crate::sandbox::SenderInfo;
use candid::Principal;

fn request(sender: u64, payload: u8) -> Message {
    Message::Request(Request {
        sender: CanisterId::from_index(sender),
        callback: CallbackId(0),
        receiver: CanisterId::from_index(0),
        method: String::new(),
        payload: vec![payload],
        cycles: 0,
        deadline: None,
    })
}

fn ingress(payload: u8) -> Ingress {
    Ingress {
        id: MessageId([payload; 32]),
        sender: Principal::anonymous(),
        sender_info: SenderInfo::default(),
        receiver: CanisterId::from_index(0),
        method: String::new(),
        payload: vec![payload],
        expiry: 0,
    }
}

fn drain(inputs: &mut Inputs) -> Vec<u8> {
    std::iter::from_fn(|| inputs.pop())
        .map(|input| match input {
            Input::Ingress(ingress) => ingress.payload[0],
            Input::Request(request) => request.payload[0],
            Input::Response(_) => 0,
        })
        .collect()
}

#[test]
fn one_sender_stays_in_order_and_groups_take_turns() {
    let mut inputs = Inputs::default();
    inputs.push(request(1, 11), true);
    inputs.push(request(1, 12), true);
    inputs.push(request(2, 21), true);
    inputs.push(request(9, 91), false);
    inputs.push_ingress(ingress(71));
    inputs.push_ingress(ingress(72));
    assert_eq!(drain(&mut inputs), [11, 71, 91, 21, 72, 12]);
    assert!(inputs.is_empty());
}
