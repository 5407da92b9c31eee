use super::Worker;
use crate::server::error::ApiError;
use axum::http::StatusCode;
use local_ic::ic::Ic;
use local_ic::topology::{GENESIS, InstanceConfig, SubnetKind, SubnetSpec};
use local_ic::wasm::module::Compiler;
use std::hint::black_box;
use std::sync::Arc;

fn network() -> Result<(Ic, ()), ApiError> {
    let config = InstanceConfig {
        subnets: vec![SubnetSpec {
            kind: SubnetKind::Application,
            benchmarking: false,
            free: false,
            admins: Vec::new(),
        }],
        time: GENESIS,
        seed: 0,
        validate_ingress: true,
    };
    Ic::new(&config, Arc::new(Compiler::new(None)))
        .map(|ic| (ic, ()))
        .map_err(ApiError::bad_request)
}

async fn worker() -> Worker {
    Worker::start(network).await.unwrap().0
}

#[tokio::test]
async fn operations_happen_in_the_order_of_their_requests() {
    let worker = worker().await;
    let (first, second, third) = tokio::join!(
        worker.run(|ic| {
            ic.set_time(GENESIS + 10).unwrap();
            ic.time()
        }),
        worker.run(|ic| {
            ic.set_time(GENESIS + 20).unwrap();
            ic.time()
        }),
        worker.run(|ic| ic.time()),
    );
    let times = [first, second, third].map(|time| time.unwrap() - GENESIS);
    assert_eq!(times, [10, 20, 20]);
    assert!(!worker.busy());
}

#[tokio::test]
async fn the_stack_is_big() {
    /// Recurses until the stack is this deep below the address.
    fn nest(top: usize, depth: usize) -> usize {
        let frame = black_box([0u8; 4096]);
        let used = top - frame.as_ptr().addr();
        if used < depth {
            nest(top, depth) + usize::from(frame[7])
        } else {
            used
        }
    }
    let deep = worker()
        .await
        .run(|ic| nest(std::ptr::from_ref(ic).addr(), 48 << 20))
        .await;
    assert!(deep.unwrap() >= 48 << 20);
}

#[tokio::test]
async fn a_panic_is_told_now_and_ever_after() {
    let worker = worker().await;
    let first = worker.run(|_| panic!("planted")).await;
    let later = worker.run(|ic| ic.time()).await;
    assert!(worker.broken());
    for error in [first.unwrap_err(), later.unwrap_err()] {
        assert_eq!(error.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(error.message.contains("planted"), "{error}");
    }
}

#[tokio::test]
async fn what_goes_wrong_at_the_start_is_the_answer() {
    let refused = Worker::start::<()>(|| Err(ApiError::bad_request("no subnet"))).await;
    assert_eq!(refused.unwrap_err().message, "no subnet");
    let panicked = Worker::start::<()>(|| panic!("planted")).await;
    assert!(panicked.unwrap_err().message.contains("planted"));
}
