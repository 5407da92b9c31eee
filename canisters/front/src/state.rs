//! Everything front knows, in one value. The door owns the only one; tests make their own.

use crate::auth_cache::AuthCache;
use crate::bucket::TokenBucket;
use crate::challenge::Challenges;
use crate::crowd::Crowd;
use crate::fleet::Fleet;
use crate::memory::{Memories, Memory};
use crate::metrics;
use crate::page::{self, Home};
use crate::randomness;
use crate::rates::RegistrationRates;
use crate::routing::stored::StoredRoute;
use crate::routing::{self, RoutingTable};
use crate::settings::{Settings, SettingsError};
use crate::signatures::SignatureMap;
use crate::stored::Stored;
use crate::tips::Tips;
use crate::unsettled::{Number, TooMany, Unsettled};
use candid::Principal;
use canister_kit::certified::{CertifiedRoot, HTTP_EXPR};
use canister_kit::counters::Counters;
use canister_kit::http::HttpTree;
use delegation::Salt;
use ic_certified_map::{Hash, leaf_hash};
use ic_stable_structures::StableCell;
use minicbor::bytes::ByteArray;
use rand_chacha::ChaCha20Rng;
use std::cell::RefCell;
use std::rc::Rc;
use types::front::{CaptchaMode, FrontInit, RoutingError, ShardRoute};
use types::registry::ShardTip;
use types::{AnchorNumber, TimestampNs};

/// The state as the flows share it. Never borrowed over an await.
pub(crate) type Shared = Rc<RefCell<State>>;

/// Label of the certified routing table, and its page.
pub(crate) const ROUTING: &str = "routing";
/// Label of the canister signatures.
pub(crate) const SIGNATURES: &str = "sig";

/// Drawn at the first need after each upgrade; heap only.
pub(crate) struct Randomness {
    /// Nonces of challenges.
    pub(crate) rng: ChaCha20Rng,
    /// Challenges under a key that was drawn from it.
    pub(crate) challenges: Challenges,
}

/// The state.
pub(crate) struct State {
    settings: StableCell<Stored<Settings>, Memory>,
    stored_routing: StableCell<Stored<Vec<StoredRoute>>, Memory>,
    salt: StableCell<Stored<Option<ByteArray<32>>>, Memory>,
    pub(crate) tips: Tips,
    pub(crate) counters: Counters<Memory>,
    // From here on heap only: lost at an upgrade.
    routing: RoutingTable,
    /// The pages whose bodies are certified.
    pub(crate) pages: HttpTree,
    /// Where this front is.
    pub(crate) home: Home,
    /// Everything but the signatures, whose root hash is computed when it is asked for.
    certified: CertifiedRoot,
    pub(crate) randomness: Option<Randomness>,
    pub(crate) bucket: TokenBucket,
    /// Only with a dynamic captcha.
    pub(crate) rates: Option<RegistrationRates>,
    pub(crate) signatures: SignatureMap,
    pub(crate) fleet: Fleet,
    pub(crate) auth_cache: AuthCache,
    pub(crate) unsettled: Unsettled,
    /// Orders since the last upgrade; with the time it makes order ids unique.
    orders: u64,
    pub(crate) crowd: Crowd,
}

impl State {
    /// Opens what is stored; the rest starts empty.
    pub(crate) fn open(memories: Memories, home: Home, now: TimestampNs) -> Self {
        let Memories {
            settings,
            routing,
            salt,
            tips,
            counters,
        } = memories;
        let settings = StableCell::init(settings, Stored(Settings::default()));
        let stored_routing = StableCell::init(routing, Stored(Vec::new()));
        let rows: Vec<StoredRoute> = stored_routing.get().0.clone();
        let routing = RoutingTable::new(rows.into_iter().map(ShardRoute::from).collect())
            .expect("the stored table was checked when it was stored");
        let pages = page::tree(&home, &settings.get().0, &routing);
        Self {
            bucket: TokenBucket::full(settings.get().0.rate_limit(), now),
            rates: rates(&settings.get().0, None),
            settings,
            stored_routing,
            salt: StableCell::init(salt, Stored(None)),
            tips: Tips::open(tips),
            counters: Counters::open(counters),
            certified: CertifiedRoot::new([
                (HTTP_EXPR, pages.hash()),
                (ROUTING, routing_hash(&routing)),
            ]),
            pages,
            home,
            routing,
            randomness: None,
            signatures: SignatureMap::default(),
            fleet: Fleet::default(),
            auth_cache: AuthCache::default(),
            unsettled: Unsettled::default(),
            orders: 0,
            crowd: Crowd::default(),
        }
    }

    /// Takes over an init or upgrade argument, all of it or nothing. The bucket is full afterwards.
    pub(crate) fn configure(
        &mut self,
        argument: FrontInit,
        now: TimestampNs,
    ) -> Result<(), SettingsError> {
        let settings = self.settings().changed_by(&argument)?;
        if let Some(routes) = argument.routes {
            self.set_routing(routes, now)?;
        }
        self.bucket = TokenBucket::full(settings.rate_limit(), now);
        self.rates = rates(&settings, self.rates.take());
        self.settings.set(Stored(settings));
        self.describe();
        Ok(())
    }

