//! Rows that hold in what proxies and clusters are given: the platform's files for them say so.

use super::{built, says};

#[test]
fn c1_the_proxy_refuses_writes() {
    says(
        &built("nginx/read-only.http.conf"),
        &["# documents: POST /documents", "# feedback: POST /feedback"],
    );
    let server = built("nginx/read-only.server.conf");
    says(&server, &["return 423 $ops_body;", "add_header Retry-After $ops_retry_after always;"]);
    says(&server, &["set $ops_retry_after 300;", "{\\\"error\\\":\\\"read_only\\\""]);
}

#[test]
fn b7_the_flip_of_a_service_has_its_inverse() {
    says(
        &built("kubernetes/selectors/rag-live.blue.yml"),
        &["spec:\n  selector:\n    \"track\": \"blue\"\n"],
    );
    says(
        &built("kubernetes/selectors/rag-live.green.yml"),
        &["spec:\n  selector:\n    \"track\": \"green\"\n"],
    );
    let page = built("docs/runbooks/rollback.md");
    says(
        &page,
        &["--patch-file kubernetes/selectors/rag-live.blue.yml", "kubernetes/selectors/rag-live.green.yml"],
    );
}
