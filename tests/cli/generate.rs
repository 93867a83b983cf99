//! `saponify generate`.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{complaint, printed, repository, saponify, tree};

fn wsdl() -> PathBuf {
    repository("tenants/demo/enterprise.wsdl")
}

/// A directory that contains a WSDL with this text.
fn with(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("service.wsdl");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn generate(wsdl: &Path, out: &Path) -> assert_cmd::Command {
    let mut command = saponify(["generate"]);
    command.arg(wsdl).arg("--out").arg(out);
    command
}

#[test]
fn a_module_is_written_and_the_second_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/enterprise");
    let said = printed(generate(&wsdl(), &out));
    assert!(
        said.contains("enterprise") && said.contains("files"),
        "{said}"
    );
    let first = tree(&out);
    assert!(
        first.contains_key(Path::new("mod.rs")),
        "{:?}",
        first.keys()
    );
    let stamps = || {
        let meta = |name: &PathBuf| out.join(name).metadata().unwrap().modified().unwrap();
        first.keys().map(meta).collect::<Vec<_>>()
    };
    let before = stamps();
    printed(generate(&wsdl(), &out));
    assert_eq!(tree(&out), first);
    // The files are not written again, so that cargo does not compile them again.
    assert_eq!(stamps(), before);
}

#[test]
fn the_same_wsdl_gives_the_same_text_everywhere() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = two.path().join("enterprise.wsdl");
    std::fs::copy(wsdl(), &copy).unwrap();
    printed(generate(&wsdl(), &one.path().join("enterprise")));
    let mut elsewhere = generate(&copy, &two.path().join("enterprise"));
    elsewhere.current_dir(two.path());
    printed(elsewhere);
    assert_eq!(
        tree(&one.path().join("enterprise")),
        tree(&two.path().join("enterprise"))
    );
}

#[test]
fn check_tells_what_is_not_up_to_date_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    let check = || {
        let mut command = generate(&wsdl(), &out);
        command.arg("--check");
        command
    };
    let missing = check().output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(!out.exists());
    printed(generate(&wsdl(), &out));
    assert!(printed(check()).contains("up to date"));
    std::fs::write(out.join("faults.rs"), "// changed\n").unwrap();
    let before = tree(&out);
    let changed = check().output().unwrap();
    let err = String::from_utf8(changed.stderr).unwrap();
    assert_eq!(changed.status.code(), Some(1));
    assert!(
        err.contains("faults.rs is not up to date") && err.contains("--check"),
        "{err}"
    );
    assert_eq!(tree(&out), before);
}

#[test]
fn output_can_go_to_standard_output() {
    let mut command = saponify(["generate", "--stdout"]);
    let out = printed({
        command.arg(wsdl());
        command
    });
    assert!(
        out.contains("// ---- mod.rs\n") && out.contains("pub fn describe_global"),
        "{}",
        &out[..500]
    );
}

#[test]
fn types_go_to_json_only_if_that_is_asked_for() {
    let written = |options: &[&str]| {
        let mut command = saponify(["generate", "--stdout"]);
        command.arg(wsdl()).args(options);
        printed(command)
    };
    assert!(!written(&[]).contains("serde"));
    let with = written(&["--serde"]);
    for line in [
        "g::serde!(view Account);",
        "g::serde!(structure SaveResult);",
        "g::serde!(open_enum StatusCode);",
    ] {
        assert!(with.contains(line), "{line}");
    }
}

#[test]
fn stages_can_be_printed() {
    for (stage, part) in [
        ("raw", "Account"),
        ("model", "Account"),
        (
            "selection",
            "view \"urn:sobject.enterprise.soap.sforce.com\" \"Account\"",
        ),
        ("names", "key ANNUAL_REVENUE"),
        ("plan", "describe_global"),
    ] {
        let mut command = saponify(["generate", "--dump", stage]);
        command.arg(wsdl());
        let text = printed(command);
        assert!(
            text.contains(part) && text.lines().count() > 100,
            "{stage}: {}",
            text.len()
        );
    }
}