    /// The routing table that these rows make, if it may replace the one in force.
    pub(crate) fn check_routing(
        &self,
        routes: Vec<ShardRoute>,
        now: TimestampNs,
    ) -> Result<RoutingTable, RoutingError> {
        self.routing.replaced_by(routes, |row| {
            let next = self.tips.get(row.canister).map(|tip| tip.next_anchor);
            let next = next.unwrap_or(row.range.lo());
            // Registrations that are on their way may take numbers of the row as it is.
            next.saturating_add(self.unsettled.registrations(row.canister, now))
        })
    }

    /// Replaces the routing table. The certified root changes.
    pub(crate) fn set_routing(
        &mut self,
        routes: Vec<ShardRoute>,
        now: TimestampNs,
    ) -> Result<(), RoutingError> {
        let table = self.check_routing(routes, now)?;
        let rows = table.rows().iter().map(StoredRoute::from).collect();
        self.stored_routing.set(Stored(rows));
        self.certified.set(ROUTING, routing_hash(&table));
        self.routing = table;
        self.describe();
        self.auth_cache.forget_all();
        Ok(())
    }

    /// Certifies what the pages say about settings and routing table as they are now.
    fn describe(&mut self) {
        let settings = &self.settings.get().0;
        page::describe(&mut self.pages, &self.home, settings, &self.routing);
        self.certified.set(HTTP_EXPR, self.pages.hash());
    }

    /// An order is about to be sent. What is remembered about its anchor may end with it.
    pub(crate) fn order_begins(
        &mut self,
        shard: Principal,
        anchor: Option<AnchorNumber>,
        now: TimestampNs,
    ) -> Result<Number, TooMany> {
        let number = self.unsettled.begin(shard, anchor, now)?;
        if let Some(anchor) = anchor {
            self.auth_cache.order_sent(anchor);
        }
        Ok(number)
    }

    /// The same order is sent again: behind whatever was asked since it was sent first.
    pub(crate) fn order_again(
        &mut self,
        shard: Principal,
        number: Number,
        anchor: Option<AnchorNumber>,
        now: TimestampNs,
    ) {
        self.unsettled.again(shard, number, anchor, now);
        if let Some(anchor) = anchor {
            self.auth_cache.order_sent(anchor);
        }
    }

    /// Takes over the tip of a shard's answer. A log that is longer than front's orders can have made it, or other
    /// than front knows it, was written by somebody else: what the shard said before may be wrong now.
    pub(crate) fn heard(&mut self, shard: Principal, tip: ShardTip, now: TimestampNs) {
        if let Some(known) = self.tips.get(shard) {
            let explained = known.log_length + self.unsettled.count(shard, now);
            let is_other = tip.log_length == known.log_length && tip != known;
            if is_other || tip.log_length > explained {
                self.distrust(shard);
            }
        }
        self.tips.learn(shard, tip);
    }

    /// The shard's log is not the one that front's orders have made.
    pub(crate) fn distrust(&mut self, shard: Principal) {
        self.auth_cache.forget_shard(shard);
        self.counters.add(metrics::UNEXPLAINED_TIPS, 1);
    }

    /// Whether a challenge that is issued now has a captcha.
    pub(crate) fn needs_captcha(&self, now: TimestampNs) -> bool {
        match self.settings().captcha() {
            CaptchaMode::Enabled => true,
            CaptchaMode::Disabled => false,
            CaptchaMode::Dynamic(_) => {
                let rates = self.rates.as_ref();
                rates.is_none_or(|rates| rates.is_exceeded(now))
            }
        }
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings.get().0
    }

    /// The routing table in force.
    pub(crate) fn routing(&self) -> &RoutingTable {
        &self.routing
    }

    /// The salt, if it was drawn.
    pub(crate) fn salt(&self) -> Option<Salt> {
        let stored = self.salt.get().0;
        stored.map(|bytes| Salt::new(bytes.into()))
    }

    /// The salt in force: the stored one, and only if there is none the offered one, which is stored.
    pub(crate) fn salt_or_store(&mut self, offered: Salt) -> Salt {
        self.salt().unwrap_or_else(|| {
            self.salt.set(Stored(Some((*offered.as_bytes()).into())));
            offered
        })
    }

    /// A number that no other order since the last upgrade has.
    pub(crate) fn next_order(&mut self) -> u64 {
        self.orders += 1;
        self.orders
    }

    /// The root of the certified data as it is now.
    pub(crate) fn certified_root(&self) -> CertifiedRoot {
        let mut root = self.certified.clone();
        root.set(SIGNATURES, self.signatures.root_hash());
        root
    }

    /// A shard let this caller act for the anchor, or opened its [`crate::crowd::REGISTRATION`].
    pub(crate) fn saw(&mut self, anchor: AnchorNumber, caller: Principal) {
        let known = self.randomness.as_mut();
        let key = || known.map(|known| randomness::draw(&mut known.rng));
        self.crowd.saw(anchor, caller, key);
    }
}

/// The rates that the settings ask for: the ones there are, if they measure the same.
fn rates(settings: &Settings, known: Option<RegistrationRates>) -> Option<RegistrationRates> {
    let CaptchaMode::Dynamic(wish) = settings.captcha() else {
        return None;
    };
    let same = known.filter(|known| known.wish() == wish);
    Some(same.unwrap_or_else(|| RegistrationRates::new(wish)))
}

fn routing_hash(table: &RoutingTable) -> Hash {
    leaf_hash(&routing::certified_bytes(table))
}

#[cfg(test)]
pub(crate) mod tests;
