//! A whole page: a struct that becomes HTML in its frame.
use serde::Serialize;
use tera::Context;

use super::frame::Frame;
use crate::{error::Result, templates::Templates};

/// A whole page: what its template may know, and nothing else.
pub trait Page: Serialize {
    /// Its file under `templates/`.
    const TEMPLATE: &'static str;
    /// What the browser's tab says.
    fn title(&self) -> String;
    /// One that shows all there is to see; tests render it.
    fn sample() -> Self
    where
        Self: Sized;
}

/// A page in its frame. The template sees the page's own fields, `title`, `frame`, `menu`, `user_role` and, where a
/// candidate reads it, `words`.
pub fn render<P: Page>(templates: &Templates, frame: &Frame, page: &P) -> Result<String> {
    let mut context = Context::from_serialize(page)?;
    context.insert("title", &page.title());
    context.insert("frame", frame);
    context.insert("menu", &frame.menu());
    context.insert("user_role", &frame.role());
    if let Some(words) = frame.words() {
        context.insert_value("words", words.clone());
    }
    templates.render(P::TEMPLATE, &context)
}
