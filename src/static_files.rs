//! Style sheets, scripts and pictures, each under an address that changes with its content.
use actix_web::web::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

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
    "css/alerts.css",
    "css/answer.css",
    "css/bell.css",
    "css/board.css",
    "css/brand.css",
    "css/cells.css",
    "css/chart.css",
    "css/choice.css",
    "css/control.css",
    "css/day.css",
    "css/daylight.css",
    "css/device.css",
    "css/dots.css",
    "css/facts.css",
    "css/footbar.css",
    "css/form.css",
    "css/found.css",
    "css/gate.css",
    "css/door.css",
    "css/grip.css",
    "css/import.css",
    "css/languages.css",
    "css/legend.css",
    "css/meeting.css",
    "css/notice.css",
    "css/outcomes.css",
    "css/page.css",
    "css/palette.css",
    "css/panel.css",
    "css/next.css",
    "css/reach.css",
    "css/report.css",
    "css/remedy.css",
    "css/rows.css",
    "css/series.css",
    "css/shell.css",
    "css/slot.css",
    "css/stats.css",
    "css/status.css",
    "css/tell.css",
    "css/times.css",
    "css/timeline.css",
    "css/week.css",
    "css/typo.css",
    "css/print.css",
];

/// The address of a file under `static/`, or of `app.css`; `None` when there is none of this name.
pub fn address(name: &str) -> Option<String> {
    Some(format!("/static/{}/{name}", find(name)?.hash))
}

/// The address of the style sheet for a company's colour, given as `#rrggbb`.
pub fn brand_address(colour: &str) -> String {
    let digits = colour.trim_start_matches('#').to_lowercase();
    format!("/brand/{digits}.css")
}

/// What is under an address.
#[derive(Clone)]
pub struct Asset {
    /// The bytes.
    pub body: Bytes,
    /// With the charset of texts.
    pub media_type: String,
    /// Of the bytes: sixteen hex digits.
    pub hash: String,
}

impl Asset {
    /// Of something that is in no file.
    pub fn new(body: Bytes, media_type: &str) -> Self {
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

/// A file by its name. Release: everything is read and hashed once.
#[cfg(not(debug_assertions))]
pub fn find(name: &str) -> Option<Asset> {
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

/// A file by its name. Development: it is read again whenever it was touched, so that an edit shows at the next request.
#[cfg(debug_assertions)]
pub fn find(name: &str) -> Option<Asset> {
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
    use super::*;

    #[test]
    fn every_style_sheet_is_part_of_the_one_that_pages_load() {
        let mut files: Vec<_> = Files::iter()
            .filter(|name| name.ends_with(".css"))
            .collect();
        let mut parts = STYLES.to_vec();
        files.sort();
        parts.sort();
        assert_eq!(files, parts);
    }

    #[test]
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

    #[test]
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
