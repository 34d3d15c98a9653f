"""`opsc lsp`, driven by a published client library over its standard input and output: every request that it offers.

Usage: pytest tests/clients/lsp.py, with `opsc` on the PATH.
"""

import asyncio
import pathlib
import shutil

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import ClientServerConfig, client_capabilities, make_test_lsp_client

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "sample"

# What the server may offer. An offer that no test here takes up is a failure of `test_every_offer_is_taken_up`.
TAKEN_UP = {
    "code_action_provider",
    "code_lens_provider",
    "completion_provider",
    "definition_provider",
    "document_formatting_provider",
    "document_highlight_provider",
    "document_link_provider",
    "document_on_type_formatting_provider",
    "document_range_formatting_provider",
    "document_symbol_provider",
    "execute_command_provider",
    "folding_range_provider",
    "hover_provider",
    "inlay_hint_provider",
    "position_encoding",
    "references_provider",
    "rename_provider",
    "selection_range_provider",
    "semantic_tokens_provider",
    "signature_help_provider",
    "text_document_sync",
    "workspace",
    "workspace_symbol_provider",
}


class Session:
    """A client with a server, and what it has open."""

    def __init__(self, client, greeting, folder):
        self.client, self.greeting, self.folder = client, greeting, folder
        self.versions = {}

    def uri(self, name):
        return (self.folder / name).as_uri()

    def open(self, uri, text):
        self.versions[uri] = 1
        document = types.TextDocumentItem(uri=uri, language_id="ops", version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
        return uri

    def open_file(self, name):
        return self.open(self.uri(name), (self.folder / name).read_text())

    def edit(self, uri, *changes):
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=document, content_changes=list(changes))
        )

    def replace(self, uri, text):
        self.edit(uri, types.TextDocumentContentChangeWholeDocument(text=text))

    async def findings(self, uri, wanted):
        """The errors of a file, once they have the codes that are waited for."""
        for _ in range(200):
            errors = [one for one in self.client.diagnostics.get(uri, []) if one.severity == types.DiagnosticSeverity.Error]
            found = sorted(one.code for one in errors)
            if uri in self.client.diagnostics and found == sorted(wanted):
                return errors
            await asyncio.sleep(0.05)
        raise AssertionError(f"{uri}: found {found}, not {wanted}")


async def begin(folder, roots=None, capabilities="visual_studio_code"):
    config = ClientServerConfig(server_command=["opsc", "lsp"], client_factory=make_test_lsp_client)
    client = await config.start()
    roots = [folder] if roots is None else roots
    greeting = await client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(capabilities),
            root_uri=None,
            workspace_folders=[types.WorkspaceFolder(uri=root.as_uri(), name=root.name) for root in roots],
        )
    )
    return Session(client, greeting, folder)


@pytest_asyncio.fixture
async def session(tmp_path):
    """A server whose folder is a copy of an example."""
    shutil.copytree(EXAMPLE, tmp_path / "policy")
    session = await begin(tmp_path / "policy")
    yield session
    await session.client.shutdown_session()
    assert session.client.error is None


@pytest_asyncio.fixture
async def empty(tmp_path):
    """A server in a folder with nothing in it."""
    session = await begin(tmp_path)
    yield session
    await session.client.shutdown_session()


def place(text, needle, after=0):
    """Where a piece of a text begins, as editors count; all of it is ASCII."""
    before = text[: text.index(needle) + after]
    return types.Position(line=before.count("\n"), character=len(before) - before.rfind("\n") - 1)


def at(session, uri, name, needle, after=0):
    text = (session.folder / name).read_text()
    return {"text_document": types.TextDocumentIdentifier(uri=uri), "position": place(text, needle, after)}


def applied(text, edits):
    """A text after edits, as a client carries them out: from the last to the first."""
    lines = text.splitlines(keepends=True) + [""]
    offset = lambda at: sum(map(len, lines[: at.line])) + at.character
    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


OPTIONS = types.FormattingOptions(tab_size=8, insert_spaces=False)


def test_every_offer_is_taken_up(session):
    offered = session.greeting.capabilities
    names = {field for field in offered.__slots__ if not field.startswith("__") and getattr(offered, field) not in (None, False)}
    assert names == TAKEN_UP


@pytest.mark.asyncio
async def test_findings_follow_what_is_typed(session):
    main = session.open_file("main.ops")
    await session.findings(main, [])
    text = (session.folder / "main.ops").read_text()
    typed = place(text, "scope  llm", len("scope  llm"))
    insert = lambda start, end, text: types.TextDocumentContentChangePartial(range=types.Range(start=start, end=end), text=text)
    session.edit(main, insert(typed, typed, "s"))
    [found] = await session.findings(main, ["unknown-name"])
    assert "`llms`" in found.message
    assert found.source == "opsc" and found.severity == types.DiagnosticSeverity.Error
    assert found.code_description.href.endswith("/rules/unknown-name.md")
    assert (found.range.start.line, found.range.end.character) == (typed.line, typed.character + 1)
    end = types.Position(line=typed.line, character=typed.character + 1)
    session.edit(main, insert(typed, end, ""))
    await session.findings(main, [])


