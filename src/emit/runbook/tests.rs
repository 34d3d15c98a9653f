//! Playbooks of policies that say everything, and of texts that would be markup.

use super::PLAYBOOKS;
use crate::policy::{Policy, load};
use crate::world::MemoryWorld;

const POLICY: &str = r#"
policy shop { language 1; owner lead }
role lead { members "ana" }
region eu { zone "Europe/Dublin" }
component api
service shop-api { components api }
fact warm : bool { from operator }
tier T0 "Emergency" { before deploy require warm }
tier T1
freeze hard { admit T0; block others }
break-glass outage { by 1 of lead; tiers T0; require warm; escalate 1 of lead within 10m; owes "a postmortem" within 2d }
pins versions { has build-id, git-sha }
pipeline release for shop-api {
  stage migrate { run "make migrate"; undo "make unmigrate" }
  stage boot : deploy { after migrate; run "make deploy" }
}
lever slow { flips alias "live"; within 5m; run "alias live old"; inverse "alias live new" }
lever fast { flips flag "new-path"; within 1m; run "flag off new-path" }
rollback back for release {
  case "TITLE" { pull fast, slow; note "NOTE" }
  do { capture versions; freeze-writes; pull fastest of slow, fast; rotate-cache; hold 10m; unfreeze-writes }
  audit pins-in-logs
}
status bad { level partial-outage; shows "SHOWN" }
severity S1 "Gone" { impact "nothing works"; status bad; pages lead }
template first : acknowledgement { text "We look into it in {scope}. {owner} is on it. {user-effect} Next: {next-checkpoint}." }
comms updates { first within 10m; every 15m .. 20m until stable; lead lead; writer lead; support lead; engineer lead; says first; postmortem within 48h }
audience users { channel "page"; told "what they feel" }
incident gone { when not warm; on lever; severity S1; comms updates; records "the time of each update" }
surface uploads : endpoint { route "POST" "/documents" }
maintenance upgrade {
  because "REASON"
  during 2026-06-01T00:00Z .. 2026-06-01T02:00Z
  refuses uploads
  answer 503 code "read-only" retry-after 10m
  banner "BANNER" ttl 1m
  begin { freeze-writes; banner on }
  end { unfreeze-writes; banner off }
}
"#;

fn policy(text: &str) -> Policy {
    let loaded = load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap();
    let found: Vec<&String> = loaded.diagnostics.iter().map(|found| &found.message).collect();
    loaded.policy.unwrap_or_else(|| panic!("{found:#?}"))
}

fn texts(policy: &Policy) -> Vec<(&'static str, String)> {
    PLAYBOOKS.iter().filter_map(|playbook| Some((playbook.kind, playbook.text(policy)?))).collect()
}

fn line_of(text: &str) -> usize {
    1 + POLICY.lines().position(|line| line.contains(text)).unwrap()
}

#[test]
fn a_kind_without_content_has_no_playbook() {
    assert_eq!(texts(&policy("policy p { language 1 }\ncomponent a\n")), []);
}

#[test]
fn steps_are_numbered_with_their_commands_and_lines() {
    let texts = texts(&policy(POLICY));
    let kinds: Vec<&str> = texts.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, ["rollback", "emergency", "maintenance", "incident"]);
    let back = &texts[0].1;
    let line = line_of("do { capture");
    assert!(back.contains(&format!("1. Capture what runs, and keep it for the postmortem: write down `build-id`, `git-sha` (`main.ops:{line}`)")), "{back}");
    let (fast, slow) = (back.find("flag off new-path").unwrap(), back.find("alias live old").unwrap());
    assert!(fast < slow, "the fastest lever stands first");
    assert!(back.contains("opsc gate . --rollback LEVER --to RELEASE --by PERSON --log LOG"));
    assert!(back.contains("make unmigrate") && back.contains("- [ ] `pins-in-logs`"));
    assert!(back.contains("- [Rollback `back`](#rollback-back)\n  - [Steps of `back`](#steps-of-back)"));
    let emergency = &texts[1].1;
    assert!(emergency.contains("--tier T0 --action deploy --break-glass outage --asked-at INSTANT --because REASON --fact warm=true"), "{emergency}");
    assert!(emergency.contains("Ask 1 of `lead` (`ana`), and wait 10m"));
    let maintenance = &texts[2].1;
    assert!(
        maintenance.contains("answered 503 with the code `read-only` and `Retry-After: 600`"),
        "{maintenance}"
    );
    let incident = &texts[3].1;
    assert!(incident.contains("2. Set the status page to `bad`, and put up the banner"), "{incident}");
    assert!(incident.contains("Fill in `scope`, `owner`, `user-effect`, `next-checkpoint`."), "{incident}");
    assert!(incident.contains("2. Then one every 15m to 20m, until the numbers stand still"), "{incident}");
    assert!(maintenance.contains("Mon 1 Jun 2026 01:00 Dublin (00:00Z)"), "{maintenance}");
}

