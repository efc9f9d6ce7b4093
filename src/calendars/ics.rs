//! When somebody is busy, read from a calendar of theirs (RFC 5545), whatever its server sends: everything is bounded.
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use calcard::{
    Entry, Parser,
    common::{PartialDateTime, timezone},
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarFrequency,
        ICalendarParameterName, ICalendarPeriod, ICalendarProperty, ICalendarRecurrenceRule,
        ICalendarStatus, ICalendarTransparency, ICalendarValue, timezone::TzResolver,
    },
};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};

use crate::zones::Tz;

/// So many spans are kept, the earliest; nobody has more meetings in a year.
const MOST_SPANS: usize = 5_000;
/// So many calendars one behind the other are read in a file; there should be one.
const MOST_CALENDARS: usize = 100;
/// So many occurrences of one event are made, from its first on: a daily one for fifty years.
const MOST_OCCURRENCES: usize = 20_000;
/// The same of one that recurs every hour.
const MOST_HOURLY: usize = 9_000;
/// So many times a day one event may take place.
const MOST_TIMES_A_DAY: usize = 50;
/// So long a calendar may take to be read.
const LONGEST: Duration = Duration::from_secs(5);
/// What begins the names of the events that Greenroom itself put into calendars: it knows of those already.
const OURS: [&str; 2] = ["itv-", "held-"];

/// From when until when somebody is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first instant.
    pub starts_at: DateTime<Utc>,
    /// The first instant after it.
    pub ends_at: DateTime<Utc>,
}

/// What a calendar says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// In order, none touching another.
    pub spans: Vec<Span>,
    /// How many events could not be understood, or are too many.
    pub skipped: usize,
}

/// What is there is no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCalendar;

/// When somebody is busy between two instants. Times without a zone are read in `own_zone`.
pub fn read(
    file: &[u8],
    own_zone: Tz,
    window: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Busy, NoCalendar> {
    let text = String::from_utf8_lossy(file);
    let mut parser = Parser::new(&text);
    let mut reader = Reader {
        own_zone,
        window,
        until: Instant::now() + LONGEST,
        busy: Busy::default(),
    };
    let mut is_calendar = false;
    for _ in 0..MOST_CALENDARS {
        match parser.entry() {
            Entry::ICalendar(calendar) => {
                is_calendar = true;
                reader.read(&calendar);
            }
            Entry::Eof => break,
            _ => {}
        }
    }
    match is_calendar {
        true => Ok(reader.finish()),
        false => Err(NoCalendar),
    }
}

struct Reader {
    own_zone: Tz,
    window: (DateTime<Utc>, DateTime<Utc>),
    until: Instant,
    busy: Busy,
}

/// An event of the calendar, its times as instants.
struct Event<'a> {
    component: &'a ICalendarComponent,
    starts: Moment,
    lasts: TimeDelta,
    /// The occurrence that it stands for, of an event that recurs.
    instead_of: Option<DateTime<Utc>>,
}

/// A time as it is written.
#[derive(Clone, Copy)]
struct Moment {
    local: NaiveDateTime,
    zone: Tz,
    is_day: bool,
}

impl Moment {
    fn instant(self) -> DateTime<Utc> {
        instant(self.local, self.zone)
    }
}

/// A time that the clock shows twice is the first; one that it leaps over is an hour later.
fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let at = |local: NaiveDateTime| zone.from_local_datetime(&local).earliest();
    let later = || local.checked_add_signed(TimeDelta::hours(1)).and_then(at);
    at(local)
        .or_else(later)
        .map_or_else(|| local.and_utc(), |at| at.to_utc())
}

