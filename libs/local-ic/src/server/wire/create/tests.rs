use super::{InstanceRequest, Plan};
use crate::server::error::ApiError;
use axum::http::StatusCode;
use candid::Principal;
use local_ic::topology::{GENESIS, SubnetKind, SubnetSpec};
use pocket_ic::common::rest as client;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

fn plan_of(config: &Value) -> Result<Plan, ApiError> {
    serde_json::from_value::<InstanceRequest>(config.clone())
        .map_err(ApiError::bad_request)?
        .into_plan()
}

/// What the client sends by default, with one application subnet.
fn usual() -> client::InstanceConfig {
    client::InstanceConfig {
        subnet_config_set: client::ExtendedSubnetConfigSet {
            application: vec![client::SubnetSpec::default()],
            ..Default::default()
        },
        icp_config: Some(client::IcpConfig::default()),
        icp_features: Some(client::IcpFeatures::default()),
        ..Default::default()
    }
}

fn plan(config: &client::InstanceConfig) -> Result<Plan, ApiError> {
    plan_of(&serde_json::to_value(config).unwrap())
}

fn plain(kind: SubnetKind) -> SubnetSpec {
    SubnetSpec {
        kind,
        benchmarking: false,
        free: false,
        admins: Vec::new(),
    }
}

#[test]
fn what_the_client_sends_by_default() {
    let expected = Plan {
        subnets: vec![plain(SubnetKind::Application)],
        time: None,
        auto_progress: None,
        state_dir: None,
        validate_ingress: true,
        gateway: None,
    };
    assert_eq!(plan(&usual()), Ok(expected.clone()));
    let least = json!({ "subnet_config_set": { "application": [
        { "state_config": "New", "instruction_config": "Production" }
    ] } });
    assert_eq!(plan_of(&least), Ok(expected));
}

#[test]
fn subnets_are_made_in_the_documented_order() {
    use SubnetKind::{
        Application, Bitcoin, Fiduciary, II, NNS, SNS, System, TestThresholdKeys,
        VerifiedApplication,
    };

    let one = || Some(client::SubnetSpec::default());
    let config = client::InstanceConfig {
        subnet_config_set: client::ExtendedSubnetConfigSet {
            nns: one(),
            sns: one(),
            ii: one(),
            fiduciary: one(),
            bitcoin: one(),
            test_threshold_keys: one(),
            system: vec![client::SubnetSpec::default()],
            application: vec![client::SubnetSpec::default(); 2],
            cloud_engine: Vec::new(),
            verified_application: vec![client::SubnetSpec::default()],
        },
        ..Default::default()
    };
    let kinds: Vec<_> = plan(&config)
        .unwrap()
        .subnets
        .iter()
        .map(|one| one.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            NNS,
            SNS,
            II,
            Fiduciary,
            Bitcoin,
            TestThresholdKeys,
            System,
            Application,
            Application,
            VerifiedApplication
        ]
    );
}

#[test]
fn options_of_a_subnet() {
    let admin = Principal::self_authenticating([1]);
    let mut config = usual();
    config.subnet_config_set.application = vec![
        client::SubnetSpec::default()
            .with_benchmarking_instruction_config()
            .with_cost_schedule(client::CanisterCyclesCostSchedule::Free)
            .with_subnet_admins(vec![admin]),
    ];
    let expected = SubnetSpec {
        kind: SubnetKind::Application,
        benchmarking: true,
        free: true,
        admins: vec![admin],
    };
    assert_eq!(plan(&config).unwrap().subnets, [expected]);
}

#[test]
fn impossible_subnets_are_refused() {
    let free = || {
        client::SubnetSpec::default().with_cost_schedule(client::CanisterCyclesCostSchedule::Free)
    };
    let admins = |spec: client::SubnetSpec| spec.with_subnet_admins(Vec::new());
    let normal = client::SubnetSpec::default;
    for (field, spec, complaint) in [
        ("system", free(), "may have the cost schedule Free"),
        (
            "system",
            admins(normal()),
            "kind Application or CloudEngine may have subnet admins",
        ),
        (
            "application",
            admins(normal()),
            "cost schedule Free may have subnet admins",
        ),
        (
            "cloud_engine",
            normal(),
            "CloudEngine must have the cost schedule Free",
        ),
    ] {
        let mut config = serde_json::to_value(usual()).unwrap();
        config["subnet_config_set"][field] = json!([spec]);
        let error = plan_of(&config).unwrap_err();
        assert_eq!(error.status, StatusCode::BAD_REQUEST);
        assert!(error.message.contains(complaint), "{field}: {error}");
    }
}

