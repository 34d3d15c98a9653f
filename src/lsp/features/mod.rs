//! The routing table: every request that is answered from a policy, one file each.

mod definition;
mod references;

use super::feature::{Row, row_of};

/// Every feature, in order of its file's name.
pub static FEATURES: &[Row] =
    &[row_of::<definition::GoToDefinition>(), row_of::<references::FindReferences>()];