/// What lasts longer than there is time never ends.
fn after(starts_at: DateTime<Utc>, lasts: TimeDelta) -> DateTime<Utc> {
    let ends_at = starts_at.checked_add_signed(lasts);
    ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Reader {
    fn read(&mut self, calendar: &ICalendar) {
        let zones = calendar.build_tz_resolver();
        let events: Vec<Event<'_>> = calendar
            .components
            .iter()
            .filter(|it| it.component_type == ICalendarComponentType::VEvent)
            .filter(|it| !is_ours(it))
            .filter_map(|it| {
                let event = self.event(it, &zones);
                self.busy.skipped += usize::from(event.is_none());
                event
            })
            .collect();
        // What stands in for an occurrence replaces it, whatever becomes of it.
        let mut replaced: HashMap<&str, HashSet<DateTime<Utc>>> = HashMap::new();
        for event in &events {
            if let (Some(uid), Some(at)) = (event.component.uid(), event.instead_of) {
                replaced.entry(uid).or_default().insert(at);
            }
        }
        for event in &events {
            if Instant::now() > self.until {
                self.busy.skipped += 1;
                continue;
            }
            if !is_busy(event.component) {
                continue;
            }
            let without = match (event.component.uid(), event.instead_of) {
                (Some(uid), None) => replaced.get(uid),
                _ => None,
            };
            self.take(event, without, &zones);
        }
    }

    fn event<'a>(
        &self,
        component: &'a ICalendarComponent,
        zones: &TzResolver<&str>,
    ) -> Option<Event<'a>> {
        let of = |name| component.property(&name);
        let starts = self.moment(of(ICalendarProperty::Dtstart)?, zones)?;
        let lasts = match (
            of(ICalendarProperty::Dtend),
            of(ICalendarProperty::Duration).and_then(|entry| entry.values.first()),
        ) {
            (Some(end), _) => {
                let end = self.moment(end, zones)?;
                match starts.is_day {
                    // A day that the clocks change in is a day.
                    true => end.local - starts.local,
                    false => end.instant() - starts.instant(),
                }
            }
            (None, Some(ICalendarValue::Duration(duration))) => duration.to_time_delta()?,
            (None, _) if starts.is_day => TimeDelta::days(1),
            (None, _) => TimeDelta::zero(),
        };
        let instead_of = of(ICalendarProperty::RecurrenceId)
            .and_then(|entry| self.moment(entry, zones))
            .map(Moment::instant);
        Some(Event {
            component,
            starts,
            lasts: lasts.max(TimeDelta::zero()),
            instead_of,
        })
    }

    fn moment(&self, entry: &ICalendarEntry, zones: &TzResolver<&str>) -> Option<Moment> {
        let Some(ICalendarValue::PartialDateTime(at)) = entry.values.first() else {
            return None;
        };
        self.moment_of(at, entry, zones)
    }

    fn moment_of(
        &self,
        at: &PartialDateTime,
        entry: &ICalendarEntry,
        zones: &TzResolver<&str>,
    ) -> Option<Moment> {
        let found = at.to_date_time()?;
        // Beyond these years nothing is computed safely, and nobody has meetings.
        if !(1900..=2200).contains(&found.date_time.year()) {
            return None;
        }
        let (local, zone) = match found.offset {
            Some(offset) => (found.date_time.checked_sub_offset(offset)?, Tz::UTC),
            None => (found.date_time, self.zone(entry, zones)),
        };
        Some(Moment {
            local,
            zone,
            is_day: !at.has_time(),
        })
    }

    /// The zone that an entry names, by the calendar's own names, those of Windows or the usual ones; by our rules.
    fn zone(&self, entry: &ICalendarEntry, zones: &TzResolver<&str>) -> Tz {
        let named = entry.parameter(&ICalendarParameterName::Tzid);
        let named = named.and_then(|it| it.as_text());
        let name = named
            .and_then(|name| zones.resolve(name))
            .and_then(|zone: timezone::Tz| zone.name());
        name.and_then(|name| name.parse().ok())
            .unwrap_or(self.own_zone)
    }

    /// Every occurrence of an event in the window.
    fn take(
        &mut self,
        event: &Event<'_>,
        without: Option<&HashSet<DateTime<Utc>>>,
        zones: &TzResolver<&str>,
    ) {
        let component = event.component;
        let mut left_out: HashSet<DateTime<Utc>> = without.cloned().unwrap_or_default();
        left_out.extend(self.moments(component, &ICalendarProperty::Exdate, zones));
        let mut starts = match component.property(&ICalendarProperty::Rrule) {
            Some(rule) => match self.recurring(event, rule) {
                Some(starts) => starts,
                None => {
                    self.busy.skipped += 1;
                    vec![event.starts.local]
                }
            },
            None => vec![event.starts.local],
        };
        starts.dedup();
        for local in starts {
            let starts_at = instant(local, event.starts.zone);
            if !left_out.contains(&starts_at) {
                let ends_at = match event.starts.is_day {
                    true => local
                        .checked_add_signed(event.lasts)
                        .map_or(starts_at, |end| instant(end, event.starts.zone)),
                    false => after(starts_at, event.lasts),
                };
                self.add(starts_at, ends_at);
            }
        }
        for starts_at in self.moments(component, &ICalendarProperty::Rdate, zones) {
            if !left_out.contains(&starts_at) {
                self.add(starts_at, after(starts_at, event.lasts));
            }
        }
    }

    /// All times of a property that may have many.
    fn moments(
        &self,
        component: &ICalendarComponent,
        name: &ICalendarProperty,
        zones: &TzResolver<&str>,
    ) -> Vec<DateTime<Utc>> {
        let mut found = Vec::new();
        for entry in component.properties(name) {
            for value in &entry.values {
                let at = match value {
                    ICalendarValue::PartialDateTime(at) => Some(&**at),
                    ICalendarValue::Period(
                        ICalendarPeriod::Range { start, .. }
                        | ICalendarPeriod::Duration { start, .. },
                    ) => Some(start),
                    _ => None,
                };
                let at = at.and_then(|at| self.moment_of(at, entry, zones));
                found.extend(at.map(Moment::instant));
            }
        }
        found
    }

    /// The local starts of an event that recurs, the first one included; none where its rule is more than a calendar has.
    fn recurring(&self, event: &Event<'_>, rule: &ICalendarEntry) -> Option<Vec<NaiveDateTime>> {
        let Some(ICalendarValue::RecurrenceRule(rule)) = rule.values.first() else {
            return None;
        };
        let most = most_occurrences(rule)?;
        let mut rule = rule.clone();
        // Compared with local times, so it has to be one.
        if let Some(until) = &rule.until {
            rule.until = Some(self.local_until(until, event.starts));
        }
        let alone = ICalendar {
            components: vec![ICalendarComponent {
                component_type: ICalendarComponentType::VEvent,
                entries: vec![
                    plain(
                        ICalendarProperty::Dtstart,
                        ICalendarValue::PartialDateTime(Box::new(written(event.starts.local))),
                    ),
                    plain(
                        ICalendarProperty::Rrule,
                        ICalendarValue::RecurrenceRule(rule),
                    ),
                ],
                component_ids: Vec::new(),
            }],
        };
        let expanded = alone.expand_dates(timezone::Tz::Floating, most);
        if !expanded.errors.is_empty() {
            return None;
        }
        let mut starts: Vec<NaiveDateTime> = expanded
            .events
            .iter()
            .map(|it| it.start.naive_local())
            .collect();
        let last = starts.iter().max().copied();
        // It was cut off before what matters began.
        let is_cut_off = starts.len() >= most
            && last.is_some_and(|last| instant(last, event.starts.zone) < self.window.1);
        starts.push(event.starts.local);
        starts.sort_unstable();
        (!is_cut_off).then_some(starts)
    }

    fn local_until(&self, until: &PartialDateTime, starts: Moment) -> PartialDateTime {
        let Some(found) = until.to_date_time() else {
            return until.clone();
        };
        let utc = found
            .offset
            .and_then(|offset| found.date_time.checked_sub_offset(offset));
        match utc {
            Some(utc) => written(utc.and_utc().with_timezone(&starts.zone).naive_local()),
            // A date alone lasts until its end.
            None if !until.has_time() => PartialDateTime {
                hour: Some(23),
                minute: Some(59),
                second: Some(59),
                ..until.clone()
            },
            None => until.clone(),
        }
    }

    fn add(&mut self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) {
        let (from, until) = self.window;
        let span = Span {
            starts_at: starts_at.max(from),
            ends_at: ends_at.min(until),
        };
        if span.starts_at < span.ends_at {
            self.busy.spans.push(span);
        }
    }

    /// In order, and what touches is one.
    fn finish(self) -> Busy {
        let Busy {
            mut spans,
            mut skipped,
        } = self.busy;
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.starts_at <= last.ends_at => {
                    last.ends_at = last.ends_at.max(span.ends_at);
                }
                _ => merged.push(span),
            }
        }
        skipped += merged.len().saturating_sub(MOST_SPANS);
        merged.truncate(MOST_SPANS);
        Busy {
            spans: merged,
            skipped,
        }
    }
}

