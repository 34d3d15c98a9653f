//! Pure time algebra over half-open intervals of whole seconds: zones, recurrences, the interval index.
//! It knows nothing of policies. Everything here follows section 4 of the language reference.

mod check;
mod civil;
mod database;
mod expand;
mod feasts;
mod index;
mod instant;
mod interval;
mod nominal;
mod notes;
mod pattern;
mod rule;
mod set;
mod shift;
mod show;
mod timetable;
mod workdays;
mod zone;

pub use check::{TimetableError, TimetableProblem};
pub use chrono::{Days, NaiveDate as Date, NaiveDateTime as LocalDateTime, Weekday};
pub use civil::{DateSpan, Place, TimeOfDay, Weekdays, year_month_day};
pub use database::{DamagedZone, ZoneDatabase, ZoneFile, version_of};
pub use feasts::{FEASTS, Feast, year_of};
pub use index::{Chunks, Index};
pub use instant::{Elapsed, Instant};
pub use interval::{Interval, IntervalSet};
pub use notes::{Note, NoteKind};
pub use pattern::{Length, MonthDay, Pattern, Rounding, Timetable};
pub use rule::{NeedsStart, Rule, RuleError, RuleProblem};
pub use shift::Edge;
pub use timetable::{Occurrence, Reader};
pub use zone::{LocalReading, Repeat, TZDB_VERSION, Zone, ZoneError};
