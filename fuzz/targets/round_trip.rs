//! Bytes of any kind to `patch`, `verify` and `revert`, with what must hold of the three.
#![no_main]

#[allow(dead_code, reason = "each target uses its own part")]
#[path = "../../tests/properties/holds.rs"]
mod holds;
mod memory;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    memory::begin();
    if let Err(wrong) = holds::round_trip(bytes) {
        panic!("{wrong}");
    }
});
