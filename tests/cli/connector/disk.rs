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