#[test]
fn choosing_leaves_out_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    let mut command = generate(&wsdl(), &out);
    command.args(["--include", "Account,Invoice*,op:query,op:queryMore"]);
    command.args(["--include", "op:login"]);
    command.args(["--exclude", "Account.Fax"]);
    printed(command);
    let text: String = tree(&out)
        .into_values()
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .collect();
    for there in [
        "`Account`",
        "Invoice__c",
        "pub fn query(",
        "NUMBER_OF_EMPLOYEES",
    ] {
        assert!(text.contains(there), "{there}");
    }
    for gone in ["pub fn create(", "LoginHistory,", "FAX: "] {
        assert!(!text.contains(gone), "{gone}");
    }
}

#[test]
fn options_come_from_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(wsdl(), folder.path().join("enterprise.wsdl")).unwrap();
    let config = "input = \"enterprise.wsdl\"\nmodule = \"acme\"\n";
    std::fs::write(folder.path().join("saponify.toml"), config).unwrap();
    let mut command = saponify(["generate", "--config", "saponify.toml"]);
    command.current_dir(folder.path());
    printed(command);
    assert!(folder.path().join("acme/mod.rs").exists());

    std::fs::write(
        folder.path().join("saponify.toml"),
        "input = 3\nnonsense = true\n",
    )
    .unwrap();
    let mut command = saponify(["generate", "--config", "saponify.toml"]);
    let said = complaint(command.current_dir(folder.path()));
    assert!(said.contains("saponify.toml"), "{said}");
    let mut command = saponify(["generate", "--config", "none.toml"]);
    let said = complaint(command.current_dir(folder.path()));
    assert!(said.contains("none.toml"), "{said}");
}

#[test]
fn a_name_that_is_not_in_the_wsdl_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    let mut command = generate(&wsdl(), &out);
    let said = complaint(command.args(["--include", "Acount"]));
    assert!(said.contains("Acount"), "{said}");
    assert!(!out.exists());
}

#[test]
fn a_file_that_is_not_there_is_named_with_where_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    let said = complaint(&mut generate(&folder.path().join("none.wsdl"), &out));
    assert!(
        said.contains("none.wsdl does not exist") && said.contains("help: "),
        "{said}"
    );
    complaint(&mut generate(folder.path(), &out));
    assert!(!out.exists());
    let neither = saponify(["generate"]).output().unwrap();
    assert_eq!(neither.status.code(), Some(2));
}

#[test]
fn a_file_that_is_not_a_wsdl_is_refused_with_a_position() {
    for (text, part) in [
        ("", "the file is empty"),
        ("<a><b></a>", ".wsdl:1:7\n"),
        (
            "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>\n <types>\n </wrong>",
            ".wsdl:3:",
        ),
        ("<html><body>Please log in</body></html>", "web page"),
        ("{\"openapi\": \"3.0.0\"}", "json"),
    ] {
        let (folder, path) = with(text);
        let out = folder.path().join("out");
        let said = complaint(&mut generate(&path, &out));
        assert!(said.contains("service.wsdl"), "{text}: {said}");
        assert!(
            said.to_lowercase().contains(part),
            "{text}: no {part} in {said}"
        );
        assert!(!out.exists(), "{text}");
    }
}

#[test]
fn hostile_documents_are_refused_at_once() {
    let entities: String = (1..20)
        .map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let laughs = format!("<!DOCTYPE d [<!ENTITY l0 'ha'>{entities}]><d>&l19;</d>");
    let host = "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><d>&x;</d>";
    let deep = "<a>".repeat(100_000);
    let import = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>\
                  <import namespace='urn:a' location='../../../../../../etc/passwd'/></definitions>";
    let remote = import.replace(
        "../../../../../../etc/passwd",
        "https://wsdl.example/a.wsdl",
    );
    for (text, part) in [
        (laughs.as_str(), "DTD"),
        (host, "DTD"),
        (&deep, "depth"),
        (import, "passwd"),
        (&remote, "wsdl.example"),
    ] {
        let (folder, path) = with(text);
        let out = folder.path().join("out");
        let said = complaint(&mut generate(&path, &out));
        assert!(said.contains(part), "no {part} in {said}");
        assert!(!said.contains("root:") && said.len() < 2_000, "{said}");
        assert!(!out.exists());
    }
}

