//! The catalog of a WSDL, and the comparison of two WSDLs with the same options.

use std::path::Path;
use std::thread;

use super::stages::{Source, catalog_and_output, with_catalog};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::diff::{Change, Diff};
use crate::error::Error;
use crate::output::Output;

impl Config {
    /// What the input contains, as far as these options select it, and what is generated from it.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run).
    pub fn catalog(&self) -> Result<Catalog, Error> {
        self.read(|source| with_catalog(source, self))
    }

    /// As [`catalog`](Config::catalog) and [`run`](Config::run), for which the input is read once.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run).
    pub fn catalog_and_output(&self) -> Result<(Catalog, Output), Error> {
        self.read(|source| catalog_and_output(source, self))
    }

    /// As [`catalog`](Config::catalog), of a WSDL in memory, as [`generate`](Config::generate) reads it.
    ///
    /// # Errors
    ///
    /// As [`generate`](Config::generate).
    pub fn catalog_of(&self, wsdl: &[u8]) -> Result<Catalog, Error> {
        let read = self.reader()?.read(wsdl);
        let model = read.map_err(|source| Error::wsdl(None, source))?;
        let source = Source {
            model: &model,
            name: "WSDL",
            documents: &[],
            wsdl,
        };
        with_catalog(source, self)
    }

    /// Compares two WSDLs, as far as these options select their content. The input of the options is
    /// ignored.
    ///
    /// A pattern or a name of the options may match nothing in one of the two, because a change may
    /// have added or removed what it names.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run), and if an option matches nothing in both of them.
    pub fn diff(&self, old: impl AsRef<Path>, new: impl AsRef<Path>) -> Result<Diff, Error> {
        let (old, new) = (old.as_ref(), new.as_ref());
        let catalog = |path: &Path, tolerant| {
            let mut config = self.clone().input(path);
            config.tolerant = tolerant;
            #[cfg(feature = "describe")]
            {
                // The describes are compared as data, and not by the documentation that they become.
                config.undescribed = true;
            }
            config.catalog()
        };
        let (before, after) = in_parallel(|| catalog(old, false), || catalog(new, false));
        let (before, after) = match (before, after) {
            (Err(before), Err(after)) if before.is_selection() && after.is_selection() => {
                return Err(after);
            }
            (Err(before), after) if before.is_selection() => (catalog(old, true)?, after?),
            (before, Err(after)) if after.is_selection() => (before?, catalog(new, true)?),
            (before, after) => (before?, after?),
        };
        Ok(crate::diff::with(
            &before,
            &after,
            described((old, &before), (new, &after))?,
        ))
    }
}

/// The changes of what the orgs say about their objects beyond the WSDLs, if both WSDLs have a describe beside them.
#[cfg(feature = "describe")]
fn described(old: (&Path, &Catalog), new: (&Path, &Catalog)) -> Result<Vec<Change>, Error> {
    use crate::describe::Describe;

    let mut changes = Vec::new();
    if let (Some(before), Some(after)) = (Describe::beside(old.0)?, Describe::beside(new.0)?) {
        crate::diff::described::compare((old.1, &before), (new.1, &after), &mut changes);
    }
    Ok(changes)
}

#[cfg(not(feature = "describe"))]
fn described(_: (&Path, &Catalog), _: (&Path, &Catalog)) -> Result<Vec<Change>, Error> {
    Ok(Vec::new())
}

/// Runs two functions, the first on another thread if there can be one.
fn in_parallel<T: Send, U>(first: impl Fn() -> T + Sync, second: impl FnOnce() -> U) -> (T, U) {
    let (parallel, other) = thread::scope(|scope| {
        let handle = thread::Builder::new().spawn_scoped(scope, &first);
        let other = second();
        // If the thread cannot be started, or panics, the function runs again below and says why.
        (handle.ok().and_then(|handle| handle.join().ok()), other)
    });
    (parallel.unwrap_or_else(first), other)
}
