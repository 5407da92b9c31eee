//! Canisters for a gateway: they answer HTTP requests with bytes that were worked out beforehand.

use candid::{CandidType, Encode, define_function};
use ic_certification::HashTree;
use ic_certification::hash_tree::{label, leaf};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What the gateway's protocol calls a response.
#[derive(CandidType)]
pub(crate) struct Response {
    pub(crate) status_code: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) upgrade: Option<bool>,
    pub(crate) streaming_strategy: Option<Streaming>,
}

/// How to ask for the rest of a body.
#[derive(CandidType)]
pub(crate) enum Streaming {
    Callback { callback: Callback, token: Token },
}

/// What the callback is asked with.
#[derive(CandidType)]
pub(crate) struct Token {
    pub(crate) from: u64,
}

/// A piece of a body.
#[derive(CandidType)]
pub(crate) struct Piece {
    pub(crate) body: Vec<u8>,
    pub(crate) token: Option<Token>,
}

define_function!(pub(crate) Callback : (Token) -> (Piece) query);

/// A plain response.
pub(crate) fn response(body: &str) -> Response {
    Response {
        status_code: 200,
        headers: vec![("Content-Type".to_owned(), "text/plain".to_owned())],
        body: body.into(),
        upgrade: None,
        streaming_strategy: None,
    }
}

/// A canister whose methods answer always the same: `canister_query x` or `canister_update x`.
pub(crate) fn fixed(methods: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut code = String::new();
    let mut at = 0;
    for (export, reply) in methods {
        let length = reply.len();
        let bytes = escaped(reply);
        write!(
            code,
            r#"(data (i32.const {at}) "{bytes}")
               (func (export "{export}")
                   (call $append (i32.const {at}) (i32.const {length})) (call $reply))"#
        )
        .expect("a string takes everything");
        at += length;
    }
    module("", &code)
}

/// Says that the responses to all requests may be shown without their being certified.
const EXPRESSION: &str = "default_certification(ValidationArgs{no_certification:Empty{}})";

