//! The app as its users see it, one file per noun.
mod mail;
mod routes;
mod schema;
mod sessions;
mod smtp;
mod support;
