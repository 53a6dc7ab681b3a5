// What a regular expression cannot say: quotes with templates inside, comments, and words that are keywords only
// before certain others. The scanner keeps no state between tokens.

#include "tree_sitter/parser.h"

#include <string.h>

enum Token {
  SPECIAL_STRING,
  SPECIAL_DOUBLE,
  SINGLE_OPEN,
  SINGLE_TEXT,
  SINGLE_CLOSE,
  DOUBLE_OPEN,
  DOUBLE_TEXT,
  DOUBLE_CLOSE,
  BACKTICK_OPEN,
  BACKTICK_TEXT,
  BACKTICK_CLOSE,
  DOLLAR_STRING,
  COMMENT,
  BLOCK_COMMENT,
  JINJA_COMMENT,
  IN_JINJA,
  TEMPORARY_NAME,
  VALUES,
  WINDOW,
  OFFSET,
  FILTER,
  RELATION_MODIFIER,
  END,
  ERROR_SENTINEL,
};

// A template tag that does not close within this many characters is taken for plain text.
enum { LONGEST_TAG = 8192, LONGEST_WORD = 24 };

static inline void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static bool accept(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = (TSSymbol)token;
  return true;
}

static inline bool is_space(int32_t c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == 0xa0 || c == 0x200b ||
         c == 0xfeff;
}

static inline bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static inline bool is_letter(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c > 0xa0;
}

static inline bool is_word(int32_t c) { return is_letter(c) || is_digit(c); }

// Stands at `{{`, `{%` or `{#` with the first brace read; true if the tag closes, then just behind it.
static bool skip_tag(TSLexer *lexer, int32_t *first_newline_marked) {
  int32_t closing = lexer->lookahead == '{' ? '}' : lexer->lookahead;
  advance(lexer);
  for (int count = 0; count < LONGEST_TAG && !lexer->eof(lexer); count++) {
    if (lexer->lookahead == '\n' && first_newline_marked && !*first_newline_marked) {
      lexer->mark_end(lexer);
      *first_newline_marked = 1;
    }
    bool found = lexer->lookahead == closing;
    advance(lexer);
    if (found && lexer->lookahead == '}') {
      advance(lexer);
      return true;
    }
  }
  return false;
}

static inline bool opens_tag(int32_t c) { return c == '{' || c == '%'; }

// Whether what stands here can follow a finished string.
static bool may_follow_string(int32_t c) {
  return c == 0 || is_space(c) || strchr(",);|:=<>]}.", (char)(c < 128 ? c : 'a')) != NULL;
}

// `'\'` is a whole string where the backslash is plain, and an open one where it escapes. Stands behind `\'`:
// it ends the string if a new token may follow and the other quotes of the line come in pairs.
static bool backslash_quote_ends(TSLexer *lexer, int32_t quote) {
  if (!may_follow_string(lexer->lookahead)) return false;
  int quotes = 0;
  int32_t previous = 0;
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') {
    if (lexer->lookahead == quote) quotes++;
    if (lexer->lookahead == '-' && previous == '-') break;
    previous = lexer->lookahead;
    advance(lexer);
  }
  return quotes % 2 == 0;
}

// Reads to the run of three quotes. Stands behind the opening ones.
static bool scan_triple(TSLexer *lexer, int32_t quote, bool surely, enum Token plain) {
  bool line_marked = false;
  while (!lexer->eof(lexer)) {
    int32_t c = lexer->lookahead;
    if (c == '\n') {
      if (!line_marked) lexer->mark_end(lexer);
      line_marked = surely = true;
      advance(lexer);
    } else if (c == '\\') {
      advance(lexer);
      if (!lexer->eof(lexer)) advance(lexer);
    } else if (c == quote) {
      int run = 0;
      while (lexer->lookahead == quote && run < 3) {
        advance(lexer);
        run++;
      }
      // `'''a'` is `'a` with a doubled quote, unless what follows shows that the string goes on.
      if (run == 3 || (run == 1 && !surely && may_follow_string(lexer->lookahead))) {
        lexer->mark_end(lexer);
        return accept(lexer, plain);
      }
      if (run == 1) surely = true;
    } else {
      advance(lexer);
    }
  }
  if (!line_marked) lexer->mark_end(lexer);
  return accept(lexer, plain);
}

