//! Access tokens in place of passwords (RFC 6749, RFC 8628): what is asked for them, and what the answers mean.
//!
//! Nothing here sends anything. What providers answer is taken from their public texts; none of it was tried against
//! Microsoft or Google themselves.
mod answer;
mod cause;
mod claims;
mod device;
mod endpoints;
mod explain;
mod grant;
mod known;
mod pkce;
mod refusal;

pub use self::{
    answer::{Tokens, read},
    cause::Cause,
    claims::Claims,
    device::{DeviceCode, Poll, read_device_code, read_poll},
    endpoints::{authorization_url, device_endpoint, scope, token_endpoint},
    explain::explain,
    grant::{Fields, Grant, device_code_fields},
    pkce::{challenge, read_redirect},
    refusal::Refusal,
};
