//! The URL table: every line of it, asked for by those who may not.
use greenroom::web::routes;

#[test]
fn every_path_that_is_written_down_is_in_the_table() {
    let source = include_str!("../../src/web/routes.rs");
    let table = source.split("fn table()").nth(1).expect("the table");
    let table = table.split("\n}").next().expect("its end");
    let written: Vec<&str> = table
        .lines()
        .filter(|line| line.trim_start().starts_with(['g', 'p']))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    let lines = routes::lines();
    assert!(written.len() > 3);
    assert_eq!(written.len(), lines.len());
    for (written, line) in written.iter().zip(&lines) {
        assert_eq!(written.replace(":.*", ""), line.path);
    }
}
