//! The program `saponify`. Its commands are in [`cli`].
#![forbid(unsafe_code)]

saponify::include_proxies!(tenant);

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(failure) => {
            cli::put_error(&failure.report());
            ExitCode::from(failure.code())
        }
    }
}
