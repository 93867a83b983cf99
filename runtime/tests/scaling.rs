//! That twice as much costs about twice as much. Times depend on the machine, so these run only
//! when asked for: `cargo test --release --test scaling -- --ignored --test-threads=1`.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use kinds::{All, NS, THING, Thing};
use saponify::generated::View as _;
use saponify::probe;
use saponify::{Limits, Record};

/// Makes a document of a size.
type Make = fn(usize) -> String;
type BoxedMake = Box<dyn Fn(usize) -> String>;

/// The shortest of some runs.
fn time(mut run: impl FnMut()) -> Duration {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..7).map(|_| once(&mut run)).min().unwrap()
}

/// Fails if four times as much takes more than ten times as long: a quadratic cost is sixteen.
#[track_caller]
fn grows_evenly<T>(what: &str, size: usize, make: impl Fn(usize) -> T, run: impl Fn(&T)) {
    let (small, large) = (make(size), make(4 * size));
    let (a, b) = (time(|| run(&small)), time(|| run(&large)));
    let ratio = b.as_secs_f64() / a.as_secs_f64();
    println!("{what}: {a:?} and {b:?}, {ratio:.1} times");
    assert!(ratio < 10.0, "{what}: {a:?} and {b:?}, {ratio:.1} times");
}

fn limits() -> Limits {
    Limits {
        text: 1 << 30,
        body: 1 << 30,
        attribute: 1 << 30,
        name: 1 << 20,
        attributes: 1 << 20,
        ..Limits::default()
    }
}

fn read(document: &str, piece: usize) {
    let pieces = document.as_bytes().chunks(piece);
    probe::read(pieces, limits()).unwrap();
}

fn answer(rows: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns='{NS}' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body><queryResponse><result>{rows}\
         <done>true</done></result></queryResponse></e:Body></e:Envelope>"
    )
}

fn rows(document: &str, piece: usize) -> Vec<Record> {
    let pieces = document.as_bytes().chunks(piece);
    probe::rows(&kinds::OPERATION, &[&THING], pieces, limits()).unwrap()
}

#[test]
#[ignore = "measures time"]
fn documents() {
    let cases: [(&str, usize, Make); 9] = [
        ("a text", 1 << 20, |n| format!("<a>{}</a>", "x".repeat(n))),
        ("a text with references", 1 << 18, |n| {
            format!("<a>{}</a>", "&amp;".repeat(n))
        }),
        ("comments inside a text", 1 << 16, |n| {
            format!("<a>{}</a>", "x<!---->".repeat(n))
        }),
        ("sections inside a text", 1 << 16, |n| {
            format!("<a>{}</a>", "<![CDATA[x]]>".repeat(n))
        }),
        ("a comment", 1 << 20, |n| {
            format!("<a><!--{}--></a>", "x- ".repeat(n / 3))
        }),
        ("an attribute", 1 << 20, |n| {
            format!("<a b='{}'/>", "x".repeat(n))
        }),
        ("attributes", 1 << 13, |n| {
            let attribute = |mut s: String, i| {
                write!(s, " a{i}=''").unwrap();
                s
            };
            format!("<a{}/>", (0..n).fold(String::new(), attribute))
        }),
        ("elements", 1 << 13, |n| {
            format!("<a>{}</a>", "<b c='d'/>".repeat(n))
        }),
        ("declarations", 1 << 14, |n| {
            let element = |mut s: String, i: usize| {
                write!(s, "<b xmlns='u{}'/>", i % 900).unwrap();
                s
            };
            format!("<a>{}</a>", (0..n).fold(String::new(), element))
        }),
    ];
    for (what, size, make) in cases {
        grows_evenly(what, size, make, |document| read(document, document.len()));
        grows_evenly(
            &format!("{what}, byte by byte"),
            size / 8,
            make,
            |document| read(document, 1),
        );
    }
}

