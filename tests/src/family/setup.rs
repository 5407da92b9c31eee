//! Deploying a family.

use super::{Family, Shard, ask, operator};
use crate::{builder, built};
use candid::CandidType;
use pocket_ic::PocketIc;
use types::archive::{ArchiveInit, ArchiveSettings};
use types::front::{
    CaptchaMode, DynamicCaptcha, FrontInit, RateLimit, RoutingError, ShardRoute, ShardState,
};
use types::registry::{ArchiveLink, RegistryInit, RegistrySettings};
use types::{AnchorNumber, AnchorRange, BlockIndex, Principal};

/// What a family is to be like.
#[derive(Clone, Debug)]
pub struct Setup {
    ranges: Vec<AnchorRange>,
    front: FrontInit,
    registry: RegistrySettings,
    apart: bool,
    all_open: bool,
}

impl Default for Setup {
    /// No captcha, two shards, of which the first one takes new anchors.
    fn default() -> Self {
        let captcha = Some(CaptchaMode::Disabled);
        let front = FrontInit {
            captcha,
            ..FrontInit::default()
        };
        Self {
            ranges: vec![range(10_000, 20_000), range(20_000, 30_000)],
            front,
            registry: RegistrySettings::default(),
            apart: false,
            all_open: false,
        }
    }
}

impl Setup {
    /// Shards with these ranges, `[lo, hi)` each.
    #[must_use]
    pub fn ranges(mut self, ranges: &[(u64, u64)]) -> Self {
        self.ranges = ranges.iter().map(|(lo, hi)| range(*lo, *hi)).collect();
        self
    }

    /// All shards take new anchors, and nobody knows which one is asked first.
    #[must_use]
    pub fn all_open(mut self) -> Self {
        self.all_open = true;
        self
    }

    /// Registrations need a captcha.
    #[must_use]
    pub fn captcha(mut self) -> Self {
        self.front.captcha = Some(CaptchaMode::Enabled);
        self
    }

    /// Registrations need a captcha while there are more in a minute than usual in an hour.
    #[must_use]
    pub fn dynamic_captcha(mut self) -> Self {
        self.front.captcha = Some(CaptchaMode::Dynamic(DynamicCaptcha {
            threshold_pct: 0,
            current_rate_sampling_interval_s: 60,
            reference_rate_sampling_interval_s: 3_600,
        }));
        self
    }

    /// So many registrations may be saved up, and one more is allowed after each such time.
    #[must_use]
    pub fn rate_limit(mut self, max_tokens: u64, time_per_token_ns: u64) -> Self {
        self.front.register_rate_limit = Some(RateLimit {
            time_per_token_ns,
            max_tokens,
        });
        self
    }

    /// No delegation lives longer, in nanoseconds.
    #[must_use]
    pub fn longest_delegation(mut self, ttl_ns: u64) -> Self {
        self.front.max_delegation_ttl_ns = Some(ttl_ns);
        self
    }

    /// So many blocks may wait for an archive.
    #[must_use]
    pub fn backlog_limit(mut self, blocks: u64) -> Self {
        self.registry.backlog_limit = Some(blocks);
        self
    }

    /// Shards keep so many archived blocks.
    #[must_use]
    pub fn retention(mut self, blocks: u64) -> Self {
        self.registry.retention = Some(blocks);
        self
    }

    /// Anchors may have so many devices.
    #[must_use]
    pub fn max_devices(mut self, devices: u32) -> Self {
        self.registry.max_devices = Some(devices);
        self
    }

    /// Anchors may be changed so often on one day.
    #[must_use]
    pub fn operations_per_day(mut self, operations: u32) -> Self {
        self.registry.operations_per_day = Some(operations);
        self
    }

    /// Front is on one subnet and everything else on another one, so every message between them takes a round.
    #[must_use]
    pub fn on_two_subnets(mut self) -> Self {
        self.apart = true;
        self
    }

