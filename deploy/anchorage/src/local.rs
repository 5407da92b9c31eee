//! A family on an embedded Internet Computer, for a laptop: started, tried, audited, served.

mod deploy;
mod modules;
mod operator;
mod server;

use crate::audit;
use crate::cli::Local;
use crate::demo::{self, Shows, named};
use crate::error::Error;
use crate::family;
use crate::network::{self, Network};
use crate::output::{Output, Shown, Step};
use crate::record::Record;
use ic_agent::identity::BasicIdentity;
use modules::Modules;
use operator::Operator;
use serde::Serialize;
use server::{End, Server};
use std::path::{Path, PathBuf};
use types::Principal;
use url::Url;

/// How long the first operations may take to be archived.
const ARCHIVE_SECONDS: u64 = 120;
/// How many shards there are, unless something else is asked for.
const SHARDS: u16 = 2;
/// Where the network's state is in a state directory.
const STATE: &str = "network";
/// What is known of the family in a state directory.
const FAMILY: &str = "family.json";

/// What runs where, and what was tried.
#[derive(Debug, Serialize)]
struct Running {
    url: String,
    operator_key: PathBuf,
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
        lines.push(format!("network       {}", self.url));
        lines.push(format!("operator key  {}", self.operator_key.display()));
        lines
    }
}

/// Starts everything, tries it, and serves until it is told to end.
pub(crate) async fn run(home: &Path, options: &Local, output: Output) -> Result<(), Error> {
    let modules = named("modules", Modules::read(&options.wasm_dir))?;
    let url = network::parse(&format!("http://127.0.0.1:{}", options.port))?;
    let known = match &options.state_dir {
        Some(dir) => known_family(dir, options.shards)?,
        None => None,
    };
    // The key belongs to the canisters: it is kept with them.
    let (key_path, operator) = operator::key(options.state_dir.as_deref().unwrap_or(home))?;

    let mut end = End::new()?;
    let step = Step::begin("starting the embedded Internet Computer");
    let state = options.state_dir.as_ref().map(|dir| dir.join(STATE));
    let server = Server::start(options.server.as_deref(), options.port, state.as_deref());
    let mut server = named("server", server.await)?;
    step.done(format!("the embedded Internet Computer runs at {url}"));

    let begun = Begun {
        url: &url,
        place: server.place(),
        modules: &modules,
        operator_key: &key_path,
        options,
    };
    let outcome = tokio::select! {
        running = begun.bring_up(home, operator, known) => {
            running.map(|running| output.result(&running))
        }
        () = end.asked() => Err(Error::Interrupted),
        error = server.ended() => Err(error),
    };
    let outcome = match outcome {
        Ok(()) if !options.exit => {
            eprintln!("serving until Ctrl-C");
            tokio::select! {
                () = end.asked() => Ok(()),
                error = server.ended() => Err(error),
            }
        }
        outcome => outcome,
    };
    // Also after a failure: what there is is saved, and nothing stays behind.
    let step = Step::begin("ending");
    let ended = named("end of the server", server.end().await);
    if let (Ok(()), Some(dir)) = (&ended, &options.state_dir) {
        remember_family(home, &url, dir)?;
        step.done(format!("ended; the state is in {}", dir.display()));
    } else if ended.is_ok() {
        step.done("ended");
    }
    outcome.and(ended)
}

/// A network on which there may be a family already.
struct Begun<'a> {
    url: &'a Url,
    /// Where canisters are created.
    place: Principal,
    modules: &'a Modules,
    operator_key: &'a Path,
    options: &'a Local,
}

