//! What the cases are compared with.

/// A case and its columns.
pub(crate) struct Target {
    /// Its name.
    pub(crate) case: &'static str,
    /// Internet Identity's canister of November 2022 in an instruction meter of our own.
    pub(crate) original: Option<u64>,
    /// What a good implementation reaches.
    pub(crate) sound: u64,
    /// What we want.
    pub(crate) aim: u64,
}

const fn target(case: &'static str, original: u64, sound: u64, aim: u64) -> Target {
    Target {
        case,
        original: Some(original),
        sound,
        aim,
    }
}

/// Every case that has targets.
pub(crate) const TARGETS: [Target; 17] = [
    target("register", 3_970_000, 300_000, 220_000),
    target("add_third_device", 4_800_000, 250_000, 200_000),
    target("authenticate", 1_200_000, 40_000, 10_000),
    target("lookup_3_devices", 1_720_000, 180_000, 60_000),
    target("prepare_delegation_10k", 4_450_000, 1_600_000, 400_000),
    target("get_delegation_10k", 2_440_000, 600_000, 280_000),
    target("archive_append_per_operation", 250_000, 100_000, 65_000),
    target("archive_handover_per_operation", 2_500_000, 80_000, 20_000),
    target("archive_page_1000", 1_692_000_000, 22_000_000, 14_000_000),
    target(
        "archive_anchor_page_1000",
        1_952_000_000,
        25_000_000,
        16_000_000,
    ),
    target("upgrade_registry", 4_100_000, 2_000_000, 1_000_000),
    target("captcha", 157_000_000, 40_000_000, 5_000_000),
    target("stable_bytes_per_anchor_3_devices", 2_048, 1_100, 768),
    target("bytes_per_archived_operation", 604, 350, 260),
    target("module_gzip_registry", 344_000, 350_000, 280_000),
    target("module_gzip_archive", 167_000, 250_000, 220_000),
    Target {
        case: "module_gzip_front",
        original: None,
        sound: 350_000,
        aim: 280_000,
    },
];

/// The columns of a case.
pub(crate) fn of(case: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.case == case)
}
