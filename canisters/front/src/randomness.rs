//! Randomness and the salt: both are drawn from the Internet Computer over an await, and both look again
//! afterwards, because another message may have been faster.

use crate::challenge::Challenges;
use crate::runtime::{NoRandomness, Runtime};
use crate::state::{Randomness, Shared};
use delegation::Salt;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Makes sure that there is a generator and keys for challenges.
pub(crate) async fn ensure<R: Runtime>(runtime: &R, state: &Shared) -> Result<(), NoRandomness> {
    if state.borrow().randomness.is_some() {
        return Ok(());
    }
    let seed = runtime.random().await?;
    let mut state = state.borrow_mut();
    if state.randomness.is_none() {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let challenges = Challenges::new(draw(&mut rng), draw(&mut rng));
        state.randomness = Some(Randomness { rng, challenges });
    }
    Ok(())
}

/// Mixes fresh randomness into the generator, so that whoever once saw the heap cannot foresee nonces for
/// ever. The keys of the challenges stay: open challenges must stay valid.
pub(crate) async fn reseed<R: Runtime>(runtime: &R, state: &Shared) -> Result<(), NoRandomness> {
    ensure(runtime, state).await?;
    let fresh = runtime.random().await?;
    if let Some(randomness) = &mut state.borrow_mut().randomness {
        let mixed = Sha256::new()
            .chain_update(draw::<32>(&mut randomness.rng))
            .chain_update(fresh)
            .finalize();
        randomness.rng = ChaCha20Rng::from_seed(mixed.into());
    }
    Ok(())
}

/// The salt; draws it if there is none. Whoever stores it first wins, and everybody uses that one.
pub(crate) async fn salt<R: Runtime>(runtime: &R, state: &Shared) -> Result<Salt, NoRandomness> {
    if let Some(salt) = state.borrow().salt() {
        return Ok(salt);
    }
    let drawn = Salt::new(runtime.random().await?);
    Ok(state.borrow_mut().salt_or_store(drawn))
}

/// Bytes from the generator.
pub(crate) fn draw<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests;
