use ic_agent::agent::RejectResponse;
use ic_agent::agent::agent_error::HttpErrorPayload;
use ic_agent::identity::AnonymousIdentity;

use super::*;

fn http(status: u16) -> CallError {
    AgentError::HttpError(HttpErrorPayload {
        status,
        content_type: None,
        content: Vec::new(),
    })
    .into()
}

fn rejection() -> RejectResponse {
    RejectResponse {
        reject_code: Theirs::SysTransient,
        reject_message: "later".to_owned(),
        error_code: None,
    }
}

#[test]
fn a_reject_keeps_its_code_whether_certified_or_not() {
    let expected = CallError::Rejected {
        code: RejectCode::SysTransient,
        message: "later".to_owned(),
    };
    let (reject, operation) = (rejection(), None);
    let certified = AgentError::CertifiedReject { reject, operation };
    assert_eq!(CallError::from(certified), expected);
    let (reject, operation) = (rejection(), None);
    let uncertified = AgentError::UncertifiedReject { reject, operation };
    assert_eq!(CallError::from(uncertified), expected);
}

#[test]
fn a_refused_request_was_not_executed_and_a_lost_one_may_have_been() {
    for status in [400, 403, 404] {
        let error = http(status);
        assert!(
            matches!(error, CallError::NotAccepted { .. }),
            "{status}: {error}"
        );
        assert!(!error.retryable() && !error.outcome_unknown(), "{status}");
    }
    for status in [408, 429, 500, 503] {
        let error = http(status);
        assert!(
            matches!(error, CallError::Unreachable { .. }),
            "{status}: {error}"
        );
        assert!(error.retryable() && error.outcome_unknown(), "{status}");
    }
}

#[test]
fn an_answer_that_is_not_the_networks_is_not_asked_for_again() {
    let error = CallError::from(AgentError::CertificateVerificationFailed());
    assert!(matches!(error, CallError::Unverified { .. }), "{error}");
    assert!(!error.retryable());
    assert!(error.outcome_unknown());
}

#[test]
fn a_network_needs_a_url() {
    let network = Network {
        url: "no url".to_owned(),
        root_key: vec![1],
    };
    let refused = network.agent(AnonymousIdentity);
    assert!(
        matches!(refused, Err(CallError::NotAccepted { .. })),
        "{refused:?}"
    );
}
