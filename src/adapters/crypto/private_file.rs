//! Files that hold secrets: read only when nobody else can read them (M39).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use secrecy::SecretString;
use zeroize::Zeroizing;

/// A secret file is never larger (64 KiB).
const LIMIT_BYTES: u64 = 64 * 1024;

/// Where container runtimes mount secrets, readable for all on purpose.
const RUNTIME_SECRETS: &str = "/run/secrets";

/// Why a secret file was refused. The path is not repeated: who asked knows it.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// Group or others may read it.
    #[error("the file can be read by other users: run chmod 600 on it")]
    ReadableByOthers,
    /// More than 64 KiB.
    #[error("the file is too large to be a secret")]
    TooLarge,
    /// Not text.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// It cannot be read at all.
    #[error("the file cannot be read")]
    Io(#[from] std::io::Error),
}

/// Why a file cannot be read, as the end of a sentence that names it.
pub fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "does not exist".into(),
        ErrorKind::PermissionDenied => "may not be read by the user bakeoff runs as".into(),
        ErrorKind::IsADirectory => "is a folder".into(),
        other => format!("cannot be read: {other}"),
    }
}

/// Reads a secret's file. One that group or others can read is refused, unless it lies below
/// `/run/secrets`. The check is made on the open file, so that it cannot be exchanged in between.
pub fn read_private(path: &Path) -> Result<SecretString, PrivateFileError> {
    let file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o044 != 0 && !is_runtime_secret(path) {
        return Err(PrivateFileError::ReadableByOthers);
    }
    read_text(file)
}

/// Whether a container runtime put the file there, readable for all on purpose.
pub fn is_runtime_secret(path: &Path) -> bool {
    path.canonicalize().is_ok_and(|real| real.starts_with(RUNTIME_SECRETS))
}

fn read_text(file: File) -> Result<SecretString, PrivateFileError> {
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LIMIT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT_BYTES {
        return Err(PrivateFileError::TooLarge);
    }
    std::str::from_utf8(&bytes).map(SecretString::from).map_err(|_| PrivateFileError::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::fs;

    fn file(mode: u32, content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn m39_a_file_that_others_can_read_is_refused() {
        for (mode, accepted) in
            [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o644, false), (0o666, false)]
        {
            let (_dir, path) = file(mode, b"text");
            let read = read_private(&path);
            assert_eq!(read.is_ok(), accepted, "{mode:o}");
            if let Ok(secret) = read {
                assert_eq!(secret.expose_secret(), "text");
            }
        }
    }

    #[test]
    fn size_and_encoding_are_checked() {
        let (_dir, large) = file(0o600, &vec![b'a'; 64 * 1024 + 1]);
        assert!(matches!(read_private(&large), Err(PrivateFileError::TooLarge)));
        let (_dir, binary) = file(0o600, &[0xff, 0xfe]);
        assert!(matches!(read_private(&binary), Err(PrivateFileError::NotText)));
    }
}
