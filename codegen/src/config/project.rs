//! `saponify.toml`: the options of a project, and of each of its tenants.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use saponify_wsdl::Excerpt;

use super::Config;
use super::pattern::closest;
use super::place::misshapen;
use crate::error::Error;

/// The name of the file.
const NAME: &str = "saponify.toml";

/// A `saponify.toml`: options, and tenants that change some of them.
///
/// The keys are the options of [`Config`]. A table `[tenants.NAME]` has the same keys. What it does not
/// set is as in the rest of the file; a list that it sets replaces the other one. There are two
/// exceptions, because each tenant needs a place of its own: the `module` of a tenant is by default the
/// name of the tenant, and an `out-dir` of the file contains a directory for each tenant. Relative paths
/// are relative to the directory of the file.
///
/// `out-dir` is for the program: [`Config::compile`] writes to `$OUT_DIR`.
///
/// ```
/// use saponify_codegen::Project;
///
/// let project = Project::from_toml(
///     "methods = false\n\
///      [tenants.europe]\n\
///      input = 'wsdl/europe.wsdl'\n\
///      [tenants.america]\n\
///      input = 'wsdl/america.wsdl'\n\
///      methods = true\n",
/// )?;
/// let names: Vec<&str> = project.tenants().map(|(name, _)| name).collect();
/// assert_eq!(names, ["america", "europe"]);
/// # Ok::<(), saponify_codegen::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    path: Option<PathBuf>,
    base: Config,
    tenants: BTreeMap<String, Config>,
}

impl Project {
    /// The JSON schema of the file, for editors.
    pub const SCHEMA: &str = include_str!("../../saponify.schema.json");

    /// Reads options in memory. Relative paths stay as they are.
    ///
    /// # Errors
    ///
    /// If the text is not TOML, has a key that is not an option, or a value of the wrong type.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let base: Config = toml::from_str(text).map_err(|error| refused(text, &error))?;
        for (name, tenant) in &base.tenants {
            if !tenant.tenants.is_empty() {
                return Err(Error::config(format!(
                    "the tenant {name:?} has tenants of its own; write each of them as \
                     `[tenants.NAME]`"
                )));
            }
        }
        let mut tenants = BTreeMap::new();
        if !base.tenants.is_empty() {
            let mut shared: toml::Table =
                toml::from_str(text).map_err(|error| refused(text, &error))?;
            let own = shared.remove("tenants");
            let own = own.as_ref().and_then(toml::Value::as_table);
            for (name, options) in own.into_iter().flatten() {
                let Some(options) = options.as_table() else {
                    continue;
                };
                let mut merged = shared.clone();
                merge(&mut merged, options);
                let mut config: Config = merged.try_into().map_err(|error: toml::de::Error| {
                    Error::config(format!("the options of the tenant {name:?} cannot be used"))
                        .caused_by(error)
                })?;
                if !options.contains_key("out-dir") {
                    if !is_folder(name) {
                        return Err(Error::config(format!(
                            "the tenant {name:?} needs a directory, and its name is none; set `out-dir`"
                        )));
                    }
                    config.out_dir = config.out_dir.map(|all| all.join(name));
                }
                if !options.contains_key("module") {
                    config.module = None;
                    config.tenant = Some(name.clone());
                }
                config.out_dir_of_program = true;
                tenants.insert(name.clone(), config);
            }
        }
        separate(&tenants)?;
        let base = Config {
            tenants: BTreeMap::new(),
            out_dir_of_program: true,
            ..base
        };
        Ok(Self {
            path: None,
            base,
            tenants,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, and as [`from_toml`](Self::from_toml).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("cannot read", path, e))?;
        let mut project = Self::from_toml(&text).map_err(|error| error.in_file(path))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        for config in std::iter::once(&mut project.base).chain(project.tenants.values_mut()) {
            config.move_to(directory);
            config.read_from.push(path.to_owned());
        }
        project.path = Some(path.to_owned());
        Ok(project)
    }

