//! Pure time algebra over half-open intervals of whole seconds: zones, recurrences, the interval index.
//! It knows nothing of policies. Everything here follows section 4 of the language reference.

mod civil;
mod instant;
mod interval;
mod pattern;

pub use chrono::{NaiveDate as Date, NaiveDateTime as LocalDateTime, Weekday};
pub use civil::{DateSpan, Place, TimeOfDay, Weekdays, Zone};
pub use instant::{Elapsed, Instant};
pub use interval::{Interval, IntervalSet};
pub use pattern::{Length, MonthDay, Pattern, Rounding, Timetable};
