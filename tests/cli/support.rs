//! Functions that run the program.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// The program, with an environment that contains no settings of the user.
pub(crate) fn saponify<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saponify"));
    for name in [
        "SAPONIFY_PASSWORD",
        "SAPONIFY_TOKEN",
        "RUST_LOG",
        "HTTPS_PROXY",
        "https_proxy",
    ] {
        command.env_remove(name);
    }
    command
        .env("RUST_BACKTRACE", "1")
        .env("NO_COLOR", "1")
        .args(arguments);
    command
}

/// The output of a run that must succeed.
pub(crate) fn printed(mut command: Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{out}\n{err}");
    assert!(!err.contains("error"), "{err}");
    out
}

/// Whether a line belongs to the excerpt of a file: its place, its lines and their margin, and notes.
fn is_of_excerpt(line: &str) -> bool {
    let digits = |c: char| c == ' ' || c.is_ascii_digit();
    let rest = line.trim_start_matches(digits);
    line.starts_with(digits)
        && ["--> ", "|", "= note: ", "= help: "]
            .iter()
            .any(|start| rest.starts_with(start))
        || line.starts_with("      ")
}

/// The messages of a run that must fail: notes on its input, then one error, its causes, and what
/// to do, each on a line of its own.
pub(crate) fn complaint(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    let lines: Vec<&str> = err.lines().collect();
    let starting = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(starting("error: "), 1, "{err}");
    assert!(starting("   help: ") <= 1, "{err}");
    for line in &lines {
        let known = [
            "note: ",
            "warning: ",
            "error: ",
            "  cause: ",
            "         ",
            "   help: ",
        ];
        assert!(
            known.iter().any(|start| line.starts_with(start)) || is_of_excerpt(line),
            "{line:?} in\n{err}"
        );
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    // No message is repeated.
    let said: Vec<&str> = lines
        .iter()
        .filter(|line| !is_of_excerpt(line))
        .map(|line| line.trim_start_matches("  cause: "))
        .collect();
    let distinct: std::collections::BTreeSet<&str> = said.iter().copied().collect();
    assert_eq!(said.len(), distinct.len(), "{err}");
    for noise in [
        "panicked",
        "RUST_BACKTRACE",
        "stack backtrace",
        "Error {",
        "Kind::",
        "Os {",
    ] {
        assert!(!err.contains(noise), "{err}");
    }
    err
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// The path of a file in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// All files below a directory, with their contents.
pub(crate) fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}
