use super::*;

#[test]
fn the_first_application_canister_has_the_well_known_id() {
    let network = create(&InstanceConfig::new(&[SubnetKind::Application])).unwrap();
    let topology = describe(&network);
    assert_eq!(
        topology.default_effective_canister_id.to_string(),
        "lxzze-o7777-77777-aaaaa-cai"
    );
}

#[test]
fn named_subnets_keep_their_public_ranges_beside_the_one_for_allocation() {
    let network = create(&InstanceConfig::new(&[
        SubnetKind::NNS,
        SubnetKind::II,
        SubnetKind::Application,
    ]))
    .unwrap();
    let ii = CanisterId(Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai").unwrap());
    let governance = CanisterId(Principal::from_text("rrkah-fqaaa-aaaaa-aaaaq-cai").unwrap());
    assert_eq!(network.route(governance), Some(network.subnets[0].id));
    assert_eq!(network.route(ii), Some(network.subnets[1].id));
    assert_eq!(network.default_subnet().kind, SubnetKind::Application);
    assert_eq!(network.route(CanisterId::MANAGEMENT), None);
}

#[test]
fn keys_depend_on_the_seed_alone() {
    let config = InstanceConfig::new(&[SubnetKind::Application, SubnetKind::Application]);
    let (a, b) = (create(&config).unwrap(), create(&config).unwrap());
    assert_eq!(a, b);
    assert_ne!(a.subnets[0].id, a.subnets[1].id);
    let other = create(&InstanceConfig { seed: 1, ..config }).unwrap();
    assert_ne!(a.subnets[0].id, other.subnets[0].id);
}

#[test]
fn public_keys_have_the_shape_that_clients_expect() {
    let network = create(&InstanceConfig::new(&[SubnetKind::Application])).unwrap();
    let subnet = &network.subnets[0];
    let der = &subnet.public_key;
    assert_eq!(der.len(), 133);
    let message = b"message";
    let signature = subnet_key(&subnet.seed).sign(message).serialize();
    assert!(ic_verify_bls_signature::verify_bls_signature(&signature, message, &der[37..]).is_ok());
    assert_eq!(subnet.nodes[0].public_key.len(), 44);
}

#[test]
fn a_network_without_subnets_or_with_two_nns_subnets_is_refused() {
    assert_eq!(
        create(&InstanceConfig::new(&[])).unwrap_err(),
        ConfigError::NoSubnet
    );
    assert_eq!(
        create(&InstanceConfig::new(&[SubnetKind::NNS, SubnetKind::NNS])).unwrap_err(),
        ConfigError::Twice(SubnetKind::NNS)
    );
}