/// What a reader of Markdown must not take for markup, a link, HTML or an end of what it stands in.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "<!-- --> -->",
    "[click](https://evil.example)",
    "![x](y)",
    "https://evil.example www.evil.example",
    "# title",
    "1. one",
    "1) one",
    "- item",
    "+ item",
    "> quote",
    "---",
    "===",
    "``` fence",
    "a ` b `` c",
    "*bold* _em_ ~~gone~~ |cell|",
    "&lt;b&gt; $x$ {{ x }}",
    "one\n\n# two\n\n    three",
];

#[test]
fn texts_of_a_policy_are_never_markup() {
    let plain = texts(&policy(POLICY));
    let shape = |text: &str| -> Vec<String> {
        let begins = text
            .lines()
            .map(|line| line.trim_start().chars().take_while(|sign| "#-+>`=<~".contains(*sign)).collect());
        begins.collect()
    };
    for hostile in HOSTILE {
        let quoted = format!("{hostile:?}").trim_matches('"').to_owned();
        let quoted = quoted.replace("\\'", "'");
        let mut text = POLICY.to_owned();
        for hole in ["TITLE", "NOTE", "REASON", "SHOWN"] {
            text = text.replace(hole, &quoted);
        }
        for ((_, plain), (kind, said)) in plain.iter().zip(texts(&policy(&text))) {
            assert_eq!(shape(plain), shape(&said), "{kind}: {hostile}\n{said}");
            let live = |text: &str| text.matches("](").count() - text.matches("\\](").count();
            assert_eq!(live(plain), live(&said), "{kind}: {hostile}\n{said}");
            for sign in ["<script", "<!-- -->"] {
                assert!(
                    said.replace(&format!("\\{sign}"), "").find(sign).is_none(),
                    "{kind}: {sign}\n{said}"
                );
            }
            assert!(!said.contains("https://") && !said.contains("www.evil"), "{kind}: {hostile}\n{said}");
        }
    }
}

#[test]
fn code_never_leaves_its_span_or_block() {
    use crate::emit::escape::{markdown, markdown_block, markdown_code, shell};
    assert_eq!(markdown_code("a ` b `` c"), "```a ` b `` c```");
    assert_eq!(markdown_code("`"), "`` ` ``");
    assert_eq!(markdown_code("a\nb"), "`a b`");
    assert_eq!(markdown_block("sh", "echo ```\rrm", 3), "   ````sh\n   echo ```\n   rm\n   ````\n");
    assert_eq!(markdown("1. a <b> https://x www.y"), "1\\. a \\<b\\> https\\://x www\\.y");
    assert_eq!(markdown("at 10:30: now, by 2.5 - or so (+1)"), "at 10:30: now, by 2.5 - or so (+1)");
    assert_eq!(markdown("a\u{202e}b"), "a(U+202E)b");
    assert_eq!(shell("a b'c$(d)"), "'a b'\\''c$(d)'");
}

#[test]
fn gates_after_a_window_are_asked_by_hand() {
    let text = format!(
        "{POLICY}\nmetric error-rate : ratio {{ better lower; no-data fail }}\ngate calm {{ require error-rate <= 1% over 1h }}\n\
         window peak : hard {{ during 2026-06-01T00:00Z .. 2026-06-02T00:00Z; after gate calm; owner lead }}\n"
    );
    let emergency = &texts(&policy(&text))[1].1;
    let asked = emergency.find("## Once a window is over").unwrap();
    let steps = &emergency[asked..];
    assert!(
        steps.contains("After `peak`, these must pass. Where one does not, ask `lead` (`ana`)"),
        "{steps}"
    );
    assert!(steps.contains("- [ ] Gate `calm`") && steps.contains("`error-rate <= 1% over 1h`"), "{steps}");
}

#[test]
fn an_emergency_goes_by_the_pipelines_that_are_meant_for_it() {
    let others = "pipeline nightly { stage sweep : test { run \"make sweep\" } }\n\
        pipeline schema { stage expand { run \"make expand\" } }\n";
    let headings = |text: &str| -> Vec<String> {
        let emergency = &texts(&policy(text))[1].1;
        let headings =
            emergency.lines().filter_map(|line| line.strip_prefix("## Carrying it out: pipeline "));
        headings.map(|name| name.trim_matches('`').to_owned()).collect()
    };
    let any = format!("{POLICY}{others}");
    assert_eq!(headings(&any), ["release", "schema"], "each that asks the gate, where none is meant for it");
    let meant = "pipeline urgent { on freeze { otherwise finish }; stage prepare : verify { calls schema }; stage flip : deploy { after prepare; run \"make flip\" } }\n";
    assert_eq!(headings(&format!("{any}{meant}")), ["urgent", "schema"]);
    let released = "release hotfix : T0 { by release }\n";
    assert_eq!(headings(&format!("{any}{released}")), ["release"]);
}
