use super::*;

#[test]
fn a_page_ends_before_it_outgrows_a_message() {
    let mut page = Page::with_places(2_000);
    let taken = (0..2_000).filter(|_| page.takes(300_000)).count();
    assert_eq!(
        taken, 4,
        "three are below a million bytes, the fourth crosses it"
    );
    let mut page = Page::with_places(2_000);
    assert!(page.takes(5_000_000), "a reader must get on");
    assert!(!page.takes(1));
}

#[test]
fn a_page_has_no_more_than_its_places() {
    let mut page = Page::with_places(3);
    assert_eq!((0..10).filter(|_| page.takes(1)).count(), 3);
    assert_eq!(page.places_left(), 0);
    assert!(!Page::with_places(0).takes(1));
}
