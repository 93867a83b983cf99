//! Options for the source of a secret.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use saponify_cli::connector::vault::SecretSource;

/// Parses the value of such an option.
///
/// clap prints a value that it refuses, and this value may be the secret itself, given by mistake.
/// Therefore the message is made here, without the value.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceParser;

impl TypedValueParser for SourceParser {
    type Value = SecretSource;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<SecretSource, Error> {
        let source = value.to_str().and_then(|text| text.parse().ok());
        source.ok_or_else(|| {
            let option = argument
                .and_then(Arg::get_long)
                .map_or_else(String::new, |name| format!(" for '--{name}'"));
            let message = format!(
                "the value{option} is not the source of a secret; use prompt, env:VAR, file:PATH, \
                 command:CMD, or - for a line of standard input\n"
            );
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Arguments;

    #[test]
    fn a_secret_given_by_mistake_is_not_printed() {
        let options: [&[&str]; 6] = [
            &["--password-from"],
            &["--token-from"],
            &["--client-id", "app", "--client-secret-from"],
            &["--session-from"],
            &["--key-from"],
            &["--endpoint", "https://acme.example", "--password-from"],
        ];
        for option in options {
            let words = ["saponify", "connector", "activate", "acme"];
            let words = words.iter().chain(option).chain(&["battery-staple"]);
            let error = Arguments::try_parse_from(words).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("is not the source of a secret"), "{text}");
            assert!(!text.contains("battery"), "{text}");
            assert_eq!(error.exit_code(), 2);
        }
    }
}
