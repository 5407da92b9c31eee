//! What can go wrong, and what to do about it.

use crate::audit::Finding;
use crate::repair::Problem;
use client::{CallError, ClientError};
use std::path::{Path, PathBuf};
use types::Principal;

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A step of a command failed.
    #[error("{step}: {error}")]
    Step {
        /// What was to be done.
        step: String,
        /// Why it was not.
        error: Box<Error>,
    },
    #[error("{0} is no URL of a network: {1}")]
    Url(String, String),
    #[error("nobody knows the front canister of {0}")]
    NoFront(String),
    #[error("{url} does not answer: {reason}")]
    NoAnswer { url: String, reason: String },
    #[error("the root key of {url} is another one than at the last visit")]
    OtherRootKey { url: String, record: PathBuf },
    #[error("{path}: {error}")]
    File {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("{path} cannot be read: {reason}")]
    Content { path: PathBuf, reason: String },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Call(#[from] CallError),
    /// A certificate or a tree that proves nothing.
    #[error("{what} of {canister}: {reason}")]
    Uncertified {
        what: &'static str,
        canister: Principal,
        reason: String,
    },
    /// The service did something else than it promises.
    #[error("{0}")]
    Unexpected(String),
    #[error("registrations need a captcha here")]
    Captcha,
    #[error("not archived after {0} s")]
    NotArchived(u64),
    #[error("shard {shard}: {finding}")]
    Audit {
        shard: Principal,
        finding: Box<Finding>,
    },
    #[error("shard {shard}: {problem}")]
    Repair {
        shard: Principal,
        problem: Box<Problem>,
    },
    #[error("archive {archive} keeps the log of {registry}, which is no shard of this family")]
    OtherFamilysArchive {
        archive: Principal,
        registry: Principal,
    },
    #[error("front's routing table names no shard {0}")]
    NoSuchShard(Principal),
    #[error("the key of a controller is needed: {0}")]
    NoKey(Box<Error>),
    #[error("{}", listed(.0))]
    Several(Vec<Error>),
    #[error("front's routing table names no shard")]
    NoShards,
    #[error("port {0} cannot be listened on: {1}")]
    Port(u16, std::io::Error),
    #[error("port {0} is in use")]
    PortInUse(u16),
    #[error("the server {path} cannot be started: {reason}")]
    Server { path: PathBuf, reason: String },
    #[error("the server refused: {0}")]
    Instance(String),
    #[error("{0} holds a network, but it is not known which family is on it")]
    UnknownState(PathBuf),
    #[error("{0} holds a family, whose number of shards is what it is")]
    ShardsOfState(PathBuf),
    #[error("interrupted")]
    Interrupted,
    #[error("the server ended by itself: {0}")]
    ServerEnded(String),
    #[error("{0} is no module")]
    NoModule(PathBuf),
}

impl Error {
    /// That a file could not be read or written.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }

    /// What an audit found at a shard.
    pub(crate) fn found(shard: Principal, finding: Finding) -> Self {
        Self::Audit {
            shard,
            finding: Box::new(finding),
        }
    }

    /// What stands against the repair of a shard.
    pub(crate) fn repair(shard: Principal, problem: Problem) -> Self {
        Self::Repair {
            shard,
            problem: Box::new(problem),
        }
    }

    /// What to do about it, if there is something.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Step { error, .. } => return error.hint(),
            Self::Several(errors) => {
                let hints: Vec<_> = errors.iter().filter_map(Self::hint).collect();
                return (!hints.is_empty()).then(|| hints.join("; "));
            }
            Self::Url(..) => "give http://HOST:PORT, https://HOST, or ic",
            Self::NoFront(_) => {
                "name it with --front CANISTER; it is remembered afterwards. A family of `anchorage local` is known in the folder it was started in (--home)"
            }
            Self::NoAnswer { .. } => {
                "is it running? ./deploy/up.sh starts a family on this machine"
            }
            Self::OtherRootKey { record, .. } => {
                return Some(format!(
                    "if the network was made anew, delete {}; its saved tips are of no use any more. Otherwise somebody is on the way",
                    record.display()
                ));
            }
            Self::Client(error) => return error.call().and_then(call_hint).map(Into::into),
            Self::Call(error) => return call_hint(error).map(Into::into),
            Self::Captcha => {
                "the demonstration solves none; it is for families that were installed with captcha = disabled, or where few people register now"
            }
            Self::NotArchived(_) => {
                "look at `status` of the archive, which names its last failure; or give it more time with --archive-seconds"
            }
            Self::Audit { finding, .. } => finding.hint(),
            Self::Repair { problem, .. } => problem.hint(),
            Self::OtherFamilysArchive { .. } | Self::NoSuchShard(_) => {
                "front's `routing` names them"
            }
            Self::NoKey(_) => {
                "name its file with --identity: PEM, Ed25519 or secp256k1 (`dfx identity export` writes one)"
            }
            Self::PortInUse(_) => {
                "end what uses it (perhaps a local-ic whose `anchorage local` was killed), or choose another one with --port"
            }
            Self::Server { .. } => {
                "build it with: cargo build -p local-ic; or name one with --server"
            }
            Self::UnknownState(_) => {
                "its first deployment was interrupted, or it was made by something else: delete it, or name another --state-dir"
            }
            Self::Uncertified { .. } => {
                "is this machine's clock right? If so, somebody is on the way"
            }
            Self::Content { .. } => "mend it, or delete it: what is in it is forgotten then",
            Self::Port(..) => "choose another one with --port",
            Self::NoShards => "set it with front's `set_routing`",
            Self::ShardsOfState(_) => "leave --shards out, or name another --state-dir",
            Self::NoModule(_) => "build it with: deploy/build.sh",
            Self::ServerEnded(_)
            | Self::Interrupted
            | Self::File { .. }
            | Self::Unexpected(_)
            | Self::Instance(_) => return None,
        };
        Some(hint.to_owned())
    }
}

/// Nothing, if there is none; one by itself; several together.
pub(crate) fn all(mut errors: Vec<Error>) -> Result<(), Error> {
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(Error::Several(errors)),
    }
}

/// The result with the name of its step.
pub(crate) fn named<T>(step: &str, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| Error::Step {
        step: step.to_owned(),
        error: Box::new(error),
    })
}

fn listed(errors: &[Error]) -> String {
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    errors.join("; ")
}

const fn call_hint(error: &CallError) -> Option<&'static str> {
    match error {
        CallError::Unreachable { .. } => {
            Some("the connection failed; the same command may succeed later")
        }
        CallError::Unverified { .. } => Some(
            "is this machine's clock right? If so: the root key is another one (--root-key), or somebody is on the way",
        ),
        CallError::Rejected { .. } | CallError::NotAccepted { .. } => {
            if error.retryable() {
                Some("the same command may succeed later")
            } else {
                None
            }
        }
    }
}
