//! What can go wrong between a client and a canister.

use types::message::MessageError;

/// A call that brought no answer that we can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No answer.
    #[error("{method}: {error}")]
    Call {
        /// The method that was called.
        method: String,
        /// What happened.
        error: CallError,
    },
    /// The arguments could not be written as Candid. Not worth a retry.
    #[error("{method}: cannot encode arguments: {reason}")]
    Encode {
        /// The method that was to be called.
        method: String,
        /// What the encoder says.
        reason: String,
    },
    /// The answer is not the Candid that the interface promises. An update was executed
    /// nevertheless. Not worth a retry.
    #[error("{method}: cannot decode the answer: {reason}")]
    Decode {
        /// The method that was called.
        method: String,
        /// What the decoder says.
        reason: String,
    },
    /// The answer is not the message that canisters of the family give one another.
    #[error("{method}: {error}")]
    Message {
        /// The method that was called.
        method: String,
        /// What is wrong with it.
        error: MessageError,
    },
}

impl ClientError {
    /// What the transport says, if it brought no answer.
    pub const fn call(&self) -> Option<&CallError> {
        match self {
            Self::Call { error, .. } => Some(error),
            Self::Encode { .. } | Self::Decode { .. } | Self::Message { .. } => None,
        }
    }

    /// Whether the same call may succeed later.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Call { error, .. } => error.retryable(),
            Self::Message { error, .. } => error.retryable(),
            Self::Encode { .. } | Self::Decode { .. } => false,
        }
    }
}

/// A call without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The Internet Computer or the canister refused. Decide on the code, never on the message.
    #[error("rejected ({code}): {message}")]
    Rejected {
        /// Who refused, roughly.
        code: RejectCode,
        /// Words for people.
        message: String,
    },
    /// The request could not be signed or addressed, or was turned away at the door: a wrong signature, a request
    /// from another time. It was not executed.
    #[error("not accepted: {reason}")]
    NotAccepted {
        /// Words for people.
        reason: String,
    },
    /// There is an answer, but its certificate or signature is not the network's: the wrong root key, a wrong
    /// clock, or somebody on the way who changed it. Believe nothing of it. Whether the call was executed is
    /// unknown.
    #[error("the answer is not the network's: {reason}")]
    Unverified {
        /// Words for people.
        reason: String,
    },
    /// The request or its answer got lost on the way. Whether the call was executed is unknown.
    #[error("no connection: {reason}")]
    Unreachable {
        /// Words for people.
        reason: String,
    },
}

impl CallError {
    /// Whether the same call may succeed later. A call whose outcome is unknown may have been
    /// executed: see [`CallError::outcome_unknown`].
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Rejected { code, .. } => {
                matches!(code, RejectCode::SysTransient | RejectCode::SysUnknown)
            }
            Self::NotAccepted { .. } | Self::Unverified { .. } => false,
            Self::Unreachable { .. } => true,
        }
    }

    /// Whether an update may have been executed although there is no answer.
    pub const fn outcome_unknown(&self) -> bool {
        match self {
            Self::Rejected { code, .. } => matches!(code, RejectCode::SysUnknown),
            Self::NotAccepted { .. } => false,
            Self::Unverified { .. } | Self::Unreachable { .. } => true,
        }
    }
}

/// Who refused a call (Internet Computer interface specification, "Reject codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectCode {
    /// 1: the system, for good.
    SysFatal,
    /// 2: the system, for now.
    SysTransient,
    /// 3: there is no such canister or method.
    DestinationInvalid,
    /// 4: the canister, by a reject.
    CanisterReject,
    /// 5: the canister, by a trap or because it is stopped.
    CanisterError,
    /// 6: nobody knows; the call may have been executed.
    SysUnknown,
}

impl RejectCode {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::SysFatal => 1,
            Self::SysTransient => 2,
            Self::DestinationInvalid => 3,
            Self::CanisterReject => 4,
            Self::CanisterError => 5,
            Self::SysUnknown => 6,
        }
    }
}

impl core::fmt::Display for RejectCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}, code {}", self, self.number())
    }
}
