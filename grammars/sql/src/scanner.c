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
  KEYWORD,
  TIME_ZONE,
  TYPE_PHRASE,
  GENERIC_NAME,
  CREATE_KIND,
  INSERT_KIND,
  DELETE_FROM,
  MERGE_INTO,
  NOT_MATERIALIZED,
  DISTINCT_ON,
  AS_STRUCT,
  JOIN_PHRASE,
  GROUP_BY,
  ORDER_BY,
  BY_PHRASE,
  FETCH,
  BY_NAME,
  WITHIN_GROUP,
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

// Words that are keywords only together, and words that are keywords only before certain others, by first letter.
// A phrase stands right before the longer ones that begin with it.
typedef struct {
  const char *words;
  int token;
} Phrase;

// No tokens of the grammar: they say what to look for behind the word.
enum { STRING_PREFIX = ERROR_SENTINEL + 1, JOIN_WORD, GENERIC_WORD, CREATE_WORD, PIVOT_WORD, FOR_WORD };

#define PHRASES(letter, ...) static const Phrase letter##_PHRASES[] = {__VA_ARGS__, {NULL, 0}}
PHRASES(A, {"all", JOIN_WORD}, {"anti", JOIN_WORD}, {"any", JOIN_WORD}, {"array", GENERIC_WORD},
        {"as struct", AS_STRUCT}, {"as value", AS_STRUCT}, {"asof", JOIN_WORD}, {"at time zone", KEYWORD});
PHRASES(B, {"b", STRING_PREFIX}, {"br", STRING_PREFIX}, {"by name", BY_NAME});
PHRASES(C, {"char varying", TYPE_PHRASE}, {"character varying", TYPE_PHRASE}, {"cluster by", BY_PHRASE},
        {"clustered by", BY_PHRASE}, {"connect by", BY_PHRASE}, {"connect by nocycle", BY_PHRASE},
        {"corresponding by", BY_NAME}, {"create", CREATE_WORD}, {"cross", JOIN_WORD});
PHRASES(D, {"delete from", DELETE_FROM}, {"distinct on", DISTINCT_ON}, {"distribute by", BY_PHRASE},
        {"double precision", TYPE_PHRASE});
PHRASES(E, {"e", STRING_PREFIX});
PHRASES(F, {"fetch first", FETCH}, {"fetch next", FETCH}, {"filter", FILTER}, {"for", FOR_WORD}, {"full", JOIN_WORD});
PHRASES(G, {"global", JOIN_WORD}, {"group by", GROUP_BY});
PHRASES(I, {"ignore nulls", KEYWORD}, {"inner", JOIN_WORD}, {"insert into", INSERT_KIND},
        {"insert into table", INSERT_KIND}, {"insert overwrite", INSERT_KIND}, {"insert overwrite into", INSERT_KIND},
        {"insert overwrite table", INSERT_KIND}, {"is distinct from", KEYWORD}, {"is not distinct from", KEYWORD});
PHRASES(L, {"lateral view", JOIN_PHRASE}, {"lateral view outer", JOIN_PHRASE}, {"left", JOIN_WORD});
PHRASES(M, {"map", GENERIC_WORD}, {"match_recognize", PIVOT_WORD}, {"merge into", MERGE_INTO});
PHRASES(N, {"n", STRING_PREFIX}, {"natural", JOIN_WORD}, {"not materialized", NOT_MATERIALIZED},
        {"nulls first", KEYWORD}, {"nulls last", KEYWORD});
PHRASES(O, {"offset", OFFSET}, {"order by", ORDER_BY}, {"order siblings by", ORDER_BY}, {"outer", JOIN_WORD});
PHRASES(P, {"partition by", BY_PHRASE}, {"partitioned by", BY_PHRASE}, {"pivot", PIVOT_WORD}, {"positional", JOIN_WORD});
PHRASES(R, {"r", STRING_PREFIX}, {"range", GENERIC_WORD}, {"rb", STRING_PREFIX}, {"respect nulls", KEYWORD},
        {"right", JOIN_WORD});
PHRASES(S, {"semi", JOIN_WORD}, {"similar to", KEYWORD}, {"sort by", BY_PHRASE}, {"start with", BY_PHRASE},
        {"struct", GENERIC_WORD});
