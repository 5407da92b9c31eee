//! The canisters, and what happens to them.

use crate::chain::bytes;
use crate::command::{Command, Settings};
use crate::site;
use anchorage_tests::built;
use anchorage_tests::family::{Device, Family, Role, operator};
use candid::Principal;
use serde_json::{Value, json};
use types::front::{CaptchaMode, FrontInit, RateLimit};
use types::{CredentialId, DeviceKey};

pub(crate) struct Play {
    family: Family,
    dapps: [Principal; 2],
    port: u16,
}

impl Play {
    /// A live network with everything on it. Registrations need no captcha.
    pub(crate) fn begins() -> Self {
        let mut family = Family::deploy();
        let url = family.network.make_live(None);
        let port = url.port().expect("gateways do not take port 80");
        let dapps = [family.creates_canister(), family.creates_canister()];
        let play = Self {
            family,
            dapps,
            port,
        };
        for dapp in dapps {
            let settings = play.usual_settings(dapp);
            play.family.install(dapp, "dapp", &settings);
        }
        play
    }

    /// Who is where.
    pub(crate) fn programme(&self) -> Value {
        let shards = self.family.shards.iter();
        let dapps = self.dapps.map(|dapp| {
            json!({
                "id": dapp.to_text(),
                "origin": self.origin(dapp),
                "settings": self.usual_settings(dapp),
            })
        });
        json!({
            "page": self.origin(self.family.front),
            "front": self.family.front.to_text(),
            "shards": shards.map(|shard| shard.registry.to_text()).collect::<Vec<_>>(),
            "dapps": dapps,
            "port": self.port,
            "rootKey": hex::encode(self.family.root_key()),
        })
    }

    pub(crate) fn does(&mut self, command: Command) -> Result<Value, String> {
        match command {
            Command::UpgradeFront {} => self.family.upgrades(Role::Front),
            Command::Captcha { on } => self.configures(FrontInit {
                captcha: Some(if on {
                    CaptchaMode::Enabled
                } else {
                    CaptchaMode::Disabled
                }),
                ..FrontInit::default()
            })?,
            Command::RateLimit {
                max_tokens,
                time_per_token_ns,
            } => self.configures(FrontInit {
                register_rate_limit: Some(RateLimit {
                    time_per_token_ns,
                    max_tokens,
                }),
                ..FrontInit::default()
            })?,
            Command::Register {
                public_key,
                credential_id,
                name,
            } => {
                let (key, id) = (bytes(&public_key)?, bytes(&credential_id)?);
                let device = Device::new(&name).but(|device| {
                    device.alias = name;
                    device.pubkey = DeviceKey::new(key);
                    device.credential_id = Some(CredentialId::new(id));
                });
                let person = self.family.registration(&device).gives_an_anchor();
                return Ok(json!(person.anchor.to_string()));
            }
            Command::Shard { index, runs } => {
                if index >= self.family.shards.len() {
                    return Err(format!("there is no shard {index}"));
                }
                let role = Role::Registry(index);
                if runs {
                    self.family.starts(role);
                } else {
                    self.family.stops(role);
                }
            }
            Command::Dapp { id, settings } => self.upgrades_dapp(id, &settings)?,
            Command::Spoil { id, path } => {
                let argument = candid::encode_one(path).expect("plain data");
                self.family
                    .network
                    .update_call(id, operator(), "spoil", argument)
                    .map_err(|error| error.to_string())?;
            }
            Command::Verify { chain } => return chain.verified(&self.family),
            Command::VerifyAsset {
                id,
                path,
                encodings,
            } => return site::verified(&self.family, id, &path, &encodings),
        }
        Ok(Value::Null)
    }

    /// Upgrades front with settings; those that are not given stay as they are.
    fn configures(&self, settings: FrontInit) -> Result<(), String> {
        let argument = candid::encode_one(Some(settings)).expect("plain data");
        let upgraded = self.family.upgrades_with(Role::Front, &argument);
        upgraded.map_err(|error| error.to_string())
    }

    fn upgrades_dapp(&self, dapp: Principal, settings: &Settings) -> Result<(), String> {
        let argument = candid::encode_one(settings).expect("plain data");
        self.family
            .network
            .upgrade_canister(dapp, built("dapp"), argument, Some(operator()))
            .map_err(|error| error.to_string())
    }

    /// A dapp that nobody else may speak for, and that log-ins by redirect may come back to.
    fn usual_settings(&self, dapp: Principal) -> Settings {
        Settings {
            login: self.origin(self.family.front),
            alternative_origins: Vec::new(),
            callbacks: vec![format!("{}/redirect.html", self.origin(dapp))],
            domains: Vec::new(),
        }
    }

    fn origin(&self, canister: Principal) -> String {
        format!("http://{canister}.localhost:{}", self.port)
    }
}
