//! The pages of the delivery log.
mod address;
mod chart;
mod index;
mod overview;
mod show;
mod unreadable;

pub use self::{
    address::AddressPage,
    index::{IndexPage, Reader},
    overview::{Overview, days},
    show::{AsSent, ShowPage},
    unreadable::UnreadablePage,
};
