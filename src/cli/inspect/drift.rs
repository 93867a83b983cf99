//! What a service has written of its drift (`Drift::to_json`), and what to do about it.

use std::fmt::Write as _;
use std::path::Path;

use saponify::{Difference, DifferenceKind as Kind, Drift};
use saponify_cli::connector::shown::is_unsafe;
use saponify_codegen::catalog::{Catalog, Content, Field, Type};
use serde_json::{Value, json};

use super::super::failure::Failure;

/// The drift of a file, and the WSDL that explains it.
pub(super) struct Explained<'c> {
    drift: Drift,
    /// The WSDL as the options select from it.
    selected: &'c Catalog,
    /// All of the WSDL.
    all: &'c Catalog,
}

/// What to do about a difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    /// The WSDL has it, and the proxies were generated before: generate them again.
    Generate,
    /// The WSDL has it, and the options leave it out.
    Include,
    /// The WSDL does not have it.
    Download,
    /// The endpoint and the WSDL are of different versions.
    Version,
    /// The service does not follow its WSDL.
    Nothing,
}

impl Action {
    const ALL: [Self; 5] = [
        Self::Include,
        Self::Generate,
        Self::Download,
        Self::Version,
        Self::Nothing,
    ];

    fn id(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Include => "include",
            Self::Download => "download",
            Self::Version => "version",
            Self::Nothing => "none",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Generate => {
                "This WSDL has it, so the proxies are older than the WSDL. Generate them again, and \
                 build the service again."
            }
            Self::Include => {
                "This WSDL has it, and the options leave it out. Name it in `include`, or remove it \
                 from `exclude`, and generate the proxies again."
            }
            Self::Download => {
                "This WSDL does not have it, so the organization is newer than the WSDL. Download the \
                 WSDL again, and generate the proxies again."
            }
            Self::Version => {
                "Calls go to another API version than that of the WSDL. Download the WSDL of the \
                 version that you call, or call the version of the WSDL."
            }
            Self::Nothing => {
                "The service does not follow its WSDL, and the setting of `Leniency` forgave it. \
                 Generating proxies again does not change it. The page \"What is forgiven\" of the \
                 guide explains each setting."
            }
        }
    }
}

/// Reads a file of drift.
pub(super) fn read(path: &Path) -> Result<Drift, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}", path.display())).because(error))?;
    Drift::from_json(&text).map_err(|error| {
        Failure::new(format!("{} is not a file of drift", path.display()))
            .because(error)
            .hint("a service writes such a file with `client.drift().to_json()`")
    })
}

impl<'c> Explained<'c> {
    pub(super) fn new(drift: Drift, selected: &'c Catalog, all: &'c Catalog) -> Self {
        Self {
            drift,
            selected,
            all,
        }
    }

