//! The family of a browser, from what it calls itself.
use actix_web::{HttpRequest, http::header};
use entity::device_check::Browser;

/// What the names contain. Most contain those of others, too, so the first that is found counts.
const NAMES: [(&str, Browser); 19] = [
    // An app that shows pages.
    ("; wv)", Browser::Other),
    ("FBAN/", Browser::Other),
    ("Instagram", Browser::Other),
    ("SamsungBrowser/", Browser::SamsungInternet),
    ("YaBrowser/", Browser::Other),
    ("OPR/", Browser::Opera),
    ("OPT/", Browser::Opera),
    ("OPiOS/", Browser::Opera),
    ("Opera", Browser::Opera),
    ("Edg/", Browser::Edge),
    ("EdgA/", Browser::Edge),
    ("EdgiOS/", Browser::Edge),
    ("Edge/", Browser::Edge),
    ("Seamonkey/", Browser::Other),
    ("Firefox/", Browser::Firefox),
    ("FxiOS/", Browser::Firefox),
    ("Chrome/", Browser::Chrome),
    ("CriOS/", Browser::Chrome),
    ("Safari/", Browser::Safari),
];

/// The family of the browser that sent a request.
pub(super) fn of(request: &HttpRequest) -> Browser {
    let agent = request.headers().get(header::USER_AGENT);
    family(
        agent
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default(),
    )
}

fn family(agent: &str) -> Browser {
    let known = NAMES.iter().find(|(name, _)| agent.contains(name));
    known.map_or(Browser::Other, |(_, browser)| *browser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_of_the_family_that_it_calls_itself() {
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (agent, browser) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(), Browser::Firefox),
            (format!("{iphone} FxiOS/145.0 Mobile/15E148 Safari/604.1"), Browser::Firefox),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome}"), Browser::Chrome),
            (format!("{iphone} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1"), Browser::Chrome),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Edg/142.0.0.0"), Browser::Edge),
            (format!("{iphone} Version/18.0 EdgiOS/142.0 Mobile/15E148 Safari/605.1.15"), Browser::Edge),
            (format!("{iphone} Version/18.5 Mobile/15E148 Safari/604.1"), Browser::Safari),
            (format!("Mozilla/5.0 (X11; Linux x86_64) {chrome} OPR/124.0.0.0"), Browser::Opera),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36".into(),
                Browser::SamsungInternet,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36".into(),
                Browser::Other,
            ),
            (format!("{iphone} Mobile/15E148"), Browser::Other),
            ("curl/8.14.1".into(), Browser::Other),
            (String::new(), Browser::Other),
        ] {
            assert_eq!(family(&agent), browser, "{agent}");
        }
    }
}
