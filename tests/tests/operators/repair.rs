//! `anchorage repair`, as a program: a shard was put back to a snapshot, and an operator brings it back.

use anchorage_tests::family::{Family, Role, Setup, operator};
use anchorage_tests::operators_tool;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ic_agent::Identity;
use ic_agent::identity::BasicIdentity;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use types::{AnchorNumber, Principal};

const REGISTRY: Role = Role::Registry(0);
const ARCHIVE: Role = Role::Archive(0);

/// A family whose clock is the real one, and an operator with a key in a file.
struct Desk {
    family: Family,
    url: String,
    home: tempfile::TempDir,
}

/// A key as other tools export it (PKCS#8 of RFC 8410), and its principal.
fn key(folder: &tempfile::TempDir, name: &str, secret: u8) -> (PathBuf, Principal) {
    let secret = [secret; 32];
    let prefix = [
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    let der = STANDARD.encode([&prefix[..], &secret].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
    let path = folder.path().join(name);
    std::fs::write(&path, pem).expect("it can be written");
    let principal = BasicIdentity::from_raw_key(&secret).sender();
    (path, principal.expect("a principal"))
}

#[track_caller]
fn controls(family: &Family, role: Role, controllers: &[Principal]) {
    let (id, controllers) = (family.id(role), controllers.to_vec());
    let set = family
        .network
        .set_controllers(id, Some(operator()), controllers);
    set.expect("the operator is a controller");
}

impl Desk {
    fn new(family: Family) -> Self {
        let home = tempfile::tempdir().expect("a new folder");
        let (_, controller) = key(&home, "operator.pem", 7);
        for role in family.roles() {
            controls(&family, role, &[operator(), controller]);
        }
        family.network.auto_progress();
        let server = family.network.get_server_url();
        let instance = family.network.instance_id();
        Self {
            url: format!("{server}instances/{instance}"),
            family,
            home,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(operators_tool());
        command
            .args(arguments)
            .args(["--json", "--network", &self.url])
            .args(["--front", &self.family.front.to_text()])
            .arg("--home")
            .arg(self.home.path())
            .env_remove("ANCHORAGE_IDENTITY")
            .stdin(Stdio::null());
        command
    }

    /// What it prints when it succeeds.
    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().expect("it starts");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {words}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Error and hint when it fails.
    #[track_caller]
    fn fails(&self, arguments: &[&str]) -> (String, String) {
        let output = self.command(arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        (text("error"), text("hint"))
    }
}

fn deploy() -> Family {
    Setup::default().ranges(&[(10_000, 20_000)]).deploy()
}

#[test]
fn a_shard_is_brought_back_by_a_command() {
    let family = deploy();
    let alice = family.register("alice");
    let snapshot = family.takes_snapshot(REGISTRY);
    let bob = family.register("bob").anchor;
    alice.adds("phone");
    family.waits_until_archived(0);
    let before = family.status(0).tip;
    family.restores(REGISTRY, snapshot);
    let behind = family.status(0).tip;
    let desk = Desk::new(family);

    // To look needs no key.
    let [key_file, away] = ["operator.pem", "away.pem"].map(|name| desk.home.path().join(name));
    std::fs::rename(&key_file, &away).expect("it is there");
    let dry = desk.succeeds(&["repair", "--dry-run"]);
    let (error, _) = desk.fails(&["repair"]);
    assert!(
        error.contains("the key of a controller is needed"),
        "{error}"
    );
    std::fs::rename(&away, &key_file).expect("it is there");
    assert_eq!(dry["dry_run"], true);
    let found = &dry["shards"][0];
    assert_eq!(found["blocks_before"], 1);
    assert_eq!(
        (&found["blocks_expected"], &found["replayed"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(found["emptied"], json!([10_000, bob.get()]));
    let status = desk.family.status(0);
    assert_eq!(
        (status.tip, status.maintenance),
        (behind, false),
        "nothing was done"
    );

    let (stranger, _) = key(&desk.home, "stranger.pem", 8);
    let stranger = stranger.to_str().expect("a plain path");
    let (error, hint) = desk.fails(&["repair", "--identity", stranger]);
    assert!(error.contains("does not let"), "{error}");
    assert!(hint.contains("--identity"), "{hint}");
    let (_, hint) = desk.fails(&["repair", "--identity", "/nowhere"]);
    assert!(hint.contains("--identity"), "{hint}");
    let (error, _) = desk.fails(&["repair", "--shard", "aaaaa-aa"]);
    assert!(error.contains("names no shard"), "{error}");

    let done = desk.succeeds(&["repair"]);
    let done = &done["shards"][0];
    assert_eq!(
        (&done["replayed"], &done["blocks_after"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(
        (&done["lost"], &done["is_open"]),
        (&Value::Null, &json!(true))
    );
    let status = desk.family.status(0);
    assert_eq!((status.tip, status.maintenance), (before, false));
    let again = desk.succeeds(&["repair"]);
    assert_eq!(again["shards"][0]["replayed"], 0);
    let audited = desk.succeeds(&["audit"]);
    assert_eq!(audited["blocks"], 3);
    assert_eq!(desk.family.register("carol").anchor.get(), 10_002);
}

#[test]
fn what_no_archive_has_is_named_and_lost_only_if_the_operator_says_so() {
    let family = deploy();
    let alice = family.register("alice");
    family.waits_until_archived(0);
    family.stops(ARCHIVE);
    let snapshot = family.takes_snapshot(REGISTRY);
    family.register("bob");
    alice.adds("phone");
    family.restores(REGISTRY, snapshot);
    let behind = family.status(0).tip;
    let desk = Desk::new(family);

    let (error, hint) = desk.fails(&["repair"]);
    assert!(
        error.contains("nobody has the blocks from 1 on: front saw 2 more"),
        "{error}"
    );
    assert!(error.contains("does not answer"), "{error}");
    assert!(hint.contains("--declare-lost"), "{hint}");
    let (error, hint) = desk.fails(&["repair", "--declare-lost"]);
    assert!(error.contains("nothing can be declared lost"), "{error}");
    assert!(hint.contains("start it"), "{hint}");
    desk.family.starts(ARCHIVE);
    desk.fails(&["repair"]);
    let status = desk.family.status(0);
    assert_eq!(
        (status.tip, status.maintenance),
        (behind, false),
        "nothing was done"
    );

    let (_, controller) = key(&desk.home, "operator.pem", 7);
    controls(&desk.family, Role::Front, &[operator()]);
    let (error, hint) = desk.fails(&["repair", "--declare-lost"]);
    assert!(error.contains("front is not controlled by"), "{error}");
    assert!(hint.contains("--identity"), "{hint}");
    let status = desk.family.status(0);
    assert_eq!(
        (status.tip, status.maintenance),
        (behind, false),
        "nothing was declared that front would not be told of"
    );
    controls(&desk.family, Role::Front, &[operator(), controller]);

    let done = desk.succeeds(&["repair", "--declare-lost"]);
    let done = &done["shards"][0];
    assert_eq!(done["tells_front"], true);
    let lost = json!({ "first_missing": 1, "blocks": 2, "numbers": 1 });
    assert_eq!(
        (&done["lost"], &done["next_anchor"]),
        (&lost, &json!(10_002))
    );
    let again = desk.succeeds(&["repair", "--declare-lost"]);
    assert_eq!(again["shards"][0]["lost"], Value::Null);
    assert_eq!(desk.family.register("carol").anchor.get(), 10_002);
    let audited = desk.succeeds(&["audit"]);
    assert_eq!(audited["blocks"], 3);
}

/// The log ends with a loss that was declared, and told to front, before the snapshot: this says nothing of what came after it.
#[test]
fn what_follows_a_loss_of_earlier_is_not_lost_without_a_word() {
    let family = deploy();
    let alice = family.register("alice");
    family.waits_until_archived(0);
    let next = family.status(0).tip.next_anchor;
    let tip = family.loses(0, 1, next);
    family.waits_until_archived(0);
    family.stops(ARCHIVE);
    let snapshot = family.takes_snapshot(REGISTRY);
    alice.adds("phone");
    family.restores(REGISTRY, snapshot);
    let desk = Desk::new(family);
    let (error, _) = desk.fails(&["repair"]);
    assert!(
        error.contains("nobody has the blocks from 2 on: front saw 1 more"),
        "{error}"
    );
    let (error, _) = desk.fails(&["repair", "--declare-lost"]);
    assert!(error.contains("nothing can be declared lost"), "{error}");
    let status = desk.family.status(0);
    assert_eq!((status.tip, status.maintenance), (tip, false));
    // No number was given in it, and it is declared nevertheless.
    desk.family.starts(ARCHIVE);
    let done = desk.succeeds(&["repair", "--declare-lost"]);
    let lost = json!({ "first_missing": 2, "blocks": 1, "numbers": 0 });
    assert_eq!(done["shards"][0]["lost"], lost);
    assert_eq!(desk.family.status(0).tip.log_length, 3);
    assert_eq!(desk.succeeds(&["audit"])["blocks"], 3);
}

/// Between declaring a loss and telling front the command was interrupted.
#[test]
fn a_loss_that_front_was_not_told_of_is_told() {
    let family = deploy();
    family.register("alice");
    family.waits_until_archived(0);
    let snapshot = family.takes_snapshot(REGISTRY);
    family.stops(ARCHIVE);
    let bob = family.register("bob");
    family.restores(REGISTRY, snapshot);
    family.starts(ARCHIVE);
    family.sets_maintenance(0, true);
    let next = AnchorNumber::new(bob.anchor.get() + 1);
    family.declares_lost(0, 1, next).expect("in maintenance");
    let desk = Desk::new(family);
    let dry = desk.fails(&["repair", "--dry-run"]);
    assert!(dry.0.contains("front was not told of it"), "{}", dry.0);
    let done = desk.succeeds(&["repair", "--declare-lost"]);
    let done = &done["shards"][0];
    assert_eq!(
        (&done["tells_front"], &done["lost"], &done["is_open"]),
        (&json!(true), &Value::Null, &json!(true))
    );
    assert_eq!(desk.family.register("carol").anchor, next);
}

/// The snapshot is older than the beginning of the newest archive, and does not know it.
#[test]
fn blocks_come_from_each_archive_that_kept_some() {
    let family = Setup::default().retention(0).deploy();
    family.register("alice");
    let snapshot = family.takes_snapshot(REGISTRY);
    for name in ["bob", "carol"] {
        family.register(name);
    }
    family.waits_until_archived(0);
    let kept = family.archived_blocks(0);
    let old = family.shards[0].archive;
    family.installs_a_successor(0, &kept);
    family.register("dave");
    let before = family.status(0).tip;
    family.waits_until_acknowledged(0, before.log_length);
    let new = family.status(0).archives[0].canister;
    assert_ne!(new, old);
    family.restores(REGISTRY, snapshot);
    assert_eq!(family.status(0).archives[0].canister, old);
    let desk = Desk::new(family);
    let (error, hint) = desk.fails(&["repair"]);
    assert!(error.contains("nobody has the blocks from 3 on"), "{error}");
    assert!(hint.contains("--archive"), "{hint}");
    // Of the other shard this archive has nothing.
    let done = desk.succeeds(&["repair", "--archive", &new.to_text()]);
    assert_eq!(done["shards"][0]["replayed"], 3);
    assert_eq!(done["shards"][1]["replayed"], 0);
    let status = desk.family.status(0);
    assert_eq!((status.tip, status.maintenance), (before, false));
}

/// Blocks were declared lost that the archive had, and its successor does not have as many yet.
#[test]
fn what_an_archive_has_of_a_history_that_was_lost_is_not_the_logs() {
    let family = deploy();
    family.register("alice");
    family.waits_until_acknowledged(0, 1);
    let snapshot = family.takes_snapshot(REGISTRY);
    let kept = family.archived_blocks(0);
    for name in ["bob", "carol", "dave"] {
        family.register(name);
    }
    family.waits_until_archived(0);
    let next = family.status(0).tip.next_anchor;
    let old = family.shards[0].archive;
    family.restores(REGISTRY, snapshot);
    let tip = family.loses(0, 1, next);
    family.installs_a_successor(0, &kept);
    family.waits_until_acknowledged(0, 2);
    let desk = Desk::new(family);
    let whole = desk.succeeds(&["repair", "--archive", &old.to_text()]);
    assert_eq!(whole["shards"][0]["replayed"], 0);
    assert_eq!(desk.family.status(0).tip, tip);
}

/// Front and shard were put back, and people came before anybody repaired.
#[test]
fn a_log_that_has_parted_from_the_archives_is_not_called_whole() {
    let family = deploy();
    let alice = family.register("alice");
    let snapshots = [Role::Front, REGISTRY].map(|role| (role, family.takes_snapshot(role)));
    family.register("bob");
    alice.adds("phone");
    family.waits_until_archived(0);
    for (role, snapshot) in snapshots {
        family.restores(role, snapshot);
    }
    for (name, blocks) in [("carol", 2), ("dave", 3), ("eve", 4)] {
        family.register(name);
        assert_eq!(family.status(0).tip.log_length, blocks);
    }
    let desk = Desk::new(family);
    let (error, hint) = desk.fails(&["repair"]);
    assert!(error.contains("as block 2, the log has"), "{error}");
    assert!(hint.contains("blocks of its own"), "{hint}");
}

#[test]
fn a_shard_that_is_silent_keeps_no_other_from_being_repaired_and_audited() {
    let family = Setup::default().deploy();
    family.register("alice");
    let snapshot = family.takes_snapshot(REGISTRY);
    family.register("bob");
    family.waits_until_archived(0);
    family.restores(REGISTRY, snapshot);
    family.stops(Role::Registry(1));
    let silent = family.shards[1].registry.to_text();
    let desk = Desk::new(family);

    let output = desk.command(&["repair"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["shards"][0]["blocks_after"], 2);
    assert_eq!(report["failed"][0]["registry"], *silent);
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains(&silent), "{words}");
    let (error, _) = desk.fails(&["audit"]);
    assert!(error.contains(&silent), "{error}");

    // Somebody is at work at the other one, or a repair was interrupted before it opened it.
    desk.family.starts(Role::Registry(1));
    desk.family.sets_maintenance(1, true);
    let closed = desk.succeeds(&["repair"]);
    assert_eq!(closed["shards"][1]["is_open"], false);
    let opened = desk.succeeds(&["repair", "--open", "--shard", &silent]);
    assert_eq!(opened["shards"][0]["is_open"], true);
    assert!(!desk.family.status(1).maintenance);
    assert_eq!(desk.succeeds(&["audit"])["blocks"], 2);
}

/// Blocks were declared lost that the archive had; it keeps them, and a successor goes on.
#[test]
fn an_audit_finds_the_blocks_before_those_of_a_successor() {
    let family = Setup::default()
        .ranges(&[(10_000, 20_000)])
        .retention(0)
        .deploy();
    family.register("alice");
    family.register("bob");
    family.waits_until_archived(0);
    let kept = family.archived_blocks(0);
    let snapshot = family.takes_snapshot(REGISTRY);
    family.register("carol");
    family.waits_until_archived(0);
    family.restores(REGISTRY, snapshot);
    family.loses(0, 2, AnchorNumber::new(10_003));
    let old = family.shards[0].archive;
    family.installs_a_successor(0, &kept);
    family.register("dave");
    let length = family.status(0).tip.log_length;
    family.waits_until_acknowledged(0, length);
    assert!(
        family.status(0).first_kept.get() > 1,
        "the shard forgot the blocks before"
    );
    let desk = Desk::new(family);
    let (error, _) = desk.fails(&["audit"]);
    assert!(error.contains("block 0"), "{error}");
    let audited = desk.succeeds(&["audit", "--archive", &old.to_text()]);
    assert_eq!(audited["blocks"], length);
}
