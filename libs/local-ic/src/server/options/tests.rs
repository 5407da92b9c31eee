use super::Options;
use clap::Parser;
use clap::error::ErrorKind;
use std::path::Path;

fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
    Options::try_parse_from([&["local-ic"], arguments].concat())
}

#[test]
fn the_version_is_what_clients_look_for() {
    let shown = parse(&["--version"]).unwrap_err();
    assert_eq!(shown.kind(), ErrorKind::DisplayVersion);
    assert_eq!(shown.to_string(), "pocket-ic-server 16.1.0\n");
}

#[test]
fn without_flags() {
    let options = parse(&[]).unwrap();
    assert_eq!((options.port, options.ttl, options.hard_ttl), (0, 60, None));
    assert!(options.ip_addr.is_loopback());
    assert_eq!(options.port_file, None);
}

#[test]
fn flags_of_the_rust_client() {
    let options = parse(&[
        "--ttl",
        "5",
        "--hard-ttl",
        "7",
        "--port-file",
        "/tmp/p.port",
    ])
    .unwrap();
    assert_eq!((options.ttl, options.hard_ttl), (5, Some(7)));
    assert_eq!(options.port_file.as_deref(), Some(Path::new("/tmp/p.port")));
}

#[test]
fn flags_of_dfx() {
    let options = parse(&[
        "--port",
        "8000",
        "--port-file",
        "f",
        "--ttl",
        "2592000",
        "--log-levels",
        "error",
    ])
    .unwrap();
    assert_eq!((options.port, options.ttl), (8000, 2_592_000));
    assert_eq!(options.log_levels, "error");
}

#[test]
fn flags_that_mean_nothing_here_are_refused() {
    let error = parse(&["--mainnet-routing-table", "x"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownArgument);
}
