//! The WSDL that is checked in is the one that the code writes.

use std::path::Path;

use saponify_sandbox::{ApiVersion, Org, Scale};

#[test]
fn demo_wsdl_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo");
    let org = Org::load(folder.join("org.toml")).unwrap();
    let written = org.enterprise_wsdl(ApiVersion(64), Scale::NONE);
    let path = folder.join("enterprise.wsdl");
    if std::env::var_os("SAPONIFY_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == written, "run the test with SAPONIFY_BLESS=1 and look at the difference");
}
