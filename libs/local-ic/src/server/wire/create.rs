//! The configuration of a new instance: what is understood becomes a [`Plan`], everything else that
//! would change behaviour is refused by name.

use super::gateway::{GatewayPlan, InstanceGatewayRequest};
use super::{AutoProgress, PrincipalRecord, Time};
use crate::server::error::ApiError;
use local_ic::ids::TimeNs;
use local_ic::topology::{GENESIS, SubnetKind, SubnetSpec};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::time::Duration;

/// What kind of instance is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// In the order of their creation; none if they come from a saved state.
    pub(crate) subnets: Vec<SubnetSpec>,
    /// When time starts, if the client says.
    pub(crate) time: Option<TimeNs>,
    /// Make progress automatically, with this time between rounds.
    pub(crate) auto_progress: Option<Duration>,
    /// Where the state is kept between servers.
    pub(crate) state_dir: Option<PathBuf>,
    /// Whether signatures of calls through the public interface are checked.
    pub(crate) validate_ingress: bool,
    /// The HTTP gateway that is to be started with it.
    pub(crate) gateway: Option<GatewayPlan>,
}

/// The body of `POST /instances`.
#[derive(Debug, Deserialize)]
pub(crate) struct InstanceRequest {
    subnet_config_set: SubnetSet,
    http_gateway_config: Option<InstanceGatewayRequest>,
    state_dir: Option<PathBuf>,
    icp_config: Option<IcpConfig>,
    incomplete_state: Option<Flag>,
    initial_time: Option<InitialTime>,
    mainnet_nns_subnet_id: Option<bool>,
    disable_ingress_validation: Option<bool>,
    /// The members that are not served at all, those that nobody here has heard of included.
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubnetSet {
    nns: Option<SubnetRequest>,
    sns: Option<SubnetRequest>,
    ii: Option<SubnetRequest>,
    fiduciary: Option<SubnetRequest>,
    bitcoin: Option<SubnetRequest>,
    test_threshold_keys: Option<SubnetRequest>,
    #[serde(default)]
    system: Vec<SubnetRequest>,
    #[serde(default)]
    application: Vec<SubnetRequest>,
    #[serde(default)]
    cloud_engine: Vec<SubnetRequest>,
    #[serde(default)]
    verified_application: Vec<SubnetRequest>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubnetRequest {
    state_config: StateConfig,
    instruction_config: InstructionConfig,
    subnet_admins: Option<Vec<PrincipalRecord>>,
    #[serde(default)]
    cost_schedule: CostSchedule,
}

#[derive(Debug, Deserialize)]
enum StateConfig {
    New,
    FromPath(Value),
    FromBlobStore(Value),
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
enum InstructionConfig {
    Production,
    Benchmarking,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
enum CostSchedule {
    #[default]
    Normal,
    Free,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct IcpConfig {
    beta_features: Option<Flag>,
    function_name_length_limits: Option<Flag>,
    canister_execution_rate_limiting: Option<Flag>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Flag {
    Enabled,
    Disabled,
}

/// Where time starts and whether it goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum InitialTime {
    Timestamp(Time),
    AutoProgress(AutoProgress),
}

impl InstanceRequest {
    /// The plan, if everything that is asked for is there.
    pub(crate) fn into_plan(self) -> Result<Plan, ApiError> {
        let Self {
            subnet_config_set,
            http_gateway_config,
            state_dir,
            icp_config,
            incomplete_state,
            initial_time,
            mainnet_nns_subnet_id,
            disable_ingress_validation,
            others,
        } = self;
        refuse_others(others)?;
        icp_config.unwrap_or_default().check()?;
        refuse_if(
            incomplete_state == Some(Flag::Enabled),
            "`incomplete_state`",
        )?;
        refuse_if(
            mainnet_nns_subnet_id == Some(true),
            "`mainnet_nns_subnet_id`",
        )?;
        let (time, auto_progress) = match initial_time {
            None => (None, None),
            Some(InitialTime::Timestamp(time)) => (Some(start_at(time)?), None),
            Some(InitialTime::AutoProgress(progress)) => (None, Some(progress.delay())),
        };
        Ok(Plan {
            subnets: subnet_config_set.into_specs()?,
            time,
            auto_progress,
            state_dir,
            validate_ingress: disable_ingress_validation != Some(true),
            gateway: http_gateway_config
                .map(InstanceGatewayRequest::into_plan)
                .transpose()?,
        })
    }
}

fn refuse_if(asked_for: bool, what: &str) -> Result<(), ApiError> {
    if asked_for {
        return Err(ApiError::not_supported(what));
    }
    Ok(())
}

/// What is left of the members may only say "as usual": null, or an empty list.
fn refuse_others(others: Map<String, Value>) -> Result<(), ApiError> {
    for (name, value) in others {
        let what = match (name.as_str(), value) {
            (_, value) if says_nothing(&value) => continue,
            ("icp_features", Value::Object(features)) => {
                let mut wanted = features.iter().filter(|(_, value)| !says_nothing(value));
                match wanted.next() {
                    Some((feature, _)) => format!("`icp_features.{feature}`"),
                    None => continue,
                }
            }
            ("log_level", _) => {
                "`log_level` of an instance; give --log-levels to the server".into()
            }
            _ => format!("the instance option `{name}`"),
        };
        return Err(ApiError::not_supported(what));
    }
    Ok(())
}

/// Whether a member asks for nothing.
pub(super) fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

impl IcpConfig {
    /// Only what is so anyway may be asked for.
    fn check(&self) -> Result<(), ApiError> {
        let Self {
            beta_features,
            function_name_length_limits,
            canister_execution_rate_limiting,
        } = self;
        let refused = [
            ("beta_features", *beta_features, Flag::Enabled),
            (
                "function_name_length_limits",
                *function_name_length_limits,
                Flag::Disabled,
            ),
            (
                "canister_execution_rate_limiting",
                *canister_execution_rate_limiting,
                Flag::Enabled,
            ),
        ];
        for (name, asked, refused) in refused {
            refuse_if(
                asked == Some(refused),
                &format!("`icp_config.{name}` = {refused:?}"),
            )?;
        }
        Ok(())
    }
}

fn start_at(time: Time) -> Result<TimeNs, ApiError> {
    if time.nanos_since_epoch < GENESIS {
        return Err(ApiError::bad_request(format!(
            "the initial timestamp {} is before {GENESIS}, where time starts",
            time.nanos_since_epoch
        )));
    }
    Ok(time.nanos_since_epoch)
}

impl SubnetSet {
    /// The subnets in the order of their creation: the NNS, the other named ones, the rest.
    fn into_specs(self) -> Result<Vec<SubnetSpec>, ApiError> {
        let Self {
            nns,
            sns,
            ii,
            fiduciary,
            bitcoin,
            test_threshold_keys,
            system,
            application,
            cloud_engine,
            verified_application,
        } = self;
        let named = [
            (SubnetKind::NNS, nns),
            (SubnetKind::SNS, sns),
            (SubnetKind::II, ii),
            (SubnetKind::Fiduciary, fiduciary),
            (SubnetKind::Bitcoin, bitcoin),
            (SubnetKind::TestThresholdKeys, test_threshold_keys),
        ];
        let unnamed = [
            (SubnetKind::System, system),
            (SubnetKind::Application, application),
            (SubnetKind::CloudEngine, cloud_engine),
            (SubnetKind::VerifiedApplication, verified_application),
        ];
        let named = named
            .into_iter()
            .filter_map(|(kind, one)| one.map(|one| (kind, one)));
        let unnamed = unnamed
            .into_iter()
            .flat_map(|(kind, many)| many.into_iter().map(move |one| (kind, one)));
        named
            .chain(unnamed)
            .map(|(kind, request)| request.into_spec(kind))
            .collect()
    }
}

impl SubnetRequest {
    fn into_spec(self, kind: SubnetKind) -> Result<SubnetSpec, ApiError> {
        let Self {
            state_config,
            instruction_config,
            subnet_admins,
            cost_schedule,
        } = self;
        match state_config {
            StateConfig::New => {}
            StateConfig::FromPath(path) => {
                let what = format!("`state_config` = FromPath({path}), a single subnet's state");
                return Err(ApiError::not_supported(what));
            }
            StateConfig::FromBlobStore(blob) => {
                let what = format!("`state_config` = FromBlobStore({blob})");
                return Err(ApiError::not_supported(what));
            }
        }
        let free = cost_schedule == CostSchedule::Free;
        let may_be_free = matches!(kind, SubnetKind::Application | SubnetKind::CloudEngine);
        let wrong = if subnet_admins.is_some() && !may_be_free {
            Some("only subnets of kind Application or CloudEngine may have subnet admins")
        } else if free && !may_be_free {
            Some("only subnets of kind Application or CloudEngine may have the cost schedule Free")
        } else if subnet_admins.is_some() && !free {
            Some("only subnets with the cost schedule Free may have subnet admins")
        } else if kind == SubnetKind::CloudEngine && !free {
            Some("subnets of kind CloudEngine must have the cost schedule Free")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return Err(ApiError::bad_request(wrong));
        }
        Ok(SubnetSpec {
            kind,
            benchmarking: instruction_config == InstructionConfig::Benchmarking,
            free,
            admins: subnet_admins
                .unwrap_or_default()
                .into_iter()
                .map(|admin| admin.principal_id.0)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests;
