//! What a request is answered from: readings that never change, and the way from their places to the client's.

use super::client::{Markup, Shows};
use super::position::{Encoding, Lines};
use super::{Refusal, diagnostics, uri};
use crate::ide::{Analysis, Cursor, Page};
use crate::render::card::Card;
use crate::resolve::LIBRARY;
use crate::schema::Author;
use crate::source::{FileId, Span};
use crate::world::World;
use crossbeam_channel::Sender;
use gen_lsp_types::{
    Diagnostic, Location, MarkupContent, MarkupKind, MessageType, Position, Range, ShowMessageParams,
    TextDocumentPositionParams, Uri,
};
use lsp_server::{Message, Notification};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// One reading of a policy, with the versions of the documents that it was made from.
#[derive(Debug)]
pub struct Snapshot {
    /// The reading.
    pub analysis: Analysis,
    /// The open documents it saw, by path: address and version.
    pub(super) documents: BTreeMap<String, (String, i32)>,
    /// Which state of all documents it saw: later ones have greater numbers.
    pub(super) generation: u64,
    /// What was found in each file that can be shown, by address.
    pub(super) findings: BTreeMap<String, Findings>,
    lines: Vec<OnceLock<Lines>>,
}

/// What a client is told of a file: the version that it speaks of, where the file is open, and what was found.
pub(super) type Findings = (Option<i32>, Arc<Vec<Diagnostic>>);

impl Snapshot {
    pub(super) fn new(
        analysis: Analysis,
        documents: BTreeMap<String, (String, i32)>,
        generation: u64,
        agreed: &Agreed,
    ) -> Self {
        let lines = analysis.sources.iter().map(|_| OnceLock::new()).collect();
        let mut snapshot = Self { analysis, documents, generation, findings: BTreeMap::new(), lines };
        snapshot.findings = diagnostics::found(&snapshot, agreed);
        snapshot
    }

    /// The lines of one of its files.
    pub fn lines(&self, file: FileId) -> Option<&Lines> {
        let source = self.analysis.sources.get(file)?;
        Some(self.lines.get(file.index())?.get_or_init(|| Lines::new(Arc::clone(source.text()))))
    }
}

/// What is the same for every request of a session.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    /// What a character of a position counts.
    pub encoding: Encoding,
    /// What the client can show.
    pub shows: Shows,
    /// The folder that holds the library and the manual as files to look at; nothing where they were not laid out.
    pub manual: Option<String>,
}

impl Agreed {
    /// The path under which a file of the library is shown.
    pub fn library_path(&self, name: &str) -> Option<String> {
        self.manual.as_ref().map(|manual| format!("{manual}/{name}"))
    }

    /// The library's name of a path that shows it.
    pub fn library_name<'p>(&self, path: &'p str) -> Option<&'p str> {
        let name = path.strip_prefix(self.manual.as_deref()?)?.strip_prefix('/')?;
        LIBRARY.iter().any(|module| module.file == name).then_some(name)
    }
}

/// What a request may look at.
#[derive(Clone)]
pub struct View {
    pub(super) agreed: Agreed,
    /// Files that are no policy, and the clock.
    pub(super) world: Arc<dyn World + Send + Sync>,
    pub(super) out: Sender<Message>,
    /// The policy that the request's document belongs to; none where it names no document, or one of no policy.
    pub here: Option<Arc<Snapshot>>,
    /// Every policy there is, in order of their paths.
    pub all: Vec<Arc<Snapshot>>,
}

impl fmt::Debug for View {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("View")
            .field("here", &self.here)
            .field("all", &self.all)
            .finish_non_exhaustive()
    }
}

impl View {
    /// Tells the person something, besides the answer.
    pub(super) fn say(&self, kind: MessageType, message: &str) {
        let parameters = ShowMessageParams { kind, message: message.to_owned() };
        let said = Notification::new("window/showMessage".to_owned(), parameters);
        // Where the client is gone nobody is left to be told.
        drop(self.out.send(said.into()));
    }

    /// The reading and the file of a document; nothing where it belongs to no policy.
    pub fn file(&self, uri: &Uri) -> Option<(&Snapshot, FileId)> {
        let path = uri::path_of(&uri.0);
        let name = self.agreed.library_name(&path).unwrap_or(&path);
        let here = self.here.as_deref()?;
        Some((here, here.analysis.sources.find(name)?))
    }

