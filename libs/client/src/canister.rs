//! Typed calls of one canister.

use candid::utils::{ArgumentDecoder, ArgumentEncoder};
use serde_bytes::ByteBuf;
use types::Principal;
use types::http::{HttpRequest, HttpResponse};
use types::message::{self, Request};

use crate::{ClientError, Transport};

/// A canister, called through a transport: what the clients of the three roles have in common.
#[derive(Clone, Debug)]
pub struct Canister<T> {
    transport: T,
    id: Principal,
}

impl<T: Transport> Canister<T> {
    /// The canister with that id.
    pub const fn new(transport: T, id: Principal) -> Self {
        Self { transport, id }
    }

    /// The canister's id.
    pub const fn id(&self) -> Principal {
        self.id
    }

    /// The same canister, seen through a borrowed transport.
    pub(crate) const fn by_ref(&self) -> Canister<&T> {
        Canister {
            transport: &self.transport,
            id: self.id,
        }
    }

    /// Calls a query with a tuple of arguments; the answer is a tuple too.
    pub async fn query<A, R>(&self, method: &str, arguments: A) -> Result<R, ClientError>
    where
        A: ArgumentEncoder + Send,
        R: for<'a> ArgumentDecoder<'a>,
    {
        let argument = encode(method, arguments)?;
        let answer = self.transport.query(self.id, method, argument).await;
        decode(method, answer)
    }

    /// Calls an update with a tuple of arguments; the answer is a tuple too.
    pub async fn update<A, R>(&self, method: &str, arguments: A) -> Result<R, ClientError>
    where
        A: ArgumentEncoder + Send,
        R: for<'a> ArgumentDecoder<'a>,
    {
        let argument = encode(method, arguments)?;
        let answer = self.transport.update(self.id, method, argument).await;
        decode(method, answer)
    }

    /// Sends a message of the family (`blob -> blob`) as an update. Canisters take them from
    /// certain senders only.
    pub async fn send<Q>(&self, request: &Q) -> Result<Q::Answer, ClientError>
    where
        Q: Request + Sync,
    {
        let blob = ByteBuf::from(message::encode(request));
        let (answer,): (ByteBuf,) = self.update(Q::METHOD, (blob,)).await?;
        read::<Q>(&answer)
    }

    /// The same for a message that a query answers.
    pub async fn ask<Q>(&self, request: &Q) -> Result<Q::Answer, ClientError>
    where
        Q: Request + Sync,
    {
        let blob = ByteBuf::from(message::encode(request));
        let (answer,): (ByteBuf,) = self.query(Q::METHOD, (blob,)).await?;
        read::<Q>(&answer)
    }

    /// `GET path` as an HTTP gateway asks it, without checking its certification.
    pub async fn http_get(&self, path: &str) -> Result<HttpResponse, ClientError> {
        let (response,) = self.query("http_request", (get(path),)).await?;
        Ok(response)
    }

    /// The same as an update call, whose answer the subnet agrees on: what a gateway asks when `http_request` answers with
    /// `upgrade`. Front alone has it.
    pub async fn http_get_update(&self, path: &str) -> Result<HttpResponse, ClientError> {
        let (response,) = self.update("http_request_update", (get(path),)).await?;
        Ok(response)
    }
}

fn get(path: &str) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        url: path.to_owned(),
        ..HttpRequest::default()
    }
}

fn read<Q: Request>(answer: &[u8]) -> Result<Q::Answer, ClientError> {
    message::decode(answer).map_err(|error| ClientError::Message {
        method: Q::METHOD.to_owned(),
        error,
    })
}

fn encode<A: ArgumentEncoder>(method: &str, arguments: A) -> Result<Vec<u8>, ClientError> {
    candid::encode_args(arguments).map_err(|error| ClientError::Encode {
        method: method.to_owned(),
        reason: error.to_string(),
    })
}

fn decode<R: for<'a> ArgumentDecoder<'a>>(
    method: &str,
    answer: Result<Vec<u8>, crate::CallError>,
) -> Result<R, ClientError> {
    let bytes = answer.map_err(|error| ClientError::Call {
        method: method.to_owned(),
        error,
    })?;
    candid::decode_args(&bytes).map_err(|error| ClientError::Decode {
        method: method.to_owned(),
        reason: error.to_string(),
    })
}
