//! Settings: what the init and upgrade argument says, checked and stored.

use crate::origin::{Origin, OriginError};
use minicbor::{Decode, Encode};
use types::front::{CaptchaMode, DynamicCaptcha, FrontInit, RateLimit, RoutingError, ShardRoute};

/// The longest life of a delegation: 30 days.
pub(crate) const LONGEST_TTL_NS: u64 = 30 * 24 * 3_600 * 1_000_000_000;
const LONGEST_GATEWAY: usize = 255;
const DEFAULT_CYCLES_FLOOR: u64 = 500_000_000_000;
/// Longest interval of a rate, in seconds: a year.
const LONGEST_INTERVAL_S: u64 = 365 * 24 * 3_600;

/// Why an argument is refused. Change it and retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// No or too long a life.
    #[error("max_delegation_ttl_ns must be between 1 and {LONGEST_TTL_NS} (30 days)")]
    Ttl,
    /// Not a base URL.
    #[error("metrics_gateway must be http:// or https:// with a host, and without a path")]
    Gateway,
    /// Rates over nothing, or over too much.
    #[error(
        "captcha intervals must be 1 to {LONGEST_INTERVAL_S} seconds, the reference's not shorter"
    )]
    Captcha,
    /// Not origins, or too many.
    #[error(transparent)]
    Origins(#[from] OriginError),
    /// The table breaks a rule.
    #[error("routes: {0}")]
    Routes(#[from] RoutingError),
}

/// The settings in force, the routing table excepted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Settings {
    #[n(0)]
    captcha_is_off: bool,
    #[n(1)]
    time_per_token_ns: u64,
    #[n(2)]
    max_tokens: u64,
    #[n(3)]
    pub(crate) max_ttl_ns: u64,
    #[n(4)]
    pub(crate) gateway: String,
    /// Only without `captcha_is_off`.
    #[n(7)]
    dynamic_captcha: Option<DynamicCaptcha>,
    #[n(8)]
    cycles_floor: Option<u64>,
    #[n(9)]
    canonical_origin: Option<Origin>,
    /// Absent: none.
    #[n(10)]
    related_origins: Option<Vec<Origin>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            captcha_is_off: false,
            time_per_token_ns: 1_000_000_000,
            max_tokens: 1_000,
            max_ttl_ns: LONGEST_TTL_NS,
            gateway: "https://{canister}.icp0.io".to_owned(),
            dynamic_captcha: None,
            cycles_floor: None,
            canonical_origin: None,
            related_origins: None,
        }
    }
}

impl Settings {
    /// Takes over what the argument says (its routes are somebody else's business). All or nothing.
    pub(crate) fn changed_by(&self, argument: &FrontInit) -> Result<Self, SettingsError> {
        let FrontInit {
            captcha,
            register_rate_limit,
            routes: _,
            max_delegation_ttl_ns,
            metrics_gateway,
            cycles_floor,
            canonical_origin,
            related_origins,
        } = argument;
        let mut new = self.clone();
        if let Some(mode) = captcha {
            new.captcha_is_off = *mode == CaptchaMode::Disabled;
            new.dynamic_captcha = match mode {
                CaptchaMode::Enabled | CaptchaMode::Disabled => None,
                CaptchaMode::Dynamic(wish) => Some(checked(*wish)?),
            };
        }
        if let Some(limit) = register_rate_limit {
            let RateLimit {
                time_per_token_ns,
                max_tokens,
            } = *limit;
            (new.time_per_token_ns, new.max_tokens) = (time_per_token_ns, max_tokens);
        }
        if let Some(ttl) = *max_delegation_ttl_ns {
            if !(1..=LONGEST_TTL_NS).contains(&ttl) {
                return Err(SettingsError::Ttl);
            }
            new.max_ttl_ns = ttl;
        }
        if let Some(gateway) = metrics_gateway {
            split_gateway(gateway).ok_or(SettingsError::Gateway)?;
            new.gateway.clone_from(gateway);
        }
        new.cycles_floor = cycles_floor.or(new.cycles_floor);
        if let Some(origin) = canonical_origin {
            let is_named = !origin.is_empty();
            new.canonical_origin = is_named.then(|| Origin::parse(origin)).transpose()?;
        }
        if let Some(origins) = related_origins {
            new.related_origins = Some(Origin::several(origins)?);
        }
        Ok(new)
    }

    /// The settings as an argument that would make them.
    pub(crate) fn to_argument(&self, routes: &[ShardRoute]) -> FrontInit {
        FrontInit {
            captcha: Some(self.captcha()),
            register_rate_limit: Some(self.rate_limit()),
            routes: Some(routes.to_vec()),
            max_delegation_ttl_ns: Some(self.max_ttl_ns),
            metrics_gateway: Some(self.gateway.clone()),
            cycles_floor: Some(self.cycles_floor()),
            canonical_origin: Some(
                self.canonical_origin()
                    .map_or_else(String::new, Origin::to_string),
            ),
            related_origins: Some(
                self.related_origins()
                    .iter()
                    .map(Origin::to_string)
                    .collect(),
            ),
        }
    }

    /// The origin whose host is the relying party id of passkeys.
    pub(crate) fn canonical_origin(&self) -> Option<&Origin> {
        self.canonical_origin.as_ref()
    }

    /// Other origins that may use the canonical origin's passkeys.
    pub(crate) fn related_origins(&self) -> &[Origin] {
        self.related_origins.as_deref().unwrap_or_default()
    }

    /// When registrations need a captcha.
    pub(crate) fn captcha(&self) -> CaptchaMode {
        match self.dynamic_captcha {
            _ if self.captcha_is_off => CaptchaMode::Disabled,
            Some(wish) => CaptchaMode::Dynamic(wish),
            None => CaptchaMode::Enabled,
        }
    }

    /// Liquid cycles below which services close, see [`crate::services`].
    pub(crate) fn cycles_floor(&self) -> u64 {
        self.cycles_floor.unwrap_or(DEFAULT_CYCLES_FLOOR)
    }

    /// How fast anchors may be registered.
    pub(crate) fn rate_limit(&self) -> RateLimit {
        RateLimit {
            time_per_token_ns: self.time_per_token_ns,
            max_tokens: self.max_tokens,
        }
    }
}

fn checked(wish: DynamicCaptcha) -> Result<DynamicCaptcha, SettingsError> {
    let DynamicCaptcha {
        threshold_pct: _,
        current_rate_sampling_interval_s: current,
        reference_rate_sampling_interval_s: reference,
    } = wish;
    if (1..=LONGEST_INTERVAL_S).contains(&reference) && (1..=reference).contains(&current) {
        Ok(wish)
    } else {
        Err(SettingsError::Captcha)
    }
}

/// Scheme and authority of a gateway's base URL; `None` if it is none.
pub(crate) fn split_gateway(gateway: &str) -> Option<(&'static str, &str)> {
    let (scheme, authority) = if let Some(rest) = gateway.strip_prefix("https://") {
        ("https", rest)
    } else {
        ("http", gateway.strip_prefix("http://")?)
    };
    let is_plain = authority
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".-:[]{}".contains(c));
    let fits = !authority.is_empty() && authority.len() <= LONGEST_GATEWAY;
    (is_plain && fits).then_some((scheme, authority))
}

#[cfg(test)]
mod tests;
