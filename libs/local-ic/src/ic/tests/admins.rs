//! What the admins of a subnet may do, and what others are told.

use super::*;
use crate::topology::SubnetSpec;
use ic_management_canister_types::{CanisterSettings, CreateCanisterArgs, UpdateSettingsArgs};

const ADMIN: Principal = Principal::from_slice(&[1, 1]);
const STRANGER: Principal = Principal::from_slice(&[1, 2]);

fn rented(admins: &[Principal]) -> Ic {
    let config = InstanceConfig {
        subnets: vec![SubnetSpec {
            free: true,
            admins: admins.to_vec(),
            ..SubnetSpec::new(SubnetKind::Application)
        }],
        ..InstanceConfig::new(&[])
    };
    Ic::new(&config, Arc::new(Compiler::new(None))).unwrap()
}

fn ask(
    ic: &mut Ic,
    sender: Principal,
    method: &str,
    payload: Vec<u8>,
) -> Result<Vec<u8>, ErrorCode> {
    let subnet = ic.network.subnets[0].id;
    let call = Call {
        sender,
        effective: Effective::Subnet(subnet),
        ..call(CanisterId::MANAGEMENT, method, payload)
    };
    let id = submit(ic, call).map_err(|reject| reject.code)?;
    ic.await_ingress(id).unwrap().map_err(|reject| reject.code)
}

fn create(ic: &mut Ic, sender: Principal) -> Result<CanisterId, ErrorCode> {
    let args = Encode!(&CreateCanisterArgs::default()).unwrap();
    let reply = ask(ic, sender, "create_canister", args)?;
    let id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    Ok(CanisterId(id))
}

#[test]
fn admins_create_canisters_and_others_do_not() {
    on_big_stack(|| {
        let mut ic = rented(&[ADMIN]);
        let id = create(&mut ic, ADMIN).unwrap();
        assert_eq!(ic.controllers(id), Some(vec![ADMIN]));
        let refused = create(&mut ic, STRANGER).unwrap_err();
        assert_eq!(refused, ErrorCode::InvalidSubnetAdmin);
        let refused = create(&mut rented(&[]), ADMIN).unwrap_err();
        assert_eq!(refused, ErrorCode::CanisterRejectedMessage);
    });
}

#[test]
fn admins_end_canisters_of_others_but_do_not_change_them() {
    on_big_stack(|| {
        let mut ic = rented(&[ADMIN]);
        let id = install(&mut ic, COUNTER);
        let about = Encode!(&CanisterIdRecord { canister_id: id.0 }).unwrap();
        let settings = Encode!(&UpdateSettingsArgs {
            canister_id: id.0,
            settings: CanisterSettings::default(),
            sender_canister_version: None,
        });
        let refused = ask(&mut ic, ADMIN, "update_settings", settings.unwrap());
        assert_eq!(refused, Err(ErrorCode::CanisterInvalidController));
        for method in [
            "start_canister",
            "stop_canister",
            "uninstall_code",
            "delete_canister",
        ] {
            let refused = ask(&mut ic, STRANGER, method, about.clone());
            assert_eq!(
                refused,
                Err(ErrorCode::CanisterInvalidControllerOrSubnetAdmin)
            );
        }
        let refused = ask(&mut ic, STRANGER, "canister_status", about.clone());
        assert_eq!(refused, Err(ErrorCode::CanisterStatusAccessDenied));
        for method in [
            "canister_status",
            "start_canister",
            "stop_canister",
            "uninstall_code",
            "delete_canister",
        ] {
            ask(&mut ic, ADMIN, method, about.clone()).unwrap();
        }
        assert_eq!(ic.controllers(id), None);
    });
}
