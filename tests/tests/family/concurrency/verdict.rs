//! What must hold, whatever happened in between.

use super::operations::{self, Call, DAPP, REGISTRATIONS, Wish, device};
use super::run::{Outcome, Run};
use anchorage_tests::family::{Device, ask, stranger};
use oplog::{Operation, Tx};
use std::collections::{BTreeMap, BTreeSet};
use types::AnchorNumber;

/// All answers are there so many nanoseconds after the calls.
const UNTIL_ANSWERED_NS: u64 = 10 * 60 * 1_000_000_000;

/// Every block that there is: whose change, and which.
type Log = Vec<Tx>;

impl Run {
    /// Answers, logs, public state and metrics agree.
    pub(super) fn is_consistent(&self) {
        let latecomer = self.registers_a_latecomer();
        let log = self.audits();
        self.numbers_are_given_once(&log, latecomer);
        self.each_confirmed_change_has_one_block(&log);
        self.strangers_got_nothing(&log);
        self.pseudonyms_are_the_same();
        self.delegations_end_in_time();
        self.nothing_is_left_open();
    }

    fn audits(&self) -> Log {
        let mut log = Vec::new();
        for shard in 0..self.family.shards.len() {
            self.family.waits_until_archived(shard);
            let audited = self.family.audits(shard);
            assert_eq!(audited.archived, audited.blocks.len());
            // Invariant 3: what was there before is what it was.
            let before = self.tips[shard];
            let last = usize::try_from(before.log_length).expect("a short log") - 1;
            assert_eq!(Some(audited.hashes[last]), before.last_hash);
            log.extend(
                audited
                    .blocks
                    .iter()
                    .map(|block| block.tx().expect("readable")),
            );
        }
        log
    }

    /// Calls, with all answers that each got.
    fn answered(&self) -> impl Iterator<Item = (&Call, &[Outcome])> {
        let outcomes = self.outcomes.iter().map(Vec::as_slice);
        self.calls.iter().zip(outcomes)
    }

