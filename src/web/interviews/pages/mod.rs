//! What the pages of interviews show.
mod about;
mod index;
mod mail;
mod show;

pub use self::{
    index::{Day, IndexPage, by_day},
    show::{ShowPage, Told},
};
