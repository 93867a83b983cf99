//! Forms, whose values are secret unless their names are known to be harmless.

use url::form_urlencoded;

/// The fields of OAuth forms that hold no secret.
const HARMLESS: &[&str] = &[
    "client_assertion_type",
    "client_id",
    "format",
    "grant_type",
    "redirect_uri",
    "response_type",
    "scope",
    "token_type_hint",
    "username",
];

/// A form with `***` in place of the values that may be secret: all but those of the fields that
/// OAuth declares as public.
pub(crate) fn mask_form(form: &str) -> String {
    let masked = form.split('&').map(|field| {
        let Some((name, value)) = field.split_once('=') else {
            // A field without a name may be a secret.
            return if field.is_empty() { "" } else { "***" }.to_owned();
        };
        let decoded = form_urlencoded::parse(name.as_bytes()).next();
        let is_harmless = decoded.is_some_and(|(name, _)| HARMLESS.contains(&&*name));
        match is_harmless || value.is_empty() {
            true => field.to_owned(),
            false => format!("{name}=***"),
        }
    });
    masked.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::mask_form;

    #[test]
    fn only_public_fields_are_shown() {
        for (form, expected) in [
            ("", ""),
            (
                "grant_type=password&username=a%40b&password=p%26w&client_id=3MVG",
                "grant_type=password&username=a%40b&password=***&client_id=3MVG",
            ),
            ("token=canary", "token=***"),
            (
                "code=canary&code_verifier=canary&scope=",
                "code=***&code_verifier=***&scope=",
            ),
            ("assertion=a=b=c", "assertion=***"),
            ("client%5Fsecret=canary", "client%5Fsecret=***"),
            ("grant%5Ftype=refresh_token", "grant%5Ftype=refresh_token"),
            ("canary&a=&=canary", "***&a=&=***"),
        ] {
            assert_eq!(mask_form(form), expected);
        }
    }
}