#[test]
fn a_failed_run_leaves_the_old_output_whole() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    printed(generate(&wsdl(), &out));
    let whole = tree(&out);

    let text = std::fs::read_to_string(wsdl()).unwrap();
    let broken = folder.path().join("broken.wsdl");
    std::fs::write(&broken, &text[..text.len() / 2]).unwrap();
    complaint(&mut generate(&broken, &out));
    assert_eq!(tree(&out), whole);

    // One file of another tenant's module cannot be written.
    let other = folder.path().join("enterprise.wsdl");
    std::fs::write(&other, text.replace("Legacy_Id__c", "Former_Id__c")).unwrap();
    std::fs::remove_file(out.join("faults.rs")).unwrap();
    std::fs::create_dir(out.join("faults.rs")).unwrap();
    std::fs::write(out.join("faults.rs/mine.txt"), "mine").unwrap();
    let before = tree(&out);
    let said = complaint(&mut generate(&other, &out));
    assert!(said.contains("faults.rs"), "{said}");
    assert_eq!(tree(&out), before);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    for out in [file.clone(), file.join("below")] {
        let said = complaint(&mut generate(&wsdl(), &out));
        assert!(said.contains("file"), "{said}");
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_directory_stays_as_it_is() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    std::fs::create_dir(&out).unwrap();
    set_permissions(&out, Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(out.join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write in spite of the permissions");
        return;
    }
    let said = complaint(&mut generate(&wsdl(), &out));
    assert!(said.contains("ermission"), "{said}");
    assert!(tree(&out).is_empty());
    set_permissions(&out, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn files_of_others_in_the_directory_stay() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("enterprise");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("mine.rs"), "// mine\n").unwrap();
    printed(generate(&wsdl(), &out));
    let mut fewer = generate(&wsdl(), &out);
    fewer.args(["--include", "Account,op:getServerTimestamp"]);
    printed(fewer);
    assert_eq!(std::fs::read(out.join("mine.rs")).unwrap(), b"// mine\n");
}

/// A WSDL in a folder of its own. It imports one schema from the folder above and one by URL.
fn importing() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("wsdl")).unwrap();
    let schema = |name: &str| {
        format!(
            "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:{name}'>\
             <complexType name='{name}'/></schema>"
        )
    };
    std::fs::write(folder.path().join("above.xsd"), schema("above")).unwrap();
    std::fs::write(folder.path().join("copy.xsd"), schema("remote")).unwrap();
    let path = folder.path().join("wsdl/service.wsdl");
    let imports = "<import namespace='urn:above' schemaLocation='../above.xsd'/>\
                   <import namespace='urn:remote' schemaLocation='https://example.com/?xsd=1'/>";
    let text = format!(
        "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><types>\
         <schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:own'>{imports}\
         <complexType name='Own'/></schema></types></definitions>"
    );
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn imports_from_elsewhere_need_an_option_which_the_error_names() {
    let (folder, wsdl) = importing();
    let out = folder.path().join("out");
    let said = complaint(&mut generate(&wsdl, &out));
    for part in ["../above.xsd", "--root", "--provide", "--skip-import"] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    let with_root = |options: &[&str]| {
        let mut command = generate(&wsdl, &out);
        command.arg("--root").arg(folder.path()).args(options);
        command
    };
    let said = complaint(&mut with_root(&[]));
    assert!(said.contains("https://example.com/?xsd=1"), "{said}");

    let copy = folder.path().join("copy.xsd");
    for import in ["https://example.com/?xsd=1", "urn:remote"] {
        let option = format!("{import}={}", copy.display());
        printed(with_root(&["--provide", &option]));
        assert!(out.join("remote.rs").exists(), "{import}");
    }
    for import in ["https://example.com/?xsd=1", "urn:remote"] {
        printed(with_root(&["--skip-import", import]));
        assert!(!out.join("remote.rs").exists(), "{import}");
    }
    // `--dump` reads the same files.
    for stage in ["raw", "model"] {
        let option = format!("urn:remote={}", copy.display());
        let said = printed(with_root(&["--provide", &option, "--dump", stage]));
        assert!(said.contains("urn:remote"), "{stage}: {said}");
    }
    let refused = with_root(&["--provide", "no-file"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("IMPORT=FILE"),
        "{said}"
    );
}

#[test]
fn an_address_and_a_compressed_file_are_called_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let compressed = folder.path().join("enterprise.wsdl");
    std::fs::write(&compressed, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]).unwrap();
    for (input, part, help) in [
        ("https://h.example/x.wsdl", "is an address", "download"),
        (compressed.to_str().unwrap(), "compressed by gzip", "gunzip"),
    ] {
        let mut command = saponify(["generate", input, "--stdout"]);
        let err = complaint(&mut command);
        assert!(err.contains(part) && err.contains(help), "{err}");
    }
}

