//! The dispatcher: some messages in flight at a time, more of them prefetched while the server is quick.
use std::{collections::VecDeque, future::pending, rc::Rc, time::Duration};

use actix_web::web::Data;
use tokio::{
    task::{JoinHandle, JoinSet, spawn_local},
    time::{self, Instant},
};

use super::{
    Stop, attempt,
    batch_writer::BatchWriter,
    compose::compose_all,
    copies,
    record::{self, Done},
    relays::routes,
};
use crate::{
    app::App,
    domain::delivery::{self, Claimed},
    error::Result,
};

/// So many messages are in flight at a time; mail servers want few connections.
const MOST_IN_FLIGHT: usize = 4;
/// So many are claimed at once while the server is quick.
const MOST_PREFETCHED: usize = 64;
/// A server that takes longer for a message is given no more than it can take at once.
const SLOW: Duration = Duration::from_secs(5);
/// How long a message may be overlooked that another process queued.
const ROUND: Duration = Duration::from_secs(5);
/// What is over is looked for so often: a message that is to leave waits for no such look.
const THOROUGH: Duration = Duration::from_secs(1);
/// Even when something is due: it may wait behind another message to the same person, or for the mail server.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

/// Delivers until it is asked to stop, and then ends what is on its way.
pub(super) async fn run(app: Data<App>, mut stop: Stop) {
    let mut dispatcher = Dispatcher::new(app.clone(), stop.clone());
    loop {
        dispatcher.start_deliveries();
        let pause = dispatcher.look_for_more().await;
        tokio::select! {
            Some(done) = dispatcher.in_flight.join_next() => dispatcher.note(done.ok()).await,
            // Something may have waited behind this message.
            Some(_) = dispatcher.records.join_next() => dispatcher.is_asked_for_more = true,
            claimed = fetched(&mut dispatcher.fetch) => dispatcher.take_in(claimed).await,
            () = app.wake.notified(), if dispatcher.is_idle() => dispatcher.is_asked_for_more = true,
            () = time::sleep(pause), if dispatcher.is_idle() => dispatcher.is_asked_for_more = true,
            () = stop.asked() => break,
        }
        for relay in app.mailer.relays() {
            relay.close_stale().await;
        }
    }
    dispatcher.clear().await;
}

/// A message that was in flight, and whether the server was quick about it.
struct Delivery {
    done: Done,
    is_quick: bool,
}

type Fetched = Result<Vec<Claimed>>;

struct Dispatcher {
    app: Data<App>,
    stop: Stop,
    writer: Rc<BatchWriter>,
    in_flight: JoinSet<Delivery>,
    /// What came of messages, being written while others are delivered. Whoever comes next waits for the writer
    /// behind the one before, so that no more than `MOST_IN_FLIGHT` messages are open.
    records: JoinSet<()>,
    prefetched: VecDeque<Claimed>,
    /// The next messages, being claimed and composed.
    fetch: Option<JoinHandle<Fetched>>,
    /// Was it begun before the server failed or was slow?
    is_fetch_outdated: bool,
    /// When it looked last for what is over.
    tidied_at: Option<Instant>,
    /// How many to claim at once.
    batch: usize,
    /// May there be more in the queue than was claimed last?
    is_asked_for_more: bool,
    is_away: bool,
}

impl Dispatcher {
    fn new(app: Data<App>, stop: Stop) -> Self {
        Self {
            app,
            stop,
            writer: Rc::default(),
            in_flight: JoinSet::new(),
            records: JoinSet::new(),
            prefetched: VecDeque::new(),
            fetch: None,
            tidied_at: None,
            is_fetch_outdated: false,
            batch: MOST_IN_FLIGHT,
            is_asked_for_more: true,
            is_away: false,
        }
    }

    fn is_idle(&self) -> bool {
        self.fetch.is_none() && self.prefetched.is_empty() && self.in_flight.len() < MOST_IN_FLIGHT
    }

