//! The text of a SQL type in, its family, fields and elements out.

/// What kind of values a type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Family {
    Integer,
    Decimal,
    Float,
    String,
    Boolean,
    Date,
    Time,
    Timestamp,
    Interval,
    Binary,
    Struct,
    Array,
    Map,
    Json,
    Geo,
    #[default]
    Unknown,
}

impl Family {
    pub fn is_number(self) -> bool {
        matches!(self, Family::Integer | Family::Decimal | Family::Float)
    }

    pub fn word(self) -> &'static str {
        match self {
            Family::Integer => "integer",
            Family::Decimal => "decimal",
            Family::Float => "float",
            Family::String => "string",
            Family::Boolean => "boolean",
            Family::Date => "date",
            Family::Time => "time",
            Family::Timestamp => "timestamp",
            Family::Interval => "interval",
            Family::Binary => "binary",
            Family::Struct => "struct",
            Family::Array => "array",
            Family::Map => "map",
            Family::Json => "json",
            Family::Geo => "geo",
            Family::Unknown => "unknown",
        }
    }

    /// `a string`, `an integer`.
    pub fn with_article(self) -> String {
        let word = self.word();
        let article = if word.starts_with(['a', 'e', 'i', 'u']) { "an" } else { "a" };
        format!("{article} {word}")
    }
}

/// Families whose values engines compare without a cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    Truth,
    Moment,
    Time,
    Bytes,
    Many,
}

/// A SQL type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Type {
    /// As the dialect spells it, e.g. `DECIMAL(10,2)`; empty where unknown.
    pub name: String,
    pub family: Family,
    /// Fields of a struct, in order.
    pub fields: Vec<(String, Type)>,
    /// Element of an array, or value of a map.
    pub element: Option<Box<Type>>,
}

/// Decimal digits that every value of an integer type fits in, by the names that all dialects share.
fn integer_digits(name: &str) -> Option<u32> {
    match name.to_ascii_uppercase().as_str() {
        "TINYINT" | "INT1" => Some(3),
        "SMALLINT" | "INT2" => Some(5),
        "INTEGER" | "INT" | "INT4" => Some(10),
        "BIGINT" | "INT8" | "INT64" => Some(19),
        _ => None,
    }
}

impl Type {
    pub fn unknown() -> Self {
        Type::default()
    }

    pub fn is_unknown(&self) -> bool {
        self.family == Family::Unknown
    }

