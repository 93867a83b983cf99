//! Hazard: a store that this user cannot write.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use saponify_sandbox::Activity;

use super::{Tenant, ends};

/// The id of a user without permissions, on every system.
const NOBODY: u32 = 65_534;

/// Runs the program as another user than the superuser, who may write everywhere.
struct Unprivileged {
    program: PathBuf,
    user: Option<u32>,
}

impl Unprivileged {
    fn new(tenant: &Tenant) -> Self {
        let folder = tenant.path("");
        let is_superuser = fs::metadata(&folder).unwrap().uid() == 0;
        let program = tenant.path("saponify");
        // The folder of the build may be inaccessible to other users.
        fs::copy(env!("CARGO_BIN_EXE_saponify"), &program).unwrap();
        if is_superuser {
            give(&folder);
        }
        Self {
            program,
            user: is_superuser.then_some(NOBODY),
        }
    }

    /// Runs a command of the connector. Returns its exit code and its standard error.
    fn run(&self, tenant: &Tenant, words: &str) -> (Option<i32>, String) {
        let like = tenant.piped(words);
        let mut command = Command::new(&self.program);
        command.args(like.get_args()).current_dir("/");
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path());
        }
    }
}

#[test]
fn a_read_only_store_is_reported_and_not_damaged() {
    let activity = Activity::days(2).logins(60).audit(20).files(2);
    let tenant = Tenant::start(activity.file_size(2_000));
    ends(tenant.activate("acme"), 0);
    ends(tenant.command("sync acme --source audit"), 0);
    let user = Unprivileged::new(&tenant);
    let place = tenant.path("home").join("acme");
    for (path, closed, open) in [
        (place.join("store.db"), 0o400, 0o600),
        (place.clone(), 0o500, 0o700),
    ] {
        fs::set_permissions(&path, Permissions::from_mode(closed)).unwrap();
        let (code, said) = user.run(&tenant, "sync acme");
        fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
        assert_eq!(code, Some(1), "{}: {said}", path.display());
        assert!(said.contains("help: "), "{}: {said}", path.display());
        assert!(
            said.contains(&*place.to_string_lossy()),
            "{}: {said}",
            path.display()
        );
    }
    // Rows that are younger than two minutes are left for the next round.
    tenant.sandbox.advance(Duration::from_secs(600));
    let (code, said) = user.run(&tenant, "sync acme");
    assert_eq!(code, Some(0), "{said}");
    let (out, _) = ends(
        tenant.command("events acme --source logins --format ndjson"),
        0,
    );
    assert_eq!(out.lines().count(), 60);
}

/// Runs a command for which the folder `full` is a file system of its own with little space.
#[cfg(all(target_os = "linux", feature = "object-store"))]
fn with_little_space(tenant: &Tenant, words: &str, full: &Path) -> Option<(Option<i32>, String)> {
    let like = tenant.piped(words);
    let script = "mount -t tmpfs -o size=16k tmpfs \"$0\" && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    command
        .arg(full)
        .arg(like.get_program())
        .args(like.get_args());
    let output = command.output().ok()?;
    let said = String::from_utf8(output.stderr).unwrap();
    let is_refused = said.contains("unshare: ") || said.contains("mount: ");
    if is_refused {
        eprintln!("not run, because this machine gives no file system of its own: {said}");
    }
    (!is_refused).then_some((output.status.code(), said))
}

#[cfg(all(target_os = "linux", feature = "object-store"))]
#[test]
fn a_full_disk_of_a_sink_is_reported_and_everything_is_delivered_later() {
    let activity = Activity::days(2).logins(600).audit(200).files(2);
    let tenant = Tenant::start(activity.file_size(20_000));
    ends(tenant.activate("acme"), 0);
    let folder = tenant.path("lake");
    fs::create_dir(&folder).unwrap();
    let lake = format!(
        "sink add lake object-store url=file://{} format=ndjson",
        folder.display()
    );
    ends(tenant.command(&lake), 0);
    let Some((code, said)) = with_little_space(&tenant, "sync acme", &folder) else {
        return;
    };
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("acme, sink lake: error: "), "{said}");
    assert!(
        said.contains("No space left") && said.contains("help: "),
        "{said}"
    );
    // What was collected is stored, although it could not be delivered.
    let (out, _) = ends(tenant.command("events acme --format ndjson"), 0);
    let stored = out.lines().count();
    assert!(stored > 800, "{stored}");
    ends(tenant.command("sink deliver acme"), 0);
    let (out, _) = ends(tenant.command("status acme"), 0);
    assert!(
        out.contains("sink lake: ") && out.contains(" 0 waiting"),
        "{out}"
    );
    // Nothing that is half written stays.
    let files = crate::support::tree(&folder);
    let lines = files.iter().map(|(path, content)| {
        assert!(
            path.to_string_lossy().ends_with(".ndjson"),
            "{}",
            path.display()
        );
        content.iter().filter(|byte| **byte == b'\n').count()
    });
    assert_eq!(lines.sum::<usize>(), stored);
}
