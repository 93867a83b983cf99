//! Hazard: a connection that stops the others, and output in the wrong place.

use saponify_sandbox::Activity;

use super::{Tenant, ends};

fn activity() -> Activity {
    Activity::days(2)
        .logins(50)
        .audit(10)
        .files(2)
        .file_size(2_000)
}

#[test]
fn a_damaged_store_stops_only_its_own_connection() {
    let tenant = Tenant::start(activity());
    for name in ["alpha", "beta", "gamma"] {
        ends(tenant.activate(name), 0);
    }
    std::fs::write(tenant.path("home").join("alpha/store.db"), "garbage").unwrap();
    let (out, err) = ends(tenant.command("sync"), 1);
    assert!(err.contains("alpha: error:"), "{err}");
    assert!(out.contains("beta\n") && out.contains("gamma\n"), "{out}");
    let (out, err) = ends(tenant.command("status"), 1);
    assert!(err.contains("alpha: error:"), "{err}");
    assert!(
        out.contains("beta: Acme") && out.contains("gamma: Acme"),
        "{out}"
    );
    let (out, err) = ends(tenant.command("list"), 1);
    assert!(err.contains("alpha: error:"), "{err}");
    assert!(out.contains("unreadable") && out.contains("gamma"), "{out}");
    // A program can parse every line.
    for words in ["list --json", "status --json", "sync --json --source audit"] {
        let (out, _) = ends(tenant.command(words), 1);
        let lines: Vec<serde_json::Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let named = |name: &str| lines.iter().find(|line| line["connection"] == name);
        assert_eq!(named("alpha").unwrap()["ok"], false, "{words}: {out}");
        assert!(named("gamma").is_some(), "{words}: {out}");
    }
}

#[cfg(unix)]
#[test]
fn output_replaces_only_its_file() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let to = |path: &std::path::Path| {
        let mut report = tenant.command("report acme");
        report.arg("--out").arg(path);
        report
    };
    // A device is written to directly.
    ends(to("/dev/null".as_ref()), 0);
    let device = std::fs::metadata("/dev/null").unwrap();
    assert!(device.file_type().is_char_device());
    if std::fs::exists("/dev/full").unwrap() {
        let (_, err) = ends(to("/dev/full".as_ref()), 1);
        assert!(err.contains("cannot write /dev/full"), "{err}");
        let device = std::fs::metadata("/dev/full").unwrap();
        assert!(device.file_type().is_char_device());
    }
    // A link is kept, whether its target exists or not.
    let (file, link) = (tenant.path("report.txt"), tenant.path("link.txt"));
    std::os::unix::fs::symlink("report.txt", &link).unwrap();
    for _ in 0..2 {
        ends(to(&link), 0);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("acme: "), "{text}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::fs::write(&file, "an earlier report").unwrap();
    }
    ends(to(&file), 0);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    // A failure keeps the old file, and leaves no part of a new one.
    let (_, err) = ends(to(&tenant.path("home")), 1);
    assert!(err.contains("cannot write"), "{err}");
    let (_, err) = ends(to(&tenant.path("none/report.txt")), 1);
    assert!(err.contains("cannot write"), "{err}");
    let beside = std::fs::read_dir(tenant.path("")).unwrap();
    let drafts = beside.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".new")
    });
    assert_eq!(drafts.count(), 0);
}

#[cfg(unix)]
#[test]
fn a_process_at_work_keeps_its_refresh_token() {
    let tenant = Tenant::start(activity());
    ends(tenant.command("list"), 0);
    super::web::activated(&tenant, "web");
    ends(tenant.activate("other"), 0);
    let tokens = |tenant: &Tenant| tenant.sandbox.stats().grants["refresh_token"];
    ends(tenant.command("test web"), 0);
    assert_eq!(tokens(&tenant), 1);
    let lock = tenant.path("home").join("web/lock");
    let lock = std::fs::File::options().write(true).open(lock).unwrap();
    lock.lock().unwrap();
    for words in ["test web", "open web --print"] {
        let (_, err) = ends(tenant.command(words), 4);
        assert!(err.contains("another instance"), "{err}");
    }
    assert_eq!(
        tokens(&tenant),
        1,
        "the token of the other process is still valid"
    );
    // A login by password replaces no secret.
    let lock = tenant.path("home").join("other/lock");
    let lock = std::fs::File::options().write(true).open(lock).unwrap();
    lock.lock().unwrap();
    ends(tenant.command("test other"), 0);
}