    /// Makes the network and installs everything, on one application subnet unless it is to be apart.
    pub fn deploy(self) -> Family {
        let Self {
            ranges,
            front: mut argument,
            registry,
            apart,
            all_open,
        } = self;
        let mut network = builder().with_nns_subnet().with_application_subnet();
        if apart {
            network = network.with_application_subnet();
        }
        let network = network.build();
        let subnets = network.topology().get_app_subnets();
        let [of_front, subnet] = [subnets[0], subnets[subnets.len() - 1]];
        let front = create(&network, of_front);
        let shards: Vec<Shard> = ranges
            .into_iter()
            .map(|range| Shard {
                range,
                registry: create(&network, subnet),
                archive: create(&network, subnet),
            })
            .collect();
        let mut family = Family {
            network,
            front,
            shards: Vec::new(),
            subnet,
        };
        for shard in &shards {
            family.install_shard(shard, &registry);
        }
        let mut routes: Vec<ShardRoute> = shards.iter().map(Shard::route).collect();
        for route in routes.iter_mut().skip(1) {
            if !all_open {
                route.state = ShardState::Sealed;
            }
        }
        argument.routes = Some(routes);
        family.shards = shards;
        family.install(front, "front", &Some(argument));
        family
    }
}

impl Shard {
    /// Its row in the routing table, open for new anchors.
    pub fn route(&self) -> ShardRoute {
        ShardRoute {
            range: self.range,
            canister: self.registry,
            state: ShardState::Open,
        }
    }
}

impl Family {
    /// The routing table in force.
    #[track_caller]
    pub fn routes(&self) -> Vec<ShardRoute> {
        ask(self.front().routing()).succeeds().routes
    }

    /// Replaces the routing table.
    #[track_caller]
    pub fn sets_routing(&self, routes: &[ShardRoute]) -> Result<(), RoutingError> {
        ask(self.front_as(operator()).set_routing(routes)).succeeds()
    }

    /// Puts a shard of the routing table into a state.
    #[track_caller]
    pub fn puts(&self, shard: usize, state: ShardState) {
        let mut routes = self.routes();
        for route in &mut routes {
            if route.canister == self.shards[shard].registry {
                route.state = state;
            }
        }
        self.sets_routing(&routes).expect("the same shards");
    }

    /// One more shard with its archive, which no routing table names yet.
    pub fn creates_shard(&mut self, lo: u64, hi: u64) -> Shard {
        let shard = Shard {
            range: range(lo, hi),
            registry: create(&self.network, self.subnet),
            archive: create(&self.network, self.subnet),
        };
        self.install_shard(&shard, &RegistrySettings::default());
        self.shards.push(shard);
        shard
    }

    /// One more canister of the operator's, without code.
    pub fn creates_canister(&self) -> Principal {
        create(&self.network, self.subnet)
    }

    /// Installs a module of the family on an empty canister.
    pub fn install<A: CandidType>(&self, canister: Principal, name: &str, argument: &A) {
        let argument = candid::encode_one(argument).expect("plain data");
        let module = built(name);
        self.network
            .install_canister(canister, module, argument, Some(operator()));
    }

    /// Installs an archive of that shard, which need not know it.
    pub fn install_archive(&self, canister: Principal, shard: &Shard) {
        let argument = ArchiveInit {
            registry: shard.registry,
            range: shard.range,
            first_index: BlockIndex::new(0),
            parent_hash: None,
            settings: ArchiveSettings::default(),
        };
        self.install(canister, "archive", &argument);
    }

    /// What a shard is installed with.
    pub fn registry_init(&self, shard: &Shard, settings: &RegistrySettings) -> RegistryInit {
        let link = ArchiveLink {
            canister: shard.archive,
            in_service: true,
        };
        RegistryInit {
            range: shard.range,
            front: self.front,
            settings: RegistrySettings {
                archives: Some(vec![link]),
                ..settings.clone()
            },
        }
    }

    fn install_shard(&self, shard: &Shard, settings: &RegistrySettings) {
        let argument = self.registry_init(shard, settings);
        self.install(shard.registry, "registry", &argument);
        self.install_archive(shard.archive, shard);
    }
}

fn create(network: &PocketIc, subnet: Principal) -> Principal {
    network.create_canister_on_subnet(Some(operator()), None, subnet)
}

fn range(lo: u64, hi: u64) -> AnchorRange {
    AnchorRange::new(AnchorNumber::new(lo), AnchorNumber::new(hi)).expect("a range of a test")
}
