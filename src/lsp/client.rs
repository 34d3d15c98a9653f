//! What the client can do, and what it is told that we can.

use super::position::Encoding;
use super::{Row, uri};
use gen_lsp_types::{
    ChangeNotifications, ClientCapabilities, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher,
    GlobPattern, InitializeParams, InitializeResult, MarkupKind, Registration, RegistrationParams, Save,
    ServerCapabilities, ServerInfo, TextDocumentSync, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFolders, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use serde_json::Value;

/// What the server heeds of what a client says of itself.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// What a character of a position counts.
    pub encoding: Encoding,
    /// The folders that are open, without `/` at their ends.
    pub folders: Vec<String>,
    /// Whether it can be asked to watch files.
    pub watches: bool,
    /// What it can show.
    pub shows: Shows,
}

/// What the client can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shows {
    /// How it reads what is shown where the pointer rests.
    pub hover: Markup,
    /// How it reads what is said of a completion.
    pub completion: Markup,
    /// How it reads what is said of a signature.
    pub signature: Markup,
    /// Whether completions may have places to fill in.
    pub snippets: bool,
}

/// How a client reads what it is to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Markup {
    /// As it is.
    #[default]
    Plain,
    /// As Markdown.
    Markdown,
}

impl Markup {
    /// The one that is meant by a list of what a client reads, the best first.
    fn agreed(formats: Option<&[MarkupKind]>) -> Self {
        match formats.unwrap_or_default().contains(&MarkupKind::Markdown) {
            true => Self::Markdown,
            false => Self::Plain,
        }
    }
}

impl Shows {
    fn of(capabilities: &ClientCapabilities) -> Self {
        let Some(documents) = &capabilities.text_document else { return Self::default() };
        let hover = documents.hover.as_ref().and_then(|hover| hover.content_format.as_deref());
        let item = documents.completion.as_ref().and_then(|completion| completion.completion_item.as_ref());
        let signature =
            documents.signature_help.as_ref().and_then(|signature| signature.signature_information.as_ref());
        Self {
            hover: Markup::agreed(hover),
            completion: Markup::agreed(item.and_then(|item| item.documentation_format.as_deref())),
            signature: Markup::agreed(signature.and_then(|known| known.documentation_format.as_deref())),
            snippets: item.is_some_and(|item| item.snippet_support == Some(true)),
        }
    }
}

impl Client {
    /// Reads what a client says of itself.
    pub fn of(parameters: &InitializeParams) -> Self {
        let capabilities = &parameters.capabilities;
        let encodings =
            capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let watching =
            capabilities.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let folders = match &parameters.workspace_folders_initialize_params.workspace_folders {
            Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
                folders.iter().map(|folder| folder_of(&folder.uri.0)).collect()
            }
            _ => root_of(parameters).iter().map(|uri| folder_of(uri)).collect(),
        };
        Self {
            encoding: Encoding::agreed(encodings.unwrap_or_default()),
            folders,
            watches: watching.is_some_and(|watching| watching.dynamic_registration == Some(true)),
            shows: Shows::of(capabilities),
        }
    }
}

#[expect(deprecated, reason = "older clients say their folder only so")]
fn root_of(parameters: &InitializeParams) -> Option<&str> {
    parameters.root_uri.as_ref().map(|uri| uri.0.as_str())
}

/// The path of a folder, without `/` at its end.
pub(super) fn folder_of(uri: &str) -> String {
    uri::path_of(uri).trim_end_matches('/').to_owned()
}

/// What the client is told that the server can do.
pub(super) fn greeting(client: &Client, features: &[Row]) -> InitializeResult {
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        })),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(ChangeNotifications::Bool(true)),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    };
    for row in features {
        (row.offer)(&mut capabilities);
    }
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    InitializeResult { capabilities, server_info: Some(ServerInfo { name: "opsc".to_owned(), version }) }
}

/// The plea to be told when a policy's files change on the disk.
pub(super) fn watch() -> RegistrationParams {
    let watcher =
        |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::Pattern(glob.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher("**/*.ops")] };
    RegistrationParams {
        registrations: vec![Registration {
            id: "policies".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::to_value(options).ok().filter(|options| *options != Value::Null),
        }],
    }
}
