//! `/metrics` and other paths, read as Prometheus reads them, with a published parser.

use super::{Family, Role, ask};
use client::{Canister, Transport};
use prometheus_parse::{Scrape, Value};
use std::collections::BTreeSet;
use types::Principal;
use types::http::HttpResponse;

/// The metrics of a canister.
pub struct Scraped {
    scrape: Scrape,
    /// Families, by the comment lines that name their types.
    pub families: BTreeSet<String>,
}

/// What a path of a canister is served as.
pub struct Served(HttpResponse);

/// A method's histogram in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Calls.
    pub calls: u64,
    /// Instructions of all of them.
    pub instructions: u64,
}

impl Family {
    /// What is served at a path.
    #[track_caller]
    pub fn gets(&self, role: Role, path: &str) -> Served {
        let sender = self.sender(Principal::anonymous());
        Served::by(&Canister::new(sender, self.id(role)), path)
    }

    /// Reads the metrics of a canister; every line must be readable.
    #[track_caller]
    pub fn scrapes(&self, role: Role) -> Scraped {
        let text = self.gets(role, "/metrics").text("text/plain");
        Scraped::read(&text)
    }

    /// What a canister has counted of a method.
    #[track_caller]
    pub fn counts(&self, role: Role, method: &str) -> Counted {
        self.counts_of("anchorage_method_instructions", role, method)
    }

    /// What a canister has counted of the last executions of a method's calls.
    #[track_caller]
    pub fn counts_last_executions(&self, role: Role, method: &str) -> Counted {
        self.counts_of("anchorage_last_execution_instructions", role, method)
    }

    #[track_caller]
    fn counts_of(&self, histogram: &str, role: Role, method: &str) -> Counted {
        let text = self.gets(role, "/metrics").text("text/plain");
        let read = |what: &str| {
            let name = format!("{histogram}_{what}{{method=\"{method}\"}} ");
            let line = text.lines().find_map(|line| line.strip_prefix(&name));
            let value = line.unwrap_or_else(|| panic!("no histogram of {method}"));
            let value = value.split(' ').next().expect("a value");
            value.parse().expect("a whole number")
        };
        Counted {
            calls: read("count"),
            instructions: read("sum"),
        }
    }
}

impl Served {
    #[track_caller]
    fn by<T: Transport>(canister: &Canister<T>, path: &str) -> Self {
        Self(ask(canister.http_get(path)).succeeds())
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status_code
    }

    /// The body of a success, which is of that type.
    #[track_caller]
    pub fn text(&self, content_type: &str) -> String {
        assert_eq!(self.0.status_code, 200);
        let mut headers = self.0.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let (_, found) = found.expect("a body has a type");
        assert!(found.starts_with(content_type), "content type {found}");
        String::from_utf8(self.0.body.clone()).expect("a text")
    }
}

impl Scraped {
    /// Reads a text in Prometheus' format; every line must be readable.
    #[track_caller]
    pub fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends too");
        let (comments, samples): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with('#'));
        let mut families = BTreeSet::new();
        for comment in comments {
            let mut words = comment.split(' ').skip(1);
            if let (Some("TYPE"), Some(name), Some(kind)) =
                (words.next(), words.next(), words.next())
            {
                assert!(
                    ["counter", "gauge", "histogram"].contains(&kind),
                    "{comment}"
                );
                assert!(families.insert(name.to_owned()), "{name} is there twice");
            }
        }
        for sample in samples {
            // The parser passes over what it cannot read, so every line is given to it alone too.
            let line = std::iter::once(Ok(sample.to_owned()));
            let read = Scrape::parse(line).expect("lines in memory").samples;
            assert_eq!(read.len(), 1, "{sample:?} is no sample");
            let name = &read[0].metric;
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| name.strip_suffix(suffix));
            let is_known =
                families.contains(name) || base.is_some_and(|name| families.contains(name));
            assert!(is_known, "{name} belongs to no family");
        }
        let lines = text.lines().map(|line| Ok(line.to_owned()));
        let scrape = Scrape::parse(lines).expect("lines in memory");
        Self { scrape, families }
    }

    /// The families that a canister in this role is to show and that are not there.
    pub fn lacks(&self, role: Role) -> BTreeSet<String> {
        let expected = role.metric_families();
        expected.difference(&self.families).cloned().collect()
    }

    /// The value of the sample with these labels (and perhaps others).
    #[track_caller]
    pub fn value(&self, metric: &str, labels: &[(&str, &str)]) -> f64 {
        let mut samples = self.scrape.samples.iter();
        let sample = samples.find(|sample| {
            let has = |(name, value): &(&str, &str)| sample.labels.get(name) == Some(*value);
            sample.metric == metric && labels.iter().all(has)
        });
        let sample = sample.unwrap_or_else(|| panic!("no sample of {metric} with {labels:?}"));
        match &sample.value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => *value,
            other => panic!("{metric} is no number: {other:?}"),
        }
    }
}
