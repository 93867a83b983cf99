//! Hazard: a service that must be restarted for each connection that is added.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command};

use saponify_sandbox::Activity;

use super::{Tenant, ends};

struct Run {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Run {
    fn start(tenant: &Tenant) -> Self {
        let mut child = tenant.piped("run --every 1s").spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Reads until a round of a connection is printed.
    fn collects(&mut self, name: &str) {
        let mut line = String::new();
        while line.trim_end() != name {
            line.clear();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the run has ended"
            );
        }
    }

    fn end(mut self) {
        let id = self.child.id().to_string();
        let ended = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(ended.success() && self.child.wait().unwrap().success());
    }
}

#[test]
fn a_run_includes_added_connections_and_leaves_deactivated_ones() {
    let activity = Activity::days(2).logins(40).audit(10).files(2);
    let tenant = Tenant::start(activity.file_size(2_000));
    // The first command creates the key.
    ends(tenant.command("list"), 0);
    let mut run = Run::start(&tenant);
    for name in ["alpha", "beta"] {
        ends(tenant.activate(name), 0);
        run.collects(name);
    }
    // The run has locked beta, and releases it for the deactivation.
    ends(tenant.command("deactivate beta"), 0);
    run.collects("alpha");
    let (out, _) = ends(tenant.command("list"), 0);
    assert!(
        out.contains("deactivated") && out.contains("running"),
        "{out}"
    );
    let (out, _) = ends(tenant.command("status alpha"), 0);
    assert!(
        out.contains(&format!("running: process {} since", run.child.id())),
        "{out}"
    );
    // After it is activated again, it is collected again.
    ends(tenant.activate("beta"), 0);
    run.collects("beta");
    ends(tenant.command("deactivate alpha --erase"), 0);
    run.collects("beta");
    run.end();
}
