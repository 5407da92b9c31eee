use candid::{Decode, Encode, Principal};

use super::*;

#[test]
fn an_answer_that_names_another_canister_round_trips() {
    let answer = GetBlocksResult {
        log_length: Nat::from(3_u8),
        blocks: vec![BlockWithId {
            id: Nat::from(2_u8),
            block: Value::Map(vec![
                ("btype".to_owned(), Value::Text("x".to_owned())),
                (
                    "tx".to_owned(),
                    Value::Array(vec![Value::Int(Int::from(-1))]),
                ),
            ]),
        }],
        archived_blocks: vec![ArchivedBlocks {
            args: vec![GetBlocksRequest {
                start: Nat::from(0_u8),
                length: Nat::from(2_u8),
            }],
            callback: GetBlocksCallback::new(
                Principal::management_canister(),
                "icrc3_get_blocks".to_owned(),
            ),
        }],
    };
    let bytes = Encode!(&answer).unwrap();
    assert_eq!(Decode!(&bytes, GetBlocksResult).unwrap(), answer);
}
