// What a context-free grammar cannot tell of .ops: which newline ends a statement, what a `-` is, which `in` is an operator, and
// where a block ends that nobody closed. `src/syntax/layout/` of the compiler says the same of a whole file at a time.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

enum Token { NEWLINE, OPEN, CLOSE, UNCLOSED, IN, MINUS, SIGN, MEMBER_COMMA, UNQUOTED };

typedef struct {
  // How many blocks are open.
  uint16_t depth;
  // An item begins although blocks are open: all of them end here, and so does the line.
  bool closing;
} Scanner;

static bool is_letter(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_word_part(int32_t c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == 0xFEFF; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static bool found(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

// Whether exactly this word comes next; reads as far as it is alike.
static bool reads(TSLexer *lexer, const char *word) {
  for (; *word; word++) {
    if (lexer->lookahead != *word) return false;
    advance(lexer);
  }
  return !is_word_part(lexer->lookahead);
}

static void pass_line(TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') advance(lexer);
}

// Passes blanks, newlines and `//` comments; stops behind the slashes of a `///`.
static void pass_layout(TSLexer *lexer) {
  for (;;) {
    while (lexer->lookahead == '\n' || is_blank(lexer->lookahead)) advance(lexer);
    if (lexer->lookahead != '/') return;
    for (int slashes = 0; lexer->lookahead == '/'; slashes++) {
      if (slashes == 3) break;
      advance(lexer);
    }
    pass_line(lexer);
  }
}

// Behind an opening quote: to the end of the string, or of its line where it is not a block.
static void pass_string(TSLexer *lexer) {
  int quotes = 1;
  while (quotes < 3 && lexer->lookahead == '"') {
    advance(lexer);
    quotes++;
  }
  if (quotes == 2) return;
  for (int closing = 0; !lexer->eof(lexer) && closing < quotes;) {
    int32_t c = lexer->lookahead;
    if (quotes == 1 && c == '\n') return;
    advance(lexer);
    if (c == '\\' && lexer->lookahead != '\n') advance(lexer);
    closing = c == '"' ? closing + 1 : 0;
  }
}

// Whether the braces that are open here are all closed before the file ends. If not, some item lacks one, and column 0 is the
// only thing to go by. Asked only where a line inside a block begins in column 0, which the formatter never leaves.
static bool all_are_closed(TSLexer *lexer, uint32_t depth) {
  while (!lexer->eof(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == '/' && lexer->lookahead == '/') pass_line(lexer);
    if (c == '"') pass_string(lexer);
    if (c == '{') depth++;
    if (c == '}' && --depth == 0) return true;
  }
  return false;
}

// Whether an item begins here, inside a block, because a brace is missing.
static bool begins_item(Scanner *scanner, TSLexer *lexer) {
  int32_t c = lexer->lookahead;
  if (!(is_letter(c) || c == '@' || c == '/') || lexer->get_column(lexer) != 0) return false;
  if (c == '/') {
    for (int slashes = 0; slashes < 3; slashes++) {
      if (lexer->lookahead != '/') return false;
      advance(lexer);
    }
    if (lexer->lookahead == '/') return false;
    pass_line(lexer);
  }
  return !all_are_closed(lexer, scanner->depth);
}

// Whether the newline here ends a statement: not where the next line goes on with `and` or `or`.
static bool ends_statement(TSLexer *lexer) {
  while (lexer->lookahead == '\n' || is_blank(lexer->lookahead)) advance(lexer);
  lexer->mark_end(lexer);
  pass_layout(lexer);
  if (lexer->lookahead == 'a') return !reads(lexer, "and");
  if (lexer->lookahead == 'o') return !reads(lexer, "or");
  return true;
}

void *tree_sitter_ops_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_ops_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_ops_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *scanner = payload;
  buffer[0] = (char)(scanner->depth & 0xFF);
  buffer[1] = (char)(scanner->depth >> 8);
  buffer[2] = (char)scanner->closing;
  return 3;
}

void tree_sitter_ops_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  scanner->depth = length == 3 ? (uint16_t)((uint8_t)buffer[0] | (uint8_t)buffer[1] << 8) : 0;
  scanner->closing = length == 3 && buffer[2];
}

bool tree_sitter_ops_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (scanner->closing) {
    lexer->mark_end(lexer);
    if (scanner->depth > 0) {
      scanner->depth--;
      return found(lexer, UNCLOSED);
    }
    scanner->closing = false;
    if (valid[NEWLINE]) return found(lexer, NEWLINE);
  }
  // All are valid at once only where the parser looks for a way on behind an error.
  if (valid[UNQUOTED] && !valid[NEWLINE]) {
    lexer->mark_end(lexer);
    return (lexer->lookahead == '\n' || lexer->eof(lexer)) && found(lexer, UNQUOTED);
  }

  bool spaced = lexer->get_column(lexer) == 0;
  while (is_blank(lexer->lookahead) || (lexer->lookahead == '\n' && !valid[NEWLINE])) {
    spaced = true;
    lexer->advance(lexer, true);
  }
  lexer->mark_end(lexer);
  if (lexer->eof(lexer)) {
    if (!valid[UNCLOSED] || scanner->depth == 0) return false;
    scanner->depth--;
    return found(lexer, UNCLOSED);
  }
  switch (lexer->lookahead) {
    case '\n':
      return ends_statement(lexer) && found(lexer, NEWLINE);
    case '{':
      if (!valid[OPEN]) return false;
      advance(lexer);
      lexer->mark_end(lexer);
      scanner->depth++;
      return found(lexer, OPEN);
    case '}':
      if (!valid[CLOSE] || scanner->depth == 0) return false;
      advance(lexer);
      lexer->mark_end(lexer);
      scanner->depth--;
      return found(lexer, CLOSE);
    case '-':
      if (!valid[MINUS] && !valid[SIGN]) return false;
      advance(lexer);
      lexer->mark_end(lexer);
      // Touching what follows and not what precedes, it is a sign: `day -3`. Else it subtracts: `a - b`, `f(x)-1`.
      bool touches = !is_blank(lexer->lookahead) && lexer->lookahead != '\n';
      return found(lexer, valid[SIGN] && (!valid[MINUS] || (spaced && touches)) ? SIGN : MINUS);
    case ',':
      if (!valid[MEMBER_COMMA]) return false;
      advance(lexer);
      lexer->mark_end(lexer);
      pass_layout(lexer);
      switch (lexer->lookahead) {
        case ')':
        case ']':
        case '.':
          return found(lexer, MEMBER_COMMA);
        case 'n':
          return reads(lexer, "not") && found(lexer, MEMBER_COMMA);
        default:
          return false;
      }
    default:
      break;
  }
  if (scanner->depth > 0 && lexer->get_column(lexer) == 0) {
    if (!begins_item(scanner, lexer)) return false;
    scanner->closing = true;
    scanner->depth--;
    return found(lexer, UNCLOSED);
  }
  if (valid[IN] && reads(lexer, "in")) {
    lexer->mark_end(lexer);
    while (is_blank(lexer->lookahead)) advance(lexer);
    return lexer->lookahead == '[' && found(lexer, IN);
  }
  return false;
}
