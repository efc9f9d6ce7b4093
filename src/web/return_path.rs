//! Where to go on after signing in: a path of ours and nothing else.
use actix_web::{HttpRequest, http::Method};

const HOME: &str = "/";

/// What was asked for, if it can be asked for again: only GET can.
pub fn of(request: &HttpRequest) -> String {
    if request.method() == Method::GET {
        let target = request.uri().path_and_query();
        target.map_or(HOME, |target| target.as_str()).into()
    } else {
        HOME.into()
    }
}

/// The address of the sign-in form, for somebody who wanted to see `path`.
pub fn sign_in_first(path: &str) -> String {
    match safe_path(path) {
        HOME => "/login".into(),
        path => {
            let next: String = form_urlencoded(path);
            format!("/login?next={next}")
        }
    }
}

/// A path of ours: one slash, then nothing that a browser could read as another host. Else the first page.
pub fn safe_path(path: &str) -> &str {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && !names_a_host(path)
        && path.chars().all(|c| c.is_ascii_graphic());
    if is_ours { path } else { HOME }
}

/// Browsers drop tabs and line ends and take `\` for `/`; somebody may decode once more on the way.
fn names_a_host(path: &str) -> bool {
    let folded = path.to_ascii_lowercase();
    ["\\", "%5c", "%2f", "%00", "%09", "%0a", "%0d"]
        .iter()
        .any(|trick| folded.starts_with(&format!("/{trick}")) || folded.contains('\\'))
}

fn form_urlencoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_on_to() {
        for path in [
            "/",
            "/jobs",
            "/slots?job=7&state=open",
            "/jobs/7/edit#x",
            "/a//b",
        ] {
            assert_eq!(safe_path(path), path);
        }
        for path in [
            "",
            "jobs",
            "//evil",
            "///evil",
            "/\\evil",
            "\\/evil",
            "https:evil",
            "https://evil",
            "/%09/evil",
            "/%5cevil",
            "/%5Cevil",
            "/%2fevil",
            "/%2Fevil",
            "/\t/evil",
            "/\n/evil",
            "/%0d%0aX:y",
            "javascript:alert(1)",
            " //evil",
            "/ü",
            "/a\\b",
        ] {
            assert_eq!(safe_path(path), "/", "{path:?}");
        }
    }

    #[test]
    fn the_address_of_the_form_says_where_one_wanted_to_go() {
        assert_eq!(sign_in_first("/"), "/login");
        assert_eq!(sign_in_first("//evil"), "/login");
        assert_eq!(sign_in_first("/slots?job=7&q=a b"), "/login");
        assert_eq!(
            sign_in_first("/slots?job=7&q=a%20b"),
            "/login?next=/slots%3Fjob%3D7%26q%3Da%2520b"
        );
    }
}