    /// `None` where nothing is known of the values, or engines differ in what they are compared with.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self.family {
            Family::Integer | Family::Decimal | Family::Float => Kind::Number,
            Family::String => Kind::Text,
            Family::Boolean => Kind::Truth,
            Family::Date | Family::Timestamp => Kind::Moment,
            Family::Time => Kind::Time,
            Family::Binary => Kind::Bytes,
            Family::Array | Family::Map => Kind::Many,
            Family::Interval | Family::Struct | Family::Json | Family::Geo | Family::Unknown => return None,
        })
    }

    /// The two families, with their articles, where their values are of kinds that differ.
    pub fn clashes_with(&self, other: &Type) -> Option<(String, String)> {
        let differ = self.kind()? != other.kind()?;
        differ.then(|| (self.family.with_article(), other.family.with_article()))
    }

    /// Reads a type as any of the dialects writes it.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(inner) = array_suffix(text) {
            return Type::array_of(Type::parse(inner));
        }
        let head_end = text.find(['(', '<']).unwrap_or(text.len());
        let head = text[..head_end].trim();
        let inner = inside(&text[head_end..]);
        let upper = head.to_ascii_uppercase();
        match (upper.as_str(), inner) {
            ("STRUCT" | "ROW" | "OBJECT" | "TUPLE", Some(inner)) => Type::structure(text, inner),
            ("ARRAY" | "LIST", Some(inner)) => Type::array_of(Type::parse(inner)),
            ("MAP", Some(inner)) => Type {
                name: text.to_owned(),
                family: Family::Map,
                fields: Vec::new(),
                element: split(inner).get(1).map(|value| Box::new(Type::parse(value))),
            },
            ("NULLABLE" | "LOWCARDINALITY", Some(inner)) => Type::parse(inner),
            _ => Type { name: text.to_owned(), family: family(&upper, inner), ..Type::default() },
        }
    }

    pub fn named(name: &str, family: Family) -> Self {
        Type { name: name.to_owned(), family, ..Type::default() }
    }

    pub fn array_of(element: Type) -> Self {
        let name = if element.is_unknown() { "ARRAY".to_owned() } else { format!("{}[]", element.name) };
        Type { name, family: Family::Array, fields: Vec::new(), element: Some(Box::new(element)) }
    }

    pub fn structure_of(fields: Vec<(String, Type)>) -> Self {
        let inside: Vec<String> = fields.iter().map(|(name, ty)| format!("{name} {}", ty.name)).collect();
        let name = format!("STRUCT({})", inside.join(", "));
        Type { name, family: Family::Struct, fields, element: None }
    }

    fn structure(text: &str, inner: &str) -> Self {
        let fields = split(inner).into_iter().map(|field| {
            let field = field.trim();
            let (name, ty) = if let Some(rest) = field.strip_prefix('"') {
                rest.split_once('"').unwrap_or((rest, ""))
            } else {
                field.split_once([' ', ':']).unwrap_or((field, ""))
            };
            (name.to_owned(), Type::parse(ty.trim_start_matches([':', ' '])))
        });
        Type { name: text.to_owned(), family: Family::Struct, fields: fields.collect(), element: None }
    }

    /// Are these two spellings of one type?
    pub fn same_as(&self, other: &Type) -> bool {
        self.canonical() == other.canonical()
    }

    /// Is every value of this type one of the other? Only where that is certain.
    pub fn widens_to(&self, other: &Type) -> bool {
        let digits = |ty: &Type| match (ty.family, ty.precision()) {
            (Family::Integer, _) => integer_digits(&ty.name).map(|digits| (digits, 0)),
            (Family::Decimal, Some(precision)) => {
                let scale = ty.scale().unwrap_or(0);
                precision.checked_sub(scale).map(|whole| (whole, scale))
            }
            _ => None,
        };
        if let (Some((whole, scale)), Some((other_whole, other_scale))) = (digits(self), digits(other)) {
            return whole <= other_whole && scale <= other_scale;
        }
        match (self.family, other.family) {
            (Family::String, Family::String) => match (self.precision(), other.precision()) {
                (_, None) => true,
                (Some(own), Some(other)) => own <= other,
                (None, Some(_)) => false,
            },
            (Family::Date, Family::Timestamp) => true,
            _ => false,
        }
    }

    pub fn canonical(&self) -> String {
        let upper = self.name.to_ascii_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
        match upper.as_str() {
            "INT" | "INT4" | "INTEGER" | "SIGNED" => "INTEGER".to_owned(),
            "BIGINT" | "INT8" | "INT64" | "LONG" => "BIGINT".to_owned(),
            "VARCHAR" | "TEXT" | "STRING" | "CHARACTER VARYING" => "VARCHAR".to_owned(),
            "DOUBLE" | "DOUBLE PRECISION" | "FLOAT8" | "FLOAT64" => "DOUBLE".to_owned(),
            "BOOL" | "BOOLEAN" => "BOOLEAN".to_owned(),
            "NUMERIC" | "DECIMAL" => "DECIMAL".to_owned(),
            _ => upper.replace("NUMERIC(", "DECIMAL(").replace(", ", ","),
        }
    }

    /// The type of a struct's field, by name without case.
    pub fn field(&self, name: &str) -> Option<&Type> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, ty)| ty)
    }

    /// The precision of `DECIMAL(p,s)`.
    pub fn precision(&self) -> Option<u32> {
        inside(&self.name[self.name.find('(')?..])?.split(',').next()?.trim().parse().ok()
    }

    /// The scale of `DECIMAL(p,s)`.
    pub fn scale(&self) -> Option<u32> {
        inside(&self.name[self.name.find('(')?..])?.split(',').nth(1)?.trim().parse().ok()
    }

    /// The type both can be read as, as a set operation or CASE would choose.
    pub fn common(&self, other: &Type) -> Type {
        let (wide, narrow) = if rank(self) >= rank(other) { (self, other) } else { (other, self) };
        match (wide.family, narrow.family) {
            (Family::Unknown, _) | (_, Family::Unknown) => match (self.name.as_str(), other.name.as_str()) {
                (NULL, _) => other.clone(),
                (_, NULL) => self.clone(),
                _ => Type::unknown(),
            },
            (a, b) if a == b => wide.clone(),
            (a, b) if a.is_number() && b.is_number() => wide.clone(),
            (Family::Timestamp, Family::Date) => wide.clone(),
            (Family::String | Family::Json, _) => wide.clone(),
            _ => Type::unknown(),
        }
    }
}

/// The name of the type of a bare NULL, which takes any other type.
pub const NULL: &str = "NULL";

/// Which of two types holds the other, within what can be mixed at all.
fn rank(ty: &Type) -> u32 {
    let width = match ty.family {
        Family::Integer => match ty.name.to_ascii_uppercase().as_str() {
            "TINYINT" | "INT8" | "UTINYINT" | "UINT8" => 1,
            "SMALLINT" | "INT16" | "USMALLINT" | "UINT16" | "INT2" => 2,
            "BIGINT" | "INT64" | "UBIGINT" | "UINT64" | "LONG" => 4,
            "HUGEINT" | "INT128" | "UHUGEINT" => 5,
            _ => 3,
        },
        Family::Decimal => 10 + ty.scale().unwrap_or(0),
        Family::Float if ty.name.eq_ignore_ascii_case("FLOAT") || ty.name.eq_ignore_ascii_case("REAL") => 98,
        _ => 99,
    };
    let family = match ty.family {
        Family::Unknown => 9,
        Family::String => 8,
        Family::Json => 7,
        Family::Timestamp => 6,
        Family::Float => 5,
        Family::Decimal => 4,
        Family::Integer => 3,
        _ => 2,
    };
    family * 100 + width
}

