//! What writing does to a directory.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use saponify_codegen::{Config, DifferenceKind, Output};

type Result = std::result::Result<(), Box<dyn Error>>;

fn output() -> std::result::Result<Output, saponify_codegen::Error> {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shapes/input.wsdl");
    Config::new().input(input).run()
}

fn names(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[test]
fn files_that_did_not_change_are_not_touched() -> Result {
    let directory = tempfile::tempdir()?;
    let dir = directory.path().join("new/proxies");
    let output = output()?;
    output.write_to(&dir)?;
    let long_ago = SystemTime::now() - Duration::from_secs(3_600);
    for file in output.files() {
        fs::File::options()
            .write(true)
            .open(dir.join(file.path()))?
            .set_modified(long_ago)?;
    }
    fs::write(dir.join("tables.rs"), "// something else\n")?;
    output.write_to(&dir)?;
    for file in output.files() {
        let touched = fs::metadata(dir.join(file.path()))?.modified()? != long_ago;
        assert_eq!(touched, file.path() == "tables.rs", "{}", file.path());
        assert_eq!(fs::read_to_string(dir.join(file.path()))?, file.text());
    }
    assert_eq!(output.differences(&dir)?, []);
    Ok(())
}

/// A large module is a directory, and a small one is a file. Both at once do not compile.
#[test]
fn a_module_that_becomes_small_leaves_no_directory() -> Result {
    let directory = tempfile::tempdir()?;
    let dir = directory.path();
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let config = Config::new().input(input);
    let large = config.clone().file_per_object(true).run()?;
    large.write_to(dir)?;
    assert!(dir.join("sobjects/mod.rs").exists());
    let small = config.run()?;
    small.write_to(dir)?;
    assert!(dir.join("sobjects.rs").exists() && !dir.join("sobjects").exists());
    assert_eq!(small.differences(dir)?, []);
    Ok(())
}

#[test]
fn only_leftovers_of_our_own_go() -> Result {
    let directory = tempfile::tempdir()?;
    let dir = directory.path();
    let output = output()?;
    output.write_to(dir)?;
    let ours = format!(
        "{}\npub struct Old;\n",
        output.files()[1].text().lines().next().unwrap_or("")
    );
    fs::create_dir(dir.join("sobjects"))?;
    fs::write(dir.join("sobjects/part_a.rs"), &ours)?;
    fs::write(dir.join("old.rs"), &ours)?;
    fs::write(dir.join("mine.rs"), "//! By hand.\n")?;
    fs::write(dir.join("notes.txt"), &ours)?;
    let differences = output.differences(dir)?;
    let kinds: Vec<_> = differences
        .iter()
        .map(|d| (d.path().to_owned(), d.kind()))
        .collect();
    let stale = DifferenceKind::Stale;
    assert_eq!(
        kinds,
        [
            ("old.rs".into(), stale),
            ("sobjects/part_a.rs".into(), stale)
        ]
    );
    output.write_to(dir)?;
    let left = names(dir)?;
    assert!(!left.contains(&"old.rs".to_owned()) && !left.contains(&"sobjects".to_owned()));
    assert!(left.contains(&"mine.rs".to_owned()) && left.contains(&"notes.txt".to_owned()));
    Ok(())
}

#[test]
fn checking_writes_nothing() -> Result {
    let directory = tempfile::tempdir()?;
    let dir = directory.path().join("absent");
    let output = output()?;
    let differences = output.differences(&dir)?;
    assert_eq!(differences.len(), output.files().len());
    assert!(
        differences
            .iter()
            .all(|d| d.kind() == DifferenceKind::Missing)
    );
    assert_eq!(
        differences[0].to_string(),
        format!("{} is missing", differences[0].path().display())
    );
    assert!(!dir.exists());
    Ok(())
}

#[test]
fn a_failure_leaves_the_old_output_whole() -> Result {
    let directory = tempfile::tempdir()?;
    let dir = directory.path();
    let output = output()?;
    // A directory stands where a file should be: the rest must not be written either.
    fs::create_dir(dir.join("tables.rs"))?;
    fs::write(dir.join("mod.rs"), "// old\n")?;
    let error = output.write_to(dir).err().ok_or("no error")?;
    assert!(error.is_io(), "{error:?}");
    assert!(error.to_string().contains("tables.rs"), "{error}");
    assert_eq!(names(dir)?, ["mod.rs", "tables.rs"]);
    assert_eq!(fs::read_to_string(dir.join("mod.rs"))?, "// old\n");
    Ok(())
}

#[test]
fn a_directory_that_cannot_be_made_is_one_clear_error() -> Result {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("file");
    fs::write(&file, "")?;
    let error = output()?
        .write_to(&file.join("proxies"))
        .err()
        .ok_or("no error")?;
    assert!(error.is_io(), "{error:?}");
    assert!(error.source().is_some());
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_read_only_directory_is_one_clear_error() -> Result {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir()?;
    let dir = directory.path().join("proxies");
    fs::create_dir(&dir)?;
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555))?;
    if fs::write(dir.join("probe"), "").is_ok() {
        eprintln!("this user may write anywhere: not tested");
        return Ok(());
    }
    let error = output()?.write_to(&dir).err().ok_or("no error")?;
    assert!(error.is_io(), "{error:?}");
    assert_eq!(names(&dir)?, Vec::<String>::new());
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
