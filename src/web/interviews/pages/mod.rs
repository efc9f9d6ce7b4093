//! What the pages of interviews show.
mod about;
mod index;
mod mail;
mod show;

pub use self::{
    index::IndexPage,
    show::{ShowPage, Told},
};
