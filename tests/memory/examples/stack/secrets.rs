//! Secrets of a key and a token, computed by the libraries' own parts, and where a stack has them.

use std::{collections::HashMap, fmt};

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20::{KeyIvInit, R20, XChaCha20, cipher::StreamCipher, hchacha};
use hkdf::Hkdf;
use sha2::{Sha256, block_api::compress256};

use crate::operations::{CONTENT, COOKIE};

pub(crate) struct Secrets(Vec<(&'static str, Vec<u8>)>);

impl Secrets {
    /// Computes those of the key, and of the message that `token` is.
    pub(crate) fn new(text: &str, token: Option<&str>) -> Secrets {
        let secret = secret_of(text);
        let (prk, hkdf) = Hkdf::<Sha256>::extract(Some(LABEL), &secret);
        let derived = |what: &str| {
            let mut key = [0; 32];
            let info = info(what, format_of(text));
            hkdf.expand(&info, &mut key).expect("32 bytes");
            key
        };
        let [key, nonce, csrf] = ["key", "nonce", "csrf"].map(derived);
        let mut secrets = Secrets(vec![
            ("text of the key", text.as_bytes()[PREFIX_LEN..].to_vec()),
            ("secret of the key", secret.to_vec()),
            ("PRK", prk.to_vec()),
            ("content", CONTENT.as_bytes().to_vec()),
            ("K_csrf", csrf.to_vec()),
        ]);
        secrets.add_mac("HMAC under PRK", &prk);
        secrets.add_mac("HMAC under K_csrf", &csrf);
        secrets.0.push(("K", key.to_vec()));
        if text.contains("_sign_") {
            secrets.add_mac("HMAC under K", &key);
            return secrets;
        }
        secrets.0.push(("K_nonce", nonce.to_vec()));
        secrets.add_mac("HMAC under K_nonce", &nonce);
        let nonce = token.map(|token| URL_SAFE_NO_PAD.decode(token).expect("a token"));
        let nonce = nonce
            .as_ref()
            .map(|bytes| bytes[5..].first_chunk().expect("a nonce"));
        match text.contains("_xaes_") {
            true => secrets.add_xaes(&key, nonce),
            false => secrets.add_xchacha(&key, nonce),
        }
        secrets
    }

    /// First block and state after it of the inner and the outer hash: with both states one can sign.
    fn add_mac(&mut self, name: &'static str, key: &[u8]) {
        for pad in [0x36, 0x5C] {
            let mut block = [pad; 64];
            block
                .iter_mut()
                .zip(key)
                .for_each(|(byte, key)| *byte ^= key);
            let mut state = INITIAL;
            compress256(&mut state, &[block]);
            let native = state.iter().flat_map(|word| word.to_ne_bytes());
            self.0.push((name, native.collect()));
            self.0.push((name, block[..key.len()].to_vec()));
        }
    }

    fn add_xaes(&mut self, key: &[u8; 32], nonce: Option<&[u8; 24]>) {
        self.0.push(("round keys of K", round_keys(key)));
        let aes = aes::Aes256Enc::new(key.into());
        let encrypt = |block: [u8; 16]| {
            let mut block = block.into();
            aes.encrypt_block(&mut block);
            <[u8; 16]>::from(block)
        };
        let l = u128::from_be_bytes(encrypt([0; 16]));
        let k1 = (l << 1) ^ ((l >> 127) * 0b1000_0111);
        self.0.push(("L and K1 of CMAC", l.to_be_bytes().to_vec()));
        self.0.push(("L and K1 of CMAC", k1.to_be_bytes().to_vec()));
        let Some(nonce) = nonce else { return };
        let half = |i: u8| {
            let mut block = [0, i, b'X', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            block[4..].copy_from_slice(&nonce[..12]);
            let input = u128::from_be_bytes(block) ^ k1;
            encrypt(input.to_be_bytes())
        };
        let message = [half(1), half(2)].concat();
        let message: [u8; 32] = message.try_into().expect("two blocks");
        self.0.push(("key of the message", message.to_vec()));
        self.0
            .push(("round keys of the message", round_keys(&message)));
        let aes = aes::Aes256Enc::new((&message).into());
        let encrypt = |block: [u8; 16]| {
            let mut block = block.into();
            aes.encrypt_block(&mut block);
            <[u8; 16]>::from(block)
        };
        let (mut first, h) = ([0; 16], encrypt([0; 16]));
        first[..12].copy_from_slice(&nonce[12..]);
        first[15] = 1;
        self.0.push(("H of GHASH", h.to_vec()));
        self.0
            .push(("H of GHASH", h.iter().rev().copied().collect()));
        self.0.push(("mask of the tag", encrypt(first).to_vec()));
    }

    fn add_xchacha(&mut self, key: &[u8; 32], nonce: Option<&[u8; 24]>) {
        let Some(nonce) = nonce else { return };
        let first = nonce.first_chunk::<16>().expect("24 bytes");
        let message = hchacha::<R20>(key.into(), first.into());
        self.0.push(("key of the message", message.to_vec()));
        let mut one_time = [0; 32];
        XChaCha20::new(key.into(), nonce.into()).apply_keystream(&mut one_time);
        self.0.push(("key of Poly1305", one_time.to_vec()));
    }

    /// Returns those that the stack has bytes of.
    pub(crate) fn find_in(&self, stack: &[u8]) -> Vec<Found> {
        let mut places: HashMap<&[u8], Vec<(usize, usize)>> = HashMap::new();
        for (which, (_, secret)) in self.0.iter().enumerate() {
            for (offset, window) in secret.windows(LEAST).enumerate() {
                places.entry(window).or_default().push((which, offset));
            }
        }
        let mut found: Vec<Found> = Vec::new();
        let mut place = 0;
        while place + LEAST <= stack.len() {
            let Some(candidates) = places.get(&stack[place..place + LEAST]) else {
                place += 1;
                continue;
            };
            let run = |&(which, offset): &(usize, usize)| {
                let secret = &self.0[which].1[offset..];
                let pairs = secret.iter().zip(&stack[place..]);
                pairs.take_while(|(a, b)| a == b).count()
            };
            let longest = candidates.iter().max_by_key(|candidate| run(candidate));
            let &(which, offset) = longest.expect("at least one");
            let run = run(&(which, offset));
            let (name, secret) = &self.0[which];
            match found.iter_mut().find(|other| other.name == *name) {
                Some(other) => {
                    other.places += 1;
                    other.run = other.run.max(run);
                }
                None => found.push(Found {
                    name,
                    len: secret.len(),
                    run,
                    places: 1,
                }),
            }
            place += run;
        }
        found
    }
}

/// Bytes of one secret on a stack.
pub(crate) struct Found {
    pub(crate) name: &'static str,
    len: usize,
    /// Most of its bytes in a row.
    pub(crate) run: usize,
    /// Places that have [`LEAST`] bytes of it or more.
    places: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found {
            name,
            len,
            run,
            places,
        } = self;
        write!(f, "{name}: {run} of {len} bytes ({places})")
    }
}

/// Returns the 32 bytes in the text of a key.
pub(crate) fn secret_of(text: &str) -> [u8; 32] {
    let bytes = URL_SAFE_NO_PAD.decode(&text[PREFIX_LEN..]).expect("a key");
    *bytes.first_chunk().expect("a secret and a checksum")
}

/// Returns the round keys from the third on, as the library keeps them with AES instructions, where the first two are
/// the key. Without them it keeps others, and these are not looked for.
fn round_keys(key: &[u8; 32]) -> Vec<u8> {
    let schedule = aes::Aes256Enc::new(key.into());
    let start: *const u8 = (&raw const schedule).cast();
    // SAFETY: each is a read inside of the value. Its constructor writes all that is read.
    let bytes = (0..ROUND_KEYS_LEN).map(|place| unsafe { start.add(place).read() });
    let bytes: Vec<u8> = bytes.collect();
    match bytes.strip_prefix(key) {
        Some(rest) => rest.to_vec(),
        None => Vec::new(),
    }
}

/// SPEC.md § 3.1.
fn info(what: &str, format: u8) -> Vec<u8> {
    let mut info = vec![LABEL.len() as u8];
    info.extend(LABEL);
    info.push(what.len() as u8);
    info.extend(what.as_bytes());
    info.push(format);
    info.extend((COOKIE.len() as u16).to_be_bytes());
    info.extend(COOKIE.as_bytes());
    info.extend([0, 0]);
    info
}

fn format_of(text: &str) -> u8 {
    match &text[16..20] {
        "xaes" => 0x78,
        "xcha" => 0x79,
        _ => 0xB0,
    }
}

/// Of SHA-256 (FIPS 180-4 section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
const ROUND_KEYS_LEN: usize = 15 * 16;
const LABEL: &[u8] = b"hardtack/v1";
const PREFIX_LEN: usize = "hardtack_key_v1_xaes_".len();
/// Fewer bytes in a row are found by chance.
const LEAST: usize = 8;
