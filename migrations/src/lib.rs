//! The schema, in steps.
pub use sea_orm_migration::prelude::*;

mod m20261121_000001_create_companies;
mod m20261121_000002_create_users;
mod m20261121_000003_create_jobs;
mod m20261121_000004_create_candidates;
mod m20261121_000005_create_slots;
mod m20261121_000006_create_interviews;
mod m20261121_000007_create_emails;
mod m20261121_000008_create_actions;
mod m20261121_000009_create_guards;
mod m20261121_000010_create_candidate_words;
mod m20261121_000011_tell_every_change;
mod m20261125_000012_keep_transcripts;
mod m20261125_000013_create_transports;
mod m20261125_000014_widen_log;
mod m20261125_000015_tell_another_way;
mod m20261125_000016_keep_bounces;
mod m20261125_000017_create_mail_checks;
mod m20261125_000018_keep_own_words;
mod m20261129_000019_create_write_checks;
mod m20261129_000020_mark_changed_zones;
mod m20261129_000022_print_copies_once;
mod m20261129_000023_find_wrong_clocks;
mod m20261129_000024_count_versions;
mod m20261129_000025_create_mail_text_versions;
mod m20261129_000027_keep_answers;
mod m20261129_000029_create_known_devices;
mod m20261129_000030_revoke_tokens_of_disabled_users;
mod m20261129_000031_create_unsent_forms;
mod m20261129_000032_keep_what_came_back;
mod m20261129_000034_index_actions;
mod m20261129_000035_limit_emails_to_one_address;
mod m20261129_000036_find_urgent_emails;
mod m20261129_000037_add_interviewers;
mod m20261129_000041_mail_anybody;
mod m20261129_000050_create_mail_tokens;
mod m20261129_000060_know_deliveries;
mod m20261129_000061_keep_good_news;
mod m20261129_000062_ask_for_reports;
mod m20261129_000063_know_complaints;
mod m20261129_000064_create_provider_events;
mod m20261129_000065_create_provider_hooks;
mod m20261129_000066_keep_early_reports;
mod m20261129_000067_know_sign_ins;
mod m20261129_000068_find_troubles;
mod m20261129_000070_put_interviewers_on_slots;
mod m20261129_000071_refuse_overlaps;
mod m20261129_000072_end_interviews;
mod m20261129_000073_give_reasons;
mod m20261129_000074_know_first_bookings;
mod m20261129_000077_create_series;
mod m20261129_000078_know_booked_slots;
mod m20261129_000082_create_batches;
mod m20261129_000087_mail_users_in_their_language;
mod m20261129_000088_note_for_interviewers;
mod m20261129_000089_create_feeds;
mod m20261129_000090_read_own_calendars;
mod m20261129_000091_know_working_hours;
mod m20261129_000094_know_who_attends;
mod m20261130_000083_keep_holidays;
mod m20261130_000098_count_quickly;
mod m20261130_000100_know_slots_booked_before;
mod m20261130_000101_know_who_cannot_get_in;
mod m20261130_000102_phone_for_candidates;
mod m20261130_000105_keep_replies;
mod m20261130_000110_keep_short_links;
mod m20261130_000111_know_answers;
mod m20261130_000112_create_offers;
mod m20261130_000113_keep_device_checks;
mod m20261130_000114_keep_accommodations;
mod m20261130_000115_policy_for_candidates;
mod m20261130_000116_know_moves;
mod schema_text;