// Stands at the opening quote. A string with a template in it yields its beginning; one with a prefix, a backslash or
// three quotes yields itself; a simple one is left to the lexer, whose tokens are lighter.
static bool scan_quoted(TSLexer *lexer, const bool *valid, int32_t quote, bool prefixed, bool raw, enum Token plain,
                        enum Token open) {
  bool simple = !prefixed;
  advance(lexer);
  lexer->mark_end(lexer);
  if (quote != '`' && lexer->lookahead == quote) {
    int run = 1;
    while (lexer->lookahead == quote && run < 6) {
      advance(lexer);
      run++;
    }
    if (run == 2 || run == 4 || run == 6) {
      lexer->mark_end(lexer);
      return accept(lexer, plain);
    }
    return scan_triple(lexer, quote, raw || quote == '"' || run == 5, plain);
  }
  bool line_marked = false;
  while (!lexer->eof(lexer)) {
    int32_t c = lexer->lookahead;
    if (c == quote) {
      advance(lexer);
      if (lexer->lookahead == quote) {
        advance(lexer);
        continue;
      }
      lexer->mark_end(lexer);
      return !simple && accept(lexer, plain);
    }
    if (c == '\\' && quote != '`') {
      simple = false;
      advance(lexer);
      if (lexer->lookahead == quote) {
        advance(lexer);
        lexer->mark_end(lexer);
        if (!valid[open]) continue;
        return accept(lexer, backslash_quote_ends(lexer, quote) ? plain : open);
      }
      if (lexer->lookahead == '\\') advance(lexer);
    } else if (c == '{') {
      simple = quote == '`';
      advance(lexer);
      if (opens_tag(lexer->lookahead) && valid[open]) {
        if (skip_tag(lexer, NULL)) return accept(lexer, open);
      }
    } else {
      // A quote that never closes spoils its line and no more.
      if (c == '\n' && !line_marked) {
        lexer->mark_end(lexer);
        line_marked = true;
      }
      advance(lexer);
    }
  }
  if (!line_marked) lexer->mark_end(lexer);
  return accept(lexer, plain);
}

// Inside a string that holds templates.
static bool scan_text(TSLexer *lexer, const bool *valid, int32_t quote, enum Token text, enum Token close) {
  bool any = false;
  for (;;) {
    if (lexer->eof(lexer)) {
      lexer->mark_end(lexer);
      return accept(lexer, close);
    }
    int32_t c = lexer->lookahead;
    if (c == quote) {
      if (any) {
        lexer->mark_end(lexer);
        advance(lexer);
        if (lexer->lookahead != quote) return accept(lexer, text);
        advance(lexer);
        continue;
      }
      advance(lexer);
      lexer->mark_end(lexer);
      if (lexer->lookahead != quote) return accept(lexer, close);
      advance(lexer);
      any = true;
    } else if (c == '\\' && quote != '`') {
      advance(lexer);
      any = true;
      if (lexer->lookahead == quote) {
        advance(lexer);
        lexer->mark_end(lexer);
        return accept(lexer, backslash_quote_ends(lexer, quote) ? close : text);
      }
      if (lexer->lookahead == '\\') advance(lexer);
    } else if (c == '{') {
      lexer->mark_end(lexer);
      advance(lexer);
      if (opens_tag(lexer->lookahead)) return any && accept(lexer, text);
      if (lexer->lookahead == '#') {
        if (any) return accept(lexer, text);
        if (!skip_tag(lexer, NULL)) continue;
        lexer->mark_end(lexer);
        return valid[JINJA_COMMENT] && accept(lexer, JINJA_COMMENT);
      }
      any = true;
    } else {
      advance(lexer);
      any = true;
    }
  }
}

