//! Hazard: an object that exists twice after a crash, or whose columns differ from the rows.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use saponify_cli::connector::ocsf::Mapping;
use saponify_cli::connector::sinks::{Batch, Form, Outlet, OutletOptions, Row, destination};
use saponify_cli::connector::vault::Secrets;
use serde_json::{Value, json};

use super::{config, expected, fill, now, outlet};
use crate::store::{Fixture, span};

/// The objects in a folder, by path, with their bytes.
fn objects(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut open, mut found) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn url(folder: &Path) -> String {
    format!("file://{}", folder.display())
}

#[test]
fn objects_are_grouped_by_connection_source_and_day() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("lake");
    let own = config(
        "object-store",
        &[("url", &url(&folder)), ("format", "ndjson")],
        &[],
    );
    let day = 86_400;
    let rows = [
        (1, "0Ya00000", "Success"),
        (day + 1, "0Ya00001", "Success"),
        (2, "0Ya00002", "Success"),
    ];
    fixture.collect(span(0, 2 * day), &rows);
    let delivered = now(outlet(&fixture, &own, &BTreeMap::new()), &mut fixture.store).unwrap();
    assert_eq!(delivered.rows, 3);
    let objects = objects(&folder);
    let lines: Vec<(String, usize)> = objects
        .iter()
        .map(|(name, bytes)| {
            let place = name.rsplit_once('/').unwrap().0.to_owned();
            (place, bytes.split(|byte| *byte == b'\n').count() - 1)
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("connection=acme/source=logins/day=1970-01-01".to_owned(), 2),
            ("connection=acme/source=logins/day=1970-01-02".to_owned(), 1),
        ]
    );
}

/// Another row in the same place: the store was restored from a copy.
#[test]
fn an_object_of_other_rows_is_not_overwritten() {
    let folder = tempfile::TempDir::new().unwrap();
    let own = config("object-store", &[("url", &url(folder.path()))], &[]);
    let mut sink = destination(&own, &Secrets::default(), "acme").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for id in ["acme/logins/a", "acme/logins/b", "acme/logins/b"] {
        let row = Row {
            seq: 1,
            id: id.to_owned(),
            source: "logins".into(),
            about: "LoginHistory".into(),
            time: None,
            json: b"{}".to_vec(),
        };
        let batch = Batch {
            connection: "acme".to_owned(),
            owner: "owner".to_owned(),
            after: 0,
            last: 1,
            rows: vec![row],
            others_taken: false,
        };
        runtime.block_on(sink.deliver(&batch)).unwrap();
    }
    assert_eq!(objects(folder.path()).len(), 2);
}

#[cfg(unix)]
#[test]
fn objects_in_a_folder_are_readable_only_by_their_user() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("lake");
    std::fs::create_dir(&folder).unwrap();
    let own = config("object-store", &[("url", &url(&folder))], &[]);
    fill(&mut fixture, 0, 3);
    now(outlet(&fixture, &own, &BTreeMap::new()), &mut fixture.store).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in objects(&folder).into_keys() {
        assert_eq!(mode(&folder.join(name)), 0o600);
    }
    assert_eq!(mode(&folder.join("connection=acme")), 0o700);
}

#[test]
fn half_of_a_pair_of_keys_is_refused() {
    let values = [("url", "s3://audit"), ("access-key-id", "someone")];
    let own = config("object-store", &values, &[]);
    let error = destination(&own, &Secrets::default(), "acme").unwrap_err();
    assert!(error.to_string().contains("belong together"), "{error}");
}

#[test]
fn a_repeated_batch_replaces_its_object() {
    for format in ["ndjson", "parquet"] {
        let mut fixture = Fixture::new();
        let folder = fixture.folder.path().join("lake");
        let own = config(
            "object-store",
            &[("url", &url(&folder)), ("format", format)],
            &[],
        );
        fill(&mut fixture, 0, 10);
        let outlets = || outlet(&fixture, &own, &BTreeMap::new());
        let (mut first, mut second) = (outlets(), outlets());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let pace = saponify_cli::connector::sinks::Pace::Now;
        let blocker = folder.join("connection=acme");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&blocker, "a file stands where the folder should be").unwrap();
        runtime
            .block_on(first.deliver(&mut fixture.store, pace))
            .unwrap_err();
        std::fs::remove_file(&blocker).unwrap();
        // The plan of the first attempt is kept, although there are more rows now.
        fill(&mut fixture, 10, 10);
        runtime
            .block_on(second.deliver(&mut fixture.store, pace))
            .unwrap();
        let names: Vec<String> = objects(&folder).into_keys().collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(
            names[0].contains("-000000000001-000000000010-"),
            "{names:?}"
        );
        assert!(
            names[1].contains("-000000000011-000000000020-"),
            "{names:?}"
        );
    }
}

