//! What is parsed from files while one edits them: once for the whole process, and again when a file was touched. Only in debug builds.
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use rust_embed::RustEmbed;

use crate::error::{Error, Result};

/// Whether a file was touched is looked at no more often than this: a page would pay for it at each request.
const LOOKED_EVERY: Duration = Duration::from_millis(300);

/// What was parsed from some files, and when they were touched last.
pub struct Fresh<T>(Mutex<Option<Parsed<T>>>);

struct Parsed<T> {
    value: Arc<T>,
    touched: Touched,
    looked: Instant,
}

type Touched = Vec<(String, SystemTime)>;

impl<T> Fresh<T> {
    /// Nothing is parsed yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// As the files are now. `folder` is where they stand in the repository.
    pub fn current<Files: RustEmbed>(
        &self,
        folder: &str,
        parse: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let mut parsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = parsed.as_mut();
        if let Some(known) = known
            && known.is_fresh::<Files>(folder)?
        {
            return Ok(known.value.clone());
        }
        // Before they are read: what is touched meanwhile is read again.
        let touched = touched::<Files>(folder)?;
        let value = Arc::new(parse()?);
        *parsed = Some(Parsed {
            value: value.clone(),
            touched,
            looked: Instant::now(),
        });
        Ok(value)
    }
}

impl<T> Parsed<T> {
    fn is_fresh<Files: RustEmbed>(&mut self, folder: &str) -> Result<bool> {
        if self.looked.elapsed() < LOOKED_EVERY {
            return Ok(true);
        }
        self.looked = Instant::now();
        Ok(self.touched == touched::<Files>(folder)?)
    }
}

fn touched<Files: RustEmbed>(folder: &str) -> Result<Touched> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    Files::iter()
        .map(|name| {
            let file = folder.join(name.as_ref());
            let touched = file.metadata().and_then(|metadata| metadata.modified());
            let touched =
                touched.map_err(|error| Error::System(format!("{}: {error}", file.display())))?;
            Ok((name.into_owned(), touched))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[derive(RustEmbed)]
    #[folder = "templates/errors/"]
    struct Files;

    fn read_again(fresh: &Fresh<i32>, change: impl FnOnce(&mut Parsed<i32>)) {
        let mut parsed = fresh.0.lock().expect("nobody panicked");
        let parsed = parsed.as_mut().expect("parsed before");
        parsed.looked = Instant::now()
            .checked_sub(LOOKED_EVERY)
            .expect("some uptime");
        change(parsed);
    }

    #[test]
    fn what_was_parsed_is_kept_until_a_file_is_touched() {
        let fresh = Fresh::new();
        let count = Cell::new(0);
        let current = || {
            let parse = || Ok(count.replace(count.get() + 1) + 1);
            *fresh
                .current::<Files>("templates/errors", parse)
                .expect("parsed")
        };
        assert_eq!((current(), current()), (1, 1));
        read_again(&fresh, |_| {});
        assert_eq!(current(), 1, "no file was touched");
        read_again(&fresh, |parsed| {
            parsed.touched[0].1 = SystemTime::UNIX_EPOCH
        });
        assert_eq!((current(), current()), (2, 2));
    }

    #[test]
    fn files_that_are_not_where_they_are_said_to_be_are_an_error() {
        let fresh = Fresh::new();
        assert!(
            fresh
                .current::<Files>("templates/nowhere", || Ok(1))
                .is_err()
        );
    }
}
