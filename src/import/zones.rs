//! Which zone a foreign name means: cloud regions, and the zone names of Windows and of Rails.

use super::{rails_zones, windows_zones};
use crate::calendar::{Elapsed, Instant, Zone};

/// Regions of the large clouds, by the city whose clock their users mostly live by.
const CLOUD: &[(&str, &str)] = &[
    // Amazon Web Services
    ("us-east-1", "America/New_York"),
    ("us-east-2", "America/New_York"),
    ("us-west-1", "America/Los_Angeles"),
    ("us-west-2", "America/Los_Angeles"),
    ("us-gov-east-1", "America/New_York"),
    ("us-gov-west-1", "America/Los_Angeles"),
    ("ca-central-1", "America/Toronto"),
    ("ca-west-1", "America/Edmonton"),
    ("mx-central-1", "America/Mexico_City"),
    ("sa-east-1", "America/Sao_Paulo"),
    ("eu-west-1", "Europe/Dublin"),
    ("eu-west-2", "Europe/London"),
    ("eu-west-3", "Europe/Paris"),
    ("eu-central-1", "Europe/Berlin"),
    ("eu-central-2", "Europe/Zurich"),
    ("eu-north-1", "Europe/Stockholm"),
    ("eu-south-1", "Europe/Rome"),
    ("eu-south-2", "Europe/Madrid"),
    ("il-central-1", "Asia/Jerusalem"),
    ("me-south-1", "Asia/Bahrain"),
    ("me-central-1", "Asia/Dubai"),
    ("af-south-1", "Africa/Johannesburg"),
    ("ap-south-1", "Asia/Kolkata"),
    ("ap-south-2", "Asia/Kolkata"),
    ("ap-southeast-1", "Asia/Singapore"),
    ("ap-southeast-2", "Australia/Sydney"),
    ("ap-southeast-3", "Asia/Jakarta"),
    ("ap-southeast-4", "Australia/Melbourne"),
    ("ap-southeast-5", "Asia/Kuala_Lumpur"),
    ("ap-southeast-7", "Asia/Bangkok"),
    ("ap-northeast-1", "Asia/Tokyo"),
    ("ap-northeast-2", "Asia/Seoul"),
    ("ap-northeast-3", "Asia/Tokyo"),
    ("ap-east-1", "Asia/Hong_Kong"),
    ("cn-north-1", "Asia/Shanghai"),
    ("cn-northwest-1", "Asia/Shanghai"),
    // Google Cloud
    ("us-central1", "America/Chicago"),
    ("us-east1", "America/New_York"),
    ("us-east4", "America/New_York"),
    ("us-east5", "America/New_York"),
    ("us-south1", "America/Chicago"),
    ("us-west1", "America/Los_Angeles"),
    ("us-west2", "America/Los_Angeles"),
    ("us-west3", "America/Denver"),
    ("us-west4", "America/Los_Angeles"),
    ("northamerica-northeast1", "America/Toronto"),
    ("northamerica-northeast2", "America/Toronto"),
    ("southamerica-east1", "America/Sao_Paulo"),
    ("southamerica-west1", "America/Santiago"),
    ("europe-west1", "Europe/Brussels"),
    ("europe-west2", "Europe/London"),
    ("europe-west3", "Europe/Berlin"),
    ("europe-west4", "Europe/Amsterdam"),
    ("europe-west6", "Europe/Zurich"),
    ("europe-west8", "Europe/Rome"),
    ("europe-west9", "Europe/Paris"),
    ("europe-southwest1", "Europe/Madrid"),
    ("europe-north1", "Europe/Helsinki"),
    ("europe-central2", "Europe/Warsaw"),
    ("me-west1", "Asia/Jerusalem"),
    ("me-central1", "Asia/Qatar"),
    ("africa-south1", "Africa/Johannesburg"),
    ("asia-south1", "Asia/Kolkata"),
    ("asia-south2", "Asia/Kolkata"),
    ("asia-southeast1", "Asia/Singapore"),
    ("asia-southeast2", "Asia/Jakarta"),
    ("asia-east1", "Asia/Taipei"),
    ("asia-east2", "Asia/Hong_Kong"),
    ("asia-northeast1", "Asia/Tokyo"),
    ("asia-northeast2", "Asia/Tokyo"),
    ("asia-northeast3", "Asia/Seoul"),
    ("australia-southeast1", "Australia/Sydney"),
    ("australia-southeast2", "Australia/Melbourne"),
    // Azure
    ("eastus", "America/New_York"),
    ("eastus2", "America/New_York"),
    ("centralus", "America/Chicago"),
    ("northcentralus", "America/Chicago"),
    ("southcentralus", "America/Chicago"),
    ("westcentralus", "America/Denver"),
    ("westus", "America/Los_Angeles"),
    ("westus2", "America/Los_Angeles"),
    ("westus3", "America/Phoenix"),
    ("canadacentral", "America/Toronto"),
    ("canadaeast", "America/Toronto"),
    ("brazilsouth", "America/Sao_Paulo"),
    ("mexicocentral", "America/Mexico_City"),
    ("northeurope", "Europe/Dublin"),
    ("westeurope", "Europe/Amsterdam"),
    ("uksouth", "Europe/London"),
    ("ukwest", "Europe/London"),
    ("francecentral", "Europe/Paris"),
    ("germanywestcentral", "Europe/Berlin"),
    ("switzerlandnorth", "Europe/Zurich"),
    ("norwayeast", "Europe/Oslo"),
    ("swedencentral", "Europe/Stockholm"),
    ("polandcentral", "Europe/Warsaw"),
    ("italynorth", "Europe/Rome"),
    ("spaincentral", "Europe/Madrid"),
    ("israelcentral", "Asia/Jerusalem"),
    ("uaenorth", "Asia/Dubai"),
    ("qatarcentral", "Asia/Qatar"),
    ("southafricanorth", "Africa/Johannesburg"),
    ("centralindia", "Asia/Kolkata"),
    ("southindia", "Asia/Kolkata"),
    ("westindia", "Asia/Kolkata"),
    ("southeastasia", "Asia/Singapore"),
    ("eastasia", "Asia/Hong_Kong"),
    ("japaneast", "Asia/Tokyo"),
    ("japanwest", "Asia/Tokyo"),
    ("koreacentral", "Asia/Seoul"),
    ("koreasouth", "Asia/Seoul"),
    ("australiaeast", "Australia/Sydney"),
    ("australiasoutheast", "Australia/Melbourne"),
    ("newzealandnorth", "Pacific/Auckland"),
];

