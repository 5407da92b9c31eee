//! Who may call what: every method of every canister, called as everybody who could call it, gives what the table in
//! `docs/access.md` says. Methods come from the `.did` files, so a new one without a row is found.

mod arguments;
mod calls;

use anchorage_tests::family::{Family, Person, Setup, operator, stranger};
use calls::{Relay, Sent, between_canisters, outcome, send};
use candid::types::FuncMode;
use candid_parser::utils::{CandidSource, instantiate_candid};
use std::collections::BTreeMap;
use types::Principal;
use types::registry::{ArchiveLink, ConfigureError};

const TABLE: &str = include_str!("../../../docs/access.md");
const CANISTERS: [(Which, &str); 3] = [
    (
        Which::Front,
        include_str!("../../../canisters/front/front.did"),
    ),
    (
        Which::Registry,
        include_str!("../../../canisters/registry/registry.did"),
    ),
    (
        Which::Archive,
        include_str!("../../../canisters/archive/archive.did"),
    ),
];

/// Who calls, in the order of the columns.
const CALLERS: [&str; 8] = [
    "anonymous",
    "stranger",
    "user",
    "controller",
    "front",
    "registry",
    "archive",
    "canister",
];

/// A canister of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Front,
    Registry,
    Archive,
}

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CalledAs {
    Update,
    Query,
}

impl CalledAs {
    const fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Query => "query",
        }
    }
}

/// A family with one user, everybody's principals, and a canister that passes calls on.
struct Stage<'a> {
    family: &'a Family,
    user: Person<'a>,
    relay: Relay<'a>,
}

impl Stage<'_> {
    fn id(&self, which: Which) -> Principal {
        match which {
            Which::Front => self.family.front,
            Which::Registry => self.family.shards[0].registry,
            Which::Archive => self.family.shards[0].archive,
        }
    }

    fn principal(&self, caller: &str) -> Principal {
        match caller {
            "anonymous" => Principal::anonymous(),
            "stranger" => stranger(),
            "user" => self.user.caller,
            "controller" => operator(),
            "front" => self.id(Which::Front),
            "registry" => self.id(Which::Registry),
            "archive" => self.id(Which::Archive),
            "canister" => self.relay.id(),
            other => unreachable!("{other} is no column"),
        }
    }
}

/// What the table says: canister, method, way to call; then a cell for each caller.
fn documented() -> BTreeMap<String, Vec<String>> {
    let rows = TABLE.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let row = cells.len() == CALLERS.len() + 5 && cells[2].starts_with('`');
        row.then(|| {
            let name = cells[1..4].join(" ").replace('`', "");
            let cells = cells[4..cells.len() - 1].iter();
            (name, cells.map(|cell| (*cell).to_owned()).collect())
        })
    });
    let rows: Vec<(String, Vec<String>)> = rows.collect();
    let count = rows.len();
    let table: BTreeMap<_, _> = rows.into_iter().collect();
    assert_eq!(table.len(), count, "a row is there twice");
    table
}

/// Names of methods, and whether they are queries.
fn methods(did: &str) -> Vec<(String, bool)> {
    let (_, (types, service)) = instantiate_candid(CandidSource::Text(did)).expect("valid Candid");
    let methods = types.as_service(&service).expect("a service").iter();
    let methods = methods.map(|(name, function)| {
        let function = types.as_func(function).expect("a function");
        let is_query = matches!(
            function.modes[..],
            [FuncMode::Query | FuncMode::CompositeQuery]
        );
        (name.clone(), is_query)
    });
    methods.collect()
}

#[test]
fn every_method_answers_every_caller_as_the_table_says() {
    let family = Setup::default().max_devices(40).deploy();
    let stage = Stage {
        family: &family,
        user: family.register("alice"),
        relay: Relay::install(&family),
    };
    arguments::prepare(&stage);
    let mut documented = documented();
    let mut wrong = Vec::new();
    for (which, did) in CANISTERS {
        for (method, is_query) in methods(did) {
            let ways: &[CalledAs] = if is_query {
                &[CalledAs::Query, CalledAs::Update]
            } else {
                &[CalledAs::Update]
            };
            for way in ways {
                let name = format!("{which:?} {method} {}", way.name()).to_lowercase();
                // All are sent before the first one is answered, which saves most of the rounds.
                let sent: Vec<Sent> = CALLERS
                    .iter()
                    .map(|caller| {
                        let argument = arguments::of(&stage, which, &method, caller);
                        if *caller != "canister" {
                            send(&stage, which, &method, *way, caller, argument)
                        } else if *way == CalledAs::Update {
                            let word = between_canisters(&stage, which, &method, &argument);
                            Sent::Answered(word)
                        } else {
                            // Canisters send no queries.
                            Sent::Answered("-".to_owned())
                        }
                    })
                    .collect();
                let sent = sent.into_iter();
                let cells: Vec<String> = sent
                    .map(|sent| outcome(&stage, which, &method, sent))
                    .collect();
                if documented.remove(&name).as_ref() != Some(&cells) {
                    let which = format!("{which:?}").to_lowercase();
                    let cells = cells.join(" | ");
                    wrong.push(format!(
                        "| {which} | `{method}` | {} | {cells} |",
                        way.name()
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "docs/access.md has other rows, or none, for\n{}",
        wrong.join("\n")
    );
    assert!(documented.is_empty(), "no such methods: {documented:?}");
}

type Configured = Result<(), ConfigureError>;

/// What is read of it would stay in the heap, and no inspection sees the calls of canisters.
#[test]
fn large_arguments_for_controllers_are_read_from_controllers_only() {
    let family = Setup::default().deploy();
    let relay = Relay::install(&family);
    let shard = family.shards[0].registry;
    let link = ArchiveLink {
        canister: family.shards[0].archive,
        in_service: true,
    };
    let links = candid::encode_one(vec![link; 2_000]).expect("plain data");
    assert!(links.len() > 16_384);
    let (code, words) = relay.calls(shard, "set_archives", &links).unwrap_err();
    assert_eq!(code, 5, "{words}");
    assert!(words.contains("at most 16384 are read"), "{words}");
    let few = candid::encode_one(vec![link]).expect("plain data");
    let refused = relay
        .calls(shard, "set_archives", &few)
        .expect("a typed error");
    let refused: Configured = candid::decode_one(&refused).expect("the method's answer");
    assert!(matches!(refused, Err(ConfigureError::NotController { .. })));
    // The same archive 2,000 times, which the shard says.
    let network = &family.network;
    let answer = network.update_call(shard, operator(), "set_archives", links);
    let answer: Configured =
        candid::decode_one(&answer.expect("read")).expect("the method's answer");
    assert!(answer.is_err(), "{answer:?}");
}
