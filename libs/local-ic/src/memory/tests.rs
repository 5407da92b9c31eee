use super::*;

#[test]
fn reads_zero_where_nothing_was_written() {
    let mut out = [7; 10];
    PageMap::default().read(4090, &mut out);
    assert_eq!(out, [0; 10]);
}

#[test]
fn writes_across_pages_and_chunks() {
    let mut map = PageMap::default();
    let offset = (CHUNK_PAGES * PAGE_BYTES - 3) as u64;
    map.write(offset, b"abcdef");
    let mut out = [0; 8];
    map.read(offset - 1, &mut out);
    assert_eq!(&out, b"\0abcdef\0");
    assert_eq!(
        map.pages().map(|(page, _)| page).collect::<Vec<_>>(),
        [511, 512]
    );
}

#[test]
fn a_clone_does_not_see_later_writes() {
    let mut map = PageMap::default();
    map.write(0, b"before");
    let clone = map.clone();
    map.write(0, b"after!");
    map.set_page(9, &[1; PAGE_BYTES]);
    let mut out = [0; 6];
    clone.read(0, &mut out);
    assert_eq!(&out, b"before");
    assert_eq!(map.differing_pages(&clone), [0, 9]);
    assert_ne!(map, clone);
}

#[test]
fn set_page_on_a_shared_page_leaves_the_other_owner_alone() {
    let mut map = PageMap::default();
    map.set_page(0, &[1; PAGE_BYTES]);
    let clone = map.clone();
    map.set_page(0, &[2; PAGE_BYTES]);
    assert_eq!(clone.page(0).unwrap()[0], 1);
}

#[test]
fn survives_serialisation_and_drops_zero_pages() {
    let mut map = PageMap::default();
    map.write(5000, b"x");
    map.set_page(700, &[0; PAGE_BYTES]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&map, &mut bytes).unwrap();
    let back: PageMap = ciborium::from_reader(&bytes[..]).unwrap();
    assert_eq!(back, map);
    assert_eq!(back.pages().count(), 1);
}
