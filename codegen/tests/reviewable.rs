//! Generated code that is checked in: what a diff shows, and what a formatter may do to it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use saponify_codegen::{Config, Output};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn tenant() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl")
}

fn config() -> Config {
    Config::new().input(tenant()).file_per_object(true)
}

/// Lines that are in one text and not in the other, in order of a simple comparison: a line counts once
/// for each text that has it more often.
fn changed_lines(old: &Output, new: &Output) -> Vec<String> {
    let mut lines = std::collections::BTreeMap::<(&str, &str), i32>::new();
    for (output, step) in [(old, -1), (new, 1)] {
        for file in output.files() {
            for line in file.text().lines() {
                *lines.entry((file.path(), line)).or_default() += step;
            }
        }
    }
    let changed = lines.into_iter().filter(|(_, count)| *count != 0);
    changed
        .flat_map(|((path, line), count)| {
            let sign = if count < 0 { '-' } else { '+' };
            vec![format!("{path}: {sign}{line}"); count.unsigned_abs() as usize]
        })
        .collect()
}

#[test]
fn a_field_that_goes_changes_few_lines() -> Result {
    let all = config().run()?;
    for field in [
        "Account.Name",
        "Account.Industry",
        "Contact.Account",
        "Account.Contacts",
    ] {
        let fewer = config().exclude_fields([field]).run()?;
        let changed = changed_lines(&all, &fewer);
        assert!(!changed.is_empty(), "{field}");
        assert!(changed.len() <= 10, "{field}:\n{}", changed.join("\n"));
    }
    Ok(())
}

#[test]
fn an_object_is_a_file() -> Result {
    let output = config().run()?;
    let paths: Vec<&str> = output.files().iter().map(|file| file.path()).collect();
    assert!(paths.contains(&"sobjects/account.rs"), "{paths:?}");
    let account = output
        .files()
        .iter()
        .find(|file| file.path() == "sobjects/account.rs");
    let text = account.ok_or("no account.rs")?.text();
    assert!(text.contains("Account, tables::ACCOUNT;"));
    assert!(!text.contains("Contact, tables::CONTACT;"));
    Ok(())
}

#[test]
fn what_differs_is_told_by_object_and_field() -> Result {
    let directory = tempfile::tempdir()?;
    config()
        .exclude_fields(["Account.Industry"])
        .run()?
        .write_to(directory.path())?;
    let differences = config().run()?.differences(directory.path())?;
    let account = differences
        .iter()
        .find(|difference| difference.path() == Path::new("sobjects/account.rs"))
        .ok_or("account.rs does not differ")?;
    assert_eq!(account.changes(), ["Account: INDUSTRY is new"]);
    assert_eq!(
        account.to_string(),
        "sobjects/account.rs is not up to date: Account: INDUSTRY is new"
    );
    Ok(())
}

#[test]
fn a_formatter_of_any_configuration_changes_nothing_that_counts() -> Result {
    if Command::new("rustfmt").arg("--version").output().is_err() {
        eprintln!("rustfmt is not installed: nothing was checked");
        return Ok(());
    }
    let output = config().run()?;
    for configuration in [
        "",
        "max_width = 50",
        "hard_tabs = true",
        "tab_spaces = 2",
        "newline_style = 'Windows'",
        "use_small_heuristics = 'Off'",
        "use_small_heuristics = 'Max'\nmax_width = 200",
        "reorder_imports = false\nreorder_modules = false",
        "match_block_trailing_comma = true\nuse_field_init_shorthand = true",
    ] {
        let directory = tempfile::tempdir()?;
        let dir = directory.path().join("src/enterprise");
        output.write_to(&dir)?;
        fs::write(directory.path().join("rustfmt.toml"), configuration)?;
        fs::write(directory.path().join("src/lib.rs"), "mod enterprise;\n")?;
        let formatted = Command::new("rustfmt")
            .args(["--edition", "2024", "src/lib.rs"])
            .current_dir(directory.path())
            .output()?;
        assert!(
            formatted.status.success(),
            "{configuration}: {}",
            String::from_utf8_lossy(&formatted.stderr)
        );
        assert_eq!(output.differences(&dir)?, [], "{configuration}");
    }
    Ok(())
}
