//! The app as its users see it, one file per noun.
mod emails;
mod jobs;
mod join;
mod mail;
mod routes;
mod schema;
mod sessions;
mod slots;
mod smtp;
mod support;
