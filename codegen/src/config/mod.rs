//! Options. The same set serves build scripts ([`Config`]'s methods), the command line and
//! `saponify.toml` (`Config::from_toml`, feature `toml`).

mod pattern;
#[cfg(feature = "toml")]
mod place;
#[cfg(feature = "toml")]
mod project;
mod share;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Error;
pub(crate) use pattern::{PatternList, glob, suggestion};
#[cfg(feature = "toml")]
pub use project::Project;

/// What to generate, and how.
///
/// Patterns are names of the WSDL in which `*` stands for any text: `Account`, `*__c`. A pattern that
/// matches nothing is an error, so that a misspelt name is noticed.
///
/// ```
/// let config = saponify_codegen::Config::new()
///     .include_objects(["Account", "Contact", "Invoice*__c"])
///     .exclude_fields(["Account.*__pc"])
///     .methods(false);
/// # let _ = config;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "toml", derive(serde::Deserialize))]
#[cfg_attr(
    feature = "toml",
    serde(deny_unknown_fields, default, rename_all = "kebab-case")
)]
pub struct Config {
    pub(crate) input: Option<PathBuf>,
    pub(crate) out_dir: Option<PathBuf>,
    pub(crate) module: Option<String>,
    pub(crate) include: Filter,
    pub(crate) exclude: Filter,
    pub(crate) methods: bool,
    pub(crate) messages: bool,
    pub(crate) docs: bool,
    pub(crate) serde: bool,
    pub(crate) warnings: bool,
    pub(crate) server: bool,
    pub(crate) file_per_object: bool,
    pub(crate) share: Option<String>,
    pub(crate) share_objects: bool,
    pub(crate) derive: BTreeMap<String, Vec<String>>,
    pub(crate) rename: Renames,
    pub(crate) open_bases: Option<Vec<String>>,
    pub(crate) sensitive: Vec<String>,
    pub(crate) nillable: Vec<String>,
    pub(crate) import_roots: Vec<PathBuf>,
    pub(crate) provide: BTreeMap<String, PathBuf>,
    pub(crate) skip_imports: Vec<String>,
    /// Names of built-in types by the names of the types that they replace.
    pub(crate) types: BTreeMap<String, String>,
    /// The tables of tenants in a `saponify.toml`; empty outside of `Project`.
    #[cfg(feature = "toml")]
    pub(crate) tenants: BTreeMap<String, Config>,
    /// The files that these options were read from.
    #[cfg_attr(feature = "toml", serde(skip))]
    pub(crate) read_from: Vec<PathBuf>,
    /// The name of the tenant, which is that of the module unless `module` is set.
    #[cfg_attr(feature = "toml", serde(skip))]
    pub(crate) tenant: Option<String>,
    /// Whether `out_dir` is that of a `saponify.toml`, which is for the program and not for build scripts.
    #[cfg_attr(feature = "toml", serde(skip))]
    pub(crate) out_dir_of_program: bool,
    /// Whether a pattern or a name of these options may match nothing in the WSDL.
    #[cfg_attr(feature = "toml", serde(skip))]
    pub(crate) tolerant: bool,
    /// Whether the describe beside the input is left out.
    #[cfg(feature = "describe")]
    #[cfg_attr(feature = "toml", serde(skip))]
    pub(crate) undescribed: bool,
}

/// Patterns of names to include, or to exclude.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "toml", derive(serde::Deserialize))]
#[cfg_attr(feature = "toml", serde(deny_unknown_fields, default))]
pub(crate) struct Filter {
    pub(crate) objects: Vec<String>,
    pub(crate) fields: Vec<String>,
    pub(crate) operations: Vec<String>,
}

