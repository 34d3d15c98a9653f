//! Threads that answer requests. A panic in one is an error reply, and the thread goes on.

use super::{Refusal, Row, View};
use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::RequestId;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

/// How many requests are answered at once.
const THREADS: usize = 2;

/// A request that can be answered.
pub(super) struct Question {
    pub id: RequestId,
    pub row: &'static Row,
    pub parameters: Value,
    pub view: View,
}

/// A request that was.
pub(super) struct Answer {
    pub id: RequestId,
    pub answer: Result<Value, Refusal>,
}

/// Starts the threads. They end when the sender of questions is gone.
pub(super) fn start() -> (Sender<Question>, Receiver<Answer>, Vec<JoinHandle<()>>) {
    let (ask, questions) = unbounded();
    let (answered, answers) = unbounded();
    let threads = (0..THREADS).map(|_| {
        let (questions, answered) = (questions.clone(), answered.clone());
        thread::spawn(move || answer_all(&questions, &answered))
    });
    (ask, answers, threads.collect())
}

fn answer_all(questions: &Receiver<Question>, answered: &Sender<Answer>) {
    for Question { id, row, parameters, view } in questions {
        // What a panic leaves behind is thrown away: the view is read only, and no other request sees it half done.
        let answer = catch_unwind(AssertUnwindSafe(|| (row.answer)(&view, parameters)))
            .unwrap_or_else(|_| Err(Refusal::broken(row.method)));
        if answered.send(Answer { id, answer }).is_err() {
            return;
        }
    }
}
