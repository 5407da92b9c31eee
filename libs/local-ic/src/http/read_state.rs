//! `read_state`: which paths may be read by whom.

use super::{Certified, HttpError};
use crate::auth::{self, Chain, Kind};
use crate::cbor::self_described;
use crate::certification::{self, Path, RangesForm};
use crate::ic::Ic;
use crate::ids::{CanisterId, MessageId, SubnetId};
use crate::state::{Network, Subnet};
use candid::Principal;
use ic_transport_types::EnvelopeContent;

const MAX_PATHS: usize = 1_000;
const MAX_LABELS: usize = 127;

/// Whose state is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effective {
    /// A canister's.
    Canister(CanisterId),
    /// A subnet's.
    Subnet(SubnetId),
}

impl Ic {
    /// Answers a reading of the state with a certificate.
    pub fn http_read_state(
        &self,
        effective: Effective,
        body: &[u8],
        form: RangesForm,
    ) -> Result<Vec<u8>, HttpError> {
        let envelope = auth::parse(body)?;
        let EnvelopeContent::ReadState { paths, sender, .. } = &envelope.content else {
            return Err(HttpError::bad("a reading has request_type 'read_state'"));
        };
        let chain = self.authenticate(&envelope, Kind::Read)?;
        let network = self.network();
        let subnet = match effective {
            Effective::Canister(id) => network.route(id).and_then(|id| network.subnet(id)),
            Effective::Subnet(id) => network.subnet(id),
        }
        .ok_or_else(|| HttpError::bad("the effective id belongs to no subnet of this network"))?;
        let paths: Vec<Path> = paths
            .iter()
            .map(|path| path.iter().map(|label| label.as_bytes().to_vec()).collect())
            .collect();
        if paths.len() > MAX_PATHS || paths.iter().any(|path| path.len() > MAX_LABELS) {
            return Err(HttpError::bad(format!(
                "at most {MAX_PATHS} paths of at most {MAX_LABELS} labels can be read"
            )));
        }
        Reader {
            network,
            subnet,
            effective,
            form,
            sender: *sender,
            chain,
        }
        .check(&paths)?;
        Ok(self_described(&Certified {
            status: None,
            certificate: certification::certificate(network, subnet, &paths, form),
        }))
    }
}

/// Who reads whose state.
struct Reader<'a> {
    network: &'a Network,
    subnet: &'a Subnet,
    effective: Effective,
    form: RangesForm,
    sender: Principal,
    chain: Chain,
}

impl Reader<'_> {
    fn check(&self, paths: &[Path]) -> Result<(), HttpError> {
        let mut request = None;
        let mut ranges = None;
        for path in paths {
            let labels: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
            match labels.as_slice() {
                [b"time" | b"subnet"]
                | [b"subnet", _]
                | [b"subnet", _, b"public_key" | b"type"]
                | [b"subnet", _, b"node", ..]
                | [b"api_boundary_nodes", ..] => {}
                [b"subnet", id, b"canister_ranges"]
                    if self.form == RangesForm::Flat || self.is_root(id) => {}
                [b"subnet", id, b"metrics"]
                    if self.effective == Effective::Subnet(self.subnet.id)
                        && self.subnet.id.0.as_slice() == *id => {}
                [b"canister_ranges", id] if matches!(self.effective, Effective::Subnet(_)) => {
                    if ranges.replace(*id).is_some_and(|before| before != *id) {
                        return Err(HttpError::bad(
                            "all canister_ranges paths must name the same subnet",
                        ));
                    }
                }
                [b"request_status", id] | [b"request_status", id, _] => {
                    let id = <[u8; 32]>::try_from(*id)
                        .map(MessageId)
                        .map_err(|_| HttpError::bad("a request id has 32 bytes"))?;
                    if request.replace(id).is_some_and(|before| before != id) {
                        return Err(HttpError::bad(
                            "all request_status paths must name the same request",
                        ));
                    }
                    self.check_request(id)?;
                }
                [b"canister", id, rest @ ..] => self.check_canister(id, rest)?,
                _ => return Err(HttpError::invalid_path()),
            }
        }
        Ok(())
    }

    fn is_root(&self, subnet: &[u8]) -> bool {
        self.network.subnets[0].id.0.as_slice() == subnet
    }

    /// A request's status is for its sender, at the effective id that it was sent to; what is unknown is proven absent.
    fn check_request(&self, id: MessageId) -> Result<(), HttpError> {
        let Some(entry) = self.subnet.ingress_history.get(&id) else {
            return Ok(());
        };
        if entry.sender != self.sender {
            return Err(HttpError::forbidden(
                "The user tries to access Request ID not signed by the caller.",
            ));
        }
        let effective = match self.effective {
            Effective::Canister(id) => id.0,
            Effective::Subnet(id) => id.0,
        };
        if entry.effective != effective {
            return Err(HttpError::bad(format!(
                "the request was made with another effective id than {effective}"
            )));
        }
        if !self.chain.permits(entry.receiver) {
            return Err(HttpError::forbidden(
                "The user tries to access Request ID of a canister that is not one of the delegation's targets.",
            ));
        }
        Ok(())
    }

    fn check_canister(&self, id: &[u8], rest: &[&[u8]]) -> Result<(), HttpError> {
        let Effective::Canister(canister) = self.effective else {
            return Err(HttpError::bad("canister paths are read at the canister"));
        };
        if canister.0.as_slice() != id {
            return Err(HttpError::bad(format!(
                "Effective principal id in URL {canister} does not match requested principal id."
            )));
        }
        match rest {
            [
                b"canister_creation_timestamp"
                | b"controllers"
                | b"last_install_timestamp"
                | b"module_hash",
            ] => Ok(()),
            [b"metadata", name] if self.may_read_metadata(canister, name) => Ok(()),
            [b"metadata", _] => Err(HttpError::forbidden(
                "Custom section can only be requested by the controllers of the canister.",
            )),
            _ => Err(HttpError::invalid_path()),
        }
    }

    fn may_read_metadata(&self, id: CanisterId, name: &[u8]) -> bool {
        let Some(canister) = self.subnet.canisters.get(&id) else {
            return true;
        };
        let section = canister
            .code
            .as_ref()
            .and_then(|code| self.network.modules.get(&code.module))
            .zip(std::str::from_utf8(name).ok())
            .and_then(|(module, name)| module.sections.get(name));
        section.is_none_or(|section| section.public)
            || canister.settings.controllers.contains(&self.sender)
    }
}
