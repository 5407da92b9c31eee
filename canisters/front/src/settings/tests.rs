use super::*;

fn changed(argument: &FrontInit) -> Result<Settings, SettingsError> {
    Settings::default().changed_by(argument)
}

#[test]
fn the_captcha_is_on_unless_it_is_switched_off() {
    assert_eq!(Settings::default().captcha(), CaptchaMode::Enabled);
    let off = changed(&FrontInit {
        captcha: Some(CaptchaMode::Disabled),
        ..FrontInit::default()
    });
    let off = off.expect("valid");
    assert_eq!(off.captcha(), CaptchaMode::Disabled);
    assert_eq!(off.changed_by(&FrontInit::default()), Ok(off));
}

const DYNAMIC: DynamicCaptcha = DynamicCaptcha {
    threshold_pct: 20,
    current_rate_sampling_interval_s: 60,
    reference_rate_sampling_interval_s: 3_600,
};

fn with_captcha(mode: CaptchaMode) -> FrontInit {
    FrontInit {
        captcha: Some(mode),
        ..FrontInit::default()
    }
}

#[test]
fn a_dynamic_captcha_is_kept_until_another_mode_is_chosen() {
    let dynamic = CaptchaMode::Dynamic(DYNAMIC);
    let settings = changed(&with_captcha(dynamic)).expect("valid");
    assert_eq!(settings.captcha(), dynamic);
    assert_eq!(settings.to_argument(&[]).captcha, Some(dynamic));
    for mode in [CaptchaMode::Disabled, CaptchaMode::Enabled] {
        let other = settings.changed_by(&with_captcha(mode)).expect("valid");
        assert_eq!(other.captcha(), mode);
        let back = other.changed_by(&with_captcha(dynamic)).expect("valid");
        assert_eq!(back.captcha(), dynamic);
    }
}

#[test]
fn rates_need_intervals() {
    for (current, reference) in [(0, 10), (11, 10), (1, LONGEST_INTERVAL_S + 1)] {
        let wish = DynamicCaptcha {
            threshold_pct: 0,
            current_rate_sampling_interval_s: current,
            reference_rate_sampling_interval_s: reference,
        };
        let refused = changed(&with_captcha(CaptchaMode::Dynamic(wish)));
        assert_eq!(
            refused,
            Err(SettingsError::Captcha),
            "{current} {reference}"
        );
    }
}

#[test]
fn what_is_absent_stays() {
    let argument = FrontInit {
        captcha: Some(CaptchaMode::Disabled),
        register_rate_limit: Some(RateLimit {
            time_per_token_ns: 5,
            max_tokens: 6,
        }),
        routes: Some(Vec::new()),
        max_delegation_ttl_ns: Some(7),
        metrics_gateway: Some("http://127.0.0.1:4943".to_owned()),
        cycles_floor: Some(8),
        canonical_origin: Some("https://id.example".to_owned()),
        related_origins: Some(vec!["https://other.example".to_owned()]),
    };
    let settings = changed(&argument).expect("valid");
    let same = settings.changed_by(&FrontInit::default());
    assert_eq!(same, Ok(settings.clone()));
    assert_eq!(settings.to_argument(&[]), argument);
}

#[test]
fn a_life_beyond_thirty_days_or_of_nothing_is_refused() {
    let with = |ttl| {
        changed(&FrontInit {
            max_delegation_ttl_ns: Some(ttl),
            ..FrontInit::default()
        })
    };
    assert!(with(LONGEST_TTL_NS).is_ok());
    assert_eq!(with(LONGEST_TTL_NS + 1), Err(SettingsError::Ttl));
    assert_eq!(with(0), Err(SettingsError::Ttl));
}

#[test]
fn origins_can_be_taken_back() {
    let with = |canonical: &str, related: &[&str]| FrontInit {
        canonical_origin: Some(canonical.to_owned()),
        related_origins: Some(related.iter().map(|one| (*one).to_owned()).collect()),
        ..FrontInit::default()
    };
    let named = changed(&with("https://id.example", &["https://b.example"])).expect("valid");
    let none = named.changed_by(&with("", &[])).expect("valid");
    assert_eq!(none.canonical_origin(), None);
    assert_eq!(none.related_origins(), []);
    for (canonical, related) in [
        ("id.example", "https://b.example"),
        ("", "https://b.example/x"),
    ] {
        let refused = named.changed_by(&with(canonical, &[related]));
        assert!(
            matches!(refused, Err(SettingsError::Origins(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn gateways_are_base_urls() {
    assert_eq!(split_gateway("http://[::1]:80"), Some(("http", "[::1]:80")));
    assert_eq!(
        split_gateway("https://{canister}.raw.icp0.io"),
        Some(("https", "{canister}.raw.icp0.io"))
    );
    for bad in [
        "",
        "localhost:80",
        "http://",
        "http://a/b",
        "http://a?b",
        "ftp://a",
        "http://a b",
    ] {
        assert_eq!(split_gateway(bad), None, "{bad}");
    }
}

/// Golden bytes: a change of these is a change of the stored layout and needs a migration.
#[test]
fn stored_settings_keep_their_bytes() {
    let settings = Settings {
        captcha_is_off: true,
        time_per_token_ns: 1,
        max_tokens: 2,
        max_ttl_ns: 3,
        gateway: "http://a".to_owned(),
        dynamic_captcha: None,
        cycles_floor: None,
        canonical_origin: None,
        related_origins: None,
    };
    let bytes = minicbor::to_vec(&settings).expect("a vector");
    assert_eq!(hex::encode(&bytes), "85f501020368687474703a2f2f61");
    assert_eq!(
        minicbor::decode::<Settings>(&bytes).expect("own bytes"),
        settings
    );
    let all = Settings {
        dynamic_captcha: Some(DYNAMIC),
        cycles_floor: Some(9),
        ..settings
    };
    let bytes = minicbor::to_vec(&all).expect("a vector");
    let golden = "89f501020368687474703a2f2f61f6f68314183c190e1009";
    assert_eq!(hex::encode(&bytes), golden);
    let read: Settings = minicbor::decode(&bytes).expect("own bytes");
    assert_eq!(read, all);
}
