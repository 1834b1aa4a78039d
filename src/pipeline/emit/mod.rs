//! Records to files, one file a format.
