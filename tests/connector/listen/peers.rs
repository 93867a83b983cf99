//! zeep sends a message according to the WSDL of an outbound message about an object.

use std::process::Command;

use super::{connected, listen, messages, plain};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zeep_sends_a_message() {
    if std::env::var_os("SAPONIFY_PEERS").is_none() {
        eprintln!("skipped: if zeep is installed, set SAPONIFY_PEERS=1 to send a message with it");
        return;
    }
    let tenant = connected().await;
    let about = Some(("Account", &["Name", "AnnualRevenue"][..]));
    let wsdl = tenant.sandbox.org().outbound_wsdl(about).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outbound.wsdl");
    std::fs::write(&file, wsdl).unwrap();
    let running = listen(plain(&tenant.home)).await;
    let python = std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/peers/outbound.py"
        ))
        .arg(&file)
        .args([&running.address, &tenant.sandbox.org().id()]);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        said.trim(),
        "True",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    running.end().await;
    let stored = messages(&tenant.store("acme"));
    let found: Vec<_> = stored
        .iter()
        .map(|event| {
            (
                event.about(),
                event.value("Name"),
                event.value("AnnualRevenue"),
            )
        })
        .collect();
    // The WSDL of the sender declares the type of the records, so zeep does not state it in the message.
    assert_eq!(found[0].0, "sObject");
    assert_eq!(found[0].1, Some("\u{c7}elik & <Co>"));
    assert_eq!(found[1].1, Some("Zed"));
    assert_eq!(
        found[0].2.map(|text| text.parse::<f64>().unwrap()),
        Some(1.5e6)
    );
}