/// `$encode` writes the base64 of so many bytes at `$raw` to where `$out` points, and moves that.
const ENCODE: &str = r#"
    (data (i32.const 0) "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    ;; Where the certificate, its base64 and the header's length go.
    (global $raw i32 (i32.const 16384))
    (global $out (mut i32) (i32.const 32768))
    (func $digit (param $word i32) (param $shift i32)
        (i32.store8 (global.get $out)
            (i32.load8_u (i32.and (i32.shr_u (local.get $word) (local.get $shift)) (i32.const 63))))
        (global.set $out (i32.add (global.get $out) (i32.const 1))))
    (func $byte (param $at i32) (param $shift i32) (result i32)
        (i32.shl (i32.load8_u (local.get $at)) (local.get $shift)))
    (func $encode (param $size i32)
        (local $at i32) (local $end i32) (local $word i32)
        (local.set $at (global.get $raw))
        (local.set $end (i32.add (global.get $raw) (local.get $size)))
        (loop $next
            ;; Beyond the certificate there are zeros.
            (local.set $word (i32.or (i32.or
                (call $byte (local.get $at) (i32.const 16))
                (call $byte (i32.add (local.get $at) (i32.const 1)) (i32.const 8)))
                (call $byte (i32.add (local.get $at) (i32.const 2)) (i32.const 0))))
            (call $digit (local.get $word) (i32.const 18))
            (call $digit (local.get $word) (i32.const 12))
            (call $digit (local.get $word) (i32.const 6))
            (call $digit (local.get $word) (i32.const 0))
            (local.set $at (i32.add (local.get $at) (i32.const 3)))
            (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
        ;; What was made of zeros beyond the end is padding.
        (if (i32.gt_u (local.get $at) (local.get $end)) (then
            (i32.store8 (i32.sub (global.get $out) (i32.const 1)) (i32.const 61))))
        (if (i32.gt_u (local.get $at) (i32.add (local.get $end) (i32.const 1))) (then
            (i32.store8 (i32.sub (global.get $out) (i32.const 2)) (i32.const 61)))))
"#;

/// A canister that answers with `body` and a certificate of what it is allowed to skip; or, if it
/// is not `honest`, of something else than it claims.
pub(crate) fn skipping(body: &str, honest: bool) -> Vec<u8> {
    let hash: [u8; 32] = Sha256::digest(EXPRESSION).into();
    let tree: HashTree = label("http_expr", label("<*>", label(hash, leaf(Vec::new()))));
    let certified = if honest { tree.digest() } else { [7; 32] };
    // Room for the certificate's text, so that its length takes two bytes as the real one's will.
    let room = "@".repeat(1_000);
    let header = format!(
        "certificate=:{room}:, tree=:{}:, expr_path=:{}:, version=2",
        base64(&tree),
        base64(&["http_expr", "<*>"])
    );
    let mut response = response(body);
    let extra = [
        ("IC-CertificateExpression".to_owned(), EXPRESSION.to_owned()),
        ("IC-Certificate".to_owned(), header.clone()),
    ];
    response.headers.extend(extra);
    let reply = Encode!(&response).expect("it encodes");
    let text = find(&reply, header.as_bytes());
    let start = find(&reply, room.as_bytes());
    // What comes before the header's length, the header up to the certificate, and the rest.
    let (before, opening) = (&reply[..text - 2], &reply[text..start]);
    let rest = &reply[start + room.len()..];
    let around = header.len() - room.len();

    let pieces = [before, opening, rest, &certified];
    let (mut at, mut data) = (4_096, String::new());
    let mut places = Vec::new();
    for piece in pieces {
        let bytes = escaped(piece);
        writeln!(data, r#"(data (i32.const {at}) "{bytes}")"#).expect("a string takes everything");
        places.push(format!("(i32.const {at}) (i32.const {})", piece.len()));
        at += piece.len();
    }
    let [before, opening, rest, certified] = &places[..] else {
        panic!("four pieces");
    };
    module(
        r#"(import "ic0" "data_certificate_size" (func $size (result i32)))
           (import "ic0" "data_certificate_copy" (func $copy (param i32 i32 i32)))
           (import "ic0" "certified_data_set" (func $certify (param i32 i32)))"#,
        &format!(
            r#"{data}
            {ENCODE}
            (func (export "canister_init") (call $certify {certified}))
            (func (export "canister_query http_request")
                (local $length i32)
                (call $copy (global.get $raw) (i32.const 0) (call $size))
                (call $encode (call $size))
                (local.set $length (i32.sub (global.get $out) (i32.const 32768)))
                (i32.store8 (i32.const 1024) (i32.or (i32.const 128)
                    (i32.and (i32.add (local.get $length) (i32.const {around})) (i32.const 127))))
                (i32.store8 (i32.const 1025)
                    (i32.shr_u (i32.add (local.get $length) (i32.const {around})) (i32.const 7)))
                (call $append {before})
                (call $append (i32.const 1024) (i32.const 2))
                (call $append {opening})
                (call $append (i32.const 32768) (local.get $length))
                (call $append {rest})
                (call $reply))"#
        ),
    )
}

fn module(imports: &str, code: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
            (import "ic0" "msg_reply" (func $reply))
            {imports}
            (memory 1)
            {code})"#
    );
    wat::parse_str(text).expect("valid WAT")
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\{byte:02x}").expect("a string takes everything");
        text
    })
}

fn find(within: &[u8], wanted: &[u8]) -> usize {
    within
        .windows(wanted.len())
        .position(|window| window == wanted)
        .expect("it is there")
}

fn base64(value: &impl serde::Serialize) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine};
    let mut serializer = serde_cbor::Serializer::new(Vec::new());
    serializer.self_describe().expect("memory takes everything");
    value.serialize(&mut serializer).expect("it is plain data");
    BASE64_STANDARD.encode(serializer.into_inner())
}
