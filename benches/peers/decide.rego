package release

import rego.v1

blocking contains window.name if {
	some window in data.windows
	input.at >= window.start
	input.at < window.end
	input.region in window.regions
	input.component in window.components
	input.tier != "T0"
}

decision := {"allow": count(blocking) == 0, "blocking": blocking}
