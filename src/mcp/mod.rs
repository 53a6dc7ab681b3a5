//! Tools, and the one function that answers them, in; a server of the Model Context Protocol on stdin and stdout out.
//!
//! Start at [`serve`]. Knows nothing of what the tools do. What is asked is held to the tool's parameters first, so that
//! an assistant is told what to ask instead. See <https://modelcontextprotocol.io>.

use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Value, json};

use crate::text::closest;

/// Something an assistant may ask. None of them changes anything.
pub struct Tool {
    pub name: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    pub parameters: &'static [Parameter],
}

pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub about: &'static str,
    pub is_needed: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    Texts,
    Flag,
    Number,
    Choice(&'static [&'static str]),
}

/// What is given for a tool's parameters: a text for each, several where there are several, `true` for a flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(Vec<(&'static str, Vec<String>)>);

impl Given {
    pub fn all(&self, name: &str) -> &[String] {
        self.0.iter().find(|(key, _)| *key == name).map_or(&[], |(_, texts)| texts)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }
}

/// What a tool says: an answer, or why there is none.
pub type Answer = Result<String, String>;

/// So many bytes an assistant can be asked to read.
const MOST: usize = 200_000;

struct Server<F> {
    tools: &'static [Tool],
    about: &'static str,
    answer: Arc<F>,
}

/// Answers until stdin ends. `answer` is given the tool's name.
pub fn serve<F>(tools: &'static [Tool], about: &'static str, answer: F) -> Result<(), String>
where
    F: Fn(&str, &Given) -> Answer + Send + Sync + 'static,
{
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let server = Server { tools, about, answer: Arc::new(answer) };
    let served = runtime.block_on(async {
        let running = server.serve(rmcp::transport::stdio()).await.map_err(|error| error.to_string())?;
        running.waiting().await.map(|_| ()).map_err(|error| error.to_string())
    });
    // A read of stdin may still be waiting.
    runtime.shutdown_background();
    served
}

impl<F> ServerHandler for Server<F>
where
    F: Fn(&str, &Given) -> Answer + Send + Sync + 'static,
{
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("sluice", env!("CARGO_PKG_VERSION")))
            .with_instructions(self.about)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.iter().map(described).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.tools.iter().find(|tool| tool.name == request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        let given = given(tool, request.arguments.unwrap_or_default());
        let answer = Arc::clone(&self.answer);
        // Not on the thread that listens: a question may take long, and a panic is of that question alone.
        let work = move || given.and_then(|given| answer(tool.name, &given));
        let said = tokio::task::spawn_blocking(work).await;
        let said = said.unwrap_or_else(|_| Err("a bug in sluice: the question cannot be answered".to_owned()));
        Ok(match said.and_then(not_too_long) {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]).into(),
            Err(text) => CallToolResult::error(vec![ContentBlock::text(text)]).into(),
        })
    }
}

fn not_too_long(text: String) -> Answer {
    if text.len() <= MOST {
        return Ok(text);
    }
    Err(format!(
        "The answer has {} bytes, and {MOST} are the most. Ask for less: fewer models, or less depth.",
        text.len()
    ))
}

fn described(tool: &Tool) -> rmcp::model::Tool {
    let mut properties = JsonObject::new();
    for parameter in tool.parameters {
        let mut schema = match parameter.kind {
            Kind::Text => json!({"type": "string"}),
            Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Number => json!({"type": "integer", "minimum": 0}),
            Kind::Choice(words) => json!({"type": "string", "enum": words}),
        };
        schema["description"] = parameter.about.into();
        properties.insert(parameter.name.to_owned(), schema);
    }
    let needed: Vec<&str> =
        tool.parameters.iter().filter(|parameter| parameter.is_needed).map(|parameter| parameter.name).collect();
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), needed.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    let hints = ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(false);
    rmcp::model::Tool::new(tool.name, tool.about, schema).with_title(tool.title).with_annotations(hints)
}

/// The arguments as the tool knows them, or what is wrong with them.
fn given(tool: &Tool, arguments: JsonObject) -> Result<Given, String> {
    let mut given = Given::default();
    for (name, value) in arguments {
        let Some(parameter) = tool.parameters.iter().find(|parameter| parameter.name == name) else {
            let names = tool.parameters.iter().map(|parameter| parameter.name);
            let similar = closest(&name, names).map(|similar| format!(" Did you mean `{similar}`?"));
            return Err(format!("`{}` has no parameter `{name}`.{}", tool.name, similar.unwrap_or_default()));
        };
        if value.is_null() {
            continue;
        }
        let texts = texts(parameter.kind, &value)
            .ok_or_else(|| format!("`{name}` is {value}, and has to be {}.", wanted(parameter.kind)))?;
        given.0.push((parameter.name, texts));
    }
    match tool.parameters.iter().find(|parameter| parameter.is_needed && given.text(parameter.name).is_none()) {
        Some(missing) => Err(format!("`{}` is needed: {}", missing.name, missing.about)),
        None => Ok(given),
    }
}

fn texts(kind: Kind, value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match kind {
        Kind::Text => Some(vec![text(value)?]),
        Kind::Texts => match value {
            Value::Array(items) => items.iter().map(text).collect(),
            other => Some(vec![text(other)?]),
        },
        Kind::Flag => Some(vec![value.as_bool()?.to_string()]),
        Kind::Number => Some(vec![value.as_u64()?.to_string()]),
        Kind::Choice(words) => Some(vec![text(value).filter(|text| words.contains(&text.as_str()))?]),
    }
}

fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Texts => "a list of texts".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Number => "a number, from 0".to_owned(),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Parameter, Tool, given};
    use serde_json::{Value, json};

    const PARAMETERS: [Parameter; 3] = [
        Parameter { name: "paths", kind: Kind::Texts, about: "Which files.", is_needed: true },
        Parameter { name: "depth", kind: Kind::Number, about: "How far.", is_needed: false },
        Parameter { name: "format", kind: Kind::Choice(&["text", "json"]), about: "How.", is_needed: false },
    ];
    const TOOL: Tool = Tool { name: "look", title: "Look", about: "Looks.", parameters: &PARAMETERS };

    fn check(arguments: Value, expected: Result<&[&str], &str>) {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let said = given(&TOOL, arguments).map(|given| given.0.into_iter().flat_map(|(_, texts)| texts).collect());
        let expected = expected.map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(said, expected.map_err(str::to_owned));
    }

    #[test]
    fn arguments_are_held_to_the_parameters() {
        check(json!({"paths": ["a", "b"], "depth": 2, "format": null}), Ok(&["a", "b", "2"]));
        check(json!({"paths": "a"}), Ok(&["a"]));
        check(json!({}), Err("`paths` is needed: Which files."));
        check(json!({"path": "a"}), Err("`look` has no parameter `path`. Did you mean `paths`?"));
        check(json!({"paths": ["a"], "depth": -1}), Err("`depth` is -1, and has to be a number, from 0."));
        check(json!({"paths": ["a"], "format": "xml"}), Err("`format` is \"xml\", and has to be one of text, json."));
    }
}
