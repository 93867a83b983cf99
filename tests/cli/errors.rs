//! What the program says about wrong input, and what it does if nobody takes what it prints.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{complaint, repository, saponify};

fn demo_wsdl() -> String {
    let path = repository("tenants/demo/enterprise.wsdl");
    path.to_string_lossy().into_owned()
}

/// What the program says about a file with these bytes.
fn about(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.wsdl"), bytes).unwrap();
    complaint(saponify(["generate", "a.wsdl", "--out", "o"]).current_dir(folder.path()))
}

#[test]
fn a_file_that_is_no_wsdl_is_named_as_what_it_is() {
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, what) in [
        (&b""[..], "a.wsdl: the file is empty"),
        (b"\n  ", "a.wsdl: the file is empty"),
        (b"\x1F\x8B\x08\0", "a.wsdl: the file is compressed by gzip"),
        (b"PK\x03\x04", "a.wsdl: the file is a zip archive"),
        (b"{}", "a.wsdl: the document is JSON, not a WSDL"),
        (
            b"<html><body>Log in",
            "a.wsdl: the document is a web page, not a WSDL",
        ),
        (
            b"<!DOCTYPE HTML>",
            "a.wsdl: the document is a web page, not a WSDL",
        ),
        (
            &utf16,
            "a.wsdl: the document is in UTF-16 without a byte order mark",
        ),
    ] {
        let said = about(bytes);
        assert!(said.starts_with(&format!("error: {what}")), "{said}");
        assert!(said.contains("\n   help: "), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a.wsdl")).unwrap();
    let said = complaint(saponify(["generate", "a.wsdl"]).current_dir(folder.path()));
    assert!(
        said.starts_with("error: a.wsdl: this is a directory"),
        "{said}"
    );
}

#[test]
fn the_wrong_line_of_a_wsdl_is_shown() {
    let said =
        about(b"<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>\n  <types>\n</definitions>");
    let expected = "error: ill-formed document: expected `</types>`, but `</definitions>` was found\n\
        \x20--> a.wsdl:3:1\n  |\n3 | </definitions>\n  | ^^^^^^^^^^^^^^\n";
    assert_eq!(said, expected);
    // A WSDL of one line: the part around the error is shown, with its column in the whole line.
    let filler = "<!-- x -->".repeat(1_000);
    let text =
        format!("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>{filler}<types></oops>");
    let said = about(text.as_bytes());
    assert!(said.contains(" --> a.wsdl:1:10062\n"), "{said}");
    assert!(
        said.lines().all(|line| line.chars().count() < 120),
        "{said}"
    );
}

/// Whoever made a file chose its name.
#[cfg(unix)]
#[test]
fn the_name_of_a_file_with_an_error_cannot_move_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}[2J\u{202e}.wsdl";
    let wsdl = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><types></definitions>";
    std::fs::write(folder.path().join(name), wsdl).unwrap();
    let said = complaint(saponify(["generate", name]).current_dir(folder.path()));
    assert!(
        said.contains(" --> a\u{fffd}[2J\u{fffd}.wsdl:1:"),
        "{said:?}"
    );
}

#[test]
fn the_wrong_line_of_the_options_is_shown_with_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("saponify.toml"),
        "input = 'a.wsdl'\n\n[include]\nobject = ['Account']\n",
    )
    .unwrap();
    let said = complaint(saponify(["generate"]).current_dir(folder.path()));
    let expected = "error: there is no option `object`; did you mean `objects`?\n \
        --> saponify.toml:4:1\n  |\n4 | object = ['Account']\n  | ^^^^^^\n";
    assert_eq!(said, expected);
}

