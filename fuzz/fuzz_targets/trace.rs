//! Any text is a trace or is refused with what is wrong and how to mend it; a trace that is read is carried out to an end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::policy::{Policy, load};
use opsc::simulate::{Assumptions, Setting, Trace, simulate};
use opsc::world::MemoryWorld;
use std::sync::LazyLock;

const POLICY: &str = "policy p { language 1 }
region a { zone \"Europe/Dublin\" }
metric error-rate : ratio { better lower; no-data hold; baseline stable }
metric latency : duration { better lower; no-data fail }
gate slo { require p95(latency) <= 300ms }
lever kill { flips flag \"f\"; within 1m }
pipeline line {
  stage boot : deploy { run \"true\" }
  stage canary { after boot; traffic 5%; hold 10m; regions a; gate slo }
}
rollback back for line {
  when error-rate > baseline + 2pp over 5m for 1m
  do { pull kill }
  recovered within 10m when error-rate < 1% over 5m
}
";

static LOADED: LazyLock<Policy> = LazyLock::new(|| {
    let world = MemoryWorld::at(0).with_file("main.ops", POLICY);
    load(&world, "main.ops").expect("it is there").policy.expect("it has no errors")
});

fuzz_target!(|text: &str| {
    match Trace::read(&LOADED, text) {
        Ok(trace) => {
            let pipeline = LOADED.pipelines.find("line").expect("it is declared");
            let start = trace.start().expect("it has a sample");
            let assumed = Assumptions::default();
            let timeline = simulate(&Setting { policy: &LOADED, pipeline, start, trace: &trace, assumed: &assumed });
            assert!(timeline.start <= timeline.end);
            assert!(timeline.events.is_sorted_by_key(|event| event.at));
        }
        Err(error) => assert!(!error.message.is_empty() && !error.help.is_empty()),
    }
});