static bool scan_dollar(TSLexer *lexer) {
  char tag[64];
  unsigned length = 0;
  advance(lexer);
  while (is_word(lexer->lookahead) && lexer->lookahead < 128 && length < sizeof tag) {
    tag[length++] = (char)lexer->lookahead;
    advance(lexer);
  }
  if (lexer->lookahead != '$' || (length > 0 && is_digit(tag[0]))) return false;
  advance(lexer);
  while (!lexer->eof(lexer)) {
    bool dollar = lexer->lookahead == '$';
    advance(lexer);
    while (dollar) {
      unsigned matched = 0;
      while (matched < length && lexer->lookahead == tag[matched]) {
        advance(lexer);
        matched++;
      }
      dollar = lexer->lookahead == '$';
      if (dollar) advance(lexer);
      if (dollar && matched == length) {
        lexer->mark_end(lexer);
        return accept(lexer, DOLLAR_STRING);
      }
    }
  }
  return false;
}

// To the end of the line; a template tag inside the comment may carry it over further lines.
static bool scan_line_comment(TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '\r') {
    bool brace = lexer->lookahead == '{';
    advance(lexer);
    if (brace && (opens_tag(lexer->lookahead) || lexer->lookahead == '#')) {
      int32_t marked = 0;
      if (!skip_tag(lexer, &marked)) {
        if (!marked) lexer->mark_end(lexer);
        return accept(lexer, COMMENT);
      }
    }
  }
  lexer->mark_end(lexer);
  return accept(lexer, COMMENT);
}