/// Every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_companies::Migration),
            Box::new(m20261121_000002_create_users::Migration),
            Box::new(m20261121_000003_create_jobs::Migration),
            Box::new(m20261121_000004_create_candidates::Migration),
            Box::new(m20261121_000005_create_slots::Migration),
            Box::new(m20261121_000006_create_interviews::Migration),
            Box::new(m20261121_000007_create_emails::Migration),
            Box::new(m20261121_000008_create_actions::Migration),
            Box::new(m20261121_000009_create_guards::Migration),
            Box::new(m20261121_000010_create_candidate_words::Migration),
            Box::new(m20261121_000011_tell_every_change::Migration),
            Box::new(m20261125_000012_keep_transcripts::Migration),
            Box::new(m20261125_000013_create_transports::Migration),
            Box::new(m20261125_000014_widen_log::Migration),
            Box::new(m20261125_000015_tell_another_way::Migration),
            Box::new(m20261125_000016_keep_bounces::Migration),
            Box::new(m20261125_000017_create_mail_checks::Migration),
            Box::new(m20261125_000018_keep_own_words::Migration),
            Box::new(m20261129_000019_create_write_checks::Migration),
            Box::new(m20261129_000020_mark_changed_zones::Migration),
            Box::new(m20261129_000022_print_copies_once::Migration),
            Box::new(m20261129_000023_find_wrong_clocks::Migration),
            Box::new(m20261129_000024_count_versions::Migration),
            Box::new(m20261129_000025_create_mail_text_versions::Migration),
            Box::new(m20261129_000027_keep_answers::Migration),
            Box::new(m20261129_000029_create_known_devices::Migration),
            Box::new(m20261129_000030_revoke_tokens_of_disabled_users::Migration),
            Box::new(m20261129_000031_create_unsent_forms::Migration),
            Box::new(m20261129_000032_keep_what_came_back::Migration),
            Box::new(m20261129_000034_index_actions::Migration),
            Box::new(m20261129_000035_limit_emails_to_one_address::Migration),
            Box::new(m20261129_000036_find_urgent_emails::Migration),
            Box::new(m20261129_000037_add_interviewers::Migration),
            Box::new(m20261129_000041_mail_anybody::Migration),
            Box::new(m20261129_000050_create_mail_tokens::Migration),
            Box::new(m20261129_000060_know_deliveries::Migration),
            Box::new(m20261129_000061_keep_good_news::Migration),
            Box::new(m20261129_000062_ask_for_reports::Migration),
            Box::new(m20261129_000063_know_complaints::Migration),
            Box::new(m20261129_000064_create_provider_events::Migration),
            Box::new(m20261129_000065_create_provider_hooks::Migration),
            Box::new(m20261129_000066_keep_early_reports::Migration),
            Box::new(m20261129_000067_know_sign_ins::Migration),
            Box::new(m20261129_000068_find_troubles::Migration),
            Box::new(m20261129_000070_put_interviewers_on_slots::Migration),
            Box::new(m20261129_000071_refuse_overlaps::Migration),
            Box::new(m20261129_000072_end_interviews::Migration),
            Box::new(m20261129_000073_give_reasons::Migration),
            Box::new(m20261129_000074_know_first_bookings::Migration),
            Box::new(m20261129_000077_create_series::Migration),
            Box::new(m20261129_000078_know_booked_slots::Migration),
            Box::new(m20261129_000082_create_batches::Migration),
            Box::new(m20261129_000087_mail_users_in_their_language::Migration),
            Box::new(m20261129_000088_note_for_interviewers::Migration),
            Box::new(m20261129_000089_create_feeds::Migration),
            Box::new(m20261129_000090_read_own_calendars::Migration),
            Box::new(m20261129_000091_know_working_hours::Migration),
            Box::new(m20261129_000094_know_who_attends::Migration),
            Box::new(m20261130_000083_keep_holidays::Migration),
            Box::new(m20261130_000098_count_quickly::Migration),
            Box::new(m20261130_000100_know_slots_booked_before::Migration),
            Box::new(m20261130_000101_know_who_cannot_get_in::Migration),
            Box::new(m20261130_000102_phone_for_candidates::Migration),
            Box::new(m20261130_000105_keep_replies::Migration),
            Box::new(m20261130_000110_keep_short_links::Migration),
            Box::new(m20261130_000111_know_answers::Migration),
            Box::new(m20261130_000112_create_offers::Migration),
            Box::new(m20261130_000113_keep_device_checks::Migration),
            Box::new(m20261130_000114_keep_accommodations::Migration),
            Box::new(m20261130_000115_policy_for_candidates::Migration),
            Box::new(m20261130_000116_know_moves::Migration),
        ]
    }
}
