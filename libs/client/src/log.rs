//! A block log, as ICRC-3 has it: the same at shards and archives.

use types::Principal;
use types::icrc3::{
    ArchiveInfo, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedBlockType,
    TipCertificate,
};

use crate::{Canister, ClientError, Transport};

/// Typed calls of ICRC-3.
#[derive(Clone, Debug)]
pub struct LogClient<T>(Canister<T>);

impl<T: Transport> LogClient<T> {
    /// The log of that canister.
    pub const fn new(canister: Canister<T>) -> Self {
        Self(canister)
    }

    /// The blocks of these runs, as far as the canister has them and they fit into an answer.
    pub async fn get_blocks(
        &self,
        runs: &[GetBlocksRequest],
    ) -> Result<GetBlocksResult, ClientError> {
        let (result,) = self.0.query("icrc3_get_blocks", (runs,)).await?;
        Ok(result)
    }

    /// The canisters with earlier blocks, after the one given.
    pub async fn get_archives(
        &self,
        from: Option<Principal>,
    ) -> Result<Vec<ArchiveInfo>, ClientError> {
        let arguments = (GetArchivesArgs { from },);
        let (archives,) = self.0.query("icrc3_get_archives", arguments).await?;
        Ok(archives)
    }

    /// A certificate of the last block's index and hash; `None` for an empty log.
    pub async fn get_tip_certificate(&self) -> Result<Option<TipCertificate>, ClientError> {
        let (certificate,) = self.0.query("icrc3_get_tip_certificate", ()).await?;
        Ok(certificate)
    }

    /// The types of blocks that there may be.
    pub async fn supported_block_types(&self) -> Result<Vec<SupportedBlockType>, ClientError> {
        let (types,) = self.0.query("icrc3_supported_block_types", ()).await?;
        Ok(types)
    }
}
