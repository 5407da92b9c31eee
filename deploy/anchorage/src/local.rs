//! A family on an embedded Internet Computer, for a laptop: started, tried, audited, served.

mod dapp;
mod deploy;
mod modules;
mod operator;
mod server;
mod state_dir;

#[cfg(test)]
pub(crate) use operator::key as operator_key;

use crate::audit;
use crate::cli::Local;
use crate::demo::{self, Shows};
use crate::error::{Error, named};
use crate::family;
use crate::network::{self, Network};
use crate::output::{Output, Shown, Step};
use ic_agent::identity::BasicIdentity;
use modules::Modules;
use operator::Operator;
use serde::Serialize;
use server::{End, Server};
use state_dir::{Saved, StateDir};
use std::path::{Path, PathBuf};
use types::Principal;
use url::Url;

/// How long the first operations may take to be archived.
const ARCHIVE_SECONDS: u64 = 120;
/// How many shards there are, unless something else is asked for.
const SHARDS: u16 = 2;

/// What runs where, and what was tried.
#[derive(Debug, Serialize)]
struct Running {
    url: String,
    operator_key: PathBuf,
    /// Where users log in.
    login_page: String,
    /// A relying party to try it with.
    dapp: Option<String>,
    /// How many canisters of a saved family got another module.
    upgraded: usize,
    canisters: Vec<Row>,
    demo: Shows,
    audit: audit::Report,
}

/// A canister of the family.
#[derive(Clone, Debug, Serialize)]
struct Row {
    canister: &'static str,
    role: String,
    id: Principal,
    url: String,
}

impl Shown for Running {
    fn lines(&self) -> Vec<String> {
        let row = |canister: &str, role: &str, id: &str, url: &str| {
            format!("{canister:<9} {role:<28} {id:<28} {url}")
        };
        let mut lines = self.demo.lines();
        lines.extend(self.audit.lines());
        lines.push(String::new());
        lines.push(row("canister", "role", "id", "metrics"));
        for one in &self.canisters {
            lines.push(row(one.canister, &one.role, &one.id.to_text(), &one.url));
        }
        lines.push(String::new());
        lines.push(format!("login page    {}", self.login_page));
        if let Some(dapp) = &self.dapp {
            lines.push(format!("a dapp        {dapp}"));
        }
        lines.push(format!("network       {}", self.url));
        lines.push(format!("operator key  {}", self.operator_key.display()));
        lines
    }
}

/// Starts everything, tries it, and serves until it is told to end.
pub(crate) async fn run(home: &Path, options: &Local, output: &Output) -> Result<(), Error> {
    let modules = named("modules", Modules::read(&options.wasm_dir))?;
    let url = network::parse(&format!("http://127.0.0.1:{}", options.port))?;
    let state = options
        .state_dir
        .as_deref()
        .map(StateDir::open)
        .transpose()?;
    let saved = state.as_ref().map(StateDir::saved).transpose()?.flatten();
    if let (Some(state), Some(_), Some(_)) = (&state, &saved, options.shards) {
        return Err(Error::ShardsOfState(state.path().to_owned()));
    }
    // The key belongs to the canisters: it is kept with them.
    let key_folder = state.as_ref().map_or(home, StateDir::path);
    let (operator_key, operator) = operator::key(key_folder)?;

    let mut end = End::new()?;
    let step = Step::begin("starting the embedded Internet Computer");
    let network = state.as_ref().map(StateDir::network);
    let mut server = tokio::select! {
        server = Server::start(options.server.as_deref(), options.port, network.as_deref()) => {
            named("server", server)?
        }
        () = end.asked() => return Err(Error::Interrupted),
    };
    step.done(format!("the embedded Internet Computer runs at {url}"));

    let start = Start {
        home,
        url: &url,
        place: server.place(),
        modules: &modules,
        operator_key: &operator_key,
        shards: options.shards.unwrap_or(SHARDS),
        state: state.as_ref(),
    };
    let outcome = tokio::select! {
        outcome = start.run(operator, saved) => outcome,
        () = end.asked() => Err(Error::Interrupted),
        error = server.ended() => Err(error),
    };
    if let Ok((_, running)) = &outcome {
        output.result(running);
        if !options.exit {
            eprintln!("serving until Ctrl-C");
            tokio::select! {
                () = end.asked() => {}
                error = server.ended() => return Err(error),
            }
        }
    }
    // Also after a failure: what there is is saved, and nothing stays behind.
    let step = Step::begin("ending");
    tokio::select! {
        ended = server.end() => named("end of the server", ended)?,
        // Whoever asks a second time does not want to wait.
        () = end.asked() => return Err(Error::Interrupted),
    }
    if let Some(state) = &state {
        match &outcome {
            Ok((saved, _)) => state.save_tips(saved, &network::record_path(home, &url))?,
            Err(_) => state.forget_unfinished()?,
        }
    }
    step.done("ended");
    outcome.map(|_| ())
}

