use super::Activity;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

const TTL: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn counts_from_the_start_if_nothing_is_asked() {
    let start = Instant::now();
    Activity::default().idle_for(TTL).await;
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn counts_from_the_end_of_the_last_request() {
    let activity = Arc::new(Activity::default());
    let start = Instant::now();
    let busy = activity.clone();
    tokio::spawn(async move {
        sleep(Duration::from_secs(50)).await;
        let _first = busy.begin();
        let _second = busy.begin();
        sleep(Duration::from_secs(5)).await;
    });
    activity.idle_for(TTL).await;
    assert_eq!(start.elapsed().as_secs(), 50 + 5 + 60);
}

#[tokio::test(start_paused = true)]
async fn never_ends_while_a_request_is_under_way() {
    let activity = Activity::default();
    let pending = activity.begin();
    let other = activity.begin();
    drop(other);
    let hours = Duration::from_secs(10_000);
    assert!(timeout(hours, activity.idle_for(TTL)).await.is_err());
    drop(pending);
    assert!(timeout(hours, activity.idle_for(TTL)).await.is_ok());
}
