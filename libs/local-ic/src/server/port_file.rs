//! The file through which a client learns the port. Several threads of a client may start a server
//! at the same time with the same file: the one that creates the file serves them all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A port file that this process created; removed when dropped.
#[derive(Debug)]
pub(crate) struct PortFile {
    path: PathBuf,
    file: File,
}

impl PortFile {
    /// Creates the file, empty. `None` if it exists: somebody else serves its readers.
    pub(crate) fn claim(path: &Path) -> io::Result<Option<Self>> {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => Ok(Some(Self {
                path: path.to_owned(),
                file,
            })),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the port and the newline that tells readers it is complete, in one write.
    pub(crate) fn announce(&self, port: u16) -> io::Result<()> {
        (&self.file).write_all(format!("{port}\n").as_bytes())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        // It may have been removed with its directory; there is nobody left to tell.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests;
