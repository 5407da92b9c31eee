use super::*;

const CALLER: Principal = Principal::management_canister();

fn key() -> DeviceKey {
    DeviceKey::new([0xAB, 0x01])
}

fn device(error: DeviceError) -> String {
    Refusal::Device(error).words()
}

fn too_long(field: DeviceField, limit: u64) -> String {
    device(DeviceError::FieldTooLong {
        field,
        length: 999,
        limit,
    })
}

/// Each line is what Internet Identity's clients and suites search for.
#[test]
fn words_about_callers_and_limits() {
    let refusal = Refusal::NotAuthenticated { caller: CALLER };
    assert_eq!(refusal.words(), "aaaaa-aa could not be authenticated.");
    let refusal = Refusal::NotTheDevice {
        caller: CALLER,
        key: key(),
    };
    assert!(
        refusal
            .words()
            .starts_with("aaaaa-aa could not be authenticated against ")
    );
    assert_eq!(
        Refusal::RateLimited.words(),
        "rate limit reached, try again later"
    );
    assert_eq!(
        Refusal::HostnameTooLong { length: 256 }.words(),
        "frontend hostname 256 exceeds the limit of 255 bytes"
    );
    assert_eq!(Refusal::SaltAlreadySet.words(), "Salt already set");
    assert_eq!(
        Refusal::OutcomeUnknown.words(),
        "outcome unknown, repeat the same call"
    );
}

#[test]
fn words_about_budgets() {
    assert!(
        Refusal::TooManyRegistrationModes
            .words()
            .starts_with("too many anchors in device registration mode")
    );
    let refusal = Refusal::OperationBudget {
        limit: 100,
        resets_at: TimestampNs::new(86_400_000_000_000),
    };
    let words = refusal.words();
    assert!(words.starts_with("too many operations of this anchor on one day: limit 100,"));
    assert!(words.contains("begins 86400 s after 1970-01-01"), "{words}");
}

#[test]
fn words_about_keys() {
    assert_eq!(
        device(DeviceError::KeyExists { key: key() }),
        "Device with key ab01 already exists on this anchor."
    );
    assert_eq!(
        device(DeviceError::KeyNotFound { key: key() }),
        "Device with key ab01 not found."
    );
    assert_eq!(
        device(DeviceError::NothingToUpdate),
        "Could not find device to update, check device key"
    );
    assert_eq!(
        device(DeviceError::KeyImmutable),
        "Device key cannot be updated."
    );
    assert_eq!(
        device(DeviceError::Locked {
            authorized: CALLER,
            actual: Principal::anonymous(),
        }),
        "Device is locked. Must be authenticated with this device to mutate: \
         authorized principal aaaaa-aa, actual principal 2vxsx-fae"
    );
}

#[test]
fn words_about_recovery_phrases() {
    assert_eq!(
        device(DeviceError::NotProtectable {
            key_type: KeyType::CrossPlatform,
        }),
        "Only recovery phrases can be locked but key type is CrossPlatform"
    );
    assert_eq!(
        device(DeviceError::PhraseWithCredentialId),
        "Devices with key type seed_phrase must not have a credential id."
    );
    assert_eq!(
        device(DeviceError::SecondPhrase),
        "There is already a recovery phrase and only one is allowed."
    );
}

#[test]
fn words_about_sizes() {
    assert_eq!(
        device(DeviceError::TooManyDevices {
            count: 11,
            limit: 10,
        }),
        "Anchor device limit exceeded: num devices 11, limit 10"
    );
    for (field, limit, words) in [
        (
            DeviceField::Alias,
            64,
            "alias limit exceeded: length 999, limit 64",
        ),
        (
            DeviceField::PubKey,
            300,
            "pubkey limit exceeded: length 999, limit 300",
        ),
        (
            DeviceField::CredentialId,
            350,
            "credential_id limit exceeded: length 999, limit 350",
        ),
        (
            DeviceField::Origin,
            50,
            "origin limit exceeded: length 999, limit 50",
        ),
    ] {
        assert_eq!(too_long(field, limit), words);
    }
    assert_eq!(
        device(DeviceError::FieldsTooLong {
            length: 2_501,
            limit: 2_500,
        }),
        "Cumulative size of variable sized fields exceeds limit: length 2501, limit 2500."
    );
    assert_eq!(
        device(DeviceError::ReservedMetadataKey {
            key: "usage".to_owned(),
        }),
        "Metadata key 'usage' is reserved and cannot be used."
    );
}
