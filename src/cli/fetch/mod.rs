//! `saponify fetch`: the WSDL of a tenant, from the tenant itself.

mod browser;
mod describe;
mod kind;
mod org;
mod page;
mod progress;
mod save;
mod ways;

use std::path::{Path, PathBuf};

use clap::Args;
use saponify_codegen::Config;
use saponify_codegen::catalog::Catalog;
use saponify_codegen::describe::Describe;

use self::browser::Browser;
use self::kind::{Api, Kind, PackageVersion, package_version};
pub(super) use self::org::OrgArgs;
pub(super) use self::progress::Progress;
use super::failure::Failure;
use super::options::Options;
use super::terminal::{block_on, put_note};

/// Logs in to an org, and saves the WSDL of this tenant. The old file is replaced only by a WSDL that can be read;
/// then it is said what has changed.
///
/// A secret comes from prompt (typed without being shown), env:VAR, file:PATH, command:CMD, or - for a
/// line of standard input. It is never an argument.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    saponify fetch --endpoint https://acme.my.salesforce.com --user me@acme.example\n  \
    saponify fetch --from acme                          # a connection of the connector\n  \
    saponify fetch --from acme --package nwt=3.14 --out wsdl/enterprise.wsdl\n  \
    saponify fetch --from acme --describe               # with labels, help texts and picklist values\n  \
    saponify fetch --from acme metadata\n  \
    saponify fetch --from acme --class InvoiceService")]
pub(crate) struct Fetch {
    /// Which WSDL.
    #[arg(value_name = "API", default_value = "enterprise")]
    api: Api,
    /// The WSDL of the web services of this Apex class: NAME, or NAMESPACE/NAME.
    #[arg(long, value_name = "NAME", conflicts_with = "api")]
    class: Option<String>,
    /// The version of an installed package, such as nwt=3.14. By default, the org chooses.
    #[arg(long, value_name = "NAMESPACE=VERSION", value_parser = package_version)]
    package: Vec<PackageVersion>,
    /// Save beside the Enterprise WSDL what the org says about its objects beyond it: labels, help texts, lengths,
    /// picklist values. They become documentation of the generated code, and inspect and diff show them.
    #[arg(long)]
    describe: bool,
    /// The file. By default, the Enterprise WSDL is the input of saponify.toml, and any other is named after its
    /// API.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Take the file, and what is compared, from this saponify.toml. By default, it is the one of this directory or
    /// of one above.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The tenant of saponify.toml.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    #[command(flatten)]
    org: OrgArgs,
}

/// A WSDL to fetch.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    kind: Kind,
    versions: Vec<PackageVersion>,
    describe: bool,
}

/// A WSDL that was fetched and can be read.
pub(super) struct Fetched {
    pub(super) wsdl: Vec<u8>,
    catalog: Catalog,
    describe: Option<Describe>,
}

impl Fetch {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let kind = match &self.class {
            Some(name) => Kind::class(name)?,
            None => Kind::Api(self.api),
        };
        if !self.package.is_empty() && !kind.has_packages() {
            return Err(Failure::usage(format!(
                "{} is the same for all versions of packages",
                kind.title()
            ))
            .hint("leave --package out"));
        }
        if self.describe && kind != Kind::Api(Api::Enterprise) {
            return Err(Failure::usage(format!(
                "{} has no objects of the tenant to describe",
                kind.title()
            ))
            .hint("leave --describe out"));
        }
        let (out, config) = self.target(&kind)?;
        let is_new = !out.exists();
        let wanted = Wanted {
            kind,
            versions: self.package,
            describe: self.describe,
        };
        let fetched = wanted.fetch(self.org)?;
        save::save(&fetched, &out, &config)?;
        if is_new && config.input_path() != Some(&out) {
            put_note(&format!(
                "`saponify init {}` makes a project of it",
                out.display()
            ));
        }
        Ok(())
    }

    /// The file that is written, and what of it is compared.
    fn target(&self, kind: &Kind) -> Result<(PathBuf, Config), Failure> {
        let options = Options::of_file(self.config.clone(), self.tenant.clone());
        if let Some(out) = &self.out {
            let target = options.target_of(Some(out))?;
            return Ok((out.clone(), target.config));
        }
        let other = PathBuf::from(kind.file_name());
        if *kind != Kind::Api(Api::Enterprise) {
            return Ok((other, Config::new()));
        }
        let config = options.target_of(None)?.config;
        let input = config.input_path().map(Path::to_owned);
        Ok((input.unwrap_or(other), config))
    }
}

impl Wanted {
    /// The Enterprise WSDL.
    pub(super) fn enterprise() -> Self {
        Self {
            kind: Kind::Api(Api::Enterprise),
            versions: Vec::new(),
            describe: false,
        }
    }

    /// Logs in, downloads it, and checks it.
    pub(super) fn fetch(&self, org: OrgArgs) -> Result<Fetched, Failure> {
        block_on(async {
            let progress = Progress::new();
            let logged_in = org.log_in(&progress).await?;
            let client = logged_in.org.client();
            let mut browser = Browser::new(
                logged_in.pages.clone(),
                client.session().endpoint().clone(),
                &logged_in.allow_hosts,
                &progress,
            );
            let (kind, versions) = (&self.kind, &self.versions);
            let wsdl = ways::download(client, &mut browser, kind, versions, &progress).await?;
            let catalog = save::checked(&wsdl, kind)?;
            save::check_versions(&catalog, versions);
            let describe = match self.describe {
                true => Some(describe::describe(&logged_in, &catalog, &progress).await?),
                false => None,
            };
            Ok(Fetched {
                wsdl,
                catalog,
                describe,
            })
        })
    }
}
