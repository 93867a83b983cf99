//! Several tenants that share types.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use saponify_codegen::{Config, GeneratedModule, Project, run_all};

type Result = std::result::Result<(), Box<dyn Error>>;

const DEMO: &str = "../tenants/demo/enterprise.wsdl";

/// The tenants `europe` and `america` with these WSDLs.
fn tenants(dir: &Path, europe: &str, america: &str) -> std::io::Result<Vec<Config>> {
    let mut configs = Vec::new();
    for (name, text) in [("europe", europe), ("america", america)] {
        let input = dir.join(format!("{name}.wsdl"));
        std::fs::write(&input, text)?;
        configs.push(Config::new().input(input).share("common"));
    }
    Ok(configs)
}

fn types(module: &GeneratedModule) -> BTreeSet<String> {
    let types = module.output().types().iter();
    types.map(|ty| ty.name().to_owned()).collect()
}

fn text(module: &GeneratedModule) -> String {
    let files = module.output().files().iter();
    files.map(|file| file.text()).collect()
}

#[test]
fn each_type_is_in_one_place() -> Result {
    let dir = tempfile::tempdir()?;
    let wsdl = std::fs::read_to_string(DEMO)?;
    // `Error` is part of many results.
    let element = "<element name=\"statusCode\"";
    assert!(wsdl.contains(element));
    let other = wsdl.replace(
        element,
        &["<element name=\"more\" type=\"xsd:int\"/>", element].concat(),
    );
    let modules = run_all(&tenants(dir.path(), &wsdl, &other)?)?;
    let [europe, america, common] = modules.as_slice() else {
        return Err("expected three modules".into());
    };
    assert!(common.is_shared() && common.name() == "common");
    assert_eq!(common.tenants(), [0, 1]);
    let (own, shared) = (types(europe), types(common));
    assert_eq!(own, types(america));
    assert!(own.is_disjoint(&shared));
    for name in ["Error", "SaveResult", "DeleteResult", "Account"] {
        assert!(own.contains(name), "{name}");
    }
    for name in [
        "StatusCode",
        "QueryResult",
        "DescribeSObjectResult",
        "LoginResult",
    ] {
        assert!(shared.contains(name), "{name}");
    }
    let whole = Config::new().input(dir.path().join("europe.wsdl")).run()?;
    assert_eq!(own.len() + shared.len(), whole.types().len());
    // So is each table.
    let tables = |text: &str| {
        let lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("pub static "));
        let names = lines.filter_map(|line| line.split_once(": Type"));
        names
            .map(|(name, _)| name.to_owned())
            .collect::<BTreeSet<_>>()
    };
    let (own, shared) = (tables(&text(europe)), tables(&text(common)));
    assert!(own.is_disjoint(&shared) && !shared.is_empty());
    let whole: String = whole.files().iter().map(|file| file.text()).collect();
    assert_eq!(&own | &shared, tables(&whole));
    for module in &modules {
        for file in module.output().files() {
            syn::parse_file(file.text())?;
        }
    }
    Ok(())
}

/// Checked-in code is reviewed as a diff: what a tenant does with its objects does not show in the shared types.
#[test]
fn another_object_does_not_change_the_shared_types() -> Result {
    let dir = tempfile::tempdir()?;
    let wsdl = std::fs::read_to_string(DEMO)?;
    let other = wsdl.replace("Legacy_Id__c", "Former_Id__c");
    assert_ne!(wsdl, other);
    let same = run_all(&tenants(dir.path(), &wsdl, &wsdl)?)?;
    let different = run_all(&tenants(dir.path(), &wsdl, &other)?)?;
    assert_eq!(text(&same[2]), text(&different[2]));
    assert!(text(&same[2]).contains("that are equal in europe and america."));
    Ok(())
}

