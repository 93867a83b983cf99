//! Two schema processors, in a process that keeps running. They validate every request of every
//! test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{WSDL, peer};

struct Validator {
    // The process ends when its input is closed, that is, when the tests end.
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

static VALIDATOR: LazyLock<Option<Mutex<Validator>>> =
    LazyLock::new(|| peer::present("lxml and xmlschema").then(|| Mutex::new(Validator::start())));

impl Validator {
    fn start() -> Self {
        let mut child = peer::python("validate.py")
            .arg(WSDL)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self {
            _child: child,
            input,
            output,
        }
    }
}

/// Checks that an envelope is valid. If the validators are not installed, every envelope is valid.
pub(crate) fn check(envelope: &str) -> Result<(), String> {
    let Some(validator) = &*VALIDATOR else {
        return Ok(());
    };
    let mut validator = validator.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(validator.input, "{}", envelope.len()).unwrap();
    validator.input.write_all(envelope.as_bytes()).unwrap();
    validator.input.flush().unwrap();
    let mut verdict = String::new();
    validator.output.read_line(&mut verdict).unwrap();
    match verdict.trim_end() {
        "valid" => Ok(()),
        why => Err(why.to_owned()),
    }
}