    /// The differences by what is to be done.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let counts = match self.drift.is_empty() {
            true => "no differences".to_owned(),
            false => self.drift.to_string(),
        };
        let _ = writeln!(out, "service        {}", self.drift.service);
        let of_wsdl = &self.all.api_version;
        let of_proxies = &self.drift.api_version;
        if !of_proxies.is_empty() {
            let _ = match of_proxies == of_wsdl {
                true => writeln!(out, "API version    {of_proxies}"),
                false => writeln!(
                    out,
                    "API version    {of_proxies} of the proxies, {of_wsdl} of {}",
                    self.all.source
                ),
            };
        }
        let _ = writeln!(out, "drift          {counts}");
        for action in Action::ALL {
            let differences = self.drift.differences().iter();
            let mut lines = differences
                .filter(|difference| self.action(difference) == action)
                .peekable();
            if lines.peek().is_none() {
                continue;
            }
            let _ = writeln!(out, "\n{}", action.advice());
            for difference in lines {
                let _ = writeln!(out, "  {}", line(difference));
            }
        }
        if self.drift.unlisted() > 0 {
            let _ = writeln!(
                out,
                "\n{} differences were counted and not listed.",
                self.drift.unlisted()
            );
        }
        out.replace(|c: char| c != '\n' && is_unsafe(c), " ")
    }

    pub(super) fn json(&self) -> String {
        let counts = Kind::ALL.iter().filter(|kind| self.drift.count(**kind) > 0);
        let counts = counts.map(|kind| (kind.name().to_owned(), self.drift.count(*kind).into()));
        let differences = self.drift.differences().iter().map(|difference| {
            json!({
                "kind": difference.kind.name(),
                "object": difference.object,
                "name": difference.name,
                "value": difference.value,
                "operation": difference.operation,
                "count": difference.count,
                "action": self.action(difference).id(),
            })
        });
        let value = json!({
            "source": self.all.source,
            "service": self.drift.service,
            "proxiesApiVersion": self.drift.api_version,
            "wsdlApiVersion": self.all.api_version,
            "counts": counts.collect::<serde_json::Map<String, Value>>(),
            "differences": differences.collect::<Vec<_>>(),
            "unlisted": self.drift.unlisted(),
        });
        format!("{value:#}\n")
    }

    fn action(&self, difference: &Difference) -> Action {
        let Difference {
            object,
            name,
            value,
            ..
        } = difference;
        let is_in = |catalog: &Catalog| match difference.kind {
            Kind::UnknownType => ty(catalog, name).is_some(),
            Kind::UnknownValue => lists(catalog, object, name, value),
            _ => field(catalog, object, name).is_some(),
        };
        match difference.kind {
            Kind::UnknownField | Kind::UnknownType | Kind::UnknownValue | Kind::UnknownElement => {
                match (is_in(self.selected), is_in(self.all)) {
                    (true, _) => Action::Generate,
                    (false, true) => Action::Include,
                    (false, false) => Action::Download,
                }
            }
            Kind::OtherVersion => Action::Version,
            _ => Action::Nothing,
        }
    }
}

fn line(difference: &Difference) -> String {
    let what = match difference.kind {
        Kind::UnknownField => "the field",
        Kind::UnknownType => "the type",
        Kind::UnknownValue => "a value of",
        Kind::UnknownElement => "the element",
        Kind::OtherVersion => "version",
        kind => kind.name(),
    };
    let mut line = what.to_owned();
    if !difference.value.is_empty() {
        let _ = write!(line, " {}:", difference.value);
    }
    match (&*difference.object, &*difference.name) {
        (object, name) if difference.kind == Kind::UnknownType => {
            let _ = write!(line, " {name}, where {object} is declared");
        }
        ("", name) | (name, "") => {
            let _ = write!(line, " {name}");
        }
        (object, name) => {
            let _ = write!(line, " {object}.{name}");
        }
    }
    let times = match difference.count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let _ = write!(line, " ({times}, first in {})", difference.operation);
    line
}

fn ty<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Type> {
    catalog.types.iter().find(|ty| ty.name == name)
}

/// A field of a type, or of the body of a message, whose fields belong to its operation.
fn field<'c>(catalog: &'c Catalog, object: &str, name: &str) -> Option<&'c Field> {
    if let Some(ty) = ty(catalog, object) {
        return ty.fields.iter().find(|field| field.name == name);
    }
    let operation = object.strip_suffix("Response").unwrap_or(object);
    let mut operations = catalog.operations.iter();
    let operation = operations.find(|known| known.name == operation)?;
    operation.results.iter().find(|field| field.name == name)
}

/// Whether the enumeration of a field lists a value.
fn lists(catalog: &Catalog, object: &str, name: &str, value: &str) -> bool {
    let Some(Content::Enumeration(enumeration)) =
        field(catalog, object, name).map(|field| &field.content)
    else {
        return false;
    };
    let mut enumerations = catalog.enumerations.iter();
    let found = enumerations.find(|known| known.name == *enumeration);
    found.is_some_and(|found| found.values.iter().any(|known| known.value == value))
}
