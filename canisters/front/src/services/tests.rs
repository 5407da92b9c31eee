use super::*;
use crate::devices;
use crate::login::{self, LogIn};
use crate::registration;
use crate::remote_devices;
use crate::runtime::mock::{Mock, run};
use crate::shards;
use crate::state::tests::with_shards;
use candid::Principal;
use types::front::FrontInit;
use types::registry::DeviceOperation;
use types::{AnchorNumber, DeviceKey, SessionKey};

const FLOOR: u64 = 1_000;

/// What is refused with so many cycles, by calling it.
fn refused(liquid_cycles: u128) -> Vec<Service> {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    let argument = FrontInit {
        cycles_floor: Some(FLOOR),
        ..FrontInit::default()
    };
    let configured = state.borrow_mut().configure(argument, mock.now());
    configured.expect("a valid argument");
    mock.liquid_cycles.set(liquid_cycles);
    let (anchor, caller) = (AnchorNumber::new(1), Principal::self_authenticating([1]));
    let key = DeviceKey::new([1; 4]);
    let log_in = LogIn::new(anchor, String::new(), SessionKey::new([1; 4]));
    let log_in = log_in.expect("valid arguments");
    let results = [
        run(registration::create_challenge(&mock, &state)).map(drop),
        run(login::init_salt(&mock, &state)),
        run(remote_devices::add_tentative(
            &mock,
            &state,
            caller,
            anchor,
            shards::tests::device(7),
        ))
        .map(drop),
        run(remote_devices::enter(&mock, &state, caller, anchor)).map(drop),
        run(remote_devices::exit(&mock, &state, caller, anchor)),
        run(remote_devices::verify(
            &mock, &state, caller, anchor, "000000",
        ))
        .map(drop),
        run(devices::change(
            &mock,
            &state,
            caller,
            anchor,
            DeviceOperation::Remove { key },
        )),
        run(devices::get_anchor_info(&mock, &state, caller, anchor)).map(drop),
        run(login::prepare_delegation(
            &mock, &state, caller, &log_in, None,
        ))
        .map(drop),
    ];
    let refused: Vec<Service> = results
        .into_iter()
        .filter_map(|result| match result {
            Err(Refusal::LowOnCycles { service }) => Some(service),
            _ => None,
        })
        .collect();
    let state = state.borrow();
    let counted: u64 = SERVICES
        .iter()
        .map(|service| state.counters.get(service.refusals()))
        .sum();
    assert_eq!(counted, refused.len() as u64);
    refused
}

#[test]
fn services_close_one_after_the_other_and_log_ins_last() {
    use Service::{Change, LogIn, Registration};
    let floor = u128::from(FLOOR);
    assert_eq!(refused(floor), []);
    let only_devices = [Registration; 3];
    assert_eq!(refused(floor - 1), only_devices);
    assert_eq!(refused(floor / 2), only_devices);
    let without_changes = [only_devices.as_slice(), &[Change; 4]].concat();
    assert_eq!(refused(floor / 2 - 1), without_changes);
    assert_eq!(refused(floor / 4), without_changes);
    let nothing = [without_changes.as_slice(), &[LogIn; 2]].concat();
    assert_eq!(refused(floor / 4 - 1), nothing);
    assert_eq!(refused(0), nothing);
}

#[test]
fn the_words_say_what_is_closed_and_to_come_back() {
    for (service, what) in [
        (Service::Registration, "no registrations"),
        (Service::Change, "no changes"),
        (Service::LogIn, "no log-ins"),
    ] {
        let words = Refusal::LowOnCycles { service }.words();
        assert_eq!(words, format!("low on cycles: {what}, try again later"));
    }
}
