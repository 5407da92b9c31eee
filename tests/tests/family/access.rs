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

/// What is read of it would stay in the heap, and no inspection sees the calls of canisters.
#[test]
fn large_arguments_for_controllers_are_read_from_controllers_only() {
    let family = Setup::default().deploy();
    let relay = Relay::install(&family);
    let (front, shard) = (family.front, family.shards[0].registry);
    // Of none of these methods, which is said only after they were read.
    let large = candid::encode_one(vec!["text"; 5_000]).expect("plain data");
    let too_large = "at most 16384 are read";
    for (canister, method) in [
        (front, "set_routing"),
        (shard, "set_archives"),
        (shard, "configure"),
        (shard, "repair"),
        (shard, "declare_lost"),
    ] {
        let (code, words) = relay.calls(canister, method, &large).unwrap_err();
        assert_eq!(code, 5, "{method}: {words}");
        assert!(words.contains(too_large), "{method}: {words}");
        let network = &family.network;
        let answer = network.update_call(canister, operator(), method, large.clone());
        let words = answer.unwrap_err().reject_message;
        assert!(words.contains("argument 1: expected"), "{method}: {words}");
    }
}

/// The stack of a module is smaller than that of a test.
#[test]
fn what_is_skipped_may_be_as_deep_as_is_allowed() {
    let family = Setup::default().deploy();
    let shard = family.shards[0].registry;
    // A number, and an `opt` of itself, each with another one in it, the last one empty.
    let deep = |depth: usize| {
        let types = b"DIDL\x01\x6e\x00\x02\x78\x00";
        let number = 10_000_u64.to_le_bytes();
        [&types[..], &number, &vec![1; depth], &[0]].concat()
    };
    let asked = |depth: usize| {
        let caller = Principal::anonymous();
        let network = &family.network;
        network.query_call(shard, caller, "lookup", deep(depth))
    };
    asked(499).expect("500 values are skipped");
    let refused = asked(500).unwrap_err().reject_message;
    assert!(
        refused.contains("more unknown fields than are skipped"),
        "{refused}"
    );
}
