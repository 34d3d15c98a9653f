//! The one loop that owns what changes: documents, readings, and the requests that wait.

use super::answers::{self, Answer, Question};
use super::checks::{self, Reading, Wish};
use super::client::{self, Client, folder_of};
use super::documents::Documents;
use super::reply::{Refusal, response};
use super::snapshot::{Agreed, Findings};
use super::{Row, Snapshot, View, uri, workspace};
use crate::diag::Habit;
use crate::world::World;
use crossbeam_channel::{Receiver, Sender, select};
use gen_lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, InitializeParams, PublishDiagnosticsParams, Uri,
};
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a server is given besides its client.
pub struct Setup {
    /// Files, clock and environment: the clock must go on.
    pub world: Arc<dyn World + Send + Sync>,
    /// The folder that holds the library (`std/tiers.ops`) and the pages about findings (`rules/NAME.md`) as files to look
    /// at; nothing where they were not laid out.
    pub manual: Option<String>,
    /// Which findings speak.
    pub habit: Habit,
    /// The requests it answers.
    pub features: &'static [Row],
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As the protocol wants it: `shutdown`, then `exit`.
    Orderly,
    /// `exit` without `shutdown`, or the client was gone.
    Abrupt,
}

/// Serves one client until it goes.
pub fn serve(connection: &Connection, setup: Setup) -> Ending {
    let Some(client) = greet(connection, setup.features) else { return Ending::Abrupt };
    let agreed = Agreed { encoding: client.encoding, shows: client.shows, manual: setup.manual };
    let (wish, readings, reader) = checks::start(setup.world.clone(), setup.habit, agreed.clone());
    let (ask, answers, answerers) = answers::start();
    let mut server = Server {
        out: connection.sender.clone(),
        world: setup.world,
        features: setup.features,
        agreed,
        folders: client.folders.clone(),
        documents: Documents::default(),
        generation: 0,
        asked: BTreeMap::new(),
        homes: BTreeMap::new(),
        readings: BTreeMap::new(),
        waiting: Vec::new(),
        running: BTreeSet::new(),
        published: BTreeMap::new(),
        is_shutting_down: false,
        wish,
        ask,
    };
    if client.watches {
        server.send_request("client/registerCapability", client::watch());
    }
    server.settle();
    let ending = server.run(&connection.receiver, &readings, &answers);
    // With their senders gone the threads end once they are done with what they have at hand.
    drop(server);
    drop((readings, answers));
    for thread in answerers.into_iter().chain([reader]) {
        // A thread that ended by a panic has nothing left to say.
        drop(thread.join());
    }
    ending
}

/// The handshake; nothing where the client goes away before it is through.
fn greet(connection: &Connection, features: &[Row]) -> Option<Client> {
    let (id, parameters) = connection.initialize_start().ok()?;
    let parameters: InitializeParams = serde_json::from_value(parameters).unwrap_or_default();
    let client = Client::of(&parameters);
    let greeting = serde_json::to_value(client::greeting(&client, features)).ok()?;
    connection.initialize_finish(id, greeting).ok()?;
    Some(client)
}

/// A request that waits for a reading as new as its document was when it came.
struct Waiting {
    id: RequestId,
    row: &'static Row,
    parameters: Value,
    path: String,
    /// The state of all documents when it came.
    generation: u64,
    /// The version of its document when it came.
    version: Option<i32>,
}

struct Server {
    out: Sender<Message>,
    world: Arc<dyn World + Send + Sync>,
    features: &'static [Row],
    agreed: Agreed,
    folders: Vec<String>,
    documents: Documents,
    /// The state of all documents: one more with every change.
    generation: u64,
    /// The newest state that a reading of each policy was asked for.
    asked: BTreeMap<String, u64>,
    /// The policies, with the open documents that belong to each.
    homes: BTreeMap<String, BTreeSet<String>>,
    /// The newest reading of each policy; none where it could not be made.
    readings: BTreeMap<String, Option<Arc<Snapshot>>>,
    waiting: Vec<Waiting>,
    /// Requests that are being answered.
    running: BTreeSet<RequestId>,
    /// What the client was last told, by address.
    published: BTreeMap<String, Findings>,
    is_shutting_down: bool,
    wish: Sender<Wish>,
    ask: Sender<Question>,
}

