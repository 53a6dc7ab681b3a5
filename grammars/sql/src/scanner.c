// Makes every token of the grammar, in one pass over the text. It reads a word once and says at once whether it is a
// keyword, a name, the beginning of a call or of a name in parts. It keeps no state between tokens.

#include "tree_sitter/parser.h"

#include <string.h>

enum Token {
  SELECT, FROM, WITH, RECURSIVE, AS, MATERIALIZED, NOT_MATERIALIZED, DISTINCT, DISTINCT_ON, ALL, LATERAL, ON, USING,
  WHERE, HAVING, QUALIFY, LIMIT, OFFSET, WINDOW, VALUES, GROUP_BY, ORDER_BY, UNION, INTERSECT, EXCEPT, MINUS, WHEN, THEN,
  ELSE, END_WORD, CASE, OVER, FILTER, WITHIN_GROUP, INTERVAL, AND, OR, NOT, IN, IS, LIKE, BETWEEN, EXCLUDE, REPLACE,
  RENAME, APPLY, DELETE_FROM, MERGE_INTO,
  COMMA, OPEN_PAREN, CLOSE_PAREN, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE, SEMICOLON, DOT, DOT_STAR, COLON,
  DOUBLE_COLON, STAR, GREATER, PIPE, EQUALS, JINJA_OPEN, JINJA_CLOSE, STATEMENT_OPEN, STATEMENT_CLOSE,
  NAME, FUNCTION_NAME, CAST_NAME, EXTRACT_NAME, NAME_HEAD, STAR_HEAD, DASHED_NAME, PART, PATH_PART, GLUED_WORD,
  NUMBER, BOOLEAN, NULL_WORD, PARAMETER, OPERATOR, KEYWORD,
  STRING, DOUBLE_QUOTED, DOUBLE_HEAD, BACKTICK_QUOTED, BACKTICK_HEAD, BRACKET_QUOTED, BRACKET_HEAD, TEMPORARY_NAME,
  DOLLAR_STRING, SINGLE_OPEN, SINGLE_TEXT, SINGLE_CLOSE, DOUBLE_OPEN, DOUBLE_TEXT, DOUBLE_CLOSE, DOUBLE_CLOSE_HEAD,
  BACKTICK_OPEN, BACKTICK_TEXT, BACKTICK_CLOSE, BACKTICK_CLOSE_HEAD,
  GENERIC_NAME, SUBSCRIPT_OPEN, COMMENT, BLOCK_COMMENT, JINJA_COMMENT,
  GLUED_CLOSE, JINJA_KEYWORD, JINJA_NAME, JINJA_FUNCTION, JINJA_KEY, JINJA_STRING, JINJA_NUMBER, JINJA_OPERATOR,
  JOIN_KIND, CREATE_KIND, INSERT_KIND, BY_PHRASE, FETCH, BY_NAME, RELATION_MODIFIER, TIME_ZONE, TYPE_PHRASE, AS_STRUCT,
  TOP, STAR_FILTER, END, ERROR_SENTINEL,
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

// What stands right behind a quoted name and makes it the head of a longer one.
static inline enum Token whole_or_head(TSLexer *lexer, enum Token plain) {
  if (plain != DOUBLE_QUOTED && plain != BACKTICK_QUOTED) return plain;
  return lexer->lookahead == '.' || lexer->lookahead == '(' ? plain + 1 : plain;
}

// Stands at the opening quote. A string with a template in it yields its beginning, any other itself.
static bool scan_quoted(TSLexer *lexer, const bool *valid, int32_t quote, bool raw, enum Token plain, enum Token open) {
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
      return accept(lexer, whole_or_head(lexer, plain));
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
      return accept(lexer, whole_or_head(lexer, plain));
    }
    if (c == '\\' && quote != '`') {
      advance(lexer);
      if (lexer->lookahead == quote) {
        advance(lexer);
        lexer->mark_end(lexer);
        if (!valid[open]) continue;
        return accept(lexer, backslash_quote_ends(lexer, quote) ? plain : open);
      }
      if (lexer->lookahead == '\\') advance(lexer);
    } else if (c == '{') {
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

// Stands behind the closing quote.
static bool close_quoted(TSLexer *lexer, enum Token close) {
  bool head = close != SINGLE_CLOSE && (lexer->lookahead == '.' || lexer->lookahead == '(');
  return accept(lexer, head ? close + 1 : close);
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
      if (lexer->lookahead != quote) return close_quoted(lexer, close);
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

// ---------------------------------------------------------------- words

// How a word is looked at once it is known.
enum Look {
  PLAIN,     // the word alone is the token
  PHRASE,    // it begins phrases, and may be a token alone
  JOINING,   // it may begin `LEFT OUTER JOIN`
  CREATING,  // it begins `CREATE OR REPLACE TABLE IF NOT EXISTS`
  PIVOTING,  // a keyword before a bracket
  GENERIC,   // a keyword before `<`
  PREFIX,    // of a string: `r'..'`
  ASKING,    // a keyword before certain others: see `scan_asking`
  CASTING,   // a name, but with a call of its own shape
};

typedef struct {
  const char *text;
  uint8_t length, look;
  uint8_t token;
} Word;

#define W(text, look, token) {text, sizeof(text) - 1, look, token}
#define WORDS(letter, ...) static const Word letter##_WORDS[] = {__VA_ARGS__, {NULL, 0, 0, 0}}
// NAME stands for: no token when alone.
WORDS(A, W("as", PHRASE, AS), W("and", PLAIN, AND), W("all", JOINING, ALL), W("any", JOINING, NAME),
      W("asc", PLAIN, KEYWORD), W("array", GENERIC, NAME), W("at", PHRASE, NAME), W("anti", JOINING, NAME),
      W("asof", JOINING, NAME), W("apply", PLAIN, APPLY));
WORDS(B, W("by", PHRASE, NAME), W("between", PLAIN, BETWEEN), W("b", PREFIX, NAME), W("br", PREFIX, NAME));
WORDS(C, W("case", PLAIN, CASE), W("cast", CASTING, CAST_NAME), W("create", CREATING, NAME), W("cross", JOINING, NAME),
      W("char", PHRASE, NAME), W("character", PHRASE, NAME), W("cluster", PHRASE, NAME), W("clustered", PHRASE, NAME),
      W("connect", PHRASE, NAME), W("collate", PLAIN, KEYWORD), W("corresponding", PHRASE, NAME));
WORDS(D, W("distinct", PHRASE, DISTINCT), W("desc", PLAIN, KEYWORD), W("delete", PHRASE, NAME),
      W("double", PHRASE, NAME), W("distribute", PHRASE, NAME));
WORDS(E, W("end", PLAIN, END_WORD), W("else", PLAIN, ELSE), W("e", PREFIX, NAME), W("except", PLAIN, EXCEPT),
      W("exclude", PLAIN, EXCLUDE), W("escape", PLAIN, KEYWORD), W("extract", CASTING, EXTRACT_NAME));
WORDS(F, W("from", PLAIN, FROM), W("for", ASKING, RELATION_MODIFIER), W("full", JOINING, NAME),
      W("false", PLAIN, BOOLEAN), W("filter", ASKING, FILTER), W("fetch", PHRASE, NAME));
WORDS(G, W("group", PHRASE, NAME), W("global", JOINING, NAME));
WORDS(H, W("having", PLAIN, HAVING));
WORDS(I, W("in", PLAIN, IN), W("is", PHRASE, IS), W("inner", JOINING, NAME), W("interval", PLAIN, INTERVAL),
      W("insert", PHRASE, NAME), W("ignore", PHRASE, NAME), W("ilike", PLAIN, KEYWORD), W("intersect", PLAIN, INTERSECT));
WORDS(J, W("join", PLAIN, JOIN_KIND));
WORDS(L, W("left", JOINING, NAME), W("like", PLAIN, LIKE), W("limit", PLAIN, LIMIT), W("lateral", PHRASE, LATERAL));
WORDS(M, W("map", GENERIC, NAME), W("minus", PLAIN, MINUS), W("merge", PHRASE, NAME),
      W("materialized", PLAIN, MATERIALIZED), W("match_recognize", PIVOTING, RELATION_MODIFIER));
WORDS(N, W("not", PHRASE, NOT), W("null", PLAIN, NULL_WORD), W("n", PREFIX, NAME), W("nulls", PHRASE, NAME),
      W("natural", JOINING, NAME));
WORDS(O, W("on", PLAIN, ON), W("or", PLAIN, OR), W("over", PLAIN, OVER), W("order", PHRASE, NAME),
      W("outer", JOINING, NAME), W("offset", ASKING, OFFSET), W("overlay", CASTING, EXTRACT_NAME));
WORDS(P, W("partition", PHRASE, NAME), W("partitioned", PHRASE, NAME), W("position", CASTING, EXTRACT_NAME),
      W("pivot", PIVOTING, RELATION_MODIFIER), W("positional", JOINING, NAME));
WORDS(Q, W("qualify", PLAIN, QUALIFY));
WORDS(R, W("r", PREFIX, NAME), W("rb", PREFIX, NAME), W("right", JOINING, NAME), W("range", GENERIC, NAME),
      W("rlike", PLAIN, KEYWORD), W("regexp", PLAIN, KEYWORD), W("rename", PLAIN, RENAME), W("replace", PLAIN, REPLACE),
      W("respect", PHRASE, NAME), W("recursive", PLAIN, RECURSIVE));
WORDS(S, W("select", PLAIN, SELECT), W("semi", JOINING, NAME), W("struct", GENERIC, NAME), W("similar", PHRASE, NAME),
      W("sort", PHRASE, NAME), W("start", PHRASE, NAME), W("straight_join", PLAIN, JOIN_KIND),
      W("safe_cast", CASTING, CAST_NAME), W("substring", CASTING, EXTRACT_NAME));
WORDS(T, W("then", PLAIN, THEN), W("true", PLAIN, BOOLEAN), W("trim", CASTING, EXTRACT_NAME), W("top", ASKING, TOP),
      W("table", GENERIC, NAME), W("tablesample", PLAIN, RELATION_MODIFIER), W("try_cast", CASTING, CAST_NAME));
WORDS(U, W("union", PLAIN, UNION), W("uniontype", GENERIC, NAME), W("using", PLAIN, USING), W("unpivot", PIVOTING, RELATION_MODIFIER));
WORDS(V, W("values", ASKING, VALUES));
WORDS(W, W("when", PLAIN, WHEN), W("where", PLAIN, WHERE), W("with", PHRASE, WITH), W("window", ASKING, WINDOW),
      W("within", PHRASE, NAME), W("without", PHRASE, NAME));
WORDS(X, W("x", PREFIX, NAME));

static const Word *const BY_LETTER[26] = {
    A_WORDS, B_WORDS, C_WORDS, D_WORDS, E_WORDS, F_WORDS, G_WORDS, H_WORDS, I_WORDS, J_WORDS, NULL,    L_WORDS, M_WORDS,
    N_WORDS, O_WORDS, P_WORDS, Q_WORDS, R_WORDS, S_WORDS, T_WORDS, U_WORDS, V_WORDS, W_WORDS, X_WORDS, NULL,    NULL,
};

static const Word *find_word(const char *text, unsigned length) {
  if (text[0] < 'a' || text[0] > 'z' || length >= LONGEST_WORD) return NULL;
  const Word *word = BY_LETTER[text[0] - 'a'];
  if (!word) return NULL;
  for (; word->text; word++)
    if (word->length == length && memcmp(word->text, text, length) == 0) return word;
  return NULL;
}

// Words that are keywords only together. One that goes on stands behind those it goes on from.
typedef struct {
  const char *words;
  int token;
} Phrase;

static const Phrase PHRASES[] = {
    {"as struct", AS_STRUCT}, {"as value", AS_STRUCT}, {"at time zone", KEYWORD}, {"by name", BY_NAME},
    {"char varying", TYPE_PHRASE}, {"character varying", TYPE_PHRASE}, {"cluster by", BY_PHRASE},
    {"clustered by", BY_PHRASE}, {"connect by", BY_PHRASE}, {"connect by nocycle", BY_PHRASE},
    {"corresponding by", BY_NAME}, {"delete from", DELETE_FROM}, {"distinct on", DISTINCT_ON},
    {"distribute by", BY_PHRASE}, {"double precision", TYPE_PHRASE}, {"fetch first", FETCH}, {"fetch next", FETCH},
    {"group by", GROUP_BY}, {"ignore nulls", KEYWORD}, {"insert into", INSERT_KIND},
    {"insert into table", INSERT_KIND}, {"insert overwrite", INSERT_KIND}, {"insert overwrite into", INSERT_KIND},
    {"insert overwrite table", INSERT_KIND}, {"is distinct from", KEYWORD}, {"is not distinct from", KEYWORD},
    {"lateral view", JOIN_KIND}, {"lateral view outer", JOIN_KIND}, {"merge into", MERGE_INTO},
    {"not materialized", NOT_MATERIALIZED}, {"nulls first", KEYWORD}, {"nulls last", KEYWORD},
    {"order by", ORDER_BY}, {"order siblings by", ORDER_BY}, {"partition by", BY_PHRASE},
    {"partitioned by", BY_PHRASE}, {"respect nulls", KEYWORD}, {"similar to", KEYWORD}, {"sort by", BY_PHRASE},
    {"start with", BY_PHRASE}, {"with check option", KEYWORD}, {"with cube", KEYWORD}, {"with data", KEYWORD},
    {"with fill", KEYWORD}, {"with function", KEYWORD}, {"with grant option", KEYWORD},
    {"with local time zone", TIME_ZONE}, {"with no data", KEYWORD}, {"with no schema binding", KEYWORD},
    {"with offset", KEYWORD}, {"with ordinality", KEYWORD}, {"with rollup", KEYWORD}, {"with ties", KEYWORD},
    {"with time zone", TIME_ZONE}, {"with totals", KEYWORD}, {"within group", WITHIN_GROUP},
    {"without time zone", TIME_ZONE},
};
enum { PHRASE_COUNT = sizeof PHRASES / sizeof PHRASES[0] };

// Stands at the second word; the longest phrase that is valid here wins.
static bool scan_phrase(TSLexer *lexer, const bool *valid, const char *first, unsigned length) {
  char text[4 * (LONGEST_WORD + 2)];
  memcpy(text, first, length);
  bool found = false;
  for (int words = 1; words < 4; words++) {
    text[length++] = ' ';
    bool longer = false;
    for (unsigned i = 0; i < PHRASE_COUNT && !longer; i++)
      longer = PHRASES[i].words[0] == text[0] && valid[PHRASES[i].token] && strncmp(PHRASES[i].words, text, length) == 0;
    if (!longer) break;
    if (words > 1) skip_spaces(lexer);
    length += read_word(lexer, text + length);
    for (unsigned i = 0; i < PHRASE_COUNT; i++) {
      if (PHRASES[i].words[0] != text[0] || !valid[PHRASES[i].token] || strcmp(PHRASES[i].words, text) != 0) continue;
      lexer->mark_end(lexer);
      lexer->result_symbol = (TSSymbol)PHRASES[i].token;
      found = true;
    }
  }
  return found;
}

// `LEFT OUTER JOIN`, `OUTER APPLY`: stands at the second word.
static bool scan_join(TSLexer *lexer) {
  static const char *const between[] = {"natural", "global", "any",   "all",   "asof", "left",       "right",
                                        "full",    "inner",  "cross", "outer", "semi", "anti",       "array",
                                        "hash",    "merge",  "loop",  "directed", "broadcast", "positional", NULL};
  char word[LONGEST_WORD + 1];
  do {
    skip_spaces(lexer);
    read_word(lexer, word);
    if (strcmp(word, "join") == 0 || strcmp(word, "apply") == 0) {
      lexer->mark_end(lexer);
      return accept(lexer, JOIN_KIND);
    }
  } while (is_one_of(word, between));
  return false;
}

// `CREATE OR REPLACE TEMP TABLE IF NOT EXISTS`: stands at the second word.
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

// Words that are keywords only before certain others.
static bool scan_asking(TSLexer *lexer, int token) {
  static const char *const versions[] = {"system_time", "system", "version", "timestamp", NULL};
  char next[LONGEST_WORD + 1];
  int32_t c = lexer->lookahead;
  switch (token) {
    case RELATION_MODIFIER:
      read_word(lexer, next);
      return is_one_of(next, versions);
    case VALUES:
      return c == '(' || c == '\'' || c == '{' || c == '-' || is_digit(c);
    case WINDOW:
      if (!is_letter(c)) return false;
      read_word(lexer, next);
      skip_spaces(lexer);
      read_word(lexer, next);
      return strcmp(next, "as") == 0;
    case OFFSET:
      return is_digit(c) || c == '{' || c == '@' || c == ':' || c == '$' || c == '?';
    case FILTER:
      if (c != '(') return false;
      advance(lexer);
      skip_spaces(lexer);
      read_word(lexer, next);
      return strcmp(next, "where") == 0;
    default:
      return false;
  }
}

// `TOP 10`, `TOP (10) PERCENT WITH TIES`. Stands at what follows the first word.
static bool scan_top(TSLexer *lexer) {
  char next[LONGEST_WORD + 1];
  bool bracket = lexer->lookahead == '(';
  if (bracket) {
    advance(lexer);
    skip_spaces(lexer);
  }
  if (!is_digit(lexer->lookahead)) return false;
  while (is_digit(lexer->lookahead)) advance(lexer);
  if (bracket) {
    if (skip_spaces(lexer) != ')') return false;
    advance(lexer);
  }
  lexer->mark_end(lexer);
  skip_spaces(lexer);
  read_word(lexer, next);
  if (strcmp(next, "percent") == 0) {
    lexer->mark_end(lexer);
    skip_spaces(lexer);
    read_word(lexer, next);
  }
  if (strcmp(next, "with") == 0) {
    skip_spaces(lexer);
    read_word(lexer, next);
    if (strcmp(next, "ties") == 0) lexer->mark_end(lexer);
  }
  return true;
}

// Stands behind a name, whose end is marked, and says what begins with it.
static enum Token name_or_head(TSLexer *lexer, const bool *valid, enum Token function) {
  int32_t c = lexer->lookahead;
  if (c == '{') {
    advance(lexer);
    return lexer->lookahead == '{' && valid[NAME_HEAD] ? NAME_HEAD : NAME;
  }
  if (!valid[function]) return NAME;
  while (lexer->lookahead == ' ') advance(lexer);
  return lexer->lookahead == '(' ? function : NAME;
}

// Stands behind a word, whose end is marked, and looks at what follows.
static bool scan_known(TSLexer *lexer, const bool *valid, const Word *word, bool spaced) {
  int32_t c = lexer->lookahead;
  switch ((enum Look)word->look) {
    case PHRASE:
      return spaced && scan_phrase(lexer, valid, word->text, word->length);
    case JOINING:
      return spaced && valid[JOIN_KIND] && scan_join(lexer);
    case CREATING:
      return spaced && valid[CREATE_KIND] && scan_create(lexer);
    case PIVOTING:
      return c == '(' && valid[RELATION_MODIFIER] && accept(lexer, RELATION_MODIFIER);
    case GENERIC: {
      bool sure = word->length > 5 || word->text[0] == 'a';
      if (c == '<' && (sure || !spaced) && valid[GENERIC_NAME]) {
        advance(lexer);
        if (!sure && !is_letter(lexer->lookahead)) return false;
        lexer->mark_end(lexer);
        return accept(lexer, GENERIC_NAME);
      }
      return spaced && word->text[0] == 'a' && valid[JOIN_KIND] && scan_join(lexer);
    }
    case ASKING:
      if (!valid[word->token]) return false;
      return (word->token == TOP ? scan_top(lexer) : scan_asking(lexer, word->token)) &&
             accept(lexer, (enum Token)word->token);
    default:
      return false;
  }
}

// Stands behind a word of the list.
static bool scan_listed(TSLexer *lexer, const bool *valid, const Word *word) {
  int32_t c = lexer->lookahead;
  if (word->look == PREFIX) {
    bool raw = strchr(word->text, 'r') != NULL;
    if (c == '\'' && valid[STRING]) return scan_quoted(lexer, valid, c, raw, STRING, SINGLE_OPEN);
    if (c == '"' && (raw || word->text[0] == 'b') && valid[DOUBLE_QUOTED])
      return scan_quoted(lexer, valid, c, raw, DOUBLE_QUOTED, DOUBLE_OPEN);
    return accept(lexer, name_or_head(lexer, valid, FUNCTION_NAME));
  }
  enum Token alone = (enum Token)word->token;
  enum Token function = FUNCTION_NAME;
  if (word->look == CASTING) {
    if (valid[alone]) function = alone;
  } else if (word->look != PLAIN) {
    bool spaced = is_space(c);
    c = skip_spaces(lexer);
    if (scan_known(lexer, valid, word, spaced)) return true;
    bool alone_is_token = word->look == PHRASE || word->look == JOINING;
    if (alone_is_token && alone != NAME && valid[alone]) return accept(lexer, alone);
    // What was read cannot be read again, but for a bracket.
    if (spaced || c == '(' || c == '<') return accept(lexer, c == '(' && valid[FUNCTION_NAME] ? FUNCTION_NAME : NAME);
  } else if (valid[alone]) {
    return accept(lexer, alone);
  } else if (alone == KEYWORD && valid[STAR_FILTER] && word->text[0] == 'i') {
    return accept(lexer, STAR_FILTER);
  }
  return accept(lexer, name_or_head(lexer, valid, function));
}

static bool scan_word(TSLexer *lexer, const bool *valid, bool immediate) {
  if (immediate && valid[GLUED_WORD]) {
    while (is_word(lexer->lookahead)) advance(lexer);
    lexer->mark_end(lexer);
    return accept(lexer, GLUED_WORD);
  }
  char text[LONGEST_WORD + 1];
  unsigned length = 0;
  for (int32_t c = lexer->lookahead;; c = lexer->lookahead) {
    if (c >= 'a' && c <= 'z') {
    } else if (c >= 'A' && c <= 'Z') {
      c += 'a' - 'A';
    } else if (is_word(c)) {
      if (c > 127) c = '?';
    } else {
      break;
    }
    if (length < LONGEST_WORD) text[length++] = (char)c;
    advance(lexer);
  }
  text[length] = 0;
  // Signs that stand in names behind the first letter.
  bool plain = true;
  while (lexer->lookahead == '$' || lexer->lookahead == '#' || lexer->lookahead == '@') {
    plain = false;
    do advance(lexer);
    while (is_word(lexer->lookahead));
  }
  lexer->mark_end(lexer);
  if (immediate && valid[PART]) return accept(lexer, PART);
  if (immediate && valid[PATH_PART]) plain = false;
  if (plain && lexer->lookahead != '.') {
    const Word *word = find_word(text, length);
    if (word) return scan_listed(lexer, valid, word);
    if (valid[DASHED_NAME] && lexer->lookahead == '-') {
      bool any = false;
      while (lexer->lookahead == '-') {
        advance(lexer);
        if (!is_word(lexer->lookahead)) break;
        while (is_word(lexer->lookahead) || lexer->lookahead == '.') advance(lexer);
        lexer->mark_end(lexer);
        any = true;
      }
      return accept(lexer, any ? DASHED_NAME : NAME);
    }
  }
  while (lexer->lookahead == '.') {
    advance(lexer);
    int32_t c = lexer->lookahead;
    if (is_letter(c)) {
      while (is_word(c) || c == '$' || c == '#' || c == '@') {
        advance(lexer);
        c = lexer->lookahead;
      }
      lexer->mark_end(lexer);
      continue;
    }
    if (valid[PATH_PART]) break;
    if (c == '*' && valid[STAR_HEAD]) return accept(lexer, STAR_HEAD);
    return accept(lexer, valid[NAME_HEAD] ? NAME_HEAD : NAME);
  }
  if (immediate && valid[PATH_PART]) return accept(lexer, PATH_PART);
  return accept(lexer, name_or_head(lexer, valid, FUNCTION_NAME));
}

// ---------------------------------------------------------------- signs

// Reads the longest operator of the list; the first sign is read.
static bool scan_operator(TSLexer *lexer, int32_t first) {
  static const char *const operators[] = {
      "==", "=>", "<=>", "<>", "<=", "<<", "<@", "<->", "<#>", "!=", "!~", "!~*", "!~~", "!~~*", "^=", "^@", ">=", ">>",
      "+=", "-=", "->", "->>", "--", "*=", "**", "/=", "//", "||", "||/", "|/", "~*", "~~", "~~*", "#>", "#>>", "#-", "@>",
      "@@", "@?", "?|", "?&", "??", ":=", "&&", "..",
  };
  char text[4] = {(char)first, 0, 0, 0};
  unsigned length = 1;
  lexer->mark_end(lexer);
  while (length < 4 && lexer->lookahead > ' ' && lexer->lookahead < 128) {
    text[length++] = (char)lexer->lookahead;
    bool whole = false, longer = false;
    for (unsigned i = 0; i < sizeof operators / sizeof operators[0]; i++) {
      if (operators[i][0] != text[0] || strncmp(operators[i], text, length) != 0) continue;
      longer = true;
      whole |= operators[i][length] == 0;
    }
    if (!longer) break;
    advance(lexer);
    if (whole) lexer->mark_end(lexer);
  }
  return accept(lexer, OPERATOR);
}

static bool scan_number(TSLexer *lexer, enum Token token) {
  int32_t previous = 0;
  bool dot = false, decimal = true;
  for (;; advance(lexer)) {
    int32_t c = lexer->lookahead;
    if (c == '.' && !dot) {
      dot = true;
    } else if ((c == '+' || c == '-') && decimal && (previous == 'e' || previous == 'E')) {
      lexer->mark_end(lexer);
      advance(lexer);
      if (!is_digit(lexer->lookahead)) return accept(lexer, token);
      c = lexer->lookahead;
      decimal = false;
    } else if (!is_word(c)) {
      break;
    } else if (!is_digit(c) && c != '_' && c != 'e' && c != 'E') {
      decimal = false;
    }
    previous = c;
  }
  lexer->mark_end(lexer);
  return accept(lexer, token);
}

// `@x`, `:x`, `$1`, `${x}`, `&x`: stands behind the first sign.
static bool scan_parameter(TSLexer *lexer, int32_t first) {
  int32_t c = lexer->lookahead;
  if (first == '$' && (c == '{' || c == '(')) {
    int32_t closing = c == '{' ? '}' : ')';
    lexer->mark_end(lexer);
    do advance(lexer);
    while (!lexer->eof(lexer) && lexer->lookahead != closing && lexer->lookahead != '\n');
    if (lexer->lookahead != closing) return accept(lexer, OPERATOR);
    advance(lexer);
    lexer->mark_end(lexer);
    return accept(lexer, PARAMETER);
  }
  if ((first == '@' || first == '&') && c == first) {
    advance(lexer);
    c = lexer->lookahead;
    if (!is_letter(c)) {
      lexer->mark_end(lexer);
      return accept(lexer, OPERATOR);
    }
  }
  if (!is_letter(c) && !(first == '$' && is_digit(c))) return scan_operator(lexer, first);
  while (is_word(lexer->lookahead)) advance(lexer);
  lexer->mark_end(lexer);
  return accept(lexer, PARAMETER);
}

// `[order id]` of T-SQL, or an opening bracket. Stands behind the bracket.
static bool scan_bracket(TSLexer *lexer, const bool *valid, bool immediate) {
  lexer->mark_end(lexer);
  if (immediate && valid[SUBSCRIPT_OPEN] && !valid[PART]) return accept(lexer, SUBSCRIPT_OPEN);
  if (valid[BRACKET_QUOTED] && is_letter(lexer->lookahead)) {
    int32_t c = lexer->lookahead;
    while (is_word(c) || c == ' ' || c == '$' || c == '#' || c == '@' || c == '-') {
      advance(lexer);
      c = lexer->lookahead;
    }
    if (c == ']') {
      advance(lexer);
      lexer->mark_end(lexer);
      return accept(lexer, lexer->lookahead == '.' || lexer->lookahead == '(' ? BRACKET_HEAD : BRACKET_QUOTED);
    }
  }
  return accept(lexer, OPEN_BRACKET);
}

static bool scan_dollar(TSLexer *lexer, const bool *valid) {
  char tag[64];
  unsigned length = 0;
  advance(lexer);
  if (!is_letter(lexer->lookahead) && lexer->lookahead != '$') return scan_parameter(lexer, '$');
  lexer->mark_end(lexer);
  while (is_word(lexer->lookahead)) {
    if (length < sizeof tag) tag[length++] = lexer->lookahead < 128 ? (char)lexer->lookahead : '?';
    advance(lexer);
  }
  if (length) lexer->mark_end(lexer);
  if (lexer->lookahead != '$' || length == sizeof tag || !valid[DOLLAR_STRING])
    return accept(lexer, length ? PARAMETER : OPERATOR);
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
  return accept(lexer, length ? PARAMETER : OPERATOR);
}

// `# comment` of BigQuery and MySQL, `#orders` of T-SQL, `#>` of Postgres.
static bool scan_hash(TSLexer *lexer, const bool *valid, bool line_start) {
  advance(lexer);
  if (!line_start) {
    if (lexer->lookahead == '>' || lexer->lookahead == '-') return scan_operator(lexer, '#');
    if (lexer->lookahead == '#') advance(lexer);
    if (valid[TEMPORARY_NAME] && is_letter(lexer->lookahead)) {
      while (is_word(lexer->lookahead)) advance(lexer);
      lexer->mark_end(lexer);
      return accept(lexer, TEMPORARY_NAME);
    }
  }
  return scan_line_comment(lexer);
}

// Stands behind the first brace.
static bool scan_brace(TSLexer *lexer) {
  lexer->mark_end(lexer);
  int32_t c = lexer->lookahead;
  if (c != '{' && c != '%' && c != '#') return accept(lexer, OPEN_BRACE);
  if (c == '#') {
    if (!skip_tag(lexer, NULL)) return accept(lexer, OPEN_BRACE);
    lexer->mark_end(lexer);
    return accept(lexer, JINJA_COMMENT);
  }
  advance(lexer);
  if (lexer->lookahead == '-' || lexer->lookahead == '+') advance(lexer);
  lexer->mark_end(lexer);
  return accept(lexer, c == '{' ? JINJA_OPEN : STATEMENT_OPEN);
}

// ---------------------------------------------------------------- templates

// Stands behind `}}` and asks whether a name goes on.
static bool close_expression(TSLexer *lexer, const bool *valid) {
  lexer->mark_end(lexer);
  if (!valid[GLUED_CLOSE]) return accept(lexer, JINJA_CLOSE);
  int32_t c = lexer->lookahead;
  if (is_word(c) || c == '(') return accept(lexer, GLUED_CLOSE);
  if (c == '.' || c == '{') {
    advance(lexer);
    int32_t next = lexer->lookahead;
    if (c == '.' || next == '{') return accept(lexer, GLUED_CLOSE);
  }
  return accept(lexer, JINJA_CLOSE);
}

static bool scan_jinja_string(TSLexer *lexer, int32_t quote) {
  advance(lexer);
  lexer->mark_end(lexer);
  while (!lexer->eof(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == quote) {
      lexer->mark_end(lexer);
      return accept(lexer, JINJA_STRING);
    }
    if (c == '\\' && !lexer->eof(lexer)) advance(lexer);
  }
  return accept(lexer, JINJA_OPERATOR);
}

static bool scan_jinja_word(TSLexer *lexer, const bool *valid) {
  while (is_word(lexer->lookahead)) advance(lexer);
  lexer->mark_end(lexer);
  if (valid[JINJA_KEYWORD]) return accept(lexer, JINJA_KEYWORD);
  while (lexer->lookahead == '.') {
    advance(lexer);
    if (!is_letter(lexer->lookahead)) return accept(lexer, JINJA_NAME);
    while (is_word(lexer->lookahead)) advance(lexer);
    lexer->mark_end(lexer);
  }
  while (lexer->lookahead == ' ') advance(lexer);
  if (lexer->lookahead == '(') return accept(lexer, JINJA_FUNCTION);
  if (lexer->lookahead != '=' || !valid[JINJA_KEY]) return accept(lexer, JINJA_NAME);
  advance(lexer);
  return accept(lexer, lexer->lookahead == '=' ? JINJA_NAME : JINJA_KEY);
}

// A template speaks another language: no comments, no words of ours.
static bool scan_jinja(TSLexer *lexer, const bool *valid) {
  while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->eof(lexer)) return false;
  int32_t c = lexer->lookahead;
  if (is_letter(c)) return scan_jinja_word(lexer, valid);
  if (is_digit(c)) return scan_number(lexer, JINJA_NUMBER);
  if (c == '\'' || c == '"') return scan_jinja_string(lexer, c);
  advance(lexer);
  lexer->mark_end(lexer);
  switch (c) {
    case '(':
      return accept(lexer, OPEN_PAREN);
    case ')':
      return accept(lexer, CLOSE_PAREN);
    case '[':
      return accept(lexer, OPEN_BRACKET);
    case ']':
      return accept(lexer, CLOSE_BRACKET);
    case '{':
      return accept(lexer, OPEN_BRACE);
    case ',':
      return accept(lexer, COMMA);
    case '-':
    case '+':
    case '%':
    case '}': {
      int32_t next = lexer->lookahead;
      if (c == '-' || c == '+') {
        if (next != '%' && next != '}') break;
        c = next;
        advance(lexer);
        next = lexer->lookahead;
        if (next != '}') break;
      }
      if (next == '}' && c == '}' && (valid[JINJA_CLOSE] || valid[GLUED_CLOSE])) {
        advance(lexer);
        return close_expression(lexer, valid);
      }
      if (next == '}' && c == '%' && valid[STATEMENT_CLOSE]) {
        advance(lexer);
        lexer->mark_end(lexer);
        return accept(lexer, STATEMENT_CLOSE);
      }
      if (c == '}') return accept(lexer, CLOSE_BRACE);
      break;
    }
    case '=':
      if (valid[EQUALS]) return accept(lexer, EQUALS);
      break;
    default:
      break;
  }
  if ((lexer->lookahead == '=' && (c == '=' || c == '!' || c == '<' || c == '>')) ||
      (lexer->lookahead == c && (c == '*' || c == '/'))) {
    advance(lexer);
    lexer->mark_end(lexer);
  }
  return accept(lexer, JINJA_OPERATOR);
}

static bool scan(TSLexer *lexer, const bool *valid) {
  bool recovering = valid[ERROR_SENTINEL];
  if (!recovering) {
    if (valid[SINGLE_TEXT]) return scan_text(lexer, valid, '\'', SINGLE_TEXT, SINGLE_CLOSE);
    if (valid[DOUBLE_TEXT]) return scan_text(lexer, valid, '"', DOUBLE_TEXT, DOUBLE_CLOSE);
    if (valid[BACKTICK_TEXT]) return scan_text(lexer, valid, '`', BACKTICK_TEXT, BACKTICK_CLOSE);
    if (valid[JINJA_STRING] || valid[EQUALS]) return scan_jinja(lexer, valid);
  }
  bool newline = false, immediate = true;
  while (is_space(lexer->lookahead)) {
    newline |= lexer->lookahead == '\n';
    immediate = false;
    lexer->advance(lexer, true);
  }
  int32_t c = lexer->lookahead;
  if (is_letter(c)) return scan_word(lexer, valid, immediate && !recovering);
  if (is_digit(c)) {
    if (immediate && (valid[GLUED_WORD] || valid[PART]) && !recovering) return scan_word(lexer, valid, true);
    return scan_number(lexer, NUMBER);
  }
  if (lexer->eof(lexer) || c == ';') {
    lexer->mark_end(lexer);
    if (valid[END] && !recovering) return accept(lexer, END);
    if (c != ';') return false;
  }
  switch (c) {
    case '\'':
      return scan_quoted(lexer, valid, c, false, STRING, SINGLE_OPEN);
    case '"':
      return scan_quoted(lexer, valid, c, false, DOUBLE_QUOTED, DOUBLE_OPEN);
    case '`':
      return scan_quoted(lexer, valid, c, false, BACKTICK_QUOTED, BACKTICK_OPEN);
    case '$':
      return scan_dollar(lexer, valid);
    case '#':
      return scan_hash(lexer, valid, newline || lexer->get_column(lexer) == 0);
    default:
      advance(lexer);
  }
  int32_t next = lexer->lookahead;
  enum Token single = OPERATOR;
  switch (c) {
    case ',':
      single = COMMA;
      break;
    case '(':
      single = OPEN_PAREN;
      break;
    case ')':
      single = CLOSE_PAREN;
      break;
    case ']':
      single = CLOSE_BRACKET;
      break;
    case '}':
      single = CLOSE_BRACE;
      break;
    case ';':
      single = SEMICOLON;
      break;
    case '[':
      return scan_bracket(lexer, valid, immediate);
    case '{':
      return scan_brace(lexer);
    case '-':
      return next == '-' ? scan_line_comment(lexer) : scan_operator(lexer, c);
    case '/':
      if (next == '*') {
        advance(lexer);
        return scan_block_comment(lexer);
      }
      return next == '/' && newline ? scan_line_comment(lexer) : scan_operator(lexer, c);
    case '*':
      if (next == '*' || next == '=') return scan_operator(lexer, c);
      single = STAR;
      break;
    case '|':
      if (next != '>') return scan_operator(lexer, c);
      advance(lexer);
      single = PIPE;
      break;
    case '>':
      if (!valid[GREATER] || valid[OPERATOR]) return scan_operator(lexer, c);
      single = GREATER;
      break;
    case '.':
      if (is_digit(next) && !(immediate && valid[DOT])) return scan_number(lexer, NUMBER);
      if (next == '.' && valid[OPERATOR]) return scan_operator(lexer, c);
      single = DOT;
      if (next == '*' && valid[DOT_STAR]) {
        advance(lexer);
        single = DOT_STAR;
      }
      break;
    case ':':
      if (next == ':') {
        advance(lexer);
        single = DOUBLE_COLON;
      } else if (valid[COLON] && ((immediate && (is_letter(next) || next == '"')) || !valid[OPERATOR])) {
        single = COLON;
      } else {
        return scan_parameter(lexer, c);
      }
      break;
    case '@':
    case '&':
      return immediate && c == '&' ? scan_operator(lexer, c) : scan_parameter(lexer, c);
    case '%':
      if (next == '(') {
        lexer->mark_end(lexer);
        do advance(lexer);
        while (is_word(lexer->lookahead));
        if (lexer->lookahead != ')') return accept(lexer, OPERATOR);
        advance(lexer);
        if (lexer->lookahead != 's') return accept(lexer, OPERATOR);
        advance(lexer);
        single = PARAMETER;
      }
      break;
    case '?':
      if (next == '|' || next == '&' || next == '?') return scan_operator(lexer, c);
      single = PARAMETER;
      break;
    default:
      return scan_operator(lexer, c);
  }
  lexer->mark_end(lexer);
  return accept(lexer, valid[single] || !valid[OPERATOR] ? single : OPERATOR);
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
