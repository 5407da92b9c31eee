//! What a person does with a family, with software passkeys and a recovery phrase: each step is checked.

use crate::error::{Error, named};
use crate::family::{self, Shard};
use crate::network::{Network, PAUSE, once_caught_up};
use crate::output::{Shown, Step};
use client::passkey::Passkey;
use client::recovery_phrase::RecoveryPhrase;
use client::{ArchiveClient, FrontClient, RegistryClient, Replicated};
use ic_agent::Agent;
use ic_agent::identity::{
    BasicIdentity, DelegatedIdentity, Delegation, Identity, SignedDelegation,
};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Instant;
use types::archive::EntryOperation;
use types::front::{ChallengeResult, GetDelegationResponse, RegisterResponse};
use types::{AnchorNumber, DeviceData, DeviceKey, DeviceProtection, Principal, SessionKey};

/// The relying party that is logged in to. Nobody has this name (RFC 2606).
const ORIGIN: &str = "https://dapp.example";
/// Where the passkeys believe to be.
const HOST: &str = "identity.example";

/// What was done, and what came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Shows {
    pub(crate) anchor: u64,
    origin: &'static str,
    pseudonym: Principal,
    /// Who confirmed the public keys.
    registry: Principal,
    /// Who keeps the three operations; none if the shard has no archive.
    archive: Option<Principal>,
    seconds: f64,
}

impl Shown for Shows {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!(
                "anchor {} registered, with two devices and a recovery phrase",
                self.anchor
            ),
            format!("delegation verified: {} at {}", self.pseudonym, self.origin),
        ];
        if let Some(archive) = self.archive {
            lines.push(format!("all operations archived by {archive}"));
        }
        lines
    }
}

/// Somebody with a device.
struct Person<'a> {
    network: &'a Network,
    front: FrontClient<Agent>,
}

impl<'a> Person<'a> {
    fn with(network: &'a Network, device: impl Identity + 'static) -> Result<Self, Error> {
        let agent = network.agent(device)?;
        Ok(Self {
            network,
            front: FrontClient::new(agent, network.front()),
        })
    }

    async fn registers(&self, device: &DeviceData) -> Result<AnchorNumber, Error> {
        let challenge = self.front.create_challenge().await?;
        if !challenge.png_base64.is_empty() {
            return Err(Error::Captcha);
        }
        let solution = ChallengeResult {
            key: challenge.challenge_key,
            chars: String::new(),
        };
        match self.front.register(device, &solution, None).await? {
            RegisterResponse::Registered { user_number } => Ok(user_number),
            RegisterResponse::CanisterFull => Err(Error::Unexpected(
                "no shard has room for an anchor".to_owned(),
            )),
            RegisterResponse::BadChallenge => {
                Err(Error::Unexpected("the challenge was refused".to_owned()))
            }
        }
    }

    async fn adds(&self, anchor: AnchorNumber, device: &DeviceData) -> Result<(), Error> {
        Ok(self.front.add(anchor, device).await?)
    }

    /// Logs in with a new session key. The published agent checks the delegation: its signature, that front is the
    /// signer, the way to the root key, the session, the expiration.
    async fn logs_in(&self, anchor: AnchorNumber) -> Result<DelegatedIdentity, Error> {
        let session = new_session()?;
        let key = session.public_key().expect("an Ed25519 key is public");
        let key = SessionKey::new(key);
        let prepared = self.front.prepare_delegation(anchor, ORIGIN, &key, None);
        let (user_key, expiration) = prepared.await?;
        let signed = once_caught_up(async || {
            let answer = self.front.get_delegation(anchor, ORIGIN, &key, expiration);
            Ok(match answer.await? {
                GetDelegationResponse::SignedDelegation(signed) => Some(signed),
                GetDelegationResponse::NoSuchDelegation => None,
            })
        });
        let signed = signed.await?.ok_or_else(|| {
            let text = "no node has the delegation that was prepared";
            Error::Unexpected(text.to_owned())
        })?;
        let link = SignedDelegation {
            delegation: Delegation {
                pubkey: signed.delegation.pubkey.into_vec(),
                expiration: signed.delegation.expiration.get(),
                targets: signed.delegation.targets,
                permissions: None,
            },
            signature: signed.signature,
        };
        let root_key = self.network.root_key();
        DelegatedIdentity::new_with_root_key(
            user_key.into_vec(),
            Box::new(session),
            vec![link],
            root_key,
        )
        .map_err(|error| Error::Unexpected(format!("the delegation is not valid: {error}")))
    }
}

