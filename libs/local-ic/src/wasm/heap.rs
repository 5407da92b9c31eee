//! Linear memories that can shrink, so that undoing an execution that grew its heap takes no
//! longer than undoing what it wrote.
//!
//! WebAssembly's memories only grow, and so do wasmtime's. Here an instance's memories come from
//! [`Heaps`], which remembers them: between executions a memory can be cut back.
//!
//! ```text
//! base                 size                              reservation        + guard
//! │ readable, writable │ no access: a trap, as wasmtime's code expects it   │
//! ```

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use std::collections::HashMap;
use std::ffi::c_void;
use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use wasmtime::{LinearMemory, Memory, MemoryCreator, MemoryType, Store};

/// The linear memories of an engine's instances, by the address at which they begin.
#[derive(Clone, Default)]
pub(super) struct Heaps(Arc<Mutex<HashMap<usize, Weak<Region>>>>);

/// A linear memory's part of the address space.
pub(super) struct Region {
    base: NonNull<c_void>,
    /// Bytes that belong to it, the guard included.
    reserved: usize,
    /// Bytes to which it can grow.
    capacity: usize,
    /// Bytes that can be used, from the base on.
    size: AtomicUsize,
}

#[expect(unsafe_code, reason = "the pointer is only an address: see `Region`")]
// SAFETY: a region owns its addresses, and nothing in it dereferences them.
unsafe impl Send for Region {}
#[expect(unsafe_code, reason = "the pointer is only an address: see `Region`")]
// SAFETY: as above; the size is atomic, and who changes it holds the memory's store.
unsafe impl Sync for Region {}

impl Region {
    #[expect(unsafe_code, reason = "reserving addresses has no safe interface")]
    fn reserve(capacity: usize, guard: usize) -> io::Result<Self> {
        let reserved = capacity
            .checked_add(guard)
            .ok_or(io::ErrorKind::OutOfMemory)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a new mapping at an address of the system's choice touches nothing that exists.
        let base =
            unsafe { mmap_anonymous(std::ptr::null_mut(), reserved, ProtFlags::empty(), flags)? };
        Ok(Self {
            base: NonNull::new(base).ok_or(io::ErrorKind::OutOfMemory)?,
            reserved,
            capacity,
            size: AtomicUsize::new(0),
        })
    }

    fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// Makes the bytes up to `size` usable; new ones are zero.
    #[expect(unsafe_code, reason = "changing access has no safe interface")]
    fn grow(&self, size: usize) -> io::Result<()> {
        if size > self.capacity {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: these bytes are the region's own, and giving access invalidates no reference.
        unsafe { mprotect(self.base.as_ptr(), size, access)? };
        self.size.store(size, Ordering::Relaxed);
        Ok(())
    }

    /// Takes the bytes from `size` on away: no access, no contents, no memory of the host's.
    ///
    /// # Safety
    /// Nobody holds a reference into them.
    #[expect(unsafe_code, reason = "replacing a mapping has no safe interface")]
    unsafe fn shrink(&self, size: usize) -> io::Result<()> {
        let Some(cut) = self.size().checked_sub(size).filter(|cut| *cut > 0) else {
            return Ok(());
        };
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
        // SAFETY: `size` and what is cut lie within the region, whose bytes are its own; the caller
        // knows that no reference to them is left.
        unsafe {
            let tail = self.base.as_ptr().byte_add(size);
            mmap_anonymous(tail, cut, ProtFlags::empty(), flags)?;
        }
        self.size.store(size, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Region {
    #[expect(unsafe_code, reason = "giving addresses back has no safe interface")]
    fn drop(&mut self) {
        // SAFETY: the region's own addresses; its memory is gone, since it holds the region.
        let given_back = unsafe { munmap(self.base.as_ptr(), self.reserved) };
        debug_assert!(given_back.is_ok(), "{given_back:?}");
    }
}

/// What wasmtime holds of a region; the last to go.
struct Linear {
    region: Arc<Region>,
    heaps: Heaps,
}

#[expect(
    unsafe_code,
    reason = "wasmtime relies on what its implementations say"
)]
// SAFETY: bytes below `byte_size` are usable; from there to the end of the guard there is no access;
// the base never moves.
unsafe impl LinearMemory for Linear {
    fn byte_size(&self) -> usize {
        self.region.size()
    }

    fn byte_capacity(&self) -> usize {
        self.region.capacity
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        Ok(self.region.grow(new_size)?)
    }

    fn as_ptr(&self) -> *mut u8 {
        self.region.base.as_ptr().cast()
    }
}

impl Drop for Linear {
    fn drop(&mut self) {
        self.heaps.forget(self.region.base.as_ptr() as usize);
    }
}

#[expect(
    unsafe_code,
    reason = "wasmtime relies on what its implementations say"
)]
// SAFETY: each memory has a region of its own with the reservation and the guard asked for.
unsafe impl MemoryCreator for Heaps {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let capacity = reserved.or(maximum).unwrap_or(minimum).max(minimum);
        let region = Region::reserve(capacity, guard)
            .and_then(|region| region.grow(minimum).map(|()| Arc::new(region)))
            .map_err(|error| format!("the host gives no memory: {error}"))?;
        let base = region.base.as_ptr() as usize;
        self.lock().insert(base, Arc::downgrade(&region));
        Ok(Box::new(Linear {
            region,
            heaps: self.clone(),
        }))
    }
}

impl Heaps {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<usize, Weak<Region>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, base: usize) {
        self.lock().remove(&base);
    }

    /// Cuts a memory back to so many bytes; what it grows by later is zero again. The store is
    /// borrowed as a whole, so no code runs in it and nobody looks into its memories.
    pub(super) fn cut<T>(
        &self,
        store: &mut Store<T>,
        memory: Memory,
        bytes: usize,
    ) -> io::Result<()> {
        let base = memory.data_ptr(&*store) as usize;
        let region = self.lock().get(&base).and_then(Weak::upgrade);
        let region = region.ok_or_else(|| io::Error::other("the memory is not one of these"))?;
        #[expect(unsafe_code, reason = "see `Region::shrink`")]
        // SAFETY: references into the memory borrow the store, and that is borrowed here.
        unsafe {
            region.shrink(bytes)?;
        }
        // Even if nothing is added wasmtime takes note of the size as it is now.
        memory.grow(&mut *store, 0).map_err(io::Error::other)?;
        if memory.data_size(&*store) != bytes {
            return Err(io::Error::other(
                "the engine keeps to the memory's old size",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
