//! Where the data lies: folder, disk, certificate file, mirrors.

use crate::adapters::crypto::unreadable;
use crate::adapters::disk::free_percent;
use crate::adapters::git::Mirrors;
use crate::app::parts;
use crate::app::settings::Settings;
use crate::service::health::Report;

pub fn check(settings: &Settings, report: &mut Report) {
    let folder = &settings.data_dir;
    let name = folder.display();
    if !folder.exists() {
        report.ok("data folder", &format!("{name} is not made yet; the first start makes it"));
    } else if tempfile::NamedTempFile::new_in(folder).is_ok() {
        report.ok("data folder", &format!("{name} can be written"));
    } else {
        let fix = "give the user bakeoff runs as write access to it";
        report.wrong("data folder", &format!("{name} cannot be written"), fix);
    }
    disk(settings, report);
    certificates(settings, report);
    mirrors(settings, report);
}

/// New work needs room (M55).
fn disk(settings: &Settings, report: &mut Report) {
    let Some(free) = free_percent(&settings.data_dir) else {
        return report.warning("disk", "cannot be asked for its free space", "check it by hand");
    };
    let (found, least) = (format!("{free} % free"), settings.disk_free_percent);
    if free >= least {
        report.ok("disk", &found);
    } else {
        let fix = format!("make room: below {least} % no new work is taken (BAKEOFF_DISK_FREE_PERCENT)");
        report.wrong("disk", &found, &fix);
    }
}

fn certificates(settings: &Settings, report: &mut Report) {
    let Some(path) = &settings.ca_file else { return };
    match std::fs::read_to_string(path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => {
            report.ok("certificates", "the CA file is readable");
        }
        Ok(_) => report.wrong("certificates", "the CA file holds no certificate", "give one in PEM form"),
        Err(error) => {
            let found = format!("the CA file {} {}", path.display(), unreadable(&error));
            report.wrong("certificates", &found, "check BAKEOFF_CA_FILE");
        }
    }
}

fn mirrors(settings: &Settings, report: &mut Report) {
    if let Err(error) = Mirrors::new(settings.data_dir.clone(), parts::git(settings)) {
        return report.wrong("git mirrors", &error.to_string(), "check BAKEOFF_CA_FILE and the data folder");
    }
    let folder = settings.data_dir.join("mirrors");
    match std::fs::read_dir(&folder) {
        Ok(entries) => {
            let count = entries.count();
            let what = if count == 1 { "repository" } else { "repositories" };
            report.ok("git mirrors", &format!("{count} {what}"));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => report.ok("git mirrors", "none yet"),
        Err(error) => {
            let fix = "give the user bakeoff runs as access to the mirrors; they may also be deleted";
            report.wrong("git mirrors", &format!("the folder {} {}", folder.display(), unreadable(&error)), fix);
        }
    }
}
