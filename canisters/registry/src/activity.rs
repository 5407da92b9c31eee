//! How many anchors and devices are in use: on one day, and in 30 days. Nothing about whom, where or when.
//!
//! A window is a run of whole days (UTC) and is known by its last one. Every use of a device falls into the 30
//! windows that end between today and 29 days later, so those are counted ahead: a use counts in each of them
//! that the use before it did not fall into. Hence each number is exact, a device that is used every day
//! costs two additions a day, and one that comes back after long costs 31.
//!
//! ```text
//! +----------------------------------+ 0
//! | magic "ACT", version 1           | 4 bytes
//! | day of the last use              | u32, all numbers little-endian
//! | time of the first use counted    | u64, ns; 0: none yet
//! +----------------------------------+ 16
//! | series 0: anchors                | 34 u64: the window of 30 days that ends on day d at d mod 32,
//! | series 1 to 5: devices by kind   |         then the day d at 32 + d mod 2
//! ```

use anchors::{Authenticated, Day, FirstUse, LastUse};
use ic_stable_structures::Memory;
use types::{DeviceData, KeyType, Purpose, TimestampNs};

#[cfg(test)]
mod tests;

const MAGIC: [u8; 4] = *b"ACT\x01";
const DAY_AT: u64 = 4;
const SINCE_AT: u64 = 8;
const SERIES_AT: u64 = 16;
const ENDS: u32 = 32;
const DAYS: u32 = 2;
const SERIES_BYTES: u64 = 8 * (ENDS + DAYS) as u64;

/// Days of the long window.
const WINDOW: u32 = 30;

/// What kind of device is in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Kind {
    /// Has a credential id, for everyday use.
    Passkey,
    /// Has a credential id, for recovery: a security key.
    RecoveryPasskey,
    /// Words on paper.
    RecoveryPhrase,
    /// A key that a browser keeps.
    BrowserStorageKey,
    /// Whatever else signs.
    Other,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Passkey,
        Self::RecoveryPasskey,
        Self::RecoveryPhrase,
        Self::BrowserStorageKey,
        Self::Other,
    ];

    /// The kind of a device, as its user's client describes it.
    pub fn of(device: &DeviceData) -> Self {
        let has_credential_id = device.credential_id.is_some();
        Self::from_parts(device.key_type, has_credential_id, device.purpose)
    }

    const fn from_parts(key_type: KeyType, has_credential_id: bool, purpose: Purpose) -> Self {
        match (key_type, has_credential_id, purpose) {
            (KeyType::SeedPhrase, ..) => Self::RecoveryPhrase,
            (KeyType::BrowserStorageKey, ..) => Self::BrowserStorageKey,
            (_, true, Purpose::Authentication) => Self::Passkey,
            (_, true, Purpose::Recovery) => Self::RecoveryPasskey,
            (_, false, _) => Self::Other,
        }
    }

    /// Its name in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::RecoveryPasskey => "recovery_passkey",
            Self::RecoveryPhrase => "recovery_phrase",
            Self::BrowserStorageKey => "browser_storage_key",
            Self::Other => "other",
        }
    }
}

/// Whom a number is about. Stored by number, which is never given to something else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Series {
    /// Anchors.
    Anchors,
    /// Devices of a kind.
    Devices(Kind),
}

impl Series {
    const fn address(self) -> u64 {
        let number = match self {
            Self::Anchors => 0,
            Self::Devices(Kind::Passkey) => 1,
            Self::Devices(Kind::RecoveryPasskey) => 2,
            Self::Devices(Kind::RecoveryPhrase) => 3,
            Self::Devices(Kind::BrowserStorageKey) => 4,
            Self::Devices(Kind::Other) => 5,
        };
        SERIES_AT + number * SERIES_BYTES
    }
}

/// How long a window is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Window {
    /// One day.
    Day,
    /// Thirty days.
    Month,
}

/// A use of a device, with when it and its anchor were in use before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Use {
    kind: Kind,
    before: LastUse,
}

impl Use {
    /// The use by this caller, before it is written.
    pub fn of(proof: &Authenticated) -> Self {
        Self {
            kind: Kind::of(proof.device()),
            before: proof.last_use(),
        }
    }

    /// A device's first use on a day, which is written.
    pub fn first_of_day(used: FirstUse) -> Self {
        let FirstUse {
            purpose,
            key_type,
            has_credential_id,
            before,
        } = used;
        Self {
            kind: Kind::from_parts(key_type, has_credential_id, purpose),
            before,
        }
    }