    /// Finds the file in a directory or in one above it, and reads it. `None` if there is none. The empty
    /// path is the current directory.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn find(directory: impl AsRef<Path>) -> Result<Option<Self>, Error> {
        let directory = directory.as_ref();
        let failed = |e| Error::io("cannot find", directory, e);
        // The empty path is the current directory, but it cannot be made absolute.
        let whole = Path::new(".").join(directory);
        let real = std::fs::canonicalize(&whole).map_err(failed)?;
        // With a link or `..` in the path, `..` after it may lead elsewhere.
        let is_plain = std::path::absolute(&whole).is_ok_and(|whole| whole == real);
        for (steps, above) in real.ancestors().enumerate() {
            if above.join(NAME).is_file() {
                let up: PathBuf = std::iter::repeat_n("..", steps).collect();
                let path = match is_plain {
                    true => directory.join(up).join(NAME),
                    false => above.join(NAME),
                };
                return Self::load(path).map(Some);
            }
        }
        Ok(None)
    }

    /// The file that was read.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The tenants by name, sorted.
    pub fn tenants(&self) -> impl Iterator<Item = (&str, &Config)> {
        self.tenants
            .iter()
            .map(|(name, config)| (name.as_str(), config))
    }

    /// The options of a tenant, or those of the file if it has no tenants. A file with one tenant needs
    /// no name.
    ///
    /// # Errors
    ///
    /// If there is no such tenant, or if there are several and none is named.
    pub fn config(&self, tenant: Option<&str>) -> Result<&Config, Error> {
        let names = || self.tenants.keys().map(String::as_str).collect::<Vec<_>>();
        let Some(name) = tenant else {
            let mut all = self.tenants.values();
            return match (all.next(), all.next()) {
                (None, _) => Ok(&self.base),
                (Some(only), None) => Ok(only),
                (Some(_), Some(_)) => Err(Error::config(format!(
                    "there are several tenants; name one of {}",
                    names().join(", ")
                ))),
            };
        };
        self.tenants.get(name).ok_or_else(|| {
            let known = match self.tenants.is_empty() {
                true => "; the file has no table `[tenants.NAME]`".to_owned(),
                false => closest(name, names()),
            };
            Error::config(format!("there is no tenant {name:?}{known}"))
        })
    }
}

impl Config {
    /// Makes relative paths relative to a directory.
    fn move_to(&mut self, directory: &Path) {
        let single = self.input.iter_mut().chain(self.out_dir.iter_mut());
        let lists = self
            .import_roots
            .iter_mut()
            .chain(self.provide.values_mut());
        for path in single.chain(lists) {
            // An absolute path replaces the directory.
            *path = directory.join(&*path);
        }
    }
}

/// Whether the name of a tenant is the name of a directory.
fn is_folder(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(fits)
}

/// Refuses tenants of which one would overwrite or remove the files of another.
fn separate(tenants: &BTreeMap<String, Config>) -> Result<(), Error> {
    // The name of the module, which is the directory without `out-dir` and in a build script.
    let module = |config: &Config| {
        let name = config.module.as_ref().or(config.tenant.as_ref());
        name.map(|name| name.to_lowercase().replace('-', "_"))
    };
    let place = |config: &Config| {
        let whole = config.out_dir.clone();
        let whole = whole.or_else(|| module(config).map(PathBuf::from));
        let whole = whole.unwrap_or_default();
        let parts = whole.components();
        parts.filter(|part| *part != Component::CurDir).collect()
    };
    let places: Vec<(&str, PathBuf, &Config)> = tenants
        .iter()
        .map(|(name, config)| (name.as_str(), place(config), config))
        .collect();
    for (n, (one, first, a)) in places.iter().enumerate() {
        for (other, second, b) in places.iter().skip(n + 1) {
            if first.starts_with(second) || second.starts_with(first) {
                return Err(Error::config(format!(
                    "the tenants {one:?} and {other:?} are written to {} and {}; each needs a \
                     directory of its own, which is not inside of another: set `out-dir`",
                    first.display(),
                    second.display()
                )));
            }
            if module(a) == module(b) {
                return Err(Error::config(format!(
                    "the tenants {one:?} and {other:?} have the same `module`, and a build script \
                     writes each of them to a directory of this name; set another one"
                )));
            }
        }
    }
    // Some file systems ignore case.
    let lower = |path: &Path| PathBuf::from(path.to_string_lossy().to_lowercase());
    for (_, place, config) in &places {
        let Some(module) = &config.share else {
            continue;
        };
        let shared = lower(&place.with_file_name(module));
        for (other, place, _) in &places {
            let place = lower(place);
            if place.starts_with(&shared) || shared.starts_with(&place) {
                return Err(Error::config(format!(
                    "the types that are shared by the module {module:?} and the tenant {other:?} are written to \
                     the same directory {}; set another name in `share`, or another `out-dir`",
                    shared.display()
                )));
            }
        }
    }
    Ok(())
}

