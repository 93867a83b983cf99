//! `saponify init`: a project in which an edit does not compile the proxies again.

mod files;
mod manifest;
mod options_file;

use std::path::{Path, PathBuf};

use clap::Args;
use saponify_codegen::Config;
use saponify_sandbox::{Org, Scale};

use self::files::{Layout, Proxies};
use super::failure::Failure;
use super::sandbox::DEMO_ORG;
use super::terminal::{put_note, report};

/// Makes a project: a crate for the proxies, which is compiled once, and a program with a first query. In
/// a directory that has a Cargo.toml, the crate joins it. No file is ever replaced.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    saponify init enterprise.wsdl\n  \
    saponify init enterprise.wsdl --dir acme --checked-in\n  \
    saponify init --dir try             # with the WSDL of a local tenant, to try it")]
pub(crate) struct Init {
    /// The WSDL, which is copied into the project. By default it is that of the local tenant that
    /// `saponify sandbox serve` serves.
    #[arg(value_name = "WSDL")]
    wsdl: Option<PathBuf>,
    /// The directory of the project.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The name of the crate. [default: the WSDL's file name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Check the generated code in, so that a change of the tenant is reviewed as a diff. By default, a
    /// build script generates it.
    #[arg(long)]
    checked_in: bool,
    /// Depend on saponify in this directory, a copy of its repository, and not on the registry.
    #[arg(long, value_name = "DIR")]
    saponify: Option<PathBuf>,
}

impl Init {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (wsdl, file_name) = self.wsdl()?;
        let config = Config::new().input(&file_name);
        let name = match &self.name {
            Some(name) => config.module(name).module_name()?,
            None => config.module_name()?,
        };
        // A WSDL that cannot be read is refused before anything is written.
        let catalog = Config::new().catalog_of(&wsdl)?;
        let saponify = match &self.saponify {
            None => None,
            Some(path) => Some(path.canonicalize().map_err(|error| {
                Failure::new(format!("{} cannot be found", path.display())).because(error)
            })?),
        };
        let layout = Layout {
            name: &name,
            wsdl_name: &file_name,
            wsdl: &wsdl,
            proxies: match self.checked_in {
                true => Proxies::CheckedIn,
                false => Proxies::BuildScript,
            },
            saponify: saponify.as_deref(),
            catalog: &catalog,
        };
        let manifest = self.dir.join("Cargo.toml");
        let existing = match std::fs::read_to_string(&manifest) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(
                    Failure::new(format!("cannot read {}", manifest.display())).because(error)
                );
            }
        };
        let mut files = layout.crate_files();
        let joined = match &existing {
            Some(text) => Some(manifest::joined(text, &layout, &manifest)?),
            None => {
                files.extend(layout.program_files(&project_name(&self.dir)));
                None
            }
        };
        self.write(&files)?;
        if let Some(text) = joined {
            write(&manifest, text.as_bytes())?;
            report!("{}: the crate {name} is a member now", manifest.display());
        }
        if self.checked_in {
            let options = self.dir.join(&name).join("saponify.toml");
            let config = Config::from_file(options)?.file_per_object(true);
            let out = config
                .out_dir_path()
                .map(Path::to_owned)
                .unwrap_or_default();
            config.run()?.write_to(&out)?;
            report!("{}: generated", out.display());
        }
        put_note(&format!(
            "next: set SF_URL, SF_KEY and SF_SECRET to the My Domain of an org and an app of it, and call `cargo \
             run` in {}",
            self.dir.display()
        ));
        Ok(())
    }

    /// The bytes of the WSDL, and its file name.
    fn wsdl(&self) -> Result<(Vec<u8>, String), Failure> {
        let Some(path) = &self.wsdl else {
            let org = Org::parse(DEMO_ORG)?;
            let wsdl = org.enterprise_wsdl(org.api_version(), Scale::NONE);
            return Ok((wsdl.into_bytes(), "enterprise.wsdl".to_owned()));
        };
        super::options::readable(path)?;
        let bytes = std::fs::read(path).map_err(|error| {
            Failure::new(format!("cannot read {}", path.display())).because(error)
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok((bytes, name.into_owned()))
    }

    /// Writes all files, or none if one of them exists.
    fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        let paths: Vec<PathBuf> = files.iter().map(|(path, _)| self.dir.join(path)).collect();
        if let Some(path) = paths.iter().find(|path| path.exists()) {
            return Err(Failure::new(format!("{} exists already", path.display()))
                .hint("choose another --name or --dir; nothing was written"));
        }
        for (path, (_, content)) in paths.iter().zip(files) {
            write(path, content)?;
            report!("{}: written", path.display());
        }
        Ok(())
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let parent = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = parent.and_then(|()| std::fs::write(path, content));
    written.map_err(|error| Failure::new(format!("cannot write {}", path.display())).because(error))
}

/// The name of the program's package: that of its directory, as far as cargo allows it.
fn project_name(dir: &Path) -> String {
    let whole = dir.canonicalize().or_else(|_| std::path::absolute(dir));
    let name = whole.ok().and_then(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        Some(name)
    });
    let name: String = name
        .unwrap_or_default()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let name = name.trim_matches('-').to_owned();
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name,
        false => "app".to_owned(),
    }
}
