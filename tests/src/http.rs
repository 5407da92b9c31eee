//! The public interface of a network over HTTP, with requests of the anonymous principal.

use candid::Principal;
use ic_certification::Label;
use ic_transport_types::{EnvelopeContent, RequestId};
use pocket_ic::PocketIc;
use serde::{Deserialize, Serialize};

/// Sends requests to `/api` of a network.
pub struct Http<'a> {
    network: &'a PocketIc,
    client: reqwest::blocking::Client,
}

/// What a reading of the state answers.
#[derive(Debug, Deserialize)]
pub struct Reading {
    /// The certificate.
    #[serde(with = "serde_bytes")]
    pub certificate: Vec<u8>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    content: &'a EnvelopeContent,
}

impl<'a> Http<'a> {
    /// The interface of this network.
    pub fn new(network: &'a PocketIc) -> Self {
        Self {
            network,
            client: reqwest::blocking::Client::new(),
        }
    }

    /// A call of the anonymous principal, not sent yet.
    pub fn call(
        canister: Principal,
        method: &str,
        expiry: u64,
        nonce: Option<u8>,
    ) -> EnvelopeContent {
        EnvelopeContent::Call {
            nonce: nonce.map(|nonce| vec![nonce]),
            ingress_expiry: expiry,
            sender: Principal::anonymous(),
            canister_id: canister,
            method_name: method.to_owned(),
            arg: Vec::new(),
            sender_info: None,
        }
    }

    /// Sends a call; answers the status of HTTP and the body.
    pub fn send(&self, canister: Principal, call: &EnvelopeContent) -> (u16, Vec<u8>) {
        self.post(&format!("api/v2/canister/{canister}/call"), call)
    }

    /// Reads the canister's part of the state with this version (2 or 3) of the endpoint.
    #[track_caller]
    pub fn read(&self, version: u8, canister: Principal, paths: &[&[&[u8]]]) -> Vec<u8> {
        let content = EnvelopeContent::ReadState {
            ingress_expiry: self.network.get_time().as_nanos_since_unix_epoch() + 240_000_000_000,
            sender: Principal::anonymous(),
            paths: paths
                .iter()
                .map(|path| path.iter().map(|label| Label::from_bytes(label)).collect())
                .collect(),
        };
        let path = format!("api/v{version}/canister/{canister}/read_state");
        let (status, body) = self.post(&path, &content);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let reading: Reading = serde_cbor::from_slice(&body).expect("the answer is a CBOR map");
        reading.certificate
    }

    /// Reads the status of a call: its name (`replied`, ...) and the reply; `None` if unknown.
    #[track_caller]
    pub fn status(&self, canister: Principal, id: RequestId) -> Option<(String, Option<Vec<u8>>)> {
        let path: &[&[u8]] = &[b"request_status", id.as_slice()];
        let bytes = self.read(2, canister, &[path]);
        let key = self
            .network
            .root_key()
            .expect("the network has an NNS subnet");
        let certificate = crate::Verified::new(&bytes, &key);
        let status = certificate.value(&[path[0], path[1], b"status"])?;
        let status = String::from_utf8(status).expect("a status is a text");
        let reply = (status == "replied")
            .then(|| certificate.value(&[path[0], path[1], b"reply"]))
            .flatten();
        Some((status, reply))
    }

    fn post(&self, path: &str, content: &EnvelopeContent) -> (u16, Vec<u8>) {
        let server = self.network.get_server_url();
        let instance = self.network.instance_id();
        let mut body = Vec::new();
        let mut serializer = serde_cbor::Serializer::new(&mut body);
        serializer.self_describe().expect("a vector takes all");
        Envelope { content }
            .serialize(&mut serializer)
            .expect("requests of our own encode");
        let response = self
            .client
            .post(format!("{server}instances/{instance}/{path}"))
            .header("content-type", "application/cbor")
            .body(body)
            .send()
            .expect("the server answers");
        let status = response.status().as_u16();
        (
            status,
            response.bytes().expect("the answer has a body").to_vec(),
        )
    }
}
