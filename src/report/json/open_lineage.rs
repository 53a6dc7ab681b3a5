//! Relations in, a JobEvent of OpenLineage for each model out, one a line.
//!
//! The specification is at <https://openlineage.io/spec>. A JobEvent is what can be said of a job without a run: what
//! it reads, what it writes, and for every column what its value and its rows are made of.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::line;
use super::time::write_time;
use crate::compile::Compilation;
use crate::lineage::{ColumnLineage, Edge, Via};
use crate::project::{Project, RelationName};
use crate::report::{Relation, RelationKind};

const SPEC: &str = "https://openlineage.io/spec";

/// Names of facets, and where their schemas stand.
const FACETS: [(&str, &str); 5] = [
    ("columnLineage", "facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"),
    ("documentation", "facets/1-1-0/DocumentationDatasetFacet.json#/$defs/DocumentationDatasetFacet"),
    ("jobType", "facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet"),
    ("schema", "facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"),
    ("sql", "facets/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet"),
];

/// `sluice lineage --format openlineage`: the events' time in seconds since 1970, and the datasets' namespace, where
/// it is not to be what each project's connection says.
pub fn open_lineage(
    relations: &[Relation],
    compilation: &Compilation,
    (time, namespace): (i64, Option<&str>),
) -> String {
    let emitter = Emitter { compilation, time: write_time(time), names: names(compilation, namespace) };
    let built = relations.iter().filter(|relation| emitter.builds(relation));
    built.map(|relation| line(&emitter.event(relation)) + "\n").collect()
}

/// Namespace and name of a dataset.
type Name = (String, String);

struct Emitter<'c> {
    compilation: &'c Compilation,
    time: String,
    names: BTreeMap<&'c str, Name>,
}

impl Emitter<'_> {
    /// Analyses and tests build nothing.
    fn builds(&self, relation: &Relation) -> bool {
        let kind = matches!(relation.kind, RelationKind::Model | RelationKind::Snapshot | RelationKind::Table);
        kind && self.names.contains_key(relation.name.as_str()) && self.compilation.models.contains_key(&relation.name)
    }

    fn event(&self, relation: &Relation) -> Value {
        let model = &self.compilation.models[&relation.name];
        let project = &self.compilation.projects[model.project];
        let dialect = model.model.dialect(&project.dialect);
        let inputs = relation.lineage.depends_on.iter().map(|id| self.dataset(id, &relation.name, &[]));
        let sql = json!({"query": model.rendered.text.trim(), "dialect": dialect.label()});
        let job_type = json!({"processingType": "BATCH", "integration": "SLUICE", "jobType": "MODEL"});
        json!({
            "eventTime": self.time,
            "producer": producer(),
            "schemaURL": format!("{SPEC}/2-0-2/OpenLineage.json#/$defs/JobEvent"),
            "job": {
                "namespace": project_name(project),
                "name": relation.name,
                "facets": facets([("jobType", job_type), ("sql", sql)]),
            },
            "inputs": inputs.collect::<Vec<_>>(),
            "outputs": [self.dataset(&relation.name, &relation.name, &[("columnLineage", self.column_lineage(relation))])],
        })
    }

    fn dataset(&self, id: &str, reader: &str, more: &[(&'static str, Value)]) -> Value {
        let (namespace, name) = self.name(id, reader);
        let mut all: Vec<(&str, Value)> = Vec::new();
        if let Some(model) = self.compilation.models.get(id)
            && !model.model.properties.description.trim().is_empty()
        {
            all.push(("documentation", json!({"description": model.model.properties.description.trim()})));
        }
        let fields = self.fields(id);
        if !fields.is_empty() {
            all.push(("schema", json!({"fields": fields})));
        }
        all.extend(more.iter().cloned());
        json!({"namespace": namespace, "name": name, "facets": facets(all)})
    }

    fn fields(&self, id: &str) -> Vec<Value> {
        let known = self.compilation.known(id);
        let columns = known.iter().flat_map(|known| &known.columns).enumerate();
        let field = |(at, column): (usize, &crate::algebra::KnownColumn)| {
            let mut field = json!({"name": column.name, "ordinal_position": at + 1});
            if !column.ty.name.is_empty() {
                field["type"] = column.ty.name.as_str().into();
            }
            field
        };
        columns.map(field).collect()
    }

    fn column_lineage(&self, relation: &Relation) -> Value {
        let field = |column: &ColumnLineage| {
            let fields = json!({"inputFields": self.input_fields(&column.inputs, relation)});
            (column.name.clone(), fields)
        };
        let fields: Map<String, Value> = relation.lineage.columns.iter().map(field).collect();
        json!({"fields": fields, "dataset": self.input_fields(&relation.lineage.rows, relation)})
    }

    /// A field read in several ways is one, with all of them.
    fn input_fields(&self, edges: &[Edge], reader: &Relation) -> Vec<Value> {
        let mut fields: Vec<((&str, String), Vec<Value>)> = Vec::new();
        for edge in edges {
            let field = (edge.relation.as_str(), edge.spelled());
            let way = transformation(edge.via);
            match fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, ways)) if ways.contains(&way) => {}
                Some((_, ways)) => ways.push(way),
                None => fields.push((field, vec![way])),
            }
        }
        let shape = |((relation, column), ways): ((&str, String), Vec<Value>)| {
            let (namespace, name) = self.name(relation, &reader.name);
            json!({"namespace": namespace, "name": name, "field": column, "transformations": ways})
        };
        fields.into_iter().map(shape).collect()
    }

    /// What nobody declares is named as the SQL names it, and stands where its reader does.
    fn name(&self, id: &str, reader: &str) -> Name {
        let beside = || self.names.get(reader).map_or("", |(namespace, _)| namespace.as_str());
        self.names.get(id).cloned().unwrap_or_else(|| (beside().to_owned(), id.to_owned()))
    }
}

