//! The HTTP gateway of a network, visited as Prometheus and browsers do.

use pocket_ic::PocketIc;
use reqwest::blocking::{Client, Response};

/// The gateway of a live network: its clock is the real one and its rounds go by themselves.
pub struct Gateway {
    port: u16,
    client: Client,
}

/// What a visitor got.
#[derive(Debug)]
pub struct Visited {
    /// The HTTP status.
    pub status: u16,
    /// The type that the page claims, empty if it claims none.
    pub content_type: String,
    /// The body, or why there is none.
    pub text: String,
}

impl Gateway {
    /// Starts a gateway; the network is live from now on.
    pub fn start(network: &mut PocketIc) -> Self {
        let url = network.make_live(None);
        Self {
            port: url.port().expect("gateways do not take port 80"),
            client: Client::builder().no_proxy().build().expect("a client"),
        }
    }

    /// Gets a path of a host: `<canister id>.localhost` or `<canister id>.raw.localhost`. The host is named in the
    /// request, because not every C library resolves such names.
    #[track_caller]
    pub fn get(&self, host: &str, path: &str) -> Visited {
        let port = self.port;
        self.client
            .get(format!("http://127.0.0.1:{port}{path}"))
            .header("Host", format!("{host}:{port}"))
            .send()
            .map_or_else(|error| panic!("{host}{path}: {error}"), Visited::read)
    }
}

impl Visited {
    fn read(response: Response) -> Self {
        let content_type = response.headers().get("content-type");
        let content_type = content_type.map(|value| value.to_str().expect("plain text").to_owned());
        Self {
            status: response.status().as_u16(),
            content_type: content_type.unwrap_or_default(),
            text: response.text().expect("a text"),
        }
    }

    /// The body of a success, which is of that type.
    #[track_caller]
    pub fn text_of(&self, content_type: &str) -> &str {
        assert_eq!(self.status, 200, "{self:?}");
        assert!(self.content_type.starts_with(content_type), "{self:?}");
        &self.text
    }
}
