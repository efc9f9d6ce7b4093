//! Shares the queue out: some messages at a time on their way, more of them at hand while the server is quick.
use std::{collections::VecDeque, future::pending, rc::Rc, time::Duration};

use actix_web::web::Data;
use tokio::{
    task::{JoinHandle, JoinSet, spawn_local},
    time::{self, Instant},
};

use super::{
    Stop,
    attempt::{self, Done},
    compose::compose_all,
    copies,
    ledger::Ledger,
    routes::routes,
};
use crate::{
    app::App,
    domain::delivery::{self, Claimed},
    error::Result,
};

/// So many messages are on their way at a time; mail servers want few connections.
const LANES: usize = 4;
/// So many are claimed at once while the server is quick.
const MOST_AT_HAND: usize = 64;
/// A server that takes longer for a message is given no more than it can take at once.
const SLOW: Duration = Duration::from_secs(5);
/// How long a message may be overlooked that another process queued.
const ROUND: Duration = Duration::from_secs(5);
/// Even when something is due: it may wait behind another message to the same person, or for the mail server.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

/// Delivers until it is asked to stop, and then ends what is on its way.
pub(super) async fn run(app: Data<App>, mut stop: Stop) {
    let mut desk = Desk::new(app.clone(), stop.clone());
    loop {
        desk.fill_lanes();
        let pause = desk.look_for_more().await;
        tokio::select! {
            Some(done) = desk.lanes.join_next() => desk.note(done.ok()).await,
            // Something may have waited behind this message.
            Some(_) = desk.records.join_next() => desk.is_asked_for_more = true,
            claimed = fetched(&mut desk.fetch) => desk.put_at_hand(claimed).await,
            () = app.wake.notified(), if desk.is_idle() => desk.is_asked_for_more = true,
            () = time::sleep(pause), if desk.is_idle() => desk.is_asked_for_more = true,
            () = stop.asked() => break,
        }
        for relay in app.mailer.relays() {
            relay.close_stale().await;
        }
    }
    desk.clear().await;
}

/// A message that went over a lane, and whether the server was quick about it.
struct Ride {
    done: Done,
    is_quick: bool,
}

type Fetched = Result<Vec<Claimed>>;

struct Desk {
    app: Data<App>,
    stop: Stop,
    ledger: Rc<Ledger>,
    lanes: JoinSet<Ride>,
    /// What came of messages, being written while their lanes go on. Whoever is next on a lane waits for the ledger
    /// behind the one before, so that no more messages are open than there are lanes.
    records: JoinSet<()>,
    at_hand: VecDeque<Claimed>,
    /// The next messages, being claimed and composed.
    fetch: Option<JoinHandle<Fetched>>,
    /// Was it begun before the server failed or was slow?
    is_fetch_outdated: bool,
    /// How many to claim at once.
    batch: usize,
    /// May there be more in the queue than was claimed last?
    is_asked_for_more: bool,
    is_away: bool,
}

impl Desk {
    fn new(app: Data<App>, stop: Stop) -> Self {
        Self {
            app,
            stop,
            ledger: Rc::default(),
            lanes: JoinSet::new(),
            records: JoinSet::new(),
            at_hand: VecDeque::new(),
            fetch: None,
            is_fetch_outdated: false,
            batch: LANES,
            is_asked_for_more: true,
            is_away: false,
        }
    }

    fn is_idle(&self) -> bool {
        self.fetch.is_none() && self.at_hand.is_empty() && self.lanes.len() < LANES
    }

    fn fill_lanes(&mut self) {
        while self.lanes.len() < LANES {
            let Some(claimed) = self.at_hand.pop_front() else {
                return;
            };
            let (app, ledger) = (self.app.clone(), Rc::clone(&self.ledger));
            let stop = self.stop.clone();
            self.lanes.spawn_local(async move {
                let begun = Instant::now();
                let done = attempt::deliver(&app, &ledger, claimed, stop).await;
                Ride {
                    is_quick: done.server_goes_on() && begun.elapsed() < SLOW,
                    done,
                }
            });
        }
    }

