//! The delivery log as a table to download.
use chrono::TimeDelta;
use entity::email::{self, Status};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    delivery_log::{booked, copy, put},
    support::{TestApp, builders},
};

#[actix_web::test]
async fn what_the_filters_show_can_be_downloaded() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (first, second) = (booked(&app).await, booked(&app).await);
    put(&app, second.email.id, Status::Failed).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/emails?status=failed").await;
    let link = page.attribute("a[href^='/emails.csv']", "href");
    assert_eq!(link, "/emails.csv?status=failed");
    let table = rita.get(&link).await;
    assert_eq!(table.status, 200);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let disposition = table.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"delivery-log.csv\"");
    assert_eq!(table.header("cache-control"), "no-store");
    let lines = lines(&table.text);
    assert_eq!(lines.len(), 2);
    // Without the mark at the beginning, Excel takes it for another encoding.
    assert!(lines[0].starts_with("\u{feff}Message,Queued (UTC),Kind,State,Reason,Name,Address,"));
    let id = second.email.id;
    let line = format!("{id},2027-01-04T08:00:00Z,Invitation,Not delivered,,Zoë Núñez,");
    assert!(lines[1].starts_with(&line), "{}", lines[1]);
    assert!(lines[1].contains(&second.email.recipient));
    let all = rita.get("/emails.csv").await.text;
    assert!(all.contains(&first.email.recipient));
}

#[actix_web::test]
async fn a_long_log_is_downloaded_whole_and_in_order() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    copy(&app, &booked.email, 1200).await;
    let mut rita = app.recruiter().await;
    let table = rita.get("/emails.csv").await.text;
    let ids: Vec<i64> = lines(&table)[1..]
        .iter()
        .map(|line| {
            line.split(',')
                .next()
                .expect("a cell")
                .parse()
                .expect("a key")
        })
        .collect();
    assert_eq!(ids.len(), 1201);
    let mut expected = ids.clone();
    expected.sort_by_key(|id| std::cmp::Reverse(*id));
    assert_eq!(ids, expected, "newest first, nothing twice");
    let address = &booked.email.recipient;
    let same = rita
        .get(&format!("/emails.csv?recipient={address}"))
        .await
        .text;
    assert_eq!(same, table);
}

#[actix_web::test]
async fn no_cell_is_a_formula_whatever_people_typed() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    builders::write(&app, async |txn| {
        email::Entity::update_many()
            .col_expr(
                email::Column::RecipientName,
                Expr::value("=HYPERLINK(\"https://evil.example\",\"x\")"),
            )
            .col_expr(
                email::Column::Subject,
                Expr::value("Two\nlines, and a comma"),
            )
            .filter(email::COLUMN.id.eq(booked.email.id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    let table = app.recruiter().await.get("/emails.csv").await.text;
    let name = ",\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\",";
    assert!(table.contains(name), "{table}");
    assert!(table.contains(",\"Two\nlines, and a comma\","), "{table}");
}

#[actix_web::test]
async fn another_companys_log_is_not_in_it() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    booked(&app).await;
    let mut other = app.other_company().await;
    assert_eq!(lines(&other.get("/emails.csv").await.text).len(), 1);
}

#[actix_web::test]
async fn filters_that_cannot_be_read_lead_to_the_list_that_says_why() {
    let app = TestApp::start().await;
    app.advance(TimeDelta::seconds(1));
    let mut rita = app.recruiter().await;
    let answer = rita.get("/emails.csv?status=sent").await;
    assert_eq!(
        (answer.status, answer.location.as_str()),
        (303, "/emails?status=sent")
    );
    assert_eq!(rita.get(&answer.location).await.status, 422);
}

fn lines(table: &str) -> Vec<&str> {
    assert!(table.ends_with("\r\n"));
    table.split_terminator("\r\n").collect()
}
