#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| saponify_fuzz::serve::serve(data));
