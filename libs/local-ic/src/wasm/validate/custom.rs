use super::{CustomSection, InvalidModule, ModuleInfo, at_most};
use std::collections::BTreeMap;

/// Metadata sections that a module may have.
const MAX_SECTIONS: u64 = 16;
/// Bytes of their names and contents together.
const MAX_BYTES: u64 = 1024 * 1024;
/// The mark of modules whose heap survives upgrades.
const ORTHOGONAL_PERSISTENCE: &str = "enhanced-orthogonal-persistence";

/// The `icp:` sections seen so far.
#[derive(Default)]
pub(super) struct Sections {
    found: BTreeMap<String, CustomSection>,
    bytes: u64,
}

impl Sections {
    /// Takes in a custom section; those of other names mean nothing.
    pub(super) fn add(&mut self, section: &str, content: &[u8]) -> Result<(), InvalidModule> {
        let Some(section) = section.strip_prefix("icp:") else {
            return Ok(());
        };
        let (public, name) = match section.split_once(' ') {
            Some(("public", name)) => (true, name),
            Some(("private", name)) => (false, name),
            _ => {
                return Err(InvalidModule::Custom(format!(
                    "'icp:{section}' is neither 'icp:public <name>' nor 'icp:private <name>'."
                )));
            }
        };
        self.bytes += (name.len() + content.len()) as u64;
        at_most("set of metadata sections", "bytes", self.bytes, MAX_BYTES)?;
        let content = CustomSection {
            public,
            content: content.to_vec(),
        };
        if self.found.insert(name.to_owned(), content).is_some() {
            return Err(InvalidModule::Custom(format!(
                "The name '{name}' is used more than once."
            )));
        }
        at_most(
            "set of metadata sections",
            "sections",
            self.found.len() as u64,
            MAX_SECTIONS,
        )
    }

    pub(super) fn finish(self, info: &mut ModuleInfo) {
        info.orthogonal_persistence = self.found.contains_key(ORTHOGONAL_PERSISTENCE);
        info.custom_sections = self.found;
    }
}
