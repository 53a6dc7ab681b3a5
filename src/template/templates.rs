//! The files that templates outside dbt take from in, each by the names it can be called by out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::Source;
use super::parser::{self, Template};
use crate::project::{MacroFile, join};
use crate::text::Span;

/// Every file that some text includes, imports from or extends.
#[derive(Debug, Default)]
pub(super) struct Templates {
    by_path: BTreeMap<String, Arc<Template>>,
    /// Folders in which names are looked for, in order, after the model's own.
    folders: Vec<String>,
}

impl Templates {
    pub(super) fn new(files: &[MacroFile], folders: Vec<String>, first_id: u32) -> Templates {
        let parse = |(at, file): (usize, &MacroFile)| {
            let source = Arc::new(Source {
                file: file.file.clone(),
                text: file.text.clone(),
                package: Arc::from(file.package.as_str()),
                id: first_id + at as u32,
                embedded: false,
                returns: file.text.contains('\r'),
            });
            let template = parser::parse(&source, Span::new(0, file.text.len()));
            (file.file.path().to_owned(), Arc::new(template))
        };
        Templates { by_path: files.iter().enumerate().map(parse).collect(), folders }
    }

    /// The file that `name` means in a text of `own`, rendered for `model`.
    pub(super) fn find(&self, name: &str, model: &str, own: &str) -> Option<&Arc<Template>> {
        let folders = self.folders.iter().map(String::as_str);
        let mut tried = [folder(model)].into_iter().chain(folders).chain([folder(own)]);
        tried.find_map(|folder| self.by_path.get(&join(folder, name)?))
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
