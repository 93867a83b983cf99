//! What a catalog says about a WSDL.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use saponify_codegen::Config;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn tenant() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl")
}

/// Whoever shows all objects looks at each field once, and not once for each object.
#[test]
fn the_references_to_all_objects_are_those_to_each() -> Result {
    let catalog = Config::new().input(tenant()).catalog()?;
    let all = catalog.references();
    let mut each = HashMap::new();
    for object in catalog.objects() {
        let referring: Vec<_> = catalog.references_to(&object.name).collect();
        if !referring.is_empty() {
            each.insert(object.name.as_str(), referring);
        }
    }
    assert!(each.len() > 3);
    let known = |name: &&str| each.contains_key(name);
    let of_objects: HashMap<_, _> = all.into_iter().filter(|(name, _)| known(name)).collect();
    assert_eq!(of_objects, each);
    Ok(())
}

#[test]
fn one_reading_gives_the_same_as_two() -> Result {
    let config = Config::new().input(tenant()).file_per_object(true);
    let (catalog, output) = config.catalog_and_output()?;
    assert_eq!(catalog, config.catalog()?);
    assert_eq!(output.files(), config.run()?.files());
    Ok(())
}

/// Salesforce has an object `Address` beside the type `address`.
#[test]
fn a_name_as_it_is_written_goes_before_one_in_other_letters() -> Result {
    let fax = "<element name=\"Fax\" nillable=\"true\" minOccurs=\"0\" type=\"xsd:string\"/>";
    let text = std::fs::read_to_string(tenant())?;
    let text = text.replacen(fax, &[fax, &fax.replace("Fax", "fax")].concat(), 1);
    let catalog = Config::new().catalog_of(text.as_bytes())?;
    let account = catalog.object("Account").ok_or("there is no Account")?;
    for (name, found) in [("Fax", "Fax"), ("fax", "fax"), ("PHONE", "Phone")] {
        assert_eq!(account.field(name).map(|field| &*field.name), Some(found));
    }
    assert_eq!(catalog.object("ACCOUNT"), Some(account));
    let named = [catalog.object("Account"), catalog.object("account")];
    assert!(named.iter().all(Option::is_some));
    Ok(())
}

#[test]
fn everything_can_be_selected_again() -> Result {
    let some = Config::new().input(tenant()).include_objects(["Account"]);
    assert!(some.catalog()?.objects().count() < 5);
    assert!(some.everything().catalog()?.objects().count() > 20);
    Ok(())
}
