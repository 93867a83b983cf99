//! Completion in a shell. Commands and options are those of the program; names of objects, fields and
//! operations are read from the WSDL, and those of connections and sinks from the home of the connector.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::OnceLock;

use clap::{ArgMatches, Args, Command, FromArgMatches as _};
use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};
use saponify_codegen::catalog::Catalog;

use super::failure::Failure;
use super::options::Options;
use super::terminal::put;

/// The variable by which the script of a shell asks this program.
const VARIABLE: &str = "SAPONIFY_COMPLETE";

/// The command line of the program, by which the words that were typed so far are read.
static COMMAND: OnceLock<fn() -> Command> = OnceLock::new();

/// Prints the script that makes a shell complete the command line of this program.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    echo 'source <(saponify completions bash)' >> ~/.bashrc\n  \
    echo 'source <(saponify completions zsh)' >> ~/.zshrc\n  \
    saponify completions fish > ~/.config/fish/completions/saponify.fish\n\n\
    Names of objects, fields and operations come from the WSDL that is named before them, or else \
    from the input of saponify.toml. Names of connections and sinks come from the folder of the connector.")]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL", value_parser = ["bash", "elvish", "fish", "powershell", "zsh"])]
    shell: String,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let shells = Shells::builtins();
        let shell = shells.completer(&self.shell).ok_or_else(|| {
            Failure::usage(format!("there are no completions for {}", self.shell))
        })?;
        let mut script = Vec::new();
        shell
            .write_registration(VARIABLE, "saponify", "saponify", "saponify", &mut script)
            .map_err(|error| Failure::new("the script cannot be made").because(error))?;
        put(&String::from_utf8_lossy(&script))
    }
}

/// Answers a shell that asks for completions, and ends the process. Otherwise it does nothing.
pub(super) fn answer_shell(command: fn() -> Command) {
    let command = *COMMAND.get_or_init(|| command);
    let asked = CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref())
        // A message would appear in the middle of the command line that the user types.
        .unwrap_or(true);
    if asked {
        std::process::exit(0);
    }
}

/// The names that begin like what was typed: objects, fields of the object before the dot, or operations
/// after `op:`.
pub(super) fn names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else {
        return Vec::new();
    };
    // Several names are separated by commas, and the last one is completed.
    let (before, typed) = match typed.rfind(',') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let Some(catalog) = catalog() else {
        return Vec::new();
    };
    let mut found = matching(&catalog, typed);
    found.sort_unstable();
    found
        .into_iter()
        .map(|name| CompletionCandidate::new(format!("{before}{name}")))
        .collect()
}

fn matching(catalog: &Catalog, typed: &str) -> Vec<String> {
    let begins = |name: &str, typed: &str| {
        let head = name.get(..typed.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(typed))
    };
    if let Some(typed) = typed.strip_prefix("op:") {
        let operations = catalog.operations.iter();
        let operations = operations.filter(|operation| begins(&operation.name, typed));
        return operations
            .map(|operation| format!("op:{}", operation.name))
            .collect();
    }
    if let Some((object, typed)) = typed.split_once('.') {
        let fields = catalog.object(object).into_iter().flat_map(|object| {
            let fields = object.fields.iter();
            fields.map(move |field| (object, field))
        });
        let fields = fields.filter(|(_, field)| begins(&field.name, typed));
        return fields
            .map(|(object, field)| format!("{}.{}", object.name, field.name))
            .collect();
    }
    let objects = catalog
        .objects()
        .filter(|object| begins(&object.name, typed));
    objects.map(|object| object.name.clone()).collect()
}

/// The words of the command line. They come after `--`, and the first one is the name of the program.
fn words() -> Vec<OsString> {
    let words = std::env::args_os().skip_while(|word| word != "--");
    words.skip(1).collect()
}

/// The options and arguments that were typed so far. What is not complete yet is no error.
fn matches_of(words: &[OsString]) -> Option<ArgMatches> {
    let command = COMMAND.get()?().ignore_errors(true);
    command.try_get_matches_from(words).ok()
}

/// The options and arguments of the subcommand that were typed so far.
pub(super) fn typed_so_far() -> Option<ArgMatches> {
    let (_, mut matches) = matches_of(&words())?.remove_subcommand()?;
    // The names that are completed belong to the innermost subcommand, and the options of all to each.
    while let Some((_, inner)) = matches.remove_subcommand() {
        matches = inner;
    }
    Some(matches)
}

/// The names that begin with the last one of those that were typed, which are separated by commas.
pub(super) fn beginning_with(
    typed: &OsStr,
    names: impl IntoIterator<Item = String>,
) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else {
        return Vec::new();
    };
    let (before, typed) = match typed.rfind(',') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let names = names.into_iter().filter(|name| name.starts_with(typed));
    names
        .map(|name| CompletionCandidate::new(format!("{before}{name}")))
        .collect()
}

/// What the WSDL contains that the command line names, or that of `saponify.toml`, read with the options that
/// are on the command line so far.
fn catalog() -> Option<Catalog> {
    let words = words();
    let wsdl = words.iter().map(Path::new).find(|word| {
        let extension = word.extension().and_then(OsStr::to_str);
        extension.is_some_and(|extension| extension.eq_ignore_ascii_case("wsdl")) && word.is_file()
    });
    let matches = matches_of(&words)?;
    let (_, matches) = matches.subcommand()?;
    let options = Options::from_arg_matches(matches).ok()?;
    options.of_reading(wsdl)?.catalog().ok()
}
