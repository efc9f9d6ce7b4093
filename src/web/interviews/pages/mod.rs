//! What the pages of interviews show.
mod about;
mod index;
mod mail;
mod short_link;
mod show;

pub use self::{
    index::{Day, IndexPage, by_day},
    short_link::ShortLinkPage,
    show::{ShowPage, Told},
};
