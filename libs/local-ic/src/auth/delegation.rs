//! Chains of delegations: from the sender's key to the key that signed.

use super::{AuthError, keys};
use crate::ids::{CanisterId, TimeNs};
use candid::Principal;
use ic_transport_types::{DelegationPermissions, SignedDelegation};
use std::collections::BTreeSet;

const MAX_DELEGATIONS: usize = 20;
const MAX_TARGETS: usize = 1_000;

/// What a chain of delegations comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// DER of the key that signs the request.
    pub(super) key: Vec<u8>,
    /// Canisters that may be called; `None` for all.
    targets: Option<BTreeSet<Principal>>,
    /// Whether only queries and readings of the state are allowed.
    pub(super) read_only: bool,
}

impl Chain {
    /// What a sender without delegations may do: everything.
    pub(crate) fn unrestricted() -> Self {
        Self {
            key: Vec::new(),
            targets: None,
            read_only: false,
        }
    }

    /// Whether a canister may be called.
    pub fn permits(&self, canister: CanisterId) -> bool {
        self.targets
            .as_ref()
            .is_none_or(|targets| targets.contains(&canister.0))
    }
}

/// Follows the chain from the sender's key; each link is signed by the key before it.
pub(super) fn verify(
    sender_key: &[u8],
    delegations: &[SignedDelegation],
    now: TimeNs,
    root_key: &[u8],
) -> Result<Chain, AuthError> {
    let refuse = |message: String| Err(AuthError::Delegation(message));
    if delegations.len() > MAX_DELEGATIONS {
        return refuse(format!(
            "{} delegations, at most {MAX_DELEGATIONS} are allowed",
            delegations.len()
        ));
    }
    let mut chain = Chain {
        key: sender_key.to_vec(),
        ..Chain::unrestricted()
    };
    let mut seen = BTreeSet::from([sender_key]);
    for SignedDelegation {
        delegation,
        signature,
    } in delegations
    {
        if !seen.insert(&delegation.pubkey) {
            return refuse("a key appears twice in the chain".to_string());
        }
        if delegation.expiration < now {
            return refuse(format!(
                "expired: the delegation ended at {} ns, it is {now} ns",
                delegation.expiration
            ));
        }
        keys::verify(&chain.key, &delegation.signable(), signature, root_key)
            .map_err(AuthError::Delegation)?;
        if let Some(targets) = &delegation.targets {
            if targets.len() > MAX_TARGETS {
                return refuse(format!(
                    "{} targets, at most {MAX_TARGETS} are allowed",
                    targets.len()
                ));
            }
            let targets: BTreeSet<Principal> = targets.iter().copied().collect();
            chain.targets = Some(match chain.targets {
                None => targets,
                Some(before) => before.intersection(&targets).copied().collect(),
            });
        }
        chain.read_only |= delegation.permissions == Some(DelegationPermissions::Queries);
        chain.key.clone_from(&delegation.pubkey);
    }
    Ok(chain)
}
