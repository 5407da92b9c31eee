//! A family on a network: where it is, what its certificates must lead to, and who front is.

use crate::error::Error;
use crate::record::{self, Record, Tips};
use client::agent::Network as Reached;
use ic_agent::identity::AnonymousIdentity;
use ic_agent::{Agent, Identity};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use types::Principal;
use url::Url;

/// The Internet Computer's own gateway for `/api`.
const IC: &str = "https://icp-api.io";

/// How long a node may take to have seen what the subnet has agreed on.
pub(crate) const NODE_CATCHES_UP: Duration = Duration::from_secs(15);
/// Between two questions whether something is there by now.
pub(crate) const PAUSE: Duration = Duration::from_millis(500);

/// Asks again for as long as a node may be behind; `None` if there is no answer even then.
pub(crate) async fn once_caught_up<T>(
    mut ask: impl AsyncFnMut() -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let begin = Instant::now();
    loop {
        let answer = ask().await?;
        if answer.is_some() || begin.elapsed() > NODE_CATCHES_UP {
            return Ok(answer);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What every certificate must lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RootKey {
    /// On this machine the network is asked for it. Everywhere else it is the Internet Computer's, which the
    /// published agent knows: an answer from there would be worth nothing.
    Usual,
    /// This one, DER.
    Given(Vec<u8>),
}

impl RootKey {
    /// Reads a key: DER, or the same in hex.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        let text = str::from_utf8(&bytes).ok();
        let der = text
            .and_then(|text| hex::decode(text.trim()).ok())
            .unwrap_or(bytes);
        // SEQUENCE of the 133 bytes that a BLS key takes.
        if der.len() == 133 && der[0] == 0x30 {
            return Ok(Self::Given(der));
        }
        Err(Error::Content {
            path: path.to_owned(),
            reason: "it is no BLS key in DER (133 bytes), nor that in hex".to_owned(),
        })
    }
}

/// A family that can be called.
#[derive(Debug)]
pub(crate) struct Network {
    reached: Reached,
    front: Principal,
    /// The tips that earlier audits saved.
    pub(crate) tips: Tips,
    path: PathBuf,
}

impl Network {
    /// Reaches a network, and finds what is known of its family. Nothing is remembered yet.
    pub(crate) async fn connect(
        home: &Path,
        url: &str,
        root_key: RootKey,
        front: Option<Principal>,
    ) -> Result<Self, Error> {
        let url = parse(url)?;
        let root_key = match root_key {
            RootKey::Given(key) => key,
            RootKey::Usual if is_here(&url) => fetch_root_key(&url).await?,
            RootKey::Usual => ic_root_key()?,
        };
        let path = record_path(home, &url);
        let known = Record::read(&path)?.unwrap_or_default();
        if !known.root_key.is_empty() && known.root_key != hex::encode(&root_key) {
            let url = url.to_string();
            return Err(Error::OtherRootKey { url, record: path });
        }
        let front = front.or(known.front);
        let front = front.ok_or_else(|| Error::NoFront(url.to_string()))?;
        let tips = known.families.get(&front).cloned().unwrap_or_default();
        Ok(Self::new(home, &url, root_key, front, tips))
    }

    /// A family of which everything is known.
    pub(crate) fn new(
        home: &Path,
        url: &Url,
        root_key: Vec<u8>,
        front: Principal,
        tips: Tips,
    ) -> Self {
        Self {
            path: record_path(home, url),
            reached: Reached {
                url: url.to_string(),
                root_key,
            },
            front,
            tips,
        }
    }

    /// Front's canister.
    pub(crate) const fn front(&self) -> Principal {
        self.front
    }

    /// DER of the root key.
    pub(crate) fn root_key(&self) -> &[u8] {
        &self.reached.root_key
    }

    /// Calls signed by this identity.
    pub(crate) fn agent(&self, identity: impl Identity + 'static) -> Result<Agent, Error> {
        Ok(self.reached.agent(identity)?)
    }

    /// Calls by nobody.
    pub(crate) fn anonymous(&self) -> Result<Agent, Error> {
        self.agent(AnonymousIdentity)
    }

    /// Remembers the family, after it showed that it is one, and its tips.
    pub(crate) fn remember(&self) -> Result<(), Error> {
        self.write(|known| record::merge(known, &self.tips))
    }

    /// Remembers the family, and forgets what was known of one with the same canister ids.
    pub(crate) fn remember_anew(&self) -> Result<(), Error> {
        self.write(|known| known.clone_from(&self.tips))
    }

    fn write(&self, tips: impl FnOnce(&mut Tips)) -> Result<(), Error> {
        let root_key = hex::encode(self.root_key());
        Record::change(&self.path, |record| {
            if record.root_key != root_key {
                *record = Record::default();
            }
            record.root_key = root_key;
            record.front = Some(self.front);
            tips(record.families.entry(self.front).or_default());
        })?;
        Ok(())
    }
}

/// The URL of a network.
pub(crate) fn parse(text: &str) -> Result<Url, Error> {
    let wrong = |reason: String| Error::Url(text.to_owned(), reason);
    let text = if text == "ic" { IC } else { text };
    let mut url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(format!("{} is neither http nor https", url.scheme())));
    }
    if url.scheme() == "http" && !is_here(&url) {
        return Err(wrong("only this machine is asked without TLS".to_owned()));
    }
    url.set_fragment(None);
    url.set_query(None);
    Ok(url)
}

/// Whether the network is on this machine.
fn is_here(url: &Url) -> bool {
    reached(url).is_on_this_machine()
}

/// The network before its root key is known.
fn reached(url: &Url) -> Reached {
    Reached {
        url: url.to_string(),
        root_key: Vec::new(),
    }
}

/// A file for each network, whatever this machine is called.
pub(crate) fn record_path(home: &Path, url: &Url) -> PathBuf {
    let host = if is_here(url) {
        "localhost"
    } else {
        url.host_str().unwrap_or_default()
    };
    let port = url.port_or_known_default().unwrap_or_default();
    let path: String = url
        .path()
        .trim_matches('/')
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let path = if path.is_empty() {
        path
    } else {
        format!("-{path}")
    };
    home.join("networks")
        .join(format!("{host}-{port}{path}.json"))
}

/// Asks a network on this machine for its root key.
pub(crate) async fn fetch_root_key(url: &Url) -> Result<Vec<u8>, Error> {
    let no_answer = |reason: String| Error::NoAnswer {
        url: url.to_string(),
        reason,
    };
    let status = reached(url).agent(AnonymousIdentity)?.status().await;
    let status = status.map_err(|error| no_answer(error.to_string()))?;
    status
        .root_key
        .ok_or_else(|| no_answer("its status has no root key".to_owned()))
}

/// The Internet Computer's root key, which the published agent knows.
fn ic_root_key() -> Result<Vec<u8>, Error> {
    let agent = Agent::builder().with_url(IC).build();
    let agent = agent.map_err(|error| Error::Call(error.into()))?;
    Ok(agent.read_root_key())
}

#[cfg(test)]
mod tests;
