//! Turns to evaluate text: a bounded number at a time, shared fairly by clients.
//!
//! Evaluating text can take seconds, and the threads that serve streams must not do it for so long. So it runs on other threads, of which a
//! bounded number run at a time. An evaluation pauses between slices of its text, and a paused one waits like a new one: the next turn goes to
//! the client that has waited longest for one. However much text a client sends, it gets the time of one client.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::clients::Client;

/// The time for which an evaluation runs before it pauses for others.
const SLICE: Duration = Duration::from_millis(2);

/// The number of evaluations, besides those that run, that may have begun and be paused. Each has a thread and the memory of its text.
const PAUSED: usize = 8;

thread_local! {
    /// The turn of the evaluation on this thread.
    static CURRENT: RefCell<Option<Turn>> = const { RefCell::new(None) };
}

/// All turns.
#[derive(Debug)]
pub(crate) struct Turns {
    /// The number of evaluations that run at a time.
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// The evaluations that have begun, by client.
    begun: HashMap<Client, usize>,
    /// The clients that wait, the one that has waited longest for a turn first.
    queue: VecDeque<(Client, Waiting)>,
}

/// The evaluations of one client that wait.
#[derive(Debug, Default)]
struct Waiting {
    paused: VecDeque<oneshot::Sender<()>>,
    new: VecDeque<oneshot::Sender<Turn>>,
}

impl Turns {
    /// Allows `limit` evaluations to run at a time.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), state: Mutex::default() }
    }

    /// Waits for the turn of a new evaluation.
    pub(crate) async fn wait(self: &Arc<Self>, client: Client) -> Option<Turn> {
        self.line_up(client).await.ok()
    }

    fn line_up(self: &Arc<Self>, client: Client) -> oneshot::Receiver<Turn> {
        let (granted, turn) = oneshot::channel();
        let mut state = self.lock();
        state.waiting(client).new.push_back(granted);
        self.grant(&mut state);
        turn
    }

    /// Returns the number of evaluations that wait or are paused.
    pub(crate) fn waiting(&self) -> usize {
        self.lock().queue.iter().map(|(_, waiting)| waiting.paused.len() + waiting.new.len()).sum()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grants turns while there are any.
    fn grant(self: &Arc<Self>, state: &mut State) {
        while state.running < self.limit {
            let has_room = state.begun.values().sum::<usize>() < self.limit + PAUSED;
            // A client may run as many as run at a time, and more only after these, so that a few have the memory of an evaluation.
            let may_begin = |client: &Client| has_room && state.begun.get(client).copied().unwrap_or(0) < self.limit;
            let can_run = |(client, waiting): &(Client, Waiting)| {
                !waiting.paused.is_empty() || (!waiting.new.is_empty() && may_begin(client))
            };
            let Some((client, mut waiting)) =
                state.queue.iter().position(can_run).and_then(|at| state.queue.remove(at))
            else {
                return;
            };
            if let Some(paused) = waiting.paused.pop_front() {
                state.running += usize::from(paused.send(()).is_ok());
            } else if let Some(new) = waiting.new.pop_front() {
                let turn = Turn { turns: Some(Arc::clone(self)), client, since: Instant::now() };
                match new.send(turn) {
                    Ok(()) => {
                        state.running += 1;
                        *state.begun.entry(client).or_default() += 1;
                    }
                    // Its call has ended meanwhile.
                    Err(mut turn) => turn.turns = None,
                }
            }
            if !waiting.paused.is_empty() || !waiting.new.is_empty() {
                state.queue.push_back((client, waiting));
            }
        }
    }
}

impl State {
    /// Returns what waits of a client. One that does not wait yet comes last.
    fn waiting(&mut self, client: Client) -> &mut Waiting {
        let at = self.queue.iter().position(|(other, _)| *other == client).unwrap_or_else(|| {
            self.queue.push_back((client, Waiting::default()));
            self.queue.len() - 1
        });
        &mut self.queue[at].1
    }
}

/// The turn of an evaluation, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    /// `None` if it was not granted after all.
    turns: Option<Arc<Turns>>,
    client: Client,
    since: Instant,
}

