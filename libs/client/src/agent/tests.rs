use ic_agent::agent::RejectResponse;
use ic_agent::agent::agent_error::HttpErrorPayload;
use ic_agent::identity::AnonymousIdentity;
use std::io::{Read, Write};
use std::net::TcpListener;

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

/// Answers each request with the next of these heads, and then nobody is there.
fn serving(heads: Vec<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for head in heads {
            let (mut stream, _) = listener.accept().expect("a request");
            // The whole request is read first, or the client would see a connection that was reset.
            let mut request = Vec::new();
            let mut bytes = [0; 4096];
            while !is_whole(&request) {
                let read = stream.read(&mut bytes).expect("a request");
                request.extend_from_slice(&bytes[..read]);
            }
            let answer =
                format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("it listens");
        }
    });
    format!("http://{address}")
}

/// Whether a request's head is there, and as many bytes behind it as it says.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().expect("a number"));
    request.len() >= head.len() + 4 + length
}

#[tokio::test]
async fn who_accepted_a_call_and_then_refuses_to_say_more_may_have_executed_it() {
    let calls = async |heads| {
        let network = Network {
            url: serving(heads),
            root_key: vec![1],
        };
        let agent = network.agent(AnonymousIdentity).expect("a URL");
        let canister = Principal::management_canister();
        Transport::update(&agent, canister, "method", Vec::new()).await
    };
    let turned_away = calls(vec!["400 Bad Request"]).await.expect_err("no answer");
    assert!(!turned_away.outcome_unknown(), "{turned_away}");
    let accepted = vec!["202 Accepted", "400 Bad Request"];
    let error = calls(accepted).await.expect_err("no answer");
    assert!(error.outcome_unknown() && error.retryable(), "{error}");
}