impl Server {
    fn run(
        &mut self,
        messages: &Receiver<Message>,
        readings: &Receiver<Reading>,
        answers: &Receiver<Answer>,
    ) -> Ending {
        loop {
            select! {
                recv(messages) -> message => match message {
                    Err(_) => return Ending::Abrupt,
                    Ok(Message::Notification(said)) if said.method == "exit" => {
                        return if self.is_shutting_down { Ending::Orderly } else { Ending::Abrupt };
                    }
                    Ok(Message::Notification(said)) => self.notice(said),
                    Ok(Message::Request(request)) => self.request(request),
                    // The only thing that the client is asked for needs no answer.
                    Ok(Message::Response(_)) => {}
                },
                recv(readings) -> reading => {
                    if let Ok(reading) = reading {
                        self.take(reading);
                    }
                }
                recv(answers) -> answer => {
                    if let Ok(Answer { id, answer }) = answer && self.running.remove(&id) {
                        self.send(response(id, answer));
                    }
                }
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // Where the client is gone its silence ends the loop.
        drop(self.out.send(message.into()));
    }

    fn send_request(&self, method: &str, parameters: impl serde::Serialize) {
        self.send(Request::new(RequestId::from(method.to_owned()), method.to_owned(), parameters));
    }

    fn notice(&mut self, said: Notification) {
        let Notification { method, params } = said;
        match method.as_str() {
            "textDocument/didOpen" => {
                let Some(DidOpenTextDocumentParams { text_document: opened }) = read(params) else { return };
                let path = self.documents.open(opened.uri.0, opened.version, opened.text);
                self.came_or_went(&path);
            }
            "textDocument/didChange" => {
                let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params)
                else {
                    return;
                };
                let uri = &text_document.text_document_identifier.uri.0;
                let said =
                    |documents: &Documents| documents.get(&uri::path_of(uri)).map(|open| open.says_policy);
                let (before, encoding) = (said(&self.documents), self.agreed.encoding);
                let changed = self.documents.change(uri, text_document.version, content_changes, encoding);
                match changed {
                    Some(path) if said(&self.documents) == before => self.changed(&path),
                    Some(path) => self.came_or_went(&path),
                    None => {}
                }
            }
            "textDocument/didClose" => {
                let Some(DidCloseTextDocumentParams { text_document }) = read(params) else { return };
                let path = self.documents.close(&text_document.uri.0);
                self.came_or_went(&path);
            }
            "workspace/didChangeWatchedFiles" => {
                let changes = params.get("changes").and_then(Value::as_array).into_iter().flatten();
                let uris = changes.filter_map(|change| change.get("uri")?.as_str());
                let paths: Vec<String> = uris.map(uri::path_of).collect();
                self.changed_on_disk(&paths);
            }
            "workspace/didChangeWorkspaceFolders" => {
                let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) else { return };
                let removed: Vec<String> =
                    event.removed.iter().map(|folder| folder_of(&folder.uri.0)).collect();
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(event.added.iter().map(|folder| folder_of(&folder.uri.0)));
                self.settle();
            }
            "$/cancelRequest" => {
                let id = params.get("id").cloned().and_then(|id| serde_json::from_value(id).ok());
                if let Some(id) = id {
                    self.cancel(&id);
                }
            }
            // What else a client says needs nothing done, as the protocol allows.
            _ => {}
        }
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.is_shutting_down {
            return self.send(response(id, Err(Refusal::untimely("the server is shutting down"))));
        }
        if method == "shutdown" {
            self.is_shutting_down = true;
            return self.send(response(id, Ok(Value::Null)));
        }
        let Some(row) = self.features.iter().find(|row| row.method == method) else {
            return self.send(response(id, Err(Refusal::unknown(&method))));
        };
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let path = uri.map(uri::path_of).unwrap_or_default();
        let version = self.documents.get(&path).map(|document| document.version);
        let generation = self.generation;
        self.waiting.push(Waiting { id, row, parameters: params, path, generation, version });
        self.answer_waiting();
    }