PHRASES(T, {"table", GENERIC_WORD}, {"tablesample", RELATION_MODIFIER});
PHRASES(U, {"unpivot", PIVOT_WORD});
PHRASES(V, {"values", VALUES});
PHRASES(W, {"window", WINDOW}, {"with check option", KEYWORD}, {"with cube", KEYWORD}, {"with data", KEYWORD},
        {"with fill", KEYWORD}, {"with function", KEYWORD}, {"with grant option", KEYWORD},
        {"with local time zone", TIME_ZONE}, {"with no data", KEYWORD}, {"with no schema binding", KEYWORD},
        {"with offset", KEYWORD}, {"with ordinality", KEYWORD}, {"with rollup", KEYWORD}, {"with ties", KEYWORD},
        {"with time zone", TIME_ZONE}, {"with totals", KEYWORD}, {"within group", WITHIN_GROUP},
        {"without time zone", TIME_ZONE});
PHRASES(X, {"x", STRING_PREFIX});

static const Phrase *const BY_LETTER[26] = {
    A_PHRASES, B_PHRASES, C_PHRASES, D_PHRASES, E_PHRASES, F_PHRASES, G_PHRASES, NULL,      I_PHRASES,
    NULL,      NULL,      L_PHRASES, M_PHRASES, N_PHRASES, O_PHRASES, P_PHRASES, NULL,      R_PHRASES,
    S_PHRASES, T_PHRASES, U_PHRASES, V_PHRASES, W_PHRASES, X_PHRASES, NULL,      NULL,
};

// `LEFT OUTER JOIN`, `OUTER APPLY`: stands behind the first word.
static bool scan_join(TSLexer *lexer) {
  static const char *const between[] = {"natural", "global", "any",   "all",   "asof", "left",       "right",
                                        "full",    "inner",  "cross", "outer", "semi", "anti",       "array",
                                        "hash",    "merge",  "loop",  "directed", "broadcast", "positional", NULL};
  char word[LONGEST_WORD + 1];
  do {
    if (!is_space(lexer->lookahead)) return false;
    skip_spaces(lexer);
    read_word(lexer, word);
    if (strcmp(word, "join") == 0 || strcmp(word, "apply") == 0) {
      lexer->mark_end(lexer);
      return accept(lexer, JOIN_PHRASE);
    }
  } while (is_one_of(word, between));
  return false;
}

// `CREATE OR REPLACE TEMP TABLE IF NOT EXISTS`: stands behind the first word.
static bool scan_create(TSLexer *lexer) {
  static const char *const before[] = {"or",    "replace",  "alter",   "temp",      "temporary",    "transient",
                                       "local", "unlogged", "iceberg", "aggregate", "materialized", "recursive",
                                       "live",  "dynamic",  "global",  "external",  "streaming",    "private",
                                       "secure", "unique",  NULL};
  static const char *const kinds[] = {"table", "view",  "function", "procedure", "schema", "database",
                                      "index", "model", "macro",    "type",      NULL};
  static const char *const behind[] = {"if", "not", "exists"};
  char word[LONGEST_WORD + 1];
  do {
    if (!is_space(lexer->lookahead)) return false;
    skip_spaces(lexer);
    read_word(lexer, word);
  } while (is_one_of(word, before));
  if (!is_one_of(word, kinds)) return false;
  lexer->mark_end(lexer);
  for (unsigned i = 0; i < 3; i++) {
    skip_spaces(lexer);
    read_word(lexer, word);
    if (strcmp(word, behind[i]) != 0) return accept(lexer, CREATE_KIND);
  }
  lexer->mark_end(lexer);
  return accept(lexer, CREATE_KIND);
}

// `ARRAY<`, `STRUCT <`, and `ARRAY JOIN`: stands behind the first word.
static bool scan_generic(TSLexer *lexer, const bool *valid, const char *word) {
  bool sure = strcmp(word, "array") == 0 || strcmp(word, "struct") == 0;
  if (valid[GENERIC_NAME] && (lexer->lookahead == '<' || (sure && skip_spaces(lexer) == '<'))) {
    advance(lexer);
    lexer->mark_end(lexer);
    return (sure || is_letter(lexer->lookahead)) && accept(lexer, GENERIC_NAME);
  }
  return valid[JOIN_PHRASE] && strcmp(word, "array") == 0 && is_space(lexer->lookahead) && scan_join(lexer);
}

