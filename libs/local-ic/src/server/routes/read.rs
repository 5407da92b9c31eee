//! Questions to an instance that change nothing.

use crate::server::error::ApiError;
use crate::server::extract::{Body, Of};
use crate::server::wire::{
    Balance, Base64, CallRequest, CanisterRecord, IngressStatusRequest, PrincipalRecord, Rejection,
    StableMemory, SubnetRecord, Time, TopologyAnswer, certified, uncertified,
};
use axum::Json;
use candid::Principal;
use local_ic::ic::IngressStatus;

/// An answer with status 200.
type Answer<T> = Result<Json<T>, ApiError>;

/// The refusal for a canister that does not exist.
pub(super) fn no_canister(canister: Principal) -> ApiError {
    ApiError::bad_request(format!("CanisterNotFound({canister})"))
}

/// `GET read/topology`
pub(crate) async fn topology(Of(instance): Of) -> Answer<TopologyAnswer> {
    let topology = instance.run(|ic| ic.topology()).await?;
    Ok(Json(topology.into()))
}

/// `POST read/pub_key`: DER, as an array of numbers
pub(crate) async fn public_key(
    Of(instance): Of,
    Body(SubnetRecord { subnet_id }): Body<SubnetRecord>,
) -> Answer<Vec<u8>> {
    let subnet = subnet_id.0;
    instance
        .run(move |ic| ic.public_key(subnet.into()))
        .await?
        .map(Json)
        .ok_or_else(|| ApiError::bad_request(format!("SubnetNotFound({subnet})")))
}

/// `GET read/get_time`
pub(crate) async fn time(Of(instance): Of) -> Answer<Time> {
    let nanos_since_epoch = instance.run(|ic| ic.time()).await?;
    Ok(Json(Time { nanos_since_epoch }))
}

/// `POST read/get_cycles`
pub(crate) async fn cycles(
    Of(instance): Of,
    Body(CanisterRecord { canister_id }): Body<CanisterRecord>,
) -> Answer<Balance> {
    let canister = canister_id.0;
    instance
        .run(move |ic| ic.cycles(canister.into()))
        .await?
        .map(|cycles| Json(Balance { cycles }))
        .ok_or_else(|| no_canister(canister))
}

/// `POST read/get_controllers`
pub(crate) async fn controllers(
    Of(instance): Of,
    Body(CanisterRecord { canister_id }): Body<CanisterRecord>,
) -> Answer<Vec<PrincipalRecord>> {
    let canister = canister_id.0;
    instance
        .run(move |ic| ic.controllers(canister.into()))
        .await?
        .map(|controllers| Json(controllers.into_iter().map(Into::into).collect()))
        .ok_or_else(|| no_canister(canister))
}

/// `POST read/get_subnet`: null unless the canister exists
pub(crate) async fn subnet(
    Of(instance): Of,
    Body(CanisterRecord { canister_id }): Body<CanisterRecord>,
) -> Answer<Option<SubnetRecord>> {
    let canister = canister_id.0;
    let subnet = instance
        .run(move |ic| ic.subnet_of(canister.into()))
        .await?;
    Ok(Json(subnet.map(|subnet| subnet.0.into())))
}

/// `POST read/get_stable_memory`
pub(crate) async fn stable_memory(
    Of(instance): Of,
    Body(CanisterRecord { canister_id }): Body<CanisterRecord>,
) -> Answer<StableMemory> {
    let canister = canister_id.0;
    let memory = instance
        .run(move |ic| ic.stable_memory(canister.into()))
        .await?
        .map_err(ApiError::bad_request)?;
    Ok(Json(StableMemory {
        blob: Base64(memory),
    }))
}

/// `POST read/ingress_status`: null while there is no result
pub(crate) async fn ingress_status(
    Of(instance): Of,
    Body(request): Body<IngressStatusRequest>,
) -> Answer<Option<Result<Base64, Rejection>>> {
    let IngressStatusRequest {
        raw_message_id,
        raw_caller,
    } = request;
    let caller = raw_caller.map(|caller| caller.principal_id.0);
    let status = instance
        .run(move |ic| ic.ingress_status(raw_message_id.message_id, caller))
        .await?
        .map_err(ApiError::forbidden)?;
    Ok(Json(match status {
        IngressStatus::Done(result) => Some(certified(result)),
        IngressStatus::Unknown | IngressStatus::Received | IngressStatus::Processing => None,
    }))
}

/// `POST read/query`
pub(crate) async fn query(
    Of(instance): Of,
    Body(request): Body<CallRequest>,
) -> Answer<Result<Base64, Rejection>> {
    let result = instance.run(|ic| ic.query(request.into())).await?;
    Ok(Json(uncertified(result, Base64)))
}
