//! A `saponify.toml` in which every key is explained. The explanations are those of the JSON schema.

use saponify_codegen::{Config, Project};
use serde_json::Value;

use super::files::Proxies;

/// The keys at the beginning of the file.
const FIRST: [&str; 3] = ["input", "out-dir", "module"];

/// The file. What is not set is a comment with the default.
pub(super) fn text(wsdl: &str, proxies: Proxies) -> String {
    let mut out = String::from(
        "# What saponify generates from the WSDL, and how. Paths are relative to this file.\n\n",
    );
    let schema: Value = serde_json::from_str(Project::SCHEMA).unwrap_or_default();
    let properties = schema["properties"].as_object();
    let mut keys: Vec<(&String, &Value)> = properties.into_iter().flatten().collect();
    // The WSDL and the place of the output come first.
    keys.sort_by_key(|(key, _)| {
        FIRST
            .iter()
            .rev()
            .position(|first| first == key)
            .map_or(0, |at| -1 - at as i32)
    });
    let mut tables = String::new();
    for (key, node) in keys {
        let explained = node["description"].as_str().unwrap_or_default();
        match line(key, node, wsdl, proxies) {
            Some(line) => out.push_str(&format!("# {explained}\n{line}\n\n")),
            None => tables.push_str(&format!("# {explained}\n{}\n", table(key))),
        }
    }
    out + tables.trim_end() + "\n"
}

/// The module into which a build script generates from a file of this name.
pub(super) fn module_of(wsdl: &str) -> String {
    Config::new().input(wsdl).module_name().unwrap_or_default()
}

/// The line of a key whose value is no table.
fn line(key: &str, node: &Value, wsdl: &str, proxies: Proxies) -> Option<String> {
    let is_list = node["$ref"] == "#/definitions/names";
    Some(match (key, proxies) {
        ("input", _) => format!("input = {}", toml_edit::Value::from(wsdl)),
        ("out-dir", Proxies::CheckedIn) => "out-dir = \"src/proxies\"".to_owned(),
        ("out-dir", Proxies::BuildScript) => "# out-dir = \"src/proxies\"".to_owned(),
        ("module", _) => "# module = \"tenant\"".to_owned(),
        ("share", _) => "# share = \"common\"".to_owned(),
        _ if is_list => format!("# {key} = []"),
        _ => match &node["default"] {
            Value::Bool(default) => format!("# {key} = {default}"),
            _ => return None,
        },
    })
}

/// An example of a table, as comments.
fn table(key: &str) -> &'static str {
    match key {
        "include" => {
            "# [include]\n# objects = [\"Account\", \"Contact\", \"*__c\"]\n# operations = [\"query\", \"queryMore\"]\n"
        }
        "exclude" => "# [exclude]\n# fields = [\"*.SystemModstamp\"]\n",
        "derive" => "# [derive]\n# LimitInfo = [\"Eq\"]\n",
        "rename" => {
            "# [rename.types]\n# Account = \"Customer\"\n# [rename.fields]\n# \"Account.Type\" = \"kind\"\n"
        }
        "provide" => "# [provide]\n# \"https://example.com/price.xsd\" = \"price.xsd\"\n",
        "types" => "# [types]\n# \"java:String\" = \"xsd:string\"\n",
        "tenants" => "# [tenants.europe]\n# input = \"europe.wsdl\"\n",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_explained_and_the_file_can_be_read() -> Result<(), saponify_codegen::Error> {
        let schema: Value = serde_json::from_str(Project::SCHEMA).unwrap_or_default();
        let keys = schema["properties"].as_object();
        for proxies in [Proxies::BuildScript, Proxies::CheckedIn] {
            let text = text("a.wsdl", proxies);
            for key in keys.into_iter().flatten().map(|(key, _)| key) {
                let is_there = ["\n# ", "\n", "\n# [", "\n# ["]
                    .iter()
                    .zip([" =", " =", "]", "."])
                    .any(|(before, after)| text.contains(&format!("{before}{key}{after}")));
                assert!(is_there, "{key} in\n{text}");
            }
            Project::from_toml(&text)?;
            // The comments are options, too.
            let all: String = text
                .lines()
                .filter_map(|line| {
                    let option = line.strip_prefix("# ").unwrap_or(line);
                    // An explanation may contain an example, but begins with other words.
                    let key = option.split_once(" = ").map(|(key, _)| key);
                    let is_option =
                        option.starts_with('[') || key.is_some_and(|key| !key.contains(' '));
                    is_option.then(|| format!("{option}\n"))
                })
                .collect();
            Project::from_toml(&all)?;
        }
        Ok(())
    }
}