#[test]
fn the_server_side_is_an_option() {
    let wsdl = repository("codegen/tests/fixtures/server/input.wsdl");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("library");
    printed(generate(&wsdl, &out));
    assert!(!out.join("documents.rs").exists());
    let mut command = generate(&wsdl, &out);
    command.arg("--server");
    printed(command);
    let server = std::fs::read_to_string(out.join("server.rs")).unwrap();
    assert!(server.contains("pub trait Library: Send + Sync + Sized + 'static {"));
    assert!(out.join("documents.rs").exists());
}

#[test]
fn what_salesforce_retires_is_a_warning() {
    let all = std::fs::read_to_string(wsdl()).unwrap();
    let old = all.replacen("API Version 64.0", "API Version 29.0", 1);
    let (folder, path) = with(&old);
    let run = |arguments: &[&str]| {
        let mut command = generate(&path, &folder.path().join("out"));
        let output = command.args(arguments).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let said = run(&[]);
    assert!(
        said.contains("warning: Salesforce retired API version 29.0"),
        "{said}"
    );
    assert!(
        said.contains("warning: Salesforce retires the operation `login`"),
        "{said}"
    );
    assert!(!run(&["--exclude", "op:login"]).contains("`login`"));
    assert!(!run(&["--quiet"]).contains("warning"));
}

/// The program while it watches.
struct Watching {
    child: std::process::Child,
    lines: std::io::Lines<std::io::BufReader<std::process::ChildStderr>>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_saponify"))
            .args(["generate", "--watch"])
            .args(arguments)
            .current_dir(folder)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = std::io::BufReader::new(child.stderr.take().unwrap());
        let lines = std::io::BufRead::lines(lines);
        Self { child, lines }
    }

    fn wait_for(&mut self, word: &str) {
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        let found = lines.any(|line| line.contains(word));
        assert!(found, "the program ended before it said {word:?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The time between a change and its effect is not limited here; only that the effect comes is.
#[test]
fn watching_generates_again_after_a_change() {
    let all = std::fs::read_to_string(wsdl()).unwrap();
    let (folder, path) = with(&all);
    let path = path.to_string_lossy().into_owned();
    let mut program = Watching::start(folder.path(), &["--out", "out", &path]);
    let account = folder.path().join("out/sobjects/account.rs");
    let account = || std::fs::read_to_string(&account).unwrap();
    program.wait_for("waiting for changes");
    assert!(account().contains("FAX: "));
    // A WSDL that is wrong ends nothing.
    std::fs::write(&path, "<definitions").unwrap();
    program.wait_for("error");
    program.wait_for("waiting for changes");
    let line = "<element name=\"Fax\" nillable=\"true\" minOccurs=\"0\" type=\"xsd:string\"/>";
    std::fs::write(&path, all.replacen(line, "", 1)).unwrap();
    program.wait_for("waiting for changes");
    assert!(!account().contains("FAX: "));
}

#[test]
fn watching_notices_files_that_only_a_failed_run_has_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("one.wsdl"), std::fs::read(wsdl()).unwrap()).unwrap();
    std::fs::write(file("saponify.toml"), "input = 'one.wsdl'\n").unwrap();
    let mut program = Watching::start(folder.path(), &[]);
    program.wait_for("waiting for changes");
    assert!(file("one/mod.rs").exists());
    // The options name another WSDL, which is wrong and then repaired.
    std::fs::write(file("two.wsdl"), "<definitions").unwrap();
    std::fs::write(file("saponify.toml"), "input = 'two.wsdl'\n").unwrap();
    program.wait_for("error");
    program.wait_for("waiting for changes");
    std::fs::write(file("two.wsdl"), std::fs::read(wsdl()).unwrap()).unwrap();
    program.wait_for("waiting for changes");
    assert!(file("two/mod.rs").exists());
}
