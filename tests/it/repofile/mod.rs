mod docs;
mod good;
mod hostile;
mod wrong;
