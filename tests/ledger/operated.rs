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