/// The IANA zone of this name, in the database's own spelling.
pub(super) fn iana(name: &str) -> Option<Zone> {
    Zone::parse(name).ok()
}

/// The zone a cloud region's users mostly live by, where the region is well known.
pub(super) fn of_cloud_region(region: &str) -> Option<Zone> {
    lookup(CLOUD, region)
}

/// The zone that Windows means by this name.
pub(super) fn of_windows(name: &str) -> Option<Zone> {
    lookup(windows_zones::TABLE, name)
}

/// The zone that Rails means by this name.
pub(super) fn of_rails(name: &str) -> Option<Zone> {
    lookup(rails_zones::TABLE, name)
}

/// What a program in Go makes of a zone's name.
pub(super) enum Read {
    /// A place, or UTC.
    Zone(Zone),
    /// A fixed offset or an abbreviation, which a policy does not take.
    NoPlace,
    /// Nothing it knows.
    Unknown,
}

/// Other names that the database has for UTC.
const UTC_NAMES: &[&str] = &[
    "Etc/GMT",
    "Etc/GMT+0",
    "Etc/GMT-0",
    "Etc/GMT0",
    "Etc/Greenwich",
    "Etc/UCT",
    "Etc/Universal",
    "Etc/Zulu",
    "GMT",
    "GMT+0",
    "GMT-0",
    "GMT0",
    "Greenwich",
    "UCT",
    "Universal",
    "Zulu",
];

/// Names of the database that say an offset or a rule, not a place.
const NO_PLACES: &[&str] = &[
    "CET",
    "CST6CDT",
    "EET",
    "EST",
    "EST5EDT",
    "HST",
    "MET",
    "MST",
    "MST7MDT",
    "PST8PDT",
    "WET",
    "Local",
    "localtime",
];

/// The zone that Go's `LoadLocation` finds by this name.
pub(super) fn as_go_reads(name: &str) -> Read {
    if UTC_NAMES.contains(&name) {
        return Read::Zone(Zone::UTC);
    }
    match iana(name) {
        Some(zone) => Read::Zone(zone),
        None if NO_PLACES.contains(&name) || name.starts_with("Etc/GMT") => Read::NoPlace,
        None => Read::Unknown,
    }
}

/// Whether clocks there are changed in these years.
pub(super) fn changes_clock(zone: Zone) -> bool {
    let start = Instant::parse("2024-01-01T00:00:00Z").unwrap_or(Instant::MIN);
    let offset = |month: i64| zone.offset(start.plus(Elapsed::days(30 * month)));
    (1..36).any(|month| offset(month) != offset(0))
}

fn lookup(table: &[(&str, &str)], name: &str) -> Option<Zone> {
    table.iter().find(|(known, _)| *known == name).and_then(|(_, zone)| iana(zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_names_a_zone_and_stands_once() {
        for table in [CLOUD, windows_zones::TABLE, rails_zones::TABLE] {
            let mut seen = BTreeSet::new();
            for (name, zone) in table {
                assert!(iana(zone).is_some(), "{name}: {zone}");
                assert!(seen.insert(name), "{name}");
            }
        }
    }
}