/// A name that nothing in the WSDL has, and a WSDL that is not there, are wrong lines, too.
#[test]
fn names_and_files_in_the_options_that_do_not_exist_are_shown_in_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(demo_wsdl(), folder.path().join("acme.wsdl")).unwrap();
    for (options, title, marked) in [
        (
            "input = 'acme.wsdl'\n[rename.types]\nAcount = 'Customer'\n",
            "the type `Acount` cannot be renamed, because it is not generated; did you mean `Account`",
            " --> saponify.toml:3:1\n  |\n3 | Acount = 'Customer'\n  | ^^^^^^\n",
        ),
        (
            "input = 'acme.wsdl'\nrename.fields = { 'Account.Nmae' = 'name' }\n",
            "because it is not generated; did you mean `Account.Name`?",
            "2 | rename.fields = { 'Account.Nmae' = 'name' }\n  |                   ^^^^^^^^^^^^^^\n",
        ),
        (
            "input = 'acme.wsdl'\n[rename.types]\nAccount = 'not rust'\n",
            "the new name `not rust` of type `Account` is not a Rust identifier",
            " --> saponify.toml:3:1\n",
        ),
        (
            "input = 'acme.wsdl'\n[rename.operations]\nquerry = 'x'\n",
            "did you mean `query`?",
            " --> saponify.toml:3:1\n",
        ),
        (
            "docs = true\n[tenants.acme]\ninput = 'acme.wsdl'\nexclude.fields = ['Account.Fax', 'Account.Nmae']\n",
            "excluded field `Account.Nmae` matches nothing in the WSDL; did you mean `Account.Name`?",
            " --> saponify.toml:4:34\n",
        ),
        (
            "input = 'acme.wsdl'\ntypes = { 'java:String' = 'varchar' }\n",
            "expected a built-in type",
            " --> saponify.toml:2:11\n",
        ),
        (
            "input = 'amce.wsdl'\n",
            "amce.wsdl does not exist",
            " --> saponify.toml:1:9\n  |\n1 | input = 'amce.wsdl'\n  |         ^^^^^^^^^^^\n  |\n  \
             = help: the folder has acme.wsdl\n",
        ),
    ] {
        std::fs::write(folder.path().join("saponify.toml"), options).unwrap();
        let said = complaint(saponify(["generate"]).current_dir(folder.path()));
        assert!(said.contains(title), "{title} in\n{said}");
        assert!(said.contains(marked), "{marked} in\n{said}");
    }
    // What the command line says is in no file.
    std::fs::write(folder.path().join("saponify.toml"), "input = 'acme.wsdl'\n").unwrap();
    for arguments in [
        &["generate", "--include", "Acount"][..],
        &["generate", "none.wsdl"],
    ] {
        let said = complaint(saponify(arguments).current_dir(folder.path()));
        assert!(!said.contains("saponify.toml"), "{said}");
    }
}

#[test]
fn misspelt_words_are_answered_with_the_right_ones() {
    for (arguments, right) in [
        (&["generat"][..], "generate"),
        (&["generate", "--inclde", "A"], "--include"),
        (&["diff", "a", "b", "--format", "jsn"], "json"),
        (&["generate", "a.wsdl", "--dump", "plam"], "plan"),
    ] {
        let output = saponify(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("'{right}'")), "{said}");
    }
    for (name, right) in [
        ("Acount", "`Account`"),
        ("Account.Nmae", "`Account.Name`"),
        ("op:querry", "`query`"),
    ] {
        let said = complaint(&mut saponify([
            "generate",
            &demo_wsdl(),
            "--stdout",
            "--include",
            name,
        ]));
        assert!(said.contains(&format!("did you mean {right}")), "{said}");
    }
}

/// The name of the WSDL after the names that are selected is the name of the WSDL.
#[test]
fn include_does_not_take_the_wsdl_for_a_name() {
    let mut command = saponify(["generate", "--stdout", "--include", "Account,Contact"]);
    let output = command.arg(demo_wsdl()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(text.contains("`Contact`") && !text.contains("`Opportunity`"));
}

#[test]
fn colours_are_for_terminals_unless_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let run = |color: &str, no_color: bool| {
        let mut command = saponify(["generate", "none.wsdl", "--color", color]);
        command.env_remove("NO_COLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.current_dir(folder.path()).output().unwrap().stderr
    };
    let is_colored = |bytes: Vec<u8>| bytes.contains(&0x1b);
    assert!(!is_colored(run("auto", false)));
    assert!(!is_colored(run("never", false)));
    assert!(is_colored(run("always", false)));
    // What is asked for on the command line goes before the environment.
    assert!(is_colored(run("always", true)));
    let help = saponify(["--color", "always", "--help"]).output().unwrap();
    assert!(is_colored(help.stdout));
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = saponify(["generate", &demo_wsdl(), "--out", "o"]);
        let output = command
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        (output.stdout, output.stderr)
    };
    let (out, notes) = run(&[]);
    assert!(!out.is_empty() && !notes.is_empty());
    assert_eq!(run(&["--quiet"]), (Vec::new(), Vec::new()));
}

