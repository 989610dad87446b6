//! Sessions of hardtack on the FIPS module of AWS-LC: see `tests/`.