#[test]
fn a_crash_between_an_object_and_its_cursor_leaves_one_object() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("lake");
    let own = config("object-store", &[("url", &url(&folder))], &[]);
    fill(&mut fixture, 0, 10);
    now(outlet(&fixture, &own, &BTreeMap::new()), &mut fixture.store).unwrap();
    let before = objects(&folder);
    // This is the store as it was before the cursor moved, but with the plan.
    let state = fixture.store.sink("hook").unwrap();
    let mut mark: Value = serde_json::from_str(&state.position.unwrap()).unwrap();
    mark["batch"] = 10.into();
    fixture.store.forget_sink("hook").unwrap();
    let delivery = saponify_cli::connector::store::Delivery {
        cursor: 0,
        rows: 0,
        position: Some(mark.to_string()),
        local_now: crate::store::at(9),
    };
    fixture.store.delivered("hook", &delivery).unwrap();
    fill(&mut fixture, 10, 5);
    now(outlet(&fixture, &own, &BTreeMap::new()), &mut fixture.store).unwrap();
    let after = objects(&folder);
    assert_eq!(after.len(), 2);
    for (name, bytes) in before {
        assert_eq!(
            after[&name], bytes,
            "the repeated object has the same bytes"
        );
    }
}

/// The Python of the peers, if they are enabled.
fn python(module: &str) -> Option<Command> {
    if std::env::var_os("SAPONIFY_PEERS").is_none() {
        eprintln!("not run: SAPONIFY_PEERS is not set");
        return None;
    }
    let found = Command::new("python3")
        .args(["-c", &format!("import {module}")])
        .output();
    if !found.is_ok_and(|found| found.status.success()) {
        eprintln!("not run: Python has no {module}");
        return None;
    }
    Some(Command::new("python3"))
}

/// The rows of Parquet files, read by pyarrow.
fn read_parquet(folder: &Path) -> Option<Vec<Value>> {
    const READ: &str = "
import glob, json, sys
import pyarrow.parquet as pq
for name in sorted(glob.glob(sys.argv[1] + '/**/*.parquet', recursive=True)):
    table = pq.ParquetFile(name).read()
    for row in table.to_pylist(maps_as_pydicts='strict'):
        print(json.dumps(row, default=lambda time: int(time.timestamp() * 1000)))
";
    let output = python("pyarrow")?
        .args(["-c", READ])
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

/// A value without nulls, because JSON leaves out what is null in Parquet.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(name, value)| (name, without_nulls(value)))
                    .collect(),
            )
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[test]
fn pyarrow_reads_the_rows_that_were_stored() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("lake");
    let own = config("object-store", &[("url", &url(&folder))], &[]);
    let rows = [
        (1, "0Ya00000", "Success"),
        (2, "0Ya00001", "N\u{f6}, \"no\"\n"),
        (3, "0Ya00002", ""),
    ];
    fixture.collect(span(0, 10), &rows);
    now(outlet(&fixture, &own, &BTreeMap::new()), &mut fixture.store).unwrap();
    let Some(read) = read_parquet(&folder) else {
        return;
    };
    let expected: Vec<Value> = rows
        .iter()
        .map(|(second, key, status)| {
            json!({
                "saponify_id": format!("acme/logins/{key}"),
                "source": "logins",
                "about": "LoginHistory",
                "key": key,
                "time": second * 1_000,
                "record": {
                    "Id": key,
                    "LoginTime": crate::store::at(*second).to_string(),
                    "Status": status,
                },
            })
        })
        .collect();
    assert_eq!(read, expected);
}