    /// Invariant 1.
    fn numbers_are_given_once(&self, log: &Log, latecomer: AnchorNumber) {
        let mut registered: BTreeMap<AnchorNumber, &Tx> = BTreeMap::new();
        for tx in log {
            if matches!(tx.operation, Operation::Register { .. }) {
                let twice = registered.insert(tx.anchor, tx);
                assert!(twice.is_none(), "{} was given twice", tx.anchor);
            }
        }
        assert!(registered.contains_key(&latecomer));
        // A number that somebody was told is the number of a block with their device. Who was told of one by several
        // calls, because the same call was made twice, was told the same.
        let mut told: BTreeMap<&str, AnchorNumber> = BTreeMap::new();
        for (call, outcomes) in self.answered() {
            let Wish::Register { name } = &call.wish else {
                continue;
            };
            for outcome in outcomes {
                let Outcome::Registered(anchor) = outcome else {
                    continue;
                };
                assert_eq!(told.entry(name).or_insert(*anchor), anchor, "{name}");
                let tx = registered[anchor];
                let of_block = matches!(&tx.operation, Operation::Register { device, .. }
                    if device.pubkey == Device::new(name).data.pubkey);
                assert!(of_block, "{anchor} is {name}'s");
            }
        }
        // Nobody has two anchors, and nobody has one that they were not told of, unless front forgot the challenge in an
        // upgrade before the outcome was known.
        let unheard: BTreeSet<&str> = self
            .answered()
            .filter(|(_, outcomes)| outcomes.contains(&Outcome::Unknown))
            .filter_map(|(call, _)| match &call.wish {
                Wish::Register { name } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        for name in (0..REGISTRATIONS).map(operations::newcomer) {
            let key = Device::new(&name).data.pubkey;
            let of_newcomer = registered.values().filter(|tx| {
                matches!(&tx.operation, Operation::Register { device, .. } if device.pubkey == key)
            });
            let (found, name) = (of_newcomer.count(), name.as_str());
            if told.contains_key(name) {
                assert_eq!(found, 1, "anchors of {name}");
            } else {
                assert!(found <= usize::from(unheard.contains(name)), "{name}");
            }
        }
    }

    /// Invariant 2, beside the replay of the audit.
    fn each_confirmed_change_has_one_block(&self, log: &Log) {
        let mut of_calls = 0;
        for (call, outcomes) in self.answered() {
            let Some(anchor) = call.anchor else { continue };
            let is_of = |operation: &Operation| match (&call.wish, operation) {
                (Wish::Add { key }, Operation::Add { device })
                | (Wish::Update { key }, Operation::Update { device }) => device.pubkey == *key,
                (Wish::Replace { old, new }, Operation::Replace { old: from, device }) => {
                    from == old && device.pubkey == *new
                }
                (Wish::Remove { key }, Operation::Remove { key: removed }) => removed == key,
                _ => false,
            };
            let of_call = log.iter().filter(|tx| {
                tx.anchor == anchor && tx.caller == call.caller && is_of(&tx.operation)
            });
            let blocks = of_call.count();
            of_calls += blocks;
            let last = outcomes.last().expect("an answer");
            let was_unknown = outcomes.contains(&Outcome::Unknown);
            let what = format!("{:?} of {anchor}: {outcomes:?}", call.wish);
            match (&call.wish, last) {
                (Wish::LogIn { .. }, _) => assert_eq!(blocks, 0, "{what}"),
                // An update that is made twice has two blocks; nobody can tell whether the first one was done.
                (Wish::Update { .. }, Outcome::Changed) if was_unknown => {
                    assert!((1..=2).contains(&blocks), "{what}");
                }
                (_, Outcome::Changed) => assert_eq!(blocks, 1, "{what}"),
                // "Already exists" and "not found" mean then that it was done.
                (_, Outcome::Refused(_)) if was_unknown && call.caller != stranger() => {
                    assert_eq!(blocks, 1, "{what}");
                }
                (_, Outcome::Refused(_)) => assert_eq!(blocks, 0, "{what}"),
                other => panic!("{other:?}"),
            }
        }
        // And no block is of something that nobody asked for.
        let of_people = self.people.iter().copied().collect::<BTreeSet<_>>();
        let changes = log.iter().filter(|tx| of_people.contains(&tx.anchor));
        let before = (1 + 3) * of_people.len();
        assert_eq!(changes.count(), before + of_calls);
    }

    /// Invariant 6.
    fn strangers_got_nothing(&self, log: &Log) {
        assert!(log.iter().all(|tx| tx.caller != stranger()));
        let words = format!("{} could not be authenticated.", stranger());
        for (call, outcomes) in self.answered() {
            let last = outcomes.last().expect("an answer");
            if call.caller == stranger() {
                assert_eq!(*last, Outcome::Refused(words.clone()));
            } else if matches!(call.wish, Wish::LogIn { .. }) {
                assert!(matches!(last, Outcome::LoggedIn { .. }), "{last:?}");
            }
        }
    }

    /// Invariant 5.
    fn pseudonyms_are_the_same(&self) {
        let mut keys: BTreeMap<AnchorNumber, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for (call, outcomes) in self.answered() {
            for outcome in outcomes {
                if let (Some(anchor), Outcome::LoggedIn { key, .. }) = (call.anchor, outcome) {
                    keys.entry(anchor)
                        .or_default()
                        .insert(key.as_slice().to_vec());
                }
            }
        }
        assert_eq!(keys.len(), self.people.len());
        let different: BTreeSet<_> = keys.values().flatten().collect();
        assert_eq!(different.len(), keys.len(), "one for each anchor");
        for (person, &anchor) in self.people.iter().enumerate() {
            let third = device(person, "third").principal();
            let prepared = self.family.claim(anchor, third).prepares(DAPP).succeeds();
            prepared.is_signed();
            assert!(keys[&anchor].contains(prepared.user_key.as_slice()));
        }
    }

    /// Invariant 6: no delegation lives longer than allowed, and one for which that was wished lives as long.
    fn delegations_end_in_time(&self) {
        let config = ask(self.family.front().config()).succeeds();
        let longest = config.max_delegation_ttl_ns.expect("there is a limit");
        for (call, outcomes) in self.answered() {
            let Wish::LogIn { wished } = call.wish else {
                continue;
            };
            for outcome in outcomes {
                let Outcome::LoggedIn { lives_for, .. } = outcome else {
                    continue;
                };
                assert!(*lives_for <= longest, "{lives_for} of {longest}");
                let is_long = longest - lives_for < UNTIL_ANSWERED_NS;
                assert_eq!(is_long, wished.is_some(), "{lives_for} of {longest}");
            }
        }
    }

    /// Invariant 8.
    fn nothing_is_left_open(&self) {
        let metrics = self.family.scrapes(anchorage_tests::family::Role::Front);
        for shard in &self.family.shards {
            let id = shard.registry.to_text();
            let open = metrics.value("anchorage_shard_open_calls", &[("shard", &id)]);
            assert!(open < 0.5, "{open} calls to {id} are open");
        }
    }
}
