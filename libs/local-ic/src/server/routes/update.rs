//! What changes an instance.

use super::read::no_canister;
use crate::server::Server;
use crate::server::error::ApiError;
use crate::server::extract::{Body, Of};
use crate::server::wire::{
    AddCycles, Balance, Base64, CallRequest, Rejection, SetStableMemory, SubmittedCall,
    TickRequest, Time, certified, uncertified,
};
use axum::Json;
use axum::extract::State;
use local_ic::ic::{Ic, SubmitError};
use std::sync::Arc;

/// An answer with status 200.
type Answer<T> = Result<Json<T>, ApiError>;

/// `POST update/tick`
pub(crate) async fn tick(Of(instance): Of, Body(request): Body<TickRequest>) -> Answer<()> {
    if request.blockmakers.is_some_and(|chosen| !chosen.is_empty()) {
        return Err(ApiError::not_supported("`blockmakers` of update/tick"));
    }
    instance.run(Ic::tick).await.map(Json)
}

/// `POST update/set_time`
pub(crate) async fn set_time(Of(instance): Of, Body(time): Body<Time>) -> Answer<()> {
    instance
        .run(move |ic| ic.set_time(time.nanos_since_epoch))
        .await?
        .map(Json)
        .map_err(ApiError::bad_request)
}

/// `POST update/set_certified_time`
pub(crate) async fn set_certified_time(Of(instance): Of, Body(time): Body<Time>) -> Answer<()> {
    instance
        .run(move |ic| ic.set_certified_time(time.nanos_since_epoch))
        .await?
        .map(Json)
        .map_err(ApiError::bad_request)
}

/// `POST update/add_cycles`: the new balance
pub(crate) async fn add_cycles(
    Of(instance): Of,
    Body(AddCycles {
        canister_id,
        amount,
    }): Body<AddCycles>,
) -> Answer<Balance> {
    let canister = canister_id.0;
    instance
        .run(move |ic| ic.add_cycles(canister.into(), amount))
        .await?
        .map(|cycles| Json(Balance { cycles }))
        .ok_or_else(|| no_canister(canister))
}

/// `POST update/set_stable_memory`
pub(crate) async fn set_stable_memory(
    State(server): State<Arc<Server>>,
    Of(instance): Of,
    Body(request): Body<SetStableMemory>,
) -> Answer<()> {
    let canister = request.canister_id.0;
    let id = request
        .blob_id
        .0
        .try_into()
        .map_err(|_| ApiError::bad_request("a blob id has 32 bytes"))?;
    let blob = server.blobs.get(&id)?;
    // Inflating may take a while: not on a thread that serves everybody.
    instance
        .run(move |ic| {
            let contents = blob.contents()?;
            ic.set_stable_memory(canister.into(), &contents)
                .map_err(ApiError::bad_request)
        })
        .await?
        .map(Json)
}

/// `POST update/submit_ingress_message`: accepts or refuses, executes nothing
pub(crate) async fn submit(
    Of(instance): Of,
    Body(request): Body<CallRequest>,
) -> Answer<Result<SubmittedCall, Rejection>> {
    let result = instance.run(|ic| ic.submit(request.into())).await?;
    let result = match result {
        Ok(submitted) => Ok(submitted),
        Err(SubmitError::Refused(reject)) => Err(reject),
        Err(error @ SubmitError::TooLarge(_)) => return Err(ApiError::bad_request(error)),
    };
    let submitted = uncertified(result, |(subnet, id)| SubmittedCall::new(subnet, id));
    Ok(Json(submitted))
}

/// `POST update/await_ingress_message`: runs rounds until the call is done
pub(crate) async fn await_ingress(
    Of(instance): Of,
    Body(submitted): Body<SubmittedCall>,
) -> Answer<Result<Base64, Rejection>> {
    let result = instance
        .run(move |ic| ic.await_ingress(submitted.message_id))
        .await?
        .map_err(ApiError::bad_request)?;
    Ok(Json(certified(result)))
}