    /// The first use of a new anchor's first device.
    pub fn first(device: &DeviceData) -> Self {
        Self {
            kind: Kind::of(device),
            before: LastUse {
                device: None,
                anchor: None,
            },
        }
    }
}

/// See the module's documentation.
pub struct Activity<M: Memory>(M);

impl<M: Memory> Activity<M> {
    /// Opens the memory; a new one has counted nothing.
    ///
    /// # Panics
    /// When the platform gives no memory to a new canister, or the memory holds something else.
    pub fn open(memory: M) -> Self {
        if memory.size() == 0 {
            assert!(memory.grow(1) >= 0, "no stable memory for the activity");
            memory.write(0, &MAGIC);
        }
        let activity = Self(memory);
        assert_eq!(activity.read::<4>(0), MAGIC, "activity of this layout");
        activity
    }

    /// Counts a use that is written. Only the first ones of a day, of a device and of an anchor, change
    /// anything.
    pub fn note(&mut self, used: Use, now: TimestampNs) {
        let today = Day::of(now);
        let Use {
            kind,
            before: LastUse { device, anchor },
        } = used;
        let since = self.since();
        // A use from before the counting is in no window.
        let device = device.filter(|at| since.is_some_and(|since| *at >= since));
        let device = device.map(Day::of);
        if device >= Some(today) && anchor >= Some(today) {
            return;
        }
        if since.is_none() {
            self.0.write(SINCE_AT, &now.get().to_le_bytes());
        }
        self.begin(today);
        self.count(Series::Anchors, anchor, today);
        self.count(Series::Devices(kind), device, today);
    }

    /// How many of `series` were in use in the window that ends on `last`: today or the day before.
    pub fn active(&self, series: Series, window: Window, last: Day) -> u64 {
        let day = self.day();
        let address = match window {
            Window::Day if last <= day => day_at(series, last),
            Window::Month if last.number() < day.number() + WINDOW => end_at(series, last),
            // Nobody was in use since.
            Window::Day | Window::Month => return 0,
        };
        u64::from_le_bytes(self.read(address))
    }

    /// Empties the places of windows that have not been counted yet.
    fn begin(&mut self, today: Day) {
        let before = self.day();
        if today <= before {
            return;
        }
        let days = before.number() + 1..=today.number();
        let days: Vec<Day> = days.rev().take(ENDS as usize).map(Day::new).collect();
        for series in all() {
            for day in &days {
                self.write(day_at(series, *day), 0);
                self.write(end_at(series, last_window(*day)), 0);
            }
        }
        self.0.write(DAY_AT, &today.number().to_le_bytes());
    }

    fn count(&mut self, series: Series, before: Option<Day>, today: Day) {
        if before >= Some(today) {
            return;
        }
        // All numbers of the series at once: a new device counts in 31 of them.
        let mut numbers: [u8; 8 * (ENDS + DAYS) as usize] = self.read(series.address());
        let mut bump = |place: u32| {
            let number = numbers[8 * place as usize..].first_chunk_mut();
            let number = number.expect("a place is below ENDS + DAYS");
            *number = u64::from_le_bytes(*number).saturating_add(1).to_le_bytes();
        };
        bump(day_place(today));
        let not_yet = before.map_or(0, |before| last_window(before).number() + 1);
        let first = today.number().max(not_yet);
        for end in first..=last_window(today).number() {
            bump(end_place(Day::new(end)));
        }
        self.0.write(series.address(), &numbers);
    }

    fn since(&self) -> Option<TimestampNs> {
        let since = u64::from_le_bytes(self.read(SINCE_AT));
        (since > 0).then_some(TimestampNs::new(since))
    }

    fn day(&self) -> Day {
        Day::new(u32::from_le_bytes(self.read(DAY_AT)))
    }

    fn write(&self, address: u64, value: u64) {
        self.0.write(address, &value.to_le_bytes());
    }

    fn read<const N: usize>(&self, address: u64) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.read(address, &mut bytes);
        bytes
    }
}

/// The last day of the last window that `day` is in.
const fn last_window(day: Day) -> Day {
    Day::new(day.number() + WINDOW - 1)
}

const fn end_place(last: Day) -> u32 {
    last.number() % ENDS
}

const fn day_place(day: Day) -> u32 {
    ENDS + day.number() % DAYS
}

const fn end_at(series: Series, last: Day) -> u64 {
    series.address() + 8 * end_place(last) as u64
}

const fn day_at(series: Series, day: Day) -> u64 {
    series.address() + 8 * day_place(day) as u64
}

fn all() -> impl Iterator<Item = Series> {
    [Series::Anchors]
        .into_iter()
        .chain(Kind::ALL.map(Series::Devices))
}
