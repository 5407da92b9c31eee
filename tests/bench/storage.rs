//! The structures that could hold the anchors, and the encodings of their records: printed, and not compared with a file.

use crate::meter;
use crate::state::device;
use anchorage_tests::family::{Family, Role, Setup, operator};
use candid::{CandidType, Deserialize};
use types::Principal;

/// A record of three passkeys.
const RECORD_BYTES: usize = 720;
/// Records that one message adds.
const PER_MESSAGE: u64 = 20_000;

#[derive(CandidType, Clone, Copy, Debug)]
enum Kind {
    Slots,
    Vec,
    Map,
}

#[derive(CandidType)]
struct Wish {
    kind: Kind,
    records: u64,
    present: u64,
    record: serde_bytes::ByteBuf,
}

#[derive(CandidType, Debug, Deserialize)]
struct Encoding {
    name: String,
    bytes: u64,
    write: u64,
    read: u64,
}

#[derive(CandidType, Debug, Deserialize)]
struct Measured {
    add: u64,
    read: u64,
    write: u64,
    pages: u64,
}

/// Prints a line for each encoding of three passkeys.
pub(crate) fn encodings() {
    let family = Setup::default().deploy();
    let devices = [1, 2, 3].map(|number| device(number).data);
    let argument = candid::encode_one(&devices[..]).expect("plain data");
    let shard = family.id(Role::Registry(0));
    let query = family
        .network
        .query_call(shard, operator(), "bench_encodings", argument);
    let encodings: Vec<Encoding> =
        candid::decode_one(&query.expect("an answer")).expect("its own answer");
    println!("encoding                   bytes     write      read");
    for Encoding {
        name,
        bytes,
        write,
        read,
    } in encodings
    {
        println!("{name:<22}{bytes:>10}{write:>10}{read:>10}");
    }
}

/// Prints a line for each structure and size.
pub(crate) fn candidates(sizes: &[u64]) {
    println!("structure      records       add      read     write  bytes per record");
    for kind in [Kind::Slots, Kind::Vec, Kind::Map] {
        let family = Setup::default().deploy();
        let mut present = 0;
        for size in sizes {
            let mut last = None;
            while present < *size {
                let records = (size - present).min(PER_MESSAGE);
                last = Some(adds(&family, kind, records, present));
                present += records;
            }
            let Measured {
                add,
                read,
                write,
                pages,
            } = last.expect("sizes grow");
            let bytes = pages * 65_536 / size;
            let kind = format!("{kind:?}");
            println!("{kind:<10}{size:>12}{add:>10}{read:>10}{write:>10}{bytes:>10}");
        }
    }
}

fn adds(family: &Family, kind: Kind, records: u64, present: u64) -> Measured {
    let wish = Wish {
        kind,
        records,
        present,
        record: serde_bytes::ByteBuf::from(vec![7; RECORD_BYTES]),
    };
    let controller: Principal = operator();
    let ((measured,), _): ((Measured,), u64) = meter::call(
        family,
        Role::Registry(0),
        controller,
        "bench_storage",
        (wish,),
    );
    measured
}
