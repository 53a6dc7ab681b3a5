//! Content addresses: 128 bits of BLAKE3 over what a step read.

use std::fmt;

/// A content address. Equal digests mean equal content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(u128);

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new("bytes");
        hasher.bytes(bytes);
        hasher.finish()
    }

    /// One of `count` buckets, evenly.
    pub fn bucket(self, count: usize) -> usize {
        self.0 as usize % count
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0 >> 96)
    }
}

/// Builds a digest from parts; each part is framed by its length, so `("ab","c")` and `("a","bc")` differ.
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// `tag` keeps digests of different kinds of things apart.
    pub fn new(tag: &str) -> Self {
        let mut hasher = Hasher(blake3::Hasher::new());
        hasher.bytes(tag.as_bytes());
        hasher
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub fn digest(&mut self, digest: Digest) -> &mut Self {
        self.0.update(&digest.0.to_le_bytes());
        self
    }

    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    pub fn digests(&mut self, digests: impl IntoIterator<Item = Digest>) -> &mut Self {
        let mut count = 0;
        for digest in digests {
            self.digest(digest);
            count += 1;
        }
        self.number(count)
    }

    pub fn finish(&self) -> Digest {
        let hash = self.0.finalize();
        let (head, _) = hash.as_bytes().split_at(16);
        Digest(head.iter().fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }
}