@pytest.mark.asyncio
async def test_a_file_that_is_not_open_is_checked_too(session):
    main = session.open_file("main.ops")
    await session.findings(main, [])
    people = session.folder / "people.ops"
    people.write_text(people.read_text().replace("sre-owner ", "sre-boss "))
    event = types.FileEvent(uri=people.as_uri(), type=types.FileChangeType.Changed)
    session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[event]))
    for _ in range(200):
        found = {one.code for one in session.client.diagnostics[main]}
        if "unknown-name" in found:
            break
        await asyncio.sleep(0.05)
    assert "unknown-name" in found


@pytest.mark.asyncio
async def test_definition(session):
    main = session.open_file("main.ops")
    asked = types.DefinitionParams(**at(session, main, "main.ops", "owner    sre-owner", 12))
    found = await session.client.text_document_definition_async(asked)
    assert found.uri == session.uri("people.ops")
    assert found.range.start == place((session.folder / "people.ops").read_text(), "sre-owner")
    library = await session.client.text_document_definition_async(
        types.DefinitionParams(**at(session, main, "main.ops", "prompt-pack-v8 : T2", 18))
    )
    path = pathlib.Path(library.uri.removeprefix("file://"))
    assert path.name == "tiers.ops" and "tier T2" in path.read_text().splitlines()[library.range.start.line]


@pytest.mark.asyncio
async def test_references(session):
    people = session.open_file("people.ops")
    asked = types.ReferenceParams(
        **at(session, people, "people.ops", "rag-team", 2),
        context=types.ReferenceContext(include_declaration=True),
    )
    found = await session.client.text_document_references_async(asked)
    lines = [(session.folder / pathlib.Path(one.uri).name).read_text().splitlines()[one.range.start.line] for one in found]
    assert all("rag-team" in line for line in lines) and len({one.uri for one in found}) > 1


@pytest.mark.asyncio
async def test_rename(session):
    people = session.open_file("people.ops")
    where = at(session, people, "people.ops", "rag-team", 2)
    assert await session.client.text_document_prepare_rename_async(types.PrepareRenameParams(**where))
    edit = await session.client.text_document_rename_async(types.RenameParams(**where, new_name="rag-people"))
    changes = edit.changes or {one.text_document.uri: one.edits for one in edit.document_changes}
    assert session.uri("main.ops") in changes and people in changes
    for uri, edits in changes.items():
        text = (session.folder / pathlib.Path(uri).name).read_text()
        assert applied(text, edits) == text.replace("rag-team", "rag-people")


@pytest.mark.asyncio
async def test_highlights_and_ranges(session):
    main = session.open_file("main.ops")
    where = at(session, main, "main.ops", "window month-end", 9)
    found = await session.client.text_document_document_highlight_async(types.DocumentHighlightParams(**where))
    assert len(found) >= 2 and {one.range.end.character - one.range.start.character for one in found} == {len("month-end")}
    ranges = await session.client.text_document_selection_range_async(
        types.SelectionRangeParams(text_document=where["text_document"], positions=[where["position"]])
    )
    assert ranges[0].parent is not None
    folds = await session.client.text_document_folding_range_async(
        types.FoldingRangeParams(text_document=where["text_document"])
    )
    assert any(fold.start_line == where["position"].line for fold in folds)


@pytest.mark.asyncio
async def test_symbols(session):
    main = session.open_file("main.ops")
    identifier = types.TextDocumentIdentifier(uri=main)
    outline = await session.client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=identifier))
    assert any("month-end" in one.name for one in outline)
    found = await session.client.workspace_symbol_async(types.WorkspaceSymbolParams(query="month-end"))
    assert any("month-end" in one.name for one in found)
    tokens = await session.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=identifier))
    assert len(tokens.data) > 500 and len(tokens.data) % 5 == 0
    links = await session.client.text_document_document_link_async(types.DocumentLinkParams(text_document=identifier))
    assert session.uri("people.ops") in {link.target for link in links}


@pytest.mark.asyncio
async def test_fixes_and_lenses(session):
    main = session.open_file("main.ops")
    text = (session.folder / "main.ops").read_text()
    identifier = types.TextDocumentIdentifier(uri=main)
    lenses = await session.client.text_document_code_lens_async(types.CodeLensParams(text_document=identifier))
    assert lenses
    wrong = text.replace("  except 2025-06-20", "  excpt 2025-06-20")
    session.replace(main, wrong)
    [found] = await session.findings(main, ["unknown-field"])
    context = types.CodeActionContext(diagnostics=[found])
    actions = await session.client.text_document_code_action_async(
        types.CodeActionParams(text_document=identifier, range=found.range, context=context)
    )
    [mend] = [action for action in actions if "`except`" in action.title]
    changes = mend.edit.changes or {one.text_document.uri: one.edits for one in mend.edit.document_changes}
    assert applied(wrong, changes[main]) == text


