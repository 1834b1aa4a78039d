//! The language server: what an editor asks while specs are written.
//!
//! In: messages of the Language Server Protocol on standard input. Out: answers and diagnostics on standard output, and whether the
//! editor took its leave as it should. Diagnostics are those of `check`, over what the editor holds rather than what is saved.
//! What must hold: only the newest text is compiled, and no question waits for more than one dataset; nothing but messages
//! reaches standard output. This folder is the only door to the crates of the protocol.

mod uri;
mod positions;
mod edits;
mod documents;
mod diagnostics;
mod analysis;
mod project;
mod describe;
mod tree;
mod keys;
mod symbols;
mod sight;
mod hover;
mod cursor;
mod completion;
mod definition;
mod server;

use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit,
    Initialized, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    Completion, DocumentSymbolRequest, GotoDefinition, HoverRequest, Initialize, RegisterCapability, Request as _, Shutdown,
};
use lsp_types::{
    CompletionOptions, CompletionParams, CompletionResponse, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentSymbolParams, DocumentSymbolResponse, FileSystemWatcher, GlobPattern, GotoDefinitionParams, GotoDefinitionResponse,
    HoverParams, HoverProviderCapability, InitializeParams, InitializeResult, OneOf, PublishDiagnosticsParams, Registration,
    RegistrationParams, SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use positions::Encoding;
use server::Server;

/// How long the server waits for more before it compiles what was typed.
const QUIET: Duration = Duration::from_millis(40);
/// After these letters an editor asks what may follow.
const TRIGGERS: [&str; 6] = [".", "'", "\"", "|", "{", "["];

/// How an editor took its leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It asked to shut down, and then to exit.
    InOrder,
    /// It went away, or asked to exit, without asking to shut down.
    Abrupt,
}

/// Why the server ends: the editor is gone.
struct Gone;

/// Serves an editor on standard input and output until it leaves.
///
/// # Errors
/// Input that is no message of the protocol, in words.
pub fn serve() -> Result<Leave, String> {
    let (connection, threads) = Connection::stdio();
    let leave = Session { connection: &connection, server: None, down: false }.run();
    // The threads end when nothing can be sent any more.
    drop(connection);
    match threads.join() {
        // Nobody is left to read what was not written.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe && leave == Leave::Abrupt => Err(error.to_string()),
        _ => Ok(leave),
    }
}

/// One editor.
struct Session<'c> {
    connection: &'c Connection,
    /// `None` until the editor has introduced itself.
    server: Option<Server>,
    /// Whether it was asked to shut down.
    down: bool,
}

