// The editor schema with the real yaml-language-server, over its standard input and output.
//
//     node editor.mjs [the checkout]
//
// In: `schemas/scenario.schema.json`, and a shipped spec that names it in its first line. Out: exit code 0 when the right keys are
// completed, a wrong key is flagged, keys are explained, and the shipped specs are clean; 1 with what differs otherwise.
// yaml-language-server is that of `npm ci` here, or in the folder that the variable NODE_PREFIX names. Where it is missing, this fails
// if the variable CI is set and skips otherwise.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(process.argv[2] ?? join(here, "..", ".."));
const program = [process.env.NODE_PREFIX, here]
  .filter(Boolean)
  .map((folder) => join(folder, "node_modules", "yaml-language-server", "bin", "yaml-language-server"))
  .find(existsSync);
if (!program) {
  console.error("editor: yaml-language-server is missing: `npm ci` in tests/node");
  process.exit(process.env.CI ? 1 : 0);
}

/** A server that is silent for so long fails the test. */
const LIMIT = 60_000;

/** A language server over its pipes: answers by their number, diagnostics by their file. */
class Client {
  constructor(command, args) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.next = 0;
    this.waiting = new Map();
    this.told = new Map();
    this.listeners = new Set();
    let data = Buffer.alloc(0);
    this.child.stdout.on("data", (more) => {
      data = Buffer.concat([data, more]);
      for (;;) {
        const head = data.indexOf("\r\n\r\n");
        const length = head < 0 ? NaN : Number(/Content-Length: (\d+)/i.exec(data.toString("ascii", 0, head))[1]);
        if (!(data.length >= head + 4 + length)) return;
        const message = JSON.parse(data.toString("utf8", head + 4, head + 4 + length));
        data = data.subarray(head + 4 + length);
        this.hear(message);
      }
    });
  }

  send(message) {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  hear(message) {
    if (message.method === "workspace/configuration") {
      this.send({ id: message.id, result: message.params.items.map((item) => settings[item.section] ?? null) });
    } else if (message.method && message.id !== undefined) {
      this.send({ id: message.id, result: null });
    } else if (message.method === "textDocument/publishDiagnostics") {
      this.told.set(message.params.uri, message.params.diagnostics);
      this.listeners.forEach((listener) => listener());
    } else if (message.id !== undefined) {
      const { resolve, reject } = this.waiting.get(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  }

  request(method, params) {
    const id = ++this.next;
    this.send({ id, method, params });
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    return timely(answer, method);
  }

  /** The diagnostics of a text, once there are any for it: also an empty list. */
  async open(uri, text) {
    this.told.delete(uri);
    const came = new Promise((resolve) => {
      const listener = () => {
        if (!this.told.has(uri)) return;
        this.listeners.delete(listener);
        resolve(this.told.get(uri));
      };
      this.listeners.add(listener);
    });
    this.send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
    return timely(came, uri);
  }

  close(uri) {
    this.send({ method: "textDocument/didClose", params: { textDocument: { uri } } });
  }
}

function timely(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer: ${what}`)), LIMIT);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const settings = { yaml: { validate: true, completion: true, hover: true, schemaStore: { enable: false } } };
const scenarios = join(root, "scenarios");
const client = new Client(process.execPath, [program, "--stdio"]);
let opened = 0;

/** Opens a text beside the shipped specs with a `^` in it; gives its address and the place of the `^`. */
async function opening(text) {
  const at = text.indexOf("^");
  const head = text.slice(0, at).split("\n");
  const uri = pathToFileURL(join(scenarios, `typed-${++opened}.yaml`)).href;
  const whole = "# yaml-language-server: $schema=../schemas/scenario.schema.json\n" + text.replace("^", "");
  const diagnostics = await client.open(uri, whole);
  return { uri, diagnostics, position: { line: head.length, character: head.at(-1).length } };
}

async function offered(text) {
  const { uri, position } = await opening(text);
  const result = await client.request("textDocument/completion", { textDocument: { uri }, position });
  client.close(uri);
  return result.items.map((item) => item.label);
}

async function explained(text) {
  const { uri, position } = await opening(text);
  const result = await client.request("textDocument/hover", { textDocument: { uri }, position });
  client.close(uri);
  return [result?.contents].flat().map((part) => part?.value ?? part ?? "").join("\n");
}

async function flagged(text) {
  const { uri, diagnostics } = await opening(`${text}^`);
  client.close(uri);
  return diagnostics.map((one) => one.message);
}

function has(labels, wanted, unwanted) {
  for (const label of wanted) assert.ok(labels.includes(label), `${label} is not among ${labels}`);
  for (const label of unwanted) assert.ok(!labels.includes(label), `${label} is among ${labels}`);
}

const HEAD = "dictum: 1\ndataset: typed\nsize: 10\nrecord: {a: b}\n";

const tests = {
  async "the keys of a file are completed"() {
    has(await offered(`${HEAD}^`), ["derive", "context", "use"], ["size", "pick", "weight"]);
  },
  async "the keys of a form are completed"() {
    has(await offered(`${HEAD}context:\n  hours:\n    int: 1..5\n    ^`), ["scale", "step", "when"], ["cases", "derive", "int"]);
    has(await offered(`${HEAD}derive:\n  risk:\n    given: a\n    ^`), ["cases", "else"], ["scale", "derive"]);
    has(await offered(`${HEAD}scenarios:\n  storm:\n    ^`), ["weight", "say", "aim"], ["size", "int"]);
    has(await offered(`${HEAD}checks:\n  - id: a\n    ^`), ["that", "because"], ["id", "weight"]);
  },
  async "keys are explained"() {
    const size = await explained("dictum: 1\ndataset: typed\nsi^ze: 10\nrecord: {a: b}\n");
    assert.match(size, /How many records/);
    const given = await explained(`${HEAD}derive:\n  risk:\n    gi^ven: a\n    cases: {b: c}\n`);
    assert.match(given, /One of several cases/);
    const step = await explained(`${HEAD}context:\n  hours:\n    int: 1..5\n    st^ep: 2\n`);
    assert.match(step, /Only every so many numbers/);
    assert.match(step, /minutes: \{int: 0\.\.60, step: 5\}/);
  },
  async "a wrong key is flagged"() {
    assert.deepEqual(await flagged(HEAD), []);
    const top = await flagged(`${HEAD}dervie: {a: 1}\n`);
    assert.ok(top.length === 1 && top[0].includes("dervie"), top.join("; "));
    assert.notDeepEqual(await flagged(`${HEAD}context:\n  hours: {int: 1..5, scael: log}\n`), []);
    assert.notDeepEqual(await flagged(`${HEAD}scenarios: {a: {weigth: 2}}\n`), []);
  },
  async "the shipped specs are clean"() {
    const specs = readdirSync(scenarios).filter((name) => name.endsWith(".yaml"));
    assert.ok(specs.length > 4, specs.join(" "));
    for (const name of specs) {
      const uri = pathToFileURL(join(scenarios, name)).href;
      const diagnostics = await client.open(uri, readFileSync(join(scenarios, name), "utf8"));
      // That an anchor is not used is no matter of the schema.
      const wrong = diagnostics.filter((one) => !one.message.startsWith("Unused anchor"));
      assert.deepEqual(wrong.map((one) => `${one.range.start.line + 1}: ${one.message}`), [], name);
      client.close(uri);
    }
  },
};

const rootUri = pathToFileURL(root).href;
await client.request("initialize", {
  processId: process.pid,
  rootUri,
  workspaceFolders: [{ uri: rootUri, name: "dictum" }],
  capabilities: {
    workspace: { configuration: true, workspaceFolders: true },
    textDocument: { hover: { contentFormat: ["markdown"] }, completion: { completionItem: { snippetSupport: true } } },
  },
});
client.send({ method: "initialized", params: {} });
client.send({ method: "workspace/didChangeConfiguration", params: { settings } });
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED: ${name}\n${error.message}`);
  }
}
await client.request("shutdown", null);
client.send({ method: "exit" });
process.exit(failed ? 1 : 0);
