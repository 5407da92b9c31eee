//! Which methods there are, and who may call them.

use super::{effective_canister, info};
use crate::error::{ErrorCode, Reject};
use crate::state::{Canister, Ingress, Subnet, not_found};
use candid::Principal;

/// Who may call a method as an ingress message, and who pays for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everyone; nobody pays.
    Everyone,
    /// Controllers of the canister, which pays.
    Controllers,
    /// Controllers or the visibility settings of the canister, which pays.
    Visible,
    /// Canisters only.
    Canisters,
    /// Canisters, and the admins of the subnet; nobody pays.
    CanistersAndAdmins,
    /// Only as a query.
    Query,
}

/// The methods that exist here.
pub(super) const METHODS: &[(&str, Access)] = &[
    ("canister_info", Access::Canisters),
    ("canister_metadata", Access::Canisters),
    ("canister_status", Access::Visible),
    ("clear_chunk_store", Access::Controllers),
    ("create_canister", Access::CanistersAndAdmins),
    ("delete_canister", Access::Controllers),
    ("delete_canister_snapshot", Access::Controllers),
    ("deposit_cycles", Access::Canisters),
    ("fetch_canister_logs", Access::Query),
    ("install_chunked_code", Access::Controllers),
    ("install_code", Access::Controllers),
    ("list_canister_snapshots", Access::Visible),
    ("load_canister_snapshot", Access::Controllers),
    ("provisional_create_canister_with_cycles", Access::Everyone),
    ("provisional_top_up_canister", Access::Everyone),
    ("raw_rand", Access::Canisters),
    ("start_canister", Access::Controllers),
    ("stop_canister", Access::Controllers),
    ("stored_chunks", Access::Controllers),
    ("take_canister_snapshot", Access::Controllers),
    ("uninstall_code", Access::Controllers),
    ("update_settings", Access::Controllers),
    ("upload_chunk", Access::Controllers),
];

/// Methods of the interface specification that are refused with a word of their own.
pub(super) const NOT_SUPPORTED: &[&str] = &[
    "bitcoin_get_balance",
    "bitcoin_get_block_headers",
    "bitcoin_get_current_fee_percentiles",
    "bitcoin_get_utxos",
    "bitcoin_send_transaction",
    "canister_metrics",
    "ecdsa_public_key",
    "flexible_http_request",
    "http_request",
    "list_canisters",
    "node_metrics_history",
    "read_canister_snapshot_data",
    "read_canister_snapshot_metadata",
    "schnorr_public_key",
    "sign_with_ecdsa",
    "sign_with_schnorr",
    "subnet_info",
    "upload_canister_snapshot_data",
    "upload_canister_snapshot_metadata",
    "vetkd_derive_key",
    "vetkd_public_key",
];

/// What admins of a subnet may do with each canister on it, beside reading its status.
const ADMINISTERED: [&str; 4] = [
    "delete_canister",
    "start_canister",
    "stop_canister",
    "uninstall_code",
];

/// Checks a user's call before it is accepted.
pub fn check_ingress(subnet: &Subnet, ingress: &Ingress) -> Result<(), Reject> {
    let method = ingress.method.as_str();
    match require_method(method)? {
        Access::Everyone => Ok(()),
        Access::Canisters => Err(only_canisters(method)),
        Access::CanistersAndAdmins => require_admin(subnet, ingress.sender, method),
        Access::Query => Err(query_only(method)),
        access @ (Access::Controllers | Access::Visible) => {
            let id = effective_canister(method, &ingress.payload).ok_or_else(|| {
                Reject::new(
                    ErrorCode::InvalidManagementPayload,
                    format!("Failed to parse payload for ic00 method {method}"),
                )
            })?;
            let canister = subnet.canisters.get(&id).ok_or_else(|| not_found(id))?;
            if access == Access::Visible && may_see(canister, ingress.sender, method) {
                return Ok(());
            }
            require_controller(subnet, canister, ingress.sender, method)
        }
    }
}

pub(super) fn require_method(method: &str) -> Result<Access, Reject> {
    if let Some((_, access)) = METHODS.iter().find(|(name, _)| *name == method) {
        return Ok(*access);
    }
    require_supported(method)?;
    Reject::err(
        ErrorCode::UnknownManagementMessage,
        format!("Management canister has no method '{method}'"),
    )
}

/// Refuses by name what the Internet Computer has and this does not.
pub(super) fn require_supported(method: &str) -> Result<(), Reject> {
    if !NOT_SUPPORTED.contains(&method) {
        return Ok(());
    }
    Reject::err(
        ErrorCode::UnknownManagementMessage,
        format!("Management canister method '{method}' is not supported by local-ic yet"),
    )
}

pub(super) fn only_canisters(method: &str) -> Reject {
    Reject::new(
        ErrorCode::CanisterRejectedMessage,
        format!("Only canisters can call ic00 method {method}"),
    )
}

pub(super) fn query_only(method: &str) -> Reject {
    Reject::new(
        ErrorCode::CanisterRejectedMessage,
        format!("ic00 method {method} can be called only as a query"),
    )
}

/// Refuses who neither controls the canister nor may call this method as an admin of its subnet or by its settings.
pub(super) fn require_controller(
    subnet: &Subnet,
    canister: &Canister,
    caller: Principal,
    method: &str,
) -> Result<(), Reject> {
    if canister.settings.controllers.contains(&caller) {
        return Ok(());
    }
    let administers = subnet.admins.contains(&caller);
    if method == "canister_status" {
        let visibility = &canister.settings.status_visibility;
        if administers || canister.id.0 == caller || info::visible(visibility, canister, caller) {
            return Ok(());
        }
        return Reject::err(
            ErrorCode::CanisterStatusAccessDenied,
            format!("Caller {caller} is not allowed to access the canister status"),
        );
    }
    let (code, who) = if subnet.admins.is_empty() || !ADMINISTERED.contains(&method) {
        (ErrorCode::CanisterInvalidController, "Only controllers")
    } else if administers {
        return Ok(());
    } else {
        (
            ErrorCode::CanisterInvalidControllerOrSubnetAdmin,
            "Only subnet admins and controllers",
        )
    };
    let controllers: Vec<String> = canister
        .settings
        .controllers
        .iter()
        .map(ToString::to_string)
        .collect();
    Reject::err(
        code,
        format!(
            "{who} of canister {} can call ic00 method {method}. Sender: {caller}. Controllers: {}.",
            canister.id,
            controllers.join(" ")
        ),
    )
}

/// Refuses users who are not admins of the subnet.
pub(super) fn require_admin(
    subnet: &Subnet,
    caller: Principal,
    method: &str,
) -> Result<(), Reject> {
    if subnet.admins.contains(&caller) {
        return Ok(());
    }
    if subnet.admins.is_empty() {
        return Err(only_canisters(method));
    }
    Reject::err(
        ErrorCode::InvalidSubnetAdmin,
        format!(
            "Only canisters and admins of subnet {} can call ic00 method {method}. Sender: {caller}.",
            subnet.id
        ),
    )
}

pub(super) fn may_see(canister: &Canister, caller: Principal, method: &str) -> bool {
    method == "list_canister_snapshots"
        && info::visible(&canister.settings.snapshot_visibility, canister, caller)
}