impl Session<'_> {
    fn run(&mut self) -> Leave {
        let mut quiet = false;
        loop {
            let behind = self.server.as_ref().is_some_and(Server::is_behind) && !self.down;
            let message = match (behind, quiet) {
                (false, _) => self.connection.receiver.recv().ok(),
                (true, _) => {
                    let patience = if quiet { Duration::ZERO } else { QUIET };
                    match self.connection.receiver.recv_timeout(patience) {
                        Ok(message) => Some(message),
                        Err(error) if error.is_timeout() => {
                            quiet = true;
                            let news = self.server.as_mut().map(Server::step).unwrap_or_default();
                            if self.publish(news).is_err() {
                                return self.leave();
                            }
                            continue;
                        }
                        Err(_) => None,
                    }
                }
            };
            quiet = false;
            let Some(message) = message else { return self.leave() };
            let went_on = match message {
                Message::Request(request) => self.answer(request),
                Message::Notification(one) if one.method == Exit::METHOD => return self.leave(),
                Message::Notification(one) => self.hear(one),
                // The answer to what the server asked changes nothing.
                Message::Response(_) => Ok(()),
            };
            if went_on.is_err() {
                return self.leave();
            }
        }
    }

    fn leave(&self) -> Leave {
        if self.down { Leave::InOrder } else { Leave::Abrupt }
    }

    fn send(&self, message: impl Into<Message>) -> Result<(), Gone> {
        self.connection.sender.send(message.into()).map_err(|_| Gone)
    }

    fn publish(&self, news: Vec<PublishDiagnosticsParams>) -> Result<(), Gone> {
        news.into_iter().try_for_each(|one| self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), one)))
    }

    fn answer(&mut self, request: Request) -> Result<(), Gone> {
        let id = request.id.clone();
        let refuse = |code: ErrorCode, message: String| Response::new_err(id.clone(), code as i32, message);
        let response = match (request.method.as_str(), &mut self.server) {
            (Initialize::METHOD, None) => match read::<InitializeParams>(request.params) {
                Ok(params) => self.begin(id.clone(), &params),
                Err(message) => refuse(ErrorCode::InvalidParams, message),
            },
            (Initialize::METHOD, Some(_)) => refuse(ErrorCode::InvalidRequest, "initialized already".to_owned()),
            (_, None) => refuse(ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned()),
            (_, Some(_)) if self.down => refuse(ErrorCode::InvalidRequest, "the server was asked to shut down".to_owned()),
            (Shutdown::METHOD, Some(_)) => {
                self.down = true;
                Response::new_ok(id.clone(), ())
            }
            (_, Some(server)) => asked(server, request),
        };
        self.send(response)
    }

    fn begin(&mut self, id: RequestId, params: &InitializeParams) -> Response {
        let general = params.capabilities.general.as_ref();
        let encoding = Encoding::of(general.and_then(|general| general.position_encodings.as_deref()));
        let options = params.initialization_options.as_ref();
        let offers_keys = options.and_then(|options| options.get("keys")?.as_bool()).unwrap_or(true);
        self.server = Some(Server::new(encoding, offers_keys));
        Response::new_ok(id, capabilities(encoding))
    }

    fn hear(&mut self, one: Notification) -> Result<(), Gone> {
        let Some(server) = self.server.as_mut().filter(|_| !self.down) else { return Ok(()) };
        // What does not read is nothing that could be acted on, and a notification has no answer.
        match one.method.as_str() {
            Initialized::METHOD => return self.watch(),
            DidOpenTextDocument::METHOD => {
                if let Ok(params) = read::<DidOpenTextDocumentParams>(one.params) {
                    server.open(params.text_document);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Ok(params) = read::<DidChangeTextDocumentParams>(one.params) {
                    server.edit(&params.text_document.uri, params.text_document.version, params.content_changes);
                }
            }
            DidSaveTextDocument::METHOD => {
                if let Ok(params) = read::<DidSaveTextDocumentParams>(one.params) {
                    server.saved(&params.text_document.uri);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Ok(params) = read::<DidCloseTextDocumentParams>(one.params) {
                    let withdrawn = server.close(&params.text_document.uri);
                    return self.publish(withdrawn);
                }
            }
            DidChangeWatchedFiles::METHOD => {
                if let Ok(params) = read::<DidChangeWatchedFilesParams>(one.params) {
                    params.changes.iter().for_each(|change| server.saved(&change.uri));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Asks the editor to tell of files that change on the disk. One that cannot refuses, which is no harm.
    fn watch(&self) -> Result<(), Gone> {
        let globs = ["**/scenarios/**", "**/templates/**", "**/schemas/**"];
        let watcher = |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: globs.map(watcher).to_vec() };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        self.send(Request::new(RequestId::from("files".to_owned()), RegisterCapability::METHOD.to_owned(), params))
    }
}

/// The answer to a question about a text.
fn asked(server: &mut Server, request: Request) -> Response {
    let Request { id, method, params } = request;
    match method.as_str() {
        HoverRequest::METHOD => answered(id, params, |params: HoverParams| {
            let at = params.text_document_position_params;
            server.hover(&at.text_document.uri, at.position)
        }),
        Completion::METHOD => answered(id, params, |params: CompletionParams| {
            let at = params.text_document_position;
            CompletionResponse::Array(server.complete(&at.text_document.uri, at.position))
        }),
        GotoDefinition::METHOD => answered(id, params, |params: GotoDefinitionParams| {
            let at = params.text_document_position_params;
            GotoDefinitionResponse::Array(server.define(&at.text_document.uri, at.position))
        }),
        DocumentSymbolRequest::METHOD => answered(id, params, |params: DocumentSymbolParams| {
            DocumentSymbolResponse::Nested(server.outline(&params.text_document.uri))
        }),
        _ => Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("no such request: {method}")),
    }
}

fn answered<P: DeserializeOwned, R: Serialize>(
    id: RequestId,
    params: serde_json::Value,
    answer: impl FnOnce(P) -> R,
) -> Response {
    match read(params) {
        Ok(params) => Response::new_ok(id, answer(params)),
        Err(message) => Response::new_err(id, ErrorCode::InvalidParams as i32, message),
    }
}

fn read<P: DeserializeOwned>(params: serde_json::Value) -> Result<P, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

/// What the server can do.
fn capabilities(encoding: Encoding) -> InitializeResult {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(SaveOptions::default().into()),
        ..TextDocumentSyncOptions::default()
    };
    let triggers = TRIGGERS.map(str::to_owned).to_vec();
    let capabilities = ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions { trigger_characters: Some(triggers), ..CompletionOptions::default() }),
        definition_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    };
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    InitializeResult { capabilities, server_info: Some(ServerInfo { name: "dictum".to_owned(), version }) }
}
