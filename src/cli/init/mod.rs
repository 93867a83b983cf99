//! `saponify init`: a project in which an edit does not compile the proxies again.

mod files;
mod manifest;
mod names;
mod options_file;
mod source;
mod write;
mod wsdl;

use std::path::{Path, PathBuf};

use clap::Args;
use saponify_codegen::Config;
use toml_edit::InlineTable;

use self::files::{Layout, Proxies};
use self::manifest::Manifest;
use self::source::{Crate, Source};
use self::write::Written;
use self::wsdl::{Wsdl, absolute, slashed};
use super::connector::Common;
use super::failure::Failure;
use super::fetch::{OrgArgs, Wanted};
use super::terminal::{put_note, report};

/// Makes a project: a crate for the proxies, which is compiled once, a program with a first query, a test against a
/// sandbox, and a workflow for CI. In a folder that has a Cargo.toml, the crate joins it. No file is ever replaced.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    saponify init enterprise.wsdl\n  \
    saponify init enterprise.wsdl --dir acme --checked-in\n  \
    saponify init --from acme           # with the WSDL of a connection's org\n  \
    saponify init --dir try             # with the WSDL of a local tenant, to try it")]
pub(crate) struct Init {
    /// The WSDL, which is copied into the project. By default it is that of the local tenant that
    /// `saponify sandbox serve` serves.
    #[arg(value_name = "WSDL")]
    wsdl: Option<PathBuf>,
    /// Fetch the WSDL of the org of this connection of the connector.
    #[arg(long, value_name = "CONNECTION", conflicts_with = "wsdl")]
    from: Option<String>,
    /// The folder of the project.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The name of the crate. [default: the WSDL's file name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Check the generated code in, so that a change of the tenant is reviewed as a diff. By default, a
    /// build script generates it.
    #[arg(long)]
    checked_in: bool,
    /// Where the crates of saponify come from: `registry`, a folder with a copy of its repository, or the address of
    /// a git repository. [default: the copy from which this program was built, or else the registry]
    #[arg(long, value_name = "SOURCE")]
    saponify: Option<Source>,
    #[command(flatten, next_help_heading = "Connections of the connector")]
    common: Common,
}

/// What a project is made in.
struct Place {
    dir: PathBuf,
    /// The manifest of the folder, if it has one.
    own: Option<Manifest>,
    /// The manifest of the workspace of another folder.
    workspace: Option<Manifest>,
}

impl Init {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let source = match self.saponify {
            Some(source) => source.checked()?,
            None => Source::of_this_program(),
        };
        let place = Place::of(&self.dir)?;
        // A WSDL that cannot be read is refused before anything is written.
        let wsdl = match (self.from, &self.wsdl) {
            (Some(connection), _) => {
                let org = OrgArgs::of_connection(connection, self.common);
                Wsdl::fetched(Wanted::enterprise().fetch(org)?.wsdl)?
            }
            (None, Some(path)) => Wsdl::open(path)?,
            (None, None) => Wsdl::of_demo()?,
        };
        let name = names::of_crate(self.name.as_deref(), &wsdl.name)?;
        let layout = Layout {
            name: &name,
            wsdl: &wsdl,
            proxies: match self.checked_in {
                true => Proxies::CheckedIn,
                false => Proxies::BuildScript,
            },
            source: &source,
        };
        let next = place.fill(&self.dir, &layout)?;
        if let Source::Path(_) = source {
            put_note(&format!(
                "the crates of saponify come from {source}; --saponify says otherwise"
            ));
        }
        put_note(&next);
        Ok(())
    }
}

impl Place {
    fn of(dir: &Path) -> Result<Self, Failure> {
        let dir = absolute(dir)?;
        let own = Manifest::of(&dir)?;
        let workspace = match &own {
            Some(own) if own.has_workspace() => None,
            own => Manifest::of_workspace(&dir, own.as_ref())?,
        };
        Ok(Self {
            dir,
            own,
            workspace,
        })
    }

    /// Writes the files and changes the manifests, or does nothing of it. Says what to do next.
    fn fill(mut self, shown: &Path, layout: &Layout<'_>) -> Result<String, Failure> {
        let name = layout.name;
        let is_new = self.own.is_none();
        let mut files = layout.crate_files(!is_new);
        if is_new {
            let package = names::of_program(&self.dir, name);
            files.extend(layout.program_files(&package, self.workspace.is_some()));
        }
        Written::check(shown, &files)?;
        self.change(layout)?;
        let written = Written::new(shown, &files)?;
        let mut reports: Vec<String> = written
            .files()
            .iter()
            .map(|path| format!("{}: written", path.display()))
            .collect();
        if layout.proxies == Proxies::CheckedIn {
            let config = Config::from_file(shown.join(name).join("saponify.toml"))?;
            let out = config
                .out_dir_path()
                .map(Path::to_owned)
                .unwrap_or_default();
            config.file_per_object(true).run()?.write_to(&out)?;
            reports.push(format!("{}: generated", out.display()));
        }
        for manifest in [&self.own, &self.workspace].into_iter().flatten() {
            write::replace(&manifest.path, &manifest.text())?;
            reports.push(format!("{}: changed", manifest.path.display()));
        }
        written.keep();
        for line in reports {
            report!("{line}");
        }
        Ok(self.next(shown, layout))
    }

    /// Changes the manifests that exist.
    fn change(&mut self, layout: &Layout<'_>) -> Result<(), Failure> {
        let proxies = self.dir.join(layout.name);
        if let Some(own) = &mut self.own {
            names::distinct(layout.name, own.package_name())?;
            if own.depends_on(layout.name) {
                let message = format!(
                    "{} depends on another crate {}",
                    own.path.display(),
                    layout.name
                );
                return Err(Failure::usage(message)
                    .hint("choose another name with --name; nothing was written"));
            }
            if own.has_package() {
                let mut path = InlineTable::new();
                path.insert("path", layout.name.into());
                own.add_dependency(layout.name, path)?;
                let runtime = layout.source.dependency(Crate::Runtime);
                own.add_dependency(Crate::Runtime.name(), runtime)?;
            }
        }
        match (&mut self.workspace, &mut self.own) {
            (Some(workspace), own) => {
                if own.is_none() {
                    workspace.add_member(&self.dir)?;
                }
                workspace.add_member(&proxies)
            }
            (None, Some(own)) => own.add_member(&proxies),
            (None, None) => Ok(()),
        }
    }

    fn next(&self, shown: &Path, layout: &Layout<'_>) -> String {
        let folder = match slashed(shown).as_str() {
            "" => "this folder".to_owned(),
            _ => shown.display().to_string(),
        };
        let name = layout.name;
        match (&self.own, layout.wsdl.has_accounts()) {
            (None, true) => format!(
                "next: `cargo test` in {folder} needs no org; for `cargo run`, set SF_URL, SF_KEY and SF_SECRET to \
                 the My Domain of an org and an app of it"
            ),
            (None, false) => format!("next: `cargo run` in {folder}"),
            (Some(_), true) => format!(
                "next: `cargo test -p {name}` in {folder} needs no org; for `cargo run -p {name} --example accounts`, \
                 set SF_URL, SF_KEY and SF_SECRET to the My Domain of an org and an app of it"
            ),
            (Some(_), false) => format!("next: `cargo build -p {name}` in {folder}"),
        }
    }
}