/// Registers, adds a device and a recovery phrase, logs in with each, acts as the pseudonym, and waits for the archive.
pub(crate) async fn run(network: &Network, archive_seconds: u64) -> Result<Shows, Error> {
    let begin = Instant::now();
    let passkeys = [Passkey::generate(HOST), Passkey::generate(HOST)];
    let [laptop, phone] = passkeys.each_ref();
    let (owner, of_phone) = (
        Person::with(network, laptop.clone())?,
        Person::with(network, phone.clone())?,
    );

    let step = Step::begin("registering an anchor with a passkey");
    let anchor = named(
        "registration",
        owner.registers(&laptop.device("laptop")).await,
    )?;
    step.done(format!("registration: anchor {anchor}"));

    let step = Step::begin("adding a second passkey");
    let added = owner.adds(anchor, &phone.device("phone")).await;
    named("second device", added)?;
    step.done("second device added");

    let step = Step::begin("adding a protected recovery phrase");
    let phrase = RecoveryPhrase::generate(anchor);
    let device = phrase.device(DeviceProtection::Protected);
    named("recovery phrase", owner.adds(anchor, &device).await)?;
    step.done("recovery phrase added, protected");

    let step = Step::begin("logging in with each of them");
    let one = named("log-in", owner.logs_in(anchor).await)?;
    let pseudonym = sender(&one)?;
    // As it is typed in from the paper.
    let typed = RecoveryPhrase::parse(&phrase.reveal());
    let typed = typed.map_err(|error| Error::Unexpected(format!("recovery phrase: {error}")))?;
    let of_phrase = Person::with(network, typed.identity())?;
    for (what, person) in [
        ("log-in with the second device", of_phone),
        ("log-in with the recovery phrase", of_phrase),
    ] {
        let same = sender(&named(what, person.logs_in(anchor).await)?)?;
        if same != pseudonym {
            let text = format!("{what}: two pseudonyms: {pseudonym} and {same}");
            return Err(Error::Unexpected(text));
        }
    }
    step.done(format!(
        "delegation verified against the root key: {pseudonym} at {ORIGIN}"
    ));

    let step = Step::begin("calling as the pseudonym");
    named("call as the pseudonym", acts(network, one, pseudonym).await)?;
    step.done("a canister sees the pseudonym (certified answer)");

    let step = Step::begin("reading the anchor's public keys");
    let agent = network.anonymous()?;
    let shards = family::shards(network, &agent).await?;
    let shard = family::owner(&shards, anchor)?;
    let of_phrase = phrase.key();
    let keys = [laptop.key(), phone.key(), &of_phrase];
    named("public keys", has_keys(&agent, shard, anchor, keys).await)?;
    step.done(format!("public keys certified by shard {}", shard.registry));

    let archive = if shard.archives.is_empty() {
        None
    } else {
        let step = Step::begin("waiting for the archive");
        let found = is_archived(&agent, shard, anchor, keys, archive_seconds).await;
        let archive = named("archive", found)?;
        step.done(format!("archived by {archive}"));
        Some(archive)
    };
    Ok(Shows {
        anchor: anchor.get(),
        origin: ORIGIN,
        pseudonym,
        registry: shard.registry,
        archive,
        seconds: begin.elapsed().as_secs_f64(),
    })
}

fn new_session() -> Result<BasicIdentity, Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)
        .map_err(|error| Error::Unexpected(format!("no randomness: {error}")))?;
    Ok(BasicIdentity::from_raw_key(&secret))
}

fn sender(identity: &DelegatedIdentity) -> Result<Principal, Error> {
    identity.sender().map_err(Error::Unexpected)
}

/// Whether a call signed by the session reaches a canister as the pseudonym.
async fn acts(
    network: &Network,
    session: DelegatedIdentity,
    pseudonym: Principal,
) -> Result<(), Error> {
    let agent = Replicated(network.agent(session)?);
    let seen = FrontClient::new(agent, network.front()).whoami().await?;
    if seen == pseudonym {
        return Ok(());
    }
    let text = format!("the canister sees {seen}, not {pseudonym}");
    Err(Error::Unexpected(text))
}

/// Whether the subnet agrees that the anchor has these devices.
async fn has_keys(
    agent: &Agent,
    shard: &Shard,
    anchor: AnchorNumber,
    keys: [&DeviceKey; 3],
) -> Result<(), Error> {
    let registry = RegistryClient::new(Replicated(agent), shard.registry);
    let devices = registry.lookup(anchor).await?;
    if devices.iter().map(|device| &device.pubkey).eq(keys) {
        return Ok(());
    }
    let text = format!("anchor {anchor} has other keys than it was given");
    Err(Error::Unexpected(text))
}

/// Waits until an archive has the anchor's operations, and says which one.
async fn is_archived(
    agent: &Agent,
    shard: &Shard,
    anchor: AnchorNumber,
    keys: [&DeviceKey; 3],
    seconds: u64,
) -> Result<Principal, Error> {
    let begin = Instant::now();
    let wanted = BTreeSet::from(keys.map(DeviceKey::as_slice));
    loop {
        let mut silent = None;
        for archive in &shard.archives {
            let id = archive.canister;
            let archive = ArchiveClient::new(agent, id);
            let answer = match archive.get_anchor_entries(anchor, None, None).await {
                Ok(answer) => answer,
                Err(error) => {
                    silent = Some(error);
                    continue;
                }
            };
            let entries = answer.entries.iter().flatten();
            let found: BTreeSet<_> = entries
                .filter_map(|entry| match &entry.operation {
                    EntryOperation::RegisterAnchor { device, .. }
                    | EntryOperation::AddDevice { device }
                    | EntryOperation::UpdateDevice {
                        new_values: device, ..
                    }
                    | EntryOperation::ReplaceDevice {
                        new_device: device, ..
                    } => Some(device.pubkey.as_slice()),
                    EntryOperation::RemoveDevice { device } => Some(device.as_slice()),
                    EntryOperation::BlocksLost { .. } => None,
                })
                .collect();
            if found == wanted {
                return Ok(id);
            }
        }
        if begin.elapsed().as_secs() >= seconds {
            return Err(silent.map_or(Error::NotArchived(seconds), Error::from));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
