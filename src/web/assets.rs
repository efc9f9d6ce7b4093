//! Answers with style sheets, scripts and pictures, which browsers may keep for ever.
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    web::Path,
};

use super::brand;
use crate::static_files::{Asset, find};

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

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        http::{StatusCode, header::CONTENT_TYPE},
        test, web,
    };

    use super::*;
    use crate::static_files::address;

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
}
