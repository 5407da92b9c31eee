//! HTTP gateways, started by the published client and visited as browsers and agents do.

mod common;
#[path = "gateway/site.rs"]
mod site;

use candid::{Encode, Principal};
use pocket_ic::common::rest::InstanceHttpGatewayConfig;
use pocket_ic::{PocketIc, PocketIcBuilder};
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::{Method, StatusCode};
use site::{Callback, Piece, Streaming, Token};
use std::net::TcpListener;

/// A live instance and a visitor of its gateway.
struct Live {
    pic: PocketIc,
    port: u16,
    client: Client,
}

impl Live {
    fn new() -> Self {
        let mut pic = builder().build();
        let url = pic.make_live(None);
        assert_eq!(url.host_str(), Some("localhost"));
        Self::at(pic, url.port().expect("gateways do not take port 80"))
    }

    fn at(pic: PocketIc, port: u16) -> Self {
        let client = Client::builder().no_proxy().build().expect("a client");
        Self { pic, port, client }
    }

    fn install(&self, module: Vec<u8>) -> Principal {
        let canister = self.pic.create_canister();
        self.pic.add_cycles(canister, 10_000_000_000_000);
        self.pic.install_canister(canister, module, vec![], None);
        canister
    }

    fn request(&self, method: Method, host: &str, path: &str) -> RequestBuilder {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        self.client.request(method, url).header("Host", host)
    }

    /// The status and the text of a page.
    fn get(&self, host: &str, path: &str) -> (StatusCode, String) {
        let response = self.request(Method::GET, host, path).send().expect(path);
        (response.status(), response.text().expect("text"))
    }

    fn refused(&self, host: &str, path: &str, status: u16, word: &str) {
        let (got, text) = self.get(host, path);
        assert_eq!(got, status, "{host}{path}: {text}");
        assert!(text.contains(word), "{host}{path}: {text}");
    }
}

/// The root subnet is another one than the canisters', so certificates carry a delegation.
fn builder() -> PocketIcBuilder {
    common::builder()
        .with_nns_subnet()
        .with_application_subnet()
}

fn ok(text: &str) -> (StatusCode, String) {
    (StatusCode::OK, text.to_owned())
}

#[test]
fn a_page_is_found_by_host_query_and_referer() {
    let live = Live::new();
    let canister = live.install(site::skipping("welcome", true));
    let host = format!("{canister}.localhost:{}", live.port);
    assert_eq!(live.get(&host, "/any/path?x=1"), ok("welcome"));
    let path = format!("/?canisterId={canister}");
    for host in ["localhost", "127.0.0.1"] {
        assert_eq!(live.get(host, &path), ok("welcome"));
    }
    let page = format!("http://localhost:{}{path}", live.port);
    let request = live.request(Method::GET, "localhost", "/style.css");
    let response = request.header("Referer", page).send().unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.text().unwrap(), "welcome");
}

#[test]
fn what_is_not_certified_shows_on_raw_hosts_alone() {
    let live = Live::new();
    let plain = Encode!(&site::response("naked")).unwrap();
    let naked = site::fixed(&[("canister_query http_request", plain)]);
    for (module, text) in [
        (site::skipping("forged", false), "forged"),
        (naked, "naked"),
    ] {
        let canister = live.install(module);
        let host = format!("{canister}.localhost");
        live.refused(&host, "/", 503, "not certified");
        let path = format!("/?canisterId={canister}");
        live.refused("localhost", &path, 503, "not certified");
        let raw = format!("{canister}.raw.localhost");
        assert_eq!(live.get(&raw, "/"), ok(text));
    }
}

