//! What came of a call, and what a test expects of it.

use client::{CallError, ClientError, block_on};

/// An answer or a refusal, of which the test says what it must be.
#[must_use = "say whether it succeeds or is refused"]
#[derive(Debug)]
pub struct Attempt<T>(Result<T, ClientError>);

/// Makes a call of a client.
pub fn ask<T>(call: impl Future<Output = Result<T, ClientError>>) -> Attempt<T> {
    Attempt(block_on(call))
}

impl<T> Attempt<T> {
    /// The answer.
    #[track_caller]
    pub fn succeeds(self) -> T {
        match self.0 {
            Ok(answer) => answer,
            Err(error) => panic!("expected an answer: {error}"),
        }
    }

    /// Whether there is an answer.
    pub const fn is_answered(&self) -> bool {
        self.0.is_ok()
    }

    /// Another answer, if there is one.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Attempt<U> {
        Attempt(self.0.map(with))
    }
}

impl<T: std::fmt::Debug> Attempt<T> {
    /// Why the call was rejected.
    #[track_caller]
    pub fn is_refused(self) -> CallError {
        match self.0 {
            Ok(answer) => panic!("expected a refusal, the answer is {answer:?}"),
            Err(ClientError::Call { error, .. }) => error,
            Err(error) => panic!("expected a refusal: {error}"),
        }
    }

    /// Checks that the call was rejected with these words among others.
    #[track_caller]
    pub fn is_refused_saying(self, words: &str) {
        let error = self.is_refused();
        let said = error.to_string();
        assert!(
            said.contains(words),
            "expected {words:?}, refused with {said:?}"
        );
    }
}