impl Turn {
    /// Runs `evaluate`, which calls [`pause`] now and then. It must run on a thread that may block.
    pub(crate) fn during<T>(self, evaluate: impl FnOnce() -> T) -> T {
        /// Ends the turn, after a panic too.
        struct End;

        impl Drop for End {
            fn drop(&mut self) {
                drop(CURRENT.take());
            }
        }

        CURRENT.set(Some(self));
        let _end = End;
        evaluate()
    }

    /// Waits for the next turn if this one has lasted long enough and others wait.
    fn pause(&mut self) {
        let Some(turns) = self.turns.as_ref().filter(|_| self.since.elapsed() >= SLICE) else { return };
        let mut state = turns.lock();
        if !state.queue.is_empty() {
            let (granted, again) = oneshot::channel();
            state.running = state.running.saturating_sub(1);
            state.waiting(self.client).paused.push_back(granted);
            turns.grant(&mut state);
            drop(state);
            let _ = again.blocking_recv();
        }
        self.since = Instant::now();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.turns.take() else { return };
        let mut state = turns.lock();
        state.running = state.running.saturating_sub(1);
        if let Some(begun) = state.begun.get_mut(&self.client) {
            *begun = begun.saturating_sub(1);
            if *begun == 0 {
                state.begun.remove(&self.client);
            }
        }
        turns.grant(&mut state);
    }
}

/// Pauses the evaluation on this thread if others wait. Without a turn it returns at once.
pub(crate) fn pause() {
    CURRENT.with_borrow_mut(|turn| {
        if let Some(turn) = turn {
            turn.pause();
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};

    use super::{SLICE, Turns, pause};
    use crate::clients::Client;

    /// Does the work of some slices, and records each.
    fn work(slices: usize, name: &'static str, log: &Mutex<Vec<&'static str>>) {
        for _ in 0..slices {
            let end = Instant::now() + SLICE + Duration::from_millis(1);
            while Instant::now() < end {}
            log.lock().unwrap().push(name);
            pause();
        }
    }

    /// A client with much text, and one whose short text comes last.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_client_with_many_texts_does_not_delay_another() {
        let turns = Arc::new(Turns::new(1));
        let log = Arc::new(Mutex::new(Vec::new()));
        let hostile: Vec<_> = (0..5)
            .map(|_| {
                let (turns, log) = (Arc::clone(&turns), Arc::clone(&log));
                tokio::spawn(async move {
                    let turn = turns.wait(Client::Key(0)).await.unwrap();
                    tokio::task::block_in_place(|| turn.during(|| work(20, "hostile", &log)));
                })
            })
            .collect();
        while log.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        let turn = turns.wait(Client::Key(1)).await.unwrap();
        let before = log.lock().unwrap().len();
        tokio::task::block_in_place(|| turn.during(|| work(3, "short", &log)));
        for task in hostile {
            task.await.unwrap();
        }
        let log = log.lock().unwrap();
        assert_eq!(log.len(), 5 * 20 + 3);
        let last = log.iter().rposition(|name| *name == "short").unwrap();
        assert!(last - before <= 2 * 3 + 2, "every other slice is its own: {last} {before} {log:?}");
        let state = turns.lock();
        assert_eq!((state.queue.len(), state.running, state.begun.len()), (0, 0, 0));
    }

    #[tokio::test]
    async fn a_call_that_ended_while_it_waited_takes_no_turn() {
        let turns = Arc::new(Turns::new(1));
        let first = turns.wait(Client::Key(0)).await;
        let mut second = Box::pin(turns.wait(Client::Key(1)));
        assert!(futures_poll(&mut second).is_none());
        assert_eq!(turns.waiting(), 1);
        drop(second);
        drop(first);
        assert!(turns.wait(Client::Key(2)).await.is_some());
        assert_eq!(turns.waiting(), 0);
    }

    /// Polls a future once.
    fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::Pin::new(future).poll(&mut cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_panic_ends_the_turn() {
        let turns = Arc::new(Turns::new(1));
        let turn = turns.wait(Client::Key(0)).await.unwrap();
        assert!(crate::contain::catch(|| turn.during(|| panic!("evaluated"))).is_err());
        assert!(turns.wait(Client::Key(0)).await.is_some());
    }
}
