# Made by opsc from policy kubernetes-1-31: do not edit, run `opsc build`.
# target opa, policy sha256:1c7f525d16bb0b08ced8185d894b96c04f1141ff5cb937150a032415cf81d981

# Holds the rules against a small calendar of their own.
package ops.gate_test

import data.ops.gate
import rego.v1

calendar := {
	"tiers": {
		"fix": {"requires": {"any": [], "merge": [], "deploy": []}},
		"change": {"requires": {"any": ["warmup"], "merge": [], "deploy": ["warmup"]}},
	},
	"actions": ["merge", "deploy"],
	"components": ["web", "index"],
	"environments": ["staging", "production"],
	"freezes": {
		"audit": {
			"kind": "hard",
			"windows": ["audit"],
			"components": ["web"],
			"environments": ["production"],
			"actions": ["merge", "deploy"],
			"rulings": {"change": "block", "fix": "ask-the-gate"},
		},
		"migration": {
			"kind": "soft",
			"windows": ["migration"],
			"components": ["web", "index"],
			"environments": ["staging", "production"],
			"actions": ["deploy"],
			"rulings": {"change": "block"},
		},
		"incident": {
			"kind": "hard",
			"windows": ["incident"],
			"components": ["index"],
			"environments": ["staging", "production"],
			"actions": ["merge", "deploy"],
			"rulings": {"change": "ask-the-gate"},
		},
	},
	"always": {"eu": {}, "us": {"incident": null}},
	"regions": {
		"eu": {"2026-03-10": [
			["00:00:00Z", {}],
			["12:00:00Z", {"audit": "2026-03-10T18:00:00Z"}],
			["18:00:00Z", {}],
			["20:00:00Z", {"migration": null}],
		]},
		"us": {"2026-03-10": [["00:00:00Z", {}]]},
	},
}

question := {"tier": "change", "region": "eu", "action": "merge", "components": ["web"], "environment": "production"}

at(clock) := object.union(question, {"at": concat("", ["2026-03-10T", clock, "Z"])})

answer(asked) := gate.decide(calendar, asked).answer

test_a_freeze_blocks_from_its_first_second_to_its_last if {
	answer(at("11:59:59")) == "allow"
	answer(at("12:00:00")) == "block"
	answer(at("17:59:59")) == "block"
	answer(at("18:00:00")) == "allow"
}

test_a_reason_says_what_holds_and_until_when if {
	gate.decide(calendar, at("12:00:00")).reasons == [{
		"freeze": "audit",
		"kind": "hard",
		"windows": ["audit"],
		"ruling": "block",
		"ends": "2026-03-10T18:00:00Z",
	}]
}

test_scopes_are_kept_and_what_is_not_asked_means_all if {
	answer(object.union(at("12:00:00"), {"components": ["index"]})) == "allow"
	answer(object.union(at("12:00:00"), {"components": ["index", "web"]})) == "block"
	answer(object.union(at("12:00:00"), {"components": []})) == "block"
	answer(object.union(at("12:00:00"), {"environment": "staging"})) == "allow"
	answer(object.remove(at("12:00:00"), ["components", "environment", "action"])) == "block"
	answer(at("20:00:00")) == "allow"
	answer(object.union(at("20:00:00"), {"action": "deploy"})) == "block"
}

test_what_rests_on_evidence_asks_the_gate if {
	answer(object.union(at("12:00:00"), {"tier": "fix"})) == "ask-the-gate"
	answer(object.union(at("20:00:00"), {"tier": "fix", "action": "deploy"})) == "allow"
	answer(object.union(at("11:00:00"), {"action": "deploy"})) == "ask-the-gate"
	gate.decide(calendar, object.union(at("11:00:00"), {"action": "deploy"})).calendar == "allow"
	answer(object.union(at("11:00:00"), {"region": "us", "components": ["index"]})) == "ask-the-gate"
	answer(object.union(at("11:00:00"), {"region": "us"})) == "allow"
}

test_what_is_unknown_asks_the_gate if {
	every change in [
		{"tier": "chnage"}, {"region": "mars"}, {"action": "depoly"}, {"environment": "prod"}, {"components": ["wbe"]},
		{"tier": null}, {"region": null}, {"action": null}, {"environment": null}, {"components": null}, {"components": "web"},
	] {
		answer(object.union(at("11:00:00"), change)) == "ask-the-gate"
	}
	every field in ["tier", "region", "at"] {
		answer(object.remove(at("11:00:00"), [field])) == "ask-the-gate"
	}
}

test_an_instant_outside_or_in_another_form_asks_the_gate if {
	every instant in [
		"2026-03-09T23:59:59Z", "2026-03-11T00:00:00Z", "2026-02-30T11:00:00Z", "2026-03-10T24:00:00Z", "2026-03-10T11:60:00Z",
		"2026-03-10T11:00:00+01:00", "2026-03-10T11:00:00.5Z", "2026-03-10 11:00:00Z", "2026-03-10t11:00:00z", "now", "",
	] {
		answer(object.union(question, {"at": instant})) == "ask-the-gate"
	}
}