/// How many occurrences of a rule are made; none of one that would fill the memory, or that nobody's calendar has.
fn most_occurrences(rule: &ICalendarRecurrenceRule) -> Option<usize> {
    let times_a_day = [&rule.byhour, &rule.byminute, &rule.bysecond]
        .into_iter()
        .map(|list| list.len().max(1))
        .fold(1, usize::saturating_mul);
    if times_a_day > MOST_TIMES_A_DAY {
        return None;
    }
    match rule.freq {
        ICalendarFrequency::Secondly | ICalendarFrequency::Minutely => None,
        ICalendarFrequency::Hourly => Some(MOST_HOURLY),
        ICalendarFrequency::Daily
        | ICalendarFrequency::Weekly
        | ICalendarFrequency::Monthly
        | ICalendarFrequency::Yearly => Some(MOST_OCCURRENCES),
    }
}

fn plain(name: ICalendarProperty, value: ICalendarValue) -> ICalendarEntry {
    ICalendarEntry {
        name,
        params: Vec::new(),
        values: vec![value],
    }
}

fn written(at: NaiveDateTime) -> PartialDateTime {
    // Each fits: the years are bounded where they are read.
    let small = |number: u32| u8::try_from(number).ok();
    PartialDateTime {
        year: u16::try_from(at.year()).ok(),
        month: small(at.month()),
        day: small(at.day()),
        hour: small(at.hour()),
        minute: small(at.minute()),
        second: small(at.second()),
        ..PartialDateTime::default()
    }
}

fn is_ours(component: &ICalendarComponent) -> bool {
    let uid = component.uid().unwrap_or_default();
    OURS.iter().any(|ours| uid.starts_with(ours))
}

fn is_busy(component: &ICalendarComponent) -> bool {
    let is_cancelled = component.status() == Some(&ICalendarStatus::Cancelled);
    let is_free = component.transparency() == Some(&ICalendarTransparency::Transparent);
    let says_free = component.entries.iter().any(|entry| {
        let is_status = matches!(&entry.name, ICalendarProperty::Other(name)
            if name.eq_ignore_ascii_case("X-MICROSOFT-CDO-BUSYSTATUS"));
        let value = entry.values.first().and_then(ICalendarValue::as_text);
        is_status && value.is_some_and(|value| value.eq_ignore_ascii_case("FREE"))
    });
    !is_cancelled && !is_free && !says_free
}

#[cfg(test)]
mod tests;
