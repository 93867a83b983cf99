//! The program: `saponify generate`, `saponify sandbox`, `saponify demo`,
//! `saponify connector`.
#![forbid(unsafe_code)]

saponify::include_proxies!(tenant);

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Arguments::parse().run() {
        Ok(code) => code,
        Err(failure) => {
            cli::put_error(&failure.report());
            ExitCode::from(failure.code())
        }
    }
}
