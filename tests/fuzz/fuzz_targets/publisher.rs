//! Bytes as `publisher`: see `domesday_fuzz::TARGETS`.

#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| domesday_fuzz::run("publisher", data));
