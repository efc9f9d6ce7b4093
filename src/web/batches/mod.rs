//! The pages of what was made from one list: people put beside slots and booked together, and what came of it.
mod new;
mod pages;
mod rows;
mod show;

pub use self::{
    new::{create, new},
    pages::{CheckPage, NewPage},
    rows::{fingerprint, refusal},
    show::{ShowPage, create_undo, show},
};
