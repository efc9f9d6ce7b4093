//! The pages and mails speak plain product English, and name a thing by one word.
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders of templates; those of mails are in there with their English words.
const TEMPLATES: [&str; 17] = [
    "account",
    "alerts",
    "availability",
    "bookings",
    "cancellations",
    "candidates",
    "components",
    "errors",
    "interviews",
    "jobs",
    "join",
    "layouts",
    "login",
    "messages",
    "rescheduling",
    "slots",
    "today",
];
/// Files and folders of sources whose literals these pages show.
const SOURCES: [&str; 28] = [
    "domain/emails/cancel.rs",
    "text.rs",
    "web/account.rs",
    "web/actions",
    "web/alerts",
    "web/availability",
    "web/bookings",
    "web/cancellations",
    "web/candidates",
    "web/choices.rs",
    "web/conflict.rs",
    "web/error_page.rs",
    "web/facts.rs",
    "web/forms",
    "web/frame",
    "web/interviewers.rs",
    "web/interviews",
    "web/jobs",
    "web/join",
    "web/labels.rs",
    "web/lists.rs",
    "web/login.rs",
    "web/preview.rs",
    "web/rescheduling",
    "web/slots",
    "web/stamp.rs",
    "web/today",
    "web/unsent.rs",
];
/// The same for admins, operators and clients of the API: they may meet a variable's name.
const TEMPLATES_OF_ADMINS: [&str; 10] = [
    "actions",
    "company",
    "emails",
    "logo",
    "mail",
    "mail_texts",
    "setup",
    "tokens",
    "users",
    "zone_changes",
];
const SOURCES_OF_ADMINS: [&str; 30] = [
    "api",
    "cli/backup.rs",
    "cli/mail",
    "cli/migrate.rs",
    "cli/mod.rs",
    "cli/remarks.rs",
    "cli/routes.rs",
    "cli/serve.rs",
    "cli/token.rs",
    "cli/user.rs",
    "cli/worker.rs",
    "domain/logos/picture.rs",
    "mail/bounce/meaning.rs",
    "mail/doctor",
    "mail/providers",
    "mail/verdict/by_cause.rs",
    "mail/verdict/mod.rs",
    "mail/wording.rs",
    "mailing/diagnosis.rs",
    "settings",
    "web/company",
    "web/emails",
    "web/logo.rs",
    "web/mail",
    "web/mail_servers.rs",
    "web/mail_texts",
    "web/setup.rs",
    "web/tokens.rs",
    "web/users",
    "web/zone_changes",
];
/// What no reader should meet, in lower case, and what to write instead.
const WRONG: [(&str, &str); 24] = [
    ("e-mail", "email"),
    (" mail ", "email, unless it is of a mail server"),
    ("mails", "emails"),
    ("somebody", "someone"),
    ("whom", "who"),
    ("is told", "you, we, or the candidate as the subject"),
    ("of use", "expired, expires"),
    ("mended", "fixed"),
    ("stands", "is"),
    ("meanwhile", "since"),
    ("call off", "cancel"),
    ("called off", "cancelled"),
    (" enter ", "add, type"),
    ("entered", "added, typed"),
    ("meeting url", "meeting link"),
    ("free slot", "open slot"),
    ("the clock ", "the clocks, or the time zone"),
    ("is dead", "no longer works"),
    ("begins with", "starts with"),
    ("as it is", "current"),
    ("not said", "not specified"),
    ("move the interview", "reschedule"),
    ("present password", "current password"),
    ("have an admin", "ask an admin to"),
];
/// Where a wrong word is right.
const RIGHT: [&str; 8] = [
    "mail server",
    "emails",
    "accepting mail",
    "stays as it is",
    "greenroom mail",
    "console-mail",
    "mail send",
    "send mail as",
];

