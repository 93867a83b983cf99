//! The source of a secret: `prompt`, `env:VAR`, `file:PATH`, `command:CMD` or `-`.
//!
//! A secret is never an argument, because arguments are visible to every user of the machine.

use std::fmt;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::connector::error::{Error, Kind};

/// The source of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// The terminal, without echo.
    Prompt,
    /// An environment variable.
    Environment(String),
    /// The content of a file.
    File(PathBuf),
    /// The output of a shell command.
    Command(String),
    /// The next line of standard input.
    Input,
}

impl FromStr for SecretSource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let source = match text.split_once(':') {
            None if text == "prompt" => Some(Self::Prompt),
            None if text == "-" => Some(Self::Input),
            Some(("env", name)) if !name.is_empty() => Some(Self::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.into())),
            Some(("command", command)) if !command.is_empty() => {
                Some(Self::Command(command.to_owned()))
            }
            _ => None,
        };
        // The text may be the secret itself, so it is not repeated.
        source.ok_or_else(|| {
            Error::new(Kind::Usage, "the source of the secret is invalid").help(
                "use prompt, env:VAR, file:PATH, command:CMD, or - for a line of standard input",
            )
        })
    }
}

/// The form on the command line.
impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompt => f.write_str("prompt"),
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Command(command) => write!(f, "command:{command}"),
            Self::Input => f.write_str("-"),
        }
    }
}

impl SecretSource {
    /// Reads the secret. `what` names the secret, for the prompt and for messages.
    ///
    /// A line break at the end is removed.
    ///
    /// # Errors
    ///
    /// The source does not exist or is empty, a command fails, or there is no terminal for the prompt.
    pub fn read(&self, what: &str) -> Result<SecretString, Error> {
        self.read_or_none(what)?
            .ok_or_else(|| Error::new(Kind::Usage, format!("the {what} from {self} is empty")))
    }

    /// Reads an optional secret, which is `None` if the source is empty.
    ///
    /// # Errors
    ///
    /// The errors of [`read`](Self::read), except that an empty source is allowed.
    pub fn read_or_none(&self, what: &str) -> Result<Option<SecretString>, Error> {
        let mut text = match self {
            Self::Prompt => prompt(what)?,
            Self::Environment(name) => std::env::var(name).map_err(|error| {
                // The error for a value that is not Unicode would contain the value.
                let reason = match error {
                    std::env::VarError::NotPresent => "is not set",
                    std::env::VarError::NotUnicode(_) => "is not Unicode",
                };
                Error::new(
                    Kind::Usage,
                    format!("the {what} cannot be read: ${name} {reason}"),
                )
            })?,
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| Error::io(&format!("read the {what} from"), path, error))?,
            Self::Command(command) => run(command, what)?,
            Self::Input => {
                let mut line = String::new();
                std::io::stdin()
                    .lock()
                    .read_line(&mut line)
                    .map_err(|error| {
                        Error::new(
                            Kind::Io,
                            format!("cannot read the {what} from standard input"),
                        )
                        .because(error)
                    })?;
                line
            }
        };
        let end = text.trim_end_matches(['\r', '\n']).len();
        text.truncate(end);
        let text = Zeroizing::new(text);
        Ok((!text.is_empty()).then(|| text.as_str().into()))
    }
}

fn prompt(what: &str) -> Result<String, Error> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(
            Kind::Usage,
            format!("there is no terminal to enter the {what}"),
        )
        .help("give its source: env:VAR, file:PATH, command:CMD, or - for standard input"));
    }
    rpassword::prompt_password(format!("{what}: "))
        .map_err(|error| Error::new(Kind::Io, format!("cannot ask for the {what}")).because(error))
}

/// The output of a command. Its standard error is that of the program.
fn run(command: &str, what: &str) -> Result<String, Error> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let output = Command::new(shell)
        .args([flag, command])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Error::new(Kind::Io, format!("cannot run the command for the {what}")).because(error)
        })?;
    if !output.status.success() {
        let message = format!("the command for the {what} failed with {}", output.status);
        return Err(Error::new(Kind::Vault, message));
    }
    String::from_utf8(output.stdout).map_err(|_| {
        Error::new(
            Kind::Vault,
            format!("the output of the command for the {what} is not Unicode"),
        )
    })
}
