use super::*;

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn what_makes_no_sense_is_refused() {
    for arguments in [
        &["anchorage", "local", "--shards", "0"][..],
        &["anchorage", "local", "--port", "0"],
        &["anchorage", "audit"],
        &["anchorage", "repair"],
        &["anchorage", "repair", "--network", "ic", "--shard", "no id"],
        &["anchorage", "demo", "--network", "ic", "--front", "no id"],
    ] {
        assert!(Cli::try_parse_from(arguments).is_err(), "{arguments:?}");
    }
}
