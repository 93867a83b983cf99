//! The public reader: its options, and the order of the stages.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::documents::Documents;
use crate::error::Error;
use crate::limits::Limits;
use crate::load::{self, Source};
use crate::model::{Builtin, Model};
use crate::options::{Options, Provided};
use crate::print::print_raw;
use crate::publish::{PublishedDocument, publish};
use crate::resolve::resolve;

/// Reads a WSDL of one or more files, with limits and rules about the directories of files.
///
/// Imported and included files are read from the directory of the WSDL (and below), and from the
/// directories that [`allow_root`](Reader::allow_root) adds. They can also be given as bytes to
/// [`provide`](Reader::provide). Nothing is ever fetched over a network.
///
/// ```
/// use saponify_wsdl::Reader;
///
/// let wsdl = r#"
///     <definitions xmlns="http://schemas.xmlsoap.org/wsdl/">
///         <types>
///             <schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:shop">
///                 <include schemaLocation="https://example.com/price.xsd"/>
///             </schema>
///         </types>
///     </definitions>"#;
/// let price = r#"
///     <schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:shop">
///         <element name="Price" type="decimal"/>
///     </schema>"#;
///
/// let error = Reader::new().read(wsdl.as_bytes()).unwrap_err();
/// assert!(error.is_import());
///
/// let model = Reader::new()
///     .provide("https://example.com/price.xsd", price)
///     .read(wsdl.as_bytes())?;
/// assert_eq!(model.elements[0].name.local, "Price");
/// # Ok::<(), saponify_wsdl::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reader {
    options: Options,
}

impl Reader {
    /// Makes a reader with the default limits that reads files only from the directory of the WSDL.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the limits.
    pub fn limits(&mut self, limits: Limits) -> &mut Self {
        self.options.limits = limits;
        self
    }

    /// Allows imports of files in and below another directory.
    ///
    /// ```no_run
    /// # use saponify_wsdl::Reader;
    /// // device/wsdl/device.wsdl imports ../../schema/types.xsd
    /// let model = Reader::new()
    ///     .allow_root("vendor/camera")
    ///     .read_file("vendor/camera/device/wsdl/device.wsdl")?;
    /// # Ok::<(), saponify_wsdl::Error>(())
    /// ```
    pub fn allow_root(&mut self, directory: impl Into<PathBuf>) -> &mut Self {
        self.options.roots.push(directory.into());
        self
    }

    /// Provides the document of an import. The import is identified by its location, exactly as written, or
    /// by its namespace, even if it has no location. An include has no namespace of its own.
    pub fn provide(
        &mut self,
        import: impl Into<String>,
        document: impl Into<Vec<u8>>,
    ) -> &mut Self {
        let document = Provided::Bytes(document.into());
        self.options.imports.insert(import.into(), document);
        self
    }

