// As much of the module `vscode` as the client and its library touch: what they register is kept, what a test needs is answered, and
// all else is a class, a function or a namespace that does nothing.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const disposable = (dispose = () => {}) => ({ dispose });

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(start, end, ...rest) {
    const given = typeof start === "number" ? [new Position(start, end), new Position(...rest)] : [start, end];
    [this.start, this.end] = given;
  }
}

class Uri {
  constructor(url) {
    this.url = new URL(url);
    this.scheme = this.url.protocol.slice(0, -1);
    this.fsPath = this.scheme === "file" ? fileURLToPath(this.url) : "";
    this.path = this.url.pathname;
    this.authority = this.url.host;
  }
  static parse(text) {
    return new Uri(text);
  }
  static file(path) {
    return new Uri(pathToFileURL(path));
  }
  toString() {
    return this.url.href;
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class CodeActionKind {
  static Empty = new CodeActionKind("");
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}

class EventEmitter {
  #listeners = new Set();
  event = (listener, self) => {
    const bound = self ? listener.bind(self) : listener;
    this.#listeners.add(bound);
    return disposable(() => this.#listeners.delete(bound));
  };
  fire(value) {
    for (const listener of [...this.#listeners]) listener(value);
  }
  dispose() {
    this.#listeners.clear();
  }
}

class Task {
  constructor(definition, scope, name, source, call, matchers) {
    Object.assign(this, { definition, scope, name, source, call, matchers });
  }
}

class ProcessExecution {
  constructor(process, args) {
    Object.assign(this, { process, args });
  }
}

/** Anything that nobody asked for: callable, constructible, and so is whatever it holds. */
function nothing(name) {
  const made = class {
    dispose() {}
  };
  return new Proxy(made, {
    get: (target, key) => {
      if (key === "prototype" || typeof key === "symbol") return target[key];
      if (key === "name") return name;
      if (!(key in target)) target[key] = /^on[A-Z]/.test(key) ? () => disposable() : nothing(String(key));
      return target[key];
    },
    apply: () => disposable(),
  });
}

const filled = (name, known) =>
  new Proxy(known, {
    get: (target, key) => {
      if (!(key in target) && typeof key === "string") target[key] = /^(on|register)[A-Z]/.test(key) ? () => disposable() : nothing(`${name}.${key}`);
      return target[key];
    },
  });

/** The module, with what a test does to it and what it has been told. */
export function stub({ folder, settings }) {
  const root = { uri: Uri.file(folder), name: basename(folder), index: 0 };
  const changed = new EventEmitter();
  const opened = new EventEmitter();
  const documents = [];
  const commands = {};
  const collections = [];
  const [said, errors, providers] = [[], [], []];
  const channel = () =>
    new Proxy(
      { name: "opsc", logLevel: 2, onDidChangeLogLevel: () => disposable(), dispose() {}, show() {} },
      { get: (target, key) => target[key] ?? ((text) => void said.push(`${String(key)}: ${text}`)) },
    );
  const configuration = (section) => ({
    get: (key, fallback) => (section === "opsc" || section === undefined ? settings[key] : undefined) ?? fallback,
    has: () => false,
    inspect: () => undefined,
  });
  const module = filled("vscode", {
    version: "1.91.0",
    CodeActionKind, Position, Range, Uri, Diagnostic, EventEmitter, Task, ProcessExecution,
    Disposable: Object.assign(class { constructor(dispose) { this.dispose = dispose ?? (() => {}); } }, { from: () => disposable() }),
    CancellationTokenSource: class { token = { isCancellationRequested: false, onCancellationRequested: () => disposable() }; cancel() {} dispose() {} },
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
    TaskScope: { Global: 1, Workspace: 2 },
    TaskGroup: { Build: "build", Test: "test" },
    env: filled("env", { language: "en", appName: "stub", logLevel: 2, onDidChangeTelemetryEnabled: () => disposable() }),
    workspace: filled("workspace", {
      isTrusted: true,
      workspaceFolders: [root],
      textDocuments: documents,
      notebookDocuments: [],
      getConfiguration: configuration,
      getWorkspaceFolder: () => root,
      asRelativePath: (uri) => uri.fsPath.slice(folder.length + 1),
      findFiles: async () => [Uri.file(`${folder}/main.ops`)],
      createFileSystemWatcher: () => ({ onDidCreate: () => disposable(), onDidChange: () => disposable(), onDidDelete: () => disposable(), dispose() {} }),
      onDidChangeConfiguration: changed.event,
      onDidOpenTextDocument: opened.event,
    }),
    window: filled("window", {
      visibleTextEditors: [],
      tabGroups: filled("tabGroups", { all: [] }),
      createOutputChannel: channel,
      showErrorMessage: async (text) => void errors.push(text),
      showWarningMessage: async () => undefined,
      showInformationMessage: async () => undefined,
    }),
    commands: filled("commands", {
      registerCommand: (name, run) => {
        commands[name] = run;
        return disposable(() => delete commands[name]);
      },
    }),
    tasks: filled("tasks", {
      registerTaskProvider: (_, provider) => {
        providers.push(provider);
        return disposable();
      },
    }),
    languages: filled("languages", {
      match: (selector, document) => ([].concat(selector).some((one) => one.language === document.languageId) ? 10 : 0),
      createDiagnosticCollection: () => {
        const kept = new Map();
        collections.push(kept);
        return {
          set: (uri, list) => void kept.set(uri.toString(), list),
          delete: (uri) => void kept.delete(uri.toString()),
          clear: () => kept.clear(),
          has: (uri) => kept.has(uri.toString()),
          get: (uri) => kept.get(uri.toString()),
          forEach() {},
          dispose: () => kept.clear(),
        };
      },
    }),
  });
  return {
    module, commands, providers, said, errors,
    open(path) {
      const text = readFileSync(path, "utf8");
      const document = { uri: Uri.file(path), fileName: path, languageId: "ops", version: 1, getText: () => text, lineCount: text.split("\n").length, isClosed: false };
      documents.push(document);
      opened.fire(document);
      return document;
    },
    findings: (document) => collections.map((kept) => kept.get(document.uri.toString())).find((list) => list?.length > 0),
    change: (name) => changed.fire({ affectsConfiguration: (asked) => asked === name }),
    run: (name, ...given) => commands[name](...given),
  };
}
