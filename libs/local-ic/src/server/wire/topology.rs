//! Which subnets an instance has, as clients read it.

use super::{CanisterRecord, PrincipalRecord};
use local_ic::topology::{Range, SubnetKind, SubnetTopology, Topology};
use serde::Serialize;
use std::collections::BTreeMap;

/// All subnets, by their id as text.
#[derive(Debug, Serialize)]
pub(crate) struct TopologyAnswer {
    subnet_configs: BTreeMap<String, SubnetAnswer>,
    default_effective_canister_id: CanisterRecord,
}

#[derive(Debug, Serialize)]
struct SubnetAnswer {
    subnet_kind: SubnetKind,
    subnet_admins: Option<Vec<PrincipalRecord>>,
    cost_schedule: &'static str,
    subnet_seed: [u8; 32],
    instruction_config: &'static str,
    canister_ranges: Vec<RangeAnswer>,
}

#[derive(Debug, Serialize)]
struct RangeAnswer {
    start: CanisterRecord,
    end: CanisterRecord,
}

impl From<Topology> for TopologyAnswer {
    fn from(topology: Topology) -> Self {
        Self {
            subnet_configs: topology
                .subnets
                .into_iter()
                .map(|subnet| (subnet.id.to_string(), subnet.into()))
                .collect(),
            default_effective_canister_id: topology.default_effective_canister_id.0.into(),
        }
    }
}

impl From<SubnetTopology> for SubnetAnswer {
    fn from(subnet: SubnetTopology) -> Self {
        let admins = subnet
            .admins
            .into_iter()
            .map(Into::into)
            .collect::<Vec<_>>();
        Self {
            subnet_kind: subnet.kind,
            subnet_admins: (!admins.is_empty()).then_some(admins),
            cost_schedule: if subnet.free { "Free" } else { "Normal" },
            subnet_seed: subnet.seed,
            instruction_config: if subnet.benchmarking {
                "Benchmarking"
            } else {
                "Production"
            },
            canister_ranges: subnet.ranges.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Range> for RangeAnswer {
    fn from(Range { start, end }: Range) -> Self {
        Self {
            start: start.0.into(),
            end: end.0.into(),
        }
    }
}
