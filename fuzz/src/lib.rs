//! The checks of the fuzz targets, as functions, so that they also run without a fuzzer.
#![forbid(unsafe_code)]

#[path = "../../runtime/tests/kinds/mod.rs"]
mod kinds;
pub mod serve;
pub mod wsdl;

use kinds::words::in_other_words;
use kinds::{All, OPERATION, OTHER, Response, THING, strategies};
use proptest::prelude::{BoxedStrategy, Strategy as _};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use saponify::generated::{GeneratedStruct, Type};
use saponify::probe;
use saponify::{Error, Limits};

/// The limits are small, so that a fuzzer reaches them.
const LIMITS: Limits = Limits {
    depth: 20,
    attributes: 10,
    attribute: 200,
    namespaces: 10,
    name: 50,
    text: 1_000,
    body: 100_000,
    error_response: 1_000,
    memory: 50_000,
};

/// Reads bytes as a response to a query, whole and in pieces, as tokens, rows and structs. The
/// first byte is the size of the pieces.
pub fn answer(data: &[u8]) {
    let Some((size, data)) = data.split_first() else {
        return;
    };
    let pieces = || data.chunks(usize::from(*size).max(1));

    let seen = probe::read([data], LIMITS);
    note(&seen);
    assert_eq!(probe::read(pieces(), LIMITS).ok(), seen.ok());

    let rows = probe::rows(&OPERATION, &[&THING, &OTHER], [data], LIMITS);
    note(&rows);
    let in_pieces = probe::rows(&OPERATION, &[&THING, &OTHER], pieces(), LIMITS);
    note(&in_pieces);
    assert_eq!(in_pieces.ok(), rows.as_ref().ok().cloned());

    let mut whole = Response::default();
    let headers = probe::answer(&OPERATION, &mut whole, [data], LIMITS);
    note(&headers);
    if headers.is_ok() {
        survives(&whole, &[]);
    }
    if let Ok(rows) = rows {
        let mut response = Response::default();
        response.result.records = rows;
        survives(&response, &[&THING, &OTHER]);
    }
}

thread_local! {
    /// Built once, because building the strategy takes longer than generating a value.
    static VALUES: BoxedStrategy<All> = strategies::all();
}

/// Reads bytes as a document. If that fails, uses the bytes as the seed of a random value.
pub fn roundtrip(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let read = probe::decode::<All>(text, LIMITS, &[&THING]);
        note(&read);
        if let Ok(value) = read {
            return survives(&value, &[&THING]);
        }
    }
    if let Some(value) = random(data) {
        survives(&value, &[&THING]);
    }
}

/// Uses bytes as the seed of a random value, and as the choices for writing it in another form:
/// order, prefixes, CDATA sections, comments, references. The first byte is the size of the pieces.
pub fn words(data: &[u8]) {
    let Some((size, data)) = data.split_first() else {
        return;
    };
    let Some(value) = random(data) else { return };
    let Ok(written) = probe::encode(&value) else {
        return;
    };
    let other = in_other_words(&written, data.to_vec());
    let limits = Limits::default();
    let read: All = probe::decode(&other, limits, &[&THING]).expect(&other);
    assert_eq!(read, value, "{other}");
    let whole = probe::read([other.as_bytes()], limits).expect(&other);
    let pieces = other.as_bytes().chunks(usize::from(*size).max(1));
    assert_eq!(probe::read(pieces, limits).expect(&other), whole);
}

/// Reads bytes as JSON. If they can be read, the value must survive writing and reading again.
pub fn json(data: &[u8]) {
    let mut parser = serde_json::Deserializer::from_slice(data);
    let mut value = All::default();
    let read = saponify::json::read_into(&mut value, &mut parser);
    if let Err(error) = read {
        assert!(error.to_string().len() < 10_000, "{error}");
        return;
    }
    let mut text = Vec::new();
    saponify::json::write_structure(&value, &mut serde_json::Serializer::new(&mut text))
        .expect("a value that was read can be written");
    let mut again = All::default();
    let mut parser = serde_json::Deserializer::from_slice(&text);
    saponify::json::read_into(&mut again, &mut parser).expect("written JSON can be read");
    assert!(
        again == value || format!("{value:?}").contains("NaN"),
        "{value:?}"
    );
}

/// Decompresses bytes, whole and in pieces. The first byte is the size of the pieces.
pub fn inflate(data: &[u8]) {
    const LIMIT: u64 = 100_000;
    let Some((size, data)) = data.split_first() else {
        return;
    };
    let whole = probe::inflate([data], LIMIT);
    if let Ok(content) = &whole {
        assert!(content.len() as u64 <= LIMIT);
    }
    let pieces = data.chunks(usize::from(*size).max(1));
    assert_eq!(probe::inflate(pieces, LIMIT).ok(), whole.ok());
}

