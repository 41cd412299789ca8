//! Signed places of the chain: whoever can write the database but has no secret cannot move them (U1).
//!
//! What is signed is four lines of text, so that anybody can check a signature with the public key alone, for
//! example with `openssl pkeyutl -verify -rawin`.

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::Digest;

/// What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410 §4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// The key that checkpoints are verified with; no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// What checkpoints name it by: the first eight bytes of its SHA-256, in hexadecimal.
    pub fn id(&self) -> String {
        HEXLOWER.encode(sha2::Sha256::digest(self.0).get(..8).unwrap_or_default())
    }

    /// As exports carry it: lower-case hexadecimal.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// As OpenSSL and others read it (RFC 8410).
    pub fn pem(&self) -> String {
        format!("{BEGIN}\n{}\n{END}\n", BASE64.encode(&[SPKI.as_slice(), &self.0].concat()))
    }

    /// The key in `text`, hexadecimal or PEM; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(bytes) = HEXLOWER.decode(text.as_bytes()) {
            return bytes.try_into().ok().map(Self);
        }
        // Other tools write a line of their own above it.
        let (_, rest) = text.split_once(BEGIN)?;
        let (inner, _) = rest.split_once(END)?;
        let compact: String = inner.split_whitespace().collect();
        let der = BASE64.decode(compact.as_bytes()).ok()?;
        der.strip_prefix(SPKI.as_slice())?.try_into().ok().map(Self)
    }

    fn has_signed(&self, message: &[u8], signature: &str) -> bool {
        HEXLOWER
            .decode(signature.as_bytes())
            .is_ok_and(|bytes| UnparsedPublicKey::new(&ED25519, self.0).verify(message, &bytes).is_ok())
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// Makes checkpoints; derived from the bridge's secret (A5).
pub struct Signer {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public.id())
    }
}

impl Signer {
    /// The signer whose seed this is; none when the signing library refuses it, which 32 bytes never make it.
    pub fn of(seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = PublicKey(pair.public_key().as_ref().try_into().ok()?);
        Some(Self { pair, public })
    }

    /// What others verify with.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs a place of the chain, as of `at` (UTC microseconds).
    pub fn checkpoint(&self, seq: i64, hash: &str, at: i64) -> Checkpoint {
        let signature = self.sign(&message("checkpoint", seq, at, hash));
        Checkpoint { seq, at, hash: hash.to_owned(), key_id: self.public.id(), signature }
    }

    /// Says that the entries up to a checkpoint were pruned at `at` on purpose.
    pub fn pruned(&self, checkpoint: &Checkpoint, at: i64) -> Pruned {
        Pruned { at, signature: self.sign(&message("pruned", checkpoint.seq, at, &checkpoint.hash)) }
    }

    fn sign(&self, message: &str) -> String {
        HEXLOWER.encode(self.pair.sign(message.as_bytes()).as_ref())
    }
}

/// A place of the chain with a signature.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The place.
    pub seq: i64,
    /// When it was signed. Units: UTC microseconds.
    pub at: i64,
    /// The hash of the entry there.
    pub hash: String,
    /// Which key signed it.
    pub key_id: String,
    /// Ed25519 in lower-case hexadecimal.
    pub signature: String,
}

/// That the entries up to a checkpoint were pruned on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// When. Units: UTC microseconds.
    pub at: i64,
    /// By the checkpoint's key.
    pub signature: String,
}

/// A checkpoint as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The signed place.
    pub checkpoint: Checkpoint,
    /// Whether the entries up to it are gone.
    pub pruned: Option<Pruned>,
}

/// Whether a signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It does.
    Good,
    /// None of the keys at hand has this id.
    UnknownKey,
    /// The key of that id did not make it.
    Forged,
}

impl Checkpoint {
    /// Whether one of `keys` signed it.
    pub fn signature(&self, keys: &[PublicKey]) -> Signature {
        judge(keys, &self.key_id, &message("checkpoint", self.seq, self.at, &self.hash), &self.signature)
    }
}

