//! Files for their owner alone that are there whole or not at all.

use crate::cli::Failure;
use std::fs::{File, OpenOptions};
use std::io::Error;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file under a name of its own until it is whole; removed when dropped before.
pub(in crate::cli) struct Draft {
    draft: PathBuf,
    target: PathBuf,
}

impl Draft {
    /// Begins a new file, empty, mode 0600, beside `target`.
    ///
    /// Errors: something is there already, or nothing can be written there.
    pub fn begin(target: &Path) -> Result<(Self, File), Failure> {
        if target.symlink_metadata().is_ok() {
            return Err(Failure::Usage(format!(
                "{} is there already; choose another name",
                target.display()
            )));
        }
        Self::over(target)
    }

    /// The same, to take the place of what may be there.
    ///
    /// Errors: nothing can be written there.
    pub fn over(target: &Path) -> Result<(Self, File), Failure> {
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name else {
            return Err(Failure::Usage(format!("{} is no name of a file", target.display())));
        };
        let draft = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        let file = file.map_err(|cause| unwritable(target, &cause))?;
        Ok((Self { draft, target: target.to_owned() }, file))
    }

    /// Where it is until it is whole.
    pub fn path(&self) -> &Path {
        &self.draft
    }

    /// Gives the file its name, once all of it is on the disk.
    ///
    /// Errors: the disk's; the draft is gone then.
    pub fn keep(self) -> Result<(), Failure> {
        let kept = File::open(&self.draft)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&self.draft, &self.target))
            .and_then(|()| sync_folder(&self.target));
        kept.map_err(|cause| unwritable(&self.target, &cause))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it was kept there is nothing of that name.
        let _ = std::fs::remove_file(&self.draft);
    }
}

/// Makes a new name of a file outlast a power cut.
pub(in crate::cli) fn sync_folder(file: &Path) -> Result<(), Error> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

fn unwritable(target: &Path, cause: &Error) -> Failure {
    Failure::Failed(format!("{} cannot be written: {cause}", target.display()))
}