/// The specification's words; those it has none for are said in the description.
fn transformation(via: Via) -> Value {
    let (kind, subtype) = match via {
        Via::Identity => return json!({"type": "DIRECT", "subtype": "IDENTITY", "masking": false}),
        Via::Transform => ("DIRECT", "TRANSFORMATION"),
        Via::Aggregate => ("DIRECT", "AGGREGATION"),
        Via::Window => ("INDIRECT", "WINDOW"),
        Via::Conditional => ("INDIRECT", "CONDITIONAL"),
        Via::Filter | Via::Limit => ("INDIRECT", "FILTER"),
        Via::Join | Via::Unnest => ("INDIRECT", "JOIN"),
        Via::GroupBy | Via::Distinct | Via::SetOperation => ("INDIRECT", "GROUP_BY"),
        Via::Sort => ("INDIRECT", "SORT"),
    };
    json!({"type": kind, "subtype": subtype, "description": via.word()})
}

fn facets<'f>(facets: impl IntoIterator<Item = (&'f str, Value)>) -> Value {
    let mut all = Map::new();
    for (name, facet) in facets {
        let schema = FACETS.iter().find(|(known, _)| *known == name).map_or("", |(_, schema)| schema);
        let mut whole = Map::new();
        whole.insert("_producer".to_owned(), producer().into());
        whole.insert("_schemaURL".to_owned(), format!("{SPEC}/{schema}").into());
        if let Value::Object(own) = facet {
            whole.extend(own);
        }
        all.insert(name.to_owned(), whole.into());
    }
    all.into()
}

/// Who says it: the page of this version, or its name where the package says no page.
fn producer() -> String {
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
    if repository.is_empty() { format!("urn:sluice:{version}") } else { format!("{repository}/tree/v{version}") }
}

/// By id, the dataset that each relation is.
fn names<'c>(compilation: &'c Compilation, namespace: Option<&str>) -> BTreeMap<&'c str, Name> {
    let mut names = BTreeMap::new();
    for project in &compilation.projects {
        let namespace = namespace.map_or_else(|| namespace_of(project), str::to_owned);
        let sources = project.sources.iter().map(|source| (source.id.as_str(), &source.relation));
        for (id, relation) in sources.chain(project.seeds.iter().map(|seed| (seed.id.as_str(), &seed.relation))) {
            names.entry(id).or_insert_with(|| (namespace.clone(), dotted(relation, id)));
        }
    }
    for (id, model) in &compilation.models {
        let project = &compilation.projects[model.project];
        let builds = matches!(
            model.model.kind,
            crate::project::ModelKind::Model | crate::project::ModelKind::Snapshot | crate::project::ModelKind::Table
        );
        if builds {
            let namespace = namespace.map_or_else(|| namespace_of(project), str::to_owned);
            names.insert(id, (namespace, dotted(&model.model.relation, id)));
        }
    }
    names
}

fn dotted(relation: &RelationName, id: &str) -> String {
    if relation.identifier.is_empty() {
        return id.to_owned();
    }
    let outer = [&relation.database, &relation.schema].into_iter().flatten().map(String::as_str);
    let parts: Vec<&str> = outer.filter(|part| !part.is_empty()).chain([relation.identifier.as_str()]).collect();
    parts.join(".")
}

/// The warehouse as the specification names it (<https://openlineage.io/docs/spec/naming>), as far as the connection
/// says which it is.
fn namespace_of(project: &Project) -> String {
    let target = &project.target;
    let said = |key: &str| target.extra.get(key).and_then(crate::data::Value::scalar).filter(|text| !text.is_empty());
    let port = said("port").map(|port| format!(":{port}")).unwrap_or_default();
    match (target.adapter.as_str(), said("account"), said("host").or_else(|| said("server"))) {
        ("", ..) => project.dialect.label().to_owned(),
        (adapter, Some(account), _) => format!("{adapter}://{account}"),
        (adapter, None, Some(host)) => format!("{adapter}://{host}{port}"),
        (adapter, None, None) => adapter.to_owned(),
    }
}

fn project_name(project: &Project) -> &str {
    if project.name.is_empty() { "sql" } else { &project.name }
}