/// Rust names, by names of the WSDL.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "toml", derive(serde::Deserialize))]
#[cfg_attr(feature = "toml", serde(deny_unknown_fields, default))]
pub(crate) struct Renames {
    pub(crate) types: BTreeMap<String, String>,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) operations: BTreeMap<String, String>,
    pub(crate) modules: BTreeMap<String, String>,
    pub(crate) values: BTreeMap<String, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Config {
    /// Everything in the WSDL, with methods and documentation.
    #[must_use]
    pub fn new() -> Self {
        Self {
            input: None,
            out_dir: None,
            module: None,
            include: Filter::default(),
            exclude: Filter::default(),
            methods: true,
            messages: false,
            docs: true,
            serde: false,
            warnings: true,
            server: false,
            file_per_object: false,
            share: None,
            share_objects: false,
            derive: BTreeMap::new(),
            rename: Renames::default(),
            open_bases: None,
            sensitive: Vec::new(),
            nillable: Vec::new(),
            import_roots: Vec::new(),
            provide: BTreeMap::new(),
            skip_imports: Vec::new(),
            types: BTreeMap::new(),
            #[cfg(feature = "toml")]
            tenants: BTreeMap::new(),
            read_from: Vec::new(),
            tenant: None,
            out_dir_of_program: false,
            tolerant: false,
            #[cfg(feature = "describe")]
            undescribed: false,
        }
    }

    /// The options in a `saponify.toml` without tenants. [`Project`] reads one with tenants.
    ///
    /// ```
    /// let config = saponify_codegen::Config::from_toml(
    ///     "input = 'wsdl/enterprise.wsdl'\n\
    ///      methods = false\n\
    ///      [include]\n\
    ///      objects = ['Account', '*__c']\n",
    /// )?;
    /// # let _ = config;
    /// # Ok::<(), saponify_codegen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not TOML, has a key that is not an option, or a value of the wrong type; also if it
    /// has several tenants.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        Project::from_toml(text)?.config(None).cloned()
    }

    /// The options in a file, as [`from_toml`](Self::from_toml). Relative paths in it are relative to its
    /// directory.
    ///
    /// In a build script, a change of the file runs the script again:
    ///
    /// ```no_run
    /// saponify_codegen::Config::from_file("saponify.toml")?.compile()?;
    /// # Ok::<(), saponify_codegen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it cannot be read, and as [`from_toml`](Self::from_toml).
    #[cfg(feature = "toml")]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        Project::load(path)?.config(None).cloned()
    }

    /// Without files of options, no error is in one.
    #[cfg(not(feature = "toml"))]
    pub(crate) fn located(&self, error: Error) -> Error {
        error
    }

    /// The WSDL file. A relative path is relative to the current directory, which is the directory of
    /// the package in a build script.
    #[must_use]
    pub fn input(mut self, path: impl Into<PathBuf>) -> Self {
        self.input = Some(path.into());
        self
    }

    /// The directory for `mod.rs` and its submodules. By default it has the name of the module and
    /// is in `$OUT_DIR`.
    #[must_use]
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self.out_dir_of_program = false;
        self
    }

    /// The name of the module, which is also that of the directory in `$OUT_DIR`. By default it is the
    /// file name of the input without its extension.
    #[must_use]
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.module = Some(name.into());
        self
    }

    /// Keeps only these objects. Operations and all types that they need stay. A parent object that is
    /// not kept becomes an untyped record.
    #[must_use]
    pub fn include_objects<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.include
            .objects
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Excludes these objects.
    #[must_use]
    pub fn exclude_objects<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.exclude
            .objects
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Keeps only these fields of the types that are named, and `Id`: `Account.Name`, `*.*Date`.
    #[must_use]
    pub fn include_fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.include
            .fields
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Excludes these fields: `Account.Jigsaw`, `*.SystemModstamp`. If the service sends such a field,
    /// it can be read by its name.
    #[must_use]
    pub fn exclude_fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.exclude
            .fields
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Keeps only these operations. Of the types that are not objects, only those that they need stay.
    #[must_use]
    pub fn include_operations<S: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Self {
        self.include
            .operations
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Excludes these operations.
    #[must_use]
    pub fn exclude_operations<S: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Self {
        self.exclude
            .operations
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Selects everything that the WSDL has, whatever was included or excluded before.
    #[must_use]
    pub fn everything(mut self) -> Self {
        self.include = Filter::default();
        self.exclude = Filter::default();
        self
    }

    /// Whether objects get a getter and a `with_` method per field, in addition to the key. Without
    /// them, a tenant of thirty thousand fields compiles in half the time.
    #[must_use]
    pub fn methods(mut self, methods: bool) -> Self {
        self.methods = methods;
        self
    }

    /// Whether the elements of requests and responses become types, too. A call accepts and returns
    /// their content, so calls do not need these types. They are for programs that read or write messages
    /// themselves.
    ///
    /// ```
    /// let config = saponify_codegen::Config::new().messages(true);
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn messages(mut self, messages: bool) -> Self {
        self.messages = messages;
        self
    }

    /// Whether fields and types are documented.
    #[must_use]
    pub fn docs(mut self, docs: bool) -> Self {
        self.docs = docs;
        self
    }

    /// Whether generated types implement `Serialize` and `Deserialize`, in the JSON format that the
    /// module `json` of the runtime describes. The crate `saponify` then needs its feature `serde`.
    #[must_use]
    pub fn serde(mut self, serde: bool) -> Self {
        self.serde = serde;
        self
    }

    /// Whether a build script warns about a retired API version and about operations that Salesforce
    /// retires. [`Output::warnings`](crate::Output::warnings) has them in any case.
    #[must_use]
    pub fn warnings(mut self, warnings: bool) -> Self {
        self.warnings = warnings;
        self
    }

    /// Whether the server side is generated, too: a trait for each port type, which a server implements,
    /// and the documents that it publishes. The crate `saponify` then needs its feature `server`, whose
    /// module `server` describes how such a server runs.
    ///
    /// ```
    /// let config = saponify_codegen::Config::new().server(true);
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn server(mut self, server: bool) -> Self {
        self.server = server;
        self
    }

    /// Whether each object has a file of its own, named after it, such as `sobjects/account.rs`. It is
    /// for code that is checked in, where a diff then names the object; a build script needs few files.
    /// The program `saponify` turns it on.
    #[must_use]
    pub fn file_per_object(mut self, file_per_object: bool) -> Self {
        self.file_per_object = file_per_object;
        self
    }

    /// Additional derives for the types that match a pattern, such as `("LimitInfo", ["Eq"])`. A trait
    /// that a type already implements is skipped, so that a pattern may match types of several kinds.
    #[must_use]
    pub fn derive<S: Into<String>>(
        mut self,
        types: impl Into<String>,
        derives: impl IntoIterator<Item = S>,
    ) -> Self {
        let list = self.derive.entry(types.into()).or_default();
        list.extend(derives.into_iter().map(Into::into));
        self
    }

    /// The Rust name of a type: `("Account", "Customer")`.
    #[must_use]
    pub fn rename_type(mut self, wire: impl Into<String>, rust: impl Into<String>) -> Self {
        self.rename.types.insert(wire.into(), rust.into());
        self
    }

    /// The Rust name of a field: `("Account.Type", "kind")`.
    #[must_use]
    pub fn rename_field(mut self, wire: impl Into<String>, rust: impl Into<String>) -> Self {
        self.rename.fields.insert(wire.into(), rust.into());
        self
    }

    /// The name of an operation's method: `("query", "run_query")`.
    #[must_use]
    pub fn rename_operation(mut self, wire: impl Into<String>, rust: impl Into<String>) -> Self {
        self.rename.operations.insert(wire.into(), rust.into());
        self
    }

    /// The variant of an enumeration's value: `("StatusCode.UNABLE_TO_LOCK_ROW", "Locked")`.
    #[must_use]
    pub fn rename_value(mut self, wire: impl Into<String>, rust: impl Into<String>) -> Self {
        self.rename.values.insert(wire.into(), rust.into());
        self
    }

    /// The module for the types of a namespace: `("http://example.com/2010/orders", "orders")`.
    #[must_use]
    pub fn rename_module(mut self, uri: impl Into<String>, rust: impl Into<String>) -> Self {
        self.rename.modules.insert(uri.into(), rust.into());
        self
    }

    /// Types whose derived types become views over sparse records instead of structs, as local names or
    /// `{namespace}name`. By default this is `sObject` in a namespace of Salesforce.
    #[must_use]
    pub fn open_bases<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.open_bases = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Additional fields, by name or pattern, whose values are never printed. The runtime itself
    /// recognizes passwords, secrets, session ids, access tokens, private keys and their like by their
    /// names.
    #[must_use]
    pub fn sensitive<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.sensitive.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Elements, by name or pattern, whose nil (`xsi:nil="true"`) is not the same as their absence. They
    /// are fields of the type `saponify::Nillable`, in an option if they may be absent. `*` stands for
    /// all nillable elements.
    ///
    /// Without this, `None` of an optional element is not sent, and that of a required one is sent as
    /// nil. Elements whose type has attributes are of this type anyway, because an element that is nil
    /// may have attributes. Fields of sObjects are not concerned: see `set_null`.
    ///
    /// ```
    /// let config = saponify_codegen::Config::new().nillable(["nickname", "*Date"]);
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn nillable<S: Into<String>>(mut self, elements: impl IntoIterator<Item = S>) -> Self {
        self.nillable.extend(elements.into_iter().map(Into::into));
        self
    }

    /// Directories from which the WSDL may import files, in addition to its own directory.
    ///
    /// This is needed if `../` leads out of the directory of the WSDL. Nothing is ever fetched. No file
    /// outside of these directories is read, neither by `..` nor by an absolute path nor through a
    /// symbolic link.
    ///
    /// ```
    /// // device/wsdl/device.wsdl imports ../../schema/types.xsd
    /// let config = saponify_codegen::Config::new()
    ///     .input("vendor/camera/device/wsdl/device.wsdl")
    ///     .import_roots(["vendor/camera"]);
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn import_roots<P: Into<PathBuf>>(mut self, dirs: impl IntoIterator<Item = P>) -> Self {
        self.import_roots.extend(dirs.into_iter().map(Into::into));
        self
    }

    /// The file to read for an import. The import is named by its location exactly as written in the
    /// document, or by its namespace. The file may import others from its own directory.
    ///
    /// This is for an import by URL of which you saved a copy, and for an import without a location.
    ///
    /// ```
    /// let config = saponify_codegen::Config::new()
    ///     .input("wsdl/shop.wsdl")
    ///     .provide_file("https://example.com/price.xsd", "wsdl/price.xsd");
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn provide_file(mut self, import: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.provide.insert(import.into(), path.into());
        self
    }

    /// Skips imports. Each is named by its location exactly as written in the document, or by its
    /// namespace.
    ///
    /// What refers to a definition of such a document takes any value, or is left out; a note
    /// names each of these ([`Output::notes`](crate::Output::notes)).
    #[must_use]
    pub fn skip_imports<S: Into<String>>(mut self, imports: impl IntoIterator<Item = S>) -> Self {
        self.skip_imports
            .extend(imports.into_iter().map(Into::into));
        self
    }

    /// Reads another type wherever the WSDL refers to the type `name`, whether that is defined or
    /// not. For a type that no schema defines, and for one whose values do not keep to its
    /// definition.
    ///
    /// `name` is `{namespace}local`, or the name exactly as the WSDL writes it, prefix included.
    /// `replacement` is a built-in type of XML Schema such as `xsd:string` or `xsd:dateTime`; `text`
    /// is another name of `xsd:string`, and `any` of `xsd:anyType`, which takes any content.
    ///
    /// ```
    /// let config = saponify_codegen::Config::new()
    ///     .override_type("java:String", "xsd:string")
    ///     .override_type("{urn:shop}Date", "text");
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn override_type(
        mut self,
        name: impl Into<String>,
        replacement: impl Into<String>,
    ) -> Self {
        self.types.insert(name.into(), replacement.into());
        self
    }

    /// The input that was set.
    #[must_use]
    pub fn input_path(&self) -> Option<&Path> {
        self.input.as_deref()
    }

    /// The output directory that was set.
    #[must_use]
    pub fn out_dir_path(&self) -> Option<&Path> {
        self.out_dir.as_deref()
    }
}
