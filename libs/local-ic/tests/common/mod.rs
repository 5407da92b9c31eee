//! What the tests of the server share: the client is the published one, the server is ours.

#![allow(dead_code, reason = "not every test file uses all of it")]

use pocket_ic::{PocketIc, PocketIcBuilder};
use std::path::PathBuf;

/// The server's binary.
pub(crate) fn server() -> PathBuf {
    env!("CARGO_BIN_EXE_local-ic").into()
}

/// A client's builder that starts our server.
pub(crate) fn builder() -> PocketIcBuilder {
    PocketIcBuilder::new().with_server_binary(server())
}

/// An instance with one application subnet.
pub(crate) fn application() -> PocketIc {
    builder().with_application_subnet().build()
}

/// A canister that echoes: `reply` and `ask` answer their argument, `fail` traps, `never` does not
/// answer; `grow` adds a page of stable memory and writes `!` at its start; `say` logs its argument.
pub(crate) fn echo() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "ic0" "msg_arg_data_size" (func $size (result i32)))
            (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
            (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
            (import "ic0" "msg_reply" (func $reply))
            (import "ic0" "trap" (func $trap (param i32 i32)))
            (import "ic0" "debug_print" (func $print (param i32 i32)))
            (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
            (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
            (memory 1)
            (data (i32.const 0) "planted!")
            (func $take (call $copy (i32.const 16) (i32.const 0) (call $size)))
            (func $answer
                (call $take)
                (call $append (i32.const 16) (call $size))
                (call $reply))
            (func (export "canister_update reply") (call $answer))
            (func (export "canister_query ask") (call $answer))
            (func (export "canister_update fail") (call $trap (i32.const 0) (i32.const 7)))
            (func (export "canister_update never"))
            (func (export "canister_update say")
                (call $take)
                (call $print (i32.const 16) (call $size))
                (call $reply))
            (func (export "canister_update grow")
                (drop (call $grow (i64.const 1)))
                (call $write (i64.const 0) (i64.const 7) (i64.const 1))
                (call $reply))
        )"#,
    )
    .expect("valid WAT")
}
