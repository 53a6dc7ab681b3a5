//! The files of all packages in, their texts and parsed properties out, each read once and in parallel.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{self, Document};
use super::package::{Found, Part};
use crate::diagnostic::Diagnostic;
use crate::project::files::{Each, Files, map_each, unreadable};
use crate::text::{Digest, FileId};

/// What was read, by file. The projects of one repo share it.
#[derive(Default)]
pub(super) struct Loaded {
    texts: BTreeMap<FileId, (Arc<str>, Digest)>,
    documents: BTreeMap<FileId, Arc<Document>>,
    faults: BTreeMap<FileId, String>,
}

enum Job<'a> {
    Text(&'a FileId, &'a dyn Files),
    Document(&'a FileId, &'a dyn Files),
}

enum Done {
    Text(Result<(Arc<str>, Digest), (Digest, String)>),
    Document(Result<Arc<Document>, String>),
}

impl Loaded {
    /// Reads what these packages name.
    pub fn read(parts: &[&Part], snapshot: &dyn Files, disk: &dyn Files, each: Each<'_>) -> Loaded {
        let mut wanted: BTreeMap<&FileId, Job<'_>> = BTreeMap::new();
        for part in parts {
            let files = if part.on_disk { disk } else { snapshot };
            let texts = [&part.models, &part.snapshots, &part.analyses, &part.tests, &part.macros];
            for Found { file, .. } in texts.into_iter().flatten() {
                wanted.insert(file, Job::Text(file, files));
            }
            for Found { file, .. } in &part.documents {
                wanted.insert(file, Job::Document(file, files));
            }
        }
        let jobs: Vec<_> = wanted.into_iter().collect();
        let done = map_each(each, &jobs, |(_, job)| work(job));
        let done: Vec<(FileId, Done)> = jobs.into_iter().map(|(file, _)| file.clone()).zip(done).collect();
        let mut loaded = Loaded::default();
        for (file, done) in done {
            match done {
                Done::Text(Ok(found)) => {
                    loaded.texts.insert(file, found);
                }
                Done::Text(Err((digest, why))) => {
                    loaded.faults.insert(file.clone(), why);
                    loaded.texts.insert(file, (Arc::from(""), digest));
                }
                Done::Document(Ok(found)) => {
                    loaded.documents.insert(file, found);
                }
                Done::Document(Err(why)) => {
                    loaded.faults.insert(file.clone(), why);
                    loaded.documents.insert(file, Arc::default());
                }
            }
        }
        loaded
    }

    /// A file's text; empty, with a diagnostic, where it could not be read.
    pub fn text(&self, file: &FileId, said: &mut Vec<Diagnostic>) -> (Arc<str>, Digest) {
        if let Some(why) = self.faults.get(file) {
            said.push(unreadable(file, why));
        }
        self.texts.get(file).cloned().unwrap_or_else(|| (Arc::from(""), Digest::default()))
    }

    pub fn document(&self, file: &FileId, said: &mut Vec<Diagnostic>) -> Arc<Document> {
        if let Some(why) = self.faults.get(file) {
            said.push(unreadable(file, why));
        }
        self.documents.get(file).cloned().unwrap_or_default()
    }
}

fn work(job: &Job<'_>) -> Done {
    match job {
        Job::Text(file, files) => {
            let digest = files.digest(file);
            Done::Text(files.text(file).map(|text| (text, digest)).map_err(|why| (digest, why)))
        }
        Job::Document(file, files) => {
            Done::Document(files.text(file).map(|text| Arc::new(document::read(file, &text))))
        }
    }
}
