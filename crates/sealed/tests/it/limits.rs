//! What a small input may cost.

use firstparty_sealed::{ContentCoding, Keys, UnsealError, Unsealer};

use crate::seal::{bomb, deflate, gzip, seal, seal_stream};

const KEY: [u8; 32] = [4; 32];

fn keys() -> Keys {
    Keys::from_bytes([KEY])
}

/// A JSON text of this length.
fn text(len: usize) -> String {
    format!("{}1", " ".repeat(len - 1))
}

/// R15.2: what is as long as the limit passes, a byte more does not, and the default is a mebibyte.
#[test]
fn the_limit_is_exact() {
    let keys = keys();
    for (unsealer, limit) in [
        (Unsealer::new(&keys).limit(1000), 1000),
        (Unsealer::new(&keys), 1 << 20),
        (Unsealer::new(&keys).limit(1 << 21), 1 << 21),
    ] {
        let (fits, exceeds) = (text(limit), text(limit + 1));
        assert_eq!(unsealer.unseal(seal(fits.as_bytes(), KEY)).unwrap(), fits);
        let found = unsealer.unseal(seal(exceeds.as_bytes(), KEY));
        assert_eq!(found, Err(UnsealError::TooLarge { limit }));
    }
}

/// R15.2: the limit holds for the body on its own, whatever its coding is.
#[test]
fn the_bodys_limit_is_exact() {
    let keys = keys();
    let mut body = format!(r#"{{"sealed_result":"{}"}}"#, seal(b"1", KEY));
    body.push_str(&" ".repeat(2000 - body.len()));
    for (coding, coded) in [
        (ContentCoding::Identity, body.clone().into_bytes()),
        (ContentCoding::Gzip, gzip(body.as_bytes())),
        (ContentCoding::Deflate, deflate(body.as_bytes(), true)),
        (ContentCoding::Deflate, deflate(body.as_bytes(), false)),
    ] {
        let found = Unsealer::new(&keys).limit(2000).unseal_body(coded.clone(), coding);
        assert_eq!(found.unwrap(), "1");
        let found = Unsealer::new(&keys).limit(1999).unseal_body(coded, coding);
        assert_eq!(found, Err(UnsealError::BodyTooLarge { limit: 1999 }));
    }
}

/// R15.2, R15.3: of a gigabyte in a megabyte, no more comes out than the limit says, and no more memory
/// is in use than some times limit and input.
#[test]
fn bombs_cost_what_the_limit_says() {
    let keys = keys();
    let bomb = bomb(1024);
    let sealed = seal_stream(&bomb, KEY);
    let bodies = [
        (ContentCoding::Deflate, bomb.clone()),
        (ContentCoding::Deflate, [b"\x78\x9c", &*bomb].concat()),
        (ContentCoding::Gzip, [&gzip(b"")[..10], &*bomb].concat()),
    ];
    for limit in [1000, 1 << 20, 1 << 22] {
        let unsealer = Unsealer::new(&keys).limit(limit);
        let memory = allocation_counter::measure(|| {
            assert_eq!(unsealer.unseal(&sealed), Err(UnsealError::TooLarge { limit }));
        });
        let most = 3 * u64::try_from(limit + sealed.len()).unwrap();
        assert!(memory.bytes_max < most, "{limit}: {memory:?}");
        for (coding, body) in &bodies {
            let body = body.clone();
            let memory = allocation_counter::measure(|| {
                let found = unsealer.unseal_body(body, *coding);
                assert_eq!(found, Err(UnsealError::BodyTooLarge { limit }));
            });
            assert!(memory.bytes_max < most, "{limit} {coding:?}: {memory:?}");
        }
    }
}

/// R15.2: a short text that inflates little costs little, whatever the limit is.
#[test]
fn memory_follows_what_comes_out() {
    let keys = keys();
    let sealed = seal(text(1000).as_bytes(), KEY);
    let memory = allocation_counter::measure(|| {
        assert!(Unsealer::new(&keys).limit(usize::MAX).unseal(&sealed).is_ok());
    });
    // The state of the inflater is a window of 32 KiB and its tables.
    assert!(memory.bytes_max < 64_000, "{memory:?}");
}