    fn start_deliveries(&mut self) {
        while self.in_flight.len() < MOST_IN_FLIGHT {
            let Some(claimed) = self.prefetched.pop_front() else {
                return;
            };
            let (app, writer) = (self.app.clone(), Rc::clone(&self.writer));
            let stop = self.stop.clone();
            self.in_flight.spawn_local(async move {
                let begun = Instant::now();
                let done = attempt::deliver(&app, &writer, claimed, stop).await;
                Delivery {
                    is_quick: done.server_goes_on() && begun.elapsed() < SLOW,
                    done,
                }
            });
        }
    }

    /// Begins to claim the next messages when few are prefetched; answers with how long there will be nothing to do.
    async fn look_for_more(&mut self) -> Duration {
        let wanted = self.wanted();
        if self.is_asked_for_more && self.fetch.is_none() && wanted > 0 {
            self.is_asked_for_more = false;
            let (app, writer) = (self.app.clone(), Rc::clone(&self.writer));
            let stop = self.stop.clone();
            let is_tidy = self.tidied_at.is_some_and(|at| at.elapsed() < THOROUGH);
            if !is_tidy {
                self.tidied_at = Some(Instant::now());
            }
            self.fetch = Some(spawn_local(async move {
                let (routes, limit, now) = (routes(&app), wanted as u64, app.clock.now());
                let claimed = match is_tidy {
                    true => delivery::claim_more(&app.db, &routes, limit, now).await?,
                    false => delivery::claim(&app.db, &routes, limit, now).await?,
                };
                copies::print_waiting(&app).await;
                Ok(compose_all(&app, &writer, claimed, &stop).await)
            }));
        }
        match self.is_idle() {
            true => until_next_due(&self.app).await,
            false => ROUND,
        }
    }

    /// How many to claim: as many as may be in flight, until it is known that the server is quick.
    fn wanted(&self) -> usize {
        match self.batch {
            MOST_IN_FLIGHT => {
                MOST_IN_FLIGHT.saturating_sub(self.in_flight.len() + self.prefetched.len())
            }
            batch if self.prefetched.len() < batch => batch,
            _ => 0,
        }
    }

    async fn take_in(&mut self, fetched: Fetched) {
        self.fetch = None;
        let is_outdated = std::mem::take(&mut self.is_fetch_outdated);
        match fetched {
            Ok(claimed) => {
                self.is_away = false;
                self.is_asked_for_more = !claimed.is_empty();
                if claimed.len() >= self.batch {
                    self.batch = (self.batch * 2).min(MOST_PREFETCHED);
                }
                self.prefetched.extend(claimed);
                if is_outdated {
                    self.batch = MOST_IN_FLIGHT;
                    self.give_back().await;
                }
            }
            Err(error) => {
                self.tidied_at = None;
                if !self.is_away {
                    tracing::error!(%error, "The email queue can't be read; retrying until it can");
                }
                self.is_away = true;
            }
        }
    }

    /// A message is no longer in flight. When the server fails or is slow, what is prefetched goes back into the queue.
    async fn note(&mut self, delivery: Option<Delivery>) {
        let is_quick = delivery.as_ref().is_some_and(|delivery| delivery.is_quick);
        if let Some(Delivery { done, .. }) = delivery {
            let (app, writer) = (self.app.clone(), Rc::clone(&self.writer));
            let stop = self.stop.clone();
            let recording = async move { record::record(&app, &writer, done, stop).await };
            self.records.spawn_local(recording);
        }
        if !is_quick {
            self.batch = MOST_IN_FLIGHT;
            self.is_fetch_outdated = self.fetch.is_some();
            self.give_back().await;
        }
    }

    async fn give_back(&mut self) {
        let unsent: Vec<_> = self.prefetched.drain(..).collect();
        if unsent.is_empty() {
            return;
        }
        if let Err(error) = delivery::release(&self.app.db, &unsent, self.app.clock.now()).await {
            tracing::warn!(%error, "Unsent emails could not be released; they are taken up when their claim expires");
        }
    }

    async fn clear(mut self) {
        if let Some(fetch) = self.fetch.take()
            && let Ok(Ok(claimed)) = fetch.await
        {
            self.prefetched.extend(claimed);
        }
        self.give_back().await;
        while let Some(delivery) = self.in_flight.join_next().await {
            self.note(delivery.ok()).await;
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
