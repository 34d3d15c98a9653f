//! What a policy says of itself.

use crate::schema::declaration::{Arity, Declaration, declaration, field};

pub static POLICY: Declaration =
    declaration("policy", "new", "Names the policy and fixes the version of the language and its library.")
        .arity(Arity::Once)
        .fields(&[
            field("language", "integer", "The version of syntax and library; it is `1`.")
                .required()
                .insert("language 1"),
            field("owner", "party", "Who answers for the policy."),
            field(
                "horizon",
                "start=date '..' end=date",
                "The dates that questions over time look at; never a decision.",
            )
            .default("the years that the policy's dated windows name, else 2025 .. 2030"),
        ]);
