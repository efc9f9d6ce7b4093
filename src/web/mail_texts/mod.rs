//! The company's own words in mails: which there are, and the page that changes them.
mod form;
pub mod html;
pub mod pages;
mod proof;
mod target;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use self::{
    form::{Act, TextsForm},
    pages::{EditPage, IndexPage, Wish},
    target::Target,
};
use super::{
    errors::Result, forms::FormErrors, render::Flash, respond::see_other, viewer::AdminViewer,
};
use crate::{
    app::App,
    domain::{
        companies,
        mail_texts::{self, Own},
    },
    mail::wording::Block,
};

/// GET /company/texts: every kind of mail in every language, and where the company has words of its own.
pub async fn index(app: Data<App>, viewer: AdminViewer) -> Result<HttpResponse> {
    let own = own(&app, &viewer).await?;
    viewer.page(&IndexPage::new(app.composer.languages(), &own))
}

/// GET /company/texts/{kind}/{locale}: the words, and how a mail reads with them.
pub async fn edit(
    app: Data<App>,
    viewer: AdminViewer,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let form = TextsForm::kept(&target, &own(&app, &viewer).await?);
    // What was kept by another version may not fit any more: it is said, and the usual words are used.
    let errors = form.parse(&target).err().unwrap_or_default();
    let wish = Wish::new(target, form, errors);
    viewer.page(&EditPage::new(&app, &viewer, wish).await?)
}

/// POST /company/texts/{kind}/{locale}: keeps the words, shows a mail with them, or sends it to oneself.
pub async fn update(
    app: Data<App>,
    viewer: AdminViewer,
    path: Path<(String, String)>,
    form: Form<TextsForm>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let form = form.into_inner();
    let (texts, act) = match form.parse(&target) {
        Ok(texts) => (texts, form.act()),
        Err(errors) => {
            let wish = Wish::new(target, form, errors);
            return viewer.unprocessable(&EditPage::new(&app, &viewer, wish).await?);
        }
    };
    match act {
        Act::Save => {
            let (actor, now) = (viewer.actor(), app.clock.now());
            let (which, names) = (target.which(), Block::ALL.map(Block::name));
            mail_texts::save(&app.db, &actor, &which, &names, texts, now).await?;
            viewer.flash(Flash::done(
                "Saved. Mails that are written from now on say this.",
            ))?;
            Ok(see_other(&target.address()))
        }
        Act::Preview => {
            let wish = Wish::new(target, form, FormErrors::new());
            let page = EditPage::new(&app, &viewer, wish).await?;
            match page.has_mistakes() {
                true => viewer.unprocessable(&page),
                false => viewer.page(&page),
            }
        }
        Act::Test => proof::send(&app, &viewer, target, form).await,
    }
}

/// POST /company/texts/{kind}/{locale}/reset: back to the usual words.
pub async fn destroy(
    app: Data<App>,
    viewer: AdminViewer,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let target = Target::find(&app, path.into_inner())?;
    let (actor, now) = (viewer.actor(), app.clock.now());
    let (which, names) = (target.which(), Block::ALL.map(Block::name));
    mail_texts::save(&app.db, &actor, &which, &names, Default::default(), now).await?;
    viewer.flash(Flash::done("Back to the usual words."))?;
    Ok(see_other(&target.address()))
}

async fn own(app: &App, viewer: &AdminViewer) -> Result<Own> {
    let company = companies::find(&app.db, viewer.company_id).await?;
    Ok(mail_texts::own(app.db.read(), &company).await?)
}
