# Made by opsc from policy kubernetes-1-31: do not edit, run `opsc build`.
# target opa, policy sha256:1c7f525d16bb0b08ced8185d894b96c04f1141ff5cb937150a032415cf81d981

# Says of a change what the calendar alone can say: allow, block, or ask-the-gate.
#
# input: {"tier": "T2", "region": "eu", "at": "2026-03-10T12:00:00Z", "action": "deploy", "components": ["web"],
# "environment": "production"}. Without action, environment or components it means any of them. `at` is UTC, whole seconds.
# Whatever is unknown, or rests on evidence, approvals or facts, is for `opsc gate` to say.
package ops.gate

import rego.v1

default answer := {
	"answer": "ask-the-gate",
	"calendar": "ask-the-gate",
	"reasons": [{"unknown": "question"}],
}

answer := decide(data.ops.calendar, input) if is_object(input)

decide(calendar, question) := {
	"answer": "ask-the-gate",
	"calendar": "ask-the-gate",
	"reasons": [{"unknown": what} | some what in unknown(calendar, question)],
} if {
	count(unknown(calendar, question)) > 0
}

# "calendar" is the answer without what the tier requires.
decide(calendar, question) := {
	"answer": worst(rulings | {"ask-the-gate" | some _ in required}),
	"calendar": worst(rulings),
	"reasons": array.concat(freezes, required),
} if {
	count(unknown(calendar, question)) == 0
	freezes := holding(calendar, question)
	required := requirements(calendar, question)
	rulings := {freeze.ruling | some freeze in freezes}
}

worst(rulings) := "block" if {
	"block" in rulings
} else := "ask-the-gate" if {
	count(rulings) > 0
} else := "allow"

# Nothing that is misspelt, missing or out of time may fall through to allow.
unknown(calendar, question) := [what |
	some what in ["tier", "region", "at", "action", "environment", "components"]
	is_unknown(calendar, question, what)
]

is_unknown(calendar, question, "tier") if not calendar.tiers[question.tier]

is_unknown(calendar, question, "region") if not calendar.regions[region(question)]

# UTC and whole seconds within the horizon, as 2026-03-10T12:00:00Z.
is_unknown(calendar, question, "at") if not segment(calendar, question)

is_unknown(calendar, question, "action") if {
	some one in asked(question, "action")
	not one in calendar.actions
}

is_unknown(calendar, question, "environment") if {
	some one in asked(question, "environment")
	not one in calendar.environments
}

is_unknown(calendar, question, "components") if {
	some one in components(question)
	not one in calendar.components
}

is_unknown(_, question, "components") if {
	some list in asked(question, "components")
	not is_array(list)
}

holding(calendar, question) := [described(calendar.freezes[name], name, ends, question.tier) |
	some name, ends in object.union(calendar.always[region(question)], segment(calendar, question))
	freeze := calendar.freezes[name]
	freeze.rulings[question.tier]
	concerns(freeze.components, components(question))
	concerns(freeze.environments, asked(question, "environment"))
	concerns(freeze.actions, asked(question, "action"))
]

described(freeze, name, ends, tier) := {
	"freeze": name,
	"kind": freeze.kind,
	"windows": freeze.windows,
	"ruling": freeze.rulings[tier],
	"ends": ends,
}

requirements(calendar, question) := [{"requires": text} | some text in texts] if {
	action := object.get(question, "action", "any")
	texts := calendar.tiers[question.tier].requires[action]
}

concerns(_, asked_for) if count(asked_for) == 0

concerns(scope, asked_for) if {
	some one in asked_for
	one in scope
}

# The part of the day that the instant lies in: the last one that has begun.
segment(calendar, question) := held if {
	is_string(question.at)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$`, question.at)
	day := calendar.regions[region(question)][substring(question.at, 0, 10)]
	clock := substring(question.at, 11, 9)
	begun := [part | some part in day; part[0] <= clock]
	held := begun[count(begun) - 1][1]
}

# A policy without regions has one without a name.
region(question) := object.get(question, "region", "")

components(question) := [one |
	some list in asked(question, "components")
	is_array(list)
	some one in list
]

asked(question, field) := [value | value := question[field]]