/// The values of OCSF events in Parquet equal those in JSON.
#[test]
fn pyarrow_reads_the_ocsf_events() {
    let mut fixture = crate::ocsf::store_of_samples();
    let deliver = |fixture: &mut Fixture, format: &str| -> PathBuf {
        let folder = fixture.folder.path().join(format);
        let own = config(
            "object-store",
            &[("url", &url(&folder)), ("format", format), ("form", "ocsf")],
            &[],
        );
        let aside = fixture.folder.path().join("aside.ndjson");
        let mut options = OutletOptions::new("acme", format, aside);
        options.form = Form::Ocsf {
            mapping: Mapping::built_in().unwrap().into(),
            tenant: Some("00D000000000001".to_owned()),
        };
        let sink = destination(&own, &Secrets::default(), "acme").unwrap();
        let delivered = now(Outlet::new(options, sink), &mut fixture.store).unwrap();
        assert!(delivered.rows > 10, "{delivered:?}");
        folder
    };
    let parquet = deliver(&mut fixture, "parquet");
    let ndjson = deliver(&mut fixture, "ndjson");
    let Some(read) = read_parquet(&parquet) else {
        return;
    };
    let mut read: Vec<Value> = read.into_iter().map(without_nulls).collect();
    for event in &mut read {
        let id = event
            .as_object_mut()
            .unwrap()
            .remove("saponify_id")
            .unwrap();
        assert!(id.as_str().unwrap().starts_with("acme/"));
    }
    let texts = objects(&ndjson)
        .into_values()
        .map(|bytes| String::from_utf8(bytes).unwrap());
    let mut written: Vec<Value> = texts
        .flat_map(|text| {
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<Value>>()
        })
        .collect();
    let by = |event: &Value| {
        format!(
            "{}{}",
            event["metadata"]["log_name"], event["metadata"]["uid"]
        )
    };
    read.sort_by_key(by);
    written.sort_by_key(by);
    assert_eq!(read, written);
}

/// A server that is compatible with S3: moto.
struct Moto {
    child: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Moto {
    fn start() -> Option<Self> {
        let mut python = python("moto.server")?;
        let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = probe.local_addr().unwrap().port();
        drop(probe);
        let child = python
            .args([
                "-m",
                "moto.server",
                "-H",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut moto = Self { child, port };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(moto.child.try_wait().unwrap().is_none(), "moto ended");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(moto)
    }

    /// Runs statements with boto3, whose client is `s3`, and returns their output.
    fn run(&self, statements: &str) -> String {
        let script = format!(
            "import boto3\ns3 = boto3.client('s3', endpoint_url='{}', region_name='eu-west-1', \
             aws_access_key_id='someone', aws_secret_access_key='precious-secret')\n{statements}",
            self.endpoint()
        );
        let output = Command::new("python3")
            .args(["-c", &script])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

#[test]
fn a_bucket_gets_the_same_objects_as_a_folder() {
    let Some(moto) = Moto::start() else { return };
    let mut fixture = Fixture::new();
    fill(&mut fixture, 0, 20);
    let endpoint = moto.endpoint();
    let values = [
        ("url", "s3://audit/salesforce"),
        ("endpoint", endpoint.as_str()),
        ("region", "eu-west-1"),
        ("access-key-id", "someone"),
        ("format", "ndjson"),
    ];
    let own = config("object-store", &values, &["secret-access-key"]);
    let secrets = BTreeMap::from([("secret-access-key", "precious-secret")]);
    // The bucket does not exist yet.
    let failure = now(outlet(&fixture, &own, &secrets), &mut fixture.store).unwrap_err();
    let shown = format!("{failure:?} {}", failure.text());
    assert!(
        shown.contains("s3://audit/salesforce does not exist") && !shown.contains("precious"),
        "{shown}"
    );
    assert_eq!(fixture.store.sink("hook").unwrap().waiting, 20);
    const MAKE: &str = "s3.create_bucket(Bucket='audit', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})";
    moto.run(MAKE);
    assert_eq!(
        now(outlet(&fixture, &own, &secrets), &mut fixture.store)
            .unwrap()
            .rows,
        20
    );
    const READ: &str = "
for found in s3.list_objects_v2(Bucket='audit')['Contents']:
    print(found['Key'])
    print(s3.get_object(Bucket='audit', Key=found['Key'])['Body'].read().decode(), end='')";
    let text = moto.run(READ);
    let (key, object) = text.split_once('\n').unwrap();
    assert!(
        key.starts_with("salesforce/connection=acme/source=logins/day=1970-01-01/"),
        "{key}"
    );
    let keys: Vec<String> = object
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["key"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(keys, expected(20));
}