#[test]
#[ignore = "measures time"]
fn answers() {
    let row = |content: &str| format!("<records xsi:type='Thing'>{content}</records>");
    let cases: [(&str, usize, BoxedMake); 6] = [
        (
            "rows",
            1 << 12,
            Box::new(move |n| row("<Int>1</Int><Text>x</Text>").repeat(n)),
        ),
        (
            "a row with a large text",
            1 << 20,
            Box::new(move |n| row(&format!("<Text>{}</Text>", "x".repeat(n)))),
        ),
        (
            "a row of many unknown elements",
            1 << 12,
            Box::new(move |n| row(&"<x>1</x>".repeat(n))),
        ),
        (
            "two repeated fields against the order",
            1 << 13,
            Box::new(move |n| {
                row(&format!(
                    "{}{}",
                    "<List>a</List>".repeat(n),
                    "<fieldsToNull>not a field</fieldsToNull>".repeat(n)
                ))
            }),
        ),
        (
            "a field many times",
            1 << 13,
            Box::new(move |n| row(&"<Text>a</Text><Int>1</Int>".repeat(n))),
        ),
        (
            "rows of ever new shape",
            1 << 9,
            Box::new(move |n| {
                let fields = [
                    "<Int>1</Int>",
                    "<Text>t</Text>",
                    "<Long>2</Long>",
                    "<Double>3</Double>",
                    "<Secret>s</Secret>",
                ];
                (0..n)
                    .map(|i| {
                        let mut order = fields;
                        order.rotate_left(i % 5);
                        order.swap(i % 3, i % 4);
                        let mut content = order.concat();
                        write!(content, "<Text a{i}=''>t</Text><x{i}/>").unwrap();
                        row(&content)
                    })
                    .collect()
            }),
        ),
    ];
    for (what, size, make) in cases {
        let document = |n| answer(&make(n));
        grows_evenly(what, size, document, |d| drop(rows(d, d.len())));
        grows_evenly(&format!("{what}, byte by byte"), size / 8, document, |d| {
            drop(rows(d, 1))
        });
    }
}

#[test]
#[ignore = "measures time"]
fn values() {
    let things = |n: usize| All {
        things: (0..n)
            .map(|_| Thing::new().with(Thing::TEXT, "x").into_record())
            .collect(),
        ..All::default()
    };
    grows_evenly("writing", 1 << 12, things, |all| {
        drop(probe::encode(all).unwrap())
    });
    grows_evenly(
        "a text to write",
        1 << 18,
        |n| All {
            string: Some("<&>".repeat(n)),
            ..All::default()
        },
        |all| drop(probe::encode(all).unwrap()),
    );
    grows_evenly(
        "setting a field",
        1 << 12,
        |n| n,
        |n| {
            let mut thing = Thing::new();
            for i in 0..*n {
                thing
                    .set(Thing::TEXT, "some text or other")
                    .set(Thing::INT, i as i32);
                thing.set(Thing::PARENT, Thing::new());
            }
        },
    );
    grows_evenly(
        "a list",
        1 << 14,
        |n| vec!["item"; n],
        |items| {
            let thing = Thing::new().with(Thing::TEXT, "t").with(Thing::LIST, items);
            assert_eq!(thing.get(Thing::LIST).unwrap().len(), items.len());
        },
    );
}

/// A row that is large once must not make those after it large.
#[test]
fn a_large_row_leaves_no_room_behind() {
    let large = format!(
        "<records xsi:type='Thing'><Text>{}</Text></records>",
        "x".repeat(60_000)
    );
    let small = "<records xsi:type='Thing'><Text>y</Text></records>".repeat(20_000);
    let document = answer(&(large + &small));
    let rows = rows(&document, 10_000);
    assert_eq!(rows.len(), 20_001);
    // Twenty thousand times sixty kilobytes would be over a gigabyte.
    if let Some(bytes) = resident() {
        assert!(bytes < 300 << 20, "{} MiB", bytes >> 20);
    }
}

/// Memory of this process, where the system tells it in a file.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let number = line.split_whitespace().nth(1)?;
    Some(number.parse::<usize>().ok()? << 10)
}

/// Counts in an answer are only announcements: nothing is set aside for them.
#[test]
fn announced_counts_reserve_nothing() {
    let document = answer("<size>2147483647</size>");
    assert!(rows(&document, 100).is_empty());
}