/// Commands that print much, with what makes them print it.
fn printing() -> Vec<Vec<String>> {
    let wsdl = demo_wsdl();
    let commands: [&[&str]; 9] = [
        &["--help"],
        &["generate", "--help"],
        &["--version"],
        &["generate", &wsdl, "--stdout"],
        &["generate", &wsdl, "--dump", "plan"],
        &["diff", &wsdl, &wsdl, "--format", "json"],
        &["sandbox", "wsdl"],
        &["completions", "bash"],
        &["manual", "schema"],
    ];
    let owned = |command: &&[&str]| command.iter().map(|word| (*word).to_owned()).collect();
    commands.iter().map(owned).collect()
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_no_panic() {
    if !Path::new("/dev/full").exists() {
        eprintln!("not run: there is no /dev/full");
        return;
    }
    for arguments in printing() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_saponify"))
            .args(&arguments)
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(child.stderr).unwrap();
        assert!(
            matches!(child.status.code(), Some(1 | 2)),
            "{arguments:?}: {said}"
        );
        assert!(
            said.contains("cannot write to standard output"),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_neither_an_error_nor_a_panic() {
    for arguments in printing() {
        let mut child = Command::new(env!("CARGO_BIN_EXE_saponify"))
            .args(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The reader goes away after a byte, as `head` does.
        let mut byte = [0];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut byte).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        assert!(
            !said.contains("panicked") && !said.contains("error:"),
            "{said}"
        );
    }
}

#[test]
fn a_shell_completes_commands_and_the_names_of_a_wsdl() {
    let script = saponify(["completions", "bash"]).output().unwrap();
    let script = String::from_utf8(script.stdout).unwrap();
    assert!(script.contains("SAPONIFY_COMPLETE"), "{script}");
    let complete = |words: &[&str]| {
        let mut command = saponify(["--"]);
        command
            .args(words)
            .env("SAPONIFY_COMPLETE", "bash")
            .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
            .env("_CLAP_COMPLETE_COMP_TYPE", "9")
            .env("_CLAP_IFS", "\n");
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["saponify", "gene"]), ["generate"]);
    let wsdl = demo_wsdl();
    let names = |typed| complete(&["saponify", "generate", &wsdl, "--include", typed]);
    assert_eq!(names("acc"), ["Account", "AccountHistory"]);
    assert_eq!(names("Contact,Account.Fa"), ["Contact,Account.Fax"]);
    assert_eq!(names("op:queryM"), ["op:queryMore"]);
    // The options before it say how the WSDL is read.
    let folder = tempfile::tempdir().unwrap();
    let import = "<import namespace='urn:x' location='https://example.com/x.wsdl'/>";
    let text = std::fs::read_to_string(&wsdl).unwrap();
    let at = text.find("<types>").unwrap();
    let text = [&text[..at], import, &text[at..]].concat();
    let imports = folder.path().join("imports.wsdl");
    std::fs::write(&imports, text).unwrap();
    let imports = imports.to_str().unwrap();
    let skip = ["--skip-import", "https://example.com/x.wsdl"];
    let words = |skip: &[&str]| {
        let all = [
            &["saponify", "generate", imports],
            skip,
            &["--include", "acc"],
        ]
        .concat();
        complete(&all)
    };
    assert!(words(&[]).is_empty());
    assert_eq!(words(&skip), ["Account", "AccountHistory"]);
    // A WSDL that cannot be read is no reason to write into the command line.
    assert!(complete(&["saponify", "generate", "/none.wsdl", "--include", "A"]).is_empty());
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = saponify(["manual", "pages", "man"]);
    assert!(
        command
            .current_dir(folder.path())
            .output()
            .unwrap()
            .status
            .success()
    );
    for page in [
        "saponify.1",
        "saponify-diff.1",
        "saponify-generate.1",
        "saponify-connector-sync.1",
    ] {
        let text = std::fs::read_to_string(folder.path().join("man").join(page)).unwrap();
        assert!(text.starts_with(".") && text.contains(".SH"), "{page}");
    }
}

#[test]
fn exit_codes_are_in_the_help() {
    for arguments in [&["--help"][..], &["diff", "--help"]] {
        let output = saponify(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Exit codes:"), "{text}");
    }
    let output = saponify(["--help"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("130  Ctrl-C ended it"), "{text}");
}
