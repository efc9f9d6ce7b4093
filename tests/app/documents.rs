//! What the documents name is there.
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use entity::{email::Status, user::Role};
use greenroom::{
    api::{auth::CALLS_PER_TOKEN, openapi},
    domain::emails::lifecycle,
};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::Value;

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

/// Whatever is said about a handler's name is so: a verb of the seven, or one of them and a noun.
#[test]
fn handlers_are_called_as_the_guide_says() {
    const VERBS: [&str; 7] = [
        "index", "new", "create", "show", "edit", "update", "destroy",
    ];
    let guide = include_str!("../../CONTRIBUTING.md");
    let guide = guide.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(guide.contains(&format!("`{}`", VERBS.join(" "))));
    let table = include_str!("../../src/http/routes.rs").lines();
    let is_route = |line: &&str| ["get(", "post("].iter().any(|it| line.starts_with(it));
    let routes = table.map(str::trim).filter(is_route);
    let handlers = routes.filter(|line| !line.contains("(Api,")).map(|line| {
        let (_, handler) = line.rsplit_once("\", ").expect("a handler");
        let (handler, _) = handler.split_once(')').expect("an end");
        handler.rsplit("::").next().unwrap_or(handler)
    });
    let handlers: Vec<_> = handlers.collect();
    assert!(handlers.len() > 80, "{}", handlers.len());
    for handler in handlers {
        let verb = handler.split('_').next().unwrap_or(handler);
        assert!(VERBS.contains(&verb), "{handler}");
    }
}

/// The row of a command in the handbook names every option that it has, and no other.
#[test]
fn the_handbook_names_the_options_of_every_command() {
    let rows = HANDBOOK
        .lines()
        .skip_while(|line| !line.starts_with("| Command |"));
    let rows = rows.skip(2).take_while(|line| line.starts_with("| `"));
    let mut commands = 0;
    for row in rows {
        let usage = row.split('`').nth(1).expect("a command");
        let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
        let command: Vec<_> = usage.split(' ').take_while(is_word).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_greenroom"))
            .args(&command)
            .arg("--help")
            .output()
            .expect("a program");
        let help = String::from_utf8(output.stdout).expect("text");
        let mut options = options(&help);
        options.retain(|option| !["--help", "--version"].contains(&option.as_str()));
        // What is said elsewhere in the handbook is said.
        let named: BTreeSet<_> = self::options(row);
        let elsewhere = self::options(HANDBOOK);
        assert!(named.is_subset(&options), "{command:?}: {named:?}");
        assert!(options.is_subset(&elsewhere), "{command:?}: {options:?}");
        commands += 1;
    }
    assert!(commands >= 11, "{commands}");
}

fn options(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    let is_option = |word: &&str| word.starts_with("--") && word.len() > 3;
    words.filter(is_option).map(str::to_owned).collect()
}

#[test]
fn the_handbook_explains_every_status_of_an_email() {
    let (_, chapter) = HANDBOOK
        .split_once("\n## Email statuses\n")
        .expect("a chapter");
    let (table, _) = chapter.split_once("\n## ").expect("another chapter");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let explained: BTreeSet<_> = rows
        .flat_map(|row| {
            let cell = row.split('|').nth(1).unwrap_or_default();
            cell.split('`').skip(1).step_by(2).map(str::to_owned)
        })
        .collect();
    let all = Status::iter().map(|status| status.to_value()).collect();
    assert_eq!(explained, all);
}

#[test]
fn the_guide_to_the_api_names_its_codes_and_limits() {
    let guide = include_str!("../../docs/api.md");
    let document: Value = serde_json::from_str(openapi::DOCUMENT).expect("JSON");
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas");
    let mut codes = 0;
    for (name, schema) in schemas.iter().filter(|(name, _)| name.ends_with("Code")) {
        for code in schema["enum"].as_array().expect("codes") {
            let code = code.as_str().expect("a code");
            assert!(guide.contains(&format!("`{code}`")), "{name}: {code}");
            codes += 1;
        }
    }
    assert!(codes > 15, "{codes}");
    let often = CALLS_PER_TOKEN.most.to_string();
    let often = format!("{},{} requests in a minute", &often[..1], &often[1..]);
    let responses = document["components"]["responses"].to_string();
    for text in [guide, &responses] {
        assert!(text.contains(&often), "{often}");
        assert!(text.contains("64 KiB"));
    }
}

const HANDBOOK: &str = include_str!("../../docs/operating.md");

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
