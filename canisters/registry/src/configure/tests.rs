use super::*;
use crate::fixtures::{ARCHIVE, OTHER_ARCHIVE, World, caller, links, principal};
use types::registry::SettingsError;

fn controller() -> Caller {
    Caller {
        principal: principal("controller"),
        is_controller: true,
    }
}

#[test]
fn only_controllers_configure() {
    let mut world = World::new();
    let wish = RegistrySettings {
        maintenance: Some(true),
        ..RegistrySettings::default()
    };
    for name in [principal("a"), crate::fixtures::FRONT, ARCHIVE] {
        assert_eq!(
            configure(&mut world.shard, caller(name), &wish),
            Err(ConfigureError::NotController { caller: name })
        );
    }
    assert!(!world.shard.settings().maintenance);
    assert_eq!(configure(&mut world.shard, controller(), &wish), Ok(()));
    assert!(world.shard.settings().maintenance);
}

#[test]
fn all_or_nothing_is_changed() {
    let mut world = World::new();
    let before = world.shard.settings().clone();
    let two = RegistrySettings {
        archives: Some(links(&[(ARCHIVE, true), (OTHER_ARCHIVE, true)])),
        max_devices: Some(3),
        ..RegistrySettings::default()
    };
    assert_eq!(
        configure(&mut world.shard, controller(), &two),
        Err(SettingsError::TwoInService { count: 2 }.into())
    );
    let none = RegistrySettings {
        archives: Some(vec![]),
        max_devices: Some(0),
        ..RegistrySettings::default()
    };
    assert_eq!(
        configure(&mut world.shard, controller(), &none),
        Err(SettingsError::MaxDevices { max_devices: 0 }.into())
    );
    assert_eq!(world.shard.settings(), &before);
    assert_eq!(world.shard.archives().entries().len(), 1);
}

#[test]
fn the_range_is_widened_and_never_shrinks() {
    let mut world = World::new();
    let range = world.shard.anchors.range();
    let until = |end| RegistrySettings {
        range_end: Some(end),
        max_devices: Some(3),
        ..RegistrySettings::default()
    };
    let end = types::AnchorNumber::new(range.hi().get() - 1);
    let refused = configure(&mut world.shard, controller(), &until(end));
    let shrinks = SettingsError::RangeShrinks { range, end };
    assert_eq!(refused, Err(shrinks.into()));
    assert_ne!(world.shard.settings().max_devices, 3);
    assert_eq!(world.shard.anchors.range(), range);

    let end = range.hi().saturating_add(5);
    let widened = configure(&mut world.shard, controller(), &until(end));
    assert_eq!(widened, Ok(()));
    world.upgrade();
    assert_eq!(world.shard.anchors.range().hi(), end);
    assert_eq!(world.shard.anchors.range().lo(), range.lo());
    assert_eq!(world.shard.settings().max_devices, 3);
}
