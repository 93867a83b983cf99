//! `--describe`: what the org says about its objects, beside the WSDL.

use super::Tenant;
use crate::support::{printed, saponify};

#[test]
fn what_the_org_describes_is_in_the_generated_documentation() {
    let tenant = Tenant::start();
    let (out, _) = tenant.fetch("--describe", 0);
    assert!(
        out.contains("enterprise.describe.json: written (24 objects)"),
        "{out}"
    );
    let describe: serde_json::Value =
        serde_json::from_str(&tenant.read("enterprise.describe.json")).unwrap();
    assert_eq!(describe["apiVersion"], "64.0");
    let account = &describe["objects"]["Account"];
    assert_eq!(account["label"], "Account");
    assert_eq!(account["keyPrefix"], "001");
    assert_eq!(account["children"]["Contacts"]["object"], "Contact");
    assert_eq!(account["children"]["Contacts"]["field"], "AccountId");
    assert_eq!(account["fields"]["Name"]["type"], "string");
    assert_eq!(account["fields"]["Name"]["filterable"], true);
    let industry = &account["fields"]["Industry"];
    assert_eq!(industry["type"], "picklist");
    let value = industry["values"][0]["value"].as_str().unwrap().to_owned();

    let mut generate = saponify(["generate", "enterprise.wsdl", "--out", "out"]);
    generate.current_dir(tenant.path(""));
    printed(generate);
    let code = tenant.read("out/sobjects/account.rs");
    let words = |text: &str| {
        text.replace("///", " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let code = words(&code);
    assert!(code.contains("Label: Industry. Picklist."), "{code}");
    assert!(code.contains(&format!("Values: {value}")), "{value}");
    assert!(code.contains("The rows of Contact by their AccountId."));

    let mut inspect = saponify(["inspect", "enterprise.wsdl", "Account.Industry"]);
    inspect.current_dir(tenant.path(""));
    let shown = printed(inspect);
    assert!(shown.contains("Label: Industry. Picklist."), "{shown}");
}

#[test]
fn a_change_of_what_is_described_is_a_change() {
    let tenant = Tenant::start();
    tenant.fetch("--describe", 0);
    let (out, _) = tenant.fetch("--describe", 0);
    assert!(out.contains("unchanged"), "{out}");
    // Without the option, what was described stays and is no difference.
    let (out, _) = tenant.fetch("", 0);
    assert!(out.contains("unchanged"), "{out}");
    let before = tenant.read("enterprise.describe.json");
    let mut other: serde_json::Value = serde_json::from_str(&before).unwrap();
    let fields = &mut other["objects"]["Account"]["fields"];
    let values = &mut fields["Industry"]["values"];
    let value = values[0]["value"].as_str().unwrap().to_owned();
    values[0]["value"] = "Gone".into();
    fields["Industry"]["label"] = "Branch".into();
    fields["Name"]["length"] = 300.into();
    tenant.write("enterprise.describe.json", &other.to_string());
    let wsdl = tenant.read("enterprise.wsdl");
    let (out, _) = tenant.fetch("--describe", 0);
    for line in [
        "enterprise.wsdl: unchanged (",
        "enterprise.describe.json: replaced (24 objects)",
        "~ field Industry has another label: Branch -> Industry",
        "~ field Name has another length: 300 characters -> 255 characters (breaks data)",
        "- picklist value Industry.Gone",
        &format!("+ picklist value Industry.{value}"),
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
    assert_eq!(tenant.read("enterprise.describe.json"), before);
    assert_eq!(tenant.read("enterprise.wsdl"), wsdl);
    // Only the Enterprise WSDL has objects.
    let (_, err) = tenant.fetch("--class InvoiceService --describe", 2);
    assert!(err.contains("--describe"), "{err}");
}
