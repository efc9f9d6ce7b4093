//! Which words a page is about: those of one kind of mail in one language.
use std::collections::BTreeMap;

use entity::email::Kind;
use sea_orm::ActiveEnum;

use crate::{
    app::App,
    domain::mail_texts::Which,
    error::{Error, Result},
    mail::wording::Block,
    web::labels,
};

/// One kind of mail in one language.
pub struct Target {
    /// The kind.
    pub kind: Kind,
    /// The tag of the language's file.
    pub locale: String,
    /// The language, as those who speak it call it.
    pub language: String,
    /// What mails say by themselves.
    usual: BTreeMap<&'static str, String>,
}

impl Target {
    /// From an address; what is no kind or no language of ours is not found.
    pub fn find(app: &App, (kind, locale): (String, String)) -> Result<Self> {
        let kind = Kind::try_from_value(&kind).map_err(|_| Error::NotFound)?;
        if !kind.can_be_reworded() {
            return Err(Error::NotFound);
        }
        let language = app.composer.languages().choose(&locale)?;
        if language.tag() != locale {
            return Err(Error::NotFound);
        }
        let usual = Block::ALL.into_iter().map(|block| {
            let usual = match block.phrase(kind) {
                Some((group, name)) => language.phrase(&group, name)?.to_string(),
                None => String::new(),
            };
            Ok((block.name(), usual))
        });
        Ok(Self {
            kind,
            usual: usual.collect::<Result<_>>()?,
            language: language.name().to_owned(),
            locale,
        })
    }

    /// What mails say by themselves there; nothing where they say nothing.
    pub fn usual(&self, block: Block) -> &str {
        self.usual.get(block.name()).map_or("", String::as_str)
    }

    /// For the domain.
    pub fn which(&self) -> Which<'_> {
        Which {
            kind: self.kind,
            locale: &self.locale,
        }
    }

    /// The page's own address.
    pub fn address(&self) -> String {
        format!("/company/texts/{}/{}", self.kind.to_value(), self.locale)
    }

    /// As the page is headed.
    pub fn heading(&self) -> String {
        format!("{}: {}", labels::email_kind(self.kind), self.language)
    }
}
