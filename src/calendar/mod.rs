//! Pure time algebra over half-open intervals of whole seconds: zones, recurrences, the interval index.
//! It knows nothing of policies. Everything here follows section 4 of the language reference.

mod civil;
mod expand;
mod instant;
mod interval;
mod nominal;
mod pattern;
mod rule;
mod set;
mod show;
mod timetable;
mod workdays;
mod zone;

pub use chrono::{Days, NaiveDate as Date, NaiveDateTime as LocalDateTime, Weekday};
pub use civil::{DateSpan, Place, TimeOfDay, Weekdays};
pub use instant::{Elapsed, Instant};
pub use interval::{Interval, IntervalSet};
pub use pattern::{Length, MonthDay, Pattern, Rounding, Timetable};
pub use rule::{NeedsStart, Rule, RuleError, RuleProblem};
pub use timetable::{Occurrence, Reader};
pub use zone::{LocalReading, Repeat, TZDB_VERSION, Zone, ZoneError};