@pytest.mark.asyncio
async def test_what_helps_writing(session):
    main = session.open_file("main.ops")
    hover = await session.client.text_document_hover_async(
        types.HoverParams(**at(session, main, "main.ops", "window month-end", 9))
    )
    assert "month-end" in hover.contents.value
    text = (session.folder / "main.ops").read_text()
    session.replace(main, text.replace("  scope billing\n", "  sc\n"))
    place_of = place(text, "  scope billing")
    where = {
        "text_document": types.TextDocumentIdentifier(uri=main),
        "position": types.Position(line=place_of.line, character=4),
    }
    offered = await session.client.text_document_completion_async(types.CompletionParams(**where))
    items = offered if isinstance(offered, list) else offered.items
    assert "scope" in {item.label for item in items}
    session.replace(main, text.replace("  scope billing\n", "  scope \n"))
    where["position"] = types.Position(line=place_of.line, character=8)
    help = await session.client.text_document_signature_help_async(types.SignatureHelpParams(**where))
    assert help.signatures[0].label.startswith("scope")
    session.replace(main, text)
    lines = types.Range(start=types.Position(line=0, character=0), end=types.Position(line=80, character=0))
    hints = await session.client.text_document_inlay_hint_async(
        types.InlayHintParams(text_document=where["text_document"], range=lines)
    )
    assert hints


@pytest.mark.asyncio
async def test_formatting(session):
    main = session.open_file("main.ops")
    text = (session.folder / "main.ops").read_text()
    identifier = types.TextDocumentIdentifier(uri=main)
    whole = lambda: session.client.text_document_formatting_async(
        types.DocumentFormattingParams(text_document=identifier, options=OPTIONS)
    )
    assert not await whole()
    untidy = text.replace("  scope billing\n", "      scope    billing\n").replace("on failure rollback", "on  failure   rollback")
    assert untidy != text
    session.replace(main, untidy)
    edits = await whole()
    assert applied(untidy, edits) == text
    line = place(untidy, "      scope    billing").line
    lines = types.Range(start=types.Position(line=line, character=0), end=types.Position(line=line, character=9))
    edits = await session.client.text_document_range_formatting_async(
        types.DocumentRangeFormattingParams(text_document=identifier, range=lines, options=OPTIONS)
    )
    assert {edit.range.start.line for edit in edits} <= {line - 1, line}
    assert applied(untidy, edits) == untidy.replace("      scope    billing\n", "  scope billing\n")
    start = place(untidy, "window month-end")
    closed = types.Position(line=start.line + untidy[untidy.index("window month-end") :].split("\n").index("}"), character=1)
    edits = await session.client.text_document_on_type_formatting_async(
        types.DocumentOnTypeFormattingParams(text_document=identifier, position=closed, ch="}", options=OPTIONS)
    )
    assert applied(untidy, edits) == untidy.replace("      scope    billing\n", "  scope billing\n")
    session.replace(main, "policy p {\n")
    assert await whole() is None


@pytest.mark.asyncio
async def test_a_buffer_without_a_file(empty):
    uri = empty.open("untitled:Untitled-1", "policy p { language 1 }\nregion eu { zone \"Dublin/Europe\" }\n")
    [found] = await empty.findings(uri, ["unknown-zone"])
    assert found.range.start.line == 1
    empty.replace(uri, "policy p { language 1 }\nregion eu { zone \"Europe/Dublin\" }\n")
    await empty.findings(uri, [])


@pytest.mark.asyncio
async def test_several_folders(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.ops").write_text(f"policy {name} {{ language 1 }}\nwindow w : hard {{}}\n")
    session = await begin(tmp_path, [tmp_path / "one", tmp_path / "two"])
    for name in ("one", "two"):
        for _ in range(200):
            if session.client.diagnostics.get(session.uri(f"{name}/main.ops")):
                break
            await asyncio.sleep(0.05)
        assert session.client.diagnostics[session.uri(f"{name}/main.ops")]
    removed = types.WorkspaceFoldersChangeEvent(
        added=[], removed=[types.WorkspaceFolder(uri=(tmp_path / "two").as_uri(), name="two")]
    )
    session.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event=removed))
    await session.findings(session.uri("two/main.ops"), [])
    assert session.client.diagnostics[session.uri("one/main.ops")]
    await session.client.shutdown_session()


@pytest.mark.asyncio
async def test_an_answer_is_never_of_another_text(session):
    """While somebody types, a request is answered for the text it was asked about, or with `ContentModified`."""
    main = session.open_file("main.ops")
    text = (session.folder / "main.ops").read_text()
    asked = types.DefinitionParams(**at(session, main, "main.ops", "owner    sre-owner", 12))
    answers = []
    for number in range(20):
        session.replace(main, "// typed\n" * number + text)
        answers.append((number, asyncio.create_task(session.client.text_document_definition_async(asked))))
        await asyncio.sleep(0)
    for number, answer in answers:
        try:
            found = await answer
        except Exception as error:  # noqa: BLE001: which class it is, is the library's affair
            assert getattr(error, "code", None) == types.LSPErrorCodes.ContentModified, error
        else:
            assert number == 0 or found is None or found.uri != session.uri("people.ops")
