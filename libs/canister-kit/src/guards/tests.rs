use super::*;

fn caller(byte: u8, is_controller: bool) -> Caller {
    Caller {
        principal: Principal::from_slice(&[byte, 1]),
        is_controller,
    }
}

#[test]
fn only_controllers_become_controllers() {
    let yes = caller(1, true);
    assert_eq!(
        yes.controller().map(Controller::principal),
        Ok(yes.principal)
    );
    let no = caller(1, false);
    assert_eq!(
        no.controller(),
        Err(NotAllowed::NotController {
            caller: no.principal
        })
    );
}

#[test]
fn a_controller_is_not_a_peer() {
    let front = caller(7, false);
    assert_eq!(
        front.peer(front.principal).map(Peer::principal),
        Ok(front.principal)
    );
    let other = caller(8, true);
    assert_eq!(
        other.peer(front.principal),
        Err(NotAllowed::NotPeer {
            caller: other.principal,
            expected: front.principal
        })
    );
}

#[test]
fn anonymous_callers_are_refused() {
    let anonymous = Caller {
        principal: Principal::anonymous(),
        is_controller: false,
    };
    assert_eq!(anonymous.authenticated(), Err(NotAllowed::Anonymous));
    assert_eq!(
        caller(1, false).authenticated(),
        Ok(caller(1, false).principal)
    );
}

#[test]
fn certified_reads_end_where_arguments_are_not_read_and_cycles_run_low() {
    let limit = crate::arguments::LIMIT;
    let floor = CERTIFIED_READS_FLOOR;
    assert!(pays_for_certified_reads(limit, floor));
    assert!(!pays_for_certified_reads(limit + 1, floor));
    assert!(!pays_for_certified_reads(0, floor - 1));
}