impl Mark {
    /// Whether one of `keys` signed the checkpoint, and that it was pruned if it says so.
    pub fn signature(&self, keys: &[PublicKey]) -> Signature {
        let (point, pruned) = (&self.checkpoint, &self.pruned);
        let of_pruning = pruned.as_ref().map_or(Signature::Good, |pruned| {
            let told = message("pruned", point.seq, pruned.at, &point.hash);
            judge(keys, &point.key_id, &told, &pruned.signature)
        });
        match point.signature(keys) {
            Signature::Good => of_pruning,
            bad => bad,
        }
    }

    /// The same, signed by another key; for a secret that is rotated out.
    pub fn signed_again(&self, signer: &Signer) -> Self {
        let point = &self.checkpoint;
        let checkpoint = signer.checkpoint(point.seq, &point.hash, point.at);
        let pruned = self.pruned.as_ref().map(|pruned| signer.pruned(&checkpoint, pruned.at));
        Self { checkpoint, pruned }
    }
}

/// The text that is signed: no member can contain a line's end.
fn message(what: &str, seq: i64, at: i64, hash: &str) -> String {
    format!("seatbridge/audit-{what}/v1\n{seq}\n{at}\n{hash}\n")
}

fn judge(keys: &[PublicKey], key_id: &str, message: &str, signature: &str) -> Signature {
    let mut known = keys.iter().filter(|key| key.id() == key_id).peekable();
    if known.peek().is_none() {
        return Signature::UnknownKey;
    }
    let good = known.any(|key| key.has_signed(message.as_bytes(), signature));
    if good { Signature::Good } else { Signature::Forged }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// U1: a checkpoint holds for its place, hash and time, under its key, and for nothing else.
    #[test]
    fn a_signature_holds_for_what_was_signed_and_nothing_else() {
        let (ours, other) = (Signer::of(&[1; 32]).unwrap(), Signer::of(&[2; 32]).unwrap());
        let good = ours.checkpoint(7, HASH, 70);
        let keys = [other.public(), ours.public()];
        assert_eq!(good.signature(&keys), Signature::Good);
        assert_eq!(good.signature(&keys[..1]), Signature::UnknownKey);
        let mut moved = [good.clone(), good.clone(), good.clone(), good.clone()];
        moved[0].seq = 8;
        moved[1].at = 71;
        moved[2].hash = HASH.replace('b', "c");
        moved[3].key_id = other.public().id();
        for forged in moved {
            assert_eq!(forged.signature(&keys), Signature::Forged, "{forged:?}");
        }
    }

    /// U1: that entries were pruned on purpose is signed too, or whoever cuts the start off could say so.
    #[test]
    fn pruning_is_signed_too() {
        let signer = Signer::of(&[1; 32]).unwrap();
        let keys = [signer.public()];
        let checkpoint = signer.checkpoint(7, HASH, 70);
        let pruned = signer.pruned(&checkpoint, 99);
        let honest = Mark { checkpoint: checkpoint.clone(), pruned: Some(pruned) };
        assert_eq!(honest.signature(&keys), Signature::Good);
        let cheap = Pruned { at: 99, signature: checkpoint.signature.clone() };
        let forged = Mark { pruned: Some(cheap), ..honest.clone() };
        assert_eq!(forged.signature(&keys), Signature::Forged);
        let next = Signer::of(&[2; 32]).unwrap();
        let again = honest.signed_again(&next);
        assert_eq!(again.signature(&[next.public()]), Signature::Good, "A5: a new secret signs anew");
    }

    /// U1: the public key is written so that other tools read it, and read back as it was.
    #[test]
    fn a_public_key_is_read_back_in_either_form() {
        let key = Signer::of(&[1; 32]).unwrap().public();
        assert_eq!(PublicKey::parse(&key.pem()), Some(key));
        assert_eq!(PublicKey::parse(&format!("{}\n", key.hex())), Some(key));
        assert_eq!(PublicKey::parse(&format!("key id: 1\n{}", key.pem())), Some(key));
        assert_eq!(PublicKey::parse(&key.hex()[2..]), None);
        assert_eq!(PublicKey::parse(&key.pem().replace("MCow", "MCox")), None);
        assert_eq!(PublicKey::parse(""), None);
        assert_eq!(key.id().len(), 16);
    }
}