    /// The cursor at a place, with the reading it is a place in.
    pub fn cursor(&self, at: &TextDocumentPositionParams) -> Option<(&Snapshot, Cursor<'_>)> {
        let (snapshot, file) = self.file(&at.text_document.uri)?;
        let offset = self.offset(snapshot, file, at.position)?;
        Some((snapshot, Cursor::at(&snapshot.analysis, file, offset)?))
    }

    /// The byte offset of a place.
    pub fn offset(&self, snapshot: &Snapshot, file: FileId, position: Position) -> Option<u32> {
        Some(snapshot.lines(file)?.offset(position, self.agreed.encoding))
    }

    /// The span of a range.
    pub fn span(&self, snapshot: &Snapshot, file: FileId, range: Range) -> Option<Span> {
        let (start, end) =
            (self.offset(snapshot, file, range.start)?, self.offset(snapshot, file, range.end)?);
        Some(Span { file, start, end: end.max(start) })
    }

    /// The range of a span.
    pub fn range(&self, snapshot: &Snapshot, span: Span) -> Range {
        range(snapshot, span, self.agreed.encoding)
    }

    /// A span with the address of its file; nothing where the file can be shown nowhere.
    pub fn location(&self, snapshot: &Snapshot, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(snapshot, span.file)?, range: self.range(snapshot, span) })
    }

    /// The address of a file; nothing where it can be shown nowhere.
    pub fn uri(&self, snapshot: &Snapshot, file: FileId) -> Option<Uri> {
        uri_of(snapshot, file, &self.agreed).map(Uri)
    }

    /// What the client can show.
    pub(super) fn shows(&self) -> Shows {
        self.agreed.shows
    }

    /// The address of a page of the manual: published, where the product is, else the one laid out beside the library.
    pub fn page(&self, page: Page) -> Option<String> {
        page_of(page, &self.agreed)
    }

    /// The reading and file of a document.
    ///
    /// # Errors
    /// Where it belongs to no policy.
    pub fn wanted(&self, uri: &Uri) -> Result<(&Snapshot, FileId), Refusal> {
        self.file(uri).ok_or_else(|| Refusal::impossible(format!("`{uri}` belongs to no policy")))
    }
}

/// What is shown, as the client reads it, with a line that leads to a page of the manual.
pub(super) fn markup(card: &Card, markup: Markup, page: Option<String>) -> MarkupContent {
    let (kind, mut value) = match markup {
        Markup::Markdown => (MarkupKind::Markdown, card.markdown()),
        Markup::Plain => (MarkupKind::PlainText, card.plain()),
    };
    match (page, markup) {
        (Some(page), Markup::Markdown) => value.push_str(&format!("\n\n[Manual](<{page}>)")),
        (Some(page), Markup::Plain) => value.push_str(&format!("\n\n{page}")),
        (None, _) => {}
    }
    MarkupContent { kind, value }
}

/// The address of a page of the manual; nothing where it is neither published nor laid out.
pub(super) fn page_of(page: Page, agreed: &Agreed) -> Option<String> {
    let (name, anchor) = match page {
        Page::Rule(code) => (format!("rules/{code}"), String::new()),
        Page::Declaration(keyword) => ("declarations".to_owned(), format!("#{keyword}")),
    };
    match env!("CARGO_PKG_HOMEPAGE").trim_end_matches('/') {
        "" => agreed.manual.as_ref().map(|manual| uri::uri_of(&format!("{manual}/{name}.md")) + &anchor),
        home => Some(format!("{home}/{name}{anchor}")),
    }
}

/// The range of a span.
pub(super) fn range(snapshot: &Snapshot, span: Span, encoding: Encoding) -> Range {
    snapshot.lines(span.file).map_or_else(Range::default, |lines| lines.range(span.start, span.end, encoding))
}

/// The address of a file of a reading; nothing where it can be shown nowhere.
pub(super) fn uri_of(snapshot: &Snapshot, file: FileId, agreed: &Agreed) -> Option<String> {
    let name = snapshot.analysis.sources.get(file)?.name();
    let path = match snapshot.analysis.author(file) {
        Author::Library => agreed.library_path(name)?,
        Author::Policy => name.to_owned(),
    };
    Some(snapshot.documents.get(&path).map_or_else(|| uri::uri_of(&path), |(uri, _)| uri.clone()))
}