#[test]
fn equal_objects_are_shared_if_that_is_asked_for() -> Result {
    let dir = tempfile::tempdir()?;
    let wsdl = std::fs::read_to_string(DEMO)?;
    let configs = tenants(dir.path(), &wsdl, &wsdl)?;
    let configs: Vec<Config> = configs
        .into_iter()
        .map(|config| config.share_objects(true))
        .collect();
    let modules = run_all(&configs)?;
    assert_eq!(types(&modules[0]), BTreeSet::new());
    assert!(types(&modules[2]).contains("Account"));
    // A field of an object makes it two types, and those that lead to it.
    let (before, after) = wsdl.rsplit_once("Legacy_Id__c").ok_or("no such field")?;
    let other = [before, "Former_Id__c", after].concat();
    std::fs::write(dir.path().join("america.wsdl"), other)?;
    let modules = run_all(&configs)?;
    assert!(
        types(&modules[0]).contains("Invoice__c"),
        "{:?}",
        types(&modules[0])
    );
    assert!(types(&modules[2]).contains("Account"));
    Ok(())
}

#[test]
fn what_cannot_be_shared_is_said() -> Result {
    let dir = tempfile::tempdir()?;
    let wsdl = std::fs::read_to_string(DEMO)?;
    let configs = tenants(dir.path(), &wsdl, &wsdl)?;
    let said = |configs: &[Config]| match run_all(configs) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let alone = said(&configs[..1]);
    assert!(alone.contains("europe is the only tenant"), "{alone}");
    let named = |name: &str| {
        configs
            .iter()
            .map(|c| c.clone().share(name))
            .collect::<Vec<_>>()
    };
    let same = said(&named("europe"));
    assert!(same.contains("have the same module \"europe\""), "{same}");
    let bad = said(&named("not-rust"));
    assert!(bad.contains("is not a Rust identifier"), "{bad}");
    let apart = [
        configs[0].clone().out_dir("a/europe"),
        configs[1].clone().out_dir("b/america"),
    ];
    let apart = said(&apart);
    assert!(apart.contains("in the same directory"), "{apart}");
    // By itself, no tenant can be generated.
    let single = configs[0].run().err().map(|error| error.to_string());
    assert!(single.is_some_and(|said| said.contains("compile_all")));
    Ok(())
}

#[test]
fn groups_of_tenants_share_by_themselves() -> Result {
    let dir = tempfile::tempdir()?;
    for name in ["a", "b", "c", "d", "e"] {
        std::fs::copy(DEMO, dir.path().join(format!("{name}.wsdl")))?;
    }
    std::fs::write(
        dir.path().join("saponify.toml"),
        "out-dir = 'src'\ninclude.objects = ['Account']\n\
         [tenants.a]\ninput = 'a.wsdl'\nshare = 'new'\n[tenants.b]\ninput = 'b.wsdl'\nshare = 'old'\n\
         [tenants.c]\ninput = 'c.wsdl'\nshare = 'new'\n[tenants.d]\ninput = 'd.wsdl'\nshare = 'old'\n\
         [tenants.e]\ninput = 'e.wsdl'\n",
    )?;
    let project = Project::load(dir.path().join("saponify.toml"))?;
    let configs: Vec<Config> = project
        .tenants()
        .map(|(_, config)| config.clone())
        .collect();
    let modules = run_all(&configs)?;
    let found: Vec<_> = modules.iter().map(|m| (m.name(), m.tenants())).collect();
    assert_eq!(
        found,
        [
            ("a", &[0][..]),
            ("b", &[1]),
            ("c", &[2]),
            ("d", &[3]),
            ("e", &[4]),
            ("new", &[0, 2]),
            ("old", &[1, 3]),
        ]
    );
    assert_eq!(
        modules[5].directory(),
        Some(dir.path().join("src/new").as_path())
    );
    assert!(text(&modules[0]).contains("pub use super::super::new::types::*;"));
    assert!(!text(&modules[4]).contains("super::super::new"));
    Ok(())
}