#[test]
fn options_that_are_served() {
    let mut config = usual();
    config.state_dir = Some(PathBuf::from("/some/where"));
    config.disable_ingress_validation = Some(true);
    config.initial_time = Some(client::InitialTime::AutoProgress(
        client::AutoProgressConfig {
            artificial_delay_ms: Some(500),
        },
    ));
    let plan = plan(&config).unwrap();
    assert_eq!(plan.state_dir, config.state_dir);
    assert!(!plan.validate_ingress);
    assert_eq!(plan.auto_progress, Some(Duration::from_millis(500)));
}

#[test]
fn time_starts_no_earlier_than_the_network() {
    let at = |nanos_since_epoch| {
        let mut config = usual();
        config.initial_time = Some(client::InitialTime::Timestamp(client::RawTime {
            nanos_since_epoch,
        }));
        plan(&config).map(|plan| plan.time)
    };
    assert_eq!(at(GENESIS), Ok(Some(GENESIS)));
    let error = at(GENESIS - 1).unwrap_err();
    assert!(error.message.contains("before"), "{error}");
}

#[test]
fn options_that_would_change_nothing_pass() {
    let mut config = serde_json::to_value(usual()).unwrap();
    config["bitcoind_addr"] = json!([]);
    config["incomplete_state"] = json!("Disabled");
    config["mainnet_nns_subnet_id"] = json!(false);
    config["disable_ingress_validation"] = json!(false);
    config["icp_config"] = json!({
        "beta_features": "Disabled",
        "function_name_length_limits": "Enabled",
        "canister_execution_rate_limiting": "Disabled",
    });
    config["option_of_the_future"] = json!(null);
    assert_eq!(plan_of(&config), plan(&usual()));
}

#[test]
fn options_that_are_not_there_are_refused_by_name() {
    let gateway = json!({ "https_config": { "cert_path": "a", "key_path": "b" } });
    for (path, value, name) in [
        ("/http_gateway_config", gateway, "https_config"),
        ("/log_level", json!("DEBUG"), "log_level"),
        (
            "/bitcoind_addr",
            json!(["127.0.0.1:18444"]),
            "bitcoind_addr",
        ),
        (
            "/dogecoind_addr",
            json!(["127.0.0.1:18444"]),
            "dogecoind_addr",
        ),
        ("/icp_features/ii", json!("DefaultConfig"), "ii"),
        ("/incomplete_state", json!("Enabled"), "incomplete_state"),
        (
            "/mainnet_nns_subnet_id",
            json!(true),
            "mainnet_nns_subnet_id",
        ),
        (
            "/icp_config/beta_features",
            json!("Enabled"),
            "beta_features",
        ),
        (
            "/icp_config/function_name_length_limits",
            json!("Disabled"),
            "function_name_length_limits",
        ),
        (
            "/icp_config/canister_execution_rate_limiting",
            json!("Enabled"),
            "canister_execution_rate_limiting",
        ),
        (
            "/subnet_config_set/application/0/state_config",
            json!({ "FromPath": "/subnet/state" }),
            "FromPath(\"/subnet/state\")",
        ),
        (
            "/subnet_config_set/application/0/state_config",
            json!({ "FromBlobStore": "AAAA" }),
            "FromBlobStore",
        ),
    ] {
        let mut config = serde_json::to_value(usual()).unwrap();
        *config
            .pointer_mut(path)
            .unwrap_or_else(|| panic!("{path} is sent")) = value;
        let error = plan_of(&config).expect_err(path);
        assert_eq!(error.status, StatusCode::NOT_IMPLEMENTED, "{path}");
        assert!(error.message.contains(name), "{path}: {error}");
    }
}

#[test]
fn options_that_nobody_has_heard_of_are_refused() {
    for path in [
        "",
        "/subnet_config_set",
        "/subnet_config_set/application/0",
        "/icp_config",
    ] {
        let mut config = serde_json::to_value(usual()).unwrap();
        let record = config.pointer_mut(path).unwrap().as_object_mut().unwrap();
        record.insert("warp".into(), json!(true));
        let error = plan_of(&config).expect_err(path);
        assert!(error.message.contains("warp"), "{path}: {error}");
    }
}
