//! Public holidays: on which days people of a country, or of a part of it, don't work. `renew` writes what is known.
use std::{collections::HashMap, str::FromStr};

use chrono::{Datelike, NaiveDate};

use crate::text::Refusal;

/// For each region its code and its name, then its holidays and their days.
const REGIONS: &str = include_str!("regions.tsv");

/// A country or a part of one, whose public holidays are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// ISO 3166 code: `DE`, `DE-BY`.
    pub code: &'static str,
    /// `Germany`; `Germany, Bayern`.
    pub name: &'static str,
}

/// The public holidays of a region by their days.
#[derive(Debug)]
pub struct Holidays(HashMap<NaiveDate, &'static str>);

impl Region {
    /// All of them, by their names.
    pub fn all() -> impl Iterator<Item = Self> {
        let heads = REGIONS.lines().filter_map(|line| line.strip_prefix("= "));
        heads.filter_map(|line| {
            let (code, name) = line.split_once('\t')?;
            Some(Self { code, name })
        })
    }

    /// The region of this code.
    pub fn of(code: &str) -> Option<Self> {
        Self::all().find(|region| region.code == code)
    }

    /// Its holidays, and those of its country that it keeps.
    pub fn holidays(self) -> Holidays {
        let mut holidays = Holidays(HashMap::new());
        if let Some((country, _)) = self.code.split_once('-') {
            holidays.add(country);
        }
        holidays.add(self.code);
        holidays
    }
}

/// By its code or its name, as people type it.
impl FromStr for Region {
    type Err = Refusal;

    fn from_str(typed: &str) -> Result<Self, Refusal> {
        let typed = typed.trim().to_lowercase();
        Self::all()
            .find(|region| {
                [region.code, region.name]
                    .map(str::to_lowercase)
                    .contains(&typed)
            })
            .ok_or("Choose a country or region from the list.")
    }
}

impl Holidays {
    /// What holiday this day is; none when people work.
    pub fn on(&self, day: NaiveDate) -> Option<&'static str> {
        self.0.get(&day).copied()
    }

    fn add(&mut self, code: &str) {
        let after = REGIONS.lines().skip_while(|line| {
            let head = line.strip_prefix("= ");
            head.and_then(|head| head.split_once('\t'))
                .is_none_or(|(other, _)| other != code)
        });
        for line in after.skip(1).take_while(|line| !line.starts_with('=')) {
            let Some((name, days)) = line.split_once('\t') else {
                continue;
            };
            for day in days.split(' ').flat_map(dates) {
                match name.starts_with('!') {
                    true => self.0.remove(&day),
                    false => self.0.insert(day, name),
                };
            }
        }
    }
}

/// `2027-05-06`; `05-01` for the first of May of every year that is known.
fn dates(written: &str) -> Vec<NaiveDate> {
    match written.len() {
        5 => years()
            .filter_map(|year| format!("{year}-{written}").parse().ok())
            .collect(),
        _ => written.parse().into_iter().collect(),
    }
}

/// The years whose holidays are known.
pub fn years() -> std::ops::RangeInclusive<i32> {
    let days = REGIONS
        .split(['\t', ' ', '\n'])
        .filter_map(|word| word.parse::<NaiveDate>().ok());
    let years = days.take(100).map(|day| day.year());
    let (first, last) = years.fold((i32::MAX, i32::MIN), |(first, last), year| {
        (first.min(year), last.max(year))
    });
    first..=last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn holiday(region: &str, on: &str) -> Option<&'static str> {
        let region: Region = region.parse().expect("a region");
        region.holidays().on(day(on))
    }

    #[test]
    fn a_country_keeps_its_own_holidays() {
        assert_eq!(holiday("DE", "2027-05-06"), Some("Ascension Day"));
        assert_eq!(holiday("DE", "2030-05-01"), Some("Labor Day"));
        for other in ["2027-01-06", "2027-01-03", "2027-07-04", "1800-01-01"] {
            assert_eq!(holiday("DE", other), None, "{other}");
        }
    }

    #[test]
    fn a_part_keeps_more_of_them_and_fewer() {
        assert_eq!(holiday("Germany, Bayern", "2027-01-06"), Some("Epiphany"));
        assert_eq!(
            holiday("germany, bayern", "2027-05-06"),
            Some("Ascension Day")
        );
        assert_eq!(holiday("US", "2027-10-11"), Some("Columbus Day"));
        assert_eq!(holiday("US-CA", "2027-10-11"), None);
    }

    #[test]
    fn all_that_is_written_can_be_read() {
        for line in REGIONS
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with('='))
        {
            let (name, days) = line.split_once('\t').expect("a name and days");
            assert!(!name.is_empty());
            for written in days.split(' ') {
                assert!(!dates(written).is_empty(), "{line}");
            }
        }
        for region in Region::all() {
            assert_eq!(Region::of(region.code), Some(region));
            assert_eq!(region.name.parse(), Ok(region));
        }
        for wrong in ["", "Bavaria", "XX"] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
        let known = years();
        assert!(known.end() - known.start() >= 10, "{known:?}");
    }
}
