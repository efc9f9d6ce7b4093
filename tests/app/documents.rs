//! What the documents name is there.
use std::path::{Path, PathBuf};

use entity::{email::Status, user::Role};
use greenroom::domain::emails::lifecycle;
use sea_orm::{ActiveEnum, Iterable};

/// What begins like this in a document is a path of the repository.
const ROOTS: [&str; 8] = [
    "benches/",
    "docs/",
    "entity/",
    "migrations/",
    "src/",
    "static/",
    "templates/",
    "tests/",
];

#[test]
fn every_path_that_a_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    let mut named = 0;
    for document in documents(root) {
        let text = std::fs::read_to_string(&document).expect("text");
        for path in code(&text).filter(|path| is_path(path)) {
            named += 1;
            if !root.join(path).exists() {
                missing.push(format!("{}: {path}", document.display()));
            }
        }
        let folder = document.parent().expect("a folder");
        for link in links(&text) {
            named += 1;
            if !folder.join(link).exists() {
                missing.push(format!("{}: ]({link})", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(named > 50, "only {named} paths and links are found");
}

#[test]
fn every_role_is_where_roles_are_listed() {
    let names: Vec<_> = Role::iter().map(|role| role.to_value()).collect();
    let all = format!("--role {} ", names.join("\\|"));
    assert!(
        include_str!("../../docs/operating.md").contains(&all),
        "docs/operating.md lacks {all}"
    );
    for name in names {
        let row = format!("| {name} | session |");
        assert!(
            include_str!("../../docs/security.md").contains(&row),
            "docs/security.md lacks {row}"
        );
        assert!(
            include_str!("../../README.md").contains(&name),
            "README.md lacks {name}"
        );
        let form = include_str!("../../templates/users/new.html").to_lowercase();
        assert!(
            form.contains(&format!("{name}s ")),
            "templates/users/new.html lacks {name}s"
        );
    }
}

#[test]
fn the_diagram_of_an_emails_life_shows_every_transition_and_no_other() {
    let text = include_str!("../../docs/architecture.md");
    let drawn = text.lines().filter_map(|line| line.split_once(" --> "));
    let drawn = drawn.map(|(from, to)| {
        let to = to.split(':').next().unwrap_or(to);
        (from.trim().to_owned(), to.trim().to_owned())
    });
    let mut drawn: Vec<_> = drawn.filter(|(from, _)| from != "[*]").collect();
    let mut legal: Vec<_> = Status::iter()
        .flat_map(|to| {
            let origins = lifecycle::origins(to).iter();
            origins.map(move |from| (from.to_value(), to.to_value()))
        })
        .collect();
    drawn.sort();
    legal.sort();
    assert_eq!(drawn, legal);
}

/// What no document says, in lower case; a code is no prose.
const WRONG: [&str; 14] = [
    "e-mail",
    " mails",
    "anybody",
    "by itself",
    "call off",
    "called off",
    "goes on",
    "in vain",
    "is mended",
    "meanwhile,",
    "somebody",
    "told by mail",
    "whoever",
    "whom",
];

#[test]
fn documents_speak_the_words_of_the_pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for document in documents(root) {
        let text = std::fs::read_to_string(&document).expect("text");
        let prose: String = text.split("```").step_by(2).collect();
        let prose: String = prose.split('`').step_by(2).collect();
        let prose = prose.split_whitespace().collect::<Vec<_>>().join(" ");
        let prose = prose.to_lowercase();
        let wrong = WRONG.iter().filter(|word| prose.contains(**word));
        found.extend(wrong.map(|word| format!("{}: {word}", document.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let folders = [root.into(), root.join("docs"), root.join("docs/decisions")];
    let files = folders.iter().flat_map(|folder| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("a file").path())
    });
    files
        .filter(|file| file.extension().is_some_and(|end| end == "md"))
        .collect()
}

/// What stands between single back-ticks, outside of blocks of code.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

fn is_path(code: &str) -> bool {
    let is_open = |letter| matches!(letter, ' ' | '{' | '*' | '<' | '…');
    ROOTS.iter().any(|root| code.starts_with(root)) && !code.contains(is_open)
}

/// Where links lead that stay in the repository, but for the part of the page.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains(':') && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or(target))
}
