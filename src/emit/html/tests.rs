//! Pages of policies that say nothing, everything, and texts that would be markup.

use super::{HTML, SCRIPT, SECTIONS, make};
use crate::emit::Job;
use crate::fidelity::CAPABILITIES;
use crate::policy::{Policy, load};
use crate::world::MemoryWorld;

const EVERYTHING: &str = r#"
policy shop { language 1; owner lead; horizon 2026-01-01 .. 2026-03-01 }
role lead { members "ana" }
region eu { zone "Europe/Dublin" }
region us { zone "America/New_York" }
component api
fact warm : bool { from operator }
tier T0 "Emergency" { before deploy require warm }
tier T1
freeze hard { admit T0; block others }
freeze soft { admit T0; admit T1 when approved 1 of lead }
window audit : hard { during 2026-02-03T00:00Z .. 2026-02-04T00:00Z; regions eu; because "TEXT" }
window weekend : soft { every week Fri 18:00 .. Mon 08:00 }
window burning : hard { while warm }
pipeline release { stage boot : deploy { run "make deploy" } }
lever fast { flips flag "new-path"; within 1m; run "flag off new-path" }
rollback back for release { case "TEXT" { pull fast; note "TEXT" }; do { pull fast } }
status bad { level partial-outage; shows "TEXT" }
severity S1 "TEXT" { impact "TEXT"; status bad; pages lead }
template first : acknowledgement { text "TEXT {scope} {owner} {user-effect} {next-checkpoint}" }
comms talk { first within 10m; every 15m until resolved; lead lead; writer lead; support lead; engineer lead; says first }
incident gone { when not warm; severity S1; comms talk; records "TEXT" }
surface uploads : endpoint { route "POST" "/documents" }
maintenance upgrade {
  because "TEXT"
  during 2026-02-01T00:00Z .. 2026-02-01T02:00Z
  refuses uploads
  answer 503 code "TEXT" retry-after 10m
  begin { freeze-writes }
  end { unfreeze-writes }
}
test "TEXT" { given tier T1; at 2026-02-03T10:00Z; in eu { expect blocked by audit } }
"#;

fn page(text: &str) -> String {
    let text = format!("{text}\ntarget html {{ to \"page.html\" }}\n");
    let loaded = load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap();
    let found: Vec<&String> = loaded.diagnostics.iter().map(|found| &found.message).collect();
    let policy: Policy = loaded.policy.unwrap_or_else(|| panic!("{found:#?}"));
    let capability = CAPABILITIES.iter().find(|one| one.target == HTML.name).unwrap();
    let files = make(&Job { policy: &policy, target: &policy.targets.rows()[0], capability });
    String::from_utf8(files.get("page.html").unwrap().to_vec()).unwrap()
}

#[test]
fn a_policy_that_says_everything_has_every_part_and_a_link_to_it() {
    let page = page(EVERYTHING);
    for section in SECTIONS {
        let (id, title) = (section.id, section.title);
        assert!(page.contains(&format!("<a href=\"#{id}\">{title}</a>")), "{id}");
        assert!(page.contains(&format!("<section id=\"{id}\" aria-labelledby=\"{id}-title\">")), "{id}");
    }
}

#[test]
fn what_a_policy_does_not_say_is_left_out() {
    let page = page("policy shop { language 1 }");
    let sections: Vec<&str> = SECTIONS.iter().map(|section| section.id).collect();
    let shown: Vec<&&str> =
        sections.iter().filter(|id| page.contains(&format!("<section id=\"{id}\""))).collect();
    assert_eq!(shown, [&"frozen"], "it says that nothing is frozen");
}

#[test]
fn a_freeze_is_shown_in_local_time_with_its_city_and_in_utc() {
    let page = page(EVERYTHING);
    let shown = "<time datetime=\"2026-01-02T23:00:00Z\">Fri 2 Jan 18:00 New York (23:00Z)</time>";
    assert!(page.contains(shown));
}

#[test]
fn no_text_becomes_markup() {
    let plain = page(EVERYTHING);
    let nasty = "</script></style><img src=x onerror=alert(1)>'\\\" --> & \\u{202e}";
    let page = page(&EVERYTHING.replace("TEXT", nasty));
    let elements = |page: &str| page.matches('<').count();
    assert_eq!(elements(&page), elements(&plain), "as many elements as with plain texts");
    assert!(!page.contains('\u{202e}'));
    assert!(page.contains(
        "&lt;/script&gt;&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&quot; --&gt; &amp; \u{fffd}"
    ));
}

#[test]
fn the_script_cannot_end_before_its_end() {
    assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
}