static bool scan_block_comment(TSLexer *lexer) {
  int32_t previous = 0;
  while (!lexer->eof(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (previous == '*' && c == '/') break;
    previous = c;
  }
  lexer->mark_end(lexer);
  return accept(lexer, BLOCK_COMMENT);
}

static int32_t skip_spaces(TSLexer *lexer) {
  while (is_space(lexer->lookahead)) advance(lexer);
  return lexer->lookahead;
}

// Reads one word in lower case; an overlong one comes out cut.
static unsigned read_word(TSLexer *lexer, char *word) {
  unsigned length = 0;
  while (is_word(lexer->lookahead)) {
    int32_t c = lexer->lookahead;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (length < LONGEST_WORD) word[length++] = c < 128 ? (char)c : '?';
    advance(lexer);
  }
  word[length] = 0;
  return length;
}

static bool is_one_of(const char *word, const char *const *words) {
  for (; *words; words++)
    if (strcmp(word, *words) == 0) return true;
  return false;
}

static bool scan_word(TSLexer *lexer, const bool *valid) {
  static const char *const prefixes[] = {"r", "b", "rb", "br", "e", "n", "x", NULL};
  static const char *const pivots[] = {"pivot", "unpivot", "match_recognize", NULL};
  static const char *const versions[] = {"system_time", "system", "version", "timestamp", NULL};
  char word[LONGEST_WORD + 1];
  char next[LONGEST_WORD + 1];
  unsigned length = read_word(lexer, word);
  lexer->mark_end(lexer);
  int32_t c = lexer->lookahead;
  if (length <= 2 && (c == '\'' || c == '"') && is_one_of(word, prefixes)) {
    bool raw = strchr(word, 'r') != NULL;
    if (c == '\'') return valid[SPECIAL_STRING] && scan_quoted(lexer, valid, c, true, raw, SPECIAL_STRING, SINGLE_OPEN);
    return (raw || word[0] == 'b') && valid[SPECIAL_DOUBLE] &&
           scan_quoted(lexer, valid, c, true, raw, SPECIAL_DOUBLE, DOUBLE_OPEN);
  }
  if (valid[VALUES] && strcmp(word, "values") == 0) {
    c = skip_spaces(lexer);
    return (c == '(' || c == '\'' || c == '{' || c == '-' || is_digit(c)) && accept(lexer, VALUES);
  }
  if (valid[WINDOW] && strcmp(word, "window") == 0) {
    if (!is_letter(skip_spaces(lexer))) return false;
    read_word(lexer, next);
    skip_spaces(lexer);
    read_word(lexer, next);
    return strcmp(next, "as") == 0 && accept(lexer, WINDOW);
  }
  if (valid[OFFSET] && strcmp(word, "offset") == 0) {
    c = skip_spaces(lexer);
    return (is_digit(c) || c == '{' || c == '@' || c == ':' || c == '$' || c == '?') && accept(lexer, OFFSET);
  }
  if (valid[FILTER] && strcmp(word, "filter") == 0) {
    if (skip_spaces(lexer) != '(') return false;
    advance(lexer);
    skip_spaces(lexer);
    read_word(lexer, next);
    return strcmp(next, "where") == 0 && accept(lexer, FILTER);
  }
  if (!valid[RELATION_MODIFIER]) return false;
  if (is_one_of(word, pivots)) return skip_spaces(lexer) == '(' && accept(lexer, RELATION_MODIFIER);
  if (strcmp(word, "tablesample") == 0) return accept(lexer, RELATION_MODIFIER);
  if (strcmp(word, "for") == 0) {
    skip_spaces(lexer);
    read_word(lexer, next);
    return is_one_of(next, versions) && accept(lexer, RELATION_MODIFIER);
  }
  return false;
}

// `# comment` of BigQuery and MySQL, `#orders` of T-SQL, `#>` of Postgres.
static bool scan_hash(TSLexer *lexer, const bool *valid, bool line_start) {
  advance(lexer);
  if (!line_start) {
    if (lexer->lookahead == '>' || lexer->lookahead == '-') return false;
    if (lexer->lookahead == '#') advance(lexer);
    if (valid[TEMPORARY_NAME] && is_letter(lexer->lookahead)) {
      while (is_word(lexer->lookahead)) advance(lexer);
      lexer->mark_end(lexer);
      return accept(lexer, TEMPORARY_NAME);
    }
  }
  return valid[COMMENT] && scan_line_comment(lexer);
}

static bool scan(TSLexer *lexer, const bool *valid) {
  bool recovering = valid[ERROR_SENTINEL];
  if (!recovering) {
    if (valid[SINGLE_TEXT]) return scan_text(lexer, valid, '\'', SINGLE_TEXT, SINGLE_CLOSE);
    if (valid[DOUBLE_TEXT]) return scan_text(lexer, valid, '"', DOUBLE_TEXT, DOUBLE_CLOSE);
    if (valid[BACKTICK_TEXT]) return scan_text(lexer, valid, '`', BACKTICK_TEXT, BACKTICK_CLOSE);
  }
  // A template speaks another language: no comments, no words of ours.
  if (valid[IN_JINJA] && !recovering) return false;
  bool newline = false;
  while (is_space(lexer->lookahead)) {
    newline |= lexer->lookahead == '\n';
    lexer->advance(lexer, true);
  }
  int32_t c = lexer->lookahead;
  if (lexer->eof(lexer) || c == ';') {
    lexer->mark_end(lexer);
    return valid[END] && !recovering && accept(lexer, END);
  }
  switch (c) {
    case '\'':
      return valid[SPECIAL_STRING] && scan_quoted(lexer, valid, c, false, false, SPECIAL_STRING, SINGLE_OPEN);
    case '"':
      return valid[SPECIAL_DOUBLE] && scan_quoted(lexer, valid, c, false, false, SPECIAL_DOUBLE, DOUBLE_OPEN);
    case '`':
      return valid[BACKTICK_OPEN] && scan_quoted(lexer, valid, c, false, false, ERROR_SENTINEL, BACKTICK_OPEN);
    case '$':
      return valid[DOLLAR_STRING] && scan_dollar(lexer);
    case '#':
      return scan_hash(lexer, valid, newline || lexer->get_column(lexer) == 0);
    case '-':
      advance(lexer);
      return lexer->lookahead == '-' && valid[COMMENT] && scan_line_comment(lexer);
    case '/':
      advance(lexer);
      if (lexer->lookahead == '*' && valid[BLOCK_COMMENT]) {
        advance(lexer);
        return scan_block_comment(lexer);
      }
      return lexer->lookahead == '/' && newline && valid[COMMENT] && scan_line_comment(lexer);
    case '{':
      advance(lexer);
      if (lexer->lookahead != '#' || !valid[JINJA_COMMENT] || !skip_tag(lexer, NULL)) return false;
      lexer->mark_end(lexer);
      return accept(lexer, JINJA_COMMENT);
    default:
      return c < 128 && strchr("rRbBeEnNxXvVwWoOfFpPuUmMtT", (char)c) != NULL && scan_word(lexer, valid);
  }
}

void *tree_sitter_sql_external_scanner_create(void) { return NULL; }
void tree_sitter_sql_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_sql_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_sql_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}
bool tree_sitter_sql_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  (void)payload;
  return scan(lexer, valid_symbols);
}
