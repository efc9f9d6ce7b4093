//! Where candidates ask for their link once more.
use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    mail::language::Language,
    web::{forms::FormErrors, page::Page},
};

const GROUP: &str = "page_link";

/// Whose link it is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct LinkForm {
    /// As it was typed.
    pub email: String,
}

/// The form, and what is said after it: the same to everybody.
#[derive(Serialize)]
pub struct LinkPage {
    #[serde(skip)]
    title: String,
    is_sent: bool,
    form: LinkForm,
    errors: FormErrors,
}

impl LinkPage {
    /// An empty form.
    pub fn new(language: &Language) -> Result<Self> {
        Self::with(
            language,
            "heading",
            (LinkForm::default(), FormErrors::new()),
        )
    }

    /// What was typed is no address.
    pub fn refused(language: &Language, form: LinkForm) -> Result<Self> {
        let why = language.say(GROUP, "wrong", &[])?;
        Self::with(language, "heading", (form, FormErrors::one("email", why)))
    }

    /// After it was sent.
    pub fn sent(language: &Language) -> Result<Self> {
        let nothing = (LinkForm::default(), FormErrors::new());
        Ok(Self {
            is_sent: true,
            ..Self::with(language, "sent", nothing)?
        })
    }

    fn with(
        language: &Language,
        title: &str,
        (form, errors): (LinkForm, FormErrors),
    ) -> Result<Self> {
        Ok(Self {
            title: language.say(GROUP, title, &[])?,
            is_sent: false,
            form,
            errors,
        })
    }
}

impl Page for LinkPage {
    const TEMPLATE: &'static str = "join/link.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Get your link again".into(),
            is_sent: false,
            form: LinkForm {
                email: "john".into(),
            },
            errors: FormErrors::one("email", "This is not an email address."),
        }
    }
}
