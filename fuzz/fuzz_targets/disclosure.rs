#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| seatbridge_fuzz::properties::disclosure(data));
