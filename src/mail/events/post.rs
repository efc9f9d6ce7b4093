//! A post exactly as it came.
use super::{LONGEST, Refusal};

/// A post exactly as it came.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// Names in any case, and values; those that are not text may be left out.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, before anything was read of it.
    pub body: &'a [u8],
}

impl<'a> Post<'a> {
    /// The value of a header. One that comes twice could be read in two ways, so it counts as missing.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value.trim_ascii())
    }

    pub(super) fn fits(&self) -> Result<(), Refusal> {
        match self.body.len() {
            ..=LONGEST => Ok(()),
            _ => Err(Refusal::TooLong),
        }
    }
}
