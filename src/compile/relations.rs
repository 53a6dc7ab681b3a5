//! A Compilation in, the graph of its whole relations out: models, sources and seeds, and who consumes them.

use super::Compilation;
use crate::lineage::Graph;

impl Compilation {
    /// Who reads whom, relation by relation; exposures, metrics and their like read too. Built when first asked for.
    pub fn relation_graph(&self) -> &Graph {
        self.relation_graph.get_or_init(|| {
            let own = self.models.keys().chain(self.tables.keys()).map(String::as_str);
            let models = self.models.iter().map(|(id, model)| (id, &model.lineage.depends_on));
            let consumers = self.projects.iter().flat_map(|project| {
                let exposures = project.exposures.iter().map(|exposure| (&exposure.id, &exposure.depends_on));
                exposures.chain(project.consumers.iter().map(|consumer| (&consumer.id, &consumer.depends_on)))
            });
            let all = models.chain(consumers);
            Graph::of_relations(
                own,
                all.flat_map(|(id, reads)| reads.iter().map(|input| (id.as_str(), input.as_str()))),
            )
        })
    }
}
