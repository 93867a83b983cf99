//! One page for a browser. It needs no server and loads nothing.

use saponify_codegen::catalog::Catalog;

use super::{Size, json};

const PAGE: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// The page, with what is in the WSDL as JSON in it.
pub(super) fn page(catalog: &Catalog, size: Option<Size>) -> String {
    let data = json::all(catalog, size).to_string();
    PAGE.replacen("/*STYLE*/", STYLE, 1)
        .replacen("/*SCRIPT*/", SCRIPT, 1)
        // Last, because a WSDL may contain anything.
        .replacen("\"DATA\"", &embedded(&data), 1)
}

/// JSON that cannot end the element that holds it. Outside of strings, JSON has no `<`.
fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_wsdl_cannot_end_the_script() {
        let hostile = "{\"name\":\"</script><script>alert(1)</script><!--\"}";
        let text = embedded(hostile);
        assert!(!text.contains('<'));
        let read: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let same: serde_json::Value = serde_json::from_str(hostile).unwrap_or_default();
        assert_eq!(read, same);
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = [PAGE, STYLE, SCRIPT].concat();
        for word in [
            "http://",
            "https://",
            "src=",
            "@import",
            "innerHTML",
            "eval(",
        ] {
            let page = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!page.contains(word), "{word}");
        }
        for part in ["/*STYLE*/", "/*SCRIPT*/", "\"DATA\""] {
            assert_eq!(PAGE.matches(part).count(), 1, "{part}");
        }
    }
}
