use super::Activity;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

const TTL: Duration = Duration::from_millis(100);

#[tokio::test]
async fn counts_from_the_start_if_nothing_is_asked() {
    let start = Instant::now();
    Activity::default().idle_for(TTL).await;
    assert!(start.elapsed() >= TTL);
}

#[tokio::test]
async fn counts_from_the_end_of_the_last_request() {
    let activity = Arc::new(Activity::default());
    let start = Instant::now();
    let (begun, under_way) = tokio::sync::oneshot::channel();
    let busy = activity.clone();
    tokio::spawn(async move {
        let _request = busy.begin();
        begun.send(()).unwrap();
        sleep(TTL / 2).await;
    });
    under_way.await.unwrap();
    activity.idle_for(TTL).await;
    assert!(start.elapsed() >= TTL + TTL / 2);
}

#[tokio::test]
async fn never_ends_while_a_request_is_under_way() {
    let activity = Activity::default();
    let pending = activity.begin();
    let other = activity.begin();
    drop(other);
    assert!(timeout(TTL * 3, activity.idle_for(TTL)).await.is_err());
    drop(pending);
    assert!(timeout(TTL * 100, activity.idle_for(TTL)).await.is_ok());
}

#[tokio::test]
async fn the_longest_time_to_live_does_not_end() {
    let activity = Activity::default();
    let ttl = Duration::from_secs(u64::MAX);
    assert!(timeout(TTL, activity.idle_for(ttl)).await.is_err());
}
