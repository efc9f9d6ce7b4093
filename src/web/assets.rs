//! Style sheets, scripts and pictures, each under an address that changes with its content.
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    web::{Bytes, Path},
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::brand;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// One style sheet made of all, so that a first visit waits for one answer and not for many.
const STYLE_SHEET: &str = "app.css";
/// Its parts. Oat comes first: what stands in the same layer and later wins.
const STYLES: &[&str] = &[
    "vendor/oat-0.6.1.min.css",
    "css/tokens.css",
    "css/agenda.css",
    "css/brand.css",
    "css/chart.css",
    "css/control.css",
    "css/facts.css",
    "css/form.css",
    "css/gate.css",
    "css/notice.css",
    "css/page.css",
    "css/panel.css",
    "css/rows.css",
    "css/shell.css",
    "css/stats.css",
    "css/status.css",
    "css/timeline.css",
];

/// GET /static/{hash}/{path}: a file, asked for by its present hash.
pub async fn show(request: HttpRequest, path: Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    match find(&name) {
        Some(asset) if asset.hash == hash => respond(&request, asset),
        _ => HttpResponse::NotFound().finish(),
    }
}

/// GET /brand/{colour}.css: the accent of a company, `colour` being six hex digits.
pub async fn show_brand(request: HttpRequest, colour: Path<String>) -> HttpResponse {
    match brand::style_sheet(&colour) {
        Some(text) => respond(&request, Asset::new(text.into(), "text/css")),
        None => HttpResponse::NotFound().finish(),
    }
}

/// The address of a file under `static/`, or of `app.css`; `None` when there is none of this name.
pub fn address(name: &str) -> Option<String> {
    Some(format!("/static/{}/{name}", find(name)?.hash))
}

/// The address of the style sheet for a company's colour, given as `#rrggbb`.
pub fn brand_address(colour: &str) -> String {
    let digits = colour.trim_start_matches('#').to_lowercase();
    format!("/brand/{digits}.css")
}

fn respond(request: &HttpRequest, asset: Asset) -> HttpResponse {
    let tag = format!("\"{}\"", asset.hash);
    let known = request.headers().get(IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((ETAG, tag))
        .content_type(asset.media_type)
        .body(asset.body)
}

#[derive(Clone)]
struct Asset {
    body: Bytes,
    media_type: String,
    hash: String,
}

impl Asset {
    fn new(body: Bytes, media_type: &str) -> Self {
        let digest = Sha256::digest(&body);
        Self {
            hash: digest[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            media_type: match media_type.split('/').next() {
                Some("text") => format!("{media_type}; charset=utf-8"),
                _ => media_type.to_owned(),
            },
            body,
        }
    }

    fn read(name: &str) -> Option<Self> {
        if name == STYLE_SHEET {
            let parts: Option<Vec<_>> = STYLES.iter().map(|part| Files::get(part)).collect();
            let texts: Vec<_> = parts?.into_iter().map(|part| part.data).collect();
            return Some(Self::new(texts.join(&b'\n').into(), "text/css"));
        }
        let file = Files::get(name)?;
        Some(Self::new(
            file.data.into_owned().into(),
            file.metadata.mimetype(),
        ))
    }
}

/// Release: everything read and hashed once.
#[cfg(not(debug_assertions))]
fn find(name: &str) -> Option<Asset> {
    use std::{collections::HashMap, sync::LazyLock};

    static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
        Files::iter()
            .map(String::from)
            .chain([STYLE_SHEET.to_owned()])
            .filter_map(|name| Some((name.clone(), Asset::read(&name)?)))
            .collect()
    });
    ASSETS.get(name).cloned()
}

