use super::*;

fn settings() -> Settings {
    Settings::new(Principal::from_slice(&[1, 1]))
}

#[test]
fn what_is_absent_stays() {
    let nothing = RegistrySettings::default();
    let changed = Settings {
        max_devices: 7,
        backlog_limit: 8,
        retention: 9,
        maintenance: true,
        operations_per_day: Some(10),
        ..settings()
    };
    assert_eq!(changed.with(&nothing), Ok(changed.clone()));
    let wish = RegistrySettings {
        archives: None,
        max_devices: Some(1),
        backlog_limit: Some(2),
        retention: Some(3),
        maintenance: Some(false),
        operations_per_day: Some(4),
        range_end: None,
    };
    let Settings {
        front,
        max_devices,
        backlog_limit,
        retention,
        maintenance,
        operations_per_day,
    } = changed.with(&wish).unwrap();
    assert_eq!(front, settings().front);
    assert_eq!(
        (max_devices, backlog_limit, retention, maintenance),
        (1, 2, 3, false)
    );
    assert_eq!(operations_per_day, Some(4));
    assert_eq!(settings().operations_per_day(), 100);
}

#[test]
fn an_anchor_has_room_for_one_to_65535_devices() {
    for max_devices in [0, 65_536] {
        let wish = RegistrySettings {
            max_devices: Some(max_devices),
            ..RegistrySettings::default()
        };
        assert_eq!(
            settings().with(&wish),
            Err(SettingsError::MaxDevices { max_devices })
        );
    }
}

#[test]
fn backlog_and_retention_fit_into_the_log() {
    let wish = |backlog, retention| RegistrySettings {
        backlog_limit: Some(backlog),
        retention: Some(retention),
        ..RegistrySettings::default()
    };
    assert!(settings().with(&wish(log::CAPACITY - 1, 1)).is_ok());
    for (backlog, retention) in [(log::CAPACITY, 1), (u64::MAX, u64::MAX)] {
        assert!(matches!(
            settings().with(&wish(backlog, retention)),
            Err(SettingsError::TooManyBlocks { .. })
        ));
    }
}

#[test]
fn golden_bytes() {
    let bytes = minicbor::to_vec(settings()).unwrap();
    // [h'0101', 10, 50000, 1000, false]
    let expected = [
        0x85, 0x42, 1, 1, 10, 0x19, 0xc3, 0x50, 0x19, 0x03, 0xe8, 0xf4,
    ];
    assert_eq!(bytes, expected);
    let chosen = Settings {
        operations_per_day: Some(7),
        ..settings()
    };
    let bytes = minicbor::to_vec(&chosen).unwrap();
    assert_eq!(bytes, [&[0x86], &expected[1..], &[7]].concat());
    assert_eq!(minicbor::decode::<Settings>(&expected).unwrap(), settings());
}
