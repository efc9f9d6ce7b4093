//! The file `.env`, changed line by line.
mod lines;
mod start;

use std::{
    collections::HashMap,
    env, fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, chown},
    path::{Path, PathBuf},
    process,
};

pub use self::start::Start;

/// A `.env` that is there, or would be.
#[derive(Debug)]
pub struct EnvFile {
    path: PathBuf,
    text: String,
}

impl EnvFile {
    /// The one that the settings are read from: in the working directory or the nearest above it. If
    /// there is none, a new one in the working directory.
    ///
    /// # Errors
    /// When it is there and cannot be read as text.
    pub fn find() -> io::Result<Self> {
        match place()? {
            (path, true) => Self::open(&path),
            (path, false) => Ok(Self {
                path,
                text: String::new(),
            }),
        }
    }

    /// Puts what can be read of it into the environment, as far as that is not there already, and
    /// answers with what there is to say of the rest.
    ///
    /// # Errors
    /// When it is there and cannot be read at all.
    pub fn begin() -> io::Result<Start> {
        let bytes = match place()? {
            (path, true) => fs::read(path)?,
            (_, false) => return Ok(Start::default()),
        };
        let start = start::look_through(&bytes, |name| env::var_os(name).is_some());
        dotenvy::from_read(start.readable.as_bytes()).map_err(|_| {
            // Never with its words: they repeat the line.
            io::Error::other("its lines don't fit together")
        })?;
        Ok(start)
    }

    /// Where a link leads is what gets written, so that the link stays one.
    fn open(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path)?;
        let text = fs::read_to_string(&path)?;
        Ok(Self { path, text })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it sets. Of a name that occurs twice the first counts, and lines that cannot be read are
    /// passed over.
    pub fn values(&self) -> HashMap<String, String> {
        let mut values = HashMap::new();
        for (name, value) in dotenvy::from_read_iter(self.text.as_bytes()).flatten() {
            values.entry(name).or_insert(value);
        }
        values
    }

    /// Puts some of its variables into the environment, as far as they are not there already.
    ///
    /// # Errors
    /// When one holds what no environment can.
    pub fn load(&self, names: &[&str]) -> dotenvy::Result<()> {
        let values = self.values();
        let wanted = names
            .iter()
            .filter_map(|name| Some((*name, values.get(*name)?.clone())));
        let lines = lines::with("", &wanted.collect::<Vec<_>>());
        dotenvy::from_read(lines.as_bytes())
    }

    /// The numbers of the lines because of which nothing starts.
    pub fn unreadable_lines(&self) -> Vec<usize> {
        lines::unreadable(&self.text)
    }

    /// Turns the lines that cannot be read into comments.
    pub fn silence_unreadable_lines(&mut self) {
        self.text = lines::with_unreadable_silenced(&self.text);
    }

    /// Sets variables, in their old places where they have one. Everything else stays as it is.
    pub fn set(&mut self, variables: &[(&str, String)]) {
        self.text = lines::with(&self.text, variables);
    }

    /// Writes it in one step, for its owner alone. Whoever owned it before still does: a server that
    /// runs as somebody else than the one who sets it up must be able to read it.
    ///
    /// # Errors
    /// When it cannot be written; the old file is still there then.
    pub fn write(&self) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        let new = directory.join(format!(".env.{}.new", process::id()));
        let written = self.write_to(&new, directory);
        if written.is_err() {
            // It may not even have come about.
            fs::remove_file(&new).ok();
        }
        written
    }

    fn write_to(&self, new: &Path, directory: &Path) -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(new)?;
        file.write_all(self.text.as_bytes())?;
        let ours = file.metadata()?;
        match fs::metadata(&self.path) {
            Ok(old) if (old.uid(), old.gid()) != (ours.uid(), ours.gid()) => {
                chown(new, Some(old.uid()), Some(old.gid()))?;
            }
            Ok(_) => {}
            // A new one goes to whom the directory belongs, if we may give it away.
            Err(_) => {
                let around = fs::metadata(directory)?;
                chown(new, Some(around.uid()), Some(around.gid())).ok();
            }
        }
        file.sync_all()?;
        fs::rename(new, &self.path)?;
        fs::File::open(directory)?.sync_all()
    }
}

/// Where it is, or would be, and whether it is there.
fn place() -> io::Result<(PathBuf, bool)> {
    let here = env::current_dir()?;
    let mut found = here.ancestors().map(|above| above.join(".env"));
    Ok(match found.find(|path| path.is_file()) {
        Some(path) => (path, true),
        None => (here.join(".env"), false),
    })
}

#[cfg(test)]
mod tests;
