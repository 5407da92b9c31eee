//! Which build a canister is, and what its module says about itself in public.

/// Name, version and commit of a module. Made by [`build_info!`](crate::build_info) in the canister's crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildInfo {
    /// What kind of canister: the crate's name.
    pub canister: &'static str,
    /// The crate's version.
    pub version: &'static str,
    /// The commit it was built from, `unknown` if the build did not say.
    pub commit: &'static str,
}

/// The [`BuildInfo`] of the crate that this stands in.
///
/// The commit comes from the environment variable `ANCHORAGE_COMMIT` at build time.
#[macro_export]
macro_rules! build_info {
    () => {
        $crate::build::BuildInfo {
            canister: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            commit: $crate::build::or_unknown(option_env!("ANCHORAGE_COMMIT")),
        }
    };
}

/// The given commit, or `unknown`.
pub const fn or_unknown(commit: Option<&'static str>) -> &'static str {
    match commit {
        Some(commit) => commit,
        None => "unknown",
    }
}

/// Puts a text into a public metadata section of the module, readable through the state tree by anyone.
///
/// `public_metadata!("candid:service", include_str!("../archive.did"));`
#[macro_export]
macro_rules! public_metadata {
    ($section:literal, $text:expr) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            #[expect(
                unsafe_code,
                reason = "naming a custom section of the module takes this attribute"
            )]
            #[unsafe(link_section = concat!("icp:public ", $section))]
            static TEXT: [u8; $text.len()] = $crate::build::bytes($text);
            // Were the text itself `used`, it would stand in the module's data as well. The compiler writes the section of
            // what a function names, and then finds that the function needs none of it.
            #[used]
            static NAMES_IT: fn() -> bool = || (&raw const TEXT).is_null();
        };
    };
}

/// A text's bytes as an array, at compile time: a custom section may hold no pointers.
///
/// `N` must be the text's length; anything else does not compile where the result is a constant.
pub const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let source = text.as_bytes();
    assert!(source.len() == N, "N must be the length of the text");
    let mut out = [0; N];
    let mut at = 0;
    while at < N {
        out[at] = source[at];
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests;
