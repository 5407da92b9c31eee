//! Codes, and golden bytes of the messages.

use super::super::tests::{DEVICE, ORDER, TIP, assert_golden, device, tip};
use super::*;
use crate::registry::RegistryError;

fn code(text: &str) -> VerificationCode {
    VerificationCode::parse(text).expect("six digits")
}

#[test]
fn a_code_is_six_digits_with_leading_zeros() {
    for (random, text) in [
        (0, "000000"),
        (42, "000042"),
        (999_999, "999999"),
        (1_000_000, "000000"),
        (u64::MAX, "551615"),
    ] {
        assert_eq!(VerificationCode::from_random(random).to_string(), text);
        assert_eq!(code(text), VerificationCode::from_random(random));
    }
}

#[test]
fn what_is_not_six_digits_is_no_code() {
    for text in [
        "",
        "42",
        "00042",
        "0000042",
        "+00042",
        "-00042",
        " 00042",
        "00042 ",
        "0x0042",
        "४२४२",
        "invalid code",
    ] {
        assert_eq!(VerificationCode::parse(text), None, "{text:?}");
    }
}

#[test]
fn golden_bytes() {
    let (expected, anchor) = (Some(tip()), AnchorNumber::new(10_000));
    let (order, caller) = (OrderId::new([0x22; 32]), Principal::anonymous());
    assert_golden(
        &EnterRegistrationMode {
            expected,
            anchor,
            caller,
        },
        &["01", "83", TIP, "192710", "4104"],
    );
    assert_golden(
        &ExitRegistrationMode {
            expected,
            anchor,
            caller,
        },
        &["01", "83", TIP, "192710", "4104"],
    );
    assert_golden(
        &AddTentativeDevice {
            order,
            expected: None,
            anchor,
            device: device(),
            code: code("000042"),
        },
        &["01", "85", ORDER, "f6", "192710", DEVICE, "182a"],
    );
    let mut verification = VerifyTentativeDevice {
        order,
        expected: None,
        anchor,
        caller,
        code: Some(code("000042")),
    };
    let before = ["01", "85", ORDER, "f6", "192710", "4104"];
    assert_golden(&verification, &[&before[..], &["182a"]].concat());
    verification.code = None;
    let before = ["01", "84", ORDER, "f6", "192710", "4104"];
    assert_golden(&verification, &before);
}

#[test]
fn golden_bytes_of_answers() {
    let ends = TimestampNs::new(9);
    for (answer, golden) in [
        (TentativeAnswer::Added { ends }, "82008109"),
        (TentativeAnswer::ModeOff, "820180"),
        (TentativeAnswer::AnotherDevice, "820280"),
        (TentativeAnswer::KeyIsUsed, "820380"),
    ] {
        assert_golden(&answer, &["01", golden]);
    }
    for (answer, golden) in [
        (VerificationAnswer::Verified, "820080"),
        (VerificationAnswer::WrongCode { tries_left: 2 }, "82018102"),
        (VerificationAnswer::ModeOff, "820280"),
        (VerificationAnswer::NoDevice, "820380"),
    ] {
        assert_golden(&answer, &["01", golden]);
    }
    let open = OpenRegistration {
        ends,
        device: Some(device()),
    };
    assert_golden(&open, &["01", "8209", DEVICE]);
    for (error, golden) in [
        (RegistryError::RecoveryPhrase, "820e80"),
        (RegistryError::RegistrationModes { limit: 5 }, "820f8105"),
        (
            RegistryError::OperationBudget {
                limit: 5,
                resets_at: ends,
            },
            "8210820509",
        ),
    ] {
        assert_golden(&error, &["01", golden]);
    }
}
