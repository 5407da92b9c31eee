use super::*;
use crate::fixtures::{NOW, metadata, passkey, principal, record, text};
use crate::record::{AnchorRecord, DeviceRecord, key_hash_in, last_use_bytes};

fn three() -> AnchorRecord {
    let mut record = record("a");
    for (name, last_use) in [("b", None), ("c", Some(NOW))] {
        let mut device = passkey(name);
        device.metadata = Some(metadata([("m", text(name))]));
        record.devices.push(DeviceRecord::new(device, last_use));
    }
    record
}

#[test]
fn each_device_is_found_with_its_last_use() {
    let record = three();
    let bytes = record.encode();
    for (device, name) in record.devices.iter().zip(["a", "b", "c"]) {
        let caller = principal(name);
        let found = find(&bytes, key_hash_in(&caller).unwrap())
            .unwrap()
            .unwrap();
        assert_eq!(found.key, name.as_bytes());
        assert_eq!(bytes[found.last_use], last_use_bytes(device.last_use));
    }
}

#[test]
fn others_are_not_found() {
    let bytes = three().encode();
    let caller = principal("d");
    assert_eq!(find(&bytes, key_hash_in(&caller).unwrap()).unwrap(), None);
}

#[test]
fn replacing_the_bytes_is_noting_the_use() {
    let mut record = three();
    let mut bytes = record.encode();
    let caller = principal("b");
    let found = find(&bytes, key_hash_in(&caller).unwrap())
        .unwrap()
        .unwrap();
    let place = found.last_use;
    bytes[place].copy_from_slice(&last_use_bytes(Some(NOW)));
    record.devices[1].last_use = Some(NOW);
    assert_eq!(AnchorRecord::decode(&bytes).unwrap(), record);
}

#[test]
fn what_is_no_record_is_an_error() {
    let hash = [0; 28];
    let mut record = three();
    // Nothing comes after the devices.
    record.last_active = None;
    let bytes = record.encode();
    assert!(find(&[], &hash).is_err());
    assert!(find(&[2], &hash).is_err());
    for end in 1..bytes.len() - 1 {
        // A device is found or the end is missed; nothing panics.
        assert!(find(&bytes[..end], &hash).is_err(), "{end}");
    }
    let caller = principal("b");
    let found = find(&bytes, key_hash_in(&caller).unwrap());
    let found = found.unwrap().unwrap();
    for end in 0..bytes.len() - 1 {
        assert!(rest(&bytes[..end], &found).is_err(), "{end}");
    }
    // A record of a module that did not note the last day.
    assert_eq!(rest(&bytes, &found).unwrap(), None);
}
