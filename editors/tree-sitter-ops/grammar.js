/**
 * The grammar of .ops for editors. The compiler's own is `grammar/ops.pest`; tests hold the two to the same items.
 *
 * What the compiler settles before its grammar sees a line, `src/scanner.c` settles here: which newline ends a statement,
 * what a `-` is, and where a block ends that nobody closed.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// From the loosest to the tightest, as `src/syntax/expression.rs` has it.
const PREC = { or: 1, and: 2, not: 3, phrase: 4, list: 5, compare: 6, sum: 7, product: 8 };

const DAY = /[0-9]{4}-[0-9]{2}-[0-9]{2}/;
const CLOCK = /[0-9]{2}:[0-9]{2}(:[0-9]{2})?/;
const DECIMAL = /[0-9]+(\.[0-9]+)?/;

module.exports = grammar({
  name: 'ops',

  externals: $ => [
    $._newline,
    $._open,
    $._close,
    // Closes a block whose `}` is missing: before a line that begins an item, and at the end of the file.
    $._unclosed,
    $._in,
    $._minus,
    $._sign,
    // A comma that parts members of a bracket and begins no list: before `not`, `..` and the closing bracket.
    $._member_comma,
    // Ends a string at the end of its line, where its quote is missing.
    $._unquoted,
  ],

  extras: $ => [/\s/, '\uFEFF', $.comment],

  word: $ => $.name,

  supertypes: $ => [$.expression, $.literal],

  rules: {
    source_file: $ => seq(
      repeat(choice($.module_doc, $._end)),
      optional(seq($.item, repeat(seq(repeat1($._end), $.item)), repeat($._end))),
    ),

    // An item and a statement are one rule.
    item: $ => $._node,
    statement: $ => $._node,

    _node: $ => seq(
      repeat($.doc_comment),
      repeat($.attribute),
      choice($.import, $._entry),
    ),

    _end: $ => choice($._newline, ';'),

    attribute: $ => prec.right(seq('@', field('name', $.name), optional(field('arguments', $.arguments)))),

    // --- imports ------------------------------------------------------------------------------------------------

    import: $ => seq('use', field('from', choice($.string, $.path))),
    path: $ => seq(
      field('segment', $.name),
      repeat(seq('.', field('segment', $.name))),
      optional(seq('.', field('only', $.names))),
    ),
    names: $ => seq(
      alias($._open, '{'),
      repeat($._newline),
      optional(seq($.name, repeat($._newline), repeat(seq(',', $.name, repeat($._newline))))),
      choice(alias($._close, '}'), $._unclosed),
    ),

    // --- entries ------------------------------------------------------------------------------------------------

    _entry: $ => seq(
      field('keyword', choice(
        alias($.name, $.keyword),
        alias(choice('when', 'where', 'because'), $.keyword),
        $.date,
      )),
      optional(field('head', $.expression)),
      optional($.annotation),
      repeat($.clause),
      optional(field('block', $.block)),
    ),

    annotation: $ => seq(':', $.expression),

    clause: $ => seq(field('keyword', choice('when', 'where', 'because')), $.expression),

    block: $ => seq(
      alias($._open, '{'),
      repeat($._end),
      optional(seq($.statement, repeat(seq(repeat1($._end), $.statement)), repeat($._end))),
      choice(alias($._close, '}'), $._unclosed),
    ),

    // --- expressions --------------------------------------------------------------------------------------------

    expression: $ => choice($.or_expression, $.and_expression, $.not_expression, $._phrase),

    or_expression: $ => prec.left(PREC.or, seq($.expression, 'or', $.expression)),
    and_expression: $ => prec.left(PREC.and, seq($.expression, 'and', $.expression)),
    not_expression: $ => prec(PREC.not, seq('not', $._phrase)),

    _phrase: $ => choice($.phrase, $._list),

    // Juxtaposition is flat. Behind a word a `not` takes the rest: `require not warmup`.
    // A `..` is a part of its own, and something follows it: a newline behind it ends nothing.
    phrase: $ => prec.right(PREC.phrase, choice(
      seq($._list, repeat1($._part), optional($.not_expression)),
      seq($._list, $.not_expression),
      seq($.range, $._list, repeat($._part), optional($.not_expression)),
    )),
    _part: $ => seq(optional($.range), $._list),
    range: _ => '..',

    _list: $ => choice($.list, $._comparison),
    list: $ => prec.right(PREC.list, seq($._comparison, repeat1(seq(',', $._comparison)))),

    _comparison: $ => choice($.comparison, $.membership, $._operand),
    comparison: $ => prec.left(PREC.compare, seq(
      field('left', $._comparison),
      field('operator', choice('=', '==', '!=', '<', '<=', '>', '>=')),
      field('right', $._comparison),
    )),
    membership: $ => prec.left(PREC.compare, seq(
      field('member', $._comparison),
      field('operator', alias($._in, 'in')),
      field('of', $._comparison),
    )),

    _operand: $ => choice(
      $.binary_expression, $.negative, $.call, $.name, $.string, $.boolean, $.bracket, $.parenthesis, $.literal,
      $.malformed,
    ),

    binary_expression: $ => choice(
      prec.left(PREC.sum, seq(
        field('left', $._operand), field('operator', choice('+', alias($._minus, '-'))), field('right', $._operand),
      )),
      prec.left(PREC.product, seq(
        field('left', $._operand), field('operator', choice('*', '/')), field('right', $._operand),
      )),
    ),

    negative: $ => prec(9, seq(alias($._sign, '-'), choice($.name, $.call, $.literal, $.parenthesis, $.malformed))),

    call: $ => prec(10, seq(field('function', $.name), field('arguments', $.arguments))),
    arguments: $ => seq(token.immediate('('), optional($._members), ')'),
    bracket: $ => seq('[', optional($._members), ']'),
    parenthesis: $ => seq('(', $.expression, ')'),
    _members: $ => seq(
      $.expression,
      repeat(seq(alias($._member_comma, ','), $.expression)),
      optional(alias($._member_comma, ',')),
    ),

    // --- words and literals -------------------------------------------------------------------------------------

    name: _ => /[A-Za-z]([A-Za-z0-9_]|-[A-Za-z0-9])*/,

    boolean: _ => choice('true', 'false'),

    string: $ => choice(
      seq('"', repeat(choice($.string_content, $.escape)), choice(token.immediate('"'), $._unquoted)),
      seq('"""', repeat(choice(alias($._block_content, $.string_content), $.escape)), token.immediate(prec(1, '"""'))),
    ),
    string_content: _ => token.immediate(prec(1, /[^"\\\n]+/)),
    _block_content: _ => token.immediate(prec(1, choice(/[^"\\]+/, '"', '""'))),
    escape: _ => token.immediate(prec(1, /\\[^\n]/)),

    literal: $ => choice(
      $.zoned, $.instant, $.local, $.date, $.time, $.duration, $.ordinal, $.points, $.ratio, $.rate, $.number, $.money,
    ),

    zoned: _ => token(seq(DAY, 'T', CLOCK, '[', /[A-Za-z0-9\/_+-]+/, ']')),
    instant: _ => token(seq(DAY, 'T', CLOCK, choice('Z', /[+-][0-9]{2}:[0-9]{2}/))),
    local: _ => token(seq(DAY, 'T', CLOCK)),
    date: _ => token(DAY),
    time: _ => token(CLOCK),
    duration: _ => token(repeat1(seq(/[0-9]+/, choice('ms', 's', 'm', 'h', 'd')))),
    ordinal: _ => token(seq(/[0-9]+/, choice('st', 'nd', 'rd', 'th'))),
    points: _ => token(seq(DECIMAL, 'pp')),
    ratio: _ => token(seq(DECIMAL, '%')),
    rate: _ => token(seq(DECIMAL, '/', choice('s', 'm', 'h', 'd'))),
    number: _ => token(DECIMAL),
    money: _ => token(seq('$', DECIMAL)),

    // A literal that runs on is one malformed literal, not two operands. It is the longest match only where no literal is.
    malformed: _ => token(seq(
      optional('$'),
      /[0-9]/,
      repeat(choice(/[A-Za-z0-9_%\u0080-\u{10FFFF}]/u, /[.:+\/-][A-Za-z0-9]/)),
    )),

    // --- comments -----------------------------------------------------------------------------------------------

    comment: _ => token(choice(/\/\/([^\/!\n][^\n]*)?/, /\/\/\/\/[^\n]*/)),
    doc_comment: _ => token(/\/\/\/([^\/\n][^\n]*)?/),
    module_doc: _ => token(/\/\/![^\n]*/),
  },
});
