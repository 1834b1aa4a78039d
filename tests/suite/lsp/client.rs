//! A client of the language server: the protocol over the pipes of a running program.
//!
//! In: requests and notifications. Out: answers, and the diagnostics of each file as they stand. A server that is silent for too
//! long, or that writes anything but messages, fails its test.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any answer takes.
const LIMIT: Duration = Duration::from_mins(1);

/// A running server and what it has said so far.
pub(super) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// The diagnostics of each file, by its address.
    pub(super) told: BTreeMap<String, Vec<Value>>,
    next: i64,
}

/// The address of a file.
pub(super) fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Where the `^` of a text stands, as editors count; and the text without it.
pub(super) fn mark(text: &str) -> (String, Value) {
    let at = text.find('^').unwrap();
    let head = &text[..at];
    let line = head.matches('\n').count();
    let character = head.rsplit('\n').next().unwrap().encode_utf16().count();
    (text.replacen('^', "", 1), json!({"line": line, "character": character}))
}

/// The place of the first byte of a piece of a text, plus some characters.
pub(super) fn place(text: &str, piece: &str, more: usize) -> Value {
    let at = text.find(piece).unwrap_or_else(|| panic!("no {piece}")) + more;
    mark(&format!("{}^{}", &text[..at], &text[at..])).1
}

fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let line = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("no header: {line}"));
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = Some(number.parse().unwrap());
        }
    }
    let mut content = vec![0; length.unwrap()];
    output.read_exact(&mut content).unwrap();
    Some(serde_json::from_slice(&content).unwrap())
}

impl Client {
    /// Starts a server in a folder; nothing is said yet.
    pub(super) fn spawn(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dictum"));
        command.arg("lsp").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, messages, told: BTreeMap::new(), next: 0 }
    }

    /// Starts a server and introduces itself.
    pub(super) fn start(folder: &Path) -> Self {
        let mut client = Self::spawn(folder);
        let answer = client.request("initialize", &json!({"capabilities": {}}));
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
        client.notify("initialized", &json!({}));
        client
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(super) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks, and gives the whole answer.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.hear().unwrap_or_else(|| panic!("no answer to {method}"));
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// Asks, and gives the result.
    pub(super) fn request(&mut self, method: &str, params: &Value) -> Value {
        let mut answer = self.ask(method, params);
        assert_eq!(answer.get("error"), None, "{method}");
        answer["result"].take()
    }

    /// The next message; diagnostics are remembered.
    fn hear(&mut self) -> Option<Value> {
        let message = self.messages.recv_timeout(LIMIT).ok()?;
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let list = params["diagnostics"].as_array().unwrap().clone();
            self.told.insert(params["uri"].as_str().unwrap().to_owned(), list);
        }
        Some(message)
    }

    /// Waits until the diagnostics of a file are as wanted; gives them.
    pub(super) fn until(&mut self, uri: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        loop {
            if let Some(list) = self.told.get(uri).filter(|list| wanted(list)) {
                return list.clone();
            }
            assert!(self.hear().is_some(), "{uri}: {:#?}", self.told);
        }
    }

    pub(super) fn open(&mut self, uri: &str, text: &str) {
        let item = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", &json!({"textDocument": item}));
    }

    /// Changes a whole text.
    pub(super) fn change(&mut self, uri: &str, text: &str) {
        self.edit(uri, &json!([{"text": text}]));
    }

    pub(super) fn edit(&mut self, uri: &str, changes: &Value) {
        let document = json!({"uri": uri, "version": 2});
        self.notify("textDocument/didChange", &json!({"textDocument": document, "contentChanges": changes}));
    }

    /// The Markdown that is told of a place, or nothing.
    pub(super) fn hover(&mut self, uri: &str, position: &Value) -> String {
        let hover = self.request("textDocument/hover", &json!({"textDocument": {"uri": uri}, "position": position}));
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The labels that are offered at a place.
    pub(super) fn labels(&mut self, uri: &str, position: &Value) -> Vec<String> {
        let items = self.request("textDocument/completion", &json!({"textDocument": {"uri": uri}, "position": position}));
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// The places where what stands at a place is given: the end of each address, and line and character.
    pub(super) fn definitions(&mut self, uri: &str, position: &Value) -> Vec<String> {
        let found = self.request("textDocument/definition", &json!({"textDocument": {"uri": uri}, "position": position}));
        let shown = |place: &Value| {
            let file = place["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let start = &place["range"]["start"];
            format!("{file}:{}:{}", start["line"], start["character"])
        };
        found.as_array().unwrap().iter().map(shown).collect()
    }

    /// Closes the pipe, as an editor does that goes away; gives the exit code.
    pub(super) fn leave(&mut self) -> Option<i32> {
        self.input.take();
        self.ended()
    }

    /// The exit code.
    pub(super) fn ended(&mut self) -> Option<i32> {
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server does not end");
    }

    /// Takes leave as the protocol asks for.
    pub(super) fn stop(mut self) {
        assert_eq!(self.request("shutdown", &Value::Null), Value::Null);
        self.notify("exit", &Value::Null);
        assert_eq!(self.ended(), Some(0));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