/// Development: read again whenever a file was touched, so that an edit shows at the next request.
#[cfg(debug_assertions)]
fn find(name: &str) -> Option<Asset> {
    use std::{
        collections::HashMap,
        fs, path,
        sync::{LazyLock, Mutex, PoisonError},
        time::SystemTime,
    };
    type Stamps = Vec<Option<SystemTime>>;

    static ASSETS: LazyLock<Mutex<HashMap<String, (Stamps, Asset)>>> =
        LazyLock::new(Mutex::default);
    let folder = path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let stamps: Stamps = STYLES
        .iter()
        .filter(|_| name == STYLE_SHEET)
        .chain([&name])
        .map(|file| {
            fs::metadata(folder.join(file))
                .and_then(|meta| meta.modified())
                .ok()
        })
        .collect();
    // In a release only names from the list are found; here the file system must not know better.
    if name.split('/').any(|part| part == "..") {
        return None;
    }
    let mut assets = ASSETS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, asset)) = assets.get(name)
        && *known == stamps
    {
        return Some(asset.clone());
    }
    let asset = Asset::read(name)?;
    assets.insert(name.to_owned(), (stamps, asset.clone()));
    Some(asset)
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        http::{StatusCode, header::CONTENT_TYPE},
        test, web,
    };

    use super::*;

    #[actix_web::test]
    async fn a_file_is_cached_for_ever_under_its_hash_and_found_under_no_other() {
        let app =
            test::init_service(App::new().route("/static/{hash}/{path:.*}", web::get().to(show)))
                .await;
        let address = address("img/favicon.svg").expect("the icon is there");
        let request = test::TestRequest::get().uri(&address).to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), StatusCode::OK);
        let header = |name| response.headers().get(name).expect("a header").clone();
        assert_eq!(header(CONTENT_TYPE), "image/svg+xml");
        assert_eq!(header(CACHE_CONTROL), "public, max-age=31536000, immutable");
        let request = test::TestRequest::get()
            .uri(&address)
            .insert_header((IF_NONE_MATCH, header(ETAG)))
            .to_request();
        let again = test::call_service(&app, request).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        for wrong in [
            "/static/0000000000000000/img/favicon.svg",
            "/static/0000000000000000/../Cargo.toml",
            &address.replace("img/", "../static/img/"),
            &address.replace("favicon", "none"),
            &address.replace("img/favicon.svg", "img"),
        ] {
            let request = test::TestRequest::get().uri(wrong).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{wrong}");
        }
    }

    #[actix_web::test]
    async fn a_brand_is_six_hex_digits_or_nothing() {
        let app =
            test::init_service(App::new().route("/brand/{colour}.css", web::get().to(show_brand)))
                .await;
        for (path, status) in [
            ("/brand/1f5f4a.css", StatusCode::OK),
            ("/brand/1f5f4.css", StatusCode::NOT_FOUND),
            ("/brand/1f5f4g.css", StatusCode::NOT_FOUND),
            ("/brand/%7D*%7B.css", StatusCode::NOT_FOUND),
        ] {
            let request = test::TestRequest::get().uri(path).to_request();
            assert_eq!(
                test::call_service(&app, request).await.status(),
                status,
                "{path}"
            );
        }
    }

    #[::core::prelude::v1::test]
    fn every_style_sheet_is_part_of_the_one_that_pages_load() {
        let mut files: Vec<_> = Files::iter()
            .filter(|name| name.ends_with(".css"))
            .collect();
        let mut parts = STYLES.to_vec();
        files.sort();
        parts.sort();
        assert_eq!(files, parts);
    }

    #[::core::prelude::v1::test]
    fn colours_come_from_tokens_and_pictures_from_nowhere() {
        for name in STYLES.iter().filter(|name| name.starts_with("css/")) {
            let file = Files::get(name).expect(name);
            let text = String::from_utf8_lossy(&file.data).into_owned();
            let banned = ["!important", "url(", "data:image"];
            assert!(!banned.iter().any(|word| text.contains(word)), "{name}");
            assert!(*name == "css/tokens.css" || !text.contains('#'), "{name}");
            assert!(
                text.lines().count() <= 120,
                "{name} does more than one thing"
            );
        }
    }

    #[::core::prelude::v1::test]
    fn what_others_wrote_is_what_they_published() {
        for (name, published) in [
            (
                "vendor/htmx-4.0.1.min.js",
                "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
            ),
            (
                "vendor/oat-0.6.1.min.css",
                "271d2b00e839547c3f9179e21b3b2ead0ab2789e616642adc8bc07b9a35692cd",
            ),
        ] {
            let file = Files::get(name).expect(name);
            let hash = file.metadata.sha256_hash();
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, published, "{name}");
        }
    }
}
