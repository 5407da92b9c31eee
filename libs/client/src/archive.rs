//! An archive, as auditors call it.

use types::archive::{AnchorEntries, ArchiveStatus, Cursor, Entries};
use types::{AnchorNumber, BlockIndex, Principal};

use crate::{Canister, ClientError, LogClient, Transport};

/// Typed calls of an archive. What the methods mean and what they answer stands in `archive.did`.
#[derive(Clone, Debug)]
pub struct ArchiveClient<T>(Canister<T>);

impl<T: Transport> ArchiveClient<T> {
    /// The archive with that canister id.
    pub const fn new(transport: T, id: Principal) -> Self {
        Self(Canister::new(transport, id))
    }

    /// The canister, for what every canister has.
    pub const fn canister(&self) -> &Canister<T> {
        &self.0
    }

    /// The blocks that the archive keeps.
    pub const fn log(&self) -> LogClient<&T> {
        LogClient::new(self.0.by_ref())
    }

    /// Entries from an index on, or the latest ones.
    pub async fn get_entries(
        &self,
        from: Option<BlockIndex>,
        limit: Option<u16>,
    ) -> Result<Entries, ClientError> {
        let (entries,) = self.0.query("get_entries", (from, limit)).await?;
        Ok(entries)
    }

    /// Entries of one anchor, from the first one or a cursor on.
    pub async fn get_anchor_entries(
        &self,
        anchor: AnchorNumber,
        cursor: Option<&Cursor>,
        limit: Option<u16>,
    ) -> Result<AnchorEntries, ClientError> {
        let arguments = (anchor, cursor, limit);
        let (entries,) = self.0.query("get_anchor_entries", arguments).await?;
        Ok(entries)
    }

    /// What it keeps, how far it is, what went wrong, release.
    pub async fn status(&self) -> Result<ArchiveStatus, ClientError> {
        let (status,) = self.0.query("status", ()).await?;
        Ok(status)
    }
}
