//! Deploying a family where there is none.

use super::modules::Modules;
use super::operator::Operator;
use crate::error::Error;
use types::archive::{ArchiveInit, ArchiveSettings};
use types::front::{CaptchaMode, FrontInit, ShardRoute, ShardState};
use types::registry::{ArchiveLink, RegistryInit, RegistrySettings};
use types::{AnchorRange, BlockIndex, Principal};

/// The first number that is given, as at Internet Identity.
const FIRST_ANCHOR: u64 = 10_000;
/// How many anchors a shard may have.
const ANCHORS_PER_SHARD: u64 = 1_000_000;

/// Creates and installs front without captcha, and shards with an archive each. Answers all ids, front's first.
pub(crate) async fn family(
    operator: &Operator,
    place: Principal,
    modules: &Modules,
    shards: u16,
    metrics_gateway: String,
) -> Result<Vec<Principal>, Error> {
    let front = operator.creates(place).await?;
    let (mut canisters, mut routes) = (vec![front], Vec::new());
    for shard in 0..shards.into() {
        let lo = FIRST_ANCHOR + shard * ANCHORS_PER_SHARD;
        let range = AnchorRange::new(lo.into(), (lo + ANCHORS_PER_SHARD).into());
        let range = range.expect("a shard has numbers");
        let (registry, archive) = self::shard(operator, place, modules, front, range).await?;
        canisters.extend([registry, archive]);
        routes.push(ShardRoute {
            range,
            canister: registry,
            state: ShardState::Open,
        });
    }
    let argument = FrontInit {
        captcha: Some(CaptchaMode::Disabled),
        routes: Some(routes),
        metrics_gateway: Some(metrics_gateway),
        ..FrontInit::default()
    };
    let module = modules.of("front");
    operator.installs(front, module, &Some(argument)).await?;
    Ok(canisters)
}

/// Creates and installs a shard and its archive. Answers both ids.
async fn shard(
    operator: &Operator,
    place: Principal,
    modules: &Modules,
    front: Principal,
    range: AnchorRange,
) -> Result<(Principal, Principal), Error> {
    let registry = operator.creates(place).await?;
    let archive = operator.creates(place).await?;
    let argument = RegistryInit {
        range,
        front,
        settings: RegistrySettings {
            archives: Some(vec![ArchiveLink {
                canister: archive,
                in_service: true,
            }]),
            ..RegistrySettings::default()
        },
    };
    let module = modules.of("registry");
    operator.installs(registry, module, &argument).await?;
    let argument = ArchiveInit {
        registry,
        range,
        first_index: BlockIndex::new(0),
        parent_hash: None,
        settings: ArchiveSettings::default(),
    };
    let module = modules.of("archive");
    operator.installs(archive, module, &argument).await?;
    Ok((registry, archive))
}