/// Everything that is needed for a family on a network that has just been started.
struct Start<'a> {
    home: &'a Path,
    url: &'a Url,
    /// Where canisters are created.
    place: Principal,
    modules: &'a Modules,
    operator_key: &'a Path,
    shards: u16,
    state: Option<&'a StateDir>,
}

impl Start<'_> {
    /// Deploys or upgrades the family, tries it and audits it.
    async fn run(
        &self,
        operator: BasicIdentity,
        saved: Option<Saved>,
    ) -> Result<(Saved, Running), Error> {
        let root_key = named("server", network::fetch_root_key(self.url).await)?;
        let operator = Operator::new(self.url, &root_key, operator)?;
        let mut saved = match saved {
            Some(saved) => {
                if saved.root_key != hex::encode(&root_key) {
                    let dir = self.state.map_or(self.home, StateDir::path).to_owned();
                    return Err(Error::UnknownState(dir));
                }
                for canister in &saved.canisters {
                    // One may have been stopped when an upgrade was interrupted.
                    named("start of the canisters", operator.starts(*canister).await)?;
                }
                saved
            }
            None => self.deploy(&operator, &root_key).await?,
        };
        let (front, tips) = (saved.front, saved.tips.clone());
        let mut network = Network::new(self.home, self.url, root_key, front, tips);
        network.remember_anew()?;
        let mut canisters = named("family", family_of(&network, self.url).await)?;
        let upgraded = bring_up_to_date(&canisters, &operator, self.modules).await?;
        saved.dapp = self.dapp(&operator, &saved).await?;
        if let Some(state) = self.state {
            state.save(&saved)?;
        }
        // Shown from front on.
        canisters.reverse();
        let demo = demo::run(&network, ARCHIVE_SECONDS).await?;
        let (audit, stood) = audit::run(&mut network, &[]).await?;
        stood?;
        let origin = |canister| dapp::origin(self.url, canister) + "/";
        let running = Running {
            url: self.url.to_string(),
            operator_key: self.operator_key.to_owned(),
            login_page: origin(front),
            dapp: saved.dapp.map(origin),
            upgraded,
            canisters,
            demo,
            audit,
        };
        Ok((saved, running))
    }

    /// The relying party as it was built, if it was.
    async fn dapp(&self, operator: &Operator, saved: &Saved) -> Result<Option<Principal>, Error> {
        let Some(module) = &self.modules.dapp else {
            return Ok(saved.dapp);
        };
        let (place, front) = (self.place, saved.front);
        let present = dapp::present(operator, place, module, saved.dapp, self.url, front).await;
        named("dapp", present).map(Some)
    }

    async fn deploy(&self, operator: &Operator, root_key: &[u8]) -> Result<Saved, Error> {
        let step = Step::begin("deploying the family");
        let gateway = self.url.as_str().trim_end_matches('/').to_owned();
        let deployed = deploy::family(operator, self.place, self.modules, self.shards, gateway);
        let canisters = named("deployment", deployed.await)?;
        let saved = Saved {
            front: canisters[0],
            root_key: hex::encode(root_key),
            canisters,
            dapp: None,
            tips: [].into(),
        };
        // At once: should this program be killed, the server may still save.
        if let Some(state) = self.state {
            state.save(&saved)?;
        }
        step.done(format!(
            "front, {} shards and an archive for each deployed",
            self.shards
        ));
        Ok(saved)
    }
}

/// Installs the modules wherever another one runs.
async fn bring_up_to_date(
    canisters: &[Row],
    operator: &Operator,
    modules: &Modules,
) -> Result<usize, Error> {
    let step = Step::begin("comparing the canisters with the modules");
    let mut count = 0;
    for one in canisters {
        let module = modules.of(one.canister);
        let nothing = candid::encode_args(()).expect("nothing encodes");
        if named("upgrade", operator.upgrades(one.id, module, nothing).await)? {
            count += 1;
        }
    }
    step.done(match count {
        0 => "every canister runs the module that was built".to_owned(),
        count => format!("{count} canisters upgraded to the modules that were built"),
    });
    Ok(count)
}

/// All canisters: archives before shards before front, the order in which they are upgraded.
async fn family_of(network: &Network, url: &Url) -> Result<Vec<Row>, Error> {
    let row = |canister, role: String, id| Row {
        canister,
        role,
        id,
        url: format!("{url}metrics?canisterId={id}"),
    };
    let agent = network.anonymous()?;
    let (mut archives, mut registries) = (Vec::new(), Vec::new());
    for shard in family::shards(network, &agent).await? {
        let range = shard.range.to_string();
        for archive in shard.archives {
            archives.push(row("archive", format!("log of {range}"), archive.canister));
        }
        registries.push(row("registry", format!("anchors {range}"), shard.registry));
    }
    let front = row("front", "entrance".to_owned(), network.front());
    Ok([archives, registries, vec![front]].concat())
}
