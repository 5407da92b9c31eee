//! What `inspect_message` turns away before it costs cycles. Never the check itself: calls of other
//! canisters do not pass here.

use crate::services::Service;
use canister_kit::arguments::LIMIT as USER_LIMIT;
use canister_kit::guards::Caller;

/// Arguments of a controller's update: a routing table of 20,000 shards.
const CONTROLLER_LIMIT: usize = 1_024 * 1_024;

/// Who may call a method from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Everybody,
    /// Whoever signed: an anonymous caller is no device.
    Devices,
    Controllers,
    /// It works as a query only, or there is no such method.
    Nobody,
}

/// Whether to accept a message from outside. `is_open` tells for which services there are cycles.
pub(crate) fn accepts(
    method: &str,
    caller: Caller,
    argument_bytes: usize,
    is_open: impl Fn(Service) -> bool,
) -> bool {
    let audience = match method {
        "register"
        | "add"
        | "update"
        | "replace"
        | "remove"
        | "get_anchor_info"
        | "enter_device_registration_mode"
        | "exit_device_registration_mode"
        | "verify_tentative_device"
        | "prepare_delegation" => Audience::Devices,
        "set_routing" | "expect_tip" => Audience::Controllers,
        "init_salt"
        | "create_challenge"
        | "add_tentative_device"
        | "http_request_update"
        | "config"
        | "routing"
        | "stats"
        | "expected_tips"
        | "whoami" => Audience::Everybody,
        _ => Audience::Nobody,
    };
    let (is_welcome, limit) = match audience {
        Audience::Everybody => (true, USER_LIMIT),
        Audience::Devices => (caller.authenticated().is_ok(), USER_LIMIT),
        Audience::Controllers => (caller.is_controller, CONTROLLER_LIMIT),
        Audience::Nobody => (false, 0),
    };
    // The methods themselves refuse controllers, too. What they ask about the service they need most when little is left.
    let is_served = caller.is_controller || Service::of_method(method).is_none_or(is_open);
    is_welcome && argument_bytes <= limit && is_served
}

#[cfg(test)]
mod tests {
    use super::accepts as accepts_if;
    use super::*;
    use candid::Principal;

    fn caller(principal: Principal, is_controller: bool) -> Caller {
        Caller {
            principal,
            is_controller,
        }
    }

    fn accepts(method: &str, caller: Caller, argument_bytes: usize) -> bool {
        accepts_if(method, caller, argument_bytes, |_| true)
    }

    #[test]
    fn what_there_are_no_cycles_for_is_turned_away() {
        let person = caller(Principal::self_authenticating([1]), false);
        let open = |service| service != Service::Registration;
        for method in ["init_salt", "create_challenge", "register"] {
            assert!(!accepts_if(method, person, 10, open), "{method}");
        }
        // Certified answers to questions that a query answers for nothing.
        for method in ["config", "routing", "stats", "expected_tips", "whoami"] {
            assert!(!accepts_if(method, person, 0, open), "{method}");
        }
        for method in ["add", "prepare_delegation", "http_request_update"] {
            assert!(accepts_if(method, person, 10, open), "{method}");
        }
        let controller = caller(Principal::self_authenticating([2]), true);
        for method in ["set_routing", "expected_tips"] {
            assert!(accepts_if(method, controller, 10, |_| false), "{method}");
        }
    }

    #[test]
    fn anonymous_callers_are_turned_away_where_a_device_is_needed() {
        let anonymous = caller(Principal::anonymous(), false);
        let person = caller(Principal::self_authenticating([1]), false);
        for method in [
            "register",
            "add",
            "update",
            "replace",
            "remove",
            "get_anchor_info",
            "enter_device_registration_mode",
            "exit_device_registration_mode",
            "verify_tentative_device",
            "prepare_delegation",
        ] {
            assert!(!accepts(method, anonymous, 10), "{method}");
            assert!(accepts(method, person, 10), "{method}");
        }
        for method in [
            "create_challenge",
            "init_salt",
            "stats",
            "add_tentative_device",
        ] {
            assert!(accepts(method, anonymous, 10), "{method}");
        }
    }

    #[test]
    fn oversized_arguments_are_turned_away() {
        let person = caller(Principal::self_authenticating([1]), false);
        assert!(accepts("register", person, USER_LIMIT));
        for method in [
            "register",
            "create_challenge",
            "init_salt",
            "add_tentative_device",
            "stats",
        ] {
            assert!(accepts(method, person, USER_LIMIT), "{method}");
            assert!(!accepts(method, person, USER_LIMIT + 1), "{method}");
        }
    }

    #[test]
    fn what_does_not_exist_is_turned_away() {
        let controller = caller(Principal::self_authenticating([2]), true);
        for method in ["", "unknown", "<ic-cdk internal> timer_executor"] {
            assert!(!accepts(method, controller, 0), "{method}");
        }
    }

    #[test]
    fn the_table_is_for_controllers_and_queries_stay_queries() {
        let person = caller(Principal::self_authenticating([1]), false);
        let controller = caller(Principal::self_authenticating([2]), true);
        assert!(!accepts("set_routing", person, 10));
        assert!(!accepts("expect_tip", person, 10));
        assert!(accepts("expect_tip", controller, 10));
        assert!(accepts("set_routing", controller, CONTROLLER_LIMIT));
        assert!(!accepts("set_routing", controller, CONTROLLER_LIMIT + 1));
        assert!(!accepts("get_delegation", controller, 10));
        assert!(!accepts("http_request", controller, 10));
        for composite in [
            "lookup",
            "get_anchor_credentials",
            "lookup_device_key",
            "get_principal",
        ] {
            assert!(!accepts(composite, controller, 10), "{composite}");
        }
    }
}
