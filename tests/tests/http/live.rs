//! A family that is called over HTTP: a network whose clock is the real one, keys that sign, log-ins.

use anchorage_tests::family::{Device, Family};
use anchorage_tests::probe;
use client::agent::Network;
use client::passkey::Passkey;
use client::{CallError, ClientError, FrontClient};
use ic_agent::identity::{BasicIdentity, DelegatedIdentity, Delegation, SignedDelegation as Link};
use ic_agent::{Agent, Identity};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use types::front::{ChallengeResult, GetDelegationResponse, RegisterResponse, SignedDelegation};
use types::{AnchorNumber, DeviceData, DeviceKey, Principal, SessionKey, TimestampNs, UserKey};

pub(crate) const DAPP: &str = "https://dapp.example";
/// How often a node is asked for a signature that it may not have yet.
const TRIES: usize = 5;

/// A family on a network whose clock is the real one, and a canister that answers who calls it.
pub(crate) struct Live {
    pub(crate) family: Family,
    pub(crate) network: Network,
    pub(crate) whoami: Principal,
    pub(crate) runtime: Runtime,
}

/// A device that signs its requests.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) identity: Arc<dyn Identity>,
    pub(crate) device: DeviceData,
}

/// A delegation with everything it was asked for with.
pub(crate) struct LogIn {
    pub(crate) session: SessionKey,
    pub(crate) user_key: UserKey,
    pub(crate) signed: SignedDelegation,
}

impl Key {
    /// The key of this identity, as a device with this alias.
    pub(crate) fn of(alias: &str, identity: impl Identity + 'static) -> Self {
        let key = identity.public_key().expect("who signs has a key");
        let device = Device::new(alias).but(|data| data.pubkey = DeviceKey::new(key));
        Self {
            identity: Arc::new(identity),
            device: device.data,
        }
    }

    pub(crate) fn ed25519(secret: u8) -> Self {
        Self::of("ed25519", BasicIdentity::from_raw_key(&[secret; 32]))
    }

    pub(crate) fn passkey() -> Self {
        Self::from(Passkey::generate("identity.example"))
    }

    pub(crate) fn principal(&self) -> Principal {
        self.device.pubkey.principal()
    }
}

impl From<Passkey> for Key {
    fn from(passkey: Passkey) -> Self {
        Self {
            device: passkey.device("passkey"),
            identity: Arc::new(passkey),
        }
    }
}

impl Live {
    pub(crate) fn deploy() -> Self {
        Self::of(Family::deploy())
    }

    /// From now on the family's clock is the real one.
    pub(crate) fn of(family: Family) -> Self {
        let whoami = family.network.create_canister();
        let module = probe(
            r#"
            (func $whoami
              (call $msg_caller_copy (i32.const 4096) (i32.const 0) (call $msg_caller_size))
              (call $append (i32.const 4096) (call $msg_caller_size))
              (call $msg_reply))
            (export "canister_query whoami" (func $whoami))
            "#,
        );
        family
            .network
            .install_canister(whoami, module, vec![], None);
        family.network.auto_progress();
        let server = family.network.get_server_url();
        let instance = family.network.instance_id();
        Self {
            network: Network {
                url: format!("{server}instances/{instance}"),
                root_key: family.root_key(),
            },
            family,
            whoami,
            runtime: Runtime::new().expect("a runtime can be made"),
        }
    }

    pub(crate) fn agent(&self, identity: impl Identity + 'static) -> Agent {
        self.network.agent(identity).expect("the URL is one")
    }

    pub(crate) fn front(&self, key: &Key) -> FrontClient<Agent> {
        FrontClient::new(self.agent(key.identity.clone()), self.family.front)
    }

    /// Waits for an answer.
    pub(crate) fn answer<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.runtime.block_on(call)
    }

    /// Registers an anchor with a device that signs for itself.
    #[track_caller]
    pub(crate) fn registers(&self, key: &Key) -> AnchorNumber {
        let front = self.front(key);
        let challenge = self.answer(front.create_challenge()).expect("a challenge");
        let solution = ChallengeResult {
            key: challenge.challenge_key,
            chars: "any".to_owned(),
        };
        let registered = self.answer(front.register(&key.device, &solution, None));
        match registered.expect("an answer") {
            RegisterResponse::Registered { user_number } => user_number,
            refused => panic!("expected an anchor: {refused:?}"),
        }
    }

    /// Logs in; the session's key is the Ed25519 key with this secret.
    #[track_caller]
    pub(crate) fn logs_in(
        &self,
        key: &Key,
        anchor: AnchorNumber,
        session: u8,
        ttl: Option<u64>,
    ) -> LogIn {
        let front = self.front(key);
        let session = SessionKey::new(Key::ed25519(session).device.pubkey.into_vec());
        let prepared = self.answer(front.prepare_delegation(anchor, DAPP, &session, ttl));
        let (user_key, expiration) = prepared.expect("a device may log in");
        let signed = self.fetches(&front, anchor, &session, expiration);
        LogIn {
            session,
            user_key,
            signed,
        }
    }

    /// Fetches a delegation, again if the node that answers has not seen the preparation yet.
    #[track_caller]
    pub(crate) fn fetches(
        &self,
        front: &FrontClient<Agent>,
        anchor: AnchorNumber,
        session: &SessionKey,
        expiration: TimestampNs,
    ) -> SignedDelegation {
        for _ in 0..TRIES {
            let fetched = self.answer(front.get_delegation(anchor, DAPP, session, expiration));
            match fetched.expect("who prepared may fetch") {
                GetDelegationResponse::SignedDelegation(signed) => return signed,
                GetDelegationResponse::NoSuchDelegation => {
                    std::thread::sleep(Duration::from_millis(500));
                }
            }
        }
        panic!("no delegation after {TRIES} tries");
    }

    /// Whom another canister sees, asked once by one node and once by the subnet.
    pub(crate) fn is_seen_as(&self, agent: &Agent) -> Result<Principal, CallError> {
        let query = agent.query(&self.whoami, "whoami").with_arg([]).call();
        let by_node = self.answer(query)?;
        let update = agent.update(&self.whoami, "whoami").with_arg([]);
        let by_subnet = self.answer(update.call_and_wait())?;
        assert_eq!(by_node, by_subnet);
        Ok(Principal::from_slice(&by_subnet))
    }
}

impl LogIn {
    /// The delegation as agents have it.
    pub(crate) fn link(&self) -> Link {
        Link {
            delegation: Delegation {
                pubkey: self.signed.delegation.pubkey.as_slice().to_vec(),
                expiration: self.signed.delegation.expiration.get(),
                targets: None,
                permissions: None,
            },
            signature: self.signed.signature.clone(),
        }
    }

    /// The session's key with the delegation, checked by the agent against the root key.
    pub(crate) fn session(&self, live: &Live, secret: u8) -> DelegatedIdentity {
        DelegatedIdentity::new_with_root_key(
            self.user_key.as_slice().to_vec(),
            Box::new(BasicIdentity::from_raw_key(&[secret; 32])),
            vec![self.link()],
            &live.network.root_key,
        )
        .expect("the delegation is front's, for this session")
    }
}

/// Why a call of a client brought no answer.
#[track_caller]
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> CallError {
    match answer {
        Err(ClientError::Call { error, .. }) => error,
        other => panic!("expected a refusal: {other:?}"),
    }
}