impl Begun<'_> {
    /// Deploys or upgrades the family, tries it and audits it.
    async fn bring_up(
        &self,
        home: &Path,
        operator: BasicIdentity,
        known: Option<Record>,
    ) -> Result<Running, Error> {
        let root_key = named("server", network::fetch_root_key(self.url).await)?;
        let operator = Operator::new(self.url, &root_key, operator)?;
        let record = match known {
            Some(record) => record,
            None => self.deploy(&operator, &root_key).await?,
        };
        let mut network = Network::new(home, self.url, root_key, record)?;
        let upgraded = bring_up_to_date(&network, &operator, self.modules).await?;
        let demo = demo::run(&network, ARCHIVE_SECONDS).await?;
        let audit = audit::run(&mut network).await?;
        Ok(Running {
            url: self.url.to_string(),
            operator_key: self.operator_key.to_owned(),
            upgraded,
            canisters: table(&network, self.url).await?,
            demo,
            audit,
        })
    }

    async fn deploy(&self, operator: &Operator, root_key: &[u8]) -> Result<Record, Error> {
        let Self {
            place,
            modules,
            options,
            ..
        } = self;
        let shards = options.shards.unwrap_or(SHARDS);
        let step = Step::begin("deploying the family");
        let gateway = format!("http://127.0.0.1:{}", options.port);
        let deployed = deploy::family(operator, *place, modules, shards, gateway).await;
        let record = Record {
            front: named("deployment", deployed)?,
            root_key: hex::encode(root_key),
            tips: [].into(),
        };
        // At once: should this program be killed, the server still saves.
        if let Some(dir) = &options.state_dir {
            record.write(&dir.join(FAMILY))?;
        }
        step.done(format!(
            "front, {shards} shards and an archive for each deployed"
        ));
        Ok(record)
    }
}

/// The family that a state directory holds; `None` if it is new.
fn known_family(dir: &Path, shards: Option<u16>) -> Result<Option<Record>, Error> {
    let state = dir.join(STATE);
    std::fs::create_dir_all(&state).map_err(Error::file(&state))?;
    let mut entries = std::fs::read_dir(&state).map_err(Error::file(&state))?;
    if entries.next().is_none() {
        return Ok(None);
    }
    if shards.is_some() {
        return Err(Error::ShardsOfState(dir.to_owned()));
    }
    match Record::read(&dir.join(FAMILY))? {
        Some(record) => Ok(Some(record)),
        None => Err(Error::UnknownState(dir.to_owned())),
    }
}

/// Writes beside the saved state what is known of it: also the tips of audits that were made meanwhile.
fn remember_family(home: &Path, url: &Url, dir: &Path) -> Result<(), Error> {
    match Record::read(&network::record_path(home, url))? {
        Some(record) => record.write(&dir.join(FAMILY)),
        None => Ok(()),
    }
}

/// Installs the modules wherever another one runs.
async fn bring_up_to_date(
    network: &Network,
    operator: &Operator,
    modules: &Modules,
) -> Result<usize, Error> {
    let step = Step::begin("comparing the canisters with the modules");
    let mut count = 0;
    for one in named("upgrade", family_of(network).await)? {
        let module = modules.of(one.canister);
        if named("upgrade", operator.upgrades(one.id, module).await)? {
            count += 1;
        }
    }
    step.done(match count {
        0 => "every canister runs the module that was built".to_owned(),
        count => format!("{count} canisters upgraded to the modules that were built"),
    });
    Ok(count)
}

async fn table(network: &Network, url: &Url) -> Result<Vec<Row>, Error> {
    let mut rows = family_of(network).await?;
    rows.reverse();
    for row in &mut rows {
        row.url = format!("{url}metrics?canisterId={}", row.id);
    }
    Ok(rows)
}

/// All canisters: archives before shards before front, the order in which they are upgraded.
async fn family_of(network: &Network) -> Result<Vec<Row>, Error> {
    let row = |canister, role: String, id| Row {
        canister,
        role,
        id,
        url: String::new(),
    };
    let agent = network.anonymous()?;
    let (mut archives, mut registries) = (Vec::new(), Vec::new());
    for shard in family::shards(network, &agent).await? {
        let range = shard.range.to_string();
        for archive in shard.archives {
            archives.push(row("archive", format!("log of {range}"), archive));
        }
        registries.push(row("registry", format!("anchors {range}"), shard.registry));
    }
    let front = row("front", "entrance".to_owned(), network.front());
    Ok([archives, registries, vec![front]].concat())
}
