//! Stable memory, and certified data.

use super::api::{Api, Part, checked};
use super::{functions, size};
use crate::sandbox::Trap;
use crate::wasm::execute::{DIRTY_PAGE_INSTRUCTIONS, Host, trapped};
use wasmtime::Linker;

/// Wasm pages of 4 GiB, what the 32-bit functions can address.
const MAX_PAGES_32: u64 = 65536;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        stable_size(),
        stable_grow(pages),
        stable_read(dst, offset, size),
        stable_write(offset, src, size),
        stable64_size(),
        stable64_grow(pages),
        stable64_read(dst, offset, size),
        stable64_write(offset, src, size),
        certified_data_set(src, size),
        data_certificate_present(),
        data_certificate_size(),
        data_certificate_copy(dst, offset, size),
    );
}

/// The size in Wasm pages, for the functions that cannot express more than 4 GiB.
fn small_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    let size = api.sandbox().stable.size;
    if size > MAX_PAGES_32 {
        return Err(trapped(
            "32 bit stable memory api used on a memory larger than 4GB",
        ));
    }
    Ok(u32::try_from(size).expect("at most 65536"))
}

fn stable_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    small_size(api)
}

/// The old size, or -1.
fn stable_grow(api: &mut Api<'_>, pages: u32) -> Result<u32, Trap> {
    let old = small_size(api)?;
    if u64::from(old) + u64::from(pages) > MAX_PAGES_32 {
        return Ok(u32::MAX);
    }
    let grown = api.sandbox().grow_stable(pages.into())?;
    Ok(if grown.is_some() { old } else { u32::MAX })
}

fn stable_read(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    small_size(api)?;
    stable64_read(api, dst.into(), offset.into(), size.into())
}

fn stable_write(api: &mut Api<'_>, offset: u32, src: u32, size: u32) -> Result<(), Trap> {
    small_size(api)?;
    stable64_write(api, offset.into(), src.into(), size.into())
}

fn stable64_size(api: &mut Api<'_>) -> Result<u64, Trap> {
    Ok(api.sandbox().stable.size)
}

/// The old size, or -1.
fn stable64_grow(api: &mut Api<'_>, pages: u64) -> Result<u64, Trap> {
    Ok(api.sandbox().grow_stable(pages)?.unwrap_or(u64::MAX))
}

fn stable64_read(api: &mut Api<'_>, dst: u64, offset: u64, size: u64) -> Result<(), Trap> {
    let Some(range) = heap_range(api, dst, size)? else {
        return Ok(());
    };
    api.sandbox().stable.check(offset, size)?;
    api.charge(size)?;
    let (heap, sandbox) = api.split();
    sandbox.stable.read(offset, &mut heap[range.clone()])?;
    api.mark(&range);
    Ok(())
}

fn stable64_write(api: &mut Api<'_>, offset: u64, src: u64, size: u64) -> Result<(), Trap> {
    let Some(range) = heap_range(api, src, size)? else {
        return Ok(());
    };
    api.sandbox().stable.check(offset, size)?;
    let new_pages = api.sandbox().stable.new_dirty_pages(offset, size);
    api.charge(size + new_pages * DIRTY_PAGE_INSTRUCTIONS)?;
    let (heap, sandbox) = api.split();
    sandbox.stable.write(offset, &heap[range])?;
    Ok(())
}

/// The heap's side of a copy; `None` when nothing is copied, which never fails.
fn heap_range(api: &Api<'_>, at: u64, size: u64) -> Result<Option<std::ops::Range<usize>>, Trap> {
    if size == 0 {
        return Ok(None);
    }
    checked(at, size, api.heap_bytes())
        .map(Some)
        .ok_or_else(|| trapped("heap out of bounds"))
}

fn certified_data_set(api: &mut Api<'_>, src: u32, size: u32) -> Result<(), Trap> {
    let data = api.read(src, size)?;
    api.sandbox().set_certified_data(data)
}

fn data_certificate_present(api: &mut Api<'_>) -> Result<u32, Trap> {
    Ok(api.sandbox().env.data_certificate.is_some().into())
}

fn data_certificate_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(api.sandbox().data_certificate()?)
}

fn data_certificate_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        sandbox.data_certificate()
    })
}
