//! The files of mails, inside the release binary.
use rust_embed::RustEmbed;

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "templates/messages/"]
pub(super) struct Templates;

/// Those in which mails are written, by name.
pub(super) fn files() -> Result<Vec<(String, String)>> {
    let names = Templates::iter().filter(|name| !name.ends_with(".json"));
    let files = names.map(|name| {
        let file = Templates::get(&name).ok_or_else(|| missing(&name))?;
        let text = String::from_utf8(file.data.into_owned()).map_err(|_| missing(&name))?;
        Ok((name.into_owned(), text))
    });
    files.collect()
}

fn missing(name: &str) -> Error {
    Error::Mail(format!("templates/messages/{name} cannot be read"))
}
