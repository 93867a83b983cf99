//! Hazard: a service that must be restarted for each connection that is added.

use std::io::{BufRead as _, BufReader, Read as _};
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

    /// Ends it, and returns what it wrote to standard error.
    fn end(mut self) -> String {
        let id = self.child.id().to_string();
        let ended = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(ended.success());
        let mut errors = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        assert!(self.child.wait().unwrap().success(), "{errors}");
        errors
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
    // Nobody has to guess why nothing of a connection appears any more.
    let errors = run.end();
    for name in ["alpha", "beta"] {
        let line = format!("{name}: not collected any more: it is deactivated");
        assert!(errors.contains(&line), "{errors}");
    }
}
