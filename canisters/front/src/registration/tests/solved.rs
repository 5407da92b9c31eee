//! Registrations with a captcha that is solved: the keys of the challenges are in reach here, and what a picture shows
//! follows from it.

use super::*;
use crate::challenge::LIFE_NS;
use crate::challenge::tests::solution;

const TOKENS: u64 = 5;
const BAD: Answered = Ok(RegisterResponse::BadChallenge);

/// A front that asks for captchas, with the right solution of one.
fn solved() -> Scene {
    let mut scene = scene(&[1]);
    scene.limit(TOKENS);
    scene.captcha(CaptchaMode::Enabled);
    scene.takes_a_picture_and_solves_it();
    scene
}

impl Scene {
    fn takes_a_picture_and_solves_it(&mut self) {
        assert!(!self.challenged().is_empty(), "a picture");
        let state = self.state.borrow();
        let known = state.randomness.as_ref().expect("a challenge was issued");
        let key = &self.solution.key;
        let id = known.challenges.identify(key, self.mock.now());
        self.solution.chars = solution(&known.challenges, id.expect("it lives"));
    }

    /// Nothing was taken from the bucket, and no shard was asked.
    fn has_cost_nothing(&self) {
        assert_eq!(self.tokens(), TOKENS);
        assert!(self.mock.called().is_empty());
    }
}

#[test]
fn a_right_solution_registers_one_device_for_one_token() {
    let scene = solved();
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    assert_eq!(scene.tokens(), TOKENS - 1);
    assert_eq!(scene.order(0).device, device(1));
    // Whoever repeats the call is told the same number, by the same order.
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    assert_eq!(scene.order(1).order, scene.order(0).order);
    // For everything else the solution is spent: another device, or somebody else with the same one.
    assert_eq!(scene.register(2), BAD);
    let stranger = device(2).pubkey.principal();
    let of_a_stranger = Registration {
        caller: stranger,
        temporary_key: Some(stranger),
        ..scene.registration(1)
    };
    assert_eq!(scene.register_with(of_a_stranger), BAD);
    assert_eq!(scene.tokens(), TOKENS - 1);
    assert_eq!(scene.mock.called().len(), 2);
}

#[test]
fn what_is_typed_may_have_capitals_and_blanks_around_it() {
    let mut scene = solved();
    scene.solution.chars = format!(" {} ", scene.solution.chars.to_uppercase());
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
}

#[test]
fn a_right_solution_is_good_for_five_minutes() {
    let scene = solved();
    scene.mock.pass(LIFE_NS);
    assert_eq!(scene.register(1), BAD);
    scene.has_cost_nothing();

    let scene = solved();
    scene.mock.pass(LIFE_NS - 1);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    // Later even the same call is nothing but an old solution.
    scene.mock.pass(1);
    assert_eq!(scene.register(1), BAD);
    assert_eq!(scene.tokens(), TOKENS - 1);
}

#[test]
fn a_right_solution_comes_too_late_after_a_wrong_one() {
    let mut scene = solved();
    let right = std::mem::replace(&mut scene.solution.chars, "wrong".to_owned());
    assert_eq!(scene.register(1), BAD);
    scene.solution.chars = right;
    assert_eq!(scene.register(1), BAD);
    scene.has_cost_nothing();
}

#[test]
fn a_solution_is_right_for_its_own_challenge_only() {
    let mut scene = solved();
    let of_the_first = scene.solution.chars.clone();
    scene.takes_a_picture_and_solves_it();
    assert_ne!(scene.solution.chars, of_the_first);
    scene.solution.chars = of_the_first;
    assert_eq!(scene.register(1), BAD);
    scene.has_cost_nothing();
}

#[test]
fn if_the_shard_was_busy_the_same_caller_solves_it_again() {
    let scene = solved();
    scene.mock.will_answer(0, MAINTENANCE);
    assert!(matches!(scene.register(1), Err(Refusal::ShardBusy { .. })));
    assert_eq!(scene.tokens(), TOKENS);
    // Knowing the solution does not help anybody else.
    assert_eq!(scene.register(2), BAD);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    assert_eq!(scene.tokens(), TOKENS - 1);

    let mut scene = solved();
    scene.mock.will_answer(0, MAINTENANCE);
    assert!(matches!(scene.register(1), Err(Refusal::ShardBusy { .. })));
    let right = std::mem::replace(&mut scene.solution.chars, "wrong".to_owned());
    assert_eq!(scene.register(1), BAD);
    scene.solution.chars = right;
    assert_eq!(scene.register(1), BAD);
    assert_eq!(scene.tokens(), TOKENS);
}

#[test]
fn a_right_solution_from_before_an_upgrade_is_bad() {
    let mut scene = solved();
    let before = scene.solution.clone();
    scene.state.borrow_mut().randomness = None;
    scene.takes_a_picture_and_solves_it();
    scene.solution = before;
    assert_eq!(scene.register(1), BAD);
    scene.has_cost_nothing();
}