fn array_suffix(text: &str) -> Option<&str> {
    let open = text.strip_suffix(']')?.rfind('[')?;
    text[open + 1..text.len() - 1].chars().all(|c| c.is_ascii_digit()).then(|| &text[..open])
}

/// The text between the outermost brackets that `text` starts with.
fn inside(text: &str) -> Option<&str> {
    let close = match text.as_bytes().first()? {
        b'(' => ')',
        b'<' => '>',
        _ => return None,
    };
    text.rfind(close).map(|end| &text[1..end])
}

/// Splits at commas that stand in no bracket.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '<' | '[' => depth += 1,
            ')' | '>' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn family(name: &str, inner: Option<&str>) -> Family {
    let scaled = inner.and_then(|inner| inner.split(',').nth(1)).is_some_and(|scale| scale.trim() != "0");
    let first = name.split_whitespace().next().unwrap_or("");
    match first {
        "INT" | "INTEGER" | "BIGINT" | "SMALLINT" | "TINYINT" | "MEDIUMINT" | "HUGEINT" | "UHUGEINT" | "BYTEINT"
        | "INT2" | "INT4" | "INT8" | "INT16" | "INT32" | "INT64" | "INT128" | "INT256" | "UINT8" | "UINT16"
        | "UINT32" | "UINT64" | "UINT128" | "UINT256" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT" | "LONG"
        | "SHORT" | "SERIAL" | "BIGSERIAL" | "SIGNED" | "UNSIGNED" => Family::Integer,
        "NUMBER" if inner.is_some() && !scaled => Family::Integer,
        "DECIMAL" | "NUMERIC" | "NUMBER" | "DEC" | "BIGNUMERIC" | "BIGDECIMAL" | "MONEY" | "SMALLMONEY"
        | "DECIMAL32" | "DECIMAL64" | "DECIMAL128" => Family::Decimal,
        "FLOAT" | "DOUBLE" | "REAL" | "FLOAT4" | "FLOAT8" | "FLOAT32" | "FLOAT64" => Family::Float,
        "VARCHAR" | "CHAR" | "CHARACTER" | "TEXT" | "STRING" | "NVARCHAR" | "NCHAR" | "BPCHAR" | "NAME" | "UUID"
        | "CLOB" | "ENUM" | "FIXEDSTRING" | "VARCHAR2" | "NVARCHAR2" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT"
        | "UNIQUEIDENTIFIER" | "CITEXT" | "NTEXT" => Family::String,
        "BOOLEAN" | "BOOL" | "LOGICAL" => Family::Boolean,
        "BIT" => Family::Boolean,
        "DATE" | "DATE32" => Family::Date,
        "TIME" | "TIMETZ" => Family::Time,
        "TIMESTAMP" | "TIMESTAMPTZ" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" | "TIMESTAMP_S"
        | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "DATETIME" | "DATETIME2" | "DATETIME64" | "DATETIMEOFFSET"
        | "SMALLDATETIME" | "TIMESTAMPNTZ" | "TIMESTAMPLTZ" => Family::Timestamp,
        "INTERVAL" => Family::Interval,
        "BLOB" | "BYTEA" | "BINARY" | "VARBINARY" | "BYTES" | "IMAGE" | "RAW" => Family::Binary,
        "STRUCT" | "ROW" | "RECORD" | "OBJECT" | "TUPLE" => Family::Struct,
        "ARRAY" | "LIST" => Family::Array,
        "MAP" => Family::Map,
        "JSON" | "JSONB" | "VARIANT" | "SUPER" => Family::Json,
        "GEOGRAPHY" | "GEOMETRY" | "POINT" => Family::Geo,
        _ => Family::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, Type};

    #[test]
    fn families_are_read_from_every_spelling() {
        for (text, family) in [
            ("INTEGER", Family::Integer),
            ("decimal(10, 2)", Family::Decimal),
            ("NUMBER(38,0)", Family::Integer),
            ("timestamp with time zone", Family::Timestamp),
            ("VARCHAR[]", Family::Array),
            ("ARRAY<STRUCT<a INT64, b STRING>>", Family::Array),
            ("MAP(VARCHAR, INTEGER)", Family::Map),
            ("hyperloglog", Family::Unknown),
        ] {
            assert_eq!(Type::parse(text).family, family, "{text}");
        }
    }

    #[test]
    fn a_struct_knows_its_fields() {
        let ty = Type::parse("STRUCT(x INTEGER, kind VARCHAR[])");
        assert_eq!(ty.field("X").map(|t| t.family), Some(Family::Integer));
        assert_eq!(ty.field("kind").map(|t| t.family), Some(Family::Array));
    }

    #[test]
    fn numbers_widen_and_dates_become_timestamps() {
        let common = |a: &str, b: &str| Type::parse(a).common(&Type::parse(b)).name;
        assert_eq!(common("INTEGER", "BIGINT"), "BIGINT");
        assert_eq!(common("DOUBLE", "DECIMAL(10,2)"), "DOUBLE");
        assert_eq!(common("DATE", "TIMESTAMP"), "TIMESTAMP");
    }
}
