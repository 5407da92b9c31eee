//! Delegations, and their check as a relying party makes it: with published libraries, not with ours.

use super::{Attempt, Family, Person, ask};
use ic_canister_sig_creation::{
    CanisterSigPublicKey, DELEGATION_SIG_DOMAIN, delegation_signature_msg,
    extract_raw_root_pk_from_der,
};
use ic_signature_verification::verify_canister_sig;
use types::front::{Delegation, GetDelegationResponse, SignedDelegation};
use types::{Principal, SessionKey, TimestampNs, UserKey};

/// A delegation that front has prepared.
#[derive(Clone)]
pub struct Prepared<'a> {
    pub(super) person: Person<'a>,
    pub(super) origin: String,
    /// The key that is to act.
    pub session: SessionKey,
    /// The pseudonym's key.
    pub user_key: UserKey,
    /// When the delegation ends.
    pub expiration: TimestampNs,
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "prepared until {} for {}", self.expiration, self.origin)
    }
}

impl Prepared<'_> {
    /// Whom the relying party sees.
    pub fn pseudonym(&self) -> Principal {
        Principal::self_authenticating(&self.user_key)
    }

    /// Asks for the signature.
    pub fn is_fetched(&self) -> Attempt<GetDelegationResponse> {
        self.is_fetched_by(self.person.caller)
    }

    /// Asks for the signature as somebody else.
    pub fn is_fetched_by(&self, caller: Principal) -> Attempt<GetDelegationResponse> {
        let front = self.person.family.front_as(caller);
        let anchor = self.person.anchor;
        ask(front.get_delegation(anchor, &self.origin, &self.session, self.expiration))
    }

    /// The signature is there, and it is front's.
    #[track_caller]
    pub fn is_signed(&self) -> SignedDelegation {
        match self.is_fetched().succeeds() {
            GetDelegationResponse::SignedDelegation(signed) => {
                let Delegation {
                    pubkey,
                    expiration,
                    targets,
                } = &signed.delegation;
                assert_eq!(*pubkey, self.session);
                assert_eq!(*expiration, self.expiration);
                assert_eq!(*targets, None);
                let key = CanisterSigPublicKey::try_from(self.user_key.as_slice())
                    .expect("a user key is a canister-signature key");
                assert_eq!(key.canister_id, self.person.family.front);
                self.person
                    .family
                    .verifies(&self.user_key, &signed)
                    .expect("the signature is front's");
                signed
            }
            GetDelegationResponse::NoSuchDelegation => panic!("expected a signature: {self:?}"),
        }
    }

    /// There is no signature (any more).
    #[track_caller]
    pub fn is_gone(&self) {
        let answer = self.is_fetched().succeeds();
        assert_eq!(answer, GetDelegationResponse::NoSuchDelegation);
    }
}

impl Family {
    /// Checks a delegation against the root key of the network.
    pub fn verifies(&self, user_key: &UserKey, signed: &SignedDelegation) -> Result<(), String> {
        let root_key = self.root_key();
        let root_key = extract_raw_root_pk_from_der(&root_key)?;
        let Delegation {
            pubkey,
            expiration,
            targets: _,
        } = &signed.delegation;
        let domain_length = u8::try_from(DELEGATION_SIG_DOMAIN.len()).expect("a short text");
        let mut message = vec![domain_length];
        message.extend_from_slice(DELEGATION_SIG_DOMAIN);
        message.extend(delegation_signature_msg(
            pubkey.as_slice(),
            expiration.get(),
            None,
        ));
        verify_canister_sig(&message, &signed.signature, user_key.as_slice(), &root_key)
    }

    /// The root key of the network, DER.
    pub fn root_key(&self) -> Vec<u8> {
        let key = self.network.root_key();
        key.expect("the network has an NNS subnet")
    }
}
