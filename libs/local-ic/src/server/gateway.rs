//! HTTP gateways: each listens on a port of its own and shows one instance to browsers.
//!
//! ```text
//!   GET http://<canister id>.localhost:<port>/path
//!     -> resolve (whose canister?) -> site (ic-http-gateway over its agent) -> /api on this very port -> Instance
//! ```
//!
//! Verification is the published library's, against the instance's own root key. Gateways end with
//! their instance and with the server.

mod failure;
mod resolve;
mod site;

use super::Server;
use super::error::ApiError;
use super::registry::InstanceId;
use super::wire::{Backend, GatewayDetails, GatewayInfo, GatewayPlan};
use site::Site;
use std::future::IntoFuture;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long connections may take to end once their gateway stops.
const GRACE: Duration = Duration::from_secs(2);

/// All gateways of a server. Ids count up and are never used again.
#[derive(Debug, Default)]
pub(crate) struct Gateways {
    /// By id; `None` was stopped.
    slots: Mutex<Vec<Option<Gateway>>>,
}

/// A gateway that runs.
#[derive(Debug)]
struct Gateway {
    instance: InstanceId,
    port: u16,
    domains: Option<Vec<String>>,
    end: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// A port that has been taken for a gateway.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    domains: Option<Vec<String>>,
}

impl Bound {
    /// Takes the port.
    pub(crate) async fn new(plan: GatewayPlan) -> Result<Self, ApiError> {
        let GatewayPlan { address, domains } = plan;
        let refused = |error| {
            ApiError::bad_request(format!(
                "the HTTP gateway cannot listen on {address}: {error}; is the port in use?"
            ))
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self {
            listener,
            address,
            domains,
        })
    }

    /// Serves this instance there from now on.
    pub(crate) async fn serve(
        self,
        server: &Arc<Server>,
        instance: InstanceId,
    ) -> Result<GatewayInfo, ApiError> {
        let Self {
            listener,
            address,
            domains,
        } = self;
        let (end, ended) = watch::channel(false);
        let site = Site {
            domains: domains.clone().unwrap_or_default(),
            loopback: reachable(address),
            ended: ended.clone(),
        };
        let router = site.router(server, instance).await?;
        let mut graceful = ended;
        let serving = axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                let _ = graceful.wait_for(|ended| *ended).await;
            })
            .into_future();
        let gateway = Gateway {
            instance,
            port: address.port(),
            domains,
            end,
            serving: tokio::spawn(serving),
        };
        let info = server.gateways.insert(gateway);
        // It may have been deleted meanwhile, and whoever did that did not see this gateway.
        if let Err(error) = server.registry.get(instance) {
            server.gateways.stop_of(instance).await;
            return Err(error);
        }
        tracing::info!(%address, instance, "HTTP gateway");
        Ok(info)
    }
}

/// Where a listener on this address can be reached from this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Gateways {
    fn insert(&self, gateway: Gateway) -> GatewayInfo {
        let mut slots = self.slots();
        let info = GatewayInfo {
            instance_id: slots.len(),
            port: gateway.port,
        };
        slots.push(Some(gateway));
        info
    }

    /// Those that run, by id.
    pub(crate) fn list(&self) -> Vec<GatewayDetails> {
        let slots = self.slots();
        let running = slots.iter().enumerate();
        running
            .filter_map(|(instance_id, gateway)| {
                let gateway = gateway.as_ref()?;
                Some(GatewayDetails {
                    info: GatewayInfo {
                        instance_id,
                        port: gateway.port,
                    },
                    forward_to: Backend::PocketIcInstance(gateway.instance),
                    domains: gateway.domains.clone(),
                    https_config: None,
                })
            })
            .collect()
    }

    /// Stops one; its port is free afterwards.
    pub(crate) async fn stop(&self, id: usize) -> Result<(), ApiError> {
        let gateway = match self.slots().get_mut(id) {
            Some(slot) => slot.take().ok_or("was stopped already"),
            None => Err("was never there"),
        };
        let gateway =
            gateway.map_err(|why| ApiError::not_found(format!("HTTP gateway {id} {why}")))?;
        gateway.stop().await;
        Ok(())
    }

    /// Stops those of one instance.
    pub(crate) async fn stop_of(&self, instance: InstanceId) {
        self.stop_where(|gateway| gateway.instance == instance)
            .await;
    }

    /// Stops them all.
    pub(crate) async fn stop_all(&self) {
        self.stop_where(|_| true).await;
    }

    async fn stop_where(&self, chosen: impl Fn(&Gateway) -> bool) {
        let stopping: Vec<_> = self
            .slots()
            .iter_mut()
            .filter_map(|slot| slot.take_if(|gateway| chosen(gateway)))
            .collect();
        for gateway in &stopping {
            gateway.end.send_replace(true);
        }
        for gateway in stopping {
            gateway.stop().await;
        }
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Option<Gateway>>> {
        // Nothing leaves it half-changed.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gateway {
    async fn stop(mut self) {
        self.end.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.serving)
            .await
            .is_err()
        {
            tracing::warn!(self.port, "an HTTP gateway leaves connections behind");
            self.serving.abort();
        }
    }
}
