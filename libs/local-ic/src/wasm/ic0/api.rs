//! One call of a System API function: context, charge, and access to the module's memory.

use super::table::ImportSpec;
use crate::memory::PAGE_BYTES;
use crate::sandbox::{Sandbox, Trap};
use crate::wasm::execute::{Handles, Host, Running, out_of_instructions};
use std::ops::Range;
use wasmtime::{Caller, Val};

/// See the module's documentation.
pub(super) struct Api<'a> {
    caller: Caller<'a, Host>,
    handles: Handles,
    name: &'static str,
}

/// Instructions for each byte that is copied between sandbox and memory.
const COPIED_BYTE: u64 = 1;
/// Instructions for each byte that leaves the canister.
const SENT_BYTE: u64 = 50;

impl<'a> Api<'a> {
    /// Begins a function: checks the context and takes the function's own charge.
    pub(super) fn enter(
        mut caller: Caller<'a, Host>,
        spec: &'static ImportSpec,
    ) -> Result<Self, Trap> {
        caller
            .data_mut()
            .running()
            .sandbox
            .require(spec.modes, spec.name)?;
        let handles = caller.data().handles();
        let mut api = Self {
            caller,
            handles,
            name: spec.name,
        };
        api.charge(spec.cost)?;
        Ok(api)
    }

    /// What the function works on.
    pub(super) fn sandbox(&mut self) -> &mut Sandbox {
        &mut self.running().sandbox
    }

    fn running(&mut self) -> &mut Running {
        self.caller.data_mut().running()
    }

    /// Takes instructions; traps when none are left.
    pub(super) fn charge(&mut self, instructions: u64) -> Result<(), Trap> {
        if instructions == 0 {
            return Ok(());
        }
        let amount = i64::try_from(instructions).unwrap_or(i64::MAX);
        let left = self.left().saturating_sub(amount);
        self.handles
            .counter
            .set(&mut self.caller, Val::I64(left))
            .expect("the counter is a mutable i64");
        if left < 0 {
            return Err(out_of_instructions(self.running().limit));
        }
        Ok(())
    }

    fn left(&mut self) -> i64 {
        self.handles.counter.get(&mut self.caller).unwrap_i64()
    }

    /// Instructions this execution has used so far.
    pub(super) fn used(&mut self) -> u64 {
        let left = self.left().max(0);
        (self.running().limit - left).unsigned_abs()
    }

    /// The heap and the sandbox at once. Who writes to the heap must [`Api::mark`] it.
    pub(super) fn split(&mut self) -> (&mut [u8], &mut Sandbox) {
        let (heap, host) = self.handles.memory.data_and_store_mut(&mut self.caller);
        (heap, &mut host.running().sandbox)
    }

    /// Bytes of the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.handles.memory.data_size(&self.caller)
    }

    /// Marks bytes of the heap, which must exist, as written.
    pub(super) fn mark(&mut self, range: &Range<usize>) {
        if range.is_empty() {
            return;
        }
        let (first, last) = (range.start / PAGE_BYTES, (range.end - 1) / PAGE_BYTES);
        self.handles.dirty.data_mut(&mut self.caller)[first..=last].fill(1);
    }

    /// `size` bytes of the heap, for a copy within the machine.
    pub(super) fn read(&mut self, src: u32, size: u32) -> Result<Vec<u8>, Trap> {
        self.read_priced(src, size, COPIED_BYTE)
    }

    /// `size` bytes of the heap that will leave the canister.
    pub(super) fn read_to_send(&mut self, src: u32, size: u32) -> Result<Vec<u8>, Trap> {
        self.read_priced(src, size, SENT_BYTE)
    }

    fn read_priced(&mut self, src: u32, size: u32, per_byte: u64) -> Result<Vec<u8>, Trap> {
        let range = self.heap_range(src, size)?;
        self.charge(u64::from(size) * per_byte)?;
        Ok(self.split().0[range].to_vec())
    }

    /// Writes to the heap, without a charge beyond the function's own.
    pub(super) fn write(&mut self, dst: u32, bytes: &[u8]) -> Result<(), Trap> {
        let size = super::size(bytes)?;
        let range = self.heap_range(dst, size)?;
        self.split().0[range.clone()].copy_from_slice(bytes);
        self.mark(&range);
        Ok(())
    }

    /// Writes a 128-bit amount as 16 little-endian bytes.
    pub(super) fn write_amount(&mut self, dst: u32, amount: u128) -> Result<(), Trap> {
        self.write(dst, &amount.to_le_bytes())
    }

    /// Copies a part of something the sandbox holds to the heap.
    pub(super) fn copy(
        &mut self,
        part: Part,
        source: impl FnOnce(&Sandbox) -> Result<&[u8], Trap>,
    ) -> Result<(), Trap> {
        let Part { dst, offset, size } = part;
        self.charge(u64::from(size) * COPIED_BYTE)?;
        let target = self.heap_range(dst, size)?;
        let name = self.name;
        let (heap, sandbox) = self.split();
        let source = source(sandbox)?;
        let from = checked(offset.into(), size.into(), source.len())
            .ok_or_else(|| out_of_slice(name, "data", offset, size, source.len()))?;
        heap[target.clone()].copy_from_slice(&source[from]);
        self.mark(&target);
        Ok(())
    }

    fn heap_range(&self, at: u32, size: u32) -> Result<Range<usize>, Trap> {
        let heap = self.heap_bytes();
        checked(at.into(), size.into(), heap)
            .ok_or_else(|| out_of_slice(self.name, "heap", at, size, heap))
    }
}

/// The three arguments of every `..._copy` function.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Where in the heap it goes.
    pub(super) dst: u32,
    /// Where in the source it begins.
    pub(super) offset: u32,
    /// How many bytes.
    pub(super) size: u32,
}

/// `at..at + len`, if it lies within `size` bytes.
pub(super) fn checked(at: u64, len: u64, size: usize) -> Option<Range<usize>> {
    let end = usize::try_from(at.checked_add(len)?).ok()?;
    (end <= size).then(|| usize::try_from(at).expect("at most its end")..end)
}

fn out_of_slice(name: &str, what: &str, at: u32, len: u32, size: usize) -> Trap {
    Trap::contract(format_args!(
        "ic0.{name} {what}: src={at} + length={len} exceeds the slice size={size}"
    ))
}