    fn cancel(&mut self, id: &RequestId) {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting.id != *id);
        if self.waiting.len() < before || self.running.remove(id) {
            self.send(response(id.clone(), Err(Refusal::cancelled())));
        }
    }

    /// The text of a file is new: every policy that was read from it, or may be, is read again.
    fn changed(&mut self, path: &str) {
        self.generation += 1;
        for policy in self.readers(path) {
            self.ask_for(&policy);
        }
    }

    /// The same where it may also belong to another policy than before.
    fn came_or_went(&mut self, path: &str) {
        self.generation += 1;
        let readers = self.readers(path);
        self.settle();
        for policy in readers.iter().filter(|policy| self.homes.contains_key(*policy)).collect::<Vec<_>>() {
            self.ask_for(policy);
        }
    }

    /// The policies that were read from a file, or may be: while a reading is under way nobody knows of what.
    fn readers(&self, path: &str) -> Vec<String> {
        let reads = |(policy, asked): &(&String, &u64)| match self.readings.get(*policy) {
            Some(Some(snapshot)) => {
                snapshot.generation < **asked
                    || *policy == path
                    || snapshot.analysis.sources.find(path).is_some()
            }
            Some(None) | None => true,
        };
        self.asked.iter().filter(reads).map(|(policy, _)| policy.clone()).collect()
    }

    /// Files changed on the disk. One that appears may be what an import could not find, so every policy is read again.
    fn changed_on_disk(&mut self, paths: &[String]) {
        if paths.iter().all(|path| self.documents.get(path).is_some()) {
            return;
        }
        self.generation += 1;
        self.settle();
        for policy in self.homes.keys().cloned().collect::<Vec<_>>() {
            self.ask_for(&policy);
        }
    }

    /// Finds the policies anew, forgets those that nobody needs and asks for those that are new.
    fn settle(&mut self) {
        self.homes =
            workspace::homes(&*self.world, &self.folders, &self.documents, &self.readings, &self.agreed);
        let homes = &self.homes;
        let before = self.readings.len();
        self.readings.retain(|policy, _| homes.contains_key(policy));
        let is_less = self.readings.len() < before;
        self.asked.retain(|policy, _| homes.contains_key(policy));
        let new: Vec<String> =
            self.homes.keys().filter(|policy| !self.asked.contains_key(*policy)).cloned().collect();
        for policy in new {
            self.ask_for(&policy);
        }
        if is_less {
            self.publish();
        }
        self.answer_waiting();
    }

    fn ask_for(&mut self, policy: &str) {
        if self.asked.insert(policy.to_owned(), self.generation) == Some(self.generation) {
            return;
        }
        let documents = self
            .documents
            .iter()
            .map(|(path, document)| (path.to_owned(), (document.uri.clone(), document.version)))
            .collect();
        let wish = Wish {
            policy: policy.to_owned(),
            texts: self.documents.texts(),
            documents,
            generation: self.generation,
            before: self.readings.get(policy).cloned().flatten(),
        };
        // The thread ends only with the server.
        drop(self.wish.send(wish));
    }

    fn take(&mut self, reading: Reading) {
        let Reading { policy, generation, snapshot } = reading;
        if !self.homes.contains_key(&policy)
            || self.asked.get(&policy).is_none_or(|asked| *asked < generation)
        {
            return;
        }
        let before = self.readings.insert(policy.clone(), snapshot).flatten();
        let now = self.readings.get(&policy).cloned().flatten();
        self.publish();
        match (before, now) {
            (Some(before), Some(now)) if before.analysis.is_of_files_of(&now.analysis) => {
                self.answer_waiting()
            }
            _ => self.settle(),
        }
    }

    /// The policy that a document belongs to; the library's files belong to any that uses them.
    fn policy_of(&self, path: &str) -> Option<&String> {
        let name = self.agreed.library_name(path).unwrap_or(path);
        let owns = |(_, members): &(&String, &BTreeSet<String>)| members.contains(path);
        let reads = |(_, reading): &(&String, &Option<Arc<Snapshot>>)| {
            reading.as_ref().is_some_and(|snapshot| snapshot.analysis.sources.find(name).is_some())
        };
        let owner = self.homes.iter().find(owns).map(|(policy, _)| policy);
        owner.or_else(|| self.readings.iter().find(reads).map(|(policy, _)| policy))
    }

    /// Answers every request whose reading is there.
    fn answer_waiting(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let policy = self.policy_of(&waiting.path).cloned();
            let reading = policy.as_ref().and_then(|policy| self.readings.get(policy)).cloned().flatten();
            let is_asked = |policy: &String| {
                let asked = self.asked.get(policy).copied().unwrap_or(0);
                let known = self.readings.get(policy);
                let read = known.and_then(|known| known.as_ref()).map(|snapshot| snapshot.generation);
                // A policy that is asked for at no newer state than the request's is as new as the request needs.
                match (known, read) {
                    (None, _) => true,
                    (Some(_), Some(read)) => read < asked.min(waiting.generation),
                    (Some(_), None) => false,
                }
            };
            if policy.as_ref().is_some_and(is_asked) {
                self.waiting.push(waiting);
                continue;
            }
            let Waiting { id, row, parameters, path, version, .. } = waiting;
            let read = reading.as_ref().and_then(|snapshot| snapshot.documents.get(&path));
            if let (Some(then), Some((_, read))) = (version, read)
                && *read != then
            {
                self.send(response(id, Err(Refusal::overtaken())));
                continue;
            }
            let all = self.readings.values().flatten().cloned().collect();
            let view = View {
                agreed: self.agreed.clone(),
                world: Arc::clone(&self.world),
                out: self.out.clone(),
                here: reading,
                all,
            };
            self.running.insert(id.clone());
            // The threads end only with the server.
            drop(self.ask.send(Question { id, row, parameters, view }));
        }
    }

    /// Tells the client what was found in each file, where that is new.
    fn publish(&mut self) {
        let mut now: BTreeMap<String, Findings> = BTreeMap::new();
        for (uri, findings) in self.readings.values().flatten().flat_map(|snapshot| &snapshot.findings) {
            now.entry(uri.clone())
                .and_modify(|(_, known)| *known = joined(known, &findings.1))
                .or_insert_with(|| findings.clone());
        }
        let is_news = |(uri, now): &(&String, &Findings)| match self.published.get(*uri) {
            Some(before) => before != *now,
            None => now.0.is_some() || !now.1.is_empty(),
        };
        for (uri, (version, found)) in now.iter().filter(is_news) {
            self.tell(uri, *version, found);
        }
        for uri in self.published.keys().filter(|uri| !now.contains_key(*uri)) {
            self.tell(uri, None, &[]);
        }
        self.published = now;
    }

    fn tell(&self, uri: &str, version: Option<i32>, found: &[Diagnostic]) {
        let diagnostics = found.to_vec();
        let parameters = PublishDiagnosticsParams { uri: Uri(uri.to_owned()), version, diagnostics };
        self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), parameters));
    }
}

/// What two policies say of a file that both use, each thing once.
fn joined(one: &Arc<Vec<Diagnostic>>, other: &Arc<Vec<Diagnostic>>) -> Arc<Vec<Diagnostic>> {
    match (one.is_empty(), other.is_empty()) {
        (_, true) => Arc::clone(one),
        (true, false) => Arc::clone(other),
        (false, false) => {
            let more = other.iter().filter(|finding| !one.contains(finding));
            Arc::new(one.iter().chain(more).cloned().collect())
        }
    }
}

fn read<T: DeserializeOwned>(parameters: Value) -> Option<T> {
    serde_json::from_value(parameters).ok()
}