/// Masks bytes as a message. What stands between tags that name a secret must be gone, wherever the
/// message is cut off.
pub fn mask(data: &[u8]) {
    const CANARY: &str = "c4n4ry";
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // Nothing but values is taken out.
    if !text.contains("***") {
        let kept = probe::mask(text, false);
        let names = |text: &str| text.matches('<').count();
        assert!(names(&kept) <= names(text), "{kept}");
    }
    let _ = probe::mask(text, true);
    let secret = format!("<a><password>{CANARY}</password><b apiKey='{CANARY}'>{text}</b></a>");
    for end in (0..=secret.len())
        .filter(|end| secret.is_char_boundary(*end))
        .take(120)
    {
        let shown = probe::mask(&secret[..end], false);
        assert!(text.contains("c4") || !shown.contains("c4"), "{shown}");
    }
}

fn random(data: &[u8]) -> Option<All> {
    let mut seed = [0; 32];
    for (at, byte) in data.iter().enumerate() {
        seed[at % 32] ^= byte;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tree = VALUES.with(|values| values.new_tree(&mut runner)).ok()?;
    Some(tree.current())
}

/// Checks that a value which can be written reads back as a value that is written the same.
fn survives<S: GeneratedStruct>(value: &S, known: &[&'static Type]) {
    let _ = format!("{value:?}");
    // The value is read with default limits, because a nil `Id` may be written where none was read,
    // one level deeper.
    let limits = Limits::default();
    match probe::encode(value) {
        Ok(written) => {
            probe::read([written.as_bytes()], limits).expect("written XML is well-formed");
            let read: S = probe::decode(&written, limits, known).expect(&written);
            assert_eq!(probe::encode(&read).expect(&written), written);
        }
        Err(error) => assert!(error.is_encode(), "{error}"),
    }
}

/// Checks that an error is short, and that printing it does not fail.
fn note<T>(result: &Result<T, Error>) {
    if let Err(error) = result {
        let shown = format!("{error} {error:?}");
        assert!(shown.len() < 10_000, "{shown}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn seeds(target: &str) -> Vec<Vec<u8>> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("seeds")
            .join(target);
        let files = std::fs::read_dir(dir).unwrap();
        let seeds: Vec<_> = files
            .map(|f| std::fs::read(f.unwrap().path()).unwrap())
            .collect();
        assert!(!seeds.is_empty());
        seeds
    }

    /// A small random number generator that gives the same numbers on every machine.
    pub(crate) struct Numbers(u64);

    impl Numbers {
        pub(crate) fn seeded() -> Self {
            Self(std::env::var("SEED").map_or(42, |n| n.parse().unwrap()))
        }

        pub(crate) fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % limit.max(1) as u64) as usize
        }
    }

    fn mutate(numbers: &mut Numbers, seeds: &[Vec<u8>]) -> Vec<u8> {
        const WORDS: [&[u8]; 22] = [
            b"<",
            b"</",
            b"/>",
            b">",
            b"<!--",
            b"-->",
            b"<![CDATA[",
            b"]]>",
            b"&#65;",
            b"&",
            b"<?",
            b"?>",
            b" xsi:nil='true'",
            b" xmlns='u'",
            b"\xEF\xBF\xBE",
            b"",
            b"{",
            b"}",
            b"[null]",
            b"\"#text\":",
            b"\"attributes\":{\"type\":\"xsd:int\"},",
            b"1.5E7",
        ];
        let mut data = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(data.len() + 1);
            let end = (at + numbers.below(40)).min(data.len());
            match numbers.below(5) {
                0 => data.truncate(at),
                1 => drop(data.drain(at..end)),
                2 => {
                    let piece = data[at..end].to_vec();
                    let to = numbers.below(data.len() + 1);
                    data.splice(to..to, piece);
                }
                3 if at < data.len() => data[at] = numbers.below(256) as u8,
                _ => {
                    let word = WORDS[numbers.below(WORDS.len())];
                    data.splice(at..end.min(at + 1), word.iter().copied());
                }
            }
        }
        data
    }

    fn run(target: &str, check: fn(&[u8])) {
        let seeds = seeds(target);
        seeds.iter().for_each(|seed| check(seed));
        let rounds = std::env::var("ROUNDS").map_or(20_000, |n| n.parse().unwrap());
        let mut numbers = Numbers::seeded();
        for _ in 0..rounds {
            check(&mutate(&mut numbers, &seeds));
        }
    }

    #[test]
    fn answers() {
        run("answer", answer);
    }

    #[test]
    fn roundtrips() {
        run("roundtrip", roundtrip);
    }

    #[test]
    fn other_words() {
        run("words", words);
    }

    #[test]
    fn inflated() {
        run("inflate", inflate);
    }

    #[test]
    fn masked() {
        run("mask", mask);
    }

    #[test]
    fn requests() {
        run("serve", serve::serve);
    }

    #[test]
    fn jsons() {
        run("json", json);
    }
}
