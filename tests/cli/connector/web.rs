//! A connection by consent in the browser.

use std::io::{BufRead as _, BufReader};

use saponify_sandbox::Activity;

use super::{PASSWORD, Tenant, USER, ends};
use crate::person::person;

/// Starts an activation, and returns the address of the login page that it prints.
fn activation(tenant: &Tenant, name: &str, redirect: &str) -> (std::process::Child, String) {
    let instance = tenant.sandbox.instance_url();
    let words = format!(
        "activate {name} --web --client-id 3MVG9.acme.desktop-loader --endpoint {instance} --redirect \
         {redirect} --certificate {}",
        tenant.path("ca.pem").display()
    );
    let mut activate = tenant.piped(&words);
    // The browser must not be opened, because the test acts as the browser.
    activate.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let mut activate = activate.spawn().unwrap();
    let mut said = BufReader::new(activate.stderr.take().unwrap()).lines();
    let page =
        said.find_map(|line| Some(line.unwrap()).filter(|line| line.starts_with("https://")));
    (activate, page.expect("an address"))
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Activates a connection by a consent.
pub(super) fn activated(tenant: &Tenant, name: &str) {
    let redirect = format!("http://localhost:{}/OauthRedirect", free_port());
    let (activate, page) = activation(tenant, name, &redirect);
    {
        let _runtime = tenant.runtime.enter();
        person(tenant.sandbox.certificate_pem(), [USER, PASSWORD])(&page);
    }
    let output = activate.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && said.contains("Validation succeeded"),
        "{said}"
    );
}

#[test]
fn a_consent_makes_a_connection_that_needs_no_person_again() {
    let tenant = Tenant::start(Activity::days(2).logins(50).audit(10).files(2));
    // Makes the key.
    ends(tenant.command("list"), 0);
    activated(&tenant, "web");
    // Each process uses the refresh token, and the org replaces it each time.
    for _ in 0..3 {
        ends(tenant.command("sync web"), 0);
    }
    assert_eq!(tenant.sandbox.stats().grants["authorization_code"], 1);
    assert_eq!(tenant.sandbox.stats().grants["refresh_token"], 3);
}
