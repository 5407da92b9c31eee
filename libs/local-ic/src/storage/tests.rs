use super::*;
use crate::topology::{InstanceConfig, SubnetKind, create};

fn network() -> Network {
    create(&InstanceConfig::new(&[SubnetKind::Application])).unwrap()
}

fn directory(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("local-ic-{name}-{}", std::process::id()));
    fs::remove_dir_all(&directory).ok();
    directory
}

#[test]
fn what_was_saved_is_loaded() {
    let directory = directory("roundtrip");
    assert!(!holds_state(&directory));
    save(&network(), &directory).unwrap();
    assert!(holds_state(&directory));
    assert_eq!(load(&directory).unwrap(), network());
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn equal_networks_give_equal_bytes() {
    assert_eq!(encode(&network()), encode(&network()));
}

#[test]
fn damaged_foreign_and_newer_files_are_refused() {
    let directory = directory("damaged");
    save(&network(), &directory).unwrap();
    let path = directory.join(FILE);
    let good = fs::read(&path).unwrap();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        load(&directory).unwrap_err()
    };
    assert!(matches!(
        refused(&|bytes| *bytes.last_mut().unwrap() ^= 1),
        LoadError::Damaged(_)
    ));
    assert!(matches!(
        refused(&|bytes| bytes[0] = b'X'),
        LoadError::NotANetwork(_)
    ));
    assert!(matches!(
        refused(&|bytes| bytes.truncate(3)),
        LoadError::NotANetwork(_)
    ));
    assert!(matches!(
        refused(&|bytes| bytes[11] = 9),
        LoadError::Version { found: 9, .. }
    ));
    fs::remove_dir_all(&directory).unwrap();
}
