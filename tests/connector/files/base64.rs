//! Hazard: base64 that arrives in any pieces, with white space, or cut.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use saponify_cli::connector::sources::files::Base64;

fn decode(text: &str, pieces: &[usize]) -> Result<Vec<u8>, String> {
    let mut decoder = Base64::default();
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    for piece in pieces.iter().copied().cycle() {
        let (head, tail) = rest.split_at(piece.min(rest.len()));
        decoder
            .feed(head, &mut out)
            .map_err(|error| error.to_string())?;
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    decoder.finish().map_err(|error| error.to_string())?;
    Ok(out)
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        pieces in proptest::collection::vec(1_usize..9, 1..9),
        line in 1_usize..90,
    ) {
        let text = STANDARD.encode(&bytes);
        prop_assert_eq!(decode(&text, &pieces), Ok(bytes.clone()));
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(line)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        prop_assert_eq!(decode(&lines.join("\r\n\t "), &pieces), Ok(bytes));
    }

    #[test]
    fn a_cut_text_is_told(bytes in proptest::collection::vec(any::<u8>(), 1..50), cut in 1_usize..4) {
        let text = STANDARD.encode(&bytes);
        let error = decode(&text[..text.len() - cut], &[7]).unwrap_err();
        prop_assert!(error.contains("incomplete last group"), "{}", error);
    }
}

#[test]
fn invalid_base64_is_reported() {
    for text in ["QUJ*", "QQ==QQ==", "QUI=\nQUI=", "Q===", "QUJD-_=="] {
        assert!(decode(text, &[100]).is_err(), "{text}");
        assert!(decode(text, &[1]).is_err(), "{text}");
    }
    let error = decode("QUJD\nQU?D", &[100]).unwrap_err();
    assert_eq!(
        error,
        "the base64 has a character that is not allowed near character 9"
    );
}
