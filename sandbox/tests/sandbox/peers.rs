//! zeep, an independent client, reads the WSDL and calls the server.

use std::process::Stdio;

use saponify_sandbox::{ApiVersion, Scale};

use crate::support::{demo, start};

#[tokio::test]
async fn zeep_reads_writes_and_validates() {
    if std::env::var_os("SAPONIFY_PEERS").is_none() {
        eprintln!("skipped: set SAPONIFY_PEERS=1, with a python3 that has zeep");
        return;
    }
    let tenant = start(demo()).await;
    let folder = tempfile::tempdir().unwrap();
    let wsdl = folder.path().join("enterprise.wsdl");
    let authority = folder.path().join("authority.pem");
    let version = ApiVersion(64);
    std::fs::write(
        &wsdl,
        tenant.sandbox.org().enterprise_wsdl(version, Scale::NONE),
    )
    .unwrap();
    std::fs::write(&authority, tenant.sandbox.certificate_pem()).unwrap();

    let endpoint = tenant.sandbox.login_endpoint(version);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/zeep/check.py");
    let python = std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into());
    let run = move || {
        std::process::Command::new(python)
            .args([
                script.as_ref(),
                endpoint.as_ref(),
                wsdl.as_os_str(),
                authority.as_os_str(),
            ])
            .stdin(Stdio::null())
            .output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    println!("{out}");
}