#[test]
fn refusals_say_what_to_do() {
    let live = Live::new();
    live.refused("localhost", "/", 400, "?canisterId=");
    live.refused("nonsense.localhost", "/", 400, "`nonsense`");
    live.refused("elsewhere.test", "/", 400, "elsewhere.test");
    // The network's own, and one that no canister has.
    for absent in ["aaaaa-aa", "5v3p4-iyaaa-aaaaa-qaaaa-cai"] {
        live.refused(&format!("{absent}.localhost"), "/", 404, absent);
    }
    let mute = live.install(common::echo());
    let host = format!("{mute}.localhost");
    live.refused(&host, "/", 502, "http_request");
    let request = live.request(Method::POST, &host, "/");
    let response = request.body(vec![0; (4 << 20) + 1]).send().unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn a_query_can_become_an_update() {
    let live = Live::new();
    let upgrade = site::Response {
        upgrade: Some(true),
        ..site::response("")
    };
    let canister = live.install(site::fixed(&[
        ("canister_query http_request", Encode!(&upgrade).unwrap()),
        (
            "canister_update http_request_update",
            Encode!(&site::response("by consensus")).unwrap(),
        ),
    ]));
    let host = format!("{canister}.localhost");
    assert_eq!(live.get(&host, "/"), ok("by consensus"));
}

#[test]
fn long_bodies_arrive_piece_by_piece() {
    let live = Live::new();
    // The callback does not know where it is, so the end comes only with a second canister.
    let end = live.install(site::fixed(&[(
        "canister_query rest",
        Encode!(&Piece {
            body: b" world".to_vec(),
            token: None
        })
        .unwrap(),
    )]));
    let start = site::Response {
        streaming_strategy: Some(Streaming::Callback {
            callback: Callback::new(end, "rest".to_owned()),
            token: Token { from: 5 },
        }),
        ..site::response("hello")
    };
    let canister = live.install(site::fixed(&[(
        "canister_query http_request",
        Encode!(&start).unwrap(),
    )]));
    let raw = format!("{canister}.raw.localhost");
    assert_eq!(live.get(&raw, "/"), ok("hello world"));
}

#[test]
fn answers_that_break_http_do_not_break_the_gateway() {
    let live = Live::new();
    let lying = |name: &str, value: &str, status_code| {
        let mut response = site::response("body");
        response.headers.push((name.to_owned(), value.to_owned()));
        response.status_code = status_code;
        let reply = Encode!(&response).unwrap();
        let canister = live.install(site::fixed(&[("canister_query http_request", reply)]));
        live.get(&format!("{canister}.raw.localhost"), "/")
    };
    assert_eq!(lying("Content-Length", "2", 200), ok("body"));
    assert_eq!(lying("Transfer-Encoding", "chunked", 200), ok("body"));
    for (name, status) in [("Bad name", 200), ("Fine", 101), ("Fine", 7)] {
        let (got, text) = lying(name, "x", status);
        assert_eq!(got, StatusCode::BAD_GATEWAY, "{name} {status}: {text}");
    }
}

#[test]
fn the_interface_of_the_network_is_on_the_same_port() {
    let live = Live::new();
    for host in ["localhost", "lxzze-o7777-77777-aaaaa-cai.localhost"] {
        let request = live.request(Method::GET, host, "/api/v2/status");
        let response = request.send().unwrap();
        assert_eq!(response.headers()["content-type"], "application/cbor");
        let status = response.bytes().unwrap();
        let key = live.pic.root_key().expect("there is an NNS subnet");
        assert!(status.windows(key.len()).any(|window| window == key));
    }
    let (status, topology) = live.get("localhost", "/_/topology");
    assert_eq!(status, StatusCode::OK);
    assert!(topology.contains("subnet_configs"), "{topology}");
    live.refused("localhost", "/_/dashboard", 501, "dashboard");
    live.refused("localhost", "/api/v9/status", 404, "/api/v9/status");
}

#[test]
fn browsers_may_use_it_from_any_page() {
    let live = Live::new();
    let path = "/api/v3/canister/lxzze-o7777-77777-aaaaa-cai/query";
    let response = live
        .request(Method::OPTIONS, "localhost", path)
        .header("Origin", "http://elsewhere.test")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type")
        .send()
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    for name in ["origin", "methods", "headers"] {
        let name = format!("access-control-allow-{name}");
        assert_eq!(response.headers()[&name], "*", "{name}");
    }
}

#[test]
fn stopping_frees_the_port() {
    let mut live = Live::new();
    assert_eq!(
        live.get("localhost", "/_/topology").0,
        StatusCode::OK,
        "and leaves a connection open"
    );
    let taken = TcpListener::bind(("127.0.0.1", live.port));
    assert!(taken.is_err(), "the gateway has it");
    live.pic.stop_live();
    assert!(!live.pic.auto_progress_enabled());
    TcpListener::bind(("127.0.0.1", live.port)).expect("it is free");
    let again = live.pic.make_live(Some(live.port));
    assert_eq!(again.port(), Some(live.port));
    let Live { pic, port, .. } = live;
    drop(pic);
    TcpListener::bind(("127.0.0.1", port)).expect("gateways end with their instance");
}

#[test]
fn a_gateway_can_come_with_the_instance() {
    let pic = builder()
        .with_http_gateway(InstanceHttpGatewayConfig {
            ip_addr: None,
            port: None,
            domains: Some(vec!["example.test".to_owned()]),
            https_config: None,
            domain_custom_provider_local_file: None,
        })
        .build();
    let port = pic.url().and_then(|url| url.port()).expect("it says where");
    let live = Live::at(pic, port);
    let canister = live.install(site::skipping("welcome", true));
    let host = format!("{canister}.example.test");
    live.refused(&host, "/", 502, "start automatic progress");
    live.pic.auto_progress();
    assert_eq!(live.get(&host, "/"), ok("welcome"));
}

#[test]
#[should_panic(expected = "in use")]
fn a_port_that_is_taken_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let port = taken.local_addr().expect("it has an address").port();
    let _ = common::application().make_live(Some(port));
}
