//! What whoever reads a failing test wants to know.

use super::{Family, Role, operator};
use client::block_on;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Family {
    /// Log and state of one canister.
    fn report(&self, role: Role) -> String {
        let id = self.id(role);
        let mut lines = vec![format!("{role:?} {id}")];
        let state = match role {
            Role::Front => None,
            Role::Registry(shard) => Some(format!("{:?}", block_on(self.registry(shard).status()))),
            Role::Archive(shard) => Some(format!("{:?}", block_on(self.archive(shard).status()))),
        };
        lines.extend(state.map(|state| format!("    {state}")));
        match self.network.fetch_canister_logs(id, operator()) {
            Ok(log) => lines.extend(log.iter().map(|line| {
                let text = String::from_utf8_lossy(&line.content);
                format!("    log {}: {text}", line.idx)
            })),
            Err(error) => lines.push(format!("    no log: {error}")),
        }
        lines.join("\n")
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        eprintln!("---- the family when the test failed");
        for role in self.roles() {
            // A server that is gone must not hide why the test failed.
            let report = catch_unwind(AssertUnwindSafe(|| self.report(role)));
            eprintln!(
                "{}",
                report.unwrap_or_else(|_| format!("{role:?}: no report"))
            );
        }
    }
}
