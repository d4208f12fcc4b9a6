//! What a sealed result is made of, and the way through its cipher (R15.1).
//!
//! ```text
//! 9E 85 DC ED | nonce, 12 bytes | AES-256-GCM ciphertext | tag, 16 bytes
//! ```

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::error::{KeyFault, UnsealError};
use crate::keys::Keys;

const MARKER: [u8; 4] = [0x9e, 0x85, 0xdc, 0xed];
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// What a sealed result has beside the DEFLATE stream.
pub(crate) const OVERHEAD: usize = MARKER.len() + NONCE_LEN + TAG_LEN;

/// Decrypts with the first key that fits. Nothing is decrypted before its tag was checked.
pub(crate) fn open(sealed: &[u8], keys: &Keys) -> Result<Vec<u8>, UnsealError> {
    if sealed.len() < OVERHEAD {
        return Err(UnsealError::TooShort);
    }
    let sealed = sealed.strip_prefix(&MARKER).ok_or(UnsealError::WrongMarker)?;
    let (nonce, ciphertext) = sealed.split_first_chunk().ok_or(UnsealError::TooShort)?;
    let mut faults = Vec::new();
    for key in keys.iter() {
        match open_with(key, nonce, ciphertext) {
            Ok(opened) => return Ok(opened),
            Err(fault) => faults.push(fault),
        }
    }
    Err(UnsealError::NoKeyFits(faults))
}

/// The ciphertext has its tag at its end, and no associated data.
fn open_with(key: &[u8], nonce: &[u8; NONCE_LEN], ciphertext: &[u8]) -> Result<Vec<u8>, KeyFault> {
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| KeyFault::WrongLength)?;
    cipher.decrypt(nonce.into(), ciphertext).map_err(|_| KeyFault::DoesNotFit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::from_bytes([[1; 32], [2; 32]])
    }

    /// R15.1, R15.2: the marker counts only where there is room for all parts.
    #[test]
    fn parts_are_told_apart() {
        let mut sealed = [0; OVERHEAD];
        assert_eq!(open(&sealed, &keys()), Err(UnsealError::WrongMarker));
        sealed[..4].copy_from_slice(&MARKER);
        assert_eq!(open(&sealed[..OVERHEAD - 1], &keys()), Err(UnsealError::TooShort));
        assert_eq!(open(&[], &keys()), Err(UnsealError::TooShort));
        let faults = vec![KeyFault::DoesNotFit; 2];
        assert_eq!(open(&sealed, &keys()), Err(UnsealError::NoKeyFits(faults)));
    }

    /// R15.1: the first key that fits opens, whatever stands before it.
    #[test]
    fn keys_are_tried_in_order() {
        let cipher = Aes256Gcm::new_from_slice(&[2; 32]).unwrap();
        let ciphertext = cipher.encrypt((&[9; NONCE_LEN]).into(), &b"x"[..]).unwrap();
        let sealed = [&MARKER[..], &[9; NONCE_LEN], &ciphertext].concat();
        assert_eq!(sealed.len(), OVERHEAD + 1);
        assert_eq!(open(&sealed, &keys()), Ok(b"x".to_vec()));
        let listed: [&[u8]; 4] = [&[2; 31], &[2; 33], &[], &[2; 32]];
        assert_eq!(open(&sealed, &Keys::from_bytes(listed)), Ok(b"x".to_vec()));
        assert_eq!(
            open(&sealed, &Keys::from_bytes(&listed[..2])),
            Err(UnsealError::NoKeyFits(vec![KeyFault::WrongLength; 2]))
        );
    }
}
