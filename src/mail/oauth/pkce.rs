//! A sign-in that comes back from a browser (RFC 8252) to the one who sent it there, and to nobody else (RFC 7636).
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::secret::Secret;

/// What the browser is sent with: it shows nothing of the verifier.
pub fn challenge(verifier: &Secret) -> String {
    // Exposed to be hashed.
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

/// The code in an address that a browser came back to.
///
/// # Errors
/// What is wrong with the address, in plain words.
pub fn read_redirect(address: &str, state: &Secret) -> Result<Secret, String> {
    let query = address
        .trim()
        .split_once('?')
        .map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let field = |name: &str| {
        let mut own = fields.iter().filter(|(other, _)| other == name);
        own.next().map(|(_, value)| value.as_str())
    };
    // Exposed to be compared.
    let is_ours =
        field("state").is_some_and(|it| it.as_bytes().ct_eq(state.expose().as_bytes()).into());
    match (field("code"), field("error")) {
        (_, Some("access_denied")) => Err("Access was not allowed in the browser.".into()),
        (Some(code), None) if is_ours && !code.is_empty() => Ok(Secret::new(code)),
        (Some(_), None) => {
            Err("This address belongs to another sign-in. Open the link above again.".into())
        }
        _ => Err(
            "This is not the address that the browser ended at. It contains code= and state=."
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_code_is_taken_from_our_own_sign_in_only() {
        let state = Secret::new("ours");
        let code = read_redirect(
            " http://127.0.0.1/?state=ours&code=4%2F0Af_x&scope=y#z\n",
            &state,
        );
        assert_eq!(code, Ok(Secret::new("4/0Af_x")));
        for address in [
            "",
            "http://127.0.0.1/",
            "http://127.0.0.1/?code=a",
            "http://127.0.0.1/?state=theirs&code=a",
            "http://127.0.0.1/?state=ours&code=",
            "http://127.0.0.1/?state=ours&error=access_denied",
            "http://127.0.0.1/?state=ours&code=a&error=x",
        ] {
            assert!(read_redirect(address, &state).is_err(), "{address}");
        }
    }
}