    /// Provides the file of an import, which is identified as for [`provide`](Reader::provide).
    ///
    /// The imports of that file may be in its own directory, too.
    ///
    /// ```no_run
    /// # use saponify_wsdl::Reader;
    /// let model = Reader::new()
    ///     .provide_file("https://example.com/price.xsd", "vendor/price.xsd")
    ///     .read_file("vendor/shop.wsdl")?;
    /// # Ok::<(), saponify_wsdl::Error>(())
    /// ```
    pub fn provide_file(
        &mut self,
        import: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> &mut Self {
        let file = Provided::File(path.into());
        self.options.imports.insert(import.into(), file);
        self
    }

    /// Leaves out the document of an import, which is identified as for [`provide`](Reader::provide).
    ///
    /// A reference to a definition of that document accepts any type, or is left out, with a note for each.
    ///
    /// ```
    /// # use saponify_wsdl::Reader;
    /// let wsdl = r#"
    ///     <definitions xmlns="http://schemas.xmlsoap.org/wsdl/">
    ///         <import namespace="urn:unused" location="https://example.com/unused.wsdl"/>
    ///     </definitions>"#;
    /// assert!(Reader::new().read(wsdl.as_bytes()).unwrap_err().is_import());
    ///
    /// let model = Reader::new()
    ///     .skip_import("https://example.com/unused.wsdl")
    ///     .read(wsdl.as_bytes())?;
    /// assert_eq!(model.notes.len(), 1);
    /// # Ok::<(), saponify_wsdl::Error>(())
    /// ```
    pub fn skip_import(&mut self, import: impl Into<String>) -> &mut Self {
        self.options
            .imports
            .insert(import.into(), Provided::Nothing);
        self
    }

    /// Uses a built-in type of XML Schema instead of the type `name`, whether that type is defined or not.
    /// [`Builtin::AnyType`] accepts any content.
    ///
    /// `name` is `{namespace}local`, or the name as the document writes it, with its prefix. This is useful
    /// for a type that no schema defines, and for a type whose values do not conform to its definition. It
    /// does not change the base of a complex type, if that base is defined.
    ///
    /// ```
    /// # use saponify_wsdl::Reader;
    /// use saponify_wsdl::model::Builtin;
    ///
    /// let wsdl = r#"
    ///     <definitions xmlns="http://schemas.xmlsoap.org/wsdl/">
    ///         <types>
    ///             <schema xmlns="http://www.w3.org/2001/XMLSchema"
    ///                     xmlns:java="java:java.lang" targetNamespace="urn:shop">
    ///                 <element name="note" type="java:String"/>
    ///             </schema>
    ///         </types>
    ///     </definitions>"#;
    /// let model = Reader::new()
    ///     .override_type("java:String", Builtin::String)
    ///     .read(wsdl.as_bytes())?;
    /// let note = &model.elements[0];
    /// assert_eq!(model.type_def(note.type_id).name.local(), "string");
    /// # Ok::<(), saponify_wsdl::Error>(())
    /// ```
    pub fn override_type(&mut self, name: impl Into<String>, builtin: Builtin) -> &mut Self {
        self.options.types.insert(name.into(), builtin);
        self
    }

    /// Reads a WSDL from bytes. No file is read.
    ///
    /// # Errors
    ///
    /// The document is refused. This includes a document that imports another one that was not
    /// [provided](Reader::provide) and whose namespace it does not define itself.
    pub fn read(&self, bytes: &[u8]) -> Result<Model, Error> {
        self.with_documents(Source::Bytes(bytes), resolve)
    }

    /// Reads a WSDL from a file, and the files that it imports.
    ///
    /// [`Model::files`] lists the files.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or a document is refused.
    pub fn read_file(&self, path: impl AsRef<Path>) -> Result<Model, Error> {
        self.with_documents(Source::File(path.as_ref()), resolve)
    }

    /// Prints the typed trees of the documents before names are resolved. It is for debugging; the format
    /// is unstable.
    ///
    /// # Errors
    ///
    /// The errors of [`read`](Reader::read) that occur before names are resolved.
    pub fn dump_raw(&self, bytes: &[u8]) -> Result<String, Error> {
        self.with_documents(Source::Bytes(bytes), |_, documents| {
            Ok(print_raw(&documents))
        })
    }

    /// Does the same as [`dump_raw`](Reader::dump_raw) for a file.
    ///
    /// # Errors
    ///
    /// The errors of [`read_file`](Reader::read_file) that occur before names are resolved.
    pub fn dump_raw_file(&self, path: impl AsRef<Path>) -> Result<String, Error> {
        self.with_documents(Source::File(path.as_ref()), |_, documents| {
            Ok(print_raw(&documents))
        })
    }

    /// Reads a WSDL as [`read`](Reader::read) does. Also returns the WSDL and the documents that it imports in
    /// the form in which a server publishes them. The WSDL is the first one. Built-in documents are not
    /// included.
    ///
    /// # Errors
    ///
    /// The errors of [`read`](Reader::read).
    pub fn read_published(&self, bytes: &[u8]) -> Result<(Model, Vec<PublishedDocument>), Error> {
        self.published(Source::Bytes(bytes))
    }

    /// Does the same as [`read_published`](Reader::read_published) for a file.
    ///
    /// # Errors
    ///
    /// The errors of [`read_file`](Reader::read_file).
    pub fn read_published_file(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<(Model, Vec<PublishedDocument>), Error> {
        self.published(Source::File(path.as_ref()))
    }

    fn published(&self, source: Source<'_>) -> Result<(Model, Vec<PublishedDocument>), Error> {
        self.with_texts(source, |texts, documents| {
            let published = publish(&documents, texts);
            Ok((resolve(&self.options, documents)?, published))
        })
    }

    fn with_documents<T>(
        &self,
        source: Source<'_>,
        then: impl FnOnce(&Options, Documents<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.with_texts(source, |_, documents| then(&self.options, documents))
    }

    fn with_texts<T>(
        &self,
        source: Source<'_>,
        then: impl FnOnce(&[OnceCell<String>], Documents<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // Everything that is read borrows from these texts. Cells allow the list to grow while it is
        // borrowed.
        let files = usize::try_from(self.options.limits.files.clamp(1, 1 << 16)).unwrap_or(1);
        let texts: Vec<OnceCell<String>> = (0..files).map(|_| OnceCell::new()).collect();
        let documents = load::load(&self.options, &texts, source)?;
        let names: Vec<_> = documents
            .files
            .iter()
            .map(|file| file.name.clone())
            .collect();
        then(&texts, documents).map_err(|error| {
            let file = names
                .iter()
                .position(|name| name.as_deref() == error.file());
            let text = file.and_then(|file| texts.get(file)?.get());
            match text {
                Some(text) => error.in_text(text),
                None => error,
            }
        })
    }
}
