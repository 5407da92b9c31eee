//! What the Internet Computer charges, in cycles, by its documentation ("Gas and cycles cost", application subnet of 13
//! nodes). An instruction costs one cycle.

/// An execution, before its first instruction.
pub const EXECUTION: u128 = 5_000_000;

/// A message from outside, by the bytes of method name and argument. Its receiver pays.
pub const fn ingress(bytes: usize) -> u128 {
    1_200_000 + 2_000 * bytes as u128
}

/// A call to another canister, by the bytes of method name and argument. Its sender pays.
pub const fn request(bytes: usize) -> u128 {
    260_000 + 1_000 * bytes as u128
}

/// The answer to a call, by its bytes. Whoever called pays.
pub const fn response(bytes: usize) -> u128 {
    1_000 * bytes as u128
}
