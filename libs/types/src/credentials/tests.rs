use super::*;
use crate::DeviceProtection;

fn device(key: u8, credential_id: Option<u8>, key_type: KeyType, purpose: Purpose) -> DeviceData {
    DeviceData {
        pubkey: DeviceKey::new([key]),
        alias: "private".to_owned(),
        credential_id: credential_id.map(|id| CredentialId::new([id])),
        aaguid: None,
        purpose,
        key_type,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata: None,
    }
}

fn passkey(key: u8, id: u8) -> WebAuthnCredential {
    WebAuthnCredential {
        credential_id: CredentialId::new([id]),
        pubkey: DeviceKey::new([key]),
    }
}

#[test]
fn every_device_is_in_the_list_of_its_purpose_in_order() {
    use KeyType::{BrowserStorageKey, CrossPlatform, Platform, SeedPhrase, Unknown};
    use Purpose::{Authentication, Recovery};
    let devices = [
        device(1, Some(11), Platform, Authentication),
        device(2, Some(12), CrossPlatform, Recovery),
        device(3, None, SeedPhrase, Recovery),
        device(4, None, BrowserStorageKey, Authentication),
        device(5, Some(15), Unknown, Authentication),
        device(6, None, Unknown, Recovery),
        // A phrase by its type, whatever else it says.
        device(7, Some(17), SeedPhrase, Authentication),
    ];
    let expected = AnchorCredentials {
        credentials: vec![passkey(1, 11), passkey(5, 15)],
        recovery_credentials: vec![passkey(2, 12)],
        recovery_phrases: vec![DeviceKey::new([3]), DeviceKey::new([7])],
    };
    assert_eq!(AnchorCredentials::of(&devices), expected);
    assert_eq!(AnchorCredentials::of(&[]), AnchorCredentials::default());
}
