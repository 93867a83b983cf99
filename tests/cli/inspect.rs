//! `saponify inspect`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{complaint, printed, repository, saponify};

fn wsdl() -> String {
    let path = repository("tenants/demo/enterprise.wsdl");
    path.to_string_lossy().into_owned()
}

fn inspect(arguments: &[&str]) -> String {
    let mut command = saponify(["inspect", &wsdl()]);
    command.args(arguments);
    printed(command)
}

#[test]
fn the_overview_says_what_is_in_the_wsdl_and_how_large_the_code_would_be() {
    let text = inspect(&[]);
    for part in [
        "API version     64.0, supported",
        "package         Northwind Tools 3.14 nwt",
        "objects         26 with",
        "would generate  ",
        "OBJECT",
        "Account ",
        "getServerTimestamp",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn an_object_has_fields_and_relationships_in_both_directions() {
    let text = inspect(&["account"]);
    let has = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let found = text
            .lines()
            .any(|known| known.split_whitespace().collect::<Vec<_>>() == words);
        assert!(found, "{line} in\n{text}");
    };
    has("object Account is sobjects::Account in Rust");
    has("Name string name() -> Option<&str>");
    has("AnnualRevenue double annual_revenue() -> Option<f64>");
    has("Owner User");
    has("Contacts");
    has("Contact Account");
    has("Opportunity Account");
}

#[test]
fn a_field_says_how_code_reads_and_writes_it() {
    let text = inspect(&["Account.OwnerId"]);
    for part in [
        "sobjects::Account::OWNER_ID",
        "owner_id() -> Option<Id>",
        "with_owner_id",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // Only the service sets this one.
    assert!(!inspect(&["Account.CreatedDate"]).contains("set by"));
    // The values of an enumeration.
    assert!(inspect(&["Error.statusCode"]).contains("UNABLE_TO_LOCK_ROW"));
}

#[test]
fn an_operation_says_what_it_takes_and_returns() {
    let text = inspect(&["op:delete"]);
    for part in [
        "returns Vec<types::DeleteResult>",
        "ids",
        "AllOrNoneHeader",
        "LimitInfoHeader",
        "UnexpectedErrorFault",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_misspelt_name_is_answered_with_the_right_one() {
    for (name, right) in [
        ("Acount", "did you mean Account?"),
        ("Account.Nmae", "did you mean Name?"),
        ("op:querry", "did you mean query?"),
        ("Zzzzzz", "lists what there is"),
    ] {
        let said = complaint(&mut saponify(["inspect", &wsdl(), name]));
        assert!(said.contains(right), "{said}");
    }
    let several = saponify(["inspect", &wsdl(), "Account", "Contact"])
        .output()
        .unwrap();
    assert_eq!(several.status.code(), Some(2));
}

#[test]
fn json_has_everything() {
    let all: Value = serde_json::from_str(&inspect(&["--format", "json"])).unwrap();
    assert_eq!(all["apiVersion"], "64.0");
    let objects = all["objects"].as_array().unwrap();
    let account = objects
        .iter()
        .find(|object| object["name"] == "Account")
        .unwrap();
    let fields = account["fields"].as_array().unwrap();
    let owner = fields
        .iter()
        .find(|field| field["name"] == "Owner")
        .unwrap();
    assert_eq!(
        (&owner["kind"], &owner["type"]),
        (&"parent".into(), &"User".into())
    );
    let referring = account["referredToBy"].as_array().unwrap();
    assert!(
        referring.contains(&"Contact.Account".into()),
        "{referring:?}"
    );
    let one: Value = serde_json::from_str(&inspect(&["Account", "--format", "json"])).unwrap();
    assert_eq!(&one, account);
}

#[test]
fn saponify_toml_names_the_wsdl_and_selects() {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!("input = {:?}\n[include]\nobjects = ['Account']\n", wsdl());
    std::fs::write(folder.path().join("saponify.toml"), toml).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = saponify(["inspect"]);
        command.args(arguments).current_dir(folder.path());
        printed(command)
    };
    let text = run(&[]);
    assert!(
        text.contains("Account ") && !text.contains("\nContact "),
        "{text}"
    );
    assert!(run(&["Account.Name"]).contains("Account::NAME"));
}

/// The document that a browser makes of the page.
fn in_browser(page: &Path, hash: &str, width: u32) -> Option<String> {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--window-size={width},900"))
        .arg(format!("file://{}#{hash}", page.display()))
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_page_shows_objects_relationships_and_results_of_a_search() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("tenant.html");
    inspect(&["--format", "html", "--out", page.to_str().unwrap()]);
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("<!doctype html>") && text.contains("Content-Security-Policy"));
    if std::env::var_os("SAPONIFY_BROWSER").is_none() {
        eprintln!("not run: set SAPONIFY_BROWSER=1 to open the page in Chromium");
        return;
    }
    for (hash, parts) in [
        (
            "",
            &["64.0, supported", "Objects (26)", "#object/Account"][..],
        ),
        (
            "object/Account",
            &[
                "<svg",
                "Relationships of Account",
                "annual_revenue() -&gt; Option&lt;f64&gt;",
                "Referred to by",
            ],
        ),
        ("object/Account/Fax", &["field-Fax", "background"]),
        ("operation/query", &["queryString", "QueryOptions"]),
        ("search/legacy", &["Account.Legacy_Id__c"]),
        ("object/Nothing", &["Objects (26)"]),
    ] {
        let dom = in_browser(&page, hash, 1440).expect("chromium is installed");
        let shown = dom.split("<main").nth(1).unwrap_or_default();
        let shown = shown.split("</main>").next().unwrap_or_default();
        for part in parts {
            assert!(shown.contains(part), "{hash}: {part} in\n{shown}");
        }
    }
}

/// Whoever made the WSDL has no say in what the page does.
#[test]
fn the_page_shows_text_of_a_wsdl_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let all = std::fs::read_to_string(wsdl()).unwrap();
    let hostile = all.replacen(
        "Northwind Tools",
        "Evil &lt;/script&gt;&lt;script&gt;document.title='owned'</script><img src=x onerror=alert(1)>",
        1,
    );
    std::fs::write(folder.path().join("a.wsdl"), hostile).unwrap();
    let mut command = saponify(["inspect", "a.wsdl", "--format", "html", "--out", "a.html"]);
    printed({
        command.current_dir(folder.path());
        command
    });
    let page = folder.path().join("a.html");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(
        !text.contains("<img") && text.matches("</script>").count() == 2,
        "{}",
        text.len()
    );
    if std::env::var_os("SAPONIFY_BROWSER").is_some() {
        let dom = in_browser(&page, "", 360).expect("chromium is installed");
        assert!(dom.contains("<title>a.wsdl</title>"), "{}", &dom[..400]);
        assert!(dom.contains("Evil"), "the package is not shown");
    }
}

#[test]
fn drift_says_what_to_do_about_each_difference() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drift.json");
    let difference = |kind: &str, object: &str, name: &str, value: &str| {
        serde_json::json!({ "kind": kind, "object": object, "name": name, "value": value,
            "operation": "query", "count": 2 })
    };
    let drift = serde_json::json!({
        "service": "SforceService.Soap",
        "api_version": "60.0",
        "counts": { "unknown_field": 8, "unknown_value": 2, "other_version": 2, "empty_value": 2 },
        "differences": [
            difference("unknown_field", "Account", "Brand_New__c", ""),
            difference("unknown_field", "Account", "Industry", ""),
            difference("unknown_field", "Contact", "LastName", ""),
            difference("unknown_value", "Error", "statusCode", "NEW_CODE"),
            difference("other_version", "", "62.0", ""),
            difference("empty_value", "Account", "AnnualRevenue", ""),
        ],
    });
    std::fs::write(&file, drift.to_string()).unwrap();
    let path = file.to_string_lossy();
    let selected = ["--drift", &path, "--include", "Account"];
    let value: Value =
        serde_json::from_str(&inspect(&[&selected[..], &["--format", "json"]].concat())).unwrap();
    let actions: Vec<&str> = value["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|difference| difference["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "download", "generate", "include", "download", "version", "none"
        ]
    );
    assert_eq!(value["unlisted"], 2);
    let text = inspect(&selected);
    for part in [
        "60.0 of the proxies, 64.0 of",
        "the field Account.Brand_New__c (2 times, first in query)",
        "a value of NEW_CODE: Error.statusCode",
        "Download the WSDL again",
        "Name it in `include`",
        "2 differences were counted and not listed",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_file_that_is_no_drift_is_an_error_that_says_how_to_write_one() {
    let mut command = saponify(["inspect", &wsdl(), "--drift", &wsdl()]);
    let message = complaint(&mut command);
    assert!(message.contains("is not a file of drift"), "{message}");
    assert!(message.contains("client.drift().to_json()"), "{message}");
}