/// Puts the values of one table over those of another. Tables are merged, and all else is replaced.
fn merge(base: &mut toml::Table, over: &toml::Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(over)) => merge(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The error of a text that cannot be used, with the line that is wrong. The parser's sentence about an
/// unknown key lists all keys; this one suggests the one that was meant.
fn refused(text: &str, error: &toml::de::Error) -> Error {
    let message = error.message();
    let message = match unknown_key(message) {
        Some((key, known)) => format!("there is no option `{key}`{}", closest(key, known)),
        None => message.to_owned(),
    };
    let misshapen = || misshapen(text, &error.span()?);
    let (message, span) = match misshapen().filter(|_| message.starts_with("invalid type")) {
        Some((message, span)) => (message, Some(span)),
        None => (message, error.span()),
    };
    let excerpt = span.and_then(|span| Excerpt::of(text, span));
    Error::config(message).with_excerpt(excerpt)
}

/// The unknown key, and those that are known, of a sentence such as "unknown field `x`, expected one of
/// `a`, `b`".
fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, known) = rest.split_once("`, expected ")?;
    let known = known.split('`').skip(1).step_by(2).collect();
    Some((key, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_changes_some_options_and_keeps_the_others() -> Result<(), Error> {
        let project = Project::from_toml(
            "docs = false\n[include]\nobjects = ['A', 'B']\nfields = ['A.x']\n\
             [tenants.one]\ninput = 'one.wsdl'\n\
             [tenants.two]\ndocs = true\ninclude.objects = ['C']\n",
        )?;
        let (one, two) = (project.config(Some("one"))?, project.config(Some("two"))?);
        assert_eq!((one.docs, two.docs), (false, true));
        assert_eq!(one.include.objects, ["A", "B"]);
        assert_eq!(two.include.objects, ["C"]);
        assert_eq!(two.include.fields, ["A.x"]);
        assert!(project.config(None).is_err());
        let unknown = project.config(Some("tow")).err().map(|e| e.to_string());
        assert_eq!(
            unknown.as_deref(),
            Some("there is no tenant \"tow\"; did you mean `two`?")
        );
        Ok(())
    }

    #[test]
    fn no_tenant_overwrites_another() -> Result<(), Error> {
        // Salesforce calls every file `enterprise.wsdl`.
        let project = Project::from_toml(
            "out-dir = 'src/sf'\n\
             [tenants.europe]\ninput = 'europe/enterprise.wsdl'\n\
             [tenants.america]\ninput = 'america/enterprise.wsdl'\n",
        )?;
        let europe = project.config(Some("europe"))?;
        assert_eq!(europe.out_dir_path(), Some(Path::new("src/sf/europe")));
        assert_eq!(europe.module_name()?, "europe");
        for text in [
            "[tenants.a]\nout-dir = 'src'\n[tenants.b]\nout-dir = './src/'\n",
            "[tenants.a]\nout-dir = 'src'\n[tenants.b]\nout-dir = 'src/b'\n",
            "module = 'm'\n[tenants.a]\nmodule = 'x'\n[tenants.b]\nmodule = 'x'\n",
            "out-dir = 'src'\n[tenants.a]\nmodule = 'x'\n[tenants.b]\nmodule = 'x'\n",
        ] {
            let error = Project::from_toml(text).unwrap_err().to_string();
            assert!(error.contains("\"a\" and \"b\""), "{error}");
        }
        let error = Project::from_toml("[tenants.\"../x\"]\n").unwrap_err();
        assert!(error.to_string().contains("set `out-dir`"), "{error}");
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_shown_in_its_line() {
        for (text, message, marked) in [
            (
                "docs = true\nmethds = false\n",
                "there is no option `methds`; did you mean `methods`?",
                "methds",
            ),
            (
                "[include]\nobject = []\n",
                "there is no option `object`; did you mean `objects`?",
                "object",
            ),
            (
                "[tenants.a]\nmethds = false\n",
                "there is no option `methds`; did you mean `methods`?",
                "methds",
            ),
            (
                "include = ['A']\n",
                "`include` is a table with the lists `objects`, `fields` and `operations`, such as \
                 `include.objects = [\"Account\"]`, and not a list",
                "['A']",
            ),
            (
                "[tenants.a]\ninclude.objects = 'A'\n",
                "`include.objects` is a list of names, such as `include.objects = [\"Account\"]`, and not a text",
                "'A'",
            ),
            (
                "[include]\nfields = ['A.b', 3]\n",
                "`include.fields` is a list of names, such as `include.fields = [\"Account\"]`, and a number is no \
                 name",
                "3",
            ),
            (
                "[rename.types]\nA = true\n",
                "`rename.types.A` is a text in quotes, and not `true`",
                "true",
            ),
            (
                "tenants = 3\n",
                "`tenants` is a table for each tenant: `[tenants.NAME]`, and not a number",
                "3",
            ),
            (
                "docs = \"x\"\n",
                "`docs` is `true` or `false`, and not a text",
                "\"x\"",
            ),
        ] {
            let error = Project::from_toml(text).unwrap_err();
            assert_eq!(error.to_string(), message);
            let excerpt = error.excerpt().unwrap();
            assert_eq!(&excerpt.text()[excerpt.span()], marked, "{text}");
        }
        let nested = Project::from_toml("[tenants.a.tenants.b]\n").unwrap_err();
        assert!(
            nested.to_string().contains("tenants of its own"),
            "{nested}"
        );
    }
}