#[test]
fn pages_and_mails_speak_plain_product_english() {
    let mut found = Vec::new();
    let mut read = 0;
    let of_admins = shown(&TEMPLATES_OF_ADMINS, &SOURCES_OF_ADMINS);
    for (file, texts) in shown(&TEMPLATES, &SOURCES).into_iter().chain(of_admins) {
        read += texts.len();
        for text in texts {
            found.extend(complaints(&text).map(|why| format!("{file}: {text:?}: {why}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(read > 1_800, "only {read} texts were read");
}

#[test]
fn no_recruiter_or_candidate_meets_the_name_of_a_variable() {
    for (file, texts) in shown(&TEMPLATES, &SOURCES) {
        // What is filled in has a name in braces, which nobody sees.
        for text in texts.iter().flat_map(|text| between_tags(text)) {
            let names = text.split(|c: char| !c.is_ascii_uppercase() && c != '_');
            let mut names = names.filter(|name| name.trim_matches('_').contains('_'));
            assert_eq!(names.next(), None, "{file}: {text:?}");
        }
    }
}

#[test]
fn the_words_that_are_looked_for_would_be_found() {
    let wrong = "Somebody's e-mails, whom nobody is told of, stand in the mail server.";
    assert_eq!(complaints(wrong).count(), 5);
    assert_eq!(complaints("A mail server accepted 2 emails.").count(), 0);
    let source = "/// \"A comment\"\nsay(\"Add slot\", '\"', \"a \\\"b\\\" \\\n   c\");\n#[cfg(test)]\nmod tests { \"x\" }";
    assert_eq!(literals(source), ["Add slot", "a \\\"b\\\" \\\n   c"]);
    assert_eq!(without_comments("a{#- b\nc -#}d"), "ad");
    assert_eq!(
        between_tags("<p class=\"x\">Add {{ a }} slot</p>\n"),
        ["Add  slot"]
    );
}

fn complaints(text: &str) -> impl Iterator<Item = &'static str> {
    let mut text = format!(" {} ", text.to_lowercase());
    for right in RIGHT {
        text = text.replace(right, "");
    }
    let wrong = WRONG.iter().filter(move |(wrong, _)| text.contains(wrong));
    wrong.map(|(_, better)| *better)
}

/// Every file with what is read of it: text between tags, and literals that are no mere names.
fn shown(templates: &[&str], sources: &[&str]) -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &PathBuf| fs::read_to_string(file).expect("a text");
    let templates = templates.iter();
    let templates = templates.flat_map(|folder| files(&root.join("templates").join(folder)));
    let is_english = |file: &PathBuf| {
        !file.to_string_lossy().contains("words/") || file.ends_with("words/en.json")
    };
    let templates = templates.filter(is_english).map(|file| {
        let text = without_comments(&read(&file));
        let mut texts = between_tags(&text);
        texts.extend(phrases(&text));
        (file.display().to_string(), texts)
    });
    let sources = sources.iter();
    let sources = sources.flat_map(|place| files(&root.join("src").join(place)));
    let is_of_tests = |file: &PathBuf| {
        let file = file.strip_prefix(root).unwrap_or(file);
        file.iter()
            .any(|part| part == "tests" || part == "tests.rs")
    };
    let sources = sources.filter(|file| !is_of_tests(file));
    let sources = sources.map(|file| (file.display().to_string(), phrases(&read(&file))));
    templates.chain(sources).collect()
}

/// The file, or all files in the folder and below.
fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.into()];
    }
    let entries =
        fs::read_dir(place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    entries
        .flat_map(|entry| files(&entry.expect("a file").path()))
        .collect()
}

fn without_comments(template: &str) -> String {
    let mut parts = template.split("{#");
    let first = parts.next().unwrap_or_default().to_owned();
    let after = |part: &str| {
        part.split_once("#}")
            .map_or_else(String::new, |(_, rest)| rest.to_owned())
    };
    parts.fold(first, |text, part| text + &after(part))
}

/// What people read of a template besides the literals.
fn between_tags(template: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut depth = 0_usize;
    for letter in template.chars() {
        match letter {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '\n' => texts.push(String::new()),
            letter => texts.last_mut().expect("one").push(letter),
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}

/// The literals that are sentences or labels.
fn phrases(text: &str) -> Vec<String> {
    let is_label = |text: &str| text.contains(' ') || text.starts_with(|c: char| c.is_uppercase());
    let found = literals(text).into_iter().filter(|text| is_label(text));
    found.map(String::from).collect()
}

/// What stands between quotation marks, outside of comments and of the tests at the end.
fn literals(source: &str) -> Vec<&str> {
    let source = source
        .split("\n#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let here = &rest[at..];
        let end = if here.starts_with("//") {
            here.find('\n').unwrap_or(here.len())
        } else if here.starts_with("'\"'") || here.starts_with("'\\\"'") {
            here[1..].find('\'').map_or(here.len(), |end| end + 2)
        } else if let Some(literal) = here.strip_prefix('"') {
            let end = closing(literal);
            found.push(&literal[..end]);
            end + 2
        } else {
            1
        };
        rest = &here[end.min(here.len())..];
    }
    found
}

/// Where a literal ends.
fn closing(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}