    /// Begins to claim the next messages when few are at hand; answers with how long there will be nothing to do.
    async fn look_for_more(&mut self) -> Duration {
        let wanted = self.wanted();
        if self.is_asked_for_more && self.fetch.is_none() && wanted > 0 {
            self.is_asked_for_more = false;
            let (app, ledger) = (self.app.clone(), Rc::clone(&self.ledger));
            let stop = self.stop.clone();
            self.fetch = Some(spawn_local(async move {
                let now = app.clock.now();
                let claimed = delivery::claim(&app.db, &routes(&app), wanted as u64, now).await?;
                copies::print_waiting(&app).await;
                Ok(compose_all(&app, &ledger, claimed, &stop).await)
            }));
        }
        match self.is_idle() {
            true => until_next_due(&self.app).await,
            false => ROUND,
        }
    }

    /// How many to claim: as many as have a lane, until it is known that the server is quick.
    fn wanted(&self) -> usize {
        match self.batch {
            LANES => LANES.saturating_sub(self.lanes.len() + self.at_hand.len()),
            batch if self.at_hand.len() < batch => batch,
            _ => 0,
        }
    }

    async fn put_at_hand(&mut self, fetched: Fetched) {
        self.fetch = None;
        let is_outdated = std::mem::take(&mut self.is_fetch_outdated);
        match fetched {
            Ok(claimed) => {
                self.is_away = false;
                self.is_asked_for_more = !claimed.is_empty();
                if claimed.len() >= self.batch {
                    self.batch = (self.batch * 2).min(MOST_AT_HAND);
                }
                self.at_hand.extend(claimed);
                if is_outdated {
                    self.batch = LANES;
                    self.give_back().await;
                }
            }
            Err(error) => {
                if !self.is_away {
                    tracing::error!(%error, "The queue of e-mails cannot be read; trying again until it can");
                }
                self.is_away = true;
            }
        }
    }

    /// A lane is free again. When the server fails or is slow, what is at hand goes back into the queue.
    async fn note(&mut self, ride: Option<Ride>) {
        let is_quick = ride.as_ref().is_some_and(|ride| ride.is_quick);
        if let Some(Ride { done, .. }) = ride {
            let (app, ledger) = (self.app.clone(), Rc::clone(&self.ledger));
            let stop = self.stop.clone();
            let recording = async move { attempt::record(&app, &ledger, done, stop).await };
            self.records.spawn_local(recording);
        }
        if !is_quick {
            self.batch = LANES;
            self.is_fetch_outdated = self.fetch.is_some();
            self.give_back().await;
        }
    }

    async fn give_back(&mut self) {
        let unsent: Vec<_> = self.at_hand.drain(..).collect();
        if unsent.is_empty() {
            return;
        }
        if let Err(error) = delivery::release(&self.app.db, &unsent).await {
            tracing::warn!(%error, "Unsent e-mails could not be given back; they are taken up when their claim runs out");
        }
    }

    async fn clear(mut self) {
        if let Some(fetch) = self.fetch.take()
            && let Ok(Ok(claimed)) = fetch.await
        {
            self.at_hand.extend(claimed);
        }
        self.give_back().await;
        while let Some(ride) = self.lanes.join_next().await {
            self.note(ride.ok()).await;
        }
        while self.records.join_next().await.is_some() {}
    }
}

/// What was claimed; never, while nothing is being claimed.
async fn fetched(fetch: &mut Option<JoinHandle<Fetched>>) -> Fetched {
    match fetch {
        Some(handle) => handle.await.unwrap_or_else(|_| Ok(Vec::new())),
        None => pending().await,
    }
}

async fn until_next_due(app: &App) -> Duration {
    let due = delivery::next_due(&app.db).await.ok().flatten();
    let own = app.clock.now();
    let now = app.db.shared_now(own).await.unwrap_or(own);
    let pause = due.and_then(|due| (due - now).to_std().ok());
    match due {
        Some(_) => pause.unwrap_or_default().clamp(SHORTEST_PAUSE, ROUND),
        None => ROUND,
    }
}