// Whether what follows makes the word a keyword.
static bool scan_behind(TSLexer *lexer, const bool *valid, const Phrase *phrase) {
  static const char *const versions[] = {"system_time", "system", "version", "timestamp", NULL};
  char next[LONGEST_WORD + 1];
  int32_t c = lexer->lookahead;
  switch (phrase->token) {
    case STRING_PREFIX: {
      bool raw = strchr(phrase->words, 'r') != NULL;
      if (c == '\'') return valid[SPECIAL_STRING] && scan_quoted(lexer, valid, c, true, raw, SPECIAL_STRING, SINGLE_OPEN);
      return c == '"' && (raw || phrase->words[0] == 'b') && valid[SPECIAL_DOUBLE] &&
             scan_quoted(lexer, valid, c, true, raw, SPECIAL_DOUBLE, DOUBLE_OPEN);
    }
    case JOIN_WORD:
      return valid[JOIN_PHRASE] && scan_join(lexer);
    case GENERIC_WORD:
      return scan_generic(lexer, valid, phrase->words);
    case CREATE_WORD:
      return valid[CREATE_KIND] && scan_create(lexer);
    case PIVOT_WORD:
      return valid[RELATION_MODIFIER] && skip_spaces(lexer) == '(' && accept(lexer, RELATION_MODIFIER);
    case FOR_WORD:
      if (!valid[RELATION_MODIFIER]) return false;
      skip_spaces(lexer);
      read_word(lexer, next);
      return is_one_of(next, versions) && accept(lexer, RELATION_MODIFIER);
    case VALUES:
      c = skip_spaces(lexer);
      return valid[VALUES] && (c == '(' || c == '\'' || c == '{' || c == '-' || is_digit(c)) && accept(lexer, VALUES);
    case WINDOW:
      if (!valid[WINDOW] || !is_letter(skip_spaces(lexer))) return false;
      read_word(lexer, next);
      skip_spaces(lexer);
      read_word(lexer, next);
      return strcmp(next, "as") == 0 && accept(lexer, WINDOW);
    case OFFSET:
      c = skip_spaces(lexer);
      return valid[OFFSET] && (is_digit(c) || c == '{' || c == '@' || c == ':' || c == '$' || c == '?') &&
             accept(lexer, OFFSET);
    case FILTER:
      if (!valid[FILTER] || skip_spaces(lexer) != '(') return false;
      advance(lexer);
      skip_spaces(lexer);
      read_word(lexer, next);
      return strcmp(next, "where") == 0 && accept(lexer, FILTER);
    default:
      return valid[phrase->token] && accept(lexer, (enum Token)phrase->token);
  }
}

static inline int32_t lower(int32_t c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

// Walks the phrases of the first letter along the text; the longest one that is valid here wins.
static bool scan_word(TSLexer *lexer, const bool *valid) {
  const Phrase *phrase = BY_LETTER[lower(lexer->lookahead) - 'a'];
  if (!phrase) return false;
  bool found = false;
  for (unsigned at = 0;; at++) {
    int32_t c = lower(lexer->lookahead);
    if (is_word(c)) {
      const char *so_far = phrase->words;
      while (phrase->words && strncmp(phrase->words, so_far, at) == 0 && phrase->words[at] != c) phrase++;
      if (!phrase->words || strncmp(phrase->words, so_far, at) != 0) return found;
      advance(lexer);
      continue;
    }
    if (phrase->words[at] == 0) {
      const char *longer = phrase[1].words;
      lexer->mark_end(lexer);
      if (!longer || strncmp(phrase->words, longer, at) != 0 || longer[at] != ' ')
        return scan_behind(lexer, valid, phrase) || found;
      found = valid[phrase->token] && accept(lexer, (enum Token)phrase->token);
      phrase++;
    }
    if (phrase->words[at] != ' ' || !is_space(c)) return found;
    skip_spaces(lexer);
  }
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
      return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && scan_word(lexer, valid);
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
