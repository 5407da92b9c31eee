//! The two primes of RFC 7515's example key (appendix A.2): everybody knows them.

use hex_literal::hex;

pub(crate) const P: [u8; 128] = hex!(
    "e01cc410eb48a6655d54464d0aa4bb6da0b872b774a6a9d11ffe480778f0ddb7"
    "311a7e902ef9c4b5f75476262ba8176cb35979f014372a1a2829e4136bd001d0"
    "7c3f3f2e4f25d4c934f63c7109fba2e67628a0dc9a73c6058e6def22dcd50950"
    "e711ddc16d5586f2a7fa75ea8494c18083e0b65742f8a0d5e73fb2d970f01947"
);
pub(crate) const Q: [u8; 128] = hex!(
    "b903c47e0995b632f4532cb1f3c199145d5f3ae9c7dfeedc7a92a6b47e29c61b"
    "42a07aa95a64fc600999c5a7b01e01c08cb62ca756527bbcc56078fb0baba5ed"
    "38de2d07990ff6300faeadeb6c039a97bf1e507e4e7040fa78db8257c8b112ed"
    "5e59c3cd092fe5d4e5b51275d41281072a5e785ebaf3dae3709203133f5159d7"
);
