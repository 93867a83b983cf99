//! `saponify.toml`: where it is found, what its paths mean, and its tenants.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{complaint, printed, repository, saponify};

/// A directory with the WSDL of the demo tenant in `wsdl`, this `saponify.toml`, and a directory `deep/er`.
fn project(toml: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir_all(path.join("deep/er")).unwrap();
    std::fs::create_dir_all(path.join("wsdl")).unwrap();
    for name in ["europe.wsdl", "america.wsdl", "other.wsdl"] {
        let from = repository("tenants/demo/enterprise.wsdl");
        std::fs::copy(from, path.join("wsdl").join(name)).unwrap();
    }
    std::fs::write(path.join("saponify.toml"), toml).unwrap();
    folder
}

fn run(directory: &Path, arguments: &[&str]) -> String {
    let mut command = saponify(arguments);
    command.current_dir(directory);
    printed(command)
}

fn complains(directory: &Path, arguments: &[&str]) -> String {
    complaint(saponify(arguments).current_dir(directory))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

const ONE: &str =
    "input = 'wsdl/europe.wsdl'\nout-dir = 'src/europe'\n[include]\nobjects = ['Account']\n";

#[test]
fn it_is_found_above_and_its_paths_are_relative_to_it() {
    let folder = project(ONE);
    run(&folder.path().join("deep/er"), &["generate"]);
    let sobjects = folder.path().join("src/europe/sobjects");
    assert!(sobjects.join("account.rs").exists());
    assert!(!sobjects.join("contact.rs").exists());
    // The same file, named from elsewhere.
    let file = folder.path().join("saponify.toml");
    let said = run(
        Path::new("/"),
        &["generate", "--check", "--config", file.to_str().unwrap()],
    );
    assert!(said.contains("up to date"), "{said}");
}

#[test]
fn a_wsdl_that_it_does_not_know_has_nothing_to_do_with_it() {
    let folder = project(ONE);
    run(folder.path(), &["generate", "wsdl/other.wsdl"]);
    assert!(folder.path().join("other/sobjects/contact.rs").exists());
    // Its own input may be named.
    run(folder.path(), &["generate", "wsdl/europe.wsdl"]);
    assert!(folder.path().join("src/europe/mod.rs").exists());
}

const TWO: &str = "docs = false\n[include]\nobjects = ['Account', 'Contact']\n\
    [tenants.europe]\ninput = 'wsdl/europe.wsdl'\nout-dir = 'src/europe'\n\
    [tenants.america]\ninput = 'wsdl/america.wsdl'\nout-dir = 'src/america'\ninclude.objects = ['Case']\n";

#[test]
fn tenants_share_options_and_have_their_own() {
    let folder = project(TWO);
    let said = run(folder.path(), &["generate"]);
    assert!(
        said.contains("src/europe") && said.contains("src/america"),
        "{said}"
    );
    let src = folder.path().join("src");
    assert!(src.join("europe/sobjects/contact.rs").exists());
    assert!(!src.join("america/sobjects/contact.rs").exists());
    assert!(src.join("america/sobjects/case.rs").exists());
    assert!(!text(&src.join("europe/sobjects/contact.rs")).contains("/// string"));
    // One of them.
    let said = run(
        folder.path(),
        &["generate", "--check", "--tenant", "europe"],
    );
    assert!(!said.contains("america"), "{said}");
    let said = complains(folder.path(), &["generate", "--tenant", "eurpe"]);
    assert!(said.contains("did you mean `europe`?"), "{said}");
    // What is not up to date is named for all tenants.
    for tenant in ["europe", "america"] {
        std::fs::write(src.join(tenant).join("mod.rs"), "//\n").unwrap();
    }
    let mut command = saponify(["generate", "--check"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("src/america, src/europe are not what would be generated"),
        "{said}"
    );
}

/// Salesforce calls every file `enterprise.wsdl`.
#[test]
fn tenants_with_files_of_one_name_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for tenant in ["europe", "america"] {
        std::fs::create_dir_all(root.join(tenant)).unwrap();
        let wsdl = repository("tenants/demo/enterprise.wsdl");
        std::fs::copy(wsdl, root.join(tenant).join("enterprise.wsdl")).unwrap();
    }
    let tenants = "[tenants.europe]\ninput = 'europe/enterprise.wsdl'\n\
        include.objects = ['Account']\n\
        [tenants.america]\ninput = 'america/enterprise.wsdl'\ninclude.objects = ['Case']\n";
    for (all, places) in [
        ("", ["europe", "america"]),
        ("out-dir = 'src'\n", ["src/europe", "src/america"]),
    ] {
        std::fs::write(root.join("saponify.toml"), format!("{all}{tenants}")).unwrap();
        run(root, &["generate"]);
        run(root, &["generate", "--check"]);
        for (place, object) in places.iter().zip(["account", "case"]) {
            let file = root.join(place).join(format!("sobjects/{object}.rs"));
            assert!(file.exists(), "{}", file.display());
        }
    }
    // The output of another run in a directory below is not what this run has left over.
    std::fs::write(
        root.join("saponify.toml"),
        "input = 'europe/enterprise.wsdl'\nout-dir = 'src'\n",
    )
    .unwrap();
    run(root, &["generate"]);
    assert!(root.join("src/europe/mod.rs").exists());
    assert!(root.join("src/mod.rs").exists());
    run(root, &["generate", "--check"]);
}

#[test]
fn what_is_for_one_tenant_is_refused_for_several() {
    let folder = project(TWO);
    for arguments in [
        &["generate", "--out", "x"][..],
        &["generate", "--module", "x"],
    ] {
        let output = saponify(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--tenant"), "{said}");
    }
}

#[test]
fn without_it_a_tenant_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let said = complains(folder.path(), &["generate", "a.wsdl", "--tenant", "x"]);
    assert!(said.contains("there is no saponify.toml"), "{said}");
    let said = saponify(["generate"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(2));
}

/// A mistake in a file far above is no reason to refuse another WSDL.
#[test]
fn a_wrong_file_stops_only_what_it_is_about() {
    let folder = project("input = 'wsdl/europe.wsdl'\nmethod = false\n");
    let mut command = saponify(["generate", "wsdl/other.wsdl"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("warning: the options are not used: ")
            && said.contains("there is no option `method`"),
        "{said}"
    );
    assert!(folder.path().join("other/mod.rs").exists());
    // Without its options, the code of this one would be another.
    let said = complains(folder.path(), &["generate", "wsdl/europe.wsdl"]);
    assert!(said.contains("there is no option `method`"), "{said}");
    let said = complains(folder.path(), &["generate"]);
    assert!(said.contains("there is no option `method`"), "{said}");
}

#[test]
fn a_wsdl_of_two_tenants_says_nothing_about_the_tenant() {
    let folder = project(
        "[tenants.europe]\ninput = 'wsdl/europe.wsdl'\nout-dir = 'a'\n\
         [tenants.partner]\ninput = 'wsdl/europe.wsdl'\nout-dir = 'b'\n",
    );
    let run = |arguments: &[&str]| {
        let mut command = saponify(["generate", "wsdl/europe.wsdl"]);
        command.args(arguments).current_dir(folder.path());
        command.output().unwrap()
    };
    let output = run(&[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--tenant: europe, partner"), "{said}");
    assert!(run(&["--tenant", "partner"]).status.success());
    assert!(folder.path().join("b/mod.rs").exists() && !folder.path().join("a").exists());
}

const SHARING: &str = "share = 'common'\nout-dir = 'src'\ninclude.objects = ['Account']\n\
    [tenants.europe]\ninput = 'wsdl/europe.wsdl'\n[tenants.america]\ninput = 'wsdl/america.wsdl'\n";

#[test]
fn tenants_share_their_equal_types() {
    let folder = project(SHARING);
    let said = run(folder.path(), &["generate"]);
    assert!(
        said.contains("src/common") && said.contains(" shared types"),
        "{said}"
    );
    let src = folder.path().join("src");
    assert!(text(&src.join("common/types.rs")).contains("pub struct SaveResult"));
    for tenant in ["europe", "america"] {
        let types = text(&src.join(tenant).join("types.rs"));
        assert!(
            types.contains("pub use super::super::common::types::*;"),
            "{types}"
        );
        assert!(!types.contains("pub struct SaveResult"));
        assert!(src.join(tenant).join("sobjects/account.rs").exists());
    }
    // One tenant is not generated without the other, because the shared types depend on both.
    let said = run(
        folder.path(),
        &["generate", "--check", "--tenant", "europe"],
    );
    for part in [
        "src/europe: up to date",
        "src/america: up to date",
        "src/common: up to date",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    // A result that changes in one tenant leaves the shared types, and --check names it.
    let wsdl = folder.path().join("wsdl/america.wsdl");
    let old = text(&wsdl);
    let element = "<complexType name=\"DeleteResult\">\n                <sequence>\n";
    let more = [element, "<element name=\"more\" type=\"xsd:int\"/>\n"].concat();
    assert!(old.contains(element));
    std::fs::write(&wsdl, old.replace(element, &more)).unwrap();
    let mut command = saponify(["generate", "--check"]);
    let checked = command.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    for part in [
        "src/common/types.rs is not up to date: DeleteResult is gone",
        "DeleteResult is new",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    run(folder.path(), &["generate"]);
    assert!(!text(&src.join("common/types.rs")).contains("pub struct DeleteResult"));
    assert!(text(&src.join("europe/types.rs")).contains("pub struct DeleteResult"));
    run(folder.path(), &["generate", "--check"]);
}

/// What is true of all tenants is said once, and what is true of one with its name.
#[test]
fn notes_name_the_tenant() {
    let folder = project(SHARING);
    let wsdl = folder.path().join("wsdl/america.wsdl");
    // Without this field, the other one has no name to clash with.
    let other = text(&wsdl).replace("Sudden_hearing_loss__c", "Hearing__c");
    std::fs::write(&wsdl, other).unwrap();
    let mut command = saponify(["generate"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said.matches("retires the operation `login`").count(),
        1,
        "{said}"
    );
    assert!(said.contains("warning: Salesforce retires"), "{said}");
    assert!(
        said.contains("note: europe: `Account.SuddenHearingLoss__c`"),
        "{said}"
    );
    assert!(!said.contains("america"), "{said}");
}

/// The proxies of a tenant are in a folder of its name, which is no WSDL.
#[test]
fn tenants_are_compared_although_there_are_folders_of_their_names() {
    let folder = project(&SHARING.replace("out-dir = 'src'\n", ""));
    run(folder.path(), &["generate"]);
    assert!(folder.path().join("europe/mod.rs").exists());
    let said = run(folder.path(), &["diff", "europe", "america"]);
    assert!(said.contains("no difference"), "{said}");
}

#[test]
fn a_tenant_that_shares_with_nobody_is_a_mistake() {
    let alone = SHARING.replace("share = 'common'\n", "") + "share = 'common'\n";
    let folder = project(&alone);
    let said = complains(folder.path(), &["generate"]);
    assert!(
        said.contains("america is the only tenant with `share = \"common\"`"),
        "{said}"
    );
    assert!(!folder.path().join("src").exists());
}

/// Nothing is written over the files of another module.
#[test]
fn a_shared_module_has_a_directory_of_its_own() {
    let other = format!("{SHARING}[tenants.common]\ninput = 'wsdl/europe.wsdl'\nshare = 'both'\n");
    let inside = SHARING.replace("share = 'common'", "share = 'Europe'");
    for options in [other, inside] {
        let folder = project(&options);
        let said = complains(folder.path(), &["generate"]);
        assert!(said.contains("are written to the same directory"), "{said}");
        assert!(!folder.path().join("src").exists());
    }
}

#[test]
fn tenants_that_share_types_have_no_place_on_the_command_line() {
    let folder = project(SHARING);
    for place in [["--out", "gen"], ["--module", "gen"]] {
        let words = ["generate", "--tenant", "america", place[0], place[1]];
        let mut command = saponify(words);
        let output = command.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("set `out-dir` and `module`"), "{said}");
        assert!(!folder.path().join("gen").exists());
    }
}

/// A WSDL on the command line is no tenant of the file beside it.
#[test]
fn a_wsdl_that_is_no_tenant_shares_nothing() {
    let folder = project(SHARING);
    let wsdl = folder.path().join("other.wsdl");
    std::fs::copy(folder.path().join("wsdl/europe.wsdl"), &wsdl).unwrap();
    let words = [
        "generate",
        "other.wsdl",
        "--share",
        "common",
        "--out",
        "gen",
    ];
    let said = complains(folder.path(), &words);
    assert!(said.contains("is the only tenant"), "{said}");
    assert!(!folder.path().join("src").exists());
}
