use super::*;
use ic_stable_structures::VectorMemory;

const A: OrderId = OrderId::new([1; 32]);
const B: OrderId = OrderId::new([2; 32]);
const X: OrderDigest = OrderDigest([7; 16]);
const Y: OrderDigest = OrderDigest([8; 16]);

fn at(ns: u64) -> TimestampNs {
    TimestampNs::new(ns)
}

fn empty() -> (VectorMemory, VectorMemory, OrderBook<VectorMemory>) {
    let (memory, tails) = (VectorMemory::default(), VectorMemory::default());
    let book = OrderBook::init(memory.clone(), tails.clone());
    (memory, tails, book)
}

#[test]
fn a_repeated_order_finds_its_answer_until_it_expires() {
    let (_, _, mut book) = empty();
    assert_eq!(book.look_up(&A, &X, at(0)), Seen::New);
    book.reserve(at(5)).unwrap();
    book.remember(A, X, at(5), b"seven");
    assert_eq!(
        book.look_up(&A, &X, at(5 + KEPT_NS - 1)),
        Seen::Before(b"seven".to_vec())
    );
    assert_eq!(book.look_up(&A, &X, at(5 + KEPT_NS)), Seen::New);
}

#[test]
fn the_same_id_with_other_contents_is_a_mismatch() {
    let (_, _, mut book) = empty();
    book.remember(A, X, at(5), b"");
    assert_eq!(book.look_up(&A, &Y, at(6)), Seen::Mismatch);
    assert_eq!(book.look_up(&B, &Y, at(6)), Seen::New);
}

#[test]
fn the_book_survives_an_upgrade() {
    let (memory, tails, mut book) = empty();
    book.remember(
        A,
        X,
        at(5),
        b"a longer answer, so long that it does not fit into its slot",
    );
    book.remember(B, Y, at(6), b"b");
    drop(book);
    let book = OrderBook::init(memory, tails);
    assert_eq!(
        book.look_up(&A, &X, at(7)),
        Seen::Before(b"a longer answer, so long that it does not fit into its slot".to_vec())
    );
    assert_eq!(book.look_up(&B, &Y, at(7)), Seen::Before(b"b".to_vec()));
    assert_eq!(book.look_up(&B, &X, at(7)), Seen::Mismatch);
}

#[test]
fn one_message_forgets_a_bounded_number_of_expired_orders() {
    let (_, _, mut book) = empty();
    for n in 0..50 {
        book.remember(OrderId::new([n; 32]), X, at(u64::from(n)), b"");
    }
    book.reserve(at(100 + KEPT_NS)).unwrap();
    assert_eq!(book.remembered(), 50 - PRUNED_PER_MESSAGE as u64);
    for _ in 0..50 / PRUNED_PER_MESSAGE {
        book.reserve(at(100 + KEPT_NS)).unwrap();
    }
    assert_eq!(book.remembered(), 0);
    assert!(book.index.is_empty());
}

#[test]
fn living_orders_are_not_forgotten() {
    let (_, _, mut book) = empty();
    book.remember(A, X, at(5), b"");
    book.remember(B, X, at(10), b"");
    book.reserve(at(5 + KEPT_NS)).unwrap();
    assert_eq!(book.remembered(), 1);
    assert_eq!(book.look_up(&B, &X, at(5 + KEPT_NS)), Seen::Before(vec![]));
}

#[test]
fn an_expired_id_used_again_keeps_its_new_answer_while_the_old_entry_goes() {
    let (_, _, mut book) = empty();
    book.remember(A, X, at(0), b"old");
    let later = at(KEPT_NS);
    book.remember(A, Y, later, b"new");
    book.reserve(later).unwrap();
    assert_eq!(book.remembered(), 1);
    assert_eq!(book.look_up(&A, &Y, later), Seen::Before(b"new".to_vec()));
}

#[test]
fn golden_bytes_of_an_entry() {
    let (memory, _, mut book) = empty();
    book.reserve(at(5)).unwrap();
    book.remember(A, X, at(5), &[0x19, 0x27, 0x10]);
    // The ring's header has 64 bytes, the slot begins with its length.
    let golden = [
        &[75, 0, 0, 0][..],
        &[1; 32],
        &[7; 16],
        &[0; 16],
        &[5, 0, 0, 0, 0, 0, 0, 0],
        &[0x19, 0x27, 0x10],
    ];
    assert_eq!(memory.borrow()[64..64 + 4 + 75], golden.concat());
}

#[test]
fn an_order_of_an_earlier_module_is_known_by_its_id() {
    let (memory, tails, mut book) = empty();
    book.remember(A, X, at(5), b"seven");
    drop(book);
    // Where the SHA-256 of its contents was: behind the ring's header, the slot's length and the id.
    memory.borrow_mut()[64 + 4 + 32..][..32].fill(9);
    let book = OrderBook::init(memory, tails);
    assert_eq!(book.look_up(&A, &Y, at(6)), Seen::Before(b"seven".to_vec()));
    assert_eq!(book.look_up(&B, &Y, at(6)), Seen::New);
}

#[test]
fn a_digest_is_of_the_method_and_of_all_that_is_asked_for() {
    let digest = OrderDigest::of("apply", &("some contents", 7));
    assert_eq!(digest, OrderDigest::of("apply", &("some contents", 7)));
    assert_ne!(digest, OrderDigest::of("apply", &("some contents", 8)));
    assert_ne!(digest, OrderDigest::of("apple", &("some contents", 7)));
    // Orders are remembered over upgrades, so the function is for ever, too. Computed apart from the crate, by the SipHash
    // paper's definition with its extension to 128 bits.
    let golden = [
        0x01, 0x7b, 0x40, 0x93, 0xb9, 0x89, 0xb0, 0xd9, 0x75, 0x25, 0x80, 0x21, 0x16, 0xb5, 0xf0,
        0x8e,
    ];
    assert_eq!(digest, OrderDigest(golden));
}

#[test]
fn opening_reads_no_further_than_to_what_has_expired() {
    let (memory, tails, mut book) = empty();
    for n in 0..50 {
        book.remember(OrderId::new([n; 32]), X, at(u64::from(n)), b"");
    }
    let newest = at(47 + KEPT_NS);
    book.remember(A, Y, newest, b"new");
    drop(book);
    let mut book = OrderBook::init(memory, tails);
    // Those of the times 48 and 49, and the newest, whose id an earlier one has, too.
    assert_eq!(book.index.len(), 3);
    assert_eq!(book.look_up(&A, &Y, newest), Seen::Before(b"new".to_vec()));
    for n in (0..50).filter(|n| *n != 1) {
        let seen = book.look_up(&OrderId::new([n; 32]), &X, newest);
        let is_there = n >= 48;
        assert_eq!(matches!(seen, Seen::Before(_)), is_there, "{n}");
    }
    for _ in 0..50 {
        book.reserve(newest).unwrap();
    }
    assert_eq!(book.remembered(), 3);
    assert_eq!(book.index.len(), 3);
}
