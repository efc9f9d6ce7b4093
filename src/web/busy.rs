//! Why an interview cannot be where its interviewers are in another one.
use crate::{
    domain::busy::{Clash, Clashes},
    times,
    zones::Tz,
};

/// Who is in another interview, and when: for the field that put them there.
pub fn sentence(Clashes(clashes): &Clashes, zone: Tz) -> String {
    let each = |clash: &Clash| {
        format!(
            "{} has another interview from {} to {}",
            clash.name,
            times::day_and_clock(clash.starts_at, zone),
            times::clock(clash.ends_at(), zone)
        )
    };
    let clashes: Vec<_> = clashes.iter().map(each).collect();
    format!("{}. Choose another time.", clashes.join("; "))
}
